import { describe, expect, it } from 'vitest'
import { OptionError } from '../../src/contract/errors.ts'
import type { TreeNode } from '../../src/contract/explanation.ts'
import type { Matrix } from '../../src/contract/matrix.ts'
import { explainSwitches, logistic, switches } from './switches.ts'

const regression = { mode: 'regression' } as const
type Rows = readonly (readonly number[])[]

describe('the surrogate', () => {
  it('may be an object of the user’s own, which gets the selected columns, the instance first', async () => {
    const seen: { X: Matrix; y: Float64Array; weights: Float64Array }[] = []
    const surrogate = {
      fit: (X: Matrix, y: Float64Array, weights: Float64Array) => {
        seen.push({ X, y, weights })
        return {
          intercept: 7,
          coefficients: [1, -3],
          predict: (columns: Matrix) => new Array(columns.rows).fill(0.25),
        }
      },
    }
    const { labels } = await explainSwitches(
      (rows) => rows.map(([a, , c]) => 5 * a! + 3 * c!),
      { surrogate, numFeatures: 2, numSamples: 120 },
      regression,
    )
    const [first] = seen
    expect([first!.X.rows, first!.X.cols, first!.y.length, first!.weights.length]).toEqual([
      120, 2, 120, 120,
    ])
    expect(Array.from(first!.X.data.subarray(0, 2))).toEqual([1, 1])
    expect(first!.y[0]).toBe(8)
    expect(labels[0]).toMatchObject({
      intercept: 7,
      localPrediction: 0.25,
      weights: [
        { feature: 2, weight: -3 },
        { feature: 0, weight: 1 },
      ],
    })
  })

  it.each([
    ['nothing', undefined, /got the intercept undefined/],
    ['no intercept', { coefficients: [1, 1], predict: () => [] }, /the intercept undefined/],
    [
      'one coefficient',
      { intercept: 0, coefficients: [1], predict: () => [] },
      /1 coefficients for 2/,
    ],
    [
      'NaN',
      { intercept: 0, coefficients: [1, Number.NaN], predict: () => [] },
      /no finite numbers/,
    ],
    ['no predict', { intercept: 0, coefficients: [1, 1] }, /no function predict/],
    [
      'no answers',
      { intercept: 0, coefficients: [1, 1], predict: () => [] },
      /0 answers for 16 rows/,
    ],
  ])('of the user’s own that gives %s is refused', async (_, fitted, message) => {
    const surrogate = { fit: () => fitted as never }
    const refused = await explainSwitches(logistic([1, 2, 3]), {
      ...{ surrogate, numFeatures: 2, numSamples: 16 },
    }).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(OptionError)
    expect((refused as Error).message).toMatch(message)
  })

  it('as a tree finds a rule that no line can, told by feature ids', async () => {
    const both = (rows: Rows) => rows.map((row) => (row[7] === 1 && row[2] === 1 ? 1 : 0))
    const { labels, features } = await explainSwitches(
      both,
      { surrogate: 'tree', numFeatures: 3 },
      regression,
      switches(400, 9),
    )
    const [fit] = labels
    const tree = fit!.tree as TreeNode & {
      feature: number
      right: TreeNode & { feature: number; right: TreeNode; left: TreeNode }
      left: TreeNode
    }
    expect(new Set([tree.feature, tree.right.feature])).toEqual(new Set([2, 7]))
    expect(tree.left.value).toBeCloseTo(0, 12)
    expect(tree.right.right.value).toBeCloseTo(1, 12)
    expect(tree.right.left.value).toBeCloseTo(0, 12)
    expect(fit!.score).toBeCloseTo(1, 12)
    expect(fit!.localPrediction).toBe(1)
    expect(fit!.weights.every(({ weight }) => weight >= 0)).toBe(true)
    expect(
      fit!.weights
        .slice(0, 2)
        .map(({ feature }) => features[feature]!.name)
        .sort(),
    ).toEqual(['s2', 's7'])
  })

  it('as a lasso drops what does little', async () => {
    const model = (rows: Rows) => rows.map(([a, b, , d]) => a! + 0.002 * b! - 0.5 * d!)
    const { labels } = await explainSwitches(
      model,
      { surrogate: { type: 'lasso', alpha: 0.05 } },
      regression,
    )
    const found = new Map(labels[0]!.weights.map(({ feature, weight }) => [feature, weight]))
    expect(found.get(1)).toBe(0)
    expect(found.get(2)).toBe(0)
    expect(found.get(0)).toBeGreaterThan(0.5)
    expect(found.get(3)).toBeLessThan(-0.2)
  })

  it('as ridge with α 0 is ordinary least squares', async () => {
    const model = logistic([2, -1, 0.5, 0.1])
    const ols = await explainSwitches(model, { surrogate: 'ols' })
    const zero = await explainSwitches(model, { surrogate: { type: 'ridge', alpha: 0 } })
    expect(zero.labels).toEqual(ols.labels)
    const heavy = await explainSwitches(model, { surrogate: { type: 'ridge', alpha: 1e9 } })
    expect(Math.abs(heavy.labels[0]!.weights[0]!.weight)).toBeLessThan(1e-5)
  })

  it.each(['ridge', 'ols', 'lasso', 'tree'] as const)(
    '%s has the R² that its own answers have',
    async (surrogate) => {
      const model = logistic([2, -1, 0.5, 0.1])
      const { labels, neighbourhood } = await explainSwitches(model, {
        surrogate,
        keepNeighbourhood: true,
      })
      const { interpretable, outputs, weights: w } = neighbourhood!
      const [fit] = labels
      const answer = (row: readonly number[]): number => {
        if (fit!.tree === undefined)
          return fit!.weights.reduce(
            (sum, { feature, weight }) => sum + weight * row[feature]!,
            fit!.intercept,
          )
        let node = fit!.tree
        while ('feature' in node)
          node = row[node.feature]! <= node.threshold ? node.left : node.right
        return node.value
      }
      const y = outputs.map((row) => row[fit!.label]!)
      const total = w.reduce((sum, one) => sum + one, 0)
      const mean = y.reduce((sum, one, i) => sum + w[i]! * one, 0) / total
      const residual = y.reduce(
        (sum, one, i) => sum + w[i]! * (one - answer(interpretable[i]!)) ** 2,
        0,
      )
      const spread = y.reduce((sum, one, i) => sum + w[i]! * (one - mean) ** 2, 0)
      expect(fit!.score).toBeCloseTo(1 - residual / spread, 9)
      expect(fit!.localPrediction).toBeCloseTo(answer(interpretable[0]!), 9)
    },
  )
})

