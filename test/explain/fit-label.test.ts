import { describe, expect, it } from 'vitest'
import { fitLabel } from '../../src/explain/fit-label.ts'
import { createBitMatrix, setBit } from '../../src/math/bit-matrix.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { weightedMoments } from '../../src/math/weighted-moments.ts'

/** Random bits with weights exp(−spread · u), u from 0.3 to 1.3, row 0 with all the weight. */
function lightNeighbourhood(seed: number, n: number, d: number, spread: number) {
  const random = new RandomState(seed)
  const X = createBitMatrix(n, d)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) setBit(X, i, j, random.randomSample() < 0.5)
  }
  const weights = Float64Array.from({ length: n }, (_, i) =>
    i === 0 ? 1 : Math.exp(-spread * (0.3 + random.randomSample())),
  )
  const y = Float64Array.from({ length: n }, () => random.randomSample())
  return { X, weights, y, moments: weightedMoments(X, weights) }
}

describe('fitLabel', () => {
  it.each([
    [12, 20],
    [30, 50],
    [40, 45],
  ])(
    'gives least squares of %i samples and %i features moderate weights, however light the samples',
    (n, d) => {
      for (const spread of [1, 20, 60, 200]) {
        for (let seed = 100; seed < 110; seed++) {
          const { X, weights, y, moments } = lightNeighbourhood(seed, n, d, spread)
          const fit = fitLabel({
            X,
            moments,
            y,
            weights,
            numFeatures: d,
            featureSelection: 'none',
            surrogate: 'ols',
          })
          // scikit-learn's LinearRegression, which cuts off small singular values, stays below 2 here.
          for (const { weight } of fit.weights) expect(Math.abs(weight)).toBeLessThan(5)
        }
      }
    },
  )

  it('holds out samples from sums as it does from the samples themselves', () => {
    for (const spread of [0, 3]) {
      const { X, weights, y, moments } = lightNeighbourhood(7, 400, 12, spread)
      const request = { X, moments, y, weights, numFeatures: 5, featureSelection: 'auto' } as const
      const quick = fitLabel({ ...request, surrogate: { type: 'ridge', alpha: 1e-9 } })
      // Least squares takes the other way: a fit to the samples that are kept.
      const slow = fitLabel({ ...request, surrogate: 'ols' })
      expect(quick.heldOutScore).toBeCloseTo(slow.heldOutScore!, 6)
    }
  })
})
