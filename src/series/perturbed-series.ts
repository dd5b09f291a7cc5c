/**
 * Makes the series of perturbations: the instance, with the replacement where segments are off.
 */
import type { Matrix } from '../contract/matrix.ts'
import type { BitMatrix } from '../math/bit-matrix.ts'
import type { SeriesPart } from './segmentation.ts'

/** The inputs (T, C) of these rows of `switches` (n, d), each a fresh Matrix. */
export function perturbedSeries(
  series: Matrix,
  replacement: Matrix,
  parts: readonly SeriesPart[],
  switches: BitMatrix,
): (rows: Int32Array) => Matrix[] {
  const { data, rows: steps, cols } = series
  const { words, stride } = switches
  const d = parts.length
  const starts = Int32Array.from(parts, ({ start }) => start * cols)
  const ends = Int32Array.from(parts, ({ end }) => end * cols)
  // −1: all channels together, one block of memory.
  const channels = Int32Array.from(parts, (part) =>
    part.channels.length === cols ? -1 : part.channels[0]!,
  )
  return (rows) =>
    Array.from(rows, (row) => {
      const values = data.slice()
      for (let j = 0, base = row * stride; j < d; j++) {
        if ((words[base + (j >>> 5)]! >>> (j & 31)) & 1) continue
        const end = ends[j]!
        const channel = channels[j]!
        if (channel < 0) values.set(replacement.data.subarray(starts[j]!, end), starts[j]!)
        else {
          for (let at = starts[j]! + channel; at < end; at += cols)
            values[at] = replacement.data[at]!
        }
      }
      return { data: values, rows: steps, cols }
    })
}
