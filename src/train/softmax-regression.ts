/**
 * Softmax regression: the classifier that is put on the features of a network.
 *
 * 1. Each feature is brought to mean 0 and deviation 1 over the training rows; a constant one gets weight 0.
 * 2. Minimised: L(W, b) = 1/n Σ −log softmax(x W + b)[y] + l2/2 ‖W‖², convex, by L-BFGS (Nocedal & Wright, Numerical
 *    Optimization, algorithm 7.5, ten pairs) with backtracking until Armijo's condition holds.
 * 3. The scaling is folded into W and b, so that they take the features as they are.
 */
import type { Matrix } from '../contract/matrix.ts'

/** How it is fitted. */
export interface SoftmaxOptions {
  /** Weight of ‖W‖². Default 1 / n, which is scikit-learn's C = 1. */
  readonly l2?: number | undefined
  /** Default 300. */
  readonly maxIterations?: number | undefined
}

/** A fitted classifier. */
export interface SoftmaxModel {
  /** (features, classes), row by row. */
  readonly weights: Float64Array
  /** (classes). */
  readonly bias: Float64Array
  readonly iterations: number
  /** L at the end. */
  readonly loss: number
}

const PAIRS = 10

/**
 * Fits rows X (n, d) with classes y (n), integers from 0 to k − 1. The result is the same in every run: the problem is
 * convex and starts at 0.
 */
export function fitSoftmax(
  X: Matrix,
  y: ArrayLike<number>,
  k: number,
  options: SoftmaxOptions = {},
): SoftmaxModel {
  const { rows: n, cols: d } = X
  const { l2 = 1 / n, maxIterations = 300 } = options
  const { mean, scale } = standardScale(X)
  const Z = new Float64Array(n * d)
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < d; j++, at++) Z[at] = (X.data[at]! - mean[j]!) * scale[j]!
  }
  // Parameters: W row by row, then b.
  const lossInto = lossOf(Z, y, n, d, k, l2)
  const { point, value, iterations } = minimise(lossInto, (d + 1) * k, maxIterations)
  const weights = point.slice(0, d * k)
  const bias = point.slice(d * k)
  for (let j = 0; j < d; j++) {
    for (let c = 0; c < k; c++) {
      weights[j * k + c]! *= scale[j]!
      bias[c]! -= mean[j]! * weights[j * k + c]!
    }
  }
  return { weights, bias, iterations, loss: value }
}

/** softmax(x W + b) for each row of X, (n, classes). */
export function softmaxProbabilities(X: Matrix, { weights, bias }: SoftmaxModel): Matrix {
  const { rows: n, cols: d } = X
  const k = bias.length
  const data = new Float64Array(n * k)
  for (let i = 0; i < n; i++) {
    scoresInto(data, i * k, X.data, i * d, weights, bias, d, k)
    normalise(data, i * k, k)
  }
  return { data, rows: n, cols: k }
}

function standardScale({ data, rows: n, cols: d }: Matrix) {
  const mean = new Float64Array(d)
  const scale = new Float64Array(d)
  for (let at = 0; at < n * d; at++) mean[at % d]! += data[at]! / n
  for (let at = 0; at < n * d; at++) scale[at % d]! += (data[at]! - mean[at % d]!) ** 2 / n
  for (let j = 0; j < d; j++) {
    const deviation = Math.sqrt(scale[j]!)
    // Rounding of a constant feature must not be blown up into one that varies.
    scale[j] = deviation > 1e-12 * (1 + Math.abs(mean[j]!)) ? 1 / deviation : 0
  }
  return { mean, scale }
}

/** L and its gradient: ∂L/∂W = 1/n Zᵀ(P − Y) + l2 W, ∂L/∂b = 1/n Σ (P − Y). */
function lossOf(
  Z: Float64Array,
  y: ArrayLike<number>,
  n: number,
  d: number,
  k: number,
  l2: number,
): Objective {
  const p = new Float64Array(k)
  return (point, gradient) => {
    const bias = point.subarray(d * k)
    gradient.fill(0)
    let loss = 0
    for (let i = 0; i < n; i++) {
      scoresInto(p, 0, Z, i * d, point, bias, d, k)
      normalise(p, 0, k)
      loss -= Math.log(Math.max(p[y[i]!]!, 1e-300)) / n
      p[y[i]!]! -= 1
      for (let j = 0, at = 0; j < d; j++) {
        const z = Z[i * d + j]! / n
        for (let c = 0; c < k; c++, at++) gradient[at]! += z * p[c]!
      }
      for (let c = 0; c < k; c++) gradient[d * k + c]! += p[c]! / n
    }
    for (let at = 0; at < d * k; at++) {
      loss += (l2 / 2) * point[at]! ** 2
      gradient[at]! += l2 * point[at]!
    }
    return loss
  }
}

