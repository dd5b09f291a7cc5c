/**
 * Random switches: each feature is on or off with probability ½, independently of the others.
 *
 * The draws are those of Python LIME's pictures, `randint(0, 2, n · d)` row by row, of which row 0 is then overwritten
 * with ones: the instance itself.
 */
import { type BitMatrix, createBitMatrix, fillBitRow } from '../math/bit-matrix.ts'
import type { RandomState } from '../math/random-state.ts'
import type { SwitchLaw } from './neighbourhood.ts'

/** Draws at a time. */
const CHUNK = 65_536

/** (n, d): row 0 all on, the others random. */
export function drawSwitches(n: number, d: number, random: RandomState): BitMatrix {
  const X = createBitMatrix(n, d)
  const { words, stride } = X
  const rows = Math.max(1, Math.floor(CHUNK / Math.max(1, d)))
  const drawn = new Uint8Array(rows * d)
  for (let from = 0; from < n; from += rows) {
    const to = Math.min(n, from + rows)
    random.randintInto(drawn.subarray(0, (to - from) * d), 0, 2)
    for (let i = from, at = 0; i < to; i++) {
      for (let j = 0, base = i * stride; j < d; j++, at++) {
        words[base + (j >>> 5)]! |= drawn[at]! << (j & 31)
      }
    }
  }
  fillBitRow(X, 0)
  return X
}

/** The chances of `drawSwitches`: each of d features is on with chance ½. */
export function evenLaw(d: number): SwitchLaw {
  return { kind: 'independent', on: new Float64Array(d).fill(0.5) }
}
