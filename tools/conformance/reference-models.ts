/**
 * The models of the conformance cases (their README defines each).
 */
import type { RasterImage } from '../../src/contract/instance.ts'

/** A layer: weights (inputs × outputs) and biases. */
type Layer = readonly [W: readonly (readonly number[])[], b: readonly number[]]

export interface DenseModel {
  readonly type: 'dense'
  readonly shift: readonly number[]
  readonly scale: readonly number[]
  readonly activation: 'softmax' | 'identity'
  readonly hidden: readonly Layer[]
  readonly output: Layer
}

export interface BagOfWordsModel {
  readonly type: 'bag-of-words'
  readonly bias: number
  readonly weights: { readonly [token: string]: number }
  readonly bigrams: { readonly [pair: string]: number }
}

export interface CharactersModel {
  readonly type: 'characters'
  readonly bias: number
  readonly weights: { readonly [character: string]: number }
}

export interface GridModel {
  readonly type: 'grid'
  readonly grid: number
  readonly divisor: number
  readonly output: Layer
}

/** Rows of numbers in; class probabilities, or the predicted value, out. */
export function denseModel(model: DenseModel): (rows: readonly ArrayLike<number>[]) => number[][] {
  return (rows) =>
    rows.map((row) => {
      let h = model.shift.map((shift, j) => (row[j]! - shift) / model.scale[j]!)
      for (const layer of model.hidden) h = affine(h, layer).map(Math.tanh)
      const z = affine(h, model.output)
      return model.activation === 'softmax' ? softmax(z) : [z[0]!]
    })
}

/** Texts in, `[1 − p, p]` out. */
export function bagOfWordsModel(model: BagOfWordsModel): (texts: readonly string[]) => number[][] {
  const weights = new Map(Object.entries(model.weights))
  const bigrams = new Map(Object.entries(model.bigrams ?? {}))
  return (texts) =>
    texts.map((text) => {
      const tokens = text.toLowerCase().match(/[a-z0-9]+/g) ?? []
      let logit = model.bias
      for (const token of tokens) logit += weights.get(token) ?? 0
      for (let i = 1; i < tokens.length; i++) {
        logit += bigrams.get(`${tokens[i - 1]} ${tokens[i]}`) ?? 0
      }
      return pair(logit)
    })
}

/** Texts in, `[1 − p, p]` out. */
export function charactersModel(model: CharactersModel): (texts: readonly string[]) => number[][] {
  const weights = new Map(Object.entries(model.weights))
  return (texts) =>
    texts.map((text) => {
      let logit = model.bias
      for (const character of text) logit += weights.get(character) ?? 0
      return pair(logit)
    })
}

/** Images in, class probabilities out. */
export function gridModel(model: GridModel): (images: readonly RasterImage[]) => number[][] {
  const { grid: g, divisor, output } = model
  return (images) =>
    images.map(({ data, width, height, channels }) => {
      const means: number[] = []
      for (let gy = 0; gy < g; gy++) {
        const y0 = Math.floor((gy * height) / g)
        const y1 = Math.floor(((gy + 1) * height) / g)
        for (let gx = 0; gx < g; gx++) {
          const x0 = Math.floor((gx * width) / g)
          const x1 = Math.floor(((gx + 1) * width) / g)
          for (let c = 0; c < channels; c++) {
            let sum = 0
            for (let y = y0; y < y1; y++) {
              for (let x = x0; x < x1; x++) sum += data[(y * width + x) * channels + c]!
            }
            means.push(sum / ((y1 - y0) * (x1 - x0)) / divisor)
          }
        }
      }
      return softmax(affine(means, output))
    })
}

function affine(x: readonly number[], [W, b]: Layer): number[] {
  return b.map((bias, k) => {
    let sum = 0
    for (let j = 0; j < x.length; j++) sum += x[j]! * W[j]![k]!
    return sum + bias
  })
}

function softmax(z: readonly number[]): number[] {
  const most = Math.max(...z)
  const e = z.map((one) => Math.exp(one - most))
  const sum = e.reduce((total, one) => total + one, 0)
  return e.map((one) => one / sum)
}

function pair(logit: number): number[] {
  const p = 1 / (1 + Math.exp(-logit))
  return [1 - p, p]
}