function scoresInto(
  out: Float64Array,
  to: number,
  X: Float64Array,
  from: number,
  weights: Float64Array,
  bias: Float64Array,
  d: number,
  k: number,
): void {
  for (let c = 0; c < k; c++) out[to + c] = bias[c]!
  for (let j = 0, at = 0; j < d; j++) {
    const x = X[from + j]!
    for (let c = 0; c < k; c++, at++) out[to + c]! += x * weights[at]!
  }
}

/** Scores to probabilities, in place. */
function normalise(values: Float64Array, from: number, k: number): void {
  let max = Number.NEGATIVE_INFINITY
  for (let c = 0; c < k; c++) max = Math.max(max, values[from + c]!)
  let sum = 0
  for (let c = 0; c < k; c++) {
    values[from + c] = Math.exp(values[from + c]! - max)
    sum += values[from + c]!
  }
  for (let c = 0; c < k; c++) values[from + c]! /= sum
}

/** Value at a point; the gradient goes into the second argument. */
type Objective = (point: Float64Array, gradient: Float64Array) => number

function minimise(objective: Objective, size: number, maxIterations: number) {
  let point = new Float64Array(size)
  let gradient = new Float64Array(size)
  let value = objective(point, gradient)
  const steps: Float64Array[] = []
  const changes: Float64Array[] = []
  let iterations = 0
  while (iterations < maxIterations && largest(gradient) > 1e-6) {
    const direction = twoLoops(gradient, steps, changes)
    const slope = dot(direction, gradient)
    let rate = iterations === 0 ? Math.min(1, 1 / largest(gradient)) : 1
    let next = point
    let nextGradient = gradient
    let nextValue = value
    for (let tries = 0; tries < 40; tries++, rate /= 2) {
      next = point.map((one, i) => one + rate * direction[i]!)
      nextGradient = new Float64Array(size)
      nextValue = objective(next, nextGradient)
      if (nextValue <= value + 1e-4 * rate * slope) break
    }
    if (!(nextValue < value)) break
    const step = next.map((one, i) => one - point[i]!)
    const change = nextGradient.map((one, i) => one - gradient[i]!)
    if (dot(step, change) > 0) {
      steps.push(step)
      changes.push(change)
      if (steps.length > PAIRS) {
        steps.shift()
        changes.shift()
      }
    }
    point = next
    gradient = nextGradient
    value = nextValue
    iterations++
  }
  return { point, value, iterations }
}

/** −H g by the two loops over the last pairs. */
function twoLoops(
  gradient: Float64Array,
  steps: readonly Float64Array[],
  changes: readonly Float64Array[],
): Float64Array {
  const q = gradient.map((one) => -one)
  const last = steps.length - 1
  const alphas = new Float64Array(steps.length)
  for (let m = last; m >= 0; m--) {
    alphas[m] = dot(steps[m]!, q) / dot(steps[m]!, changes[m]!)
    addInto(q, -alphas[m]!, changes[m]!)
  }
  if (last >= 0) {
    const gamma = dot(steps[last]!, changes[last]!) / dot(changes[last]!, changes[last]!)
    for (let i = 0; i < q.length; i++) q[i]! *= gamma
  }
  for (let m = 0; m <= last; m++) {
    const beta = dot(changes[m]!, q) / dot(steps[m]!, changes[m]!)
    addInto(q, alphas[m]! - beta, steps[m]!)
  }
  return q
}

function addInto(out: Float64Array, factor: number, values: Float64Array): void {
  for (let i = 0; i < out.length; i++) out[i]! += factor * values[i]!
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function largest(values: Float64Array): number {
  let most = 0
  for (const value of values) most = Math.max(most, Math.abs(value))
  return most
}
