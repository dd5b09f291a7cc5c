/**
 * Neighbourhoods cut and put together again: the first sample, all but the first, several one below the other.
 */
import { firstRows, rowsFrom, stackRows } from '../math/bit-matrix.ts'
import type { Cells, Neighbourhood } from './neighbourhood.ts'

/** The first sample alone. */
export function firstSample<Input>({
  interpretable,
  inputs,
}: Neighbourhood<Input>): Neighbourhood<Input> {
  return { interpretable: firstRows(interpretable, 1), inputs }
}

/** The samples but the first, with their numbers from 0. */
export function withoutFirst<Input>({
  interpretable,
  codes,
  inputs,
}: Neighbourhood<Input>): Neighbourhood<Input> {
  return {
    interpretable: rowsFrom(interpretable, 1),
    codes: codes && { ...codes, words: codes.words.subarray(codes.stride) },
    inputs: (rows) => inputs(rows.map((row) => row + 1)),
  }
}

/** Samples one below the other; codes where all have them, cells of number 0 where some have none. */
export function stackNeighbourhoods<Input>(
  blocks: readonly Neighbourhood<Input>[],
): Neighbourhood<Input> {
  const starts = [0]
  for (const { interpretable } of blocks) starts.push(starts.at(-1)! + interpretable.rows)
  const codes = blocks.map((block, k) => ({
    words: block.codes?.words.subarray(0, block.codes.stride * blocks[k]!.interpretable.rows),
    stride: block.codes?.stride,
  }))
  const coded = codes.every(
    ({ words, stride }) => words !== undefined && stride === codes[0]!.stride,
  )
  let words: Uint32Array | undefined
  if (coded) {
    words = new Uint32Array(codes.reduce((sum, one) => sum + one.words!.length, 0))
    let at = 0
    for (const one of codes) {
      words.set(one.words!, at)
      at += one.words!.length
    }
  }
  return {
    interpretable: stackRows(blocks.map((block) => block.interpretable)),
    cells: stackCells(blocks),
    codes: words && { words, stride: codes[0]!.stride! },
    inputs: (rows) => {
      const inputs: Input[] = []
      for (let r = 0; r < rows.length; ) {
        let k = 0
        while (rows[r]! >= starts[k + 1]!) k++
        let end = r
        while (end < rows.length && rows[end]! >= starts[k]! && rows[end]! < starts[k + 1]!) end++
        const own = rows.slice(r, end).map((row) => row - starts[k]!)
        for (const input of blocks[k]!.inputs(own)) inputs.push(input)
        r = end
      }
      return inputs
    },
  }
}

function stackCells<Input>(blocks: readonly Neighbourhood<Input>[]): Cells | undefined {
  const first = blocks.find(({ cells }) => cells !== undefined)?.cells
  if (first === undefined) return undefined
  const { counts, parts } = first
  const d = counts.length
  const size = blocks.reduce((sum, { interpretable }) => sum + interpretable.rows * d, 0)
  const codes = new Uint16Array(size)
  const within = new Float32Array(size)
  let at = 0
  for (const { cells, interpretable } of blocks) {
    const own = interpretable.rows * d
    if (cells !== undefined) {
      codes.set(cells.codes.subarray(0, own), at)
      within.set(cells.within.subarray(0, own), at)
    }
    at += own
  }
  return { codes, within, counts, parts }
}
