import { describe, expect, it } from 'vitest'
import type { Predictor } from '../../src/contract/predictor.ts'
import { RandomState, TabularExplainer } from '../../src/index.ts'

const random = new RandomState(3)
const rows = Array.from({ length: 300 }, () => [
  random.randomSample(),
  random.randomSample() * 10,
  random.randint(0, 3),
])
const categorical = rows.map(([a, , c]) => [Math.floor(a! * 3), c!])

/** A model that counts the rows it is asked about. */
function counting(immutable: boolean | undefined) {
  const asked: number[] = []
  const model: Predictor<readonly number[]> = {
    immutable,
    predict: (batch) => {
      asked.push(batch.length)
      return batch.map((row) => {
        const p = 1 / (1 + Math.exp(-row[0]! * 3 + 0.4 * row[1]!))
        return [1 - p, p]
      })
    },
  }
  return { asked, model }
}

const options = { sampling: 'lime', numSamples: 200, batchSize: 64 } as const

describe('samples that instances share', () => {
  it.each([
    ['bins', rows, {}],
    ['values', rows, { discretizeContinuous: false }],
    ['categories', categorical, { categoricalFeatures: [0, 1] }],
  ])('are asked about once, with %s, and give the same weights', async (_, data, more) => {
    const explainer = () => new TabularExplainer(data, { ...more, randomState: 5 })
    const [one, two] = [explainer(), explainer()]
    const kept = counting(true)
    const each = counting(undefined)
    for (const [i, row] of data.slice(0, 5).entries()) {
      const before = kept.asked.length
      const shared = await one.explain(row, kept.model, options)
      const own = await two.explain(row, each.model, options)
      expect(shared.labels).toEqual(own.labels)
      expect(shared.prediction).toEqual(own.prediction)
      if (i > 0) expect(kept.asked.slice(before)).toEqual([1])
      const again = await explainer().explain(row, counting(true).model, options)
      const timeless = ({ diagnostics: { seconds, modelSeconds, ...rest } }: typeof again) => rest
      expect(timeless(again)).toEqual(timeless(shared))
    }
  })

  it('are those of an unchanging model only, and of one explainer', async () => {
    const { asked, model } = counting(false)
    const explainer = new TabularExplainer(rows, { randomState: 5 })
    for (const row of rows.slice(0, 2)) await explainer.explain(row, model, options)
    expect(asked.reduce((sum, one) => sum + one, 0)).toBe(400)
    const kept = counting(true)
    for (const seed of [5, 5, 6]) {
      const other = new TabularExplainer(rows, { randomState: seed })
      await other.explain(rows[0]!, kept.model, options)
    }
    expect(kept.asked.reduce((sum, one) => sum + one, 0)).toBe(600)
  })

  it.each([
    ['a stream that goes on', { randomState: new RandomState(1) }],
    ['samples around the instance', { discretizeContinuous: false, sampleAroundInstance: true }],
    ['sigma', { sigma: 0.5 }],
  ])('are none with %s', async (_, more) => {
    const { asked, model } = counting(true)
    const explainer = new TabularExplainer(
      rows.map((row) => row.slice(0, 2)),
      more,
    )
    for (const row of rows.slice(0, 3)) await explainer.explain(row.slice(0, 2), model, options)
    expect(asked.reduce((sum, one) => sum + one, 0)).toBe(600)
  })

  it('are asked about again after the model failed, and left out where it has no answer', async () => {
    let fail = true
    const model: Predictor<readonly number[]> = {
      immutable: true,
      predict: (batch) => {
        if (fail && batch.length > 1) throw new Error('away')
        return batch.map((row) =>
          row[1]! > 9.8 ? [Number.NaN, Number.NaN] : [row[0]!, 1 - row[0]!],
        )
      },
    }
    const explainer = new TabularExplainer(rows, { randomState: 5 })
    const row = [0.5, 3, 1]
    await expect(explainer.explain(row, model, options)).rejects.toThrow('away')
    fail = false
    const first = await explainer.explain(row, model, options)
    const { model: honest } = counting(true)
    const again = await explainer.explain(row, model, options)
    expect(first.diagnostics.warnings.map(({ code }) => code)).toContain('samples-dropped')
    expect(again.labels).toEqual(first.labels)
    expect(again.diagnostics.samples).toBe(first.diagnostics.samples)
    expect((await explainer.explain(row, honest, options)).diagnostics.samples).toBe(200)
  })
})
