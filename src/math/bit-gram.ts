/**
 * Weighted Gram matrix of a design of bits.
 *
 * 1. z = x XOR reference row, so that the heaviest row is all zero; z is x or 1 − x, which changes signs of G only.
 * 2. S_jk = Σ w z_j z_k, then G_jk = ± (S_jk − S_jj S_kk / W), because z² = z.
 * 3. Where few weights differ (in LIME the weight depends on the number of ones, so at most d + 1 do), rows are sorted
 *    by weight and z is kept as one plane of bits for each column: S_jk = Σ_weights w · popcount(z_j AND z_k).
 * 4. Otherwise S is added up row by row over the pairs of ones.
 */
import { type BitMatrix, popcount } from './bit-matrix.ts'
import { bitsTimes, timesBits } from './bit-products.ts'
import { type GramSource, heaviestRow, mirrorUpper } from './gram-source.ts'

/** Cost of one word of a pair of planes, and of one pair of ones in a row, in the same unit (measured). */
const WORD_COST = 1.1
const PAIR_COST = 0.9

/** Words in a run: 31 bytes of at most 8 each fit into a byte. */
const RUN_WORDS = 31

/** S of all pairs, or of one column with all. */
interface PairSums {
  readonly full: () => Float64Array
  readonly column: (j: number) => Float64Array
}

