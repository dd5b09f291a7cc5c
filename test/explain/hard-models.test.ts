/** Models that make it hard, by every kind of instance, sampling and seed. */
import { describe, expect, it } from 'vitest'
import type { Explanation } from '../../src/contract/explanation.ts'
import {
  ImageExplainer,
  SeriesExplainer,
  TabularExplainer,
  TextExplainer,
} from '../../src/index.ts'
import { RandomState } from '../../src/math/random-state.ts'

type Numbers = ArrayLike<number>
type Options = { readonly [option: string]: unknown }
type Explain = (
  model: (x: number) => number[],
  options?: Options,
  seed?: number,
) => Promise<Explanation>

const random = new RandomState(11)
const rows = Array.from({ length: 60 }, () =>
  Float64Array.from({ length: 6 }, () => random.normal()),
)
const cities = Array.from({ length: 60 }, (_, i) =>
  ['a', 'b', 'c'].map((_, k) => 'xyz'[(i * (k + 2)) % 3]!),
)
const steps = Float64Array.from({ length: 60 }, (_, t) => Math.sin(t / 5))
const picture = {
  width: 24,
  height: 24,
  channels: 3 as const,
  data: Uint8ClampedArray.from({ length: 24 * 24 * 3 }, () => random.randint(0, 256)),
}

/** A number that depends on all of an instance. */
function digest(values: Numbers): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.sin(i + 1) * values[i]!
  return sum
}

const EXPLAIN: { readonly [kind: string]: Explain } = {
  'rows in bins': (f, options, randomState) =>
    new TabularExplainer(rows, { randomState: randomState! }).explain(
      rows[0]!,
      (batch: readonly Numbers[]) => batch.map((row) => f(digest(row))),
      options,
    ),
  'rows of numbers': (f, options, randomState) =>
    new TabularExplainer(rows, { randomState: randomState!, discretizeContinuous: false }).explain(
      rows[0]!,
      (batch: readonly Numbers[]) => batch.map((row) => f(digest(row))),
      options,
    ),
  'rows of categories': (f, options, randomState) =>
    new TabularExplainer(cities, { randomState: randomState! }).explain(
      cities[0]!,
      (batch: readonly (readonly string[])[]) =>
        batch.map((row) => f(digest(row.map((cell) => 'xyz'.indexOf(cell))))),
      options,
    ),
  texts: (f, options, randomState) =>
    new TextExplainer({ randomState: randomState! }).explain(
      'one two three four five six seven eight nine ten',
      (texts) => texts.map((text) => f(digest(Array.from(text, (c) => c.charCodeAt(0) / 100)))),
      options,
    ),
  pictures: (f, options, randomState) =>
    new ImageExplainer({ randomState: randomState! }).explain(
      picture,
      (batch) => batch.map(({ data }) => f(digest(data) / 5000)),
      { segmentation: { algorithm: 'grid', rows: 3, columns: 3 }, ...options },
    ),
  series: (f, options, randomState) =>
    new SeriesExplainer({ randomState: randomState! }).explain(
      steps,
      (batch) => batch.map(({ data }) => f(digest(data))),
      options,
    ),
}
const KINDS = Object.keys(EXPLAIN)
const codes = ({ diagnostics }: Explanation) => diagnostics.warnings.map(({ code }) => code)
const share = (p: number) => [1 - p, p]
const smooth = (x: number) => share(1 / (1 + Math.exp(-x)))
const CALLS: readonly Options[] = [
  {},
  { numSamples: 60 },
  { maxSamples: 150 },
  { sampling: 'lime', numSamples: 1200 },
  { method: 'shap', numSamples: 80 },
]

