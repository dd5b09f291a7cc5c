import { describe, expect, it } from 'vitest'
import { EXPLANATION_SCHEMA, Explanation } from '../../src/contract/explanation.ts'
import type { Warning } from '../../src/contract/progress.ts'
import { parseExplanation } from '../../src/contract/schema.ts'
import { explainSwitches, logistic, switches } from './switches.ts'

const weights = [2, -1, 0.5, 0.1]

describe('the pipeline', () => {
  it('answers with an explanation of the schema, which survives JSON', async () => {
    const explanation = await explainSwitches(logistic(weights), { keepNeighbourhood: true })
    expect(explanation).toBeInstanceOf(Explanation)
    expect(explanation.schema).toBe(EXPLANATION_SCHEMA)
    const again = parseExplanation(JSON.parse(JSON.stringify(explanation)))
    expect(again).toEqual(explanation)
  })

  it('finds the effects of a linear model whatever the kernel’s width, and a local fit of R² 1', async () => {
    // Closed form 3 (SCIENCE.md): linear f has exactly its coefficients; ols has no penalty to bend them.
    const model = (rows: readonly (readonly number[])[]) =>
      rows.map(([a, b, c, d]) => 3 + 2 * a! - b! + 0.5 * c! + 0 * d!)
    for (const kernelWidth of [0.5, 1, 10]) {
      const { labels } = await explainSwitches(
        model,
        { surrogate: 'ols', numSamples: 500 },
        { mode: 'regression', kernelWidth },
      )
      const [fit] = labels
      const found = new Map(fit!.weights.map(({ feature, weight }) => [feature, weight]))
      expect(found.get(0)).toBeCloseTo(2, 9)
      expect(found.get(1)).toBeCloseTo(-1, 9)
      expect(found.get(2)).toBeCloseTo(0.5, 9)
      expect(found.get(3)).toBeCloseTo(0, 9)
      expect(fit!.intercept).toBeCloseTo(3, 9)
      expect(fit!.localPrediction).toBeCloseTo(4.5, 9)
      expect(fit!.score).toBeCloseTo(1, 9)
      expect(fit!.heldOutScore).toBeCloseTo(1, 9)
    }
  })

  it('names outputs by the explainer, else by the model, else by number', async () => {
    const named = { predict: logistic(weights), classNames: ['no', 'yes'] }
    expect((await explainSwitches(named)).classNames).toEqual(['no', 'yes'])
    expect((await explainSwitches(named, {}, { classNames: ['a', 'b'] })).classNames).toEqual([
      'a',
      'b',
    ])
    expect((await explainSwitches(logistic(weights))).classNames).toEqual(['0', '1'])
    const value = await explainSwitches((rows) => rows.map(([a]) => a!), {}, { mode: 'regression' })
    expect(value.classNames).toEqual(['prediction'])
  })

  it('takes the task from the explainer, else from the model', async () => {
    const regressor = { predict: logistic(weights), task: 'regression' as const }
    expect((await explainSwitches(regressor)).task).toBe('regression')
    expect((await explainSwitches(regressor, {}, { mode: 'classification' })).task).toBe(
      'classification',
    )
  })

  it('explains the predicted class by default, all outputs of a regressor, label 1 as Python does', async () => {
    const three = (rows: readonly (readonly number[])[]) =>
      rows.map(([a]) => [0.2, 0.1 + 0.1 * (1 - a!), 0.7 - 0.1 * (1 - a!)])
    expect((await explainSwitches(three)).labels.map(({ label }) => label)).toEqual([2])
    expect(
      (await explainSwitches(three, {}, { mode: 'regression' })).labels.map(({ label }) => label),
    ).toEqual([0, 1, 2])
    expect(
      (await explainSwitches(three, {}, { compatibility: 'python' })).labels.map(
        ({ label }) => label,
      ),
    ).toEqual([1])
  })

  it('gives regression Python’s pair of labels in the reference mode', async () => {
    const explanation = await explainSwitches(
      (rows) => rows.map(([a, b]) => 2 * a! - b!),
      {},
      { compatibility: 'python', mode: 'regression' },
    )
    expect(explanation.labels.map(({ label, name }) => [label, name])).toEqual([
      [1, 'positive'],
      [0, 'negative'],
    ])
    const [positive, negative] = explanation.labels
    expect(negative!.weights.map(({ weight }) => weight)).toEqual(
      positive!.weights.map(({ weight }) => -weight),
    )
    expect(negative!.intercept).toBe(positive!.intercept)
  })

  it('keeps the neighbourhood only on request', async () => {
    expect((await explainSwitches(logistic(weights))).neighbourhood).toBeUndefined()
    const { neighbourhood } = await explainSwitches(logistic(weights), { keepNeighbourhood: true })
    const { interpretable, outputs, distances, weights: kernel } = neighbourhood!
    expect(interpretable).toHaveLength(200)
    expect(interpretable[0]).toEqual([1, 1, 1, 1])
    interpretable.forEach((row, i) => {
      expect(outputs[i]).toEqual(logistic(weights)([row])[0])
      const off = row.filter((bit) => bit === 0).length
      expect(distances[i]).toBeCloseTo(Math.sqrt(off), 12)
      expect(kernel[i]).toBeCloseTo(Math.sqrt(Math.exp(-off / 4)), 12)
    })
  })

  it('writes down every option as it was used', async () => {
    const { options } = await explainSwitches(logistic(weights), {
      numFeatures: 2,
      surrogate: { type: 'ridge', alpha: 3 },
    })
    expect(options).toMatchObject({
      numFeatures: 2,
      numSamples: 200,
      kernelWidth: 2,
      kernel: 'exponential',
      featureSelection: 'auto',
      surrogate: { type: 'ridge', alpha: 3 },
      distanceMetric: 'euclidean',
      compatibility: 'sodalime',
    })
    const custom = await explainSwitches(
      logistic(weights),
      {
        distanceMetric: (row) => row.length,
        surrogate: {
          fit: () => ({
            intercept: 0,
            coefficients: [0, 0, 0, 0],
            predict: (X) => new Float64Array(X.rows),
          }),
        },
      },
      { kernel: (distances) => distances.map(() => 1) },
    )
    expect(custom.options).toMatchObject({
      kernel: 'custom',
      distanceMetric: 'custom',
      surrogate: 'custom',
    })
    expect(() => JSON.stringify(custom)).not.toThrow()
  })

  it('takes a kernel of one’s own and refuses weights that are none', async () => {
    const flat = await explainSwitches(
      logistic(weights),
      {},
      { kernel: (distances) => distances.map(() => 2) },
    )
    expect(flat.diagnostics.effectiveSampleSize).toBeCloseTo(200, 9)
    await expect(
      explainSwitches(logistic(weights), {}, { kernel: () => new Float64Array(3) }),
    ).rejects.toThrow(/got 3 weights, expected 200 weights/)
    await expect(
      explainSwitches(
        logistic(weights),
        {},
        { kernel: (distances) => distances.map((d) => 1 - d) },
      ),
    ).rejects.toThrow(/Switches, options\.kernel: got the weight -/)
    await expect(
      explainSwitches(
        logistic(weights),
        {},
        { kernel: (distances) => distances.map(() => Number.NaN) },
      ),
    ).rejects.toThrow(/got the weight NaN for the distance 0/)
  })
})

