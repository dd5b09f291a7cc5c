import { describe, expect, it } from 'vitest'
import { bitsToMatrix, createBitMatrix, setBit } from '../../src/math/bit-matrix.ts'
import { momentsAround } from '../../src/math/moments-around.ts'
import { RandomState } from '../../src/math/random-state.ts'

/** Random bits (n, d), weights with zeros among them, and means near the columns' own. */
function sample(n: number, d: number, share: number) {
  const random = new RandomState(n + d)
  const X = createBitMatrix(n, d)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) setBit(X, i, j, random.randomSample() < share)
  }
  const u = Float64Array.from({ length: n }, (_, i) => (i % 3 === 0 ? 0 : random.randomSample()))
  const m = Float64Array.from({ length: d }, () => share + 0.1 * (random.randomSample() - 0.5))
  return { X, u, m }
}

function farthest(a: Float64Array, b: Float64Array): number {
  expect(a.length).toBe(b.length)
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
}

describe('momentsAround', () => {
  it.each([
    [1, 1, 0.5],
    [50, 3, 0.5],
    [50, 4, 0.9],
    [200, 9, 0.2],
    [300, 14, 0.97],
    [100, 33, 0.5],
    [100, 64, 0.5],
    [60, 100, 0.5],
    [40, 290, 0.5],
    [40, 400, 0.5],
  ])('of %i rows of %i bits are the sums of their definition', (n, d, share) => {
    const { X, u, m } = sample(n, d, share)
    const columns = Array.from({ length: d }, (_, j) => j).filter((j) => j % 5 !== 3 || d < 5)
    columns.reverse()
    const k = columns.length
    const means = Float64Array.from(columns, (j) => m[j]!)
    const dense = bitsToMatrix(X)
    const first = new Float64Array(k)
    const second = new Float64Array(k * k)
    let sum = 0
    for (let i = 0; i < n; i++) {
      sum += u[i]!
      const x = columns.map((j, a) => dense.data[i * d + j]! - means[a]!)
      for (let a = 0; a < k; a++) {
        first[a]! += u[i]! * x[a]!
        for (let b = 0; b < k; b++) second[a * k + b]! += u[i]! * x[a]! * x[b]!
      }
    }
    for (const matrix of [X, dense]) {
      const found = momentsAround(matrix, columns, u, means)
      expect(found.sum).toBeCloseTo(sum, 10)
      expect(farthest(found.first, first)).toBeLessThan(1e-11)
      expect(farthest(found.second, second)).toBeLessThan(1e-11)
    }
  })

  it('keep their digits where nearly all rows are alike', () => {
    // One row of 1000 differs, with a weight of 1e-9: products around a mean of 1 − 1e-12 would be rounding.
    const n = 1000
    const X = createBitMatrix(n, 2)
    for (let i = 1; i < n; i++) {
      setBit(X, i, 0)
      setBit(X, i, 1)
    }
    const u = new Float64Array(n).fill(1)
    u[0] = 1e-9
    const mean = 1 - 1e-12
    const { second } = momentsAround(X, [0, 1], u, Float64Array.of(mean, mean))
    const exact = 1e-9 * mean ** 2 + (n - 1) * (1 - mean) ** 2
    for (const value of second) expect(value / exact).toBeCloseTo(1, 9)
  })
})
