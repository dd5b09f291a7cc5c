/** Expected numbers: `scipy.stats.truncnorm.ppf`, SciPy 1.10.1, by tools/make-random-fixtures.py. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OptionError } from '../../src/contract/errors.ts'
import { truncatedNormalQuantiles } from '../../src/math/truncated-normal.ts'
import { numericFixture } from './numeric-fixture.ts'

describe('the truncated normal distribution', () => {
  it.each(numericFixture.truncated)('has the values of SciPy in [$a, $b]', ({ a, b, u, x }) => {
    const quantile = truncatedNormalQuantile(a, b)
    for (const [i, uniform] of u.entries()) {
      const got = quantile(uniform)
      // On the far side of 0 SciPy has an error of some 2e-16 / φ(x): next to 1 its probability has no digits left.
      const farSide = a < 0 ? Math.max(got, 0) : Math.max(-got, 0)
      const tolerance = 1e-12 * Math.abs(x[i]!) + 2e-15 * Math.exp(farSide ** 2 / 2) + 1e-15
      expect(Math.abs(got - x[i]!), `${got} for ${x[i]} at ${uniform}`).toBeLessThanOrEqual(
        tolerance,
      )
    }
  })

  it('computes the same in plain numbers and in logarithms, where one takes over from the other', () => {
    const bound = fc.double({ min: -33, max: -8, noNaN: true })
    const width = fc.double({ min: 1e-6, max: 8, noNaN: true })
    const uniform = fc.double({ min: 2 ** -53, max: 1 - 2 ** -53, noNaN: true })
    fc.assert(
      fc.property(bound, width, uniform, fc.boolean(), (hi, size, u, mirrored) => {
        const [a, b] = mirrored ? [-hi, size - hi] : [hi - size, hi]
        const plain = truncatedNormalQuantile(a, b, false)(u)
        const logarithmic = truncatedNormalQuantile(a, b, true)(u)
        expect(Math.abs(plain / logarithmic - 1)).toBeLessThan(1e-13)
      }),
    )
  })

  it('stays within its bounds, rises, and mirrors', () => {
    const bound = fc.double({ min: -1e12, max: 1e12, noNaN: true })
    const width = fc.oneof(fc.double({ min: 1e-12, max: 10, noNaN: true }), fc.constant(Infinity))
    const uniform = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(
        fc.oneof(bound, fc.double({ min: -9, max: 9, noNaN: true })),
        width,
        uniform,
        (a, size, u) => {
          fc.pre(a + size > a)
          const b = a + size
          const quantile = truncatedNormalQuantile(a, b)
          const x = quantile(u)
          expect(x).toBeGreaterThanOrEqual(a)
          expect(x).toBeLessThanOrEqual(b)
          const nearTo = Number.isFinite(x) ? 1e-12 * Math.max(1, Math.abs(x)) : 0
          expect(quantile(Math.min(1, u + 1e-3))).toBeGreaterThanOrEqual(x - nearTo)
          if (a > 0) expect(-truncatedNormalQuantile(-b, -a)(1 - u)).toBe(quantile(1 - (1 - u)))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('gives the bounds at 0 and 1, also where they are infinite or beyond all squares', () => {
    for (const [a, b] of [
      [-1, 2],
      [3, 4],
      [-Infinity, -50],
      [40, Infinity],
      [1e200, 2e200],
      [-2e200, -1e200],
    ] as const) {
      const quantile = truncatedNormalQuantile(a, b)
      expect([quantile(0), quantile(1)]).toEqual([a, b])
      expect(quantile(0.5)).not.toBeNaN()
    }
    expect(truncatedNormalQuantile(1e200, 2e200)(0.5)).toBe(1e200)
    expect(truncatedNormalQuantile(-Infinity, Infinity)(0.5)).toBe(0)
  })

  it('keeps its digits on the far side of 0, where the probability nears 1', () => {
    // Closed form: in (−∞, ∞) and [−x, x] the values at u and 1 − u are each other's negatives.
    for (const u of [2 ** -53, 2 ** -40, 2 ** -20, 2 ** -3]) {
      for (const bound of [9, Infinity]) {
        const quantile = truncatedNormalQuantile(-bound, bound)
        expect(quantile(1 - u) / -quantile(u)).toBeCloseTo(1, 14)
      }
    }
    expect(truncatedNormalQuantile(-1e-300, Infinity)(1 - 2 ** -53)).toBeLessThan(9)
  })

  it('refuses bounds that leave nothing between them', () => {
    for (const [a, b] of [
      [1, 1],
      [2, 1],
      [NaN, 1],
      [0, NaN],
    ] as const) {
      expect(() => truncatedNormalQuantile(a, b)(0.5)).toThrow(OptionError)
    }
  })
})

function truncatedNormalQuantile(a: number, b: number, logarithmic?: boolean) {
  return (u: number): number => {
    const values = Float64Array.of(u)
    truncatedNormalQuantiles(values, a, b, 0, 1, logarithmic)
    return values[0]!
  }
}
