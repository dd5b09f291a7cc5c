import { describe, expect, it } from 'vitest'
import type { Explanation } from '../../src/contract/explanation.ts'
import { TextExplainer } from '../../src/index.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { explainDesign, logistic } from './switches.ts'

type Switches = readonly number[]

const codes = ({ diagnostics }: Explanation) => diagnostics.warnings.map(({ code }) => code)

/** The effect of the three switches 0, 2 and 4 together is q² on each, and a linear part. */
const product = (x: Switches) => x[0]! * x[2]! * x[4]! + 0.5 * x[1]! - 0.3 * x[3]!

describe('intervals', () => {
  /** The share of 95 % intervals that hold the true effect, over seeds and features. */
  async function coverage(
    sampling: 'lime' | 'glime' | 'factorial',
    numSamples: number,
    d: number,
    truth: readonly number[],
    model: (rows: readonly Switches[]) => number[],
  ): Promise<number> {
    let held = 0
    let all = 0
    for (let seed = 0; seed < 120; seed++) {
      const { labels } = await explainDesign(
        model,
        d,
        { sampling, numSamples, ...(sampling === 'lime' && { surrogate: 'ols' as const }) },
        sampling === 'glime'
          ? { kernelWidth: 1 }
          : sampling === 'lime'
            ? { kernel: (x) => x.map(() => 1) }
            : {},
        undefined,
        seed,
      )
      for (const { feature, interval } of labels[0]!.weights) {
        all++
        if (interval![0] <= truth[feature]! && truth[feature]! <= interval![1]) held++
      }
    }
    return held / all
  }

  // Closed form 4: q² on the three, q the chance of a switch to be on.
  const q = 1 / (1 + Math.exp(-0.5))
  const truth = (chance: number, d: number) =>
    Array.from({ length: d }, (_, j) => [chance ** 2, 0.5, chance ** 2, -0.3, chance ** 2][j] ?? 0)

  it.each([
    ['glime', 200, q],
    ['glime', 1000, q],
    ['lime', 300, 0.5],
    ['factorial', 301, 0.5],
    ['factorial', 1001, 0.5],
  ] as const)(
    'of 95 %% hold the truth in 92 to 98 %% of cases: %s, %i samples',
    async (sampling, n, chance) => {
      const d = 20
      const share = await coverage(sampling, n, d, truth(chance, d), (rows) => rows.map(product))
      expect(share).toBeGreaterThanOrEqual(0.92)
      expect(share).toBeLessThanOrEqual(0.98)
    },
    60_000,
  )

  it('call what they cannot tell apart in rank tied, and nothing else', async () => {
    const { labels } = await explainDesign(
      (rows) => rows.map((x) => 3 * x[0]! + x[1]! + x[2]! + 0.2 * x[3]! * x[4]! * x[5]!),
      16,
      { sampling: 'factorial', numSamples: 101 },
    )
    const tied = new Map(labels[0]!.weights.map((one) => [one.feature, one.tied]))
    expect(tied.get(0)).toBeUndefined()
    expect(tied.get(1)).toBe(true)
    expect(tied.get(2)).toBe(true)
  })
})

