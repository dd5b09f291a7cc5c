/** Expected numbers: `scipy.special` 1.10.1 (ndtr, log_ndtr, ndtri, ndtri_exp), by tools/make-random-fixtures.py. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  normalCdf,
  normalLogCdf,
  normalPdf,
  normalQuantile,
  normalQuantileOfLog,
} from '../../src/math/normal-distribution.ts'
import { expectClose, numericFixture } from './numeric-fixture.ts'

const { normal } = numericFixture

describe('the normal distribution', () => {
  it('has the density and the distribution function of SciPy, also far to the left', () => {
    expectClose(normal.x.map(normalPdf), normal.pdf, 1e-15)
    expectClose(normal.x.map(normalCdf), normal.cdf, 4e-13)
    expectClose(normal.x.map(normalLogCdf), normal.logCdf, 1e-14)
  })

  it('has the inverse of SciPy, of probabilities and of their logarithms', () => {
    expectClose(normal.p.map(normalQuantile), normal.quantile, 4e-15)
    expectClose(normal.y.map(normalQuantileOfLog), normal.quantileOfLog, 1e-14)
  })

  it('inverts itself from -37 to 5', () => {
    fc.assert(
      fc.property(fc.double({ min: -37, max: 5, noNaN: true }), (x) => {
        expect(Math.abs(normalQuantile(normalCdf(x)) - x)).toBeLessThan(1e-9)
        expect(Math.abs(normalQuantileOfLog(normalLogCdf(x)) - x)).toBeLessThan(1e-9)
      }),
    )
  })

  it('never falls, and mirrors at 0', () => {
    const double = fc.double({ min: -40, max: 40, noNaN: true })
    fc.assert(
      fc.property(double, double, (x, y) => {
        if (Math.abs(x - y) > 1e-9)
          expect(normalCdf(Math.min(x, y))).toBeLessThanOrEqual(normalCdf(Math.max(x, y)))
        expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 15)
      }),
    )
  })

  it('has its limits at infinity, and NaN for what has no answer', () => {
    expect([-Infinity, Infinity].map(normalCdf)).toEqual([0, 1])
    expect(normalLogCdf(-Infinity)).toBe(-Infinity)
    expect(Math.abs(normalLogCdf(Infinity))).toBe(0)
    expect([0, 1].map(normalQuantile)).toEqual([-Infinity, Infinity])
    expect([-Infinity, 0].map(normalQuantileOfLog)).toEqual([-Infinity, Infinity])
    for (const value of [
      normalCdf(NaN),
      normalLogCdf(NaN),
      normalQuantile(NaN),
      normalQuantile(-0.1),
    ]) {
      expect(value).toBeNaN()
    }
    for (const value of [normalQuantile(1.1), normalQuantileOfLog(0.1), normalQuantileOfLog(NaN)]) {
      expect(value).toBeNaN()
    }
  })
})
