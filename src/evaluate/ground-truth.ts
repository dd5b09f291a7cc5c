/**
 * Ground truth: where the features that matter are known, how well are they found?
 *
 * - Against a set of features: precision, recall, F1 of the K of largest |weight|.
 * - Against true weights, over the K of largest |weight| of each side (Krishna et al. 2022; OpenXAI's metrics): feature
 *   agreement (share in common), rank agreement (in common at the same rank), sign agreement (in common with the same
 *   sign), signed rank agreement (all of it), rank correlation (Spearman of all |weights|), pairwise rank agreement
 *   (share of pairs of features in the same order of |weight|).
 */
import { ranking } from './attribution.ts'
import { spearman } from './correlation.ts'

/** How well a set of features is found. */
export interface Retrieval {
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

/** The K features of largest |weight| (0 weights left out) against those that matter; all 0 where nothing is found. */
export function retrieval(weights: Float64Array, gold: Iterable<number>, K: number): Retrieval {
  const truth = new Set(gold)
  const named = ranking(weights)
    .subarray(0, K)
    .filter((feature) => weights[feature] !== 0)
  const hits = named.filter((feature) => truth.has(feature)).length
  const precision = named.length === 0 ? 0 : hits / named.length
  const recall = truth.size === 0 ? 0 : hits / truth.size
  return { precision, recall, f1: hits === 0 ? 0 : (2 * precision * recall) / (precision + recall) }
}

/** Agreement with true weights, each from 0 to 1 (rank correlation from −1). */
export interface Agreement {
  readonly feature: number
  readonly rank: number
  readonly sign: number
  readonly signedRank: number
  readonly rankCorrelation: number
  readonly pairwiseRank: number
}

/** Agreement of weights (d) with the true ones (d) on the top K. */
export function agreement(weights: Float64Array, truth: Float64Array, K: number): Agreement {
  const k = Math.min(K, weights.length)
  const found = ranking(weights).subarray(0, k)
  const real = ranking(truth).subarray(0, k)
  const known = new Set(real)
  const sameSign = (feature: number) => Math.sign(weights[feature]!) === Math.sign(truth[feature]!)
  const common = found.filter((feature) => known.has(feature))
  const aligned = found.filter((feature, at) => real[at] === feature)
  let ordered = 0
  let pairs = 0
  for (let a = 0; a < weights.length; a++) {
    for (let b = a + 1; b < weights.length; b++) {
      pairs++
      const here = Math.sign(Math.abs(weights[a]!) - Math.abs(weights[b]!))
      const there = Math.sign(Math.abs(truth[a]!) - Math.abs(truth[b]!))
      if (here === there) ordered++
    }
  }
  return {
    feature: common.length / k,
    rank: aligned.length / k,
    sign: common.filter(sameSign).length / k,
    signedRank: aligned.filter(sameSign).length / k,
    rankCorrelation: spearman(weights.map(Math.abs), truth.map(Math.abs)),
    pairwiseRank: pairs === 0 ? 1 : ordered / pairs,
  }
}