describe("numSamples: 'auto'", () => {
  const d = 16
  const beta = Array.from({ length: d }, (_, j) => Math.cos(j))
  const model = (rows: readonly Switches[]) =>
    rows.map((x) => Math.tanh(x.reduce((sum, bit, j) => sum + beta[j]! * bit, -1)))

  it('stops when every weight is known to the tolerance, later for a finer one', async () => {
    const counts: number[] = []
    for (const tolerance of [0.05, 0.02, 0.01]) {
      const explanation = await explainDesign(model, d, {
        sampling: 'factorial',
        numSamples: 'auto',
        tolerance,
        maxSamples: 20_000,
      })
      const { weights } = explanation.labels[0]!
      const values = weights.map(({ weight }) => weight)
      const range = Math.max(0, ...values) - Math.min(0, ...values)
      const most = Math.max(...weights.map(({ standardError }) => standardError!))
      expect(most / range).toBeLessThanOrEqual(tolerance)
      expect(codes(explanation)).not.toContain('not-settled')
      counts.push(explanation.diagnostics.samples)
    }
    expect(counts[2]).toBeGreaterThan(counts[1]!)
    expect(counts[1]).toBeGreaterThanOrEqual(counts[0]!)
  })

  it('stops at maxSamples and says what is left open', async () => {
    const explanation = await explainDesign(model, d, {
      sampling: 'factorial',
      numSamples: 'auto',
      tolerance: 1e-6,
      maxSamples: 300,
    })
    expect(explanation.diagnostics.samples).toBeLessThanOrEqual(301)
    expect(codes(explanation)).toContain('not-settled')
    expect(explanation.options).toMatchObject({
      numSamples: 'auto',
      tolerance: 1e-6,
      maxSamples: 300,
    })
  })

  it('keeps all samples: no question is asked twice but one, the instance', async () => {
    const asked: string[] = []
    const { diagnostics } = await explainDesign(
      (rows) => {
        asked.push(...rows.map((row) => row.join('')))
        return model(rows)
      },
      d,
      { sampling: 'glime', numSamples: 'auto', tolerance: 0.015 },
    )
    expect(asked.length).toBe(diagnostics.modelCalls)
    expect(new Set(asked).size).toBe(asked.length - 1)
    expect(diagnostics.samples).toBeGreaterThan(100)
  })

  it('gives the same answer again, and the same with explanations in between', async () => {
    const options = { sampling: 'factorial', numSamples: 'auto' } as const
    const { diagnostics: _, ...one } = await explainDesign(model, d, options)
    const { diagnostics: __, ...two } = await explainDesign(model, d, {
      ...options,
      onPartial: () => {},
    })
    expect(two).toEqual(one)
  })
})

describe('sampling by itself', () => {
  const linear = (rows: readonly Switches[]) =>
    rows.map((x) => x.reduce((sum, bit, j) => sum + bit / (j + 1), 0))

  it.each([
    [1, 'exhaustive', /1 features have 2 combinations/],
    [6, 'exhaustive', /64 combinations/],
    [30, 'factorial', /ample for 30 features/],
    [3000, 'glime', /few for 3000 features/],
  ] as const)('for %i features is %s, and says why', async (d, sampling, why) => {
    const { options, labels } = await explainDesign(linear, d, {
      sampling: 'auto',
      numSamples: 'auto',
    })
    expect(options.sampling).toBe(sampling)
    expect(options.samplingReason).toMatch(why)
    expect(labels[0]!.weights[0]).toMatchObject({ feature: 0, weight: expect.closeTo(1, 6) })
  })

  it('is LIME’s own where a kernel or distance is asked for', async () => {
    for (const [options, fixed] of [
      [{}, { kernelWidth: 1 }],
      [{ distanceMetric: 'euclidean' }, {}],
      [{}, { kernelWidth: 'auto' }],
    ] as const) {
      const explanation = await explainDesign(
        linear,
        30,
        { sampling: 'auto', numSamples: 500, ...options },
        fixed,
      )
      expect(explanation.options.sampling).toBe('lime')
    }
  })

  it('refuses what does not fit', async () => {
    await expect(
      explainDesign(linear, 12, { sampling: 'exhaustive', numSamples: 100 }),
    ).rejects.toThrow(/at least 2\^12 = 4096 samples/)
    await expect(explainDesign(linear, 40, { sampling: 'exhaustive' })).rejects.toThrow(
      /at most 20 features/,
    )
    await expect(explainDesign(linear, 12, { sampling: 'conditional' })).rejects.toThrow(/a table/)
    await expect(
      explainDesign(linear, 12, { numSamples: 'auto' }, { compatibility: 'python' }),
    ).rejects.toThrow(/beside compatibility: 'python'/)
    await expect(
      explainDesign(linear, 12, { sampling: 'factorial', link: 'logit' }),
    ).rejects.toThrow(/of a regression, expected probabilities/)
  })
})

