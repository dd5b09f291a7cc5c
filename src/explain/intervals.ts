/**
 * What is known of weights: standard errors of weighted fits, 95 % intervals, and ranks that cannot be told apart.
 */
import type { FeatureWeight } from '../contract/explanation.ts'
import type { DesignMatrix } from '../math/bit-matrix.ts'
import { cholesky, choleskySolve } from '../math/cholesky.ts'
import { momentsAround } from '../math/moments-around.ts'
import { normalQuantile } from '../math/normal-distribution.ts'
import { weightedMoments } from '../math/weighted-moments.ts'

const Z = normalQuantile(0.975)

/** The 97.5 % point of Student's t with `degrees` of freedom, by Cornish and Fisher's series (1 % off at 3). */
export function studentQuantile(degrees: number): number {
  const z = Z
  const v = degrees
  const first = (z ** 3 + z) / (4 * v)
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * v * v)
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * v ** 3)
  return z + first + second + third
}

/** The selected columns of a design, and what their fit knew of them: means (k), and G = Σ w a aᵀ, flat (k, k). */
export interface FittedColumns {
  readonly features: ArrayLike<number>
  readonly mean: Float64Array
  readonly G: Float64Array
}

/**
 * Standard errors (k) of a weighted linear fit of columns of X (n, d), all of them without `fitted`, with residuals e (n):
 * the sandwich G⁻¹ (Σ w² e² a aᵀ) G⁻¹ with a the centred row and G = Σ w a aᵀ, scaled by m / (m − k − 1), m the effective
 * number of samples (White 1980). Undefined where too few samples are left over, or the columns depend on each other.
 */
export function weightedErrors(
  X: DesignMatrix,
  e: Float64Array,
  w: Float64Array,
  fitted?: FittedColumns,
): { readonly standardErrors: Float64Array; readonly degrees: number } | undefined {
  const n = X.rows
  const k = fitted?.features.length ?? X.cols
  let squares = 0
  let sum = 0
  for (let i = 0; i < n; i++) {
    sum += w[i]!
    squares += w[i]! ** 2
  }
  const effective = squares > 0 ? (sum * sum) / squares : 0
  const degrees = effective - k - 1
  if (k === 0 || degrees < 3 || n * k * k > MOST_WORK) return undefined
  const { features, mean, G } = fitted ?? allColumns(X, w)
  const L = cholesky(G.slice(), k)
  if (L === undefined) return undefined
  const u = new Float64Array(n)
  for (let i = 0; i < n; i++) u[i] = (w[i]! * e[i]!) ** 2
  const { second } = momentsAround(X, features, u, mean)
  const unit = new Float64Array(k)
  const standardErrors = new Float64Array(k)
  const scale = effective / degrees
  for (let j = 0; j < k; j++) {
    unit.fill(0)
    unit[j] = 1
    const v = choleskySolve(L, unit, k)
    let variance = 0
    for (let a = 0; a < k; a++) {
      let product = 0
      for (let b = 0; b < k; b++) product += v[b]! * second[a * k + b]!
      variance += v[a]! * product
    }
    standardErrors[j] = Math.sqrt(scale * Math.max(0, variance))
  }
  return { standardErrors, degrees }
}

function allColumns(X: DesignMatrix, w: Float64Array): FittedColumns {
  const moments = weightedMoments(X, w)
  const features = Int32Array.from({ length: X.cols }, (_, j) => j)
  return { features, mean: moments.mean, G: moments.gram() }
}

/** Beyond so many products a fit goes without standard errors. */
const MOST_WORK = 1e9

/** Weights in the order of their ranks, each with its error (the next one in rank last, where it is not shown). */
export interface RankedWeights {
  readonly weights: readonly FeatureWeight[]
  /** For each weight. */
  readonly standardErrors: ArrayLike<number>
  readonly degrees: number
  /** |weight| and error of the best feature that is not shown. */
  readonly next?: { readonly size: number; readonly standardError: number } | undefined
}

/** The weights with standard errors, intervals, and `tied` where |weight| cannot be told from a neighbour's in rank. */
export function withIntervals({
  weights,
  standardErrors,
  degrees,
  next,
}: RankedWeights): FeatureWeight[] {
  const t = studentQuantile(degrees)
  const sizes = weights.map(({ weight }) => Math.abs(weight))
  const errors = Array.from(standardErrors)
  if (next !== undefined) {
    sizes.push(next.size)
    errors.push(next.standardError)
  }
  const close = (a: number, b: number) =>
    b < sizes.length &&
    a >= 0 &&
    Math.abs(sizes[a]! - sizes[b]!) <= t * Math.sqrt(errors[a]! ** 2 + errors[b]! ** 2)
  return weights.map((one, k) => {
    const standardError = errors[k]!
    const half = t * standardError
    return {
      ...one,
      standardError,
      interval: [one.weight - half, one.weight + half],
      ...((close(k - 1, k) || close(k, k + 1)) && { tied: true }),
    }
  })
}
