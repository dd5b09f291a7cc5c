/**
 * Ridge with many features: no Gram matrix is made, which would be (d, d).
 *
 * With A = √w (X − mean) and r = √w (y − ȳ) the coefficients are, whichever system is the smaller,
 *
 *     (AᵀA + αI) b = Aᵀ r                                (d, d)
 *     (A Aᵀ + αI) u = r,  b = Aᵀ u                       (n, n)
 *
 * Both are solved by conjugate gradients, which need products with A and Aᵀ only. In LIME samples differ most in how many
 * features they have switched off: one singular value of A is far larger than the others. The preconditioner is the
 * diagonal and that one direction, found by a few steps of the power method; what is left is near a multiple of the
 * identity where d is much larger than n, or n than d, and some twenty steps reach rounding.
 */
import {
  type Approximation,
  conjugateGradients,
  type DiagonalAndDirection,
  dot,
  inverseOf,
} from './conjugate-gradients.ts'
import type { WeightedCross, WeightedMoments } from './weighted-moments.ts'

/** Residual, relative to the right-hand side. */
const TOLERANCE = 1e-12

/** Steps of the power method. */
const POWER_STEPS = 4

/** Coefficients (d) for α > 0, after at most `steps` steps. */
export function wideRidge(
  moments: WeightedMoments,
  cross: WeightedCross,
  alpha: number,
  steps: number,
): Approximation {
  const { weights, rows, cols } = moments
  const forth = (b: Float64Array) => moments.times(b)
  const back = (u: Float64Array) => moments.transposeTimes(u)
  if (cols <= rows) {
    const start = moments.diagonal.slice()
    const preconditioner = strongest(back, forth, start, moments.diagonal, alpha)
    const product = ridged((b) => moments.gramTimes(b), alpha)
    return conjugateGradients(product, cross.c, inverseOf(preconditioner), TOLERANCE, steps)
  }
  const squares = moments.rowSquares()
  const preconditioner = strongest(forth, back, squares.slice(), squares, alpha)
  const r = cross.spread.map((value, i) => Math.sqrt(weights[i]!) * value)
  const { x, converged } = conjugateGradients(
    ridged((u) => forth(back(u)), alpha),
    r,
    inverseOf(preconditioner),
    TOLERANCE,
    steps,
  )
  return { x: back(x), converged }
}

type Product = (p: Float64Array) => Float64Array

/** p ↦ B p + α p */
function ridged(times: Product, alpha: number): Product {
  return (p) => {
    const product = times(p)
    for (let i = 0; i < p.length; i++) product[i]! += alpha * p[i]!
    return product
  }
}

/**
 * D + q qᵀ for B Bᵀ + αI, `outward` = B and `inward` = Bᵀ: q = B e for the unit vector e along which rows of B differ most,
 * D the diagonal of the rest.
 */
function strongest(
  outward: Product,
  inward: Product,
  start: Float64Array,
  squares: Float64Array,
  alpha: number,
): DiagonalAndDirection {
  let q: Float64Array = start
  for (let step = 0; step < POWER_STEPS; step++) {
    const e = inward(q)
    const length = Math.sqrt(dot(e, e))
    if (!(length > 0))
      return { diagonal: squares.map((square) => square + alpha), direction: q.fill(0) }
    q = outward(e.map((value) => value / length))
  }
  const direction = q
  const diagonal = squares.map((square, i) => Math.max(0, square - direction[i]! ** 2) + alpha)
  return { diagonal, direction }
}
