/**
 * Least squares on samples of equal weight, with a standard error for every coefficient.
 *
 * 1. Coefficients of G c = Aᵀ(y − ȳ), A the centred switches (n, d).
 * 2. Standard errors from the residuals e by the sandwich G⁻¹ (Σ s sᵀ) G⁻¹, s = a e (White 1980), scaled by n / (n − k),
 *    k coefficients.
 * 3. Where samples come in pairs of complements, what is of even order cancels in a pair and is no error: s is the sum over
 *    a pair, ± ½ δ in each column, δ the difference of its residuals. Its square is the same whatever is on, so that Σ s sᵀ
 *    is the mean of δ² times G / 2, and far steadier for it: variances are ½ Σ δ² / (C − k) times the diagonal of G⁻¹, C pairs.
 *
 * Where samples are drawn from a known number of pairs without coming back, the share of pairs that has been seen is
 * taken off the variances (Cochran 1977, section 2.6).
 *
 * Beyond 400 columns G⁻¹ is taken as diagonal for step 2, which it nearly is under designs with independent columns.
 */
import { columnSums, type DesignMatrix, isBitMatrix, selectColumns } from '../math/bit-matrix.ts'
import { cholesky, choleskySolve, singularFactor } from '../math/cholesky.ts'
import { type LinearFit, solveRidge, withIntercept } from '../math/ridge.ts'
import { type WeightedMoments, weightedMoments } from '../math/weighted-moments.ts'
import type { Cells } from './neighbourhood.ts'
import { factorialBlock } from './samplers/factorial-design.ts'

/** Columns up to which standard errors use the whole of G⁻¹. */
const MOST_INVERTED = 400
/** A ridge that changes no digit that matters, with which wide systems are solved by steps. */
const TINY = 1e-9

/** Samples of equal weight. */
export interface EvenSamples {
  /** (n, d). */
  readonly X: DesignMatrix
  /** What else differs between the samples, where it is told. */
  readonly cells?: Cells | undefined
  /** Whether rows 2k and 2k + 1 are complements. */
  readonly paired: boolean
  /** How many pairs there are, where samples are drawn from all without coming back to any. */
  readonly pairs?: number
}

/** Coefficients with their standard errors. */
export interface LinearEstimate {
  /** (d). */
  readonly coefficients: Float64Array
  /** (d), made when asked for; NaN where there are no samples left over to tell. */
  readonly standardErrors: () => Float64Array
  /** Means (d) of the columns of X. */
  readonly means: Float64Array
  /** Mean of y. */
  readonly mean: number
  /** Variance of what the columns do not explain; of its odd part, where samples come in pairs. */
  readonly residualVariance: number
  /** Samples or pairs left over. */
  readonly degrees: number
}

/**
 * Samples made ready for any number of targets: the columns that change, their moments and their factor.
 *
 * With fewer samples than columns estimates are the least-norm solution, without standard errors. The coefficient of a
 * column that is the same throughout is 0, for certain.
 */
export class EvenDesign {
  readonly samples: EvenSamples
  readonly paired: boolean
  /** Columns of X, d. */
  readonly cols: number
  /** The columns of X that change. */
  readonly columns: DesignMatrix
  readonly moments: WeightedMoments
  /** Which columns of X change. */
  readonly live: Int32Array
  readonly #means: Float64Array
  #solver: Solver | undefined
  #inverse: Float64Array | undefined

  constructor(samples: EvenSamples) {
    const { X, paired } = samples
    const sums = columnSums(X)
    this.samples = samples
    this.paired = paired
    this.cols = X.cols
    this.#means = sums.map((sum) => sum / X.rows)
    this.live = Int32Array.from(sums.keys()).filter((j) => sums[j]! > 0 && sums[j]! < X.rows)
    this.columns = this.live.length === X.cols ? X : selectColumns(X, this.live)
    this.moments = weightedMoments(this.columns, new Float64Array(X.rows).fill(1))
  }

