import { describe, expect, it } from 'vitest'
import {
  effectiveSampleSize,
  weightedMean,
  weightedR2,
} from '../../src/math/weighted-statistics.ts'

describe('weightedR2', () => {
  const y = Float64Array.of(1, 2, 3)

  it('is 1 for a perfect fit, 0 for the weighted mean, and negative for worse', () => {
    const w = Float64Array.of(1, 1, 2)
    expect(weightedR2(y, y, w)).toBe(1)
    expect(weightedR2(y, new Float64Array(3).fill(2.25), w)).toBe(0)
    expect(weightedR2(y, new Float64Array(3), w)).toBeLessThan(0)
  })

  it('ignores samples of weight 0', () => {
    expect(weightedR2(y, Float64Array.of(1, 2, 99), Float64Array.of(1, 1, 0))).toBe(1)
  })

  it('takes a zero denominator as 1 where the residual is 0, else as 0', () => {
    const flat = new Float64Array(3).fill(0.1)
    const w = Float64Array.of(0.3, 0.7, 0.9)
    expect(weightedR2(flat, flat, w)).toBe(1)
    expect(weightedR2(flat, y, w)).toBe(0)
    expect(weightedR2(y, Float64Array.of(0, 2, 0), Float64Array.of(0, 1, 0))).toBe(1)
    expect(weightedR2(y, y, new Float64Array(3))).toBe(1)
  })
})

describe('weightedMean', () => {
  it('is exact for a constant, and 0 without weight', () => {
    expect(weightedMean(new Float64Array(3).fill(0.1), Float64Array.of(0.3, 0.7, 0.9))).toBe(0.1)
    expect(weightedMean(Float64Array.of(5), Float64Array.of(0))).toBe(0)
    expect(weightedMean(Float64Array.of(1, 4), Float64Array.of(2, 1))).toBe(2)
  })
})

describe('effectiveSampleSize', () => {
  it('is n for equal weights, 1 for a single one, 0 for none', () => {
    expect(effectiveSampleSize(new Float64Array(7).fill(0.25))).toBe(7)
    expect(effectiveSampleSize(Float64Array.of(0, 3, 0))).toBe(1)
    expect(effectiveSampleSize(new Float64Array(3))).toBe(0)
    expect(effectiveSampleSize(new Float64Array(0))).toBe(0)
  })

  it('does not underflow with tiny weights', () => {
    expect(effectiveSampleSize(new Float64Array(4).fill(1e-300))).toBe(4)
  })

  it('is (Σw)² / Σw²', () => {
    expect(effectiveSampleSize(Float64Array.of(3, 1))).toBeCloseTo(1.6, 14)
  })
})
