/**
 * Logistic regression of documents, liblinear's two objectives, solved to convergence:
 *
 *     L1:  |w|₁ + C Σ log(1 + exp(−y w·x))        L2:  ½ |w|² + C Σ log(1 + exp(−y w·x))        y = ±1
 *
 * The intercept is a word that every document holds and is penalised like the others (scikit-learn's
 * `LogisticRegression(solver='liblinear')` with `intercept_scaling=1`).
 *
 * - L1 by coordinate descent with one-dimensional Newton steps and Armijo's rule (Yuan, Chang, Hsieh, Lin 2010, CDN);
 *   between sweeps over all words come sweeps over those with a weight.
 * - L2 by Newton's method, its equations solved by conjugate gradients, with Armijo's rule.
 */

import { bitsTimes } from '../../src/math/bit-products.ts'
import type { BitMatrix } from '../../src/math/index.ts'
import { byHalf, type Classifier, type Documents, postingsOf } from './documents.ts'

/** A linear classifier: P(class 1) = σ(w·x + b). */
export interface LogisticRegression extends Classifier {
  /** One for each word of the vocabulary. */
  readonly weights: Float64Array
  readonly intercept: number
}

export interface LogisticOptions {
  readonly penalty: 'l1' | 'l2'
  /** Weight of the loss against the penalty, > 0. */
  readonly C: number
}

const MOST_SWEEPS = 2000
/** Largest violation of the optimality conditions that counts as none, in units of the gradient. */
const TOLERANCE = 1e-7

/** Trains on documents with classes 0 and 1. */
export function trainLogistic(
  documents: Documents,
  classes: Uint8Array,
  { penalty, C }: LogisticOptions,
): LogisticRegression {
  const problem = problemOf(documents, classes, C)
  const w = penalty === 'l1' ? solveL1(problem) : solveL2(problem)
  const weights = w.subarray(0, documents.vocabulary)
  const intercept = w[documents.vocabulary]!
  return {
    weights,
    intercept,
    near: (document) => {
      const own = Float64Array.from(document, (word) => weights[word]!)
      return byHalf((kept) => probabilities(kept, own, intercept))
    },
  }
}

function probabilities(kept: BitMatrix, own: Float64Array, intercept: number): Float64Array {
  const words = new Int32Array(kept.words.buffer, kept.words.byteOffset, kept.words.length)
  return bitsTimes(words, kept.rows, kept.stride, own).map(
    (sum) => 1 / (1 + Math.exp(-(sum + intercept))),
  )
}

/** The words with the intercept's as the last; `y` is ±1. */
interface Problem {
  readonly n: number
  readonly d: number
  readonly C: number
  readonly y: Float64Array
  readonly documents: Int32Array
  readonly starts: Int32Array
}

function problemOf(documents: Documents, classes: Uint8Array, C: number): Problem {
  const n = documents.count
  const postings = postingsOf(documents)
  const filled = postings.documents.length
  const all = new Int32Array(filled + n)
  all.set(postings.documents)
  for (let i = 0; i < n; i++) all[filled + i] = i
  const starts = new Int32Array(documents.vocabulary + 2)
  starts.set(postings.starts)
  starts[documents.vocabulary + 1] = filled + n
  const y = Float64Array.from(classes, (one) => (one === 1 ? 1 : -1))
  return { n, d: documents.vocabulary + 1, C, y, documents: all, starts }
}

