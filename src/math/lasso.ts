/**
 * Weighted lasso, from its path.
 *
 *     minimise (1 / 2n) Σ w (y − b₀ − x·b)² + α |b|₁,  weights scaled so that Σ w = n
 *
 * which is scikit-learn's `Lasso(alpha).fit(X, y, sample_weight)`, exact instead of solved to `tol` 1e-4:
 * 1. Least angle regression (`lars.ts`) down to α; the path is straight between knots.
 * 2. Coordinate descent from there (Friedman, Hastie, Tibshirani 2010, section 2), b_j = soft(c_j − Σ_k≠j G_jk b_k, λ) / G_jj,
 *    which changes nothing unless collinear features have led the path astray.
 *
 * Constant columns get 0. Of identical columns the first takes all. α = 0 is least squares, with the
 * least-norm solution of `solveRidge`.
 */
import { larsPath } from './lars.ts'
import { type LinearFit, solveRidge, withIntercept } from './ridge.ts'
import type { WeightedCross, WeightedMoments } from './weighted-moments.ts'

const SWEEPS = 100_000
const ROUNDING = 1e-20

/** The lasso with penalty `alpha` ≥ 0 on the features named in `subset` (all without it). */
export function solveLasso(
  moments: WeightedMoments,
  cross: WeightedCross,
  alpha: number,
  subset?: ArrayLike<number>,
): LinearFit {
  const features = Int32Array.from(subset ?? moments.mean.map((_, j) => j))
  if (alpha === 0) return solveRidge(moments, cross, 0, features)
  if (subset === undefined) moments.gram()
  // Moments in units of the largest square, so that the path's bounds mean the same whatever the scale.
  const unit = moments.diagonal.reduce((most, square) => Math.max(most, square), 0) || 1
  const pick = (values: Float64Array) => Float64Array.from(features, (j) => values[j]! / unit)
  const columns: Float64Array[] = []
  const column = (j: number) => (columns[j] ??= pick(moments.column(features[j]!)))
  // In the weights' own scale the penalty is α Σw.
  const target = (alpha * moments.sumW) / unit
  const path = larsPath({ column, c: pick(cross.c), n: 1 }, target, 20 * features.length + 100)
  const to = path.at(-1)!
  const from = path.at(-2) ?? to
  const share = to.alpha < target ? (from.alpha - target) / (from.alpha - to.alpha) : 1
  const b = to.coefficients.map((end, j) => {
    const start = from.coefficients[j]!
    return start + Math.max(0, share) * (end - start)
  })
  descend(b, column, pick(cross.c), target, cross.sumSquares / unit)
  return withIntercept(moments, cross, b, features)
}

/** Lowers ½ bᵀGb − cᵀb + λ |b|₁ until no step is worth more than rounding of Σ w (y − ȳ)², `whole`. */
function descend(
  b: Float64Array,
  column: (j: number) => Float64Array,
  c: Float64Array,
  lambda: number,
  whole: number,
): void {
  let moved = whole
  for (let sweep = 0; sweep < SWEEPS && moved > ROUNDING * whole; sweep++) {
    moved = 0
    for (let j = 0; j < b.length; j++) {
      const G = column(j)
      let pull = c[j]!
      for (let k = 0; k < b.length; k++) if (k !== j) pull -= G[k]! * b[k]!
      const size = G[j]! > 0 ? Math.max(0, Math.abs(pull) - lambda) / G[j]! : 0
      const after = size === 0 ? 0 : Math.sign(pull) * size
      moved = Math.max(moved, (after - b[j]!) ** 2 * G[j]!)
      b[j] = after
    }
  }
}