/** Moments of X (n, d) under weights w (n), all finite and ≥ 0; `sumW` is their sum. */
export function bitGram(X: BitMatrix, w: Float64Array, sumW: number): GramSource {
  const { rows, cols, stride } = X
  const reference = heaviestRow(w)
  const flipped = new Uint8Array(cols)
  for (let j = 0; j < cols; j++) {
    flipped[j] = (X.words[reference * stride + (j >>> 5)]! >>> (j & 31)) & 1
  }
  const words = flippedWords(X, reference)
  const sums = new Float64Array(cols)
  let pairs = 0
  for (let i = 0; i < rows; i++) {
    const weight = w[i]!
    if (weight === 0) continue
    let ones = 0
    for (let k = 0, at = i * stride; k < stride; k++, at++) {
      for (let v = words[at]!; v !== 0; v &= v - 1) {
        sums[32 * k + 31 - Math.clz32(v & -v)]! += weight
        ones++
      }
    }
    pairs += (ones * (ones + 1)) / 2
  }
  const planes = planWords(w)
  const planeCost = WORD_COST * planes.words * ((cols * (cols + 1)) / 2)
  const source: PairSums =
    planeCost <= PAIR_COST * pairs + 1000
      ? planeSums(words, w, planes, cols, stride)
      : rowSums(words, w, cols, stride)

  /** From S to G, in place. */
  function centre(S: Float64Array, j: number, at: number): void {
    const share = sumW > 0 ? sums[j]! / sumW : 0
    const flip = flipped[j]!
    for (let k = 0; k < cols; k++) {
      const value = S[at + k]! - share * sums[k]!
      S[at + k] = flip === flipped[k]! ? value : 0 - value
    }
  }

  function full(): Float64Array {
    const G = source.full()
    for (let j = 0; j < cols; j++) centre(G, j, j * cols)
    mirrorUpper(G, cols)
    return G
  }

  function column(j: number): Float64Array {
    const S = source.column(j)
    centre(S, j, 0)
    return S
  }

  /** Σ v z − (S_jj / W) Σ v, with z's sign. */
  function cross(v: Float64Array): Float64Array {
    const c = new Float64Array(cols)
    let total = 0
    for (let i = 0, at = 0; i < rows; i++) {
      const factor = v[i]!
      total += factor
      if (factor === 0) {
        at += stride
        continue
      }
      for (let k = 0; k < stride; k++, at++) {
        for (let bits = words[at]!; bits !== 0; bits &= bits - 1) {
          c[32 * k + 31 - Math.clz32(bits & -bits)]! += factor
        }
      }
    }
    return centred(c, total)
  }

  /** From sums of z to sums of x − mean, in place. */
  function centred(c: Float64Array, total: number): Float64Array {
    for (let j = 0; j < cols; j++) {
      const value = c[j]! - (sumW > 0 ? (sums[j]! / sumW) * total : 0)
      c[j] = flipped[j] === 1 ? 0 - value : value
    }
    return c
  }

  /** √w (Σ ± z b − Σ ± (S_jj / W) b) */
  function times(b: Float64Array): Float64Array {
    const signed = b.map((value, j) => (flipped[j] === 1 ? -value : value))
    const product = bitsTimes(words, rows, stride, signed)
    let shift = 0
    for (let j = 0; j < cols; j++) shift += sumW > 0 ? (sums[j]! / sumW) * signed[j]! : 0
    return product.map((value, i) => Math.sqrt(w[i]!) * (value - shift))
  }

  function transposeTimes(u: Float64Array): Float64Array {
    const v = u.map((value, i) => Math.sqrt(w[i]!) * value)
    let total = 0
    for (let i = 0; i < rows; i++) total += v[i]!
    return centred(timesBits(words, rows, stride, cols, v), total)
  }

  /** w (|z|² − 2 z·m + |m|²) with m = S_jj / W */
  function rowSquares(): Float64Array {
    const share = sums.map((sum) => (sumW > 0 ? sum / sumW : 0))
    let square = 0
    for (let j = 0; j < cols; j++) square += share[j]! * share[j]!
    const inner = bitsTimes(words, rows, stride, share)
    return inner.map((product, i) => {
      let ones = 0
      for (let at = i * stride, end = at + stride; at < end; at++) ones += popcount(words[at]!)
      return w[i]! * Math.max(0, ones - 2 * product + square)
    })
  }

  const mean = new Float64Array(cols)
  const diagonal = new Float64Array(cols)
  for (let j = 0; j < cols; j++) {
    const share = sumW > 0 ? sums[j]! / sumW : 0
    mean[j] = flipped[j] === 1 ? 1 - share : share
    diagonal[j] = sums[j]! - share * sums[j]!
  }
  return { mean, diagonal, full, column, cross, times, transposeTimes, rowSquares }
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
): PairSums {
  const length = plan.words
  const planes = new Int32Array(cols * length)
  for (let i = 0, at = 0; i < w.length; i++) {
    const place = plan.place[i]!
    if (place < 0) {
      at += stride
      continue
    }
    const word = place >>> 5
    const bit = 1 << (place & 31)
    for (let k = 0; k < stride; k++, at++) {
      for (let v = words[at]!; v !== 0; v &= v - 1) {
        planes[(32 * k + 31 - Math.clz32(v & -v)) * length + word]! |= bit
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

  function full(): Float64Array {
    const S = new Float64Array(cols * cols)
    for (let j = 0; j < cols; j++) {
      for (let k = j; k < cols; k += 2) pairInto(S, j * cols + k, j, k)
    }
    return S
  }

  function column(j: number): Float64Array {
    const S = new Float64Array(cols)
    for (let k = 0; k < cols; k += 2) pairInto(S, k, j, k)
    return S
  }

  return { full, column }
}

function sumOfBytes(bytes: number): number {
  const halves = (bytes & 0x00ff00ff) + ((bytes >>> 8) & 0x00ff00ff)
  return (halves & 0xffff) + (halves >>> 16)
}

/** S row by row; S_jk for j ≤ k, or with one column j. */
function rowSums(words: Int32Array, w: Float64Array, cols: number, stride: number): PairSums {
  const ones = new Int32Array(cols)

  function full(): Float64Array {
    const S = new Float64Array(cols * cols)
    for (let i = 0, at = 0; i < w.length; i++, at += stride) {
      const weight = w[i]!
      if (weight === 0) continue
      const count = listOnes(words, at, stride, ones)
      for (let a = 0; a < count; a++) {
        const base = ones[a]! * cols
        for (let b = a; b < count; b++) S[base + ones[b]!]! += weight
      }
    }
    return S
  }

  function column(j: number): Float64Array {
    const S = new Float64Array(cols)
    for (let i = 0, at = 0; i < w.length; i++, at += stride) {
      const weight = w[i]!
      if (weight === 0 || ((words[at + (j >>> 5)]! >>> (j & 31)) & 1) === 0) continue
      const count = listOnes(words, at, stride, ones)
      for (let a = 0; a < count; a++) S[ones[a]!]! += weight
    }
    return S
  }

  return { full, column }
}

/** Writes the places of the ones in a row to `out`, and gives their number. */
function listOnes(words: Int32Array, at: number, stride: number, out: Int32Array): number {
  let count = 0
  for (let k = 0; k < stride; k++) {
    for (let v = words[at + k]!; v !== 0; v &= v - 1) {
      out[count++] = 32 * k + 31 - Math.clz32(v & -v)
    }
  }
  return count
}
