/**
 * Everything that linear surrogates need of the samples: means, Gram matrix, and its product with a target.
 *
 * Moments are made once for an explanation and shared by all its labels, by feature selection and by the fits;
 * Python LIME goes back to the n samples for each of them. How they stay exact: `gram-source.ts`.
 */
import { bitGram } from './bit-gram.ts'
import { type DesignMatrix, isBitMatrix } from './bit-matrix.ts'
import { denseGram } from './dense-gram.ts'
import type { GramSource } from './gram-source.ts'

/**
 * Weighted moments of a design X (n, d). Columns of G are computed when first asked for and kept, so that a forward
 * selection of 5 of 2,000 features needs 5 columns, not 2,000.
 */
export class WeightedMoments {
  /** Samples, n. */
  readonly rows: number
  /** Features, d. */
  readonly cols: number
  readonly weights: Float64Array
  /** W = Σ w. */
  readonly sumW: number
  /** Weighted means (d). */
  readonly mean: Float64Array
  /** What solvers keep between the labels that share these moments, such as a factor of G + αI. */
  readonly kept = new Map<string, unknown>()
  /** False where a solver had to stop before its answer was as exact as rounding allows. */
  converged = true
  readonly #source: GramSource
  readonly #columns: (Float64Array | undefined)[] = []
  #full: Float64Array | undefined
  #diagonal: Float64Array | undefined

  constructor(X: DesignMatrix, w: Float64Array) {
    this.rows = X.rows
    this.cols = X.cols
    this.weights = w
    let sumW = 0
    for (let i = 0; i < w.length; i++) sumW += w[i]!
    this.sumW = sumW
    this.#source = isBitMatrix(X) ? bitGram(X, w, sumW) : denseGram(X, w, sumW)
    this.mean = this.#source.mean
  }

  /** Σ w (x_j − mean_j)² (d); 0 marks a constant column, up to rounding. Not to be written to. */
  get diagonal(): Float64Array {
    this.#diagonal ??= this.#source.diagonal()
    return this.#diagonal
  }

  /** Column j of G (d). Not to be written to. */
  column(j: number): Float64Array {
    if (this.#full !== undefined) return this.#full.subarray(j * this.cols, (j + 1) * this.cols)
    this.#columns[j] ??= this.#source.column(j)
    return this.#columns[j]
  }

  /** All of G, flat (d, d), symmetric. Not to be written to. */
  gram(): Float64Array {
    this.#full ??= this.#source.full()
    return this.#full
  }

  /** A b (n) for b (d), where A = √w (X − mean), so that G = AᵀA. */
  times(b: Float64Array): Float64Array {
    return this.#source.times(b).map((value, i) => Math.sqrt(this.weights[i]!) * value)
  }

  /** Aᵀ u (d) for u (n). */
  transposeTimes(u: Float64Array): Float64Array {
    return this.#source.transposeTimes(u.map((value, i) => Math.sqrt(this.weights[i]!) * value))
  }

  /** G b (d) for b (d), without G. */
  gramTimes(b: Float64Array): Float64Array {
    return this.#source.gramTimes?.(b) ?? this.transposeTimes(this.times(b))
  }

  /** Squared length (n) of each row of A. */
  rowSquares(): Float64Array {
    return this.#source.rowSquares().map((square, i) => this.weights[i]! * square)
  }

  /** Moments with a target y (n). */
  cross(y: Float64Array): WeightedCross {
    const w = this.weights
    let reference = 0
    for (let i = 1; i < w.length; i++) if (w[i]! > w[reference]!) reference = i
    const base = y[reference] ?? 0
    let shift = 0
    for (let i = 0; i < y.length; i++) shift += w[i]! * (y[i]! - base)
    shift = this.sumW > 0 ? shift / this.sumW : 0
    const v = new Float64Array(y.length)
    const spread = new Float64Array(y.length)
    let sumSquares = 0
    for (let i = 0; i < y.length; i++) {
      const value = y[i]! - base - shift
      spread[i] = value
      v[i] = w[i]! * value
      sumSquares += v[i]! * value
    }
    return { c: this.#source.transposeTimes(v), meanY: base + shift, sumSquares, spread }
  }
}

/** Moments of a design with one target. */
export interface WeightedCross {
  /** Σ w (x_j − mean_j)(y − ȳ) (d). */
  readonly c: Float64Array
  /** ȳ, the weighted mean. */
  readonly meanY: number
  /** Σ w (y − ȳ)². */
  readonly sumSquares: number
  /** y − ȳ (n). */
  readonly spread: Float64Array
}

/**
 * Moments of X (n, d; bits or doubles, finite) under weights w (n; finite, ≥ 0). Rows of weight 0 count for nothing.
 * Where all weights are 0, every moment is 0 and the means are row 0.
 */
export function weightedMoments(X: DesignMatrix, w: Float64Array): WeightedMoments {
  return new WeightedMoments(X, w)
}

/** Moments of a target y (n; finite) with the design of `moments`. */
export function weightedCross(moments: WeightedMoments, y: Float64Array): WeightedCross {
  return moments.cross(y)
}
