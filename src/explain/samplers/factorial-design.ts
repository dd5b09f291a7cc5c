/**
 * Two-level factorial designs: Hadamard matrices folded over, of resolution IV (Box and Hunter 1961).
 *
 * 1. H, the least power of two that is at least d, and Sylvester's Hadamard matrix H × H: entry (r, c) is
 *    (−1)^popcount(r AND c).
 * 2. The first block takes d random columns of it, each with a random sign, in a random order of rows; +1 is on, −1 off.
 * 3. Every row is followed by its complement. In the whole block of 2H samples main effects are orthogonal to each other
 *    and to all interactions of even order. A part of it is a random choice of its pairs.
 * 4. Of odd interactions some are equal to a main effect in all of a block. So the rows beyond the first block are random,
 *    each followed by its complement: what is left then falls evenly upon all features, and standard errors tell it.
 * 5. Of few features no pair is drawn twice before all have been: with all of them nothing is left to chance.
 */
import { type BitMatrix, createBitMatrix, popcount } from '../../math/bit-matrix.ts'
import type { RandomState } from '../../math/random-state.ts'

/** Rows of switches, block after block. */
export type NextMasks = (n: number) => BitMatrix

/** Samples in the whole block. */
export function factorialBlock(d: number): number {
  return 2 * halfBlock(d)
}

/** Features up to which all pairs are kept apart. */
const MOST_LISTED = 13

/** How many pairs there are, where none is drawn twice before all have been; else infinite. */
export function allPairs(d: number): number {
  return d <= MOST_LISTED ? 2 ** (d - 1) : Number.POSITIVE_INFINITY
}

/** Pairs of rows: row 2k and its complement 2k + 1. An odd n is taken as n + 1. */
export function factorialDesign(d: number, random: RandomState): NextMasks {
  const H = halfBlock(d)
  const rows = random.permutation(H)
  const columns = random.choiceWithoutReplacement(H, d)
  const flips = new Int32Array(d)
  random.randintInto(flips, 0, 2)
  const seen = d <= MOST_LISTED ? new Set<number>() : undefined
  const further = pairedDesign(d, random, seen)
  let used = 0
  return (n) => {
    const pairs = Math.ceil(n / 2)
    if (used === H) return further(n)
    const masks = createBitMatrix(2 * pairs, d)
    const own = Math.min(pairs, H - used)
    for (let k = 0; k < own; k++) {
      const r = rows[used++]!
      for (let j = 0; j < d; j++) {
        setPair(masks, k, j, (popcount(r & columns[j]!) & 1) ^ flips[j]!)
      }
      seen?.add(pairCode(masks, k))
    }
    if (own < pairs) masks.words.set(further(2 * (pairs - own)).words, 2 * own * masks.stride)
    return masks
  }
}

/** Random rows, each feature on with chance ½, and their complements; none that is `seen` before all have been. */
export function pairedDesign(d: number, random: RandomState, seen?: Set<number>): NextMasks {
  const drawn = new Uint8Array(d)
  return (n) => {
    const masks = createBitMatrix(2 * Math.ceil(n / 2), d)
    for (let k = 0; k < masks.rows / 2; k++) {
      if (seen !== undefined && seen.size >= allPairs(d)) seen.clear()
      for (;;) {
        random.randintInto(drawn, 0, 2)
        for (let j = 0; j < d; j++) setPair(masks, k, j, drawn[j]!)
        if (seen === undefined || !seen.has(pairCode(masks, k))) break
        masks.words[2 * k] = 0
        masks.words[2 * k + 1] = 0
      }
      seen?.add(pairCode(masks, k))
    }
    return masks
  }
}

/** A number for pair k of at most 32 features, whichever of its rows comes first. */
function pairCode({ words }: BitMatrix, k: number): number {
  return Math.min(words[2 * k]!, words[2 * k + 1]!)
}

/** Feature j is on in row 2k (`off` = 0) or in row 2k + 1 (`off` = 1). */
function setPair({ words, stride }: BitMatrix, k: number, j: number, off: number): void {
  words[(2 * k + off) * stride + (j >>> 5)]! |= 1 << (j & 31)
}

function halfBlock(d: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, d)))
}
