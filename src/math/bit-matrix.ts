/**
 * Matrices of 0 and 1, packed 32 to a word: 64 times smaller than doubles, and quick to count in.
 *
 * Bit j of row i is `(words[i * stride + (j >>> 5)] >>> (j & 31)) & 1`. The bits of a row's last word beyond `cols`
 * are always 0; every function here keeps that.
 */
import type { Matrix } from '../contract/matrix.ts'

/** A packed (rows, cols) matrix of bits. */
export interface BitMatrix {
  readonly words: Uint32Array
  readonly rows: number
  readonly cols: number
  /** Words in a row. */
  readonly stride: number
}

/** What a surrogate is fitted to: switches (bits) or values. */
export type DesignMatrix = BitMatrix | Matrix

/** True for packed bits. */
export function isBitMatrix(X: DesignMatrix): X is BitMatrix {
  return 'words' in X
}

/** A (rows, cols) matrix of zeros. */
export function createBitMatrix(rows: number, cols: number): BitMatrix {
  const stride = Math.max(1, (cols + 31) >>> 5)
  return { words: new Uint32Array(rows * stride), rows, cols, stride }
}

/** Element (i, j): 0 or 1. */
export function getBit(X: BitMatrix, i: number, j: number): 0 | 1 {
  return ((X.words[i * X.stride + (j >>> 5)]! >>> (j & 31)) & 1) as 0 | 1
}

/** Sets element (i, j) to 1, or to 0 where `on` is false. */
export function setBit(X: BitMatrix, i: number, j: number, on = true): void {
  const at = i * X.stride + (j >>> 5)
  const bit = 1 << (j & 31)
  X.words[at] = on ? X.words[at]! | bit : X.words[at]! & ~bit
}

/** Sets a whole row to 1. */
export function fillBitRow(X: BitMatrix, i: number): void {
  const { words, cols, stride } = X
  const start = i * stride
  for (let k = 0; k < stride; k++) {
    const left = cols - 32 * k
    words[start + k] = left >= 32 ? 0xffffffff : left > 0 ? 2 ** left - 1 : 0
  }
}

/** How many bits of a 32-bit word are 1 (Warren, Hacker's Delight, 5–1). */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555)
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333)
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** How many elements of row i are 1. */
export function rowPopcount(X: BitMatrix, i: number): number {
  const { words, stride } = X
  let count = 0
  for (let at = i * stride, end = at + stride; at < end; at++) count += popcount(words[at]!)
  return count
}

/** Sums of the columns (cols): of both kinds of matrix, weighted by w (rows) where it is given. */
export function columnSums(X: DesignMatrix, w?: Float64Array): Float64Array {
  const { rows, cols } = X
  const sums = new Float64Array(cols)
  if (isBitMatrix(X)) {
    const { words, stride } = X
    for (let i = 0; i < rows; i++) {
      const weight = w === undefined ? 1 : w[i]!
      for (let k = 0; k < stride; k++) {
        for (let v = words[i * stride + k]!; v !== 0; v &= v - 1) {
          sums[32 * k + 31 - Math.clz32(v & -v)]! += weight
        }
      }
    }
    return sums
  }
  const { data } = X
  for (let i = 0, at = 0; i < rows; i++) {
    const weight = w === undefined ? 1 : w[i]!
    for (let j = 0; j < cols; j++, at++) sums[j]! += weight * data[at]!
  }
  return sums
}

/** Element (i, j), of either kind of matrix. */
export function elementOf(X: DesignMatrix, i: number, j: number): number {
  return isBitMatrix(X) ? getBit(X, i, j) : X.data[i * X.cols + j]!
}

/** Row i as fresh doubles (cols), of either kind of matrix. */
export function denseRow(X: DesignMatrix, i: number): Float64Array {
  if (!isBitMatrix(X)) return X.data.slice(i * X.cols, (i + 1) * X.cols)
  const row = new Float64Array(X.cols)
  for (let j = 0; j < row.length; j++) row[j] = getBit(X, i, j)
  return row
}

