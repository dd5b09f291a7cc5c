import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../src/contract/matrix.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { matrixProfile } from '../../src/series/matrix-profile.ts'

describe('matrixProfile', () => {
  it('has the distances of a brute-force search over all pairs of windows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 12, max: 70 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 2, max: 9 }),
        fc.integer({ min: 0, max: 1e6 }),
        (rows, cols, m, seed) => {
          const series = randomWalk(rows, cols, seed)
          const { distances, neighbours } = matrixProfile(series, m)
          const expected = bruteForce(series, m)
          expect(distances.length).toBe(rows - m + 1)
          expected.nearest.forEach((distance, i) => {
            // Distances are roots: 1e-6 of them is 1e-12 of a correlation.
            if (distance === Number.POSITIVE_INFINITY) expect(neighbours[i]).toBe(-1)
            else expect(distances[i]!).toBeCloseTo(distance, 5)
          })
          neighbours.forEach((j, i) => {
            if (j < 0) return
            expect(Math.abs(i - j)).toBeGreaterThan(Math.ceil(m / 4))
            expect(expected.distance(i, j)).toBeCloseTo(expected.nearest[i]!, 5)
          })
        },
      ),
      { numRuns: 60 },
    )
  })

  it('finds the other copy of a planted pattern', () => {
    const series = randomWalk(200, 1, 3)
    for (let k = 0; k < 20; k++) {
      const value = 5 * Math.sin(k * 0.9) + (k % 3)
      series.data[30 + k] = value
      series.data[140 + k] = 10 + 2 * value
    }
    const { distances, neighbours } = matrixProfile(series, 20)
    expect(neighbours[30]).toBe(140)
    expect(neighbours[140]).toBe(30)
    expect(distances[30]!).toBeLessThan(1e-5)
  })

  it('puts flat windows at distance 0 from each other and √m from others', () => {
    const data = new Float64Array(60)
    for (let t = 30; t < 60; t++) data[t] = Math.sin(t * t)
    const { distances } = matrixProfile({ data, rows: 60, cols: 1 }, 8)
    expect(distances[0]).toBe(0)
    const lonely = matrixProfile({ data: data.slice(22, 42), rows: 20, cols: 1 }, 8)
    expect(lonely.distances[0]!).toBeLessThanOrEqual(Math.sqrt(8) + 1e-12)
  })

  it('has no neighbours where all windows overlap too much', () => {
    const { distances, neighbours } = matrixProfile(randomWalk(10, 1, 1), 9)
    expect([...distances]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
    expect([...neighbours]).toEqual([-1, -1])
  })
})

function randomWalk(rows: number, cols: number, seed: number): Matrix {
  const random = new RandomState(seed)
  const data = new Float64Array(rows * cols)
  for (let at = 0; at < data.length; at++) data[at] = (data[at - cols] ?? 100) + random.normal()
  return { data, rows, cols }
}

/** Every pair of windows, z-normalised by itself: Σ over channels of |z_i − z_j|². */
function bruteForce({ data, rows, cols }: Matrix, m: number) {
  const windows = rows - m + 1
  const z = Array.from({ length: windows }, (_, i) =>
    Array.from({ length: cols }, (_, c) => {
      const values = Array.from({ length: m }, (_, k) => data[(i + k) * cols + c]!)
      const mean = values.reduce((a, b) => a + b, 0) / m
      const deviation = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / m)
      return values.map((v) => (v - mean) / deviation)
    }),
  )
  const distance = (i: number, j: number) => {
    let sum = 0
    for (let c = 0; c < cols; c++) {
      for (let k = 0; k < m; k++) sum += (z[i]![c]![k]! - z[j]![c]![k]!) ** 2
    }
    return Math.sqrt(sum)
  }
  const nearest = z.map((_, i) => {
    let least = Number.POSITIVE_INFINITY
    for (let j = 0; j < windows; j++) {
      if (Math.abs(i - j) > Math.ceil(m / 4)) least = Math.min(least, distance(i, j))
    }
    return least
  })
  return { nearest, distance }
}
