import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allAtOnce } from '../../../src/contract/slices.ts'
import { sortWithOrder } from '../../../src/image/segment/numpy-argsort.ts'

function argsort(values: readonly number[]): number[] {
  const order = Int32Array.from(values.keys())
  allAtOnce(sortWithOrder(Float64Array.from(values), order))
  return [...order]
}

describe('sortWithOrder', () => {
  it('leaves equal keys in the order in which NumPy 1.24.2 leaves them', () => {
    // numpy.argsort([(7 * i * i) % 5 for i in range(30)])
    const values = Array.from({ length: 30 }, (_, i) => (7 * i * i) % 5)
    expect(argsort(values)).toEqual([
      0, 25, 5, 20, 15, 10, 26, 24, 21, 19, 16, 14, 6, 1, 4, 11, 29, 9, 17, 18, 7, 28, 22, 23, 3, 2,
      13, 27, 8, 12,
    ])
  })

  it('falls back on heapsort where the pivots are bad, as NumPy does', () => {
    // A median-of-three killer of 2000 keys, in threes of equal ones; numpy.argsort of it, summed up as Σ i · order[i] mod 1000003
    const n = 2000
    const values = Array.from({ length: n }, (_, i) => {
      if (i >= n / 2) return Math.floor((2 * (i - n / 2 + 1)) / 3)
      return Math.floor((i % 2 === 0 ? i + 1 : n / 2 + i) / 3)
    })
    const order = argsort(values)
    expect(order.reduce((sum, at, i) => (sum + i * at) % 1000003, 0)).toBe(672150)
  })

  it('sorts, and gives the order the same exchanges as the keys', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 300 }), (values) => {
        const keys = Float64Array.from(values)
        const order = Int32Array.from(values.keys())
        allAtOnce(sortWithOrder(keys, order))
        expect([...keys]).toEqual([...values].sort((a, b) => a - b))
        expect([...order].map((i) => values[i])).toEqual([...keys])
      }),
    )
  })
})
