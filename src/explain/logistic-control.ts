/**
 * A model of the model: P(class) as a logistic function of the switches, to take most of the noise out of estimates.
 *
 * Where an answer is a probability, σ(b₀ + Σ b x) follows it more closely than any linear function, and for a logistic
 * model exactly. Fitted to answers in [0, 1] by Newton's method (Papke and Wooldridge 1996), with a small ridge so that
 * answers of exactly 0 and 1 have a solution. With A the centred columns, w = p (1 − p), s = Σ w and v = Aᵀ w a step solves
 *
 *     (Aᵀ w A − v vᵀ / s + ridge) x = Aᵀ (y − p) − v Σ (y − p) / s
 *
 * by conjugate gradients, to two digits: the next step corrects the rest. One step's matrix is factored, as
 * preconditioner for all.
 */
import type { DesignMatrix } from '../math/bit-matrix.ts'
import { cholesky, choleskySolve } from '../math/cholesky.ts'
import { conjugateGradients, dot } from '../math/conjugate-gradients.ts'
import { predictLinear } from '../math/linear-prediction.ts'
import type { LinearFit } from '../math/ridge.ts'
import { type WeightedMoments, weightedMoments } from '../math/weighted-moments.ts'
import type { EvenDesign } from './least-squares.ts'

/** Least p (1 − p): answers nearer to 0 and 1 count as if they were no nearer. */
const LEAST = 1e-4
const RIDGE = 1e-6
/** Residual of a step's equations, relative to their right-hand side, and most steps to it. */
const TOLERANCE = 1e-2
const MOST_STEPS = 30
/** A step in which no coefficient moves more is the last. */
const SETTLED = 1e-7

/** Fits of logistic functions to answers about the samples of one design. */
export class LogisticFitter {
  readonly #design: EvenDesign
  #near: ((r: Float64Array) => Float64Array) | undefined

  constructor(design: EvenDesign) {
    this.#design = design
  }

  /**
   * Fits y (n) in [0, 1]; samples of weight 0 do not count. Starts from `start`, by default from least squares on the
   * logits, which is exact for a logistic model; undefined where there are too many columns for it.
   */
  fit(
    y: Float64Array,
    weights: Float64Array,
    steps: number,
    start = this.#design.fit(y.map(logit)),
  ): LinearFit | undefined {
    if (start === undefined) return undefined
    const { moments } = this.#design
    const n = y.length
    let b = start.coefficients
    let offset = start.intercept + dot(moments.mean, b)
    const w = new Float64Array(n)
    const pull = new Float64Array(n)
    for (let step = 0; step < steps; step++) {
      const scores = moments.times(b)
      let s = 0
      let sum = 0
      for (let i = 0; i < n; i++) {
        const p = sigmoid(offset + scores[i]!)
        w[i] = weights[i]! * Math.max(LEAST, p * (1 - p))
        pull[i] = weights[i]! * (y[i]! - p)
        s += w[i]!
        sum += pull[i]!
      }
      const v = moments.transposeTimes(w)
      const right = moments.transposeTimes(pull)
      for (let j = 0; j < b.length; j++) right[j]! -= (v[j]! * sum) / s + RIDGE * b[j]!
      this.#near ??= factored(this.#design, w)
      const product = (x: Float64Array) => {
        const moved = moments.times(x)
        for (let i = 0; i < n; i++) moved[i]! *= w[i]!
        const image = moments.transposeTimes(moved)
        const share = dot(v, x) / s
        for (let j = 0; j < x.length; j++) image[j]! += RIDGE * x[j]! - share * v[j]!
        return image
      }
      const { x } = conjugateGradients(product, right, this.#near, TOLERANCE, MOST_STEPS)
      b = b.map((value, j) => value + x[j]!)
      offset += (sum - dot(v, x)) / s
      if (x.every((value) => Math.abs(value) < SETTLED)) break
    }
    return { coefficients: b, intercept: offset - dot(moments.mean, b) }
  }
}

/** r ↦ M⁻¹ r for the matrix of a step with the weights w. */
function factored({ columns }: EvenDesign, w: Float64Array): (r: Float64Array) => Float64Array {
  const moments: WeightedMoments = weightedMoments(columns, w)
  const d = moments.cols
  const G = moments.gram().slice()
  for (let j = 0; j < d; j++) G[j * (d + 1)]! += RIDGE
  const L = cholesky(G, d)
  if (L !== undefined) return (r) => choleskySolve(L, r, d)
  const diagonal = moments.diagonal.map((value) => value + RIDGE)
  return (r) => r.map((value, j) => value / diagonal[j]!)
}

/** σ(b₀ + Σ b x) (n). */
export function predictLogistic(X: DesignMatrix, fit: LinearFit): Float64Array {
  return predictLinear(X, fit).map(sigmoid)
}

/** 1 / (1 + e^−s) */
export function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score))
}

/** ln(p / (1 − p)), of p no nearer to 0 and 1 than 1e−12: there the logits have no digits left. */
function logit(p: number): number {
  return Math.log(Math.max(p, SMALLEST) / Math.max(1 - p, SMALLEST))
}

const SMALLEST = 1e-12
