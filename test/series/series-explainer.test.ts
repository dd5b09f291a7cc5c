import { describe, expect, it } from 'vitest'
import { parseExplanation } from '../../src/contract/schema.ts'
import { type Matrix, RandomState, SeriesExplainer, type SeriesLike } from '../../src/index.ts'

/** f(x) = Σ_t w_t x_t over all channels. */
function linear(weights: Float64Array) {
  return (batch: readonly Matrix[]) =>
    batch.map(({ data }) => data.reduce((sum, value, at) => sum + value * weights[at]!, 0))
}

function walk(rows: number, cols: number, seed: number): Matrix {
  const random = new RandomState(seed)
  const data = new Float64Array(rows * cols)
  for (let at = 0; at < data.length; at++) data[at] = (data[at - cols] ?? 0) + random.normal()
  return { data, rows, cols }
}

describe('SeriesExplainer', () => {
  it.each([
    ['zero', false],
    ['linear', true],
    ['local-mean', false],
    ['noise', true],
    ['low-pass', false],
  ] as const)(
    'recovers a linear model exactly: replacement %s, per channel %s',
    async (replacement, perChannel) => {
      // SCIENCE, closed form 3. With z_j = 1 for "on", f = f(r) + Σ_j z_j Σ_{t in j} w_t (x_t − r_t).
      const series = walk(60, 2, 5)
      const weights = walk(60, 2, 6).data
      const explainer = new SeriesExplainer({
        replacement,
        perChannel,
        numSegments: 6,
        mode: 'regression',
      })
      const explanation = await explainer.explain(series, linear(weights), {
        surrogate: 'ols',
        numSamples: 400,
      })
      const { instance, features } = explanation
      if (instance.kind !== 'series') throw new Error('no series')
      expect(explanation.labels[0]!.weights).toHaveLength(perChannel ? 12 : 6)
      for (const { feature, weight } of explanation.labels[0]!.weights) {
        const { part } = features[feature]!
        if (part.kind !== 'series') throw new Error('no segment')
        let expected = 0
        for (const c of part.channels) {
          for (let t = part.start; t < part.end; t++) {
            expected +=
              weights[t * 2 + c]! * (instance.values[c]![t]! - instance.replacement![c]![t]!)
          }
        }
        expect(weight).toBeCloseTo(expected, 8)
      }
    },
  )

  it('hands the model the instance first, and perturbations of values and replacements only', async () => {
    const series = walk(24, 2, 1)
    const seen: Matrix[] = []
    const explainer = new SeriesExplainer({
      replacement: 'mean',
      numSegments: 4,
      perChannel: true,
      mode: 'regression',
    })
    const explanation = await explainer.explain(
      series,
      (batch) => {
        seen.push(...batch)
        return batch.map(({ data }) => data[0]!)
      },
      { numSamples: 50, keepNeighbourhood: true },
    )
    expect(seen[0]).toEqual(series)
    const { instance, neighbourhood, features } = explanation
    if (instance.kind !== 'series') throw new Error('no series')
    // Equal switches reach the model once: the first of each kind, in order.
    const rows = [...new Map(neighbourhood!.interpretable.map((row) => [row.join(), row])).values()]
    // And at the end of the first batch the series itself once more, to see whether the answer is the same.
    const again = seen.pop()
    expect(again).toEqual(series)
    expect(seen).toHaveLength(rows.length)
    rows.forEach((row, i) => {
      row.forEach((on, j) => {
        const { part } = features[j]!
        if (part.kind !== 'series') throw new Error('no segment')
        const source = on === 1 ? instance.values : instance.replacement!
        for (const c of part.channels) {
          for (let t = part.start; t < part.end; t++) {
            expect(seen[i]!.data[t * 2 + c]).toBe(source[c]![t])
          }
        }
      })
    })
  })

  it('draws as Python LIME draws for pictures: randint(0, 2) row by row, row 0 all ones', async () => {
    // numpy 1.24.2: np.random.RandomState(0).randint(0, 2, 20).reshape(5, 4), row 0 set to 1.
    const explainer = new SeriesExplainer({ numSegments: 4, mode: 'regression', randomState: 0 })
    const { neighbourhood } = await explainer.explain(walk(40, 1, 1), linear(walk(40, 1, 2).data), {
      sampling: 'lime',
      numSamples: 5,
      keepNeighbourhood: true,
    })
    expect(neighbourhood!.interpretable).toEqual([
      [1, 1, 1, 1],
      [1, 1, 1, 1],
      [1, 1, 1, 0],
      [0, 1, 0, 0],
      [0, 0, 0, 1],
    ])
  })

  it('takes a list of numbers, a Float64Array, a list of steps and a Matrix for the same series', async () => {
    const values = [1, 4, 2, 8, 5, 7, 1, 3]
    const same: SeriesLike[] = [
      values,
      Float64Array.from(values),
      values.map((value) => [value]),
      { data: Float64Array.from(values), rows: 8, cols: 1 },
    ]
    const model = linear(Float64Array.from({ length: 8 }, (_, t) => t))
    const explainer = new SeriesExplainer({ mode: 'regression', randomState: 3 })
    const all = await Promise.all(same.map((one) => explainer.explain(one, model)))
    for (const one of all) expect(one.asList()).toEqual(all[0]!.asList())
  })

  it('explains series of different lengths with one explainer, the same whatever came before', async () => {
    const explainer = new SeriesExplainer({ mode: 'regression', randomState: 1 })
    const model = (batch: readonly Matrix[]) => batch.map(({ data }) => data.at(-1)! - data[0]!)
    const long = await explainer.explain(walk(100, 1, 1), model)
    const short = await explainer.explain(walk(37, 1, 2), model)
    expect([long.features.length, short.features.length]).toEqual([10, 10])
    expect((await explainer.explain(walk(100, 1, 1), model)).asList()).toEqual(long.asList())
  })

  it('explains each step of a forecast by default, or those asked for', async () => {
    const model = (batch: readonly Matrix[]) =>
      batch.map(({ data }) => [data.at(-1)!, data.at(-1)! + data[0]!, 2 * data[0]!])
    const explainer = new SeriesExplainer({ mode: 'regression', classNames: ['t+1', 't+2', 't+3'] })
    const all = await explainer.explain(walk(30, 1, 1), model)
    expect(all.labels.map(({ name }) => name)).toEqual(['t+1', 't+2', 't+3'])
    const one = await explainer.explain(walk(30, 1, 1), model, { labels: ['t+3'] })
    expect(one.labels).toHaveLength(1)
    expect(one.asList()[0]![0]).toBe('0–3')
  })

  it('writes what is needed to draw again: values, replacement, channels and rate, as valid JSON', async () => {
    const explainer = new SeriesExplainer({
      channelNames: ['I', 'II'],
      samplingRate: 100,
      perChannel: true,
      numSegments: 2,
    })
    const model = (batch: readonly Matrix[]) =>
      batch.map(({ data }) => [1 - data[0]! ** 2, data[0]! ** 2])
    const series = { data: walk(20, 2, 1).data.map(Math.tanh), rows: 20, cols: 2 }
    const explanation = await explainer.explain(series, model)
    const again = parseExplanation(JSON.parse(JSON.stringify(explanation)))
    expect(again.features.map(({ name }) => name)).toEqual([
      'I 0–100 ms',
      'I 100–200 ms',
      'II 0–100 ms',
      'II 100–200 ms',
    ])
    expect(again.instance).toMatchObject({
      kind: 'series',
      channelNames: ['I', 'II'],
      samplingRate: 100,
    })
    expect(again.options).toMatchObject({
      segmentation: 'uniform',
      numSegments: 2,
      perChannel: true,
      replacement: 'local-mean',
      kernelWidth: 0.25,
      distanceMetric: 'cosine',
    })
  })

  it('says what happened to a constant series and to a series of length 1', async () => {
    const explainer = new SeriesExplainer({ mode: 'regression' })
    const sum = (batch: readonly Matrix[]) =>
      batch.map(({ data }) => data.reduce((a, b) => a + b, 0))
    for (const series of [new Float64Array(40).fill(3), [5]]) {
      const { diagnostics, labels } = await explainer.explain(series, sum)
      expect(diagnostics.warnings.map(({ code }) => code)).toEqual(
        expect.arrayContaining(['replacement-changes-nothing', 'no-local-effect']),
      )
      expect(labels[0]!.weights).toEqual([])
    }
    const zeroed = new SeriesExplainer({ mode: 'regression', replacement: 'zero' })
    const [found] = (await zeroed.explain([5], sum, { surrogate: 'ols' })).asList()
    expect(found![0]).toBe('0–1')
    expect(found![1]).toBeCloseTo(5, 10)
  })

  it('refuses series that cannot be used, naming step and channel', async () => {
    const explainer = new SeriesExplainer({ mode: 'regression' })
    const attempt = (series: unknown) => explainer.explain(series as SeriesLike, () => [0])
    await expect(attempt([])).rejects.toMatchObject({ code: 'data', got: 'a series of length 0' })
    await expect(attempt([1, Number.NaN, 3, Number.POSITIVE_INFINITY])).rejects.toMatchObject({
      code: 'data',
      where: 'SeriesExplainer.explain, series, step 1',
      got: 'NaN (and 1 more values that are no finite numbers)',
    })
    await expect(
      attempt([
        [1, 2],
        [3, null],
      ]),
    ).rejects.toMatchObject({
      where: 'SeriesExplainer.explain, series, step 1, channel 1',
    })
    await expect(attempt([[1, 2], [3]])).rejects.toMatchObject({ code: 'shape' })
    await expect(attempt('1 2 3')).rejects.toMatchObject({
      code: 'data',
      got: 'a value of type string',
    })
    await expect(attempt({ data: new Float64Array(5), rows: 2, cols: 2 })).rejects.toMatchObject({
      code: 'shape',
    })
    const named = new SeriesExplainer({ channelNames: ['I', 'II'] })
    await expect(named.explain([1, 2, 3], () => [0])).rejects.toMatchObject({
      code: 'shape',
      got: '1 channel',
      expected: '2, as named by channelNames',
    })
  })

  it('passes on what a model of another input shape says, with the batch', async () => {
    const model = (batch: readonly Matrix[]): number[] => {
      if (batch[0]!.cols !== 3) throw new Error('expected 3 channels')
      return batch.map(() => 0)
    }
    await expect(
      new SeriesExplainer({ mode: 'regression' }).explain(walk(20, 1, 1), model),
    ).rejects.toMatchObject({
      code: 'predictor',
      got: 'an error: expected 3 channels',
    })
  })

  it('refuses unknown options and values with the nearest name', () => {
    const make = (options: object) => () => new SeriesExplainer(options)
    expect(make({ segmentaton: 'sax' })).toThrow(/Did you mean segmentation\?/)
    expect(make({ segmentation: 'slope' })).toThrow(/Did you mean slopes\?/)
    expect(make({ replacement: 'lowpass' })).toThrow(/Did you mean low-pass\?/)
    expect(make({ numSegments: 0 })).toThrow(/numSegments: got 0/)
    expect(make({ samplingRate: -1 })).toThrow(/samplingRate/)
    expect(make({ replacement: 'training-mean' })).toThrow(/trainingData: got nothing/)
    expect(make({ replacement: 'background' })).toThrow(/background: got nothing/)
    expect(make({ trainingData: [[1], [[1, 2]]] })).toThrow(/trainingData\[1\]: got 2 channels/)
  })

  it('stops when it is told to', async () => {
    const controller = new AbortController()
    const model = (batch: readonly Matrix[]) => {
      controller.abort(new Error('enough'))
      return batch.map(() => 0)
    }
    await expect(
      new SeriesExplainer({ mode: 'regression' }).explain(walk(50, 1, 1), model, {
        signal: controller.signal,
        batchSize: 10,
      }),
    ).rejects.toThrow('enough')
  })
})
