/**
 * A model of the model: P(class) as a logistic function of the switches, to take most of the noise out of estimates.
 *
 * Where an answer is a probability, σ(b₀ + Σ b x) follows it more closely than any linear function, and for a logistic
 * model exactly. Fitted to answers in [0, 1] by Newton's method (Papke and Wooldridge 1996), with a small ridge so that
 * answers of exactly 0 and 1 have a solution. A step is solved by conjugate gradients with the factor of the first step
 * as preconditioner, to three digits: the next step corrects the rest, and no step but the first needs a Gram matrix.
 */
import type { DesignMatrix } from '../math/bit-matrix.ts'
import { cholesky, choleskySolve } from '../math/cholesky.ts'
import { conjugateGradients } from '../math/conjugate-gradients.ts'
import { predictLinear } from '../math/linear-prediction.ts'
import { type LinearFit, solveRidge, withIntercept } from '../math/ridge.ts'
import { type WeightedMoments, weightedMoments } from '../math/weighted-moments.ts'

/** Least p (1 − p): answers nearer to 0 and 1 count as if they were no nearer. */
const LEAST = 1e-4
const RIDGE = 1e-6
/** Residual of a step's equations, relative to their right-hand side, and most steps to it. */
const TOLERANCE = 1e-3
const MOST_STEPS = 40

/** M⁻¹ r for an M near the matrix of a Newton step. */
export type Preconditioner = (r: Float64Array) => Float64Array

/** Newton's method with a starting point (default: `fitLogits`), most steps, and a preconditioner where one is known. */
export interface LogisticRequest {
  readonly start?: LinearFit
  readonly steps: number
  readonly near?: Preconditioner | undefined
}

/** Fits y (n) in [0, 1] on X (n, d); rows of weight 0 do not count. */
export function fitLogistic(
  X: DesignMatrix,
  y: Float64Array,
  weights: Float64Array,
  { start, steps, near }: LogisticRequest,
): LinearFit {
  let fit = start ?? fitLogits(X, y, weights)
  let improve = near
  for (let step = 0; step < steps; step++) {
    const { moments, target } = newtonStep(X, y, weights, fit)
    improve ??= preconditioner(moments)
    const cross = moments.cross(target)
    const b = fit.coefficients
    const ridged = (x: Float64Array) =>
      moments.gramTimes(x).map((value, j) => value + RIDGE * x[j]!)
    const right = cross.c.map((value, j) => value - RIDGE * b[j]!)
    const { x } = conjugateGradients(ridged, right, improve, TOLERANCE, MOST_STEPS)
    const move = withIntercept(moments, cross, x)
    fit = {
      coefficients: b.map((value, j) => value + move.coefficients[j]!),
      intercept: fit.intercept + move.intercept,
    }
    if (x.every((value) => Math.abs(value) < 1e-9)) break
  }
  return fit
}

/** The factor of the Newton step at `fit`, for steps near it. */
export function preconditionerAt(
  X: DesignMatrix,
  y: Float64Array,
  weights: Float64Array,
  fit: LinearFit,
): Preconditioner {
  return preconditioner(newtonStep(X, y, weights, fit).moments)
}

/** Weights p (1 − p) and targets (y − p) / (p (1 − p)): the next step is their least squares. */
function newtonStep(X: DesignMatrix, y: Float64Array, weights: Float64Array, fit: LinearFit) {
  const scores = predictLinear(X, fit)
  const w = new Float64Array(y.length)
  const target = new Float64Array(y.length)
  for (let i = 0; i < y.length; i++) {
    const p = 1 / (1 + Math.exp(-scores[i]!))
    const slope = Math.max(LEAST, p * (1 - p))
    w[i] = weights[i]! * slope
    target[i] = (y[i]! - p) / slope
  }
  return { moments: weightedMoments(X, w), target }
}

function preconditioner(moments: WeightedMoments): Preconditioner {
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
  return predictLinear(X, fit).map((score) => 1 / (1 + Math.exp(-score)))
}

/** Least squares on the logits: exact for a logistic model, however near to 0 and 1 its answers are. */
function fitLogits(X: DesignMatrix, y: Float64Array, weights: Float64Array): LinearFit {
  const moments = weightedMoments(X, weights)
  return solveRidge(moments, moments.cross(y.map(logit)), 1e-9)
}

/** ln(p / (1 − p)), of p no nearer to 0 and 1 than 1e−12: there the logits have no digits left. */
export function logit(p: number): number {
  return Math.log(Math.max(p, SMALLEST) / Math.max(1 - p, SMALLEST))
}

const SMALLEST = 1e-12
