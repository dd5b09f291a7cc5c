/** Intervals on functions that nothing here was tuned on: drawn at random, their limits by all rows (closed form). */
import { describe, expect, it } from 'vitest'
import { RandomState } from '../../src/math/random-state.ts'
import { explainDesign } from './switches.ts'

type Switches = readonly number[]

/** Functions of the first seven switches; probabilities but for the last. */
function models(seed: number): { readonly [name: string]: (x: Switches) => number } {
  const random = new RandomState([91, seed])
  const b = Array.from({ length: 7 }, () => random.normal())
  const leaves = Array.from({ length: 8 }, () => random.randomSample())
  const dot = (x: Switches) => b.reduce((sum, value, j) => sum + value * x[j]!, 0)
  const middle = b.reduce((sum, value) => sum + value / 2, 0)
  return {
    'a logistic model with interactions': (x) =>
      1 / (1 + Math.exp(-dot(x) - 2 * x[0]! * x[3]! + 1.5 * x[1]! * x[5]! * x[6]!)),
    'a tree': (x) => leaves[4 * x[0]! + 2 * (x[0] ? x[1]! : x[2]!) + (x[1] ? x[3]! : x[4]!)]!,
    'a threshold': (x) => (dot(x) > middle + 0.2 ? 0.8 : 0.1),
    'a product': (x) => 2 * x[1]! * x[3]! * x[5]! * x[6]! + x[0]! - 0.4 * x[2]!,
  }
}

/** E[f | on] − E[f | off] under independent switches, on with chance p. */
function effects(f: (x: Switches) => number, d: number, p: number): number[] {
  const truth = new Array<number>(d).fill(0)
  for (let code = 0; code < 128; code++) {
    const x = Array.from({ length: 7 }, (_, j) => (code >> j) & 1)
    const on = x.reduce((sum, bit) => sum + bit, 0)
    const chance = p ** on * (1 - p) ** (7 - on)
    x.forEach((bit, j) => {
      truth[j]! += f(x) * chance * (bit ? 1 / p : -1 / (1 - p))
    })
  }
  return truth
}

const WIDTH = 1.1
const GLIME = 1 / (1 + Math.exp(-1 / (2 * WIDTH ** 2)))

describe.each([
  ['glime', 13, 120, GLIME],
  ['factorial', 13, 97, 0.5],
  ['factorial', 29, 129, 0.5],
  ['factorial', 29, 'auto', 0.5],
  ['glime', 13, 'auto', GLIME],
] as const)('95 %% intervals by %s of %i features and %s samples', (sampling, d, numSamples, p) => {
  it.each(Object.keys(models(0)))(
    'hold the effects of %s in 92 to 98 of 100 cases',
    async (name) => {
      let held = 0
      let all = 0
      // Five functions, so that the luck of one of them does not decide.
      for (let which = 0; which < 5; which++) {
        const f = models(which)[name]!
        const truth = effects(f, d, p)
        const classes = name !== 'a product'
        for (let seed = 0; seed < 12; seed++) {
          const { labels } = await explainDesign(
            (rows) => rows.map((x) => (classes ? [1 - f(x), f(x)] : [f(x)])),
            d,
            {
              sampling,
              numSamples,
              ...(numSamples === 'auto' && { tolerance: 0.03, maxSamples: 4000 }),
              ...(classes && { labels: [1] }),
            },
            {
              mode: classes ? 'classification' : 'regression',
              ...(sampling === 'glime' && { kernelWidth: WIDTH }),
            },
            undefined,
            1000 * which + seed,
          )
          for (const { feature, interval } of labels[0]!.weights) {
            all++
            // Rounding is no error.
            const slack = 1e-9
            if (interval![0] - slack <= truth[feature]! && truth[feature]! <= interval![1] + slack)
              held++
          }
        }
      }
      expect(all).toBe(60 * d)
      expect(held / all).toBeGreaterThanOrEqual(0.92)
      expect(held / all).toBeLessThanOrEqual(0.98)
    },
    60_000,
  )
})

