import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cholesky, choleskySolve, singularFactor } from '../../src/math/cholesky.ts'
import { predictLinear } from '../../src/math/linear-prediction.ts'
import { createMatrix, type Matrix, matrixFromRows } from '../../src/math/matrix.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { solveRidge } from '../../src/math/ridge.ts'
import { weightedCross, weightedMoments } from '../../src/math/weighted-moments.ts'
import { weightedR2 } from '../../src/math/weighted-statistics.ts'
import {
  directMoments,
  expectClose,
  gaussSolve,
  problems,
  randomMatrix,
  randomVector,
} from './problems.ts'

function ridge(X: Matrix, y: Float64Array, w: Float64Array, alpha: number) {
  const moments = weightedMoments(X, w)
  return solveRidge(moments, weightedCross(moments, y), alpha)
}

describe('solveRidge', () => {
  for (const problem of problems) {
    const X = matrixFromRows(problem.X)
    const y = Float64Array.from(problem.y)
    const w = Float64Array.from(problem.w)

    it(`agrees with scikit-learn's Ridge on ${problem.name}`, () => {
      for (const [alpha, expected] of Object.entries(problem.ridge)) {
        const fit = ridge(X, y, w, Number(alpha))
        expectClose(fit.coefficients, expected.coefficients)
        expectClose([fit.intercept], [expected.intercept])
      }
      const predicted = predictLinear(X, ridge(X, y, w, 1))
      expect(weightedR2(y, predicted, w)).toBeCloseTo(problem.r2OfRidge1, 9)
    })

    it(`agrees with scikit-learn's LinearRegression on ${problem.name}`, () => {
      const fit = ridge(X, y, w, 0)
      expectClose(fit.coefficients, problem.ols.coefficients, 1e-8)
      expectClose([fit.intercept], [problem.ols.intercept], 1e-8)
    })
  }

  it('solves the normal equations of any weighted problem', () => {
    const problem = fc.record({
      seed: fc.nat(1e6),
      rows: fc.integer({ min: 3, max: 40 }),
      cols: fc.integer({ min: 1, max: 12 }),
      alpha: fc.double({ min: 0.001, max: 100, noNaN: true }),
    })
    fc.assert(
      fc.property(problem, ({ seed, rows, cols: d, alpha }) => {
        const random = new RandomState(seed)
        const X = randomMatrix(random, rows, d)
        const w = randomVector(random, rows)
        const y = randomVector(random, rows)
        const { G, c, mean, meanY } = directMoments(X, w, y)
        for (let j = 0; j < d; j++) G[j * d + j]! += alpha
        const expected = gaussSolve(G, c, d)
        const fit = ridge(X, y, w, alpha)
        expectClose(fit.coefficients, expected, 1e-9)
        const intercept = expected.reduce((sum, b, j) => sum - b * mean[j]!, meanY)
        expectClose([fit.intercept], [intercept], 1e-9)
      }),
    )
  })

  it('fits a subset as if the other features were not there, in the order given', () => {
    const random = new RandomState(11)
    const X = randomMatrix(random, 30, 5)
    const w = randomVector(random, 30)
    const y = randomVector(random, 30)
    const moments = weightedMoments(X, w)
    const fit = solveRidge(moments, weightedCross(moments, y), 1, [4, 1])
    const two = createMatrix(30, 2)
    for (let i = 0; i < 30; i++) two.data.set([X.data[i * 5 + 4]!, X.data[i * 5 + 1]!], i * 2)
    const alone = ridge(two, y, w, 1)
    expectClose(fit.coefficients, alone.coefficients, 1e-12)
    expectClose(predictLinear(X, fit, [4, 1]), predictLinear(two, alone), 1e-12)
  })

  it('keeps one factor for all labels, and one for each penalty', () => {
    const random = new RandomState(12)
    const X = randomMatrix(random, 30, 4)
    const w = randomVector(random, 30)
    const moments = weightedMoments(X, w)
    for (const alpha of [0.01, 1, 0.01]) {
      const y = randomVector(random, 30)
      const fit = solveRidge(moments, weightedCross(moments, y), alpha)
      expectClose(fit.coefficients, ridge(X, y, w, alpha).coefficients, 1e-13)
    }
  })

  it('shares a weight equally between equal columns, and gives a constant column none, at α = 0', () => {
    const random = new RandomState(13)
    const X = createMatrix(20, 3)
    for (let i = 0; i < 20; i++) {
      const x = random.normal()
      X.data.set([x, 7, x], 3 * i)
    }
    const y = Float64Array.from({ length: 20 }, (_, i) => 3 * X.data[3 * i]! + 1)
    const fit = ridge(X, y, new Float64Array(20).fill(0.3), 0)
    expectClose(fit.coefficients, [1.5, 0, 1.5], 1e-12)
    expectClose([fit.intercept], [1], 1e-12)
  })

  it('interpolates with the least norm where features outnumber samples', () => {
    const random = new RandomState(14)
    const X = randomMatrix(random, 6, 15)
    const y = randomVector(random, 6)
    const w = randomVector(random, 6)
    const fit = ridge(X, y, w, 0)
    expectClose(predictLinear(X, fit), y, 1e-10)
    // The least-norm solution is the limit of ridge as α falls.
    expectClose(fit.coefficients, ridge(X, y, w, 1e-9).coefficients, 1e-6)
  })

  it('is the mean where all weight lies on one sample, and row 0 where there is none', () => {
    const X = matrixFromRows([
      [1, 2],
      [3, 5],
      [0, 1],
    ])
    const y = Float64Array.of(4, 5, 6)
    const one = ridge(X, y, Float64Array.of(0, 2, 0), 0)
    expect([...one.coefficients, one.intercept]).toEqual([0, 0, 5])
    const none = ridge(X, y, new Float64Array(3), 0)
    expect([...none.coefficients, none.intercept]).toEqual([0, 0, 4])
  })
})

