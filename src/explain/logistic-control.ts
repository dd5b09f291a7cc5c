/**
 * A model of the model: P(class) as a logistic function of the switches, to take most of the noise out of estimates.
 *
 * Where an answer is a probability, σ(b₀ + Σ b x) follows it more closely than any linear function, and for a logistic
 * model exactly. Fitted by iteratively reweighted least squares to answers in [0, 1] (Papke and Wooldridge 1996), with a
 * small ridge so that answers of exactly 0 and 1 have a solution.
 */
import type { DesignMatrix } from '../math/bit-matrix.ts'
import { predictLinear } from '../math/linear-prediction.ts'
import { type LinearFit, solveRidge } from '../math/ridge.ts'
import { weightedMoments } from '../math/weighted-moments.ts'

/** Least p (1 − p): answers nearer to 0 and 1 count as if they were no nearer. */
const LEAST = 1e-4
const RIDGE = 1e-6

/** Fits y (n) in [0, 1] on X (n, d); rows of weight 0 do not count. Starts from `start` where it is given. */
export function fitLogistic(
  X: DesignMatrix,
  y: Float64Array,
  weights: Float64Array,
  steps: number,
  start?: LinearFit,
): LinearFit {
  let fit = start ?? fitLogits(X, y, weights)
  for (let step = 0; step < steps; step++) {
    const scores = predictLinear(X, fit)
    const w = new Float64Array(y.length)
    const target = new Float64Array(y.length)
    for (let i = 0; i < y.length; i++) {
      const p = 1 / (1 + Math.exp(-scores[i]!))
      const slope = Math.max(LEAST, p * (1 - p))
      w[i] = weights[i]! * slope
      target[i] = scores[i]! + (y[i]! - p) / slope
    }
    const moments = weightedMoments(X, w)
    const next = solveRidge(moments, moments.cross(target), RIDGE)
    const change = next.coefficients.reduce(
      (most, value, j) => Math.max(most, Math.abs(value - fit.coefficients[j]!)),
      0,
    )
    fit = next
    if (change < 1e-9) break
  }
  return fit
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

function logit(p: number): number {
  return Math.log(Math.max(p, SMALLEST) / Math.max(1 - p, SMALLEST))
}

/** Logits of answers nearer to 0 or 1 have no digits left. */
const SMALLEST = 1e-12
