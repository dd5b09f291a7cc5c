import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DesignMatrix } from '../../src/math/bit-matrix.ts'
import { forwardSelection } from '../../src/math/forward-selection.ts'
import { predictLinear } from '../../src/math/linear-prediction.ts'
import { matrixFromRows } from '../../src/math/matrix.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { solveRidge } from '../../src/math/ridge.ts'
import { weightedCross, weightedMoments } from '../../src/math/weighted-moments.ts'
import { weightedR2 } from '../../src/math/weighted-statistics.ts'
import { randomBits, randomMatrix, randomVector } from './problems.ts'

function select(X: DesignMatrix, y: Float64Array, w: Float64Array, count: number): number[] {
  const moments = weightedMoments(X, w)
  return Array.from(forwardSelection(moments, weightedCross(moments, y), count))
}

/** As Python LIME does it: refits for every candidate, the first of highest score. */
function refit(X: DesignMatrix, y: Float64Array, w: Float64Array, count: number): number[] {
  const moments = weightedMoments(X, w)
  const cross = weightedCross(moments, y)
  const used: number[] = []
  while (used.length < Math.min(count, X.cols)) {
    let most = -1e8
    let best = 0
    for (let j = 0; j < X.cols; j++) {
      if (used.includes(j)) continue
      const features = [...used, j]
      const fit = solveRidge(moments, cross, 0, features)
      const score = weightedR2(y, predictLinear(X, fit, features), w)
      if (score > most) {
        best = j
        most = score
      }
    }
    used.push(best)
  }
  return used
}

const w4 = new Float64Array(4).fill(1)

describe('forwardSelection', () => {
  it('chooses what refitting every candidate chooses', () => {
    const problem = fc.record({
      seed: fc.nat(1e6),
      rows: fc.integer({ min: 20, max: 60 }),
      cols: fc.integer({ min: 2, max: 9 }),
      count: fc.integer({ min: 1, max: 6 }),
      packed: fc.boolean(),
    })
    fc.assert(
      fc.property(problem, ({ seed, rows, cols, count, packed }) => {
        const random = new RandomState(seed)
        const X = packed ? randomBits(random, rows, cols) : randomMatrix(random, rows, cols)
        const w = randomVector(random, rows)
        const y = randomVector(random, rows)
        expect(select(X, y, w, count)).toEqual(refit(X, y, w, count))
      }),
      { numRuns: 60 },
    )
  })

  it('keeps the order of selection', () => {
    const X = matrixFromRows([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [0, 0, 0],
    ])
    expect(select(X, Float64Array.of(1, 2, 4, 0), w4, 3)).toEqual([2, 1, 0])
  })

  it('takes the first of equal, opposite, or proportional columns', () => {
    const x = [0.3, -1.1, 2.7, 0.9]
    const X = matrixFromRows(x.map((value) => [0, value / 3, value, -value, 1 - value, 7 * value]))
    expect(select(X, Float64Array.from(x), w4, 1)).toEqual([1])
  })

  it('goes on in index order when nothing is left to gain', () => {
    const X = matrixFromRows([
      [5, 1, 1, 2],
      [5, 0, 0, 0],
      [5, 1, 1, 2],
      [5, 0, 0, 0],
    ])
    expect(select(X, Float64Array.of(1, 0, 1, 0), w4, 4)).toEqual([1, 0, 2, 3])
    expect(select(X, Float64Array.of(3, 3, 3, 3), w4, 2)).toEqual([0, 1])
  })

  it('never selects more features than there are', () => {
    const X = matrixFromRows([[1], [0]])
    expect(select(X, Float64Array.of(1, 0), Float64Array.of(1, 1), 10)).toEqual([0])
    expect(select(X, Float64Array.of(1, 0), Float64Array.of(1, 1), 0)).toEqual([])
  })
})
