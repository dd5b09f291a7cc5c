/**
 * Weighted summaries of a fit: the coefficient of determination, and how many samples the weights are worth.
 *
 * All weights 0: the mean is that of nothing, so R² is taken as for a zero denominator, and the effective size is 0.
 */

/** Σ w y / Σ w; 0 where all weights are 0. Taken around y[0], so that a constant y gives exactly its value. */
export function weightedMean(y: Float64Array, w: Float64Array): number {
  const first = y[0] ?? 0
  let sum = 0
  let total = 0
  for (let i = 0; i < y.length; i++) {
    sum += w[i]! * (y[i]! - first)
    total += w[i]!
  }
  return total > 0 ? first + sum / total : 0
}

/**
 * R² = 1 − Σ w (y − ŷ)² / Σ w (y − ȳ)², ȳ the weighted mean (scikit-learn's `r2_score`). At most 1, unbounded below.
 * A zero denominator (constant y, or one weighted sample) gives 1 where the residual is 0 too, else 0.
 */
export function weightedR2(y: Float64Array, predicted: Float64Array, w: Float64Array): number {
  const mean = weightedMean(y, w)
  let residual = 0
  let total = 0
  for (let i = 0; i < y.length; i++) {
    const weight = w[i]!
    const missed = y[i]! - predicted[i]!
    const spread = y[i]! - mean
    residual += weight * missed * missed
    total += weight * spread * spread
  }
  if (total === 0) return residual === 0 ? 1 : 0
  return 1 - residual / total
}

/** (Σw)² / Σw² (Kish): n for equal weights, 1 where one sample has all the weight, 0 where all weights are 0. */
export function effectiveSampleSize(w: Float64Array): number {
  let largest = 0
  for (let i = 0; i < w.length; i++) largest = Math.max(largest, w[i]!)
  if (largest === 0) return 0
  let sum = 0
  let squares = 0
  for (let i = 0; i < w.length; i++) {
    const share = w[i]! / largest
    sum += share
    squares += share * share
  }
  return (sum * sum) / squares
}

/**
 * The weights with those set to 0 that are but rounding beside the others: below 1e-12 of the second largest. (The largest is
 * most often that of row 0, around which moments are taken.) The same array where there are none.
 */
export function significantWeights(w: Float64Array): Float64Array {
  let first = 0
  let second = 0
  for (let i = 0; i < w.length; i++) {
    if (w[i]! > first) {
      second = first
      first = w[i]!
    } else if (w[i]! > second) second = w[i]!
  }
  const least = 1e-12 * second
  return w.some((weight) => weight > 0 && weight < least)
    ? w.map((weight) => (weight < least ? 0 : weight))
    : w
}
