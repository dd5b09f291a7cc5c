/**
 * Finds equal perturbations, so that each reaches the model once.
 *
 * An open-addressing hash table over the packed words of the rows (FNV-1a with a final mix), one pass.
 */
import type { RowCodes } from './neighbourhood.ts'

/** For n rows: `first`, the rows that differ from all before them, ascending; `of[i]`, the index into `first` for row i. */
export interface DistinctRows {
  readonly first: Int32Array
  readonly of: Int32Array
}

/** Every row by itself: for neighbourhoods whose rows carry no codes. */
export function allRows(n: number): DistinctRows {
  const every = new Int32Array(n)
  for (let i = 0; i < n; i++) every[i] = i
  return { first: every, of: every }
}

/** The distinct rows among the first `n` of `codes`. */
export function distinctRows(codes: RowCodes, n: number): DistinctRows {
  const { words, stride } = codes
  const capacity = 1 << (32 - Math.clz32(Math.max(n, 1) * 2 - 1))
  const slots = new Int32Array(capacity).fill(-1)
  const first = new Int32Array(n)
  const of = new Int32Array(n)
  let count = 0
  for (let i = 0; i < n; i++) {
    const offset = i * stride
    let hash = 0x811c9dc5
    for (let k = 0; k < stride; k++) hash = Math.imul(hash ^ words[offset + k]!, 0x01000193)
    hash ^= hash >>> 15
    hash = Math.imul(hash, 0x2c1b3c6d)
    hash ^= hash >>> 13
    let slot = hash & (capacity - 1)
    let found = slots[slot]!
    while (found >= 0 && !sameWords(words, first[found]! * stride, offset, stride)) {
      slot = (slot + 1) & (capacity - 1)
      found = slots[slot]!
    }
    if (found < 0) {
      found = count++
      slots[slot] = found
      first[found] = i
    }
    of[i] = found
  }
  return { first: first.slice(0, count), of }
}

function sameWords(words: Uint32Array, a: number, b: number, stride: number): boolean {
  for (let k = 0; k < stride; k++) if (words[a + k] !== words[b + k]) return false
  return true
}
