/**
 * Which words each sample keeps (Python LIME's draws, number for number).
 *
 * 1. How many words each sample loses: n − 1 integers from 1 to d, drawn at once (for one word nothing is drawn).
 * 2. Which ones: the first so many of a permutation of all d, one permutation a sample.
 *
 * Row 0 is the instance and keeps all. Where the work is long the event loop breathes between samples.
 */
import type { Control } from '../contract/progress.ts'
import { type BitMatrix, createBitMatrix, fillBitRow } from '../math/bit-matrix.ts'
import type { RandomState } from '../math/random-state.ts'

/** Draws at a stretch: about a tenth of a second. */
const STRETCH = 10_000_000

/** (n, d): 1 for words that are kept. Rejects with the signal's reason when aborted. */
export async function drawWords(
  n: number,
  d: number,
  random: RandomState,
  control: Control,
): Promise<BitMatrix> {
  const began = performance.now()
  const X = createBitMatrix(n, d)
  const { words, stride } = X
  const sizes = new Int32Array(n - 1)
  random.randintInto(sizes, 1, d + 1)
  const order = new Int32Array(d)
  fillBitRow(X, 0)
  let drawn = 0
  for (let i = 1; i < n; i++) {
    random.permutationInto(order)
    const size = sizes[i - 1]!
    const base = i * stride
    // Whichever are fewer: the words lost, from a row of ones, or the words kept.
    const few = 2 * size < d
    if (few) fillBitRow(X, i)
    for (let k = few ? 0 : size, end = few ? size : d; k < end; k++) {
      const j = order[k]!
      words[base + (j >>> 5)]! ^= 1 << (j & 31)
    }
    drawn += d
    if (drawn > STRETCH) {
      drawn = 0
      control.onProgress?.({
        stage: 'sampling',
        done: i,
        total: n,
        seconds: (performance.now() - began) / 1000,
      })
      await new Promise((resolve) => setTimeout(resolve))
      control.signal?.throwIfAborted()
    }
  }
  return X
}
