/**
 * Support vector machines of documents with the RBF kernel exp(−γ |x − z|²), as libsvm trains them.
 *
 * 1. The dual by sequential minimal optimisation, the pair chosen by second order (Fan, Chen, Lin 2005), to 1e-3.
 * 2. Probabilities by Platt's sigmoid over decision values of five folds (Lin, Lin, Weng 2007); the folds' shuffle is
 *    ours, so that probabilities differ a little from libsvm's, whose shuffle depends on the C library.
 *
 * |x − z|² = |x| + |z| − 2 |x ∩ z|: around one document only its own words can be common, so that a kernel value is a
 * count of common words and a look into a table.
 */
import { type BitMatrix, RandomState } from '../../src/math/index.ts'
import {
  type Classifier,
  type Documents,
  documentAt,
  pickDocuments,
  postingsOf,
} from './documents.ts'
import { eachOverlap } from './overlaps.ts'

export interface SvmOptions {
  /** Upper bound of the multipliers, > 0. */
  readonly C: number
  readonly gamma: number
  /** Shuffles the folds of the probabilities. */
  readonly randomState: number
}

const TOLERANCE = 1e-3
const TINY = 1e-12
const FOLDS = 5

/** Trains on documents with classes 0 and 1. */
export function trainSvm(
  documents: Documents,
  classes: Uint8Array,
  { C, gamma, randomState }: SvmOptions,
): Classifier {
  const kernel = kernelMatrix(documents, gamma)
  const rows = Int32Array.from(classes.keys())
  const { coefficients, bias } = solve(kernel, documents.count, rows, classes, C)
  const sigmoid = plattSigmoid(kernel, documents.count, classes, C, new RandomState(randomState))
  const support = rows.filter((i) => coefficients[i] !== 0)
  const vectors = pickDocuments(documents, support)
  const alphas = Float64Array.from(support, (i) => coefficients[i]!)
  return {
    near: (document) => {
      const decide = localDecision(vectors, alphas, bias, gamma, document)
      return {
        probability: (kept) =>
          decide(kept).map((value) => 1 / (1 + Math.exp(sigmoid.A * value + sigmoid.B))),
        predicted: (kept) => Uint8Array.from(decide(kept), (value) => (value > 0 ? 1 : 0)),
      }
    },
  }
}

/** Decision values (n) for versions of one document. */
function localDecision(
  vectors: Documents,
  alphas: Float64Array,
  bias: number,
  gamma: number,
  document: Int32Array,
): (kept: BitMatrix) => Float64Array {
  const powers = Float64Array.from({ length: document.length + 1 }, (_, m) =>
    Math.exp(2 * gamma * m),
  )
  const scaled = alphas.map((alpha, s) => {
    const size = vectors.starts[s + 1]! - vectors.starts[s]!
    return alpha * Math.exp(-gamma * size)
  })
  return (kept) => {
    const out = new Float64Array(kept.rows)
    eachOverlap(vectors, document, kept, (i, overlaps, size) => {
      let sum = 0
      for (let s = 0; s < scaled.length; s++) sum += scaled[s]! * powers[overlaps[s]!]!
      out[i] = Math.exp(-gamma * size) * sum + bias
    })
    return out
  }
}

function kernelMatrix(documents: Documents, gamma: number): Float32Array {
  const { count: n } = documents
  const { documents: holders, starts } = postingsOf(documents)
  const overlap = new Int32Array(n * n)
  for (let i = 0; i < n; i++) {
    for (const word of documentAt(documents, i)) {
      for (let at = starts[word]!; at < starts[word + 1]!; at++) overlap[i * n + holders[at]!]!++
    }
  }
  const kernel = new Float32Array(n * n)
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < n; j++, at++) {
      const distance = overlap[i * n + i]! + overlap[j * n + j]! - 2 * overlap[at]!
      kernel[at] = Math.exp(-gamma * distance)
    }
  }
  return kernel
}

