/**
 * The one matrix type: dense, row-major, double precision.
 *
 * Element (i, j) stands at `data[i * cols + j]`. The type lives in the contract because predictors answer with it;
 * what can be computed with matrices lives in `math/`.
 */
export interface Matrix {
  readonly data: Float64Array
  readonly rows: number
  readonly cols: number
}
