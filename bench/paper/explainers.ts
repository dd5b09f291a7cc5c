/**
 * The explainers of the paper's experiments, beside sodalime's.
 *
 * - LIME as printed (the authors' code of 2016): 1 to d − 1 words kept, kernel √exp(−(100 (1 − cos))² / 25²) on samples
 *   and answers, answers less their plain mean, lasso path without intercept down to K words, least squares on those.
 *   Draws depend on the number of words only and are kept from document to document, where the authors draw anew.
 * - Parzen windows: gradient of the density ratio of documents by predicted class. Densities are taken relative to the
 *   nearest document, where the authors' underflow to 0/0.
 * - Greedy: the word whose removal lowers the class's probability most, K times; in 5.3 and 5.4 only until the class
 *   changes (Martens, Provost 2014). Random: K words, drawn with repeats.
 * - sodalime: `TextExplainer` with the options below.
 */
import { TextExplainer } from '../../src/index.ts'
import { timesBits } from '../../src/math/bit-products.ts'
import {
  type BitMatrix,
  cholesky,
  choleskySolve,
  createBitMatrix,
  exponentialKernel,
  fillBitRow,
  larsPath,
  RandomState,
  rowPopcount,
  setBit,
  weightedMoments,
} from '../../src/math/index.ts'
import { type Documents, documentAt, type LocalClassifier } from '../models/documents.ts'

/** Words in an explanation. */
export const K = 10

/** An explanation: places of words in the document, and their weights; `base` is the answer without them. */
export interface WordWeights {
  readonly places: readonly number[]
  readonly weights: readonly number[]
  readonly base: number
  /** The model answered the same for all samples. */
  readonly constant: boolean
  /** Model calls that it took. */
  readonly calls: number
}

/** What `larsPath` stops at, as scikit-learn's `lars_path`. */
const SMALLEST_ALPHA = 1.1920928955078125e-7
/** The path is left here: its later knots have far more than K words. (The authors' code goes on to all of them.) */
const MOST_STEPS = 6 * K

/** Draws for documents of d words, and what the fits share. */
interface Draws {
  readonly kept: BitMatrix
  readonly words: Int32Array
  /** Squares of the kernel: samples and answers are both weighted. */
  readonly squares: Float64Array
  /** Σ w² z_j z_k, flat (d, d). */
  readonly gram: Float64Array
}

/** LIME as its authors' code of 2016 computes it. */
export class PrintedLime {
  readonly #numSamples: number
  readonly #random: RandomState
  readonly #draws = new Map<number, Draws>()

  constructor(numSamples: number, seed: number) {
    this.#numSamples = numSamples
    this.#random = new RandomState(seed)
  }

  /** Explains class 1 of a document of d words. */
  explain(local: LocalClassifier, d: number): WordWeights {
    const n = this.#numSamples
    const { kept, words, squares, gram } = this.#drawsOf(d)
    const answers = local.probability(kept)
    const mean = answers.reduce((sum, p) => sum + p, 0) / n
    const v = answers.map((p, i) => squares[i]! * (p - mean))
    const c = timesBits(words, n, kept.stride, d, v)
    const column = (j: number) => gram.subarray(j * d, (j + 1) * d)
    const path = larsPath({ column, c, n }, SMALLEST_ALPHA, MOST_STEPS)
    let places = Array.from(c.keys())
    for (let step = path.length - 1; step > 0; step--) {
      const { coefficients } = path[step]!
      const nonzero = Array.from(c.keys()).filter((j) => coefficients[j] !== 0)
      if (nonzero.length > K) continue
      places = nonzero
      break
    }
    return {
      places,
      weights: Array.from(leastSquares(gram, c, d, places)),
      base: mean,
      constant: path.length === 1,
      calls: n,
    }
  }

  #drawsOf(d: number): Draws {
    const known = this.#draws.get(d)
    if (known !== undefined) return known
    const n = this.#numSamples
    const kept = createBitMatrix(n, d)
    fillBitRow(kept, 0)
    const order = Int32Array.from({ length: d }, (_, j) => j)
    const sizes = new Int32Array(n - 1)
    this.#random.randintInto(sizes, 1, d)
    const uniform = new Float64Array(d)
    for (let i = 1; i < n; i++) {
      const size = sizes[i - 1]!
      this.#random.randomSampleInto(uniform, 0, size)
      for (let k = 0; k < size; k++) {
        const other = k + Math.floor(uniform[k]! * (d - k))
        const j = order[other]!
        order[other] = order[k]!
        order[k] = j
        setBit(kept, i, j)
      }
    }
    const distances = Float64Array.from(
      { length: n },
      (_, i) => 100 * (1 - Math.sqrt(rowPopcount(kept, i) / d)),
    )
    const squares = exponentialKernel(distances, 25).map((weight) => weight * weight)
    const moments = weightedMoments(kept, squares)
    const gram = moments.gram().slice()
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < d; k++) {
        gram[j * d + k]! += moments.sumW * moments.mean[j]! * moments.mean[k]!
      }
    }
    const draws = { kept, words: new Int32Array(kept.words.buffer), squares, gram }
    this.#draws.set(d, draws)
    return draws
  }
}

/** Least squares without intercept on the words chosen; 0 where they cannot be told apart. */
function leastSquares(gram: Float64Array, c: Float64Array, d: number, chosen: number[]) {
  const k = chosen.length
  const A = Float64Array.from({ length: k * k }, (_, at) => {
    return gram[chosen[Math.floor(at / k)]! * d + chosen[at % k]!]!
  })
  const L = cholesky(A, k)
  const b = Float64Array.from(chosen, (j) => c[j]!)
  return L === undefined ? new Float64Array(k) : choleskySolve(L, b, k)
}

