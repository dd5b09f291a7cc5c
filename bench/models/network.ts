/**
 * A network of dense layers for two classes or one value, trained by Adam (Kingma and Ba 2015), for benchmarks.
 *
 * Columns are standardised by the training data; hidden layers are rectified linear units. Without hidden layers it is
 * logistic (or linear) regression with a small L2 penalty.
 */
import { type Matrix, RandomState } from '../../src/math/index.ts'

export interface NetworkOptions {
  /** Units of each hidden layer. */
  readonly hidden: readonly number[]
  readonly epochs: number
  readonly seed: number
  /** Default 0.003. */
  readonly rate?: number
  /** Default 1e-4. */
  readonly penalty?: number
}

/** A trained network: P(class 1), or a value, for each row of `X`. */
export type Network = (X: Matrix) => Float64Array

interface Layer {
  readonly inputs: number
  readonly units: number
  /** (units, inputs), then a bias for each unit. */
  readonly weights: Float64Array
  readonly gradient: Float64Array
  readonly first: Float64Array
  readonly second: Float64Array
}

const BATCH = 32

/** Trains on X (n, d) and y (n), 0/1 where `logistic`. */
export function trainNetwork(
  X: Matrix,
  y: Float64Array,
  logistic: boolean,
  { hidden, epochs, seed, rate = 0.003, penalty = 1e-4 }: NetworkOptions,
): Network {
  const random = new RandomState(seed)
  const { mean, scale } = standard(X)
  const sizes = [X.cols, ...hidden, 1]
  const layers = sizes.slice(1).map((units, l): Layer => {
    const inputs = sizes[l]!
    const weights = new Float64Array(units * (inputs + 1))
    random.standardNormalInto(weights, 0, units * inputs)
    for (let k = 0; k < units * inputs; k++) weights[k]! *= Math.sqrt(2 / inputs)
    const zeros = () => new Float64Array(weights.length)
    return { inputs, units, weights, gradient: zeros(), first: zeros(), second: zeros() }
  })
  let step = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = random.permutation(X.rows)
    for (let from = 0; from < X.rows; from += BATCH) {
      const batch = order.subarray(from, from + BATCH)
      for (const i of batch) {
        const acts = forward(layers, row(X, i, mean, scale))
        const z = acts.at(-1)![0]!
        let delta = Float64Array.of((logistic ? sigmoid(z) : z) - y[i]!)
        for (let l = layers.length - 1; l >= 0; l--) delta = backward(layers[l]!, acts[l]!, delta)
      }
      step++
      for (const layer of layers) adam(layer, step, rate, penalty, batch.length)
    }
  }
  if (layers.length === 1) return linear(layers[0]!, mean, scale, logistic)
  return (rows) =>
    Float64Array.from({ length: rows.rows }, (_, i) => {
      const z = forward(layers, row(rows, i, mean, scale)).at(-1)![0]!
      return logistic ? sigmoid(z) : z
    })
}

function linear(
  { inputs, weights }: Layer,
  mean: Float64Array,
  scale: Float64Array,
  logistic: boolean,
): Network {
  const own = Float64Array.from({ length: inputs }, (_, j) => weights[j]! / scale[j]!)
  const bias = own.reduce((sum, weight, j) => sum - weight * mean[j]!, weights[inputs]!)
  return ({ data, rows, cols }) =>
    Float64Array.from({ length: rows }, (_, i) => {
      let z = bias
      for (let j = 0, at = i * cols; j < cols; j++, at++) z += own[j]! * data[at]!
      return logistic ? sigmoid(z) : z
    })
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z))
}

function standard({ data, rows, cols }: Matrix) {
  const mean = new Float64Array(cols)
  const scale = new Float64Array(cols)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) mean[j]! += data[i * cols + j]! / rows
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) scale[j]! += (data[i * cols + j]! - mean[j]!) ** 2 / rows
  }
  return { mean, scale: scale.map((one) => Math.sqrt(one) || 1) }
}

function row({ data, cols }: Matrix, i: number, mean: Float64Array, scale: Float64Array) {
  return Float64Array.from({ length: cols }, (_, j) => (data[i * cols + j]! - mean[j]!) / scale[j]!)
}

/** The inputs of each layer, and last the output before its link. */
function forward(layers: readonly Layer[], x: Float64Array): Float64Array[] {
  const acts = [x]
  layers.forEach(({ inputs, units, weights }, l) => {
    const from = acts[l]!
    const out = new Float64Array(units)
    for (let u = 0; u < units; u++) {
      let z = weights[units * inputs + u]!
      for (let j = 0, at = u * inputs; j < inputs; j++, at++) z += weights[at]! * from[j]!
      out[u] = l < layers.length - 1 ? Math.max(0, z) : z
    }
    acts.push(out)
  })
  return acts
}

/** Adds to the gradient; gives back the error of the layer's inputs. */
function backward(
  { inputs, units, weights, gradient }: Layer,
  x: Float64Array,
  delta: Float64Array,
) {
  const back = new Float64Array(inputs)
  for (let u = 0; u < units; u++) {
    const error = delta[u]!
    if (error === 0) continue
    for (let j = 0, at = u * inputs; j < inputs; j++, at++) {
      gradient[at]! += error * x[j]!
      if (x[j]! !== 0) back[j]! += error * weights[at]!
    }
    gradient[units * inputs + u]! += error
  }
  for (let j = 0; j < inputs; j++) if (x[j]! <= 0) back[j] = 0
  return back
}

function adam(
  { weights, gradient, first, second }: Layer,
  step: number,
  rate: number,
  penalty: number,
  n: number,
) {
  const a = 1 - 0.9 ** step
  const b = 1 - 0.999 ** step
  for (let k = 0; k < weights.length; k++) {
    const g = gradient[k]! / n + penalty * weights[k]!
    first[k] = 0.9 * first[k]! + 0.1 * g
    second[k] = 0.999 * second[k]! + 0.001 * g * g
    weights[k]! -= (rate * (first[k]! / a)) / (Math.sqrt(second[k]! / b) + 1e-8)
    gradient[k] = 0
  }
}
