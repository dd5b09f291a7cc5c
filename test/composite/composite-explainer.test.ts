import { describe, expect, it } from 'vitest'
import { parseExplanation } from '../../src/contract/schema.ts'
import {
  CompositeExplainer,
  ImageExplainer,
  type Matrix,
  RandomState,
  type RasterImage,
  SeriesExplainer,
  type TableRow,
  TabularExplainer,
  TextExplainer,
  type TextInput,
} from '../../src/index.ts'
import { renderHtml, renderSeriesSvg, renderSvg, renderTerminal } from '../../src/render/index.ts'

const rows = Array.from({ length: 60 }, (_, i) => [i % 12, (i * 7) % 30])

/** Two sensors of different rates, a note, and a row of readings. */
function parts(discretizeContinuous = true) {
  return {
    pressure: new SeriesExplainer({ numSegments: 4, replacement: 'zero', samplingRate: 100 }),
    flow: new SeriesExplainer({ numSegments: 2, replacement: 'zero' }),
    note: new TextExplainer(),
    reading: new TabularExplainer(rows, {
      featureNames: ['temperature', 'age'],
      discretizeContinuous,
    }),
  }
}

const instance = {
  pressure: Array.from({ length: 40 }, (_, t) => t),
  flow: [1, 2, 3, 4],
  note: 'valve leaks badly',
  reading: [3, 20],
}

interface Input {
  readonly pressure: Matrix
  readonly flow: Matrix
  readonly note: TextInput
  readonly reading: unknown
}

/** 0.1 Σ pressure of steps 10–20 + 5 for "leaks" + Σ flow of steps 2–4. */
function model(batch: readonly Input[]): number[] {
  return batch.map(({ pressure, flow, note }) => {
    const sum = pressure.data.subarray(10, 20).reduce((a, b) => a + b, 0)
    return 0.1 * sum + (String(note).includes('leaks') ? 5 : 0) + flow.data[2]! + flow.data[3]!
  })
}

