import { describe, expect, it } from 'vitest'
import { TabularExplainer, type TrainingDataStats } from '../../src/tabular/index.ts'
import { classify, normalRows } from './tables.ts'

const rows = normalRows(80, 2).map((row, i) => [...row, i % 3])
const options = {
  featureNames: ['a', 'b', 'kind'],
  categoricalFeatures: ['kind'],
  categoricalNames: { kind: ['x', 'y', 'z'] },
}
const model = classify<ArrayLike<number>>((row) => row[0]! - row[1]! + row[2]!)

/** The statistics of a table as an explainer of the data knows them. */
function statsOf(explainer: TabularExplainer): TrainingDataStats {
  const stats = {
    bins: {},
    means: {},
    stds: {},
    mins: {},
    maxs: {},
    featureValues: {},
    featureFrequencies: {},
  } as {
    [field in keyof TrainingDataStats]: Record<string, readonly never[]>
  }
  for (const attribute of explainer.toJSON().table.attributes) {
    const { name } = attribute
    if (attribute.kind === 'categorical') {
      stats.featureValues[name] = attribute.levels.map(({ values }) => values[0]) as never[]
      stats.featureFrequencies[name] = attribute.frequencies as never[]
      continue
    }
    const { cuts, means, stds, mins, maxs, levels, frequencies } = attribute.bins!
    Object.assign(stats.bins, { [name]: cuts })
    Object.assign(stats.means, { [name]: means })
    Object.assign(stats.stds, { [name]: stds })
    Object.assign(stats.mins, { [name]: mins })
    Object.assign(stats.maxs, { [name]: maxs })
    Object.assign(stats.featureValues, { [name]: levels })
    Object.assign(stats.featureFrequencies, { [name]: frequencies.map((share) => share * 80) })
  }
  return stats
}

describe('trainingDataStats', () => {
  const fromData = new TabularExplainer(rows, options)
  const stats = statsOf(fromData)

  it.each(['sodalime', 'python'] as const)(
    'explain as the data that they describe (%s)',
    async (compatibility) => {
      const ofData = new TabularExplainer(rows, { ...options, compatibility })
      const ofStats = new TabularExplainer(null, {
        ...options,
        compatibility,
        trainingDataStats: stats,
      })
      const asked = { labels: [1], surrogate: 'ridge' } as const
      const expected = await ofData.explain(rows[4]!, model, asked)
      const found = await ofStats.explain(rows[4]!, model, asked)
      expect(found.features).toEqual(expected.features)
      const weights = (labels: typeof found.labels) =>
        labels[0]!.weights.map(({ feature, weight }) => [feature, weight.toFixed(9)])
      expect(weights(found.labels)).toEqual(weights(expected.labels))
    },
  )

  it('may be keyed by the columns’ indices', async () => {
    const byIndex = JSON.parse(
      JSON.stringify(stats)
        .replaceAll('"a":', '"0":')
        .replaceAll('"b":', '"1":')
        .replaceAll('"kind":', '"2":'),
    )
    const named = new TabularExplainer(null, { ...options, trainingDataStats: stats })
    const numbered = new TabularExplainer(null, { ...options, trainingDataStats: byIndex })
    expect(numbered.toJSON().table).toEqual(named.toJSON().table)
  })

  it.each<[string, unknown, RegExp]>([
    [
      'a field is absent',
      { ...stats, means: undefined },
      /trainingDataStats\.means, column a: got nothing/,
    ],
    [
      'a column is absent',
      { ...stats, featureValues: { a: stats.featureValues.a } },
      /featureValues, column b: got nothing/,
    ],
    [
      'a list is too short',
      { ...stats, stds: { ...stats.stds, a: [1] } },
      /stds, column a: got 1 values, expected a list of 4/,
    ],
    [
      'counts and values differ in number',
      { ...stats, featureFrequencies: { ...stats.featureFrequencies, kind: [1] } },
      /featureFrequencies, column kind: got 1 values, expected a list of 3/,
    ],
    ['cuts do not ascend', { ...stats, bins: { ...stats.bins, a: [1, 0, 2] } }, /bins, column a/],
    [
      'a number is none',
      { ...stats, means: { ...stats.means, a: [0, 0, Number.NaN, 0] } },
      /means, column a/,
    ],
    [
      'a level is no bin',
      { ...stats, featureValues: { ...stats.featureValues, a: [0, 1, 2, 9] } },
      /featureValues, column a/,
    ],
    [
      'counts are negative',
      { ...stats, featureFrequencies: { ...stats.featureFrequencies, kind: [1, -1, 1] } },
      /featureFrequencies, column kind/,
    ],
    [
      'counts are all 0',
      { ...stats, featureFrequencies: { ...stats.featureFrequencies, kind: [0, 0, 0] } },
      /featureFrequencies, column kind/,
    ],
  ])('are refused where %s', (_, broken, message) => {
    expect(
      () =>
        new TabularExplainer(null, { ...options, trainingDataStats: broken as TrainingDataStats }),
    ).toThrow(message)
  })

  it('need names, and discretised numbers', () => {
    expect(() => new TabularExplainer(null, { trainingDataStats: stats })).toThrow(
      /expected featureNames/,
    )
    expect(
      () =>
        new TabularExplainer(null, {
          ...options,
          trainingDataStats: stats,
          discretizeContinuous: false,
        }),
    ).toThrow(/discretizeContinuous: false/)
  })
})