function solveL1({ n, d, C, y, documents, starts }: Problem): Float64Array {
  const w = new Float64Array(d)
  const z = new Float64Array(n)
  let scale = 0

  /** Moves one weight to its best; returns how far it was from optimal. */
  function improve(j: number): number {
    const from = starts[j]!
    const to = starts[j + 1]!
    let g = 0
    let h = 1e-12
    for (let at = from; at < to; at++) {
      const i = documents[at]!
      const p = 1 / (1 + Math.exp(y[i]! * z[i]!))
      g -= y[i]! * p
      h += p * (1 - p)
    }
    g *= C
    h *= C
    const violation =
      w[j]! > 0 ? Math.abs(g + 1) : w[j]! < 0 ? Math.abs(g - 1) : Math.max(0, Math.abs(g) - 1)
    if (violation === 0) return 0
    const direction = g + 1 <= h * w[j]! ? -(g + 1) / h : g - 1 >= h * w[j]! ? -(g - 1) / h : -w[j]!
    if (Math.abs(direction) < 1e-15) return violation
    const gain = g * direction + Math.abs(w[j]! + direction) - Math.abs(w[j]!)
    for (let step = 1; step > 1e-10; step /= 2) {
      const move = step * direction
      let change = Math.abs(w[j]! + move) - Math.abs(w[j]!)
      for (let at = from; at < to; at++) {
        const i = documents[at]!
        change += C * (softplus(-y[i]! * (z[i]! + move)) - softplus(-y[i]! * z[i]!))
      }
      if (change <= 0.01 * step * gain) {
        w[j]! += move
        for (let at = from; at < to; at++) z[documents[at]!]! += move
        break
      }
    }
    return violation
  }

  const all = Int32Array.from({ length: d }, (_, j) => j)
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let worst = 0
    for (const j of all) worst = Math.max(worst, improve(j))
    if (sweep === 0) scale = Math.max(1, worst)
    if (worst <= TOLERANCE * scale) break
    const used = all.filter((j) => w[j] !== 0)
    for (let inner = 0; inner < 50; inner++) {
      let left = 0
      for (const j of used) left = Math.max(left, improve(j))
      if (left <= TOLERANCE * scale) break
    }
  }
  return w
}

function solveL2({ n, d, C, y, documents, starts }: Problem): Float64Array {
  const w = new Float64Array(d)
  const times = (v: Float64Array): Float64Array => {
    const out = new Float64Array(n)
    for (let j = 0; j < d; j++) {
      const value = v[j]!
      if (value === 0) continue
      for (let at = starts[j]!; at < starts[j + 1]!; at++) out[documents[at]!]! += value
    }
    return out
  }
  const transposed = (u: Float64Array): Float64Array => {
    const out = new Float64Array(d)
    for (let j = 0; j < d; j++) {
      let sum = 0
      for (let at = starts[j]!; at < starts[j + 1]!; at++) sum += u[documents[at]!]!
      out[j] = sum
    }
    return out
  }
  const objective = (v: Float64Array, z: Float64Array): number =>
    0.5 * dot(v, v) + C * z.reduce((sum, value, i) => sum + softplus(-y[i]! * value), 0)

  let z = times(w)
  for (let iteration = 0; iteration < 100; iteration++) {
    const p = z.map((value, i) => 1 / (1 + Math.exp(y[i]! * value)))
    const gradient = transposed(p.map((value, i) => -C * y[i]! * value)).map((g, j) => g + w[j]!)
    if (Math.sqrt(dot(gradient, gradient)) < 1e-9 * n) break
    const curvature = p.map((value) => C * value * (1 - value))
    // (I + C Xᵀ D X) s = −g
    const s = new Float64Array(d)
    let r = gradient.map((g) => -g)
    let q = r.slice()
    let square = dot(r, r)
    const goal = 1e-6 * square
    for (let k = 0; k < 200 && square > goal; k++) {
      const Xq = times(q)
      const Hq = transposed(Xq.map((value, i) => curvature[i]! * value)).map((v, j) => v + q[j]!)
      const alpha = square / dot(q, Hq)
      for (let j = 0; j < d; j++) s[j]! += alpha * q[j]!
      r = r.map((value, j) => value - alpha * Hq[j]!)
      const next = dot(r, r)
      const beta = next / square
      q = q.map((value, j) => r[j]! + beta * value)
      square = next
    }
    const slope = dot(gradient, s)
    const now = objective(w, z)
    for (let step = 1; step > 1e-12; step /= 2) {
      const moved = w.map((value, j) => value + step * s[j]!)
      const there = times(moved)
      if (objective(moved, there) <= now + 1e-4 * step * slope) {
        w.set(moved)
        z = there
        break
      }
    }
  }
  return w
}

/** log(1 + eˣ) */
function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x))
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!
  return sum
}