it.each([
  ['a rule', 0.25, 3, (x: Switches) => x[0]! * x[1]! * x[2]!],
  ['a vote', 0.375, 5, (x: Switches) => (x[0]! + x[1]! + x[2]! + x[3]! + x[4]! >= 3 ? 1 : 0)],
] as const)(
  'answers of 0 and 1 by %s, which a logistic function can follow in a few samples, are known as well as said',
  async (_, effect, many, f) => {
    // Of k switches that all must be on, 2 · 2^−k; of the middle one of five, the chance that the others tie.
    let held = 0
    let all = 0
    for (let seed = 0; seed < 20; seed++) {
      const { labels } = await explainDesign(
        (rows) => rows.map((x) => [1 - f(x), f(x)]),
        28,
        { sampling: 'factorial', numSamples: 'auto', maxSamples: 600, labels: [1] },
        { mode: 'classification' },
        undefined,
        seed,
      )
      for (const { feature, weight, interval, standardError } of labels[0]!.weights) {
        const truth = feature < many ? effect : 0
        all++
        if (interval![0] <= truth && truth <= interval![1]) held++
        expect(Math.abs(weight - truth)).toBeLessThan(6 * standardError!)
      }
    }
    expect(all).toBe(20 * 28)
    expect(held / all).toBeGreaterThanOrEqual(0.92)
    expect(held / all).toBeLessThanOrEqual(0.98)
  },
)

describe('a factorial design of few features', () => {
  const f = models(3)['a logistic model with interactions']!
  const truth = effects(f, 9, 0.5)
  const explained = (numSamples: number, seed: number) =>
    explainDesign(
      (rows) => rows.map((x) => [1 - f(x), f(x)]),
      9,
      { sampling: 'factorial', numSamples, labels: [1] },
      { mode: 'classification' },
      undefined,
      seed,
    )

  it('is exact with all pairs, and draws none twice before', async () => {
    const { labels, diagnostics } = await explained(513, 4)
    // All 2⁹ rows, and the instance for itself and once more.
    expect(diagnostics.modelCalls).toBe(513)
    for (const { feature, weight, standardError } of labels[0]!.weights) {
      expect(weight).toBeCloseTo(truth[feature]!, 12)
      expect(standardError).toBe(0)
    }
  })

  it('has intervals that narrow as the pairs come to an end', async () => {
    let held = 0
    let all = 0
    for (let seed = 0; seed < 60; seed++) {
      const { labels } = await explained(301, seed)
      for (const { feature, interval } of labels[0]!.weights) {
        all++
        if (interval![0] <= truth[feature]! && truth[feature]! <= interval![1]) held++
      }
    }
    expect(held / all).toBeGreaterThanOrEqual(0.92)
    expect(held / all).toBeLessThanOrEqual(0.98)
  })
})

it('a single block of a factorial design does not say how well its effects are known', async () => {
  // Three switches together are another column of the block: their effect would be taken for that one's, for certain.
  const f = (x: Switches) => 4 * x[0]! * x[1]! * x[2]!
  for (let seed = 0; seed < 20; seed++) {
    const { labels } = await explainDesign(
      (rows) => rows.map(f),
      28,
      { sampling: 'factorial', numSamples: 65 },
      {},
      undefined,
      seed,
    )
    expect(labels[0]!.weights.every(({ interval }) => interval === undefined)).toBe(true)
    const auto = await explainDesign(
      (rows) => rows.map(f),
      28,
      { sampling: 'factorial', numSamples: 'auto' },
      {},
      undefined,
      seed,
    )
    expect(auto.diagnostics.samples).toBeGreaterThan(65)
    // A whole each of 0, 1 and 2.
    for (const { feature, weight } of auto.labels[0]!.weights) {
      expect(Math.abs(weight - (feature < 3 ? 1 : 0))).toBeLessThan(0.2)
    }
  }
})
