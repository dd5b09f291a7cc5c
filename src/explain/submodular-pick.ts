/**
 * Submodular pick: a few instances whose explanations together cover what matters (Ribeiro et al. 2016, section 4,
 * algorithm 2, SP-LIME).
 *
 * 1. W[i, f] = sum of feature f's weights over the labels of explanation i; features are told apart by their names.
 * 2. Importance of a feature I_f = √Σᵢ |W[i, f]|.
 * 3. Greedily take the instance that adds most importance of features not yet touched, at least (1 − 1/e) of the best
 *    possible; of equal gains the last wins, as in Python LIME.
 */
import { OptionError } from '../contract/errors.ts'
import type { ExplanationData } from '../contract/explanation.ts'
import { lazyPick } from './lazy-pick.ts'

/** Which explanations were picked, and why. */
export interface SubmodularPick {
  /** Indices into the explanations given, in the order of picking. */
  readonly picked: readonly number[]
  /** All features that occur, in order of appearance, with their importance over all explanations. */
  readonly importances: readonly { readonly name: string; readonly importance: number }[]
  /** Share of all importance that the picked ones cover, 0 to 1. */
  readonly coverage: number
}

/** Picks `count` of the explanations, or all if there are fewer. Throws an OptionError for a count below 1. */
export function submodularPick(
  explanations: readonly ExplanationData[],
  count: number,
): SubmodularPick {
  if (!Number.isInteger(count) || count < 1) {
    throw new OptionError({
      where: 'submodularPick, count',
      got: String(count),
      expected: 'an integer of at least 1',
      remedy: 'Python LIME’s default is 5.',
    })
  }
  const names = new Map<string, number>()
  const rows = explanations.map((explanation) => {
    const row = new Map<number, number>()
    for (const { weights } of explanation.labels) {
      for (const { feature, weight } of weights) {
        const { name } = explanation.features[feature]!
        const f = names.get(name) ?? names.size
        names.set(name, f)
        row.set(f, (row.get(f) ?? 0) + weight)
      }
    }
    return row
  })
  const importance = new Float64Array(names.size)
  for (const row of rows) for (const [f, weight] of row) importance[f]! += Math.abs(weight)
  for (let f = 0; f < importance.length; f++) importance[f] = Math.sqrt(importance[f]!)

  const offsets = [0]
  const features: number[] = []
  for (const row of rows) {
    for (const [f, weight] of row) if (weight !== 0) features.push(f)
    offsets.push(features.length)
  }
  const { picked, covered } = lazyPick({ offsets, features, importance }, count)
  const total = importance.reduce((sum, one) => sum + one, 0)
  const reached = importance.reduce((sum, one, f) => sum + one * covered[f]!, 0)
  return {
    picked,
    importances: [...names].map(([name, f]) => ({ name, importance: importance[f]! })),
    coverage: total > 0 ? reached / total : 1,
  }
}
