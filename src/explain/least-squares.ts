/**
 * Least squares on samples of equal weight, with a standard error for every coefficient.
 *
 * 1. Columns: the switches X (n, d), and after them the nuisance columns Z (n, m), which are 0 on average whatever is on.
 *    Their coefficients are of no interest, but take the noise out of the others; a ridge of m times their variance keeps
 *    many of them from following noise of their own.
 * 2. Coefficients of G c = Aᵀ(y − ȳ), A the centred columns.
 * 3. Standard errors from the residuals e by the sandwich G⁻¹ (Σ s sᵀ) G⁻¹, where s is Σ a e over a sample, or over a
 *    sample and its complement where these come in pairs: what is of even order cancels in a pair and is no error
 *    (White 1980; Liang and Zeger 1986). The sum is scaled by C / (C − k), C samples or pairs, k coefficients.
 *
 * Beyond 400 columns G⁻¹ is taken as diagonal for step 3, which it nearly is under designs with independent columns.
 */
import type { Matrix } from '../contract/matrix.ts'
import { columnSums, type DesignMatrix, isBitMatrix, selectColumns } from '../math/bit-matrix.ts'
import { cholesky, choleskySolve, singularFactor } from '../math/cholesky.ts'
import { solveRidge } from '../math/ridge.ts'
import { weightedMoments } from '../math/weighted-moments.ts'
import { factorialBlock } from './samplers/factorial-design.ts'

/** Columns up to which standard errors use the whole of G⁻¹. */
const MOST_INVERTED = 400
/** A ridge that changes no digit that matters, with which wide systems are solved by steps. */
const TINY = 1e-9

/** Samples of equal weight. */
export interface EvenSamples {
  /** (n, d). */
  readonly X: DesignMatrix
  /** (n, m), 0 on average whatever X is. */
  readonly Z?: Matrix | undefined
  /** Whether rows 2k and 2k + 1 are complements. */
  readonly paired: boolean
}

