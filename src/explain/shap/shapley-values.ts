/**
 * Shapley values from what the model answers for coalitions.
 *
 * - Exactly, from all 2^d: φ_j = Σ_S |S|! (d − |S| − 1)! / d! (v(S ∪ j) − v(S)).
 * - From some of them by weighted least squares under the constraint Σφ = v(all) − v(none) (Lundberg and Lee 2017): with
 *   a = z − |z| / d and y = v − v(none) − |z| / d (v(all) − v(none)), whose solution is orthogonal to 1,
 *
 *       φ = (v(all) − v(none)) / d + (Σ w a aᵀ + 1 1ᵀ / d)⁻¹ Σ w a y
 *
 * - For probabilities first less a model of them, g(z) = σ(b₀ + Σ b z), fitted to the other coalitions (four folds); the
 *   Shapley values of g are found from all 2^d, or many, of its own answers.
 */
import { type BitMatrix, getBit, popcount } from '../../math/bit-matrix.ts'
import { cholesky, choleskySolve, singularFactor } from '../../math/cholesky.ts'
import type { Coalitions } from './coalitions.ts'

/** Shapley values (d) from v (2^d), in the order of `allMasks`. */
export function exactShapley(v: Float64Array, d: number): Float64Array {
  const last = v.length - 1
  // |S|! (d − |S| − 1)! / d!
  const shares = new Float64Array(d)
  shares[0] = 1 / d
  for (let s = 1; s < d; s++) shares[s] = (shares[s - 1]! * s) / (d - s)
  const phi = new Float64Array(d)
  for (let code = 0; code <= last; code++) {
    const size = popcount(code)
    // Row i holds the coalition last − i.
    const value = v[last - code]!
    for (let j = 0; j < d; j++) {
      if ((code >>> j) & 1) phi[j]! += shares[size - 1]! * value
      else phi[j]! -= shares[size]! * value
    }
  }
  return phi
}

/** Shapley values (d) from the first n coalitions and v (n), the full and the empty one first. */
export function regressShapley(
  { masks, weights }: Coalitions,
  v: Float64Array,
  skipped: (pair: number) => boolean = () => false,
): Float64Array {
  const d = masks.cols
  const all = v[0]! - v[1]!
  const G = new Float64Array(d * d).fill(1 / d)
  const b = new Float64Array(d)
  const a = new Float64Array(d)
  for (let i = 2; i < v.length; i++) {
    if (skipped(i >> 1)) continue
    const share = sizeOf(masks, i) / d
    const w = weights[i]!
    const y = v[i]! - v[1]! - share * all
    for (let j = 0; j < d; j++) a[j] = getBit(masks, i, j) - share
    for (let j = 0; j < d; j++) {
      const wa = w * a[j]!
      b[j]! += wa * y
      for (let k = 0, at = j * d; k < d; k++, at++) G[at]! += wa * a[k]!
    }
  }
  const L = cholesky(G.slice(), d)
  const phi = L ? choleskySolve(L, b, d) : singularFactor(G, d).solve(b)
  // What rounding leaves of Σφ is spread, so that the sum holds to the last digits.
  const rest = phi.reduce((sum, value) => sum + value, 0)
  return phi.map((value) => value + (all - rest) / d)
}

/** Standard errors (d) by leaving out every tenth pair in turn (delete-a-group jackknife). */
export function shapleyErrors(coalitions: Coalitions, v: Float64Array): Float64Array {
  const d = coalitions.masks.cols
  const estimates = Array.from({ length: GROUPS }, (_, group) =>
    regressShapley(coalitions, v, (pair) => pair % GROUPS === group),
  )
  return Float64Array.from({ length: d }, (_, j) => {
    const mean = estimates.reduce((sum, one) => sum + one[j]!, 0) / GROUPS
    const squares = estimates.reduce((sum, one) => sum + (one[j]! - mean) ** 2, 0)
    return Math.sqrt(((GROUPS - 1) / GROUPS) * squares)
  })
}

const GROUPS = 10

function sizeOf(masks: BitMatrix, i: number): number {
  let size = 0
  for (let k = 0, at = i * masks.stride; k < masks.stride; k++, at++) {
    size += popcount(masks.words[at]!)
  }
  return size
}
