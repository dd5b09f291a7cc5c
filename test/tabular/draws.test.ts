import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalCdf } from '../../src/math/normal-distribution.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { drawLevels, drawNormals, drawUniforms } from '../../src/tabular/draws.ts'
import { TabularExplainer } from '../../src/tabular/index.ts'
import { classify, normalRows } from './tables.ts'

const sizes = fc.integer({ min: 1, max: 300 })
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 })

describe('a Latin hypercube', () => {
  it('has one draw in each of n equal strata of every column', () => {
    fc.assert(
      fc.property(sizes, seeds, (n, seed) => {
        const normals = drawNormals(n, 2, 'lhs', new RandomState(seed))
        for (const j of [0, 1]) {
          const strata = Array.from({ length: n }, (_, i) =>
            Math.floor(normalCdf(normals[i * 2 + j]!) * n + 1e-9 * n),
          )
          const clipped = strata.map((one) => Math.min(n - 1, one)).sort((a, b) => a - b)
          // The cdf of the quantile may round across a stratum's edge: all but a few must be hit.
          expect(new Set(clipped).size).toBeGreaterThanOrEqual(n - 2)
        }
        const uniforms = Array.from(drawUniforms(n, 'lhs', new RandomState(seed)), (u) =>
          Math.floor(u * n),
        ).sort((a, b) => a - b)
        expect(new Set(uniforms).size).toBeGreaterThanOrEqual(n - 1)
      }),
    )
  })

  it('draws levels as often as their shares say, up to one', () => {
    fc.assert(
      fc.property(sizes, seeds, (n, seed) => {
        const levels = drawLevels([0.2, 0.5, 0.3], n, 'lhs', new RandomState(seed))
        for (const [level, share] of [0.2, 0.5, 0.3].entries()) {
          const count = levels.filter((one) => one === level).length
          expect(Math.abs(count - share * n)).toBeLessThanOrEqual(2)
        }
      }),
    )
  })

  it('is seeded, and orders columns independently', async () => {
    const rows = normalRows(50, 2)
    for (const discretizeContinuous of [true, false]) {
      const explainer = new TabularExplainer(rows, { discretizeContinuous, randomState: 4 })
      const model = classify<ArrayLike<number>>((row) => row[0]! * row[1]!)
      const ask = async () =>
        (
          await explainer.explain(rows[0]!, model, {
            samplingMethod: 'lhs',
            keepNeighbourhood: true,
          })
        ).neighbourhood!
      const first = await ask()
      expect(await ask()).toEqual(first)
      const columns = [0, 1].map((j) => first.interpretable.slice(1).map((row) => row[j]!))
      const mean = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length
      const [a, b] = columns as [number[], number[]]
      const [meanA, meanB] = [mean(a), mean(b)]
      const covariance = mean(a.map((x, i) => (x - meanA) * (b[i]! - meanB)))
      expect(Math.abs(covariance)).toBeLessThan(4 / Math.sqrt(5000))
    }
  })

  it('estimates a mean better than independent draws', () => {
    const spread = (method: 'lhs' | 'gaussian') => {
      let squares = 0
      for (let seed = 0; seed < 50; seed++) {
        const normals = drawNormals(200, 1, method, new RandomState(seed))
        squares += (normals.reduce((sum, z) => sum + z, 0) / 200) ** 2
      }
      return squares
    }
    expect(spread('lhs')).toBeLessThan(spread('gaussian') / 20)
  })
})
