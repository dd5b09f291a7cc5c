/**
 * Weighted ridge regression and ordinary least squares, on moments.
 *
 *     minimise Σ w (y − b₀ − x·b)² + α |b|²,  so that (G + αI) b = c  and  b₀ = ȳ − mean·b
 *
 * α is not scaled by Σw and the intercept is not penalised: scikit-learn's `Ridge(alpha).fit(X, y, sample_weight)`.
 * Singular systems (α = 0 with collinear or constant columns, with more features than samples, or with all weight on
 * few rows) give the least-norm solution, in which a constant column has coefficient 0.
 */
import { cholesky, choleskySolve, singularFactor } from './cholesky.ts'
import type { WeightedCross, WeightedMoments } from './weighted-moments.ts'
import { wideRidge } from './wide-ridge.ts'

/**
 * Beyond so many features steps are quicker than the Gram matrix, which is made only where they do not converge. Some twenty
 * steps mostly do; as many as cost what the Gram matrix costs are tried.
 */
const WIDE = 1000
const FEWEST_STEPS = 50

/** Beyond so many features the Gram matrix does not fit into memory: the steps go on for as long as it takes. */
const WIDEST = 6000
const MOST_STEPS = 10_000

/** A linear surrogate. */
export interface LinearFit {
  /** One for each feature of the subset, in its order, or for all features. */
  readonly coefficients: Float64Array
  readonly intercept: number
}

/**
 * Ridge with penalty `alpha` ≥ 0 on the features named in `subset` (all without it); 0 is ordinary least squares.
 * Without a subset the factor is kept in `moments` for the next label.
 */
export function solveRidge(
  moments: WeightedMoments,
  cross: WeightedCross,
  alpha: number,
  subset?: ArrayLike<number>,
): LinearFit {
  if (subset === undefined) {
    if (alpha > 0 && moments.cols > WIDE) {
      const widest = moments.cols > WIDEST
      const steps = widest ? MOST_STEPS : FEWEST_STEPS + moments.cols / 16
      const { x, converged } = wideRidge(moments, cross, alpha, steps)
      if (converged || widest) {
        moments.converged &&= converged
        return withIntercept(moments, cross, x)
      }
    }
    const key = `ridge ${alpha}`
    let solve = moments.kept.get(key) as Solver | undefined
    if (solve === undefined) {
      solve = solver(moments.gram().slice(), moments.cols, alpha)
      moments.kept.set(key, solve)
    }
    return withIntercept(moments, cross, solve(cross.c))
  }
  return solveNormal(normalEquations(moments, cross, subset), alpha)
}

/** All that a ridge on k features needs: G (k, k), c (k), their means (k) and the target's. */
export interface NormalEquations {
  readonly G: Float64Array
  readonly c: Float64Array
  readonly mean: Float64Array
  readonly meanY: number
}

/** The equations of the features in `subset`, in its order. */
export function normalEquations(
  moments: WeightedMoments,
  cross: WeightedCross,
  subset: ArrayLike<number>,
): NormalEquations {
  const c = new Float64Array(subset.length)
  for (let i = 0; i < c.length; i++) c[i] = cross.c[subset[i]!]!
  return { ...momentsOf(moments, subset), c, meanY: cross.meanY }
}

/** G (k, k) and the means (k) of the features in `subset`, in its order, as copies. */
export function momentsOf(
  moments: WeightedMoments,
  subset: ArrayLike<number>,
): Pick<NormalEquations, 'G' | 'mean'> {
  const k = subset.length
  const G = new Float64Array(k * k)
  const mean = new Float64Array(k)
  for (let i = 0; i < k; i++) {
    const column = moments.column(subset[i]!)
    for (let j = 0; j < k; j++) G[i * k + j] = column[subset[j]!]!
    mean[i] = moments.mean[subset[i]!]!
  }
  return { G, mean }
}

/** Ridge with penalty `alpha` ≥ 0; G is written to. */
export function solveNormal(equations: NormalEquations, alpha: number): LinearFit {
  const { G, c, mean, meanY } = equations
  return withIntercept({ mean }, { meanY }, solver(G, c.length, alpha)(c))
}

/** b₀ = ȳ − mean·b */
export function withIntercept(
  { mean }: Pick<NormalEquations, 'mean'>,
  { meanY }: Pick<NormalEquations, 'meanY'>,
  coefficients: Float64Array,
  subset?: ArrayLike<number>,
): LinearFit {
  let intercept = meanY
  for (let j = 0; j < coefficients.length; j++) {
    intercept -= coefficients[j]! * mean[subset === undefined ? j : subset[j]!]!
  }
  return { coefficients, intercept }
}

type Solver = (b: Float64Array) => Float64Array

/** Solver of (A + αI) x = b; A is written to. */
function solver(A: Float64Array, d: number, alpha: number): Solver {
  for (let j = 0; j < d; j++) A[j * d + j]! += alpha
  const L = cholesky(A, d)
  if (L !== undefined) return (b) => choleskySolve(L, b, d)
  return singularFactor(A, d).solve
}
