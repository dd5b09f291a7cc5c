/**
 * What the two kinds of design matrix have in common for weighted least squares.
 *
 * With weights w and the reference row r (the row of largest weight, the first of equals; in LIME the instance):
 *
 *     mean_j  = Σ w x_j / W                       W = Σ w
 *     G_jk    = Σ w (x_j − mean_j)(x_k − mean_k)
 *     c_j     = Σ w (x_j − mean_j)(y − ȳ)
 *
 * Everything is computed from x − r. Where the reference row holds nearly all the weight (a narrow kernel), sums over
 * raw x are dominated by it and G would be lost in cancellation; in x − r that row is zero. A constant column gives
 * exact zeros, and equal columns give bit-equal entries, because each entry is summed in the same order.
 */

/** Moments of one design matrix under one set of weights. */
export interface GramSource {
  /** Weighted means (d) of the columns; the reference row's values where W = 0. */
  readonly mean: Float64Array
  /** Diagonal of G (d): weighted sums of squares around the mean. */
  readonly diagonal: () => Float64Array
  /** G as a flat (d, d) array, both triangles filled. */
  readonly full: () => Float64Array
  /** Column j of G as a fresh array (d). */
  readonly column: (j: number) => Float64Array
  /** (X − mean) b (n) for b (d). */
  readonly times: (b: Float64Array) => Float64Array
  /** (X − mean)ᵀ v (d) for v (n). */
  readonly transposeTimes: (v: Float64Array) => Float64Array
  /** G b (d) for b (d), where that is quicker than `transposeTimes` after `times`. */
  readonly gramTimes?: (b: Float64Array) => Float64Array
  /** |x − mean|² (n) of each row. */
  readonly rowSquares: () => Float64Array
}

/** The row of largest weight, the first of equals. */
export function heaviestRow(w: Float64Array): number {
  let heaviest = 0
  for (let i = 1; i < w.length; i++) if (w[i]! > w[heaviest]!) heaviest = i
  return heaviest
}

/** Copies the upper triangle of a flat (d, d) array to the lower one. */
export function mirrorUpper(G: Float64Array, d: number): void {
  for (let j = 1; j < d; j++) {
    for (let k = 0; k < j; k++) G[j * d + k] = G[k * d + j]!
  }
}