/** Parzen windows over the training documents and the classes predicted for them. */
export class Parzen {
  readonly #documents: Documents
  readonly #classes: Uint8Array
  readonly #sigma: number

  constructor(documents: Documents, predicted: Uint8Array, sigma: number) {
    this.#documents = documents
    this.#classes = predicted
    this.#sigma = sigma
  }

  /** Explains class 1; `base` is P(class 1) by the windows themselves. */
  explain(document: Int32Array): WordWeights {
    const documents = this.#documents
    const own = new Map(Array.from(document, (word, place) => [word, place]))
    const squares = Float64Array.from({ length: documents.count }, (_, i) => {
      const words = documentAt(documents, i)
      let common = 0
      for (const word of words) if (own.has(word)) common++
      return words.length + document.length - 2 * common
    })
    const nearest = squares.reduce((least, square) => Math.min(least, square), Infinity)
    const variance = this.#sigma ** 2
    const density = [0, 0]
    // Σ of (word's value in the training document − 1) · kernel, by class.
    const slopes = [new Float64Array(document.length), new Float64Array(document.length)]
    squares.forEach((square, i) => {
      const kernel = Math.exp((-0.5 * (square - nearest)) / variance)
      const label = this.#classes[i]!
      density[label]! += kernel
      const slope = slopes[label]!
      for (const word of documentAt(documents, i)) {
        const place = own.get(word)
        if (place !== undefined) slope[place]! += kernel
      }
    })
    const total = density[0]! + density[1]!
    const weights = Float64Array.from(document, (_, j) => {
      const zeros = slopes[0]![j]! - density[0]!
      const ones = slopes[1]![j]! - density[1]!
      return (density[0]! * ones - density[1]! * zeros) / (variance * total * total)
    })
    const places = Array.from(weights.keys())
      .sort((a, b) => Math.abs(weights[b]!) - Math.abs(weights[a]!))
      .slice(0, K)
    return {
      places,
      weights: places.map((j) => weights[j]!),
      base: density[1]! / total,
      constant: false,
      calls: 0,
    }
  }
}

/** K times the word that lowers the probability of `label` most; `untilChanged`: no further than the class holds. */
export function explainGreedy(
  local: LocalClassifier,
  d: number,
  label: number,
  untilChanged: boolean,
): WordWeights {
  const of = (p: number) => (label === 1 ? p : 1 - p)
  const kept = createBitMatrix(d + 1, d)
  for (let i = 0; i <= d; i++) fillBitRow(kept, i)
  const places: number[] = []
  const out = new Uint8Array(d)
  let calls = 0
  while (places.length < Math.min(K, d)) {
    for (let j = 0; j < d; j++) setBit(kept, j + 1, j, false)
    const answers = local.probability(kept)
    for (let j = 0; j < d; j++) if (out[j] === 0) setBit(kept, j + 1, j)
    calls += d + 1 - places.length
    let best = -1
    let least = Number.POSITIVE_INFINITY
    for (let j = 0; j < d; j++) {
      const left = of(answers[j + 1]!)
      if (out[j] === 1 || left >= least) continue
      least = left
      best = j
    }
    places.push(best)
    out[best] = 1
    for (let i = 0; i <= d; i++) setBit(kept, i, best, false)
    if (untilChanged && least < 0.5) break
  }
  return { places, weights: places.map(() => 1), base: 0, constant: false, calls }
}

/** K words, drawn with repeats as the authors do. */
export function explainRandomly(d: number, random: RandomState): WordWeights {
  const places = Array.from(random.choice(d, K))
  return { places, weights: places.map(() => 1), base: 0, constant: false, calls: 0 }
}

/**
 * sodalime's explanation of class 1 of a document of d words, by its public interface: texts in, probabilities out. Words
 * are single characters here, so that reading the texts again costs next to nothing.
 */
export async function explainOurs(
  explainer: TextExplainer,
  local: LocalClassifier,
  d: number,
): Promise<WordWeights> {
  const model = (texts: readonly string[]): number[][] => {
    const kept = createBitMatrix(texts.length, d)
    texts.forEach((text, i) => {
      for (let k = 0; k < text.length; k++) setBit(kept, i, text.charCodeAt(k) - FIRST)
    })
    return Array.from(local.probability(kept), (p) => [1 - p, p])
  }
  const text = String.fromCharCode(...Array.from({ length: d }, (_, j) => FIRST + j))
  const explanation = await explainer.explain(text, model, {
    labels: [1],
    numFeatures: K,
    ...OUR_CALL,
  })
  const { weights, intercept } = explanation.forLabel(1)
  return {
    places: weights.map(({ feature }) => feature),
    weights: weights.map(({ weight }) => weight),
    base: intercept,
    constant: explanation.diagnostics.warnings.some(({ code }) => code === 'no-local-effect'),
    calls: explanation.diagnostics.modelCalls,
  }
}

/** The first of the characters that stand for words: ideographs. */
const FIRST = 0x4e00

/** What an explain call of ours is told beside the label and K: to stop at 500 samples, a thirtieth of the reference's. */
const OUR_CALL = { maxSamples: 500 }

/** Our explainer, with its defaults. */
export function ourExplainer(): TextExplainer {
  return new TextExplainer({
    randomState: 1,
    charLevel: true,
    featureSelection: 'forward_selection',
  })
}