describe('the score on held-out samples', () => {
  const noise = (rows: Rows) =>
    rows.map((row) => {
      let hash = 7
      for (const bit of row) hash = Math.imul(hash ^ (bit + 3), 0x01000193)
      return ((hash >>> 8) % 1000) / 1000
    })

  it('shows an overfit that the plain R² hides: many features, few samples, answers without a pattern', async () => {
    const { labels } = await explainSwitches(
      noise,
      { surrogate: 'ols', numFeatures: 30 },
      { ...regression, featureSelection: 'none' },
      switches(40, 30),
    )
    const [fit] = labels
    expect(fit!.score).toBeGreaterThan(0.6)
    expect(fit!.heldOutScore!).toBeLessThan(0)
  })

  it('is near the plain R² where there are many samples', async () => {
    const { labels } = await explainSwitches(logistic([2, -1, 0.5, 0.1]), { numSamples: 3000 })
    const [fit] = labels
    expect(Math.abs(fit!.heldOutScore! - fit!.score)).toBeLessThan(0.02)
  })

  it('is null where there are too few samples to hold any out', async () => {
    const { labels } = await explainSwitches(logistic([2, -1, 0.5, 0.1]), { numSamples: 12 })
    expect(labels[0]!.heldOutScore).toBeNull()
  })
})
