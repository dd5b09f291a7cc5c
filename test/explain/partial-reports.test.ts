import { describe, expect, it } from 'vitest'
import { PredictorError } from '../../src/contract/errors.ts'
import type { Explanation } from '../../src/contract/explanation.ts'
import { parseExplanation } from '../../src/contract/schema.ts'
import { explainSwitches, logistic, switches } from './switches.ts'

const weights = [2, -1, 0.5, 0.1, 0, 0, 0, 0, 0, 0, 1, -2]
const many = switches(1000, 12)

/** A model that fails after so many instances. */
function failing(after: number) {
  let seen = 0
  return (rows: readonly (readonly number[])[]) => {
    seen += rows.length
    if (seen > after) throw new Error('out of quota')
    return logistic(weights)(rows)
  }
}

describe('explanations in between', () => {
  it('come after 64 answers and at least at each doubling, each on more samples, whole and valid', async () => {
    const seen: Explanation[] = []
    const last = await explainSwitches(
      logistic(weights),
      { batchSize: 16, numSamples: 1000, onPartial: (one) => seen.push(one) },
      {},
      many,
    )
    const samples = seen.map(({ diagnostics }) => diagnostics.samples)
    expect(samples.length).toBeGreaterThan(0)
    expect(samples).toEqual([...samples].sort((a, b) => a - b))
    expect(new Set(samples).size).toBe(samples.length)
    for (const one of seen) {
      expect(() => parseExplanation(JSON.parse(JSON.stringify(one)))).not.toThrow()
      expect(one.prediction).toEqual(last.prediction)
    }
  })

  it('do not change the last one', async () => {
    const { diagnostics: _, ...alone } = await explainSwitches(logistic(weights), {}, {}, many)
    const { diagnostics: __, ...watched } = await explainSwitches(
      logistic(weights),
      { onPartial: () => {} },
      {},
      many,
    )
    expect(watched).toEqual(alone)
  })

  it('go with the error where the model fails in the middle', async () => {
    const seen: Explanation[] = []
    const error = await explainSwitches(
      failing(300),
      { batchSize: 50, onPartial: (one) => seen.push(one) },
      {},
      many,
    ).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(PredictorError)
    const partial = (error as PredictorError).partial!
    expect(partial.diagnostics.modelCalls).toBe(300)
    expect(partial.diagnostics.samples).toBeGreaterThanOrEqual(300)
    expect(partial.labels[0]!.weights[0]!.feature).toBe(0)
    expect(seen.at(-1)).toBe(partial)
    // Errors are often logged as JSON: the explanation does not blow that up.
    expect(JSON.stringify(error)).not.toMatch(/diagnostics/)
  })

  it('are absent where there is too little to explain', async () => {
    const error = await explainSwitches(failing(5), { batchSize: 5 }, {}, many).catch((one) => one)
    expect(error).toBeInstanceOf(PredictorError)
    expect((error as PredictorError).partial).toBeUndefined()
  })

  it('go with the reason of an abort', async () => {
    const controller = new AbortController()
    let batches = 0
    const error = await explainSwitches(
      (rows) => {
        if (++batches === 5) controller.abort()
        return logistic(weights)(rows)
      },
      { batchSize: 50, signal: controller.signal },
      {},
      many,
    ).catch((one) => one)
    expect(error).toBe(controller.signal.reason)
    expect((error.partial as Explanation).diagnostics.samples).toBeGreaterThanOrEqual(200)
  })
})

describe('samples without a finite answer', () => {
  const gaps = (share: number) => (rows: readonly (readonly number[])[]) =>
    rows.map((row, i) => {
      const [a, b] = logistic(weights)([row])[0]!
      const bad = row.includes(0) && i % Math.round(1 / share) === 3
      return [a!, bad ? Number.NaN : b!]
    })

  it('are left out, counted and said, up to one in twenty', async () => {
    const { diagnostics, labels } = await explainSwitches(gaps(0.02), { batchSize: 50 }, {}, many)
    const warning = diagnostics.warnings.find(({ code }) => code === 'samples-dropped')!
    const dropped = Number(/^(\d+) of 1000/.exec(warning.message)![1])
    expect(dropped).toBeGreaterThan(10)
    expect(diagnostics.samples).toBe(1000 - dropped)
    expect(labels[0]!.weights.every(({ weight }) => Number.isFinite(weight))).toBe(true)
  })

  it('are an error beyond that, and for the instance itself', async () => {
    await expect(explainSwitches(gaps(0.1), { batchSize: 50 }, {}, many)).rejects.toThrow(
      /NaN in row 3, column 1, expected finite/,
    )
    await expect(
      explainSwitches((rows) => rows.map(() => [Number.NaN, 1]), {}, {}, many),
    ).rejects.toThrow(/NaN in row 0, column 0/)
  })

  it('are an error at once in the reference mode', async () => {
    await expect(
      explainSwitches(gaps(0.02), { batchSize: 50 }, { compatibility: 'python' }, many),
    ).rejects.toThrow(/expected finite/)
  })
})