describe('CompositeExplainer', () => {
  it('ranks the features of all parts together, and recovers an additive model exactly', async () => {
    const explainer = new CompositeExplainer(parts(), { mode: 'regression', randomState: 7 })
    const explanation = await explainer.explain(instance, model, {
      surrogate: 'ols',
      numSamples: 800,
    })
    const weights = new Map(explanation.asList())
    expect([...weights.keys()].slice(0, 3)).toEqual([
      'pressure: 100–200 ms',
      'flow: 2–4',
      'note: leaks',
    ])
    // Σ 10…19 = 145.
    expect(weights.get('pressure: 100–200 ms')).toBeCloseTo(14.5, 8)
    expect(weights.get('flow: 2–4')).toBeCloseTo(7, 8)
    expect(weights.get('note: leaks')).toBeCloseTo(5, 8)
    for (const [name, weight] of [...weights].slice(3)) {
      expect(weight, name).toBeCloseTo(0, 8)
    }
  })

  it('keeps the kinds of its parts, so that each is drawn as its kind', async () => {
    const explainer = new CompositeExplainer(parts(), { mode: 'regression' })
    const explanation = await explainer.explain(instance, model)
    parseExplanation(JSON.parse(JSON.stringify(explanation)))
    expect(explanation.domain).toBe('composite')
    const { instance: whole, features } = explanation
    if (whole.kind !== 'composite') throw new Error('no composite')
    expect(whole.parts.map(({ name, instance: { kind } }) => [name, kind])).toEqual([
      ['pressure', 'series'],
      ['flow', 'series'],
      ['note', 'text'],
      ['reading', 'tabular'],
    ])
    expect(features.map(({ of, part }) => [of, part.kind])).toEqual([
      ...new Array(4).fill([0, 'series']),
      ...new Array(2).fill([1, 'series']),
      ...new Array(3).fill([2, 'text']),
      ...new Array(2).fill([3, 'tabular']),
    ])
    expect(renderHtml(explanation)).toContain('leaks')
    expect(renderSvg(explanation)).toContain('flow: 2–4')
    expect(renderTerminal(explanation)).toContain('note: leaks')
    expect(renderSeriesSvg(explanation, { part: 1 })).toContain('<svg')
  })

  it('explains a photo, a title and a price together, each drawn as its kind', async () => {
    const explainer = new CompositeExplainer(
      {
        photo: new ImageExplainer({ randomState: 1 }),
        title: new TextExplainer(),
        facts: new TabularExplainer(rows, { featureNames: ['price', 'rooms'] }),
      },
      { mode: 'regression' },
    )
    const photo: RasterImage = {
      data: new Uint8Array(32 * 32).fill(10),
      width: 32,
      height: 32,
      channels: 1,
    }
    for (let at = 0; at < 512; at++) photo.data[at] = 200
    const explanation = await explainer.explain(
      { photo, title: 'sunny flat', facts: [5, 20] },
      (batch) =>
        batch.map(({ photo: seen, title, facts }) => {
          const sunny = String(title).includes('sunny') ? 3 : 0
          return seen.data[0]! / 100 + sunny + (facts as number[])[0]! / 100
        }),
      { numSamples: 400 },
    )
    parseExplanation(JSON.parse(JSON.stringify(explanation)))
    expect(explanation.asList()[0]![0]).toBe('title: sunny')
    expect(new Set(explanation.features.map(({ of, part }) => `${of} ${part.kind}`))).toEqual(
      new Set(['0 image', '1 text', '2 tabular']),
    )
    const html = renderHtml(explanation)
    for (const words of ['photo', 'title: sunny', 'facts']) expect(html).toContain(words)
  })

  it('hands the model the instance itself first', async () => {
    const explainer = new CompositeExplainer(parts(), { mode: 'regression' })
    let first: Input | undefined
    await explainer.explain(
      instance,
      (batch: readonly Input[]) => {
        first ??= batch[0]
        return model(batch)
      },
      { numSamples: 20 },
    )
    expect(first).toEqual({
      pressure: { data: Float64Array.from(instance.pressure), rows: 40, cols: 1 },
      flow: { data: Float64Array.from(instance.flow), rows: 4, cols: 1 },
      note: instance.note,
      reading: instance.reading,
    })
  })

  it('measures switches by cosine, and tables without bins among them as tables are', async () => {
    const bits = await new CompositeExplainer(parts(), { mode: 'regression' }).explain(
      instance,
      model,
    )
    expect(bits.options).toMatchObject({ distanceMetric: 'cosine', kernelWidth: 0.25 })
    const dense = await new CompositeExplainer(parts(false), { mode: 'regression' }).explain(
      instance,
      model,
    )
    expect(dense.options).toMatchObject({
      distanceMetric: 'euclidean',
      kernelWidth: 0.75 * Math.sqrt(11),
    })
    expect(bits.options.parts).toMatchObject({
      pressure: { replacement: 'zero' },
      note: { bow: true },
      reading: { discretizer: 'quartile' },
    })
  })

  it('is the same for the same seed whatever came before, and differs between parts of one kind', async () => {
    const explainer = new CompositeExplainer(
      { a: new SeriesExplainer({ numSegments: 8 }), b: new SeriesExplainer({ numSegments: 8 }) },
      { mode: 'regression', randomState: 5 },
    )
    const series = { a: instance.pressure, b: instance.pressure }
    const sum = (batch: readonly { a: Matrix; b: Matrix }[]) =>
      batch.map(({ a, b }) => a.data[3]! - 2 * b.data[38]!)
    const options = { numSamples: 30, keepNeighbourhood: true }
    const one = await explainer.explain(series, sum, options)
    const two = await explainer.explain(series, sum, options)
    expect(two.neighbourhood).toEqual(one.neighbourhood)
    const halves = one
      .neighbourhood!.interpretable.slice(1)
      .map((row) => [row.slice(0, 8), row.slice(8)])
    expect(halves.some(([a, b]) => a!.join() !== b!.join())).toBe(true)
  })

  it('leaves a part’s own draws alone: alone it explains as it did before', async () => {
    const own = new RandomState(1)
    const part = new TabularExplainer(rows, { randomState: 3 })
    const whole = new CompositeExplainer({ part }, { mode: 'regression', randomState: own })
    const byRow = (batch: readonly TableRow[]) => batch.map((row) => [0, (row as number[])[0]!])
    const before = await part.explain([3, 20], byRow, { labels: [1] })
    await whole.explain({ part: [3, 20] }, (batch) =>
      batch.map(({ part: row }) => (row as number[])[0]!),
    )
    expect((await part.explain([3, 20], byRow, { labels: [1] })).asList(1)).toEqual(
      before.asList(1),
    )
  })

  it('refuses parts and instances that do not fit, with the nearest name', async () => {
    expect(() => new CompositeExplainer({})).toThrow(/got no parts/)
    expect(() => new CompositeExplainer({ a: {} as SeriesExplainer })).toThrow(/parts\.a/)
    const nested = new CompositeExplainer({ a: new TextExplainer() })
    expect(() => new CompositeExplainer({ nested })).toThrow(/a CompositeExplainer/)
    const explainer = new CompositeExplainer(parts(), { mode: 'regression' })
    const { note, ...rest } = instance
    await expect(explainer.explain(rest as never, model)).rejects.toMatchObject({
      code: 'data',
      where: 'CompositeExplainer.explain, instance.note',
    })
    await expect(explainer.explain({ ...rest, notes: note } as never, model)).rejects.toMatchObject(
      {
        remedy: 'Did you mean note?',
      },
    )
    await expect(explainer.explain({ ...instance, flow: [] }, model)).rejects.toMatchObject({
      got: 'a series of length 0',
    })
  })
})