/** Coefficients with their standard errors. */
export interface LinearEstimate {
  /** (d). */
  readonly coefficients: Float64Array
  /** (d); NaN where there are no samples left over to tell. */
  readonly standardErrors: Float64Array
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
 * Least squares of y (n). With fewer samples than columns the least-norm solution, without standard errors. The
 * coefficient of a column that is the same throughout is 0, for certain.
 */
export function leastSquares(samples: EvenSamples, y: Float64Array): LinearEstimate {
  const { X } = samples
  const sums = columnSums(X)
  const live = Int32Array.from(sums.keys()).filter((j) => sums[j]! > 0 && sums[j]! < X.rows)
  if (live.length === X.cols) return fitColumns(samples, y)
  const own = fitColumns({ ...samples, X: selectColumns(X, live) }, y)
  const spread = (values: Float64Array, rest: (j: number) => number) => {
    const all = Float64Array.from({ length: X.cols }, (_, j) => rest(j))
    live.forEach((j, k) => {
      all[j] = values[k]!
    })
    return all
  }
  return {
    ...own,
    coefficients: spread(own.coefficients, () => 0),
    standardErrors: spread(own.standardErrors, () => 0),
    means: spread(own.means, (j) => sums[j]! / X.rows),
  }
}

function fitColumns({ X, Z, paired }: EvenSamples, y: Float64Array): LinearEstimate {
  const n = X.rows
  const d = X.cols
  const A = Z === undefined ? X : joined(X, Z)
  const p = A.cols
  const moments = weightedMoments(A, new Float64Array(n).fill(1))
  const cross = moments.cross(y)
  const means = moments.mean.subarray(0, d)
  let penalties: Float64Array | undefined
  let solve: ((b: Float64Array) => Float64Array) | undefined
  let c: Float64Array
  if (p <= MOST_INVERTED) {
    const G = moments.gram().slice()
    penalties = ridgeOf(G, p, d, n)
    for (let j = d; j < p; j++) G[j * p + j]! += penalties[j - d]!
    const L = n > p ? cholesky(G.slice(), p) : undefined
    solve = L ? (b) => choleskySolve(L, b, p) : singularFactor(G, p).solve
    c = solve(cross.c)
  } else {
    c = solveRidge(moments, cross, TINY).coefficients
  }
  const fitted = moments.times(c)
  const e = y.map((value, i) => value - cross.meanY - fitted[i]!)
  let used = d
  const diagonal = moments.diagonal
  for (let j = d; j < p; j++) {
    const ridge = penalties?.[j - d] ?? 0
    used += (diagonal[j]! / (diagonal[j]! + ridge || 1)) * (paired ? 0.5 : 1)
  }
  const clusters = paired ? n / 2 : n
  const degrees = clusters - used - (paired ? 0 : 1)
  const factor = degrees > 0 ? clusters / degrees : Number.NaN
  return {
    coefficients: c.slice(0, d),
    standardErrors: sandwich(A, e, d, paired, moments.mean, diagonal, solve).map((sum) =>
      Math.sqrt(factor * sum),
    ),
    means,
    mean: cross.meanY,
    residualVariance: residualVariance(e, paired, degrees),
    // Of a single block (`factorial-design.ts`) it is chance which effects the rest falls upon.
    degrees: paired && n <= factorialBlock(d) ? Math.min(degrees, 3) : degrees,
  }
}

/** The ridge (m) of each nuisance column: m times its variance. */
function ridgeOf(G: Float64Array, p: number, d: number, n: number): Float64Array {
  return Float64Array.from({ length: p - d }, (_, k) => ((p - d) / n) * G[(d + k) * (p + 1)]!)
}

function residualVariance(e: Float64Array, paired: boolean, degrees: number): number {
  let sum = 0
  if (paired) for (let i = 0; i < e.length; i += 2) sum += ((e[i]! - e[i + 1]!) / 2) ** 2
  else for (let i = 0; i < e.length; i++) sum += e[i]! ** 2
  return degrees > 0 ? sum / degrees : Number.POSITIVE_INFINITY
}

/** Σ (G⁻¹ s)_j² (d) over samples or pairs. */
function sandwich(
  A: DesignMatrix,
  e: Float64Array,
  d: number,
  paired: boolean,
  means: Float64Array,
  diagonal: Float64Array,
  solve: ((b: Float64Array) => Float64Array) | undefined,
): Float64Array {
  const { rows: n, cols: p } = A
  const step = paired ? 2 : 1
  const sums = new Float64Array(d)
  const rows = columnsOf(A)
  // Row j of G⁻¹, for j < d.
  const inverse = solve === undefined ? undefined : new Float64Array(d * p)
  if (solve !== undefined) {
    const unit = new Float64Array(p)
    for (let j = 0; j < d; j++) {
      unit[j] = 1
      inverse!.set(solve(unit), j * p)
      unit[j] = 0
    }
  }
  const s = new Float64Array(p)
  for (let i = 0; i < n; i += step) {
    for (let k = 0; k < p; k++) {
      s[k] = (rows(i, k) - means[k]!) * e[i]!
      if (paired) s[k]! += (rows(i + 1, k) - means[k]!) * e[i + 1]!
    }
    for (let j = 0; j < d; j++) {
      let v = 0
      if (inverse === undefined) v = diagonal[j]! > 0 ? s[j]! / diagonal[j]! : 0
      else for (let k = 0, at = j * p; k < p; k++, at++) v += inverse[at]! * s[k]!
      sums[j]! += v * v
    }
  }
  return sums
}

function columnsOf(A: DesignMatrix): (i: number, k: number) => number {
  if (!isBitMatrix(A)) {
    const { data, cols } = A
    return (i, k) => data[i * cols + k]!
  }
  const { words, stride } = A
  return (i, k) => (words[i * stride + (k >>> 5)]! >>> (k & 31)) & 1
}

/** [X Z] as doubles. */
export function joined(X: DesignMatrix, Z: Matrix): Matrix {
  const { rows } = X
  const cols = X.cols + Z.cols
  const data = new Float64Array(rows * cols)
  const x = columnsOf(X)
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < X.cols; j++) data[at++] = x(i, j)
    for (let k = 0, from = i * Z.cols; k < Z.cols; k++) data[at++] = Z.data[from + k]!
  }
  return { data, rows, cols }
}
