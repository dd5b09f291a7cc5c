/**
 * Weighted lasso by coordinate descent on the Gram matrix (Friedman, Hastie, Tibshirani 2010, section 2).
 *
 *     minimise (1 / 2n) Σ w (y − b₀ − x·b)² + α |b|₁,  weights scaled so that Σ w = n
 *
 * which is scikit-learn's `Lasso(alpha).fit(X, y, sample_weight)`, solved to the end instead of to `tol` 1e-4:
 * 1. q = G b is kept up to date; b_j = soft(c_j − q_j + G_jj b_j, n α) / G_jj, over the nonzero coefficients until they
 *    rest, then once over all.
 * 2. From there feature-sign search (Lee, Battle, Raina, Ng 2007) goes to the exact minimum: the nonzero coefficients
 *    move to the solution of G_AA b = c_A − n α sign(b_A), or to where the first of them reaches 0 and leaves; then the
 *    feature whose gradient exceeds n α most enters; none left: done.
 * 3. Where that fails (collinear features) descent goes on, and ends when the duality gap is below 1e-14 of
 *    Σ w (y − ȳ)², or after 10,000 sweeps.
 *
 * Constant columns get 0. Of identical columns the first takes all. α = 0 is least squares, with the
 * least-norm solution of `solveRidge`.
 */
import { cholesky, choleskySolve } from './cholesky.ts'
import { type LinearFit, solveRidge, withIntercept } from './ridge.ts'
import type { WeightedCross, WeightedMoments } from './weighted-moments.ts'

const SWEEPS = 10_000
const GAP = 1e-14
const ROUNDS = 50

/** The lasso with penalty `alpha` ≥ 0 on the features named in `subset` (all without it). */
export function solveLasso(
  moments: WeightedMoments,
  cross: WeightedCross,
  alpha: number,
  subset?: ArrayLike<number>,
): LinearFit {
  const features = Int32Array.from(subset ?? moments.mean.map((_, j) => j))
  if (alpha === 0) return solveRidge(moments, cross, 0, features)
  const k = features.length
  const scale = moments.sumW > 0 ? moments.rows / moments.sumW : 0
  const G = new Float64Array(k * k)
  const c = new Float64Array(k)
  if (subset === undefined) moments.gram()
  for (let i = 0; i < k; i++) {
    const column = moments.column(features[i]!)
    for (let j = 0; j < k; j++) G[i * k + j] = scale * column[features[j]!]!
    c[i] = scale * cross.c[features[i]!]!
  }
  const b = descend(G, c, moments.rows * alpha, scale * cross.sumSquares)
  return withIntercept(moments, cross, b, features)
}

/** Minimises ½ bᵀGb − cᵀb + λ |b|₁. */
function descend(G: Float64Array, c: Float64Array, lambda: number, yy: number): Float64Array {
  const k = c.length
  const b = new Float64Array(k)
  const q = new Float64Array(k)

  /** One coordinate; gives the change in units of the target. */
  function update(j: number): number {
    const diagonal = G[j * k + j]!
    if (diagonal <= 0) return 0
    const before = b[j]!
    const pull = c[j]! - q[j]! + diagonal * before
    const after = Math.abs(pull) <= lambda ? 0 : (pull - Math.sign(pull) * lambda) / diagonal
    const change = after - before
    if (change === 0) return 0
    b[j] = after
    for (let i = 0, at = j * k; i < k; i++, at++) q[i]! += change * G[at]!
    return change * change * diagonal
  }

  for (let sweep = 0; sweep < SWEEPS; ) {
    let moved = 0
    for (let j = 0; j < k; j++) moved = Math.max(moved, update(j))
    sweep++
    if (moved === 0) break
    for (let inner = 0; inner < 100 && sweep < SWEEPS; inner++, sweep++) {
      moved = 0
      for (let j = 0; j < k; j++) if (b[j] !== 0) moved = Math.max(moved, update(j))
      if (moved <= 1e-10 * yy) break
    }
    const exact = finish(G, c, b, lambda)
    if (exact !== undefined) return exact
    if (dualityGap(c, b, q, lambda, yy) <= GAP * yy) break
  }
  return b
}

/** Feature-sign search from `start`; `undefined` where the active features are collinear or the search does not end. */
function finish(
  G: Float64Array,
  c: Float64Array,
  start: Float64Array,
  lambda: number,
): Float64Array | undefined {
  const k = c.length
  const b = start.slice()
  const signs = b.map(Math.sign)
  const most = lambda * (1 + 1e-10)
  for (let round = 0; round < ROUNDS; round++) {
    const active: number[] = []
    for (let j = 0; j < k; j++) if (signs[j] !== 0) active.push(j)
    const a = active.length
    const A = new Float64Array(a * a)
    const right = new Float64Array(a)
    for (let row = 0; row < a; row++) {
      const j = active[row]!
      for (let column = 0; column < a; column++) A[row * a + column] = G[j * k + active[column]!]!
      right[row] = c[j]! - lambda * signs[j]!
    }
    const L = cholesky(A, a)
    if (L === undefined) return undefined
    const target = choleskySolve(L, right, a)
    let step = 1
    let leaving = -1
    for (let row = 0; row < a; row++) {
      const j = active[row]!
      if (target[row]! * signs[j]! > 0) continue
      const reach = b[j]! === 0 ? 0 : b[j]! / (b[j]! - target[row]!)
      if (reach < step || leaving < 0) {
        step = reach
        leaving = j
      }
    }
    for (let row = 0; row < a; row++) {
      const j = active[row]!
      b[j] = step === 1 ? target[row]! : b[j]! + step * (target[row]! - b[j]!)
    }
    if (leaving >= 0) {
      b[leaving] = 0
      signs[leaving] = 0
      continue
    }
    const gradient = c.slice()
    for (const j of active) {
      for (let i = 0, at = j * k; i < k; i++, at++) gradient[i]! -= b[j]! * G[at]!
    }
    let entering = -1
    for (let j = 0; j < k; j++) {
      const size = Math.abs(gradient[j]!)
      if (signs[j] !== 0 || size <= most || G[j * k + j]! <= 0) continue
      if (entering < 0 || size > Math.abs(gradient[entering]!)) entering = j
    }
    if (entering < 0) return b
    signs[entering] = Math.sign(gradient[entering]!)
  }
  return undefined
}

/**
 * Primal minus dual at the residual r = y − Xb scaled by s into the dual's bounds:
 * ½|r|² + λ|b|₁ − (s r·y − ½ s²|r|²), with |r|² = yy − 2 c·b + b·q and r·y = yy − c·b.
 */
function dualityGap(
  c: Float64Array,
  b: Float64Array,
  q: Float64Array,
  lambda: number,
  yy: number,
): number {
  let largest = 0
  let norm = 0
  let cb = 0
  let bq = 0
  for (let j = 0; j < b.length; j++) {
    largest = Math.max(largest, Math.abs(c[j]! - q[j]!))
    norm += Math.abs(b[j]!)
    cb += c[j]! * b[j]!
    bq += b[j]! * q[j]!
  }
  const s = largest > lambda ? lambda / largest : 1
  const rr = yy - 2 * cb + bq
  return 0.5 * rr + lambda * norm - (s * (yy - cb) - 0.5 * s * s * rr)
}
