import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matrixFromRows } from '../../src/math/matrix.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { fitRegressionTree, predictTree } from '../../src/math/regression-tree.ts'
import { weightedR2 } from '../../src/math/weighted-statistics.ts'
import { expectClose, problems, randomMatrix, randomVector } from './problems.ts'

const ones = (n: number) => new Float64Array(n).fill(1)

describe('fitRegressionTree', () => {
  for (const problem of problems) {
    it(`agrees with scikit-learn's DecisionTreeRegressor on ${problem.name}`, () => {
      const X = matrixFromRows(problem.X)
      const w = Float64Array.from(problem.w)
      const { root, importances } = fitRegressionTree(X, Float64Array.from(problem.y), w, {
        minSamplesLeaf: 3,
      })
      expectClose(predictTree(root, X), problem.tree.predicted, 1e-9)
      expectClose(importances, problem.tree.importances, 1e-9)
    })
  }

  it('is never worse than the mean, and no worse the deeper it is', () => {
    const shape = fc.record({
      seed: fc.nat(1e6),
      rows: fc.integer({ min: 1, max: 40 }),
      cols: fc.integer({ min: 1, max: 6 }),
    })
    fc.assert(
      fc.property(shape, ({ seed, rows, cols }) => {
        const random = new RandomState(seed)
        const X = randomMatrix(random, rows, cols)
        const w = randomVector(random, rows)
        const y = randomVector(random, rows)
        let before = -1e-12
        for (const maxDepth of [0, 1, 2, 3]) {
          const { root } = fitRegressionTree(X, y, w, { maxDepth })
          const score = rows > 1 ? weightedR2(y, predictTree(root, X), w) : 0
          expect(score).toBeGreaterThanOrEqual(before - 1e-12)
          before = score
        }
      }),
      { numRuns: 60 },
    )
  })

  it('splits at the first of equally good features, at the lowest of equally good thresholds', () => {
    const X = matrixFromRows([
      [3, 0, 0],
      [3, 1, 1],
      [3, 2, 2],
    ])
    const { root } = fitRegressionTree(X, Float64Array.of(1, 0, 1), ones(3), { maxDepth: 1 })
    expect(root).toMatchObject({ feature: 1, threshold: 0.5 })
  })

  it('splits halfway, so that the lower value goes left and the higher right', () => {
    const low = 1
    const high = 1 + Number.EPSILON
    const X = matrixFromRows([[low], [high]])
    const { root } = fitRegressionTree(X, Float64Array.of(0, 1), ones(2))
    expect(Array.from(predictTree(root, X))).toEqual([0, 1])
    const far = matrixFromRows([[-1.7e308], [1.7e308]])
    expect(fitRegressionTree(far, Float64Array.of(0, 1), ones(2)).root).toMatchObject({
      threshold: 0,
    })
  })

  it('pays no heed to samples of weight 0', () => {
    const X = matrixFromRows([[0], [1], [2], [3]])
    const w = Float64Array.of(1, 1, 0, 1)
    const { root } = fitRegressionTree(X, Float64Array.of(0, 0, 50, 9), w)
    expect(root).toEqual({
      feature: 0,
      threshold: 2,
      weight: 3,
      value: 3,
      left: { value: 0, weight: 2 },
      right: { value: 9, weight: 1 },
    })
  })

  it('stays finite where one sample outweighs all others beyond rounding', () => {
    const X = matrixFromRows([[0], [1], [2]])
    const w = Float64Array.of(1, 1e-20, 1e-300)
    const { root, importances } = fitRegressionTree(X, Float64Array.of(0, 5, 9), w)
    expect(root.value).toBeCloseTo(0, 12)
    expect([0, 1]).toContain(importances[0])
  })

  it('keeps enough samples in every leaf', () => {
    const X = matrixFromRows([[0], [1], [2], [3]])
    const y = Float64Array.of(9, 0, 0, 0)
    const { root } = fitRegressionTree(X, y, ones(4), { minSamplesLeaf: 2 })
    expect(root).toMatchObject({ threshold: 1.5, left: { value: 4.5 }, right: { value: 0 } })
    expect(fitRegressionTree(X, y, ones(4), { minSamplesLeaf: 3 }).root).toEqual({
      value: 2.25,
      weight: 4,
    })
  })

  it('is one leaf for a constant target, constant features, depth 0, or no weight at all', () => {
    const X = matrixFromRows([[0], [1]])
    const y = Float64Array.of(0.1, 0.3)
    const flat = { value: 0.1, weight: 2 }
    expect(fitRegressionTree(X, Float64Array.of(0.1, 0.1), ones(2)).root).toEqual(flat)
    const alone = fitRegressionTree(matrixFromRows([[5], [5]]), y, ones(2))
    expect(alone.root).toEqual({ value: 0.2, weight: 2 })
    expect(Array.from(alone.importances)).toEqual([0])
    expect(fitRegressionTree(X, y, ones(2), { maxDepth: 0 }).root).toEqual({
      value: 0.2,
      weight: 2,
    })
    expect(fitRegressionTree(X, y, new Float64Array(2)).root).toEqual({ value: 0.1, weight: 0 })
  })
})
