/**
 * Where two explanations agree and where they do not, feature by feature.
 *
 * 1. Features are matched by name; one that an explanation leaves out has the weight 0 there.
 * 2. Rank agreement is Spearman's correlation of |weight| over all of them, mean ranks for ties; null for fewer than three
 *    features, or where one side's are all equal.
 * 3. Two weights contradict each other where their signs differ and neither is below a tenth of its side's largest.
 */
import type { ExplanationData, LabelExplanation } from '../contract/index.ts'

/** One feature on both sides. */
export interface ComparedFeature {
  readonly name: string
  /** Weights; 0 where the side leaves it out. */
  readonly a: number
  readonly b: number
  readonly verdict: 'agree' | 'contradict' | 'only-a' | 'only-b'
}

/** Two explanations side by side. */
export interface Comparison {
  /** By falling difference. */
  readonly features: readonly ComparedFeature[]
  /** Features that both sides have. */
  readonly shared: number
  readonly contradictions: number
  /** −1 to 1. */
  readonly rankAgreement: number | null
}

/** Compares one label of each. */
export function compareExplanations(
  a: { readonly explanation: ExplanationData; readonly label: LabelExplanation },
  b: { readonly explanation: ExplanationData; readonly label: LabelExplanation },
): Comparison {
  const left = weightsByName(a)
  const right = weightsByName(b)
  const strongA = 0.1 * largest(left)
  const strongB = 0.1 * largest(right)
  const names = [...new Set([...left.keys(), ...right.keys()])]
  const features = names.map((name): ComparedFeature => {
    const one = left.get(name) ?? 0
    const other = right.get(name) ?? 0
    const opposed = one * other < 0 && Math.abs(one) >= strongA && Math.abs(other) >= strongB
    const verdict = !right.has(name)
      ? 'only-a'
      : !left.has(name)
        ? 'only-b'
        : opposed
          ? 'contradict'
          : 'agree'
    return { name, a: one, b: other, verdict }
  })
  const shared = names.filter((name) => left.has(name) && right.has(name)).length
  return {
    rankAgreement: spearman(
      features.map((one) => Math.abs(one.a)),
      features.map((one) => Math.abs(one.b)),
    ),
    shared,
    contradictions: features.filter(({ verdict }) => verdict === 'contradict').length,
    features: features.sort((x, y) => Math.abs(y.a - y.b) - Math.abs(x.a - x.b)),
  }
}

function weightsByName({
  explanation,
  label,
}: {
  readonly explanation: ExplanationData
  readonly label: LabelExplanation
}): Map<string, number> {
  return new Map(
    label.weights.map(({ feature, weight }) => [
      explanation.features[feature]?.name ?? `feature ${feature}`,
      weight,
    ]),
  )
}

function largest(weights: ReadonlyMap<string, number>): number {
  let most = 0
  for (const weight of weights.values()) most = Math.max(most, Math.abs(weight))
  return most
}

function spearman(a: readonly number[], b: readonly number[]): number | null {
  if (a.length < 3) return null
  const x = ranks(a)
  const y = ranks(b)
  const middle = (a.length + 1) / 2
  let xy = 0
  let xx = 0
  let yy = 0
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - middle) * (y[i]! - middle)
    xx += (x[i]! - middle) ** 2
    yy += (y[i]! - middle) ** 2
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null
}

/** Ranks from 1; equal values share the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((i, j) => values[i]! - values[j]!)
  const ranked = new Array<number>(values.length)
  for (let i = 0; i < order.length; ) {
    let end = i
    while (end < order.length && values[order[end]!] === values[order[i]!]) end++
    for (let k = i; k < end; k++) ranked[order[k]!] = (i + end + 1) / 2
    i = end
  }
  return ranked
}
