/**
 * Stability: does the same question get the same explanation?
 *
 * Over m explanations of one instance (other seeds), with A_i the features of the i-th, K at most:
 * - VSI = Σ_{i<j} |A_i ∩ A_j| / (C(m, 2) K) (Visani et al. 2022, variables stability index), the K of the definition being
 *   the features each explanation was asked for.
 * - CSI = share of overlapping pairs among the intervals of a feature's weight, mean over the features (coefficients
 *   stability index, there with 95 % intervals).
 * - Jaccard@K = mean |A_i ∩ A_j| / |A_i ∪ A_j| of the K of largest |weight|.
 * - Sign flips = share of pairs and features named by both whose signs differ.
 * - Spearman = mean rank correlation of the weights.
 *
 * Over neighbours x′ of an instance within a radius: max-sensitivity = max ‖Φ(x′) − Φ(x)‖ / ‖Φ(x)‖ (Yeh et al. 2019,
 * definition 3.1; relative, as Quantus `MaxSensitivity` with its norm).
 */
import { OptionError } from '../contract/errors.ts'
import { ranking } from './attribution.ts'
import { spearman } from './correlation.ts'

/** Agreement of explanations of one instance. */
export interface Stability {
  readonly vsi: number
  /** NaN where no weight has an interval. */
  readonly csi: number
  readonly jaccard: number
  readonly signFlips: number
  readonly spearman: number
}

/** One run: weights (d), and their intervals where there are some. */
export interface StabilityRun {
  readonly weights: Float64Array
  readonly intervals?: readonly (readonly [low: number, high: number] | undefined)[]
}

/** Agreement of m ≥ 2 runs over the K features of largest |weight|, 0 weights left out. */
export function stabilityOf(runs: readonly StabilityRun[], K: number): Stability {
  if (runs.length < 2) {
    throw new OptionError({
      where: 'stabilityOf, runs',
      got: `${runs.length} runs`,
      expected: 'at least 2',
      remedy: 'Explain the instance again with another seed.',
    })
  }
  const tops = runs.map(({ weights }) => topFeatures(weights, K))
  let common = 0
  let jaccard = 0
  let flips = 0
  let both = 0
  let rank = 0
  let overlapping = 0
  let pairs = 0
  let intervals = 0
  for (let i = 0; i < runs.length; i++) {
    for (let j = i + 1; j < runs.length; j++) {
      pairs++
      const [a, b] = [tops[i]!, tops[j]!]
      const shared = [...a].filter((feature) => b.has(feature))
      common += shared.length
      const union = a.size + b.size - shared.length
      jaccard += union === 0 ? 1 : shared.length / union
      for (const feature of shared) {
        both++
        const product = runs[i]!.weights[feature]! * runs[j]!.weights[feature]!
        if (product < 0) flips++
        const one = runs[i]!.intervals?.[feature]
        const other = runs[j]!.intervals?.[feature]
        if (one === undefined || other === undefined) continue
        intervals++
        if (one[0] <= other[1] && other[0] <= one[1]) overlapping++
      }
      rank += spearman(runs[i]!.weights, runs[j]!.weights)
    }
  }
  return {
    vsi: common / (pairs * K),
    csi: intervals === 0 ? Number.NaN : overlapping / intervals,
    jaccard: jaccard / pairs,
    signFlips: both === 0 ? 0 : flips / both,
    spearman: rank / pairs,
  }
}

/** max ‖Φ(x′) − Φ(x)‖ / ‖Φ(x)‖; NaN where Φ(x) is 0. */
export function maxSensitivity(weights: Float64Array, nearby: readonly Float64Array[]): number {
  const norm = Math.hypot(...weights)
  if (!(norm > 0)) return Number.NaN
  return nearby.reduce((most, other) => {
    const distance = Math.hypot(...weights.map((weight, j) => weight - other[j]!))
    return Math.max(most, distance / norm)
  }, 0)
}

function topFeatures(weights: Float64Array, K: number): Set<number> {
  return new Set(
    ranking(weights)
      .subarray(0, K)
      .filter((feature) => weights[feature] !== 0),
  )
}