/** y α for every document (0 outside `rows`), and the bias. */
function solve(
  kernel: Float32Array,
  n: number,
  rows: Int32Array,
  classes: Uint8Array,
  C: number,
): { coefficients: Float64Array; bias: number } {
  const y = Float64Array.from(classes, (one) => (one === 1 ? 1 : -1))
  const alpha = new Float64Array(n)
  // Gradient of ½ αᵀQα − Σα with Q_ij = y_i y_j K_ij.
  const G = new Float64Array(n).fill(-1)
  const canRise = (i: number) => (y[i]! > 0 ? alpha[i]! < C : alpha[i]! > 0)
  const canFall = (i: number) => (y[i]! > 0 ? alpha[i]! > 0 : alpha[i]! < C)
  for (let iteration = 0; iteration < 1_000_000; iteration++) {
    let i = -1
    let most = Number.NEGATIVE_INFINITY
    for (const t of rows) {
      if (canRise(t) && -y[t]! * G[t]! >= most) {
        most = -y[t]! * G[t]!
        i = t
      }
    }
    let j = -1
    let least = Number.POSITIVE_INFINITY
    let best = Number.POSITIVE_INFINITY
    for (const t of rows) {
      if (!canFall(t)) continue
      const value = -y[t]! * G[t]!
      if (value < least) least = value
      const b = most - value
      if (b <= 0) continue
      const a = Math.max(TINY, 2 - 2 * kernel[i * n + t]!)
      if (-(b * b) / a <= best) {
        best = -(b * b) / a
        j = t
      }
    }
    if (most - least < TOLERANCE || j < 0) break
    // Move along y_i α_i + y_j α_j = const as far as the bounds allow.
    const a = Math.max(TINY, 2 - 2 * kernel[i * n + j]!)
    let step = (most + y[j]! * G[j]!) / a
    step = Math.min(step, y[i]! > 0 ? C - alpha[i]! : alpha[i]!)
    step = Math.min(step, y[j]! > 0 ? alpha[j]! : C - alpha[j]!)
    alpha[i]! += y[i]! * step
    alpha[j]! -= y[j]! * step
    for (const t of rows) {
      G[t]! += y[t]! * step * (kernel[i * n + t]! - kernel[j * n + t]!)
    }
    for (const t of [i, j]) {
      if (alpha[t]! < C * TINY) alpha[t] = 0
      if (alpha[t]! > C * (1 - TINY)) alpha[t] = C
    }
  }
  let sum = 0
  let free = 0
  let low = Number.NEGATIVE_INFINITY
  let high = Number.POSITIVE_INFINITY
  for (const t of rows) {
    const value = -y[t]! * G[t]!
    if (alpha[t]! > 0 && alpha[t]! < C) {
      sum += value
      free++
    } else if (canRise(t)) low = Math.max(low, value)
    else high = Math.min(high, value)
  }
  const bias = free > 0 ? sum / free : (low + high) / 2
  return { coefficients: alpha.map((value, t) => y[t]! * value), bias }
}

/** P(class 1) = 1 / (1 + exp(A f + B)). */
function plattSigmoid(
  kernel: Float32Array,
  n: number,
  classes: Uint8Array,
  C: number,
  random: RandomState,
): { A: number; B: number } {
  const order = random.permutation(n)
  const values = new Float64Array(n)
  for (let fold = 0; fold < FOLDS; fold++) {
    const from = Math.floor((fold * n) / FOLDS)
    const to = Math.floor(((fold + 1) * n) / FOLDS)
    const inside = order.filter((_, at) => at < from || at >= to)
    const { coefficients, bias } = solve(kernel, n, inside, classes, C)
    for (const t of order.subarray(from, to)) {
      let sum = bias
      for (const s of inside) sum += coefficients[s]! * kernel[t * n + s]!
      values[t] = sum
    }
  }
  return fitSigmoid(values, classes)
}

/** Newton's method with Armijo's rule on the cross entropy with Platt's smoothed targets. */
function fitSigmoid(values: Float64Array, classes: Uint8Array): { A: number; B: number } {
  const ones = classes.reduce((sum, one) => sum + one, 0)
  const zeros = classes.length - ones
  const target = Float64Array.from(classes, (one) =>
    one === 1 ? (ones + 1) / (ones + 2) : 1 / (zeros + 2),
  )
  const loss = (A: number, B: number): number =>
    values.reduce((sum, f, i) => {
      const x = A * f + B
      const t = target[i]!
      return (
        sum + (x >= 0 ? t * x + Math.log1p(Math.exp(-x)) : (t - 1) * x + Math.log1p(Math.exp(x)))
      )
    }, 0)
  let A = 0
  let B = Math.log((zeros + 1) / (ones + 1))
  for (let iteration = 0; iteration < 100; iteration++) {
    let h11 = 1e-12
    let h22 = 1e-12
    let h21 = 0
    let g1 = 0
    let g2 = 0
    values.forEach((f, i) => {
      const p = 1 / (1 + Math.exp(A * f + B))
      const d2 = p * (1 - p)
      h11 += f * f * d2
      h22 += d2
      h21 += f * d2
      g1 += f * (target[i]! - p)
      g2 += target[i]! - p
    })
    if (Math.abs(g1) < 1e-8 && Math.abs(g2) < 1e-8) break
    const determinant = h11 * h22 - h21 * h21
    const dA = -(h22 * g1 - h21 * g2) / determinant
    const dB = -(-h21 * g1 + h11 * g2) / determinant
    const slope = g1 * dA + g2 * dB
    const now = loss(A, B)
    let step = 1
    while (step > 1e-10 && loss(A + step * dA, B + step * dB) > now + 1e-4 * step * slope) step /= 2
    if (step <= 1e-10) break
    A += step * dA
    B += step * dB
  }
  return { A, B }
}
