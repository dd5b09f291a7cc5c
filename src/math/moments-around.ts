/**
 * Moments of a design around given means, under weights that all differ: of squared residuals, of samples held out.
 *
 * Bits go by their fours: rows that have the same two fours add up their weights in a table of 256 sums, of which there is
 * one for each pair of fours; the sums of all pairs of columns follow from it by adding up supersets (Yates 1937). So n rows
 * of d bits take n d² / 32 additions in place of n d². Columns whose mean is above ½ are counted where they are 0, so
 * that few digits cancel when the means are taken off.
 */
import { bitsToMatrix, type DesignMatrix, isBitMatrix, selectColumns } from './bit-matrix.ts'
import { centredGram } from './gram-kernel.ts'
import type { Matrix } from './matrix.ts'

/** Sums over rows x with weights u, around means m. */
export interface MomentsAround {
  /** Σ u. */
  readonly sum: number
  /** Σ u (x − m) (k). */
  readonly first: Float64Array
  /** Σ u (x − m)(x − m)ᵀ, flat (k, k). */
  readonly second: Float64Array
}

/** Of wider rows the columns wanted are taken out first. */
const WIDE = 64

/** For more columns tables no longer fit into the cache. */
const MOST_TABLED = 256

/** Moments of the named columns of X (n, d) under weights u (n), finite and ≥ 0, around means m (k). */
export function momentsAround(
  X: DesignMatrix,
  columns: ArrayLike<number>,
  u: Float64Array,
  m: Float64Array,
): MomentsAround {
  const k = columns.length
  if (!isBitMatrix(X) || k > MOST_TABLED) {
    const chosen = selectColumns(X, columns)
    return denseMoments(isBitMatrix(chosen) ? bitsToMatrix(chosen) : chosen, u, m)
  }
  if (X.cols > WIDE && k < X.cols) {
    const every = Int32Array.from({ length: k }, (_, j) => j)
    return momentsAround(selectColumns(X, columns), every, u, m)
  }
  const flips = new Int32Array(X.stride)
  for (let j = 0; j < k; j++) {
    if (m[j]! > 0.5) flips[columns[j]! >>> 5]! |= 1 << (columns[j]! & 31)
  }
  const { words, rows, stride } = X
  const tables = pairTables(words, rows, stride, Math.ceil(X.cols / 4), flips, u)
  const fours = Math.max(2, Math.ceil(X.cols / 4))
  const S = new Float64Array(k * k)
  for (let a = 0; a < k; a++) {
    for (let b = a; b < k; b++) {
      const both = pairSum(tables, fours, columns[a]!, columns[b]!)
      S[a * k + b] = both
      S[b * k + a] = both
    }
  }
  const sum = tables[0]!
  const sign = m.map((mean) => (mean > 0.5 ? -1 : 1))
  const centre = m.map((mean) => (mean > 0.5 ? 1 - mean : mean))
  const first = new Float64Array(k)
  const second = new Float64Array(k * k)
  for (let a = 0; a < k; a++) {
    const sa = S[a * (k + 1)]!
    first[a] = sign[a]! * (sa - sum * centre[a]!)
    for (let b = 0; b < k; b++) {
      const sb = S[b * (k + 1)]!
      const around =
        S[a * k + b]! - centre[a]! * sb - centre[b]! * sa + sum * centre[a]! * centre[b]!
      second[a * k + b] = sign[a]! * sign[b]! * around
    }
  }
  return { sum, first, second }
}

function denseMoments(X: Matrix, u: Float64Array, m: Float64Array): MomentsAround {
  const first = new Float64Array(X.cols)
  let sum = 0
  for (let i = 0, at = 0; i < X.rows; i++) {
    sum += u[i]!
    for (let j = 0; j < X.cols; j++, at++) first[j]! += u[i]! * (X.data[at]! - m[j]!)
  }
  return { sum, first, second: centredGram(X, m, u) }
}

/** For each pair of fours a < b the sums of u over rows by the values of both, then over all rows that hold these bits. */
function pairTables(
  words: Uint32Array,
  rows: number,
  stride: number,
  count: number,
  flips: Int32Array,
  u: Float64Array,
): Float64Array {
  const fours = Math.max(2, count)
  const tables = new Float64Array(((fours * (fours - 1)) / 2) * 256)
  const values = new Int32Array(8 * stride)
  for (let i = 0, at = 0; i < rows; i++, at += stride) {
    const weight = u[i]!
    if (weight === 0) continue
    for (let k = 0, f = 0; k < stride; k++) {
      let word = words[at + k]! ^ flips[k]!
      for (let c = 0; c < 8 && f < fours; c++, f++) {
        values[f] = word & 15
        word >>>= 4
      }
    }
    for (let a = 0, base = 0; a < fours - 1; a++) {
      const high = values[a]! << 4
      for (let b = a + 1; b < fours; b++, base += 256) tables[base + high + values[b]!]! += weight
    }
  }
  for (let base = 0; base < tables.length; base += 256) {
    for (let bit = 1; bit < 256; bit <<= 1) {
      for (let from = base; from < base + 256; from += 2 * bit) {
        for (let at = from, end = from + bit; at < end; at++) tables[at]! += tables[at + bit]!
      }
    }
  }
  return tables
}

/** Σ u over the rows that hold bits i and j. */
function pairSum(tables: Float64Array, fours: number, i: number, j: number): number {
  const [low, high] = i < j ? [i, j] : [j, i]
  let a = low >>> 2
  let b = high >>> 2
  let mask: number
  if (a < b) mask = (1 << (4 + (low & 3))) | (1 << (high & 3))
  else {
    // Both in one four: of the table that it shares with a neighbour only its own half counts.
    const bits = (1 << (low & 3)) | (1 << (high & 3))
    if (a < fours - 1) {
      b = a + 1
      mask = bits << 4
    } else {
      a -= 1
      mask = bits
    }
  }
  const table = a * (fours - 1) - (a * (a - 1)) / 2 + (b - a - 1)
  return tables[table * 256 + mask]!
}