  /** Least squares of y (n). */
  estimate(y: Float64Array): LinearEstimate {
    const { moments, paired } = this
    const cross = moments.cross(y)
    const { solve, factor, degrees } = this.#ready()
    const c = solve === undefined ? solveRidge(moments, cross, TINY).coefficients : solve(cross.c)
    const fitted = moments.times(c)
    const e = y.map((value, i) => value - cross.meanY - fitted[i]!)
    const standardErrors = () =>
      this.spread(this.#sandwich(e).map((sum) => Math.sqrt(factor * sum)))
    return {
      coefficients: this.spread(c),
      standardErrors,
      means: this.#means,
      mean: cross.meanY,
      residualVariance: residualVariance(e, paired, degrees),
      // A single block (`factorial-design.ts`) cannot tell odd interactions from the effects that they are added to.
      degrees: paired && y.length <= factorialBlock(this.cols) ? 0 : degrees,
    }
  }

  /** Least squares of y (n) on the live columns; undefined where there are too many for a factor. */
  fit(y: Float64Array): LinearFit | undefined {
    const cross = this.moments.cross(y)
    const c = this.#ready().solve?.(cross.c)
    return c && withIntercept(this.moments, cross, c)
  }

  /** What does not depend on the target. */
  #ready(): Solver {
    if (this.#solver !== undefined) return this.#solver
    const { moments, paired } = this
    const { rows: n, cols: d } = moments
    let solve: Solver['solve']
    if (d <= MOST_INVERTED) {
      const G = moments.gram().slice()
      const L = n > d ? cholesky(G.slice(), d) : undefined
      solve = L ? (b) => choleskySolve(L, b, d) : singularFactor(G, d).solve
    }
    const clusters = paired ? n / 2 : n
    const degrees = clusters - d - (paired ? 0 : 1)
    const { pairs = Number.POSITIVE_INFINITY } = this.samples
    // Beyond all of them some have come once more than others.
    const unseen = clusters <= pairs ? 1 - clusters / pairs : clusters % pairs === 0 ? 0 : 1
    const factor = degrees > 0 ? (unseen * clusters) / degrees : Number.NaN
    this.#solver = { solve, degrees, factor }
    return this.#solver
  }

  /** Σ (G⁻¹ s)_j² (d live columns) over samples or pairs, s = Σ a e over one. */
  #sandwich(e: Float64Array): Float64Array {
    const { moments, columns, paired } = this
    const { rows: n, cols: d } = columns
    const clusters = paired ? n / 2 : n
    const sums = new Float64Array(d)
    if (this.#ready().solve === undefined) {
      const { diagonal } = moments
      return scoreSquares(columns, moments.mean, e, paired).map((sum, j) =>
        diagonal[j]! > 0 ? sum / diagonal[j]! ** 2 : 0,
      )
    }
    const inverse = this.#inverted()
    if (paired) {
      let squares = 0
      for (let i = 0; i < n; i += 2) squares += (e[i]! - e[i + 1]!) ** 2
      return sums.map((_, j) => (squares / clusters / 2) * inverse[j * d + j]!)
    }
    const scores = scoresOf(columns, moments.mean, e, paired)
    if (clusters <= d) {
      for (let i = 0; i < clusters; i++) {
        for (let j = 0; j < d; j++) sums[j]! += dotAt(inverse, j * d, scores, i * d, d) ** 2
      }
      return sums
    }
    // Σ s sᵀ: the moments of the scores, moved from their mean to 0.
    const meat = weightedMoments(
      { data: scores, rows: clusters, cols: d },
      new Float64Array(clusters).fill(1),
    )
    const M = meat.gram()
    const product = new Float64Array(d)
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < d; k++) product[k] = dotAt(M, k * d, inverse, j * d, d)
      const moved = dotAt(meat.mean, 0, inverse, j * d, d)
      sums[j] = Math.max(0, dotAt(product, 0, inverse, j * d, d)) + clusters * moved * moved
    }
    return sums
  }

  /** G⁻¹, flat (d, d). */
  #inverted(): Float64Array {
    if (this.#inverse !== undefined) return this.#inverse
    const d = this.columns.cols
    const { solve } = this.#ready()
    this.#inverse = new Float64Array(d * d)
    const unit = new Float64Array(d)
    for (let j = 0; j < d; j++) {
      unit[j] = 1
      this.#inverse.set(solve!(unit), j * d)
      unit[j] = 0
    }
    return this.#inverse
  }

  /** Values of the live columns at their places among all of X; 0 for the others. */
  spread(values: Float64Array): Float64Array {
    if (this.live.length === this.cols) return values
    const all = new Float64Array(this.cols)
    this.live.forEach((j, k) => {
      all[j] = values[k]!
    })
    return all
  }
}

