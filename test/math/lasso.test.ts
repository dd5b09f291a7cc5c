import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lassoPath } from '../../src/math/lars.ts'
import { solveLasso } from '../../src/math/lasso.ts'
import { createMatrix, matrixFromRows } from '../../src/math/matrix.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { solveRidge } from '../../src/math/ridge.ts'
import {
  type WeightedCross,
  weightedCross,
  weightedMoments,
} from '../../src/math/weighted-moments.ts'
import { expectClose, problems, randomBits, randomMatrix, randomVector } from './problems.ts'

/** With `even` weights and few different targets, many features are equally correlated. */
function randomProblem(seed: number, rows: number, cols: number, packed = false, even = false) {
  const random = new RandomState(seed)
  const X = packed ? randomBits(random, rows, cols) : randomMatrix(random, rows, cols)
  const w = even ? new Float64Array(rows).fill(1) : randomVector(random, rows)
  const y = randomVector(random, rows).map((value) => (even ? Math.round(3 * value) : value))
  const moments = weightedMoments(X, w)
  return { moments, cross: weightedCross(moments, y) }
}

/** c − G b */
function gradient(G: Float64Array, cross: WeightedCross, b: Float64Array): Float64Array {
  const d = b.length
  return cross.c.map((value, j) => b.reduce((sum, bk, k) => sum - G[j * d + k]! * bk, value))
}

/** Bits in as many columns as half the rows or more are often collinear. */
const shapes = fc.record({
  seed: fc.nat(1e6),
  rows: fc.integer({ min: 5, max: 60 }),
  cols: fc.integer({ min: 1, max: 20 }),
  packed: fc.boolean(),
  even: fc.boolean(),
})