describe.each(KINDS)('%s', (kind) => {
  const explain = EXPLAIN[kind]!

  it.each(CALLS)(
    'of a model with noise of its own are said to be, of a steady one not: %o',
    async (call) => {
      for (const seed of [0, 5, 77]) {
        const noise = new RandomState([seed, 1])
        const loud = await explain(
          (x) => share(0.5 + 0.2 * Math.sin(x) + 0.4 * (noise.randomSample() - 0.5)),
          call,
          seed,
        )
        // Of a given number of LIME's own samples, up to a thousand, none is spent on a second question.
        const { options } = loud
        const spared = options.sampling === 'lime' && (options.numSamples as number) <= 1000
        if (!spared) expect(codes(loud)).toContain('noisy-model')
        const steady = await explain(smooth, call, seed)
        expect(codes(steady)).not.toContain('noisy-model')
      }
    },
  )

  it.each(CALLS)('of a constant model have no local effect and no ranking: %o', async (call) => {
    for (const seed of [1, 42]) {
      const found = await explain(() => [0.25, 0.75], call, seed)
      expect(codes(found)).toContain('no-local-effect')
      expect(found.labels[0]!.weights).toEqual([])
    }
  })

  it.each(CALLS)('leave out a few answers of NaN, and count them: %o', async (call) => {
    const counted = (every: number, from: number) => {
      let asked = 0
      return (x: number) => (asked++ % every === from ? [Number.NaN, Number.NaN] : smooth(x))
    }
    const found = await explain(counted(40, 30), call, 3)
    const { weights } = found.labels[0]!
    expect(weights.every(({ weight }) => Number.isFinite(weight))).toBe(true)
    if (found.diagnostics.modelCalls > 41) expect(codes(found)).toContain('samples-dropped')
    if (found.diagnostics.modelCalls < 9) return
    await expect(explain(counted(4, 3), call, 3)).rejects.toMatchObject({
      code: 'predictor-output',
      message: expect.stringMatching(/got NaN/),
    })
  })

  it('of fewer samples than features are said to be, and fit few', async () => {
    if (kind === 'rows of categories') return
    const found = await explain(smooth, { numSamples: 4, sampling: 'glime' }, 2).catch((error) => {
      expect(String(error)).toMatch(/features that are values/)
    })
    if (found === undefined) return
    expect(codes(found)).toContain('fewer-samples-than-features')
    expect(found.labels[0]!.weights).toHaveLength(1)
  })
})

describe('one feature', () => {
  it('has its whole effect, by every sampling that draws more than the instance', async () => {
    for (const call of [
      {},
      { sampling: 'factorial', numSamples: 20 },
      { method: 'shap' },
    ] as const) {
      const { labels } = await new TextExplainer().explain(
        'word',
        (texts) => texts.map((text) => share(text === 'word' ? 0.9 : 0.3)),
        { labels: [1], ...call },
      )
      expect(labels[0]!.weights).toHaveLength(1)
      expect(labels[0]!.weights[0]!.weight).toBeCloseTo(0.6, 6)
    }
    const column = rows.map((row) => [row[0]!])
    const table = await new TabularExplainer(column, { mode: 'regression' }).explain(
      column[0]!,
      (batch: readonly Numbers[]) => batch.map((row) => 2 * row[0]!),
    )
    expect(table.labels[0]!.weights).toHaveLength(1)
    expect(Number.isFinite(table.labels[0]!.weights[0]!.weight)).toBe(true)
  })
})

describe('Shapley values', () => {
  const d = 8
  const words = Array.from({ length: d }, (_, j) => `w${j}`)
  const value = (text: string) => {
    const on = (j: number) => Number(text.includes(`w${j}`))
    return 2 * on(0) + on(1) - on(2) * on(3) + 0.5 * on(4) * on(5) * on(6)
  }
  const explain = (numSamples: number, lost: (text: string) => boolean) =>
    new TextExplainer({ mode: 'regression' }).explain(
      words.join(' '),
      (texts) => texts.map((text) => (lost(text) ? Number.NaN : value(text))),
      { method: 'shap', numSamples },
    )
  const phi = ({ labels }: Explanation) => {
    const out = new Float64Array(d)
    for (const { feature, weight } of labels[0]!.weights) out[feature] = weight
    return out
  }
  // Of additive and pairwise games each takes half of what two have together, a third of what three have.
  const truth = [2, 1, -0.5, -0.5, 0.5 / 3, 0.5 / 3, 0.5 / 3, 0]

  it.each([256, 100])(
    'are near where some of %i coalitions have no answer, and sum to the prediction',
    async (n) => {
      let asked = 0
      const kept = new Map<string, boolean>()
      const lost = (text: string) => {
        const known =
          kept.get(text) ?? (text !== words.join(' ') && text.trim() !== '' && asked++ % 37 === 20)
        kept.set(text, known)
        return known
      }
      const found = await explain(n, lost)
      expect(codes(found)).toContain('samples-dropped')
      phi(found).forEach((value, j) => {
        expect(Math.abs(value - truth[j]!)).toBeLessThan(0.06)
      })
      expect(phi(found).reduce((sum, one) => sum + one, 0)).toBeCloseTo(value(words.join(' ')), 9)
    },
  )

  it('cannot be had without an answer with everything off', async () => {
    await expect(explain(100, (text) => text.trim() === '')).rejects.toThrow(/everything off/)
  })

  it('of more features than samples take more, and say so', async () => {
    const text = Array.from({ length: 60 }, (_, j) => `v${j}`).join(' ')
    const found = await new TextExplainer({ mode: 'regression' }).explain(
      text,
      (texts) => texts.map((one) => Number(one.includes('v7 '))),
      { method: 'shap', numSamples: 20 },
    )
    expect(codes(found)).toContain('more-samples-than-asked')
    expect(found.asList()[0]![0]).toBe('v7')
  })
})
