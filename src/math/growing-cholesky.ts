/**
 * A Cholesky factor L of a Gram matrix that grows by a column at a time, as rows.
 */

const DEGENERATE = 1e-7
/** A residual square below this share of the column's own is rounding: also degenerate. */
const SPANNED = 1e-13

/**
 * Adds a feature to the Cholesky factor of the active ones (its rows), by its products with them and its square; false
 * where they span it already.
 */
export function append(factor: Float64Array[], inner: Float64Array, square: number): boolean {
  const row = new Float64Array(inner.length + 1)
  let rest = square
  for (let i = 0; i < inner.length; i++) {
    const other = factor[i]!
    let sum = inner[i]!
    for (let k = 0; k < i; k++) sum -= other[k]! * row[k]!
    row[i] = sum / other[i]!
    rest -= row[i]! * row[i]!
  }
  const diagonal = Math.sqrt(Math.abs(rest))
  if (diagonal < DEGENERATE || rest <= SPANNED * square) return false
  row[inner.length] = diagonal
  factor.push(row)
  return true
}

/** Solves L Lᵀ x = b. */
export function solve(factor: readonly Float64Array[], b: readonly number[]): Float64Array {
  const x = Float64Array.from(b)
  factor.forEach((row, i) => {
    for (let k = 0; k < i; k++) x[i]! -= row[k]! * x[k]!
    x[i]! /= row[i]!
  })
  for (let i = x.length - 1; i >= 0; i--) {
    const row = factor[i]!
    x[i]! /= row[i]!
    for (let k = 0; k < i; k++) x[k]! -= row[k]! * x[i]!
  }
  return x
}
