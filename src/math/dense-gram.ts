/**
 * Weighted Gram matrix of a dense design.
 *
 * 1. The mean is r + Σ w (x − r) / W, r the reference row; everything else is made of t = x − mean. (That the mean is
 *    rounded moves all t alike, which their products do not feel.)
 * 2. Products with vectors, single columns of G among them, go through the rows as they stand, four at a time.
 * 3. All of G: for a run of rows √w t is written column by column, and G added up in tiles of 2 × 4 columns whose eight
 *    sums stay in registers.
 */
import { type GramSource, heaviestRow, mirrorUpper } from './gram-source.ts'
import type { Matrix } from './matrix.ts'

/** Rows that are multiplied at a time. */
const RUN = 256

/** Moments of X (n, d) under weights w (n), all finite and ≥ 0; `sumW` is their sum. */
export function denseGram(X: Matrix, w: Float64Array, sumW: number): GramSource {
  const { data, rows: n, cols: d } = X
  const start = heaviestRow(w) * d
  const reference = data.slice(start, start + d)
  const shift = transposeTimes(X, reference, w)
  const mean = reference.map((value, k) => value + (shift[k]! && shift[k]! / sumW))

  function column(j: number): Float64Array {
    const v = new Float64Array(n)
    for (let i = 0, at = j; i < n; i++, at += d) v[i] = w[i]! * (data[at]! - mean[j]!)
    return transposeTimes(X, mean, v)
  }

  function times(b: Float64Array): Float64Array {
    const product = new Float64Array(n + 3)
    for (let i = 0; i < n; i += 4) timesInto(product, X, mean, b, i, i)
    return product.subarray(0, n)
  }

  function gramTimes(b: Float64Array): Float64Array {
    const sums = new Float64Array(d)
    const v = new Float64Array(4)
    for (let i = 0; i < n; i += 4) {
      timesInto(v, X, mean, b, i, 0)
      for (let k = 0; k < 4; k++) v[k]! *= w[i + k] ?? 0
      transposeTimesInto(sums, X, mean, v, i, 0)
    }
    return sums
  }

  function rowSquares(): Float64Array {
    return Float64Array.from(w, (_, i) => {
      let sum = 0
      for (let k = 0, at = i * d; k < d; k++, at++) sum += (data[at]! - mean[k]!) ** 2
      return sum
    })
  }

  function diagonal(): Float64Array {
    const sums = new Float64Array(d)
    for (let i = 0, at = 0; i < n; i++) {
      const weight = w[i]!
      for (let k = 0; k < d; k++, at++) {
        const t = data[at]! - mean[k]!
        sums[k]! += weight * t * t
      }
    }
    return sums
  }

  function full(): Float64Array {
    const G = new Float64Array(d * d)
    const Z = new Float64Array(d * RUN)
    for (let from = 0; from < n; from += RUN) {
      const count = Math.min(RUN, n - from)
      for (let i = 0, at = from * d; i < count; i++) {
        const root = Math.sqrt(w[from + i]!)
        for (let k = 0, z = i; k < d; k++, at++, z += RUN) {
          Z[z] = root * (data[at]! - mean[k]!)
        }
      }
      for (let j = 0; j < d; j += 2) {
        for (let k = j; k < d; k += 4) addTile(G, Z, count, d, j, k)
      }
    }
    mirrorUpper(G, d)
    return G
  }

  return {
    mean,
    diagonal,
    full,
    column,
    times,
    gramTimes,
    transposeTimes: (v) => transposeTimes(X, mean, v),
    rowSquares,
  }
}

/** Σ_i v_i (x_ik − m_k) (d). */
function transposeTimes(X: Matrix, m: Float64Array, v: Float64Array): Float64Array {
  const sums = new Float64Array(X.cols)
  for (let i = 0; i < X.rows; i += 4) transposeTimesInto(sums, X, m, v, i, i)
  return sums
}

/** out[to …] = Σ_k b_k (x_ik − m_k) for row i and the three after it; rows that are lacking are the last once more. */
function timesInto(
  out: Float64Array,
  { data, rows, cols: d }: Matrix,
  m: Float64Array,
  b: Float64Array,
  i: number,
  to: number,
): void {
  const last = (rows - 1) * d
  const p = i * d
  const q = Math.min(p + d, last)
  const r = Math.min(q + d, last)
  const s = Math.min(r + d, last)
  let sumP = 0
  let sumQ = 0
  let sumR = 0
  let sumS = 0
  for (let k = 0; k < d; k++) {
    const x = m[k]!
    const factor = b[k]!
    sumP += factor * (data[p + k]! - x)
    sumQ += factor * (data[q + k]! - x)
    sumR += factor * (data[r + k]! - x)
    sumS += factor * (data[s + k]! - x)
  }
  out[to] = sumP
  out[to + 1] = sumQ
  out[to + 2] = sumR
  out[to + 3] = sumS
}

/** sums[k] += Σ v (x_ik − m_k) over row i and the three after it, with v from `from` on; rows that are lacking count 0 times. */
function transposeTimesInto(
  sums: Float64Array,
  { data, rows, cols: d }: Matrix,
  m: Float64Array,
  v: Float64Array,
  i: number,
  from: number,
): void {
  const last = (rows - 1) * d
  const p = i * d
  const q = Math.min(p + d, last)
  const r = Math.min(q + d, last)
  const s = Math.min(r + d, last)
  const vp = v[from]!
  const vq = i + 1 < rows ? v[from + 1]! : 0
  const vr = i + 2 < rows ? v[from + 2]! : 0
  const vs = i + 3 < rows ? v[from + 3]! : 0
  for (let k = 0; k < d; k++) {
    const x = m[k]!
    const near = vp * (data[p + k]! - x) + vq * (data[q + k]! - x)
    sums[k]! += near + (vr * (data[r + k]! - x) + vs * (data[s + k]! - x))
  }
}

/** G_jk += Σ z_j z_k over `count` rows of Z, for columns j, j + 1 and k … k + 3 as far as there are so many. */
function addTile(
  G: Float64Array,
  Z: Float64Array,
  count: number,
  d: number,
  j: number,
  k: number,
): void {
  const j1 = Math.min(j + 1, d - 1)
  const k1 = Math.min(k + 1, d - 1)
  const k2 = Math.min(k + 2, d - 1)
  const k3 = Math.min(k + 3, d - 1)
  const x0 = j * RUN
  const x1 = j1 * RUN
  const y0 = k * RUN
  const y1 = k1 * RUN
  const y2 = k2 * RUN
  const y3 = k3 * RUN
  let s00 = 0
  let s01 = 0
  let s02 = 0
  let s03 = 0
  let s10 = 0
  let s11 = 0
  let s12 = 0
  let s13 = 0
  for (let i = 0; i < count; i++) {
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