interface Solver {
  /** G⁻¹ b; undefined where there are too many columns for a factor. */
  readonly solve: ((b: Float64Array) => Float64Array) | undefined
  /** Samples or pairs left over. */
  readonly degrees: number
  /** C / (C − k). */
  readonly factor: number
}

function residualVariance(e: Float64Array, paired: boolean, degrees: number): number {
  let sum = 0
  if (paired) for (let i = 0; i < e.length; i += 2) sum += ((e[i]! - e[i + 1]!) / 2) ** 2
  else for (let i = 0; i < e.length; i++) sum += e[i]! ** 2
  return degrees > 0 ? sum / degrees : Number.POSITIVE_INFINITY
}

/** s = Σ (a − mean) e over each sample, or over each pair: flat (C, p). */
function scoresOf(
  A: DesignMatrix,
  means: Float64Array,
  e: Float64Array,
  paired: boolean,
): Float64Array {
  const { rows: n, cols: p } = A
  const step = paired ? 2 : 1
  const at = columnsOf(A)
  const scores = new Float64Array((n / step) * p)
  for (let i = 0, to = 0; i < n; i += step) {
    const first = e[i]!
    if (paired) {
      const second = e[i + 1]!
      for (let k = 0; k < p; k++) {
        scores[to++] = (at(i, k) - means[k]!) * first + (at(i + 1, k) - means[k]!) * second
      }
    } else for (let k = 0; k < p; k++) scores[to++] = (at(i, k) - means[k]!) * first
  }
  return scores
}

/** Σ s_j² (p) over samples or pairs. */
function scoreSquares(
  A: DesignMatrix,
  means: Float64Array,
  e: Float64Array,
  paired: boolean,
): Float64Array {
  const { rows: n, cols: p } = A
  if (paired && isBitMatrix(A)) {
    // Complements: a is 1 in one of the two and 0 in the other, ½ on average.
    let sum = 0
    for (let i = 0; i < n; i += 2) sum += (e[i]! - e[i + 1]!) ** 2
    return new Float64Array(p).fill(sum / 4)
  }
  const sums = new Float64Array(p)
  const scores = scoresOf(A, means, e, paired)
  for (let at = 0; at < scores.length; ) {
    for (let j = 0; j < p; j++, at++) sums[j]! += scores[at]! * scores[at]!
  }
  return sums
}

/** Σ a b of n elements from two places on. */
function dotAt(a: Float64Array, from: number, b: Float64Array, to: number, n: number): number {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let k = 0
  for (; k + 4 <= n; k += 4) {
    s0 += a[from + k]! * b[to + k]!
    s1 += a[from + k + 1]! * b[to + k + 1]!
    s2 += a[from + k + 2]! * b[to + k + 2]!
    s3 += a[from + k + 3]! * b[to + k + 3]!
  }
  for (; k < n; k++) s0 += a[from + k]! * b[to + k]!
  return s0 + s1 + (s2 + s3)
}

function columnsOf(A: DesignMatrix): (i: number, k: number) => number {
  if (!isBitMatrix(A)) {
    const { data, cols } = A
    return (i, k) => data[i * cols + k]!
  }
  const { words, stride } = A
  return (i, k) => (words[i * stride + (k >>> 5)]! >>> (k & 31)) & 1
}
