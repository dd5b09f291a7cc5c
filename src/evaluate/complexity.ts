/**
 * Complexity: on how few features does the weight lie?
 *
 * - Sparseness, Gini's index of |w| (Chalasani et al. 2020; Quantus `Sparseness`): with |w| ascending,
 *   G = 1 − 2 Σ_k |w|₍k₎ / ‖w‖₁ · (d − k + ½) / d (Hurley, Rickard 2009), from 0 (all equal) to 1 − 1/d (all on one).
 * - Complexity, the entropy of p = |w| / ‖w‖₁ (Bhatt et al. 2020; Quantus `Complexity`), from 0 to log d, in nats.
 *
 * Where all weights are 0 nothing is said: both are NaN.
 */

/** Gini's index of |w|; NaN where all are 0. */
export function giniSparseness(weights: Float64Array): number {
  const sizes = weights.map(Math.abs).sort()
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const d = sizes.length
  if (!(total > 0)) return Number.NaN
  let sum = 0
  sizes.forEach((size, k) => {
    sum += (size / total) * ((d - k - 0.5) / d)
  })
  return 1 - 2 * sum
}

/** Entropy of the shares of |w|, in nats; NaN where all are 0. */
export function entropyComplexity(weights: Float64Array): number {
  const total = weights.reduce((sum, weight) => sum + Math.abs(weight), 0)
  if (!(total > 0)) return Number.NaN
  let entropy = 0
  for (const weight of weights) {
    const share = Math.abs(weight) / total
    if (share > 0) entropy -= share * Math.log(share)
  }
  return Math.max(0, entropy)
}