/** The same matrix as doubles. */
export function bitsToMatrix(X: BitMatrix): Matrix {
  const { words, rows, cols, stride } = X
  const data = new Float64Array(rows * cols)
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) data[at++] = (words[i * stride + (j >>> 5)]! >>> (j & 31)) & 1
  }
  return { data, rows, cols }
}

/** Packs a matrix; `undefined` where some element is neither 0 nor 1. */
export function matrixToBits(matrix: Matrix): BitMatrix | undefined {
  const { data, rows, cols } = matrix
  const packed = createBitMatrix(rows, cols)
  const { words, stride } = packed
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++, at++) {
      const value = data[at]!
      if (value === 1) words[i * stride + (j >>> 5)]! |= 1 << (j & 31)
      else if (value !== 0) return undefined
    }
  }
  return packed
}

/** (n, k): the columns named, in that order, of all rows or of those named; bits stay bits. */
export function selectColumns(
  X: DesignMatrix,
  columns: ArrayLike<number>,
  rows: ArrayLike<number> = { length: X.rows },
): DesignMatrix {
  const k = columns.length
  const n = rows.length
  const every = rows[0] === undefined
  if (isBitMatrix(X)) {
    const { words, stride } = X
    const selected = createBitMatrix(n, k)
    for (let f = 0; f < k; f++) {
      const word = columns[f]! >>> 5
      const shift = columns[f]! & 31
      const to = f & 31
      for (let i = 0, at = f >>> 5; i < n; i++, at += selected.stride) {
        const row = every ? i : rows[i]!
        selected.words[at]! |= ((words[row * stride + word]! >>> shift) & 1) << to
      }
    }
    return selected
  }
  const { data: source, cols } = X
  const data = new Float64Array(n * k)
  for (let i = 0, to = 0; i < n; i++) {
    const row = (every ? i : rows[i]!) * cols
    for (let f = 0; f < k; f++) data[to++] = source[row + columns[f]!]!
  }
  return { data, rows: n, cols: k }
}

/** The first `rows` rows, as a view. */
export function firstRows(X: DesignMatrix, rows: number): DesignMatrix {
  if (rows === X.rows) return X
  if (isBitMatrix(X)) return { ...X, rows, words: X.words.subarray(0, rows * X.stride) }
  return { ...X, rows, data: X.data.subarray(0, rows * X.cols) }
}

/** The rows from `first` on, as a view. */
export function rowsFrom(X: DesignMatrix, first: number): DesignMatrix {
  const rows = X.rows - first
  if (isBitMatrix(X)) return { ...X, rows, words: X.words.subarray(first * X.stride) }
  return { ...X, rows, data: X.data.subarray(first * X.cols) }
}

/** (k, d): the rows named, in that order, as a copy. */
export function selectRows(X: DesignMatrix, rows: ArrayLike<number>): DesignMatrix {
  const k = rows.length
  if (isBitMatrix(X)) {
    const { stride } = X
    const words = new Uint32Array(k * stride)
    for (let i = 0; i < k; i++) {
      words.set(X.words.subarray(rows[i]! * stride, (rows[i]! + 1) * stride), i * stride)
    }
    return { ...X, rows: k, words }
  }
  const { cols } = X
  const data = new Float64Array(k * cols)
  for (let i = 0; i < k; i++) {
    data.set(X.data.subarray(rows[i]! * cols, (rows[i]! + 1) * cols), i * cols)
  }
  return { data, rows: k, cols }
}

/** The rows of several matrices of one kind, one below the other. */
export function stackRows(matrices: readonly DesignMatrix[]): DesignMatrix {
  const rows = matrices.reduce((sum, one) => sum + one.rows, 0)
  const { cols } = matrices[0]!
  if (matrices.every(isBitMatrix)) {
    const stacked = createBitMatrix(rows, cols)
    let at = 0
    for (const { words, stride, rows: own } of matrices) {
      stacked.words.set(words.subarray(0, own * stride), at)
      at += own * stride
    }
    return stacked
  }
  const data = new Float64Array(rows * cols)
  let at = 0
  for (const one of matrices) {
    const { data: own } = isBitMatrix(one) ? bitsToMatrix(one) : one
    data.set(own, at)
    at += own.length
  }
  return { data, rows, cols }
}