describe('models that make it hard', () => {
  it('with noise of their own are found out by a second question about the instance', async () => {
    const random = new RandomState(1)
    const noisy = await explainDesign(
      (rows) => rows.map((x) => x[0]! + 0.5 * random.normal()),
      12,
      { sampling: 'factorial', numSamples: 'auto' },
    )
    expect(codes(noisy)).toContain('noisy-model')
    const steady = await explainDesign((rows) => rows.map((x) => x[0]!), 12, {
      sampling: 'factorial',
      numSamples: 'auto',
    })
    expect(codes(steady)).toEqual([])
  })

  it('constant ones have no effects, after few questions', async () => {
    const explanation = await explainDesign((rows) => rows.map(() => 3), 30, {
      sampling: 'auto',
      numSamples: 'auto',
    })
    expect(codes(explanation)).toEqual(['no-local-effect'])
    expect(explanation.labels[0]!.weights).toEqual([])
    expect(explanation.diagnostics.modelCalls).toBeLessThan(100)
  })

  it('answer with NaN for some samples, whose complements go too', async () => {
    const explanation = await explainDesign(
      (rows) =>
        rows.map((x) =>
          x[1]! + x[2]! + x[3]! + x[4]! + x[5]! + x[6]! === 0 ? Number.NaN : 2 * x[0]!,
        ),
      12,
      { sampling: 'factorial', numSamples: 801 },
    )
    expect(codes(explanation)).toContain('samples-dropped')
    expect(explanation.diagnostics.samples % 2).toBe(1)
    expect(explanation.labels[0]!.weights[0]).toMatchObject({ weight: expect.closeTo(2, 9) })
  })

  it('and budgets below the number of features are said, and fitted sparsely', async () => {
    const d = 200
    const explanation = await explainDesign(
      (rows) => rows.map((x) => 3 * x[17]! - 2 * x[101]!),
      d,
      { sampling: 'auto', numSamples: 100, numFeatures: 10 },
    )
    expect(codes(explanation)).toContain('fewer-samples-than-features')
    const { weights } = explanation.labels[0]!
    expect(weights.slice(0, 2).map(({ feature }) => feature)).toEqual([17, 101])
    expect(weights[0]!.weight).toBeCloseTo(3, 6)
  })

  it('a text of 10,000 words', async () => {
    const text = Array.from({ length: 10_000 }, (_, i) => `w${i}`).join(' ')
    const explanation = await new TextExplainer().explain(
      text,
      (texts) =>
        texts.map((one) => {
          const p = 0.1 + (/\bw77\b/.test(one) ? 0.5 : 0) + (/\bw4242\b/.test(one) ? 0.3 : 0)
          return [1 - p, p]
        }),
      { sampling: 'auto', numSamples: 'auto', maxSamples: 400, labels: [1], numFeatures: 5 },
    )
    expect(codes(explanation)).toContain('fewer-samples-than-features')
    expect(
      explanation
        .asList(1)
        .slice(0, 2)
        .map(([name]) => name),
    ).toEqual(['w77', 'w4242'])
  })
})

describe("link: 'logit'", () => {
  it('makes a saturated logistic model linear', async () => {
    const weights = [9, -4, 2, 1, 0, 3]
    const explanation = await explainDesign(
      logistic(weights, -2),
      6,
      { sampling: 'exhaustive', link: 'logit', labels: [1] },
      { mode: 'classification' },
    )
    for (const { feature, weight } of explanation.labels[0]!.weights) {
      expect(weight).toBeCloseTo(weights[feature]!, 6)
    }
    expect(explanation.options.link).toBe('logit')
  })
})

describe("kernelWidth: 'auto'", () => {
  const around = (width: number | 'auto', sharp: number) => {
    const explainer = new TextExplainer({ kernelWidth: width })
    const text = Array.from({ length: 12 }, (_, i) => `w${i}`).join(' ')
    return explainer.explain(
      text,
      (texts) =>
        texts.map((one) => {
          const kept = one.split(' ').filter(Boolean).length
          const p = 1 / (1 + Math.exp(-sharp * (kept - 10)))
          return [1 - p, p]
        }),
      { labels: [1], numSamples: 3000, numFeatures: 12 },
    )
  }

  it('is the widest at which the surrogate holds: wide for a smooth model, narrow for a sharp one', async () => {
    const smooth = await around('auto', 0.05)
    const sharp = await around('auto', 2)
    expect(smooth.options.kernelWidth).toBe(100)
    expect(sharp.options.kernelWidth as number).toBeLessThan(25)
    expect(sharp.labels[0]!.score).toBeGreaterThan((await around(25, 2)).labels[0]!.score)
    expect(sharp.diagnostics.modelCalls).toBe((await around(25, 2)).diagnostics.modelCalls)
  })
})
