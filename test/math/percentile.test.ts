/** Expected numbers: `numpy.percentile`, NumPy 1.24.2, by tools/make-random-fixtures.py. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError, OptionError } from '../../src/contract/errors.ts'
import { percentile, percentiles, uniqueSorted } from '../../src/math/percentile.ts'
import { numericFixture } from './numeric-fixture.ts'

const { values, percents, of } = numericFixture.percentile

describe('percentiles', () => {
  it.each(Object.entries(of))('equal NumPy in every bit, for %s values', (n, expected) => {
    expect([...percentiles(values.slice(0, Number(n)), percents)]).toEqual(expected)
  })

  it('lie between minimum and maximum, rise with the percent, and leave the values as they were', () => {
    const numbers = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 })
    const percent = fc.double({ min: 0, max: 100, noNaN: true })
    fc.assert(
      fc.property(numbers, percent, percent, (given, p, q) => {
        const before = [...given]
        const low = percentile(given, Math.min(p, q))
        const high = percentile(given, Math.max(p, q))
        const near = 1e-9
        expect(low).toBeGreaterThanOrEqual(Math.min(...given) - near)
        expect(high).toBeLessThanOrEqual(Math.max(...given) + near)
        expect(low).toBeLessThanOrEqual(high + near)
        expect(given).toEqual(before)
      }),
    )
  })

  it('are exact between equal values, infinite ones too', () => {
    expect(percentile([0.1, 0.1, 0.1], 33)).toBe(0.1)
    expect(percentile([Infinity, Infinity], 50)).toBe(Infinity)
  })

  it('are NaN as soon as one value is, as in NumPy', () => {
    expect([...percentiles([1, NaN, 3], [0, 50])]).toEqual([NaN, NaN])
  })

  it('refuse no values, and percents out of range', () => {
    expect(() => percentiles([], [50])).toThrow(DataError)
    for (const percent of [-1, 100.5, NaN]) {
      expect(() => percentiles([1], [percent])).toThrow(OptionError)
    }
  })
})

describe('uniqueSorted', () => {
  it('gives each value once, in rising order', () => {
    expect([...uniqueSorted([3, 1, 2, 3, 1])]).toEqual([1, 2, 3])
    expect([...uniqueSorted([])]).toEqual([])
  })

  it('counts -0 and 0 as one value, and NaN once, at the end', () => {
    expect(uniqueSorted([0, -0, 0])).toHaveLength(1)
    expect([...uniqueSorted([NaN, 2, NaN, 1])]).toEqual([1, 2, NaN])
  })
})
