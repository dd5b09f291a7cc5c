/**
 * Rows of a design, drawn in stretches where there are many: in between progress is told, and an abort heard.
 */

import type { Control } from '../../contract/progress.ts'
import { eventLoopTurn } from '../../contract/slices.ts'
import { type BitMatrix, stackRows } from '../../math/bit-matrix.ts'
import type { NextMasks } from './factorial-design.ts'

/** Switches at a stretch: about a tenth of a second. */
const STRETCH = 5_000_000

/** The next n rows of d switches. Rejects with the signal's reason when aborted. */
export async function drawMasks(
  next: NextMasks,
  n: number,
  d: number,
  { signal, onProgress }: Control,
): Promise<BitMatrix> {
  const most = 2 * Math.max(1, Math.floor(STRETCH / (2 * d)))
  if (n <= most) return next(n)
  const began = performance.now()
  const parts: BitMatrix[] = []
  for (let done = 0; done < n; done += most) {
    parts.push(next(Math.min(most, n - done)))
    const seconds = (performance.now() - began) / 1000
    onProgress?.({ stage: 'sampling', done: Math.min(n, done + most), total: n, seconds })
    await eventLoopTurn()
    signal?.throwIfAborted()
  }
  return stackRows(parts) as BitMatrix
}