describe('lassoPath', () => {
  for (const problem of problems) {
    it(`takes the steps of scikit-learn's lars_path on ${problem.name}`, () => {
      const moments = weightedMoments(matrixFromRows(problem.X), Float64Array.from(problem.w))
      const path = lassoPath(moments, weightedCross(moments, Float64Array.from(problem.y)))
      expect(path.length).toBe(problem.lars.alphas.length)
      path.forEach(({ alpha, coefficients }, step) => {
        expectClose([alpha], [problem.lars.alphas[step]!], 1e-10)
        expectClose(coefficients, problem.lars.coefficients[step]!, 1e-8)
      })
    })
  }

  it('meets the conditions of the lasso at every knot', () => {
    fc.assert(
      fc.property(shapes, ({ seed, rows, cols, packed, even }) => {
        const { moments, cross } = randomProblem(seed, rows, cols, packed, even)
        const path = lassoPath(moments, cross)
        for (const { alpha, coefficients } of path) {
          const rest = gradient(moments.gram(), cross, coefficients)
          const bound = alpha * rows
          for (let j = 0; j < cols; j++) {
            expect(Math.abs(rest[j]!)).toBeLessThanOrEqual(bound + 2e-7 * rows)
            if (coefficients[j] !== 0) {
              expect(Math.abs(rest[j]! - Math.sign(coefficients[j]!) * bound)).toBeLessThan(
                2e-7 * rows,
              )
            }
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  it('begins with all zeros, and α falls from step to step', () => {
    const { moments, cross } = randomProblem(3, 40, 8)
    const path = lassoPath(moments, cross)
    expect(path[0]!.coefficients.every((b) => b === 0)).toBe(true)
    for (let step = 1; step < path.length; step++) {
      expect(path[step]!.alpha).toBeLessThan(path[step - 1]!.alpha)
    }
  })

  it('makes no step for a constant target or constant features', () => {
    const random = new RandomState(4)
    const moments = weightedMoments(randomMatrix(random, 20, 3), randomVector(random, 20))
    expect(lassoPath(moments, weightedCross(moments, new Float64Array(20).fill(2))).length).toBe(1)
    const flat = weightedMoments(createMatrix(20, 3), randomVector(random, 20))
    expect(lassoPath(flat, weightedCross(flat, randomVector(random, 20))).length).toBe(1)
  })

  it('lets the first of identical columns enter, and sets the others aside', () => {
    const random = new RandomState(5)
    const X = createMatrix(30, 4)
    for (let i = 0; i < 30; i++) {
      const x = random.normal()
      X.data.set([random.normal(), x, x, random.normal()], 4 * i)
    }
    const moments = weightedMoments(X, randomVector(random, 30))
    const y = Float64Array.from({ length: 30 }, (_, i) => 2 * X.data[4 * i + 1]! + X.data[4 * i]!)
    const path = lassoPath(moments, weightedCross(moments, y))
    expectClose(path.at(-1)!.coefficients, [1, 2, 0, 0], 1e-5)
  })

  it('stays within its steps with more features than samples', () => {
    const { moments, cross } = randomProblem(6, 10, 40)
    const path = lassoPath(moments, cross)
    const last = path.at(-1)!.coefficients
    expect(last.filter((b) => b !== 0).length).toBeLessThan(10)
    expect(path.length).toBeLessThan(501)
  })
})

describe('solveLasso', () => {
  for (const problem of problems) {
    it(`agrees with scikit-learn's Lasso on ${problem.name}`, () => {
      const moments = weightedMoments(matrixFromRows(problem.X), Float64Array.from(problem.w))
      const cross = weightedCross(moments, Float64Array.from(problem.y))
      for (const [alpha, expected] of Object.entries(problem.lasso)) {
        const fit = solveLasso(moments, cross, Number(alpha))
        expectClose(fit.coefficients, expected.coefficients, 1e-7)
        expectClose([fit.intercept], [expected.intercept], 1e-7)
      }
    })
  }

  it('lies on the path of least angle regression, between its knots', () => {
    fc.assert(
      fc.property(shapes, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (shape, t) => {
        const { moments, cross } = randomProblem(
          shape.seed,
          shape.rows,
          shape.cols,
          shape.packed,
          shape.even,
        )
        const path = lassoPath(moments, cross)
        const scale = moments.rows / moments.sumW
        for (let step = 1; step < path.length; step++) {
          const from = path[step - 1]!
          const to = path[step]!
          const alpha = (from.alpha + t * (to.alpha - from.alpha)) * scale
          if (to.alpha < 1e-5) continue
          const between = from.coefficients.map((b, j) => b + t * (to.coefficients[j]! - b))
          // Of collinear features either may have the weight: what is unique is the residual.
          const { coefficients } = solveLasso(moments, cross, alpha)
          const rest = gradient(moments.gram(), cross, coefficients)
          expectClose(rest, gradient(moments.gram(), cross, between), 1e-6)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('is least where bits are collinear and the path goes astray', () => {
    // Conditions of the minimum: |c − Gb| ≤ λ everywhere, and = λ sign(b) where b is not 0; λ = α Σw.
    for (const [seed, rows, cols] of [
      [191, 17, 18],
      [270, 6, 11],
      [271, 7, 18],
    ] as const) {
      const { moments, cross } = randomProblem(seed, rows, cols, true)
      for (const alpha of [1e-4, 1e-3, 1e-2]) {
        const { coefficients } = solveLasso(moments, cross, alpha)
        const bound = alpha * moments.sumW
        gradient(moments.gram(), cross, coefficients).forEach((slope, j) => {
          expect(Math.abs(slope)).toBeLessThanOrEqual(bound + 1e-8)
          const b = coefficients[j]!
          if (b !== 0) expect(Math.abs(slope - Math.sign(b) * bound)).toBeLessThan(1e-8)
        })
      }
    }
  })

  it('is all zeros from the first knot of the path up', () => {
    const { moments, cross } = randomProblem(7, 30, 6)
    const first = (lassoPath(moments, cross)[0]!.alpha * moments.rows) / moments.sumW
    const fit = solveLasso(moments, cross, first * 1.0001)
    expect(fit.coefficients.every((b) => b === 0)).toBe(true)
    expect(fit.intercept).toBe(cross.meanY)
  })

  it('gives constant columns nothing, and the first of identical columns all', () => {
    const random = new RandomState(8)
    const X = createMatrix(30, 3)
    for (let i = 0; i < 30; i++) {
      const x = random.normal()
      X.data.set([4, x, x], 3 * i)
    }
    const moments = weightedMoments(X, new Float64Array(30).fill(1))
    const y = Float64Array.from({ length: 30 }, (_, i) => X.data[3 * i + 1]!)
    const { coefficients } = solveLasso(moments, weightedCross(moments, y), 0.01)
    // One standardised column: b = 1 − nα / G.
    expectClose(coefficients, [0, 1 - 0.3 / moments.diagonal[1]!, 0], 1e-10)
  })

  it('fits a subset in the order given', () => {
    const { moments, cross } = randomProblem(9, 40, 5)
    const whole = solveLasso(moments, cross, 0.001, [0, 1, 2, 3, 4])
    const turned = solveLasso(moments, cross, 0.001, [4, 3, 2, 1, 0])
    expectClose(turned.coefficients, whole.coefficients.toReversed(), 1e-10)
  })

  it('is least squares at α = 0', () => {
    const { moments, cross } = randomProblem(10, 40, 5)
    const squares = solveRidge(moments, cross, 0)
    expectClose(solveLasso(moments, cross, 0).coefficients, squares.coefficients, 1e-12)
  })

  it('is zero where all weights are 0', () => {
    const moments = weightedMoments(createMatrix(3, 2), new Float64Array(3))
    const fit = solveLasso(moments, weightedCross(moments, Float64Array.of(1, 2, 3)), 0.1)
    expect([...fit.coefficients, fit.intercept]).toEqual([0, 0, 1])
  })
})
