/**
 * Which coalitions (sets of features that are on) KernelSHAP asks about, and how much each stands for.
 *
 * - All 2^d where they fit the budget.
 * - Else the empty and the full one, and pairs of a coalition and its complement by leverage-score sampling without
 *   replacement (Musco and Witter 2025, "Provably accurate Shapley value estimation via leverage score sampling"): each
 *   size has the same sum of leverage scores, so that each gets an equal share of the budget, up to all coalitions of the
 *   size. Sizes of which all are taken leave their rest to the others.
 *
 * A coalition of size s weighs 1 / (C(d, s) s (d − s)) in Shapley's kernel (Lundberg and Lee 2017, theorem 2); sampled
 * with chance p it stands for 1/p of its kind.
 */
import {
  type BitMatrix,
  createBitMatrix,
  fillBitRow,
  rowPopcount,
  setBit,
} from '../../math/bit-matrix.ts'
import type { RandomState } from '../../math/random-state.ts'
import { allMasks } from '../samplers/exhaustive-design.ts'

/** Coalitions, the full one first, the empty one second, then pairs: each followed by its complement. */
export interface Coalitions {
  readonly masks: BitMatrix
  /** Weight (n) in the regression; 0 for the first two, which it holds to exactly. */
  readonly weights: Float64Array
  /** Whether all 2^d are there; in the order of `allMasks` then. */
  readonly complete: boolean
}

/** Features of which all coalitions can be listed. */
const MOST_LISTED = 20

/** About `budget` coalitions of d features; at least d + 2, so that there is one for each feature. */
export function chooseCoalitions(d: number, budget: number, random: RandomState): Coalitions {
  if (d <= MOST_LISTED && 2 ** d <= Math.max(4, budget)) {
    const masks = allMasks(d)
    return { masks, weights: new Float64Array(masks.rows), complete: true }
  }
  const counts = sharePairs(d, Math.max(Math.ceil(d / 2) + 1, Math.floor((budget - 2) / 2)))
  const pairs: { readonly members: Int32Array; readonly weight: number }[] = []
  counts.forEach((count, k) => {
    const size = k + 1
    const total = pairsOf(d, size)
    const weight = total / count / (binomial(d, size) * size * (d - size))
    for (const members of distinctSets(d, size, count, total, random))
      pairs.push({ members, weight })
  })
  // In random order, so that the first of them stand for all.
  const order = random.permutation(pairs.length)
  const masks = createBitMatrix(2 + 2 * pairs.length, d)
  const weights = new Float64Array(masks.rows)
  fillBitRow(masks, 0)
  order.forEach((index, k) => {
    const { members, weight } = pairs[index]!
    const row = 2 + 2 * k
    fillBitRow(masks, row + 1)
    for (const j of members) {
      setBit(masks, row, j)
      setBit(masks, row + 1, j, false)
    }
    weights[row] = weight
    weights[row + 1] = weight
  })
  return { masks, weights, complete: false }
}

/** Shapley's kernel (n) for rows of coalitions; 0 for the full and the empty one. */
export function shapleyKernel(masks: BitMatrix): Float64Array {
  const d = masks.cols
  return Float64Array.from({ length: masks.rows }, (_, i) => {
    const size = rowPopcount(masks, i)
    return size === 0 || size === d ? 0 : 1 / (binomial(d, size) * size * (d - size))
  })
}

/** Pairs of each size 1 … ⌊d/2⌋: equal shares, none above what there is. */
function sharePairs(d: number, budget: number): number[] {
  const sizes = Math.max(1, Math.floor(d / 2))
  const counts = new Array<number>(sizes).fill(0)
  let left = budget
  let open = sizes
  for (let k = 0; k < sizes; k++) {
    // Small sizes have few coalitions: what they leave goes to the larger ones.
    const count = Math.min(pairsOf(d, k + 1), Math.max(1, Math.round(left / open)))
    counts[k] = count
    left -= count
    open--
  }
  return counts
}

/** Pairs of a coalition of this size and its complement. */
function pairsOf(d: number, size: number): number {
  return 2 * size === d ? binomial(d, size) / 2 : binomial(d, size)
}

/** So many different sets of this size; of size d/2 those with feature 0, whose complements lack it. */
function distinctSets(
  d: number,
  size: number,
  count: number,
  total: number,
  random: RandomState,
): Int32Array[] {
  const half = 2 * size === d
  if (count >= total) return allSets(d, size, half)
  const seen = new Set<string>()
  const sets: Int32Array[] = []
  while (sets.length < count) {
    const members = half
      ? Int32Array.of(0, ...random.choiceWithoutReplacement(d - 1, size - 1).map((j) => j + 1))
      : Int32Array.from(random.choiceWithoutReplacement(d, size))
    const key = members.sort().join(' ')
    if (seen.has(key)) continue
    seen.add(key)
    sets.push(members)
  }
  return sets
}

function allSets(d: number, size: number, withFirst: boolean): Int32Array[] {
  const sets: Int32Array[] = []
  const members = Int32Array.from({ length: size }, (_, k) => k)
  for (;;) {
    if (!withFirst || members[0] === 0) sets.push(members.slice())
    let k = size - 1
    while (k >= 0 && members[k] === d - size + k) k--
    if (k < 0) return sets
    members[k]!++
    for (let i = k + 1; i < size; i++) members[i] = members[i - 1]! + 1
  }
}

function binomial(n: number, k: number): number {
  let value = 1
  for (let i = 1; i <= Math.min(k, n - k); i++) value = (value * (n - i + 1)) / i
  return Math.round(value)
}
