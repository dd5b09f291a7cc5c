/**
 * Weighted Gram matrix of a design of bits.
 *
 * 1. z = x XOR reference row, so that the heaviest row is all zero; z is x or 1 − x, which changes signs of G only.
 * 2. S_jk = Σ w z_j z_k, then G_jk = ± (S_jk − S_jj S_kk / W), because z² = z.
 * 3. Where few weights differ (in LIME the weight depends on the number of ones, so at most d + 1 do), rows are sorted
 *    by weight and z is kept as one plane of bits for each column: S_jk = Σ_weights w · popcount(z_j AND z_k).
 * 4. Otherwise column j of S is the product of Z with w z_j.
 */
import { type BitMatrix, popcount } from './bit-matrix.ts'
import { bitsTimes, timesBits } from './bit-products.ts'
import { type GramSource, heaviestRow, mirrorUpper } from './gram-source.ts'
import { transposeBits } from './transpose-bits.ts'

/** Words in a run: all their bits can be counted in a byte. */
const RUN_WORDS = 7

/** Planes with more words than this share of the rows take longer than products. */
const MOST_WORDS = 0.25

/** Writes S_jk for all k ≥ `from` to `S`, from `at` + `from` on. */
type ColumnWriter = (S: Float64Array, at: number, j: number, from: number) => void

/** Moments of X (n, d) under weights w (n), all finite and ≥ 0; `sumW` is their sum. */
export function bitGram(X: BitMatrix, w: Float64Array, sumW: number): GramSource {
  const { rows, cols, stride } = X
  const reference = heaviestRow(w)
  const signs = new Float64Array(cols)
  for (let j = 0; j < cols; j++) {
    signs[j] = 1 - 2 * ((X.words[reference * stride + (j >>> 5)]! >>> (j & 31)) & 1)
  }
  const words = flippedWords(X, reference)
  const sums = timesBits(words, rows, stride, cols, w)
  const share = sums.map((sum) => sum && sum / sumW)
  let writer: ColumnWriter | undefined

  function byProducts(S: Float64Array, at: number, j: number): void {
    const v = w.map((weight, i) => weight * ((words[i * stride + (j >>> 5)]! >>> (j & 31)) & 1))
    S.set(timesBits(words, rows, stride, cols, v), at)
  }

  /** Row j of G from column `from` on, into `G` at `at`. */
  function columnInto(G: Float64Array, at: number, j: number, from: number): void {
    if (writer === undefined) {
      const plan = planWords(w)
      const few = plan.words <= Math.max(64, MOST_WORDS * rows)
      writer = few ? planeSums(words, w, plan, cols, stride) : byProducts
    }
    writer(G, at, j, from)
    for (let k = from; k < cols; k++) {
      G[at + k] = signs[j]! * signs[k]! * (G[at + k]! - share[j]! * sums[k]!) + 0
    }
  }

  function full(): Float64Array {
    const G = new Float64Array(cols * cols)
    for (let j = 0; j < cols; j++) columnInto(G, j * cols, j, j)
    mirrorUpper(G, cols)
    return G
  }

  function column(j: number): Float64Array {
    const G = new Float64Array(cols)
    columnInto(G, 0, j, 0)
    return G
  }

  /** ± (z − S_jj / W) b */
  function times(b: Float64Array): Float64Array {
    const signed = b.map((value, j) => signs[j]! * value)
    const shift = signed.reduce((sum, value, j) => sum + share[j]! * value, 0)
    return bitsTimes(words, rows, stride, signed).map((value) => value - shift)
  }

  /** ± (Σ v z − (S_jj / W) Σ v) */
  function transposeTimes(v: Float64Array): Float64Array {
    let total = 0
    for (let i = 0; i < rows; i++) total += v[i]!
    const product = timesBits(words, rows, stride, cols, v)
    return product.map((value, j) => signs[j]! * (value - share[j]! * total) + 0)
  }

  /** |z|² − 2 z·m + |m|² with m = S_jj / W */
  function rowSquares(): Float64Array {
    const square = share.reduce((sum, value) => sum + value * value, 0)
    return bitsTimes(words, rows, stride, share).map((product, i) => {
      let ones = 0
      for (let at = i * stride, end = at + stride; at < end; at++) ones += popcount(words[at]!)
      return Math.max(0, ones - 2 * product + square)
    })
  }

  return {
    mean: share.map((value, j) => (signs[j] === 1 ? value : 1 - value)),
    diagonal: () => sums.map((sum, j) => sum - share[j]! * sum),
    full,
    column,
    times,
    transposeTimes,
    rowSquares,
  }
}

/** z: every row XOR the reference row. */
function flippedWords(X: BitMatrix, reference: number): Int32Array {
  const { words, rows, stride } = X
  const flipped = new Int32Array(rows * stride)
  const base = reference * stride
  for (let i = 0, at = 0; i < rows; i++) {
    for (let k = 0; k < stride; k++, at++) flipped[at] = words[at]! ^ words[base + k]!
  }
  return flipped
}

