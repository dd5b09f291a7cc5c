import { describe, expect, it } from 'vitest'
import { type EvaluationRequest, evaluateMethods, type Method } from '../../src/evaluate/index.ts'
import { type Model, TabularExplainer, TextExplainer } from '../../src/index.ts'

const WORDS = { good: 0.3, bad: -0.25, fine: 0.1 } as const
const TEXTS = ['a good film with fine music and bad sound', 'good and fine, not bad at all']

/** Linear in its words, so that LIME can be perfect. */
const linear: Model<string> = (texts) =>
  texts.map((text) => {
    let p = 0.4
    for (const [word, weight] of Object.entries(WORDS)) {
      if (new RegExp(`\\b${word}\\b`).test(text)) p += weight
    }
    return [1 - p, p]
  })

function method(name: string, numSamples: number, model = linear): Method<string> {
  return {
    name,
    explain: (text, label, seed) =>
      new TextExplainer({ randomState: seed }).explain(text, model, {
        labels: [label],
        sampling: 'lime',
        numSamples,
        numFeatures: 10,
      }),
  }
}

function request(
  more: Partial<EvaluationRequest<string, string>> = {},
): EvaluationRequest<string, string> {
  return {
    explainer: new TextExplainer(),
    model: linear,
    instances: TEXTS,
    methods: [method('many', 2000), method('few', 30)],
    seeds: 3,
    numSamples: 300,
    kernel: { metric: 'cosine', scale: 100, width: () => 25 },
    ...more,
  }
}

describe('evaluateMethods', () => {
  it('finds a faithful method faithful, fewer samples worse, and chance far below both', async () => {
    const evaluation = await evaluateMethods(request())
    const [many, few, random] = evaluation.methods.map(({ measures }) => measures)
    expect(evaluation.methods.map(({ name }) => name)).toEqual(['many', 'few', 'random'])
    expect(many!.heldOutR2!.mean).toBeGreaterThan(0.99)
    expect(many!.faithfulness!.mean).toBeGreaterThan(0.99)
    expect(many!.infidelity!.mean).toBeLessThan(1e-3)
    expect(many!.abpc!.mean).toBeGreaterThan(random!.abpc!.mean)
    expect(few!.heldOutR2!.mean).toBeLessThan(many!.heldOutR2!.mean)
    expect(random!.heldOutR2!.mean).toBeLessThan(0.5)
    expect(Math.abs(random!.faithfulness!.mean)).toBeLessThan(0.9)
    expect(many!.jaccard!.mean).toBeGreaterThan(few!.jaccard!.mean - 1e-9)
    expect(many!.modelCalls!.count).toBe(2)
    expect(many!.maxSensitivity).toBeUndefined()
    expect(many!.objectShare).toBeUndefined()
  })

  it('gives the same numbers for the same seed, and JSON that says all', async () => {
    const once = await evaluateMethods(request())
    const twice = await evaluateMethods(request())
    expect(twice).toEqual(once)
    expect(JSON.parse(JSON.stringify(once))).toEqual(once)
    const other = await evaluateMethods(request({ randomState: 5 }))
    expect(other).not.toEqual(once)
  })

  it('measures nothing where the model does not change, and says so', async () => {
    const constant: Model<string> = (texts) => texts.map(() => [0.3, 0.7])
    const evaluation = await evaluateMethods(
      request({ model: constant, methods: [method('lime', 50, constant)] }),
    )
    expect(evaluation.withoutEffect).toBe(2)
    expect(evaluation.methods[0]!.measures).toEqual({})
  })

  it('measures sensitivity and localisation where it is told how', async () => {
    const rows = Array.from({ length: 80 }, (_, i) => [i / 80, ((i * 7) % 80) / 80, (i % 5) / 5])
    const explainer = new TabularExplainer(rows, { randomState: 1 })
    const model: Model<number[]> = (all) => all.map(([a]) => [1 - a!, a!])
    const evaluation = await evaluateMethods<number[], number[]>({
      explainer: explainer as never,
      model,
      instances: rows.slice(10, 13),
      methods: [
        {
          name: 'lime',
          explain: (row, label) => explainer.explain(row, model, { labels: [label] }),
        },
      ],
      seeds: 1,
      numSamples: 200,
      repeats: 5,
      kernel: { metric: 'euclidean', width: (d) => 0.75 * Math.sqrt(d) },
      nearby: (row, random) => row.map((value) => value + random.uniform(-1e-6, 1e-6)),
      coverage: () => ({ sizes: Float64Array.of(1, 1, 1), shares: Float64Array.of(1, 0, 0) }),
    })
    const { measures } = evaluation.methods[0]!
    expect(measures.objectShare!.mean).toBeGreaterThan(0.9)
    expect(measures.expectedShare!.mean).toBeCloseTo(1 / 3, 12)
    expect(measures.pointingGame!.mean).toBe(1)
    expect(measures.maxSensitivity!.mean).toBeLessThan(0.5)
    expect(measures.jaccard).toBeUndefined()
  })

  it('refuses what cannot be compared', async () => {
    const twice = request({ methods: [method('a', 20), method('a', 30)] })
    await expect(evaluateMethods(twice)).rejects.toThrow('a name of its own')
    const none = request({ instances: [] })
    await expect(evaluateMethods(none)).rejects.toThrow('at least one instance')
    const zero = request({ seeds: 0 })
    await expect(evaluateMethods(zero)).rejects.toThrow('options.seeds')
    const sentences = request({
      methods: [
        {
          name: 'sentences',
          explain: (text, label) =>
            new TextExplainer({ unit: 'sentence' }).explain(text, linear, { labels: [label] }),
        },
      ],
    })
    await expect(evaluateMethods(sentences)).rejects.toThrow('the same features')
  })

  it('stops when it is told to', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    stop.abort(reason)
    await expect(evaluateMethods(request({ signal: stop.signal }))).rejects.toBe(reason)
  })
})