describe('diagnostics', () => {
  it('give the effective sample size (Σw)² / Σw²', async () => {
    const { diagnostics, neighbourhood } = await explainSwitches(logistic(weights), {
      keepNeighbourhood: true,
    })
    const w = neighbourhood!.weights
    const sum = w.reduce((total, one) => total + one, 0)
    const squares = w.reduce((total, one) => total + one * one, 0)
    expect(diagnostics.effectiveSampleSize).toBeCloseTo(sum ** 2 / squares, 9)
    expect(diagnostics.seconds).toBeGreaterThanOrEqual(diagnostics.modelSeconds!)
    expect(diagnostics.warnings).toEqual([])
  })

  const warningsOf = async (
    ...[model, options, fixed, around]: Parameters<typeof explainSwitches>
  ) => {
    const told: Warning[] = []
    const explanation = await explainSwitches(
      model,
      { ...options, onWarning: (one) => told.push(one) },
      fixed,
      around,
    )
    expect(told).toEqual(explanation.diagnostics.warnings)
    return { codes: told.map(({ code }) => code), told, explanation }
  }

  it('warn of a constant model once for each label, and rank nothing', async () => {
    const { codes, explanation } = await warningsOf((rows) => rows.map(() => [0.3, 0.7]), {
      topLabels: 2,
    })
    expect(codes).toEqual(['no-local-effect', 'no-local-effect'])
    for (const { weights: ranked, intercept, prediction, localPrediction } of explanation.labels) {
      expect(ranked).toEqual([])
      expect(intercept).toBeCloseTo(prediction, 12)
      expect(localPrediction).toBeCloseTo(prediction, 12)
    }
    expect(() => parseExplanation(JSON.parse(JSON.stringify(explanation)))).not.toThrow()
  })

  it('do not call a small effect on a large answer none', async () => {
    const { codes, explanation } = await warningsOf(
      (rows) => rows.map(([a]) => 1e6 + a!),
      { surrogate: 'ols' },
      { mode: 'regression' },
    )
    expect(codes).toEqual([])
    expect(explanation.labels[0]!.weights[0]!.weight).toBeCloseTo(1, 6)
  })

  it('warn where the kernel leaves few samples', async () => {
    const { codes, told } = await warningsOf(
      logistic(weights),
      {},
      { kernelWidth: 0.05 },
      switches(400, 10),
    )
    expect(codes[0]).toBe('low-effective-sample-size')
    expect(told[0]!.message).toMatch(/^Effective sample size 1 of 400: /)
  })

  it('hold where the kernel gives no weight to anything, or only to the instance', async () => {
    const none = await warningsOf(logistic(weights), {}, { kernel: (d) => d.map(() => 0) })
    expect(none.codes).toEqual(['low-effective-sample-size'])
    expect(none.explanation.diagnostics.effectiveSampleSize).toBe(0)
    const own = await warningsOf(
      logistic(weights),
      {},
      { kernel: (d) => d.map((x) => (x === 0 ? 1 : 0)) },
    )
    for (const { explanation } of [none, own]) {
      const [fit] = explanation.labels
      expect(fit!.weights.every(({ weight }) => weight === 0)).toBe(true)
      expect(fit!.intercept).toBeCloseTo(fit!.prediction, 12)
    }
  })

  it('warn of outputs that do not sum to 1, in classification only', async () => {
    const logits = (rows: readonly (readonly number[])[]) => rows.map(([a]) => [a! - 2, 3 * a!])
    expect((await warningsOf(logits)).codes).toEqual(['probabilities-do-not-sum-to-1'])
    expect((await warningsOf(logits, {}, { mode: 'regression' })).codes).toEqual([])
  })

  it('warn where the surrogate explains next to nothing', async () => {
    const parity = (rows: readonly (readonly number[])[]) =>
      rows.map((row) => row.reduce((sum, one) => sum + one, 0) % 2)
    const { codes, told } = await warningsOf(parity, {}, { mode: 'regression' }, switches(400, 10))
    expect(codes).toEqual(['poor-fit'])
    expect(told[0]!.message).toMatch(/explains only \d %/)
  })
})