/** Rows sorted by weight and packed so that no word of a plane holds two weights. */
interface PlanePlan {
  /** For each row its bit in a plane, or −1 for weight 0. */
  readonly place: Int32Array
  /** Words of a plane. */
  readonly words: number
  /** Starts of the runs of words, and the end of the last. */
  readonly runs: readonly number[]
  /** The weight of each run. */
  readonly weights: readonly number[]
}

function planWords(w: Float64Array): PlanePlan {
  const place = groupsOf(w)
  const counts: number[] = []
  for (let i = 0; i < place.length; i++) {
    const group = place[i]!
    if (group >= 0) counts[group] = (counts[group] ?? 0) + 1
  }
  const next = new Int32Array(counts.length)
  const weights: number[] = []
  const runs: number[] = []
  const runGroups: number[] = []
  let words = 0
  counts.forEach((count, group) => {
    next[group] = words * 32
    const end = words + Math.ceil(count / 32)
    for (; words < end; words = Math.min(end, words + RUN_WORDS)) {
      runs.push(words)
      runGroups.push(group)
    }
  })
  runs.push(words)
  for (let i = 0; i < place.length; i++) {
    const group = place[i]!
    if (group < 0) continue
    weights[group] = w[i]!
    place[i] = next[group]!
    next[group]! += 1
  }
  return { place, words, runs, weights: runGroups.map((group) => weights[group]!) }
}

/** For each row the number of its weight among the different ones, in order of appearance; −1 for weight 0. */
function groupsOf(w: Float64Array): Int32Array {
  const n = w.length
  const size = 2 ** Math.ceil(Math.log2(2 * n + 2))
  const slots = new Int32Array(size)
  const firsts: number[] = []
  const halves = new Int32Array(w.buffer, w.byteOffset, 2 * n)
  const groups = new Int32Array(n)
  for (let i = 0; i < n; i++) {
    const weight = w[i]!
    if (weight === 0) {
      groups[i] = -1
      continue
    }
    let mixed = Math.imul(halves[2 * i]! ^ Math.imul(halves[2 * i + 1]!, 0x9e3779b1), 0x85ebca6b)
    mixed ^= mixed >>> 15
    let slot = mixed & (size - 1)
    while (slots[slot] !== 0 && w[firsts[slots[slot]! - 1]!] !== weight) {
      slot = (slot + 1) & (size - 1)
    }
    if (slots[slot] === 0) {
      firsts.push(i)
      slots[slot] = firsts.length
    }
    groups[i] = slots[slot]! - 1
  }
  return groups
}

/** S by counting in planes. */
function planeSums(
  words: Int32Array,
  w: Float64Array,
  plan: PlanePlan,
  cols: number,
  stride: number,
): ColumnWriter {
  const length = plan.words
  const planes = new Int32Array(cols * length)
  const rows = new Int32Array(32 * length).fill(-1)
  for (let i = 0; i < w.length; i++) if (plan.place[i]! >= 0) rows[plan.place[i]!] = i
  const square = new Int32Array(32)
  for (let k = 0; k < stride; k++) {
    const count = Math.min(32, cols - 32 * k)
    for (let word = 0; word < length; word++) {
      for (let bit = 0; bit < 32; bit++) {
        const row = rows[32 * word + bit]!
        square[bit] = row < 0 ? 0 : words[row * stride + k]!
      }
      transposeBits(square)
      for (let j = 0, at = 32 * k * length + word; j < count; j++, at += length) {
        planes[at] = square[j]!
      }
    }
  }
  const runs = Int32Array.from(plan.runs)
  const weights = Float64Array.from(plan.weights)

  /**
   * S_jk = Σ_runs w · popcount(z_j AND z_k) for k and k + 1: counts are kept in the four bytes of a word up to the end
   * of a run.
   */
  function pairInto(S: Float64Array, at: number, j: number, k: number): void {
    const zj = j * length
    const z0 = k * length
    const z1 = k + 1 < cols ? z0 + length : z0
    let sum0 = 0
    let sum1 = 0
    let word = 0
    for (let run = 0; run < weights.length; run++) {
      let bytes0 = 0
      let bytes1 = 0
      for (const end = runs[run + 1]!; word < end; word++) {
        const z = planes[zj + word]!
        let u = z & planes[z0 + word]!
        let v = z & planes[z1 + word]!
        u -= (u >>> 1) & 0x55555555
        v -= (v >>> 1) & 0x55555555
        u = (u & 0x33333333) + ((u >>> 2) & 0x33333333)
        v = (v & 0x33333333) + ((v >>> 2) & 0x33333333)
        bytes0 = (bytes0 + ((u + (u >>> 4)) & 0x0f0f0f0f)) | 0
        bytes1 = (bytes1 + ((v + (v >>> 4)) & 0x0f0f0f0f)) | 0
      }
      const weight = weights[run]!
      sum0 += weight * sumOfBytes(bytes0)
      sum1 += weight * sumOfBytes(bytes1)
    }
    S[at] = sum0
    if (k + 1 < cols) S[at + 1] = sum1
  }

  return (S, at, j, from) => {
    for (let k = from; k < cols; k += 2) pairInto(S, at + k, j, k)
  }
}

function sumOfBytes(bytes: number): number {
  return Math.imul(bytes, 0x01010101) >>> 24
}
