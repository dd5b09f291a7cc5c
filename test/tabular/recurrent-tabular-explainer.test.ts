import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../src/contract/matrix.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { RecurrentTabularExplainer } from '../../src/tabular/index.ts'
import { classify, recording } from './tables.ts'

const random = new RandomState(3)
/** 40 instances of 4 time steps and 2 features. */
const table = Array.from({ length: 40 }, () =>
  Array.from({ length: 4 }, () => [random.normal(), random.normal()]),
)
const last = classify<Matrix>((series) => 3 * series.data[3 * 2 + 1]!)

describe('RecurrentTabularExplainer', () => {
  it('names features by their step before the end, and finds the one that counts', async () => {
    const explainer = new RecurrentTabularExplainer(table, {
      featureNames: ['v', 'w'],
      discretizeContinuous: false,
    })
    const explanation = await explainer.explain(table[0]!, last)
    expect(explanation.features.map(({ name }) => name)).toEqual([
      'v_t-3',
      'v_t-2',
      'v_t-1',
      'v_t-0',
      'w_t-3',
      'w_t-2',
      'w_t-1',
      'w_t-0',
    ])
    expect(explanation.asList()[0]![0]).toBe('w_t-0')
  })

  it('gives the model matrices (time steps, features), the instance first', async () => {
    const asked = recording<Matrix>(last)
    await new RecurrentTabularExplainer(table).explain(table[5]!, asked.model, { numSamples: 100 })
    const [first] = asked.rows
    expect([first!.rows, first!.cols, Array.from(first!.data)]).toEqual([4, 2, table[5]!.flat()])
    expect(
      asked.rows.every(({ data, rows, cols }) => data.length === 8 && rows === 4 && cols === 2),
    ).toBe(true)
  })

  it('takes matrices as well as nested arrays', async () => {
    const matrices = table.map(
      (steps): Matrix => ({ data: Float64Array.from(steps.flat()), rows: 4, cols: 2 }),
    )
    const nested = await new RecurrentTabularExplainer(table).explain(table[5]!, last)
    const flat = await new RecurrentTabularExplainer(matrices).explain(matrices[5]!, last)
    expect(flat.labels).toEqual(nested.labels)
  })

  it('passes on what the model says of itself', async () => {
    const explainer = new RecurrentTabularExplainer(table)
    const { classNames } = await explainer.explain(table[0]!, {
      predict: last,
      classNames: ['calm', 'storm'],
      maxBatchSize: 9,
    })
    expect(classNames).toEqual(['calm', 'storm'])
  })

  it.each<[string, unknown, RegExp]>([
    ['no instances', [], /training data: got no /],
    [
      'ragged steps',
      [[[1, 2], [3]]],
      /instance 0: got time steps without values, or of different lengths/,
    ],
    ['other lengths', [[[1], [2]], [[1]]], /instance 1: got \(1, 1\), expected \(2, 1\)/],
    ['no steps', [[]], /instance 0: got time steps without values/],
    ['nothing', undefined, /training data/],
    ['null for an instance', [null], /instance 0/],
  ])('refuses training data with %s', (_, data, message) => {
    expect(() => new RecurrentTabularExplainer(data as number[][][])).toThrow(message)
    expect(() => new RecurrentTabularExplainer(data as number[][][])).toThrow(
      /^RecurrentTabularExplainer/,
    )
  })

  it('refuses an instance of another size, and a wrong number of names', async () => {
    await expect(new RecurrentTabularExplainer(table).explain([[1, 2]], last)).rejects.toThrow(
      /instance: got \(1, 2\), expected \(4, 2\)/,
    )
    expect(() => new RecurrentTabularExplainer(table, { featureNames: ['v'] })).toThrow(
      /got 1 names, expected 2/,
    )
  })
})