describe('singularFactor', () => {
  it('agrees with Cholesky on a regular matrix', () => {
    const random = new RandomState(15)
    const X = randomMatrix(random, 20, 6)
    const w = randomVector(random, 20)
    const G = weightedMoments(X, w).gram()
    const b = randomVector(random, 6)
    const factor = singularFactor(G, 6)
    expect(factor.rank).toBe(6)
    expectClose(factor.solve(b), choleskySolve(cholesky(G, 6)!, b, 6), 1e-11)
  })

  it('finds the rank and the solution of least norm of A = B Bᵀ', () => {
    const random = new RandomState(16)
    const B = randomMatrix(random, 9, 4)
    const A = new Float64Array(81)
    for (let i = 0; i < 9; i++) {
      for (let j = 0; j < 9; j++) {
        for (let k = 0; k < 4; k++) A[i * 9 + j]! += B.data[i * 4 + k]! * B.data[j * 4 + k]!
      }
    }
    expect(cholesky(A, 9)).toBeUndefined()
    const factor = singularFactor(A, 9)
    expect(factor.rank).toBe(4)
    // x = B t lies in the range of A, so it is the least-norm solution for b = A x.
    const t = [1, -2, 0.5, 3]
    const x = Float64Array.from({ length: 9 }, (_, i) =>
      t.reduce((sum, value, k) => sum + value * B.data[i * 4 + k]!, 0),
    )
    const b = Float64Array.from({ length: 9 }, (_, i) =>
      x.reduce((sum, value, j) => sum + A[i * 9 + j]! * value, 0),
    )
    expectClose(factor.solve(b), x, 1e-10)
  })

  it('solves the zero matrix with zeros', () => {
    expect(Array.from(singularFactor(new Float64Array(4), 2).solve([1, 2]))).toEqual([0, 0])
  })

  it('keeps a small column beside a large one', () => {
    expectClose(singularFactor(Float64Array.of(1e20, 0, 0, 1e-20), 2).solve([1e20, 1e-20]), [1, 1])
  })
})
