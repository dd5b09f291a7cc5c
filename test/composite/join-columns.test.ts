import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joinCodes, joinColumns } from '../../src/composite/join-columns.ts'
import {
  type BitMatrix,
  bitsToMatrix,
  isBitMatrix,
  matrixToBits,
} from '../../src/math/bit-matrix.ts'
import { RandomState } from '../../src/math/random-state.ts'

function randomBits(rows: number, cols: number, random: RandomState): BitMatrix {
  const data = Float64Array.from({ length: rows * cols }, () => random.randint(0, 2))
  return matrixToBits({ data, rows, cols })!
}

describe('joinColumns', () => {
  it('puts bits side by side, whatever their numbers of columns', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 70 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 1e6 }),
        (widths, rows, seed) => {
          const random = new RandomState(seed)
          const parts = widths.map((cols) => randomBits(rows, cols, random))
          const joined = joinColumns(parts)
          if (!isBitMatrix(joined)) throw new Error('not packed')
          const dense = parts.map(bitsToMatrix)
          const expected = Array.from({ length: rows }, (_, i) =>
            dense.flatMap(({ data, cols }) => [...data.subarray(i * cols, (i + 1) * cols)]),
          ).flat()
          expect([...bitsToMatrix(joined).data]).toEqual(expected)
          // Bits beyond the last column stay 0: packing the same numbers gives the same words.
          expect(joined.words).toEqual(matrixToBits(bitsToMatrix(joined))!.words)
        },
      ),
    )
  })

  it('makes doubles of bits beside values', () => {
    const bits = matrixToBits({ data: Float64Array.of(1, 0, 1, 1), rows: 2, cols: 2 })!
    const joined = joinColumns([bits, { data: Float64Array.of(0.5, -2), rows: 2, cols: 1 }])
    expect(joined).toEqual({ data: Float64Array.of(1, 0, 0.5, 1, 1, -2), rows: 2, cols: 3 })
  })
})

describe('joinCodes', () => {
  it('joins the words of all parts, or gives none where a part has none', () => {
    const a = { words: Uint32Array.of(1, 2), stride: 1 }
    const b = { words: Uint32Array.of(3, 4, 5, 6), stride: 2 }
    expect(joinCodes([a, b], 2)).toEqual({ words: Uint32Array.of(1, 3, 4, 2, 5, 6), stride: 3 })
    expect(joinCodes([a, undefined], 2)).toBeUndefined()
  })
})
