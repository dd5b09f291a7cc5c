import { describe, expect, it } from 'vitest'
import { OptionError } from '../../src/contract/errors.ts'
import { bitsToMatrix, createBitMatrix, setBit } from '../../src/math/bit-matrix.ts'
import { distancesToFirst } from '../../src/math/distance.ts'
import type { DistanceMetric } from '../../src/math/distance-metrics.ts'
import { exponentialKernel } from '../../src/math/kernel.ts'
import { matrixFromRows } from '../../src/math/matrix.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { expectClose, problems, randomBits } from './problems.ts'

const metrics = ['euclidean', 'cosine', 'manhattan', 'chebyshev'] as const

describe('distancesToFirst', () => {
  for (const problem of problems) {
    it(`agrees with scikit-learn on ${problem.name}`, () => {
      const X = matrixFromRows(problem.X)
      for (const metric of metrics) {
        expectClose(distancesToFirst(X, metric), problem.distances[metric]!, 1e-6)
      }
    })
  }

  it('gives bits the distances of the same doubles', () => {
    const X = randomBits(new RandomState(3), 30, 37)
    for (const metric of metrics) {
      expectClose(distancesToFirst(X, metric), distancesToFirst(bitsToMatrix(X), metric), 1e-15)
    }
  })

  it('is exactly 0 from a row to itself', () => {
    const X = matrixFromRows([[0.1, -0.7, 1e-3]])
    for (const metric of metrics) expect(distancesToFirst(X, metric)[0]).toBe(0)
  })

  it('takes cosine distance 1 for an all-zero row, and for all rows where row 0 is all zero', () => {
    const X = createBitMatrix(3, 4)
    setBit(X, 0, 1)
    setBit(X, 1, 1)
    expect(Array.from(distancesToFirst(X, 'cosine'))).toEqual([0, 0, 1])
    expect(Array.from(distancesToFirst(bitsToMatrix(X), 'cosine'))).toEqual([0, 0, 1])
    setBit(X, 0, 1, false)
    expect(Array.from(distancesToFirst(X, 'cosine'))).toEqual([1, 1, 1])
    expect(Array.from(distancesToFirst(bitsToMatrix(X), 'cosine'))).toEqual([1, 1, 1])
  })

  it("knows scikit-learn's second names", () => {
    const X = matrixFromRows([
      [0, 0],
      [3, -4],
    ])
    const last = (metric: DistanceMetric) => distancesToFirst(X, metric)[1]
    expect([last('l2'), last('l1'), last('cityblock'), last('chebyshev')]).toEqual([5, 7, 7, 4])
  })

  it("takes a function of one's own, for bits too", () => {
    const X = createBitMatrix(2, 3)
    setBit(X, 1, 2)
    const distances = distancesToFirst(X, (row, instance) => 10 * (row[2]! - instance[2]!))
    expect(Array.from(distances)).toEqual([0, 10])
  })

  it('refuses an answer of such a function that is no distance', () => {
    const X = matrixFromRows([[0], [1]])
    expect(() => distancesToFirst(X, () => Number.NaN)).toThrow(OptionError)
    expect(() => distancesToFirst(X, (row) => -row[0]!)).toThrow(
      'got -1 as the distance of sample 1',
    )
  })

  it('refuses an unknown name and suggests the nearest', () => {
    const call = () => distancesToFirst(matrixFromRows([[0]]), 'euclidian' as DistanceMetric)
    expect(call).toThrow(OptionError)
    expect(call).toThrow('Did you mean euclidean?')
  })
})

describe('exponentialKernel', () => {
  it('is 1 at distance 0, √(1/e) at one width, and 0 far away', () => {
    const weights = exponentialKernel(Float64Array.of(0, 2, 1000), 2)
    expectClose(weights, [1, Math.exp(-0.5), 0], 1e-15)
    expect(weights[2]).toBe(0)
  })
})
