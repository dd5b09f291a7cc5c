import { describe, expect, it } from 'vitest'
import { studentQuantile, weightedErrors } from '../../src/explain/intervals.ts'
import { RandomState } from '../../src/math/random-state.ts'

describe('weightedErrors', () => {
  it('are those of the sandwich formula, written out sample by sample for one column', () => {
    const random = new RandomState(3)
    const n = 200
    const x = Float64Array.from({ length: n }, () => random.randomSample())
    const w = Float64Array.from({ length: n }, () => random.randomSample())
    const e = Float64Array.from({ length: n }, () => random.randomSample() - 0.5)
    const { standardErrors, degrees } = weightedErrors({ data: x, rows: n, cols: 1 }, e, w)!

    const sum = (values: Float64Array) => values.reduce((total, one) => total + one, 0)
    const mean = sum(x.map((one, i) => w[i]! * one)) / sum(w)
    const gram = sum(x.map((one, i) => w[i]! * (one - mean) ** 2))
    const meat = sum(x.map((one, i) => (w[i]! * e[i]! * (one - mean)) ** 2))
    const effective = sum(w) ** 2 / sum(w.map((one) => one * one))
    expect(degrees).toBeCloseTo(effective - 2, 9)
    expect(standardErrors[0]).toBeCloseTo(
      Math.sqrt(((effective / (effective - 2)) * meat) / gram ** 2),
      12,
    )
  })

  it('of columns that are orthogonal are those of each alone, but for the degrees of freedom', () => {
    const rows = [0, 1, 2, 3].flatMap((cell) =>
      Array.from({ length: 50 }, () => [cell & 1, cell >> 1]),
    )
    const random = new RandomState(5)
    const e = Float64Array.from(rows, () => random.randomSample() - 0.5)
    const w = new Float64Array(rows.length).fill(2)
    const column = (j: number) => ({
      data: Float64Array.from(rows, (row) => row[j]!),
      rows: rows.length,
      cols: 1,
    })
    const both = weightedErrors(
      { data: Float64Array.from(rows.flat()), rows: rows.length, cols: 2 },
      e,
      w,
    )!
    for (const j of [0, 1]) {
      const alone = weightedErrors(column(j), e, w)!
      expect(both.standardErrors[j]! ** 2 * both.degrees).toBeCloseTo(
        alone.standardErrors[0]! ** 2 * alone.degrees,
        12,
      )
    }
  })

  it('are 0 where nothing is left over, and unknown with too few samples or columns that depend on each other', () => {
    const data = Float64Array.from({ length: 40 }, (_, i) => i % 2)
    const w = new Float64Array(40).fill(1)
    const none = new Float64Array(40)
    expect(weightedErrors({ data, rows: 40, cols: 1 }, none, w)!.standardErrors[0]).toBe(0)
    expect(
      weightedErrors({ data: data.slice(0, 4), rows: 4, cols: 1 }, none.slice(0, 4), w.slice(0, 4)),
    ).toBe(undefined)
    const twice = Float64Array.from({ length: 80 }, (_, i) => (i >> 1) % 2)
    expect(weightedErrors({ data: twice, rows: 40, cols: 2 }, none, w)).toBe(undefined)
  })
})

describe('studentQuantile', () => {
  it('is within 1 % of the printed table of t at 97.5 %', () => {
    // Student's table: 3 degrees 3.182, 5: 2.571, 10: 2.228, 30: 2.042.
    for (const [degrees, t] of [
      [3, 3.182],
      [5, 2.571],
      [10, 2.228],
      [30, 2.042],
    ] as const) {
      expect(Math.abs(studentQuantile(degrees) / t - 1)).toBeLessThan(0.01)
    }
  })
})
