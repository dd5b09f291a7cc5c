/**
 * Weighted Gram matrix of a dense design.
 *
 * 1. The mean is r + Σ w (x − r) / W, r the reference row; everything else is made of t = x − mean. (That the mean is
 *    rounded moves all t alike, which their products do not feel.)
 * 2. Products with vectors, single columns of G among them, go through the rows as they stand, four at a time.
 * 3. All of G in tiles (`gram-kernel.ts`).
 */
import { centredGram, gramProduct } from './gram-kernel.ts'
import { type GramSource, heaviestRow } from './gram-source.ts'
import type { Matrix } from './matrix.ts'

/** Up to so many columns all of G takes no longer than a few of its columns. */
const NARROW = 64

/** Moments of X (n, d) under weights w (n), all finite and ≥ 0; `sumW` is their sum. */
export function denseGram(X: Matrix, w: Float64Array, sumW: number): GramSource {
  const { data, rows: n, cols: d } = X
  const start = heaviestRow(w) * d
  const reference = data.slice(start, start + d)
  const shift = transposeTimes(X, reference, w)
  const mean = reference.map((value, k) => value + (shift[k]! && shift[k]! / sumW))

  let all: Float64Array | undefined

  function full(): Float64Array {
    all ??= centredGram(X, mean, w)
    return all
  }

  function column(j: number): Float64Array {
    if (all !== undefined || d <= NARROW) return full().slice(j * d, (j + 1) * d)
    const v = new Float64Array(n)
    for (let i = 0, at = j; i < n; i++, at += d) v[i] = w[i]! * (data[at]! - mean[j]!)
    return transposeTimes(X, mean, v)
  }

  function times(b: Float64Array): Float64Array {
    const product = new Float64Array(n + 3)
    for (let i = 0; i < n; i += 4) timesInto(product, X, mean, b, i, i)
    return product.subarray(0, n)
  }

  let product: ReturnType<typeof gramProduct> | null = null

  function gramTimes(b: Float64Array): Float64Array {
    if (product === null) product = gramProduct(X, mean, w)
    if (product !== undefined) return product(b)
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
    if (all !== undefined || d <= NARROW) return mean.map((_, j) => full()[j * (d + 1)]!)
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
