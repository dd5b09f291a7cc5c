/**
 * Correlations: Pearson's r, and Spearman's ρ as Pearson's of ranks, where equal values share their mean rank.
 */

/** Pearson's r of two lists of equal length; 0 where one of them does not vary. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length
  let meanA = 0
  let meanB = 0
  for (let i = 0; i < n; i++) {
    meanA += a[i]! / n
    meanB += b[i]! / n
  }
  let cross = 0
  let squareA = 0
  let squareB = 0
  for (let i = 0; i < n; i++) {
    cross += (a[i]! - meanA) * (b[i]! - meanB)
    squareA += (a[i]! - meanA) ** 2
    squareB += (b[i]! - meanB) ** 2
  }
  if (!(squareA > 0 && squareB > 0)) return 0
  return Math.max(-1, Math.min(1, cross / Math.sqrt(squareA) / Math.sqrt(squareB)))
}

/** Spearman's ρ; 0 where one of the lists does not vary. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return pearson(ranks(a), ranks(b))
}

/** Ranks from 1, equal values share the mean of theirs. */
function ranks(values: ArrayLike<number>): Float64Array {
  const order = Array.from(values, (value, i) => ({ value, i })).sort((a, b) => a.value - b.value)
  const out = new Float64Array(values.length)
  for (let from = 0; from < order.length; ) {
    let to = from + 1
    while (to < order.length && order[to]!.value === order[from]!.value) to++
    for (let at = from; at < to; at++) out[order[at]!.i] = (from + 1 + to) / 2
    from = to
  }
  return out
}
