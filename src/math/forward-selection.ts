/**
 * Forward selection: add, one at a time, the feature with which weighted least squares explains most.
 *
 * Python LIME refits a ridge with α = 0 for every candidate at every step and keeps the first of highest weighted R².
 * The same scores follow from one Gram matrix. With r_j the residual of column j after projection on the selected
 * ones (its square r_jj, its product with the target r_jy), adding j raises R² by r_jy² / (r_jj Σw(y − ȳ)²). After
 * selecting p, with l_j = r_jp / √r_pp:
 *
 *     r_jj −= l_j²,  r_jy −= l_j r_py / √r_pp
 *
 * which is Cholesky's algorithm in the order of selection: O(d k) for step k.
 *
 * Ties: scores within 1e-12 of each other count as equal and the lower index wins (in Python rounding decides between
 * columns that are equal but for scale; of identical columns the first wins there too). A constant column, or one that
 * the selected ones already span, adds nothing: it is taken only when no other is left to add anything, in index order.
 */
import type { WeightedCross, WeightedMoments } from './weighted-moments.ts'

/** Scores that differ by less are equal. */
const SCORE_TOLERANCE = 1e-12

/** A residual square below this share of the column's own is rounding. */
const SPANNED = 1e-13

/** Ids of the `count` features selected (of all, if there are fewer), in order of selection. */
export function forwardSelection(
  moments: WeightedMoments,
  cross: WeightedCross,
  count: number,
): Int32Array {
  const d = moments.cols
  const steps = Math.min(count, d)
  const selected = new Int32Array(steps)
  const taken = new Uint8Array(d)
  const rest = moments.diagonal.slice()
  const product = cross.c.slice()
  const factors: Float64Array[] = []
  const total = cross.sumSquares
  for (let step = 0; step < steps; step++) {
    let best = -1
    let bestGain = 0
    for (let j = 0; j < d; j++) {
      if (taken[j] === 1) continue
      const square = rest[j]!
      const spanned = square <= SPANNED * moments.diagonal[j]!
      const gain = spanned || total === 0 ? 0 : (product[j]! * product[j]!) / (square * total)
      if (best < 0 || gain > bestGain + SCORE_TOLERANCE) {
        best = j
        bestGain = gain
      }
    }
    selected[step] = best
    taken[best] = 1
    const square = rest[best]!
    if (square <= SPANNED * moments.diagonal[best]!) continue
    const factor = moments.column(best).slice()
    for (const earlier of factors) {
      const share = earlier[best]!
      for (let j = 0; j < d; j++) factor[j]! -= share * earlier[j]!
    }
    const root = Math.sqrt(square)
    const along = product[best]! / root
    for (let j = 0; j < d; j++) {
      const l = factor[j]! / root
      factor[j] = l
      rest[j]! -= l * l
      product[j]! -= l * along
    }
    factors.push(factor)
  }
  return selected
}
