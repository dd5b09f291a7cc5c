/**
 * Weighted Gram matrix of a dense design.
 *
 * 1. Shift every column by the reference row and subtract the weighted mean of what is left (two passes).
 * 2. Z = √w (x − mean), column by column, so that every entry of G and c is a product of contiguous columns.
 * 3. G in tiles of 2 × 4 columns whose eight sums stay in registers, for runs of rows that fit the cache. A single
 *    column of G costs one pass over Z: a few columns of a wide G need not wait for all of it.
 */
import { type GramSource, heaviestRow, mirrorUpper } from './gram-source.ts'
import type { Matrix } from './matrix.ts'

/** Rows that are made into columns at a time, and rows that are multiplied at a time. */
const BLOCK = 64
const RUN = 512

/** Moments of X (n, d) under weights w (n), all finite and ≥ 0; `sumW` is their sum. */
export function denseGram(X: Matrix, w: Float64Array, sumW: number): GramSource {
  const { data, rows: n, cols: d } = X
  const start = heaviestRow(w) * d
  const reference = data.slice(start, start + d)
  const shift = new Float64Array(d)
  for (let i = 0, at = 0; i < n; i++) {
    const weight = w[i]!
    for (let j = 0; j < d; j++, at++) shift[j]! += weight * (data[at]! - reference[j]!)
  }
  for (let j = 0; j < d; j++) shift[j] = sumW > 0 ? shift[j]! / sumW : 0

  const roots = new Float64Array(n)
  for (let i = 0; i < n; i++) roots[i] = Math.sqrt(w[i]!)
  const Z = new Float64Array(n * d)
  for (let from = 0; from < n; from += BLOCK) {
    const to = Math.min(from + BLOCK, n)
    for (let j = 0; j < d; j++) {
      const r = reference[j]!
      const s = shift[j]!
      for (let i = from, at = from * d + j, z = j * n; i < to; i++, at += d) {
        Z[z + i] = roots[i]! * (data[at]! - r - s)
      }
    }
  }

  /** Zᵀ v for v that stands in `values` from `at` on, four columns at a time. */
  function times(values: Float64Array, at: number): Float64Array {
    const sums = new Float64Array(d + 3)
    for (let j = 0; j < d; j += 4) {
      const a = j * n
      const b = Math.min(j + 1, d - 1) * n
      const c = Math.min(j + 2, d - 1) * n
      const e = Math.min(j + 3, d - 1) * n
      let sumA = 0
      let sumB = 0
      let sumC = 0
      let sumE = 0
      for (let i = 0; i < n; i++) {
        const value = values[at + i]!
        sumA += Z[a + i]! * value
        sumB += Z[b + i]! * value
        sumC += Z[c + i]! * value
        sumE += Z[e + i]! * value
      }
      sums[j] = sumA
      sums[j + 1] = sumB
      sums[j + 2] = sumC
      sums[j + 3] = sumE
    }
    return sums.subarray(0, d)
  }

  /** v = w (y − ȳ), of which Z holds one √w. */
  function cross(v: Float64Array): Float64Array {
    const rest = new Float64Array(n)
    for (let i = 0; i < n; i++) rest[i] = v[i] === 0 ? 0 : v[i]! / roots[i]!
    return times(rest, 0)
  }

  function product(b: Float64Array): Float64Array {
    const sums = new Float64Array(n)
    for (let j = 0, z = 0; j < d; j++) {
      const factor = b[j]!
      for (let i = 0; i < n; i++, z++) sums[i]! += factor * Z[z]!
    }
    return sums
  }

  function rowSquares(): Float64Array {
    const squares = new Float64Array(n)
    for (let j = 0, z = 0; j < d; j++) {
      for (let i = 0; i < n; i++, z++) squares[i]! += Z[z]! * Z[z]!
    }
    return squares
  }

  function full(): Float64Array {
    const G = new Float64Array(d * d)
    for (let from = 0; from < n; from += RUN) {
      const to = Math.min(from + RUN, n)
      for (let j = 0; j < d; j += 2) {
        for (let k = j; k < d; k += 4) addTile(G, Z, n, d, j, k, from, to)
      }
    }
    mirrorUpper(G, d)
    return G
  }

  const mean = new Float64Array(d)
  const diagonal = new Float64Array(d)
  for (let j = 0, at = 0; j < d; j++) {
    let sum = 0
    for (const end = at + n; at < end; at++) sum += Z[at]! * Z[at]!
    diagonal[j] = sum
    mean[j] = reference[j]! + shift[j]!
  }
  return {
    mean,
    diagonal,
    full,
    column: (j) => times(Z, j * n),
    cross,
    times: product,
    transposeTimes: (u) => times(u, 0),
    rowSquares,
  }
}

/** G_jk += Σ z_j z_k over rows from ≤ i < to, for columns j, j + 1 and k … k + 3 as far as there are so many. */
function addTile(
  G: Float64Array,
  Z: Float64Array,
  n: number,
  d: number,
  j: number,
  k: number,
  from: number,
  to: number,
): void {
  const j1 = Math.min(j + 1, d - 1)
  const k1 = Math.min(k + 1, d - 1)
  const k2 = Math.min(k + 2, d - 1)
  const k3 = Math.min(k + 3, d - 1)
  const x0 = j * n
  const x1 = j1 * n
  const y0 = k * n
  const y1 = k1 * n
  const y2 = k2 * n
  const y3 = k3 * n
  let s00 = 0
  let s01 = 0
  let s02 = 0
  let s03 = 0
  let s10 = 0
  let s11 = 0
  let s12 = 0
  let s13 = 0
  for (let i = from; i < to; i++) {
    const a = Z[x0 + i]!
    const b = Z[x1 + i]!
    const p = Z[y0 + i]!
    const q = Z[y1 + i]!
    const r = Z[y2 + i]!
    const s = Z[y3 + i]!
    s00 += a * p
    s01 += a * q
    s02 += a * r
    s03 += a * s
    s10 += b * p
    s11 += b * q
    s12 += b * r
    s13 += b * s
  }
  const row0 = j * d
  const row1 = j1 * d
  G[row0 + k]! += s00
  if (k1 > k) G[row0 + k1]! += s01
  if (k2 > k1) G[row0 + k2]! += s02
  if (k3 > k2) G[row0 + k3]! += s03
  if (j1 === j) return
  G[row1 + k]! += s10
  if (k1 > k) G[row1 + k1]! += s11
  if (k2 > k1) G[row1 + k2]! += s12
  if (k3 > k2) G[row1 + k3]! += s13
}
