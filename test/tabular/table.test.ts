import { describe, expect, it } from 'vitest'
import { DataError, OptionError, ShapeError } from '../../src/contract/errors.ts'
import type { TableRow, Value } from '../../src/contract/instance.ts'
import type { Matrix } from '../../src/contract/matrix.ts'
import {
  type TableData,
  TabularExplainer,
  type TabularExplainerOptions,
  type TabularExplainOptions,
} from '../../src/tabular/index.ts'
import { isMissing } from '../../src/tabular/table.ts'
import { classify, normalRows, PEOPLE, recording } from './tables.ts'

const rows = normalRows(40, 3)
const model = classify<ArrayLike<number>>((row) => row[0]! - row[1]!)

describe('rows', () => {
  const names = ['a', 'b', 'c']
  const objects = rows.map(([a, b, c]) => ({ a: a!, b: b!, c: c! }))
  const flat = rows.map((row) => Float64Array.from(row))
  const matrix: Matrix = { data: Float64Array.from(rows.flat()), rows: 40, cols: 3 }
  const byName = (row: TableRow) => Object.values(row) as number[]

  it('may be arrays, objects, Float64Arrays or one matrix: the explanation is the same, and the model gets that form', async () => {
    const forms: [TableData, (row: unknown) => boolean][] = [
      [rows, Array.isArray],
      [objects, (row) => Object.keys(row as object).join() === 'a,b,c'],
      [flat, (row) => row instanceof Float64Array && row.length === 3],
      [matrix, (row) => row instanceof Float64Array && row.length === 3],
    ]
    for (const discretizeContinuous of [true, false]) {
      const answers = []
      for (const [table, isForm] of forms) {
        const asked = recording<TableRow>((batch) => model(batch.map(byName)))
        const explainer = new TabularExplainer(table, { featureNames: names, discretizeContinuous })
        const explanation = await explainer.explain<TableRow>(rows[4]!, asked.model, {
          numSamples: 200,
        })
        expect(asked.rows.every(isForm)).toBe(true)
        expect(byName(asked.rows[0]!)).toEqual(rows[4])
        answers.push(explanation.labels)
      }
      for (const labels of answers) expect(labels).toEqual(answers[0])
    }
  })

  it('of the instance may have any form, objects in any order', async () => {
    const explainer = new TabularExplainer(objects)
    const ask = async (row: TableRow) =>
      (await explainer.explain<TableRow>(row, (batch) => model(batch.map(byName)))).labels
    const { a, b, c } = objects[4]!
    const expected = await ask({ a, b, c })
    expect(await ask({ c, a, b })).toEqual(expected)
    expect(await ask([a, b, c])).toEqual(expected)
    expect(await ask(Float64Array.of(a, b, c))).toEqual(expected)
  })

  it('are not changed', async () => {
    const table = structuredClone(rows)
    const row = [...rows[3]!]
    await new TabularExplainer(table).explain(row, model)
    expect(table).toEqual(rows)
    expect(row).toEqual(rows[3])
  })

  it('with a missing value reach the model as the column has them, in the instance too', async () => {
    const holed = Array.from({ length: 30 }, (_, i): Value[] => [
      i % 3 === 0 ? null : i,
      i % 2 === 0 ? Number.NaN : 1,
    ])
    const asked = recording<Value[]>((batch) =>
      batch.map((row) => (row[0] === null ? [0.2, 0.8] : [0.7, 0.3])),
    )
    const explainer = new TabularExplainer(holed as readonly TableRow[], {
      categoricalFeatures: [1],
    })
    await explainer.explain<Value[]>([Number.NaN, null], asked.model)
    expect(asked.rows[0]).toEqual([null, Number.NaN])
    for (const [first, second] of asked.rows) {
      expect(Number.isNaN(first)).toBe(false)
      expect(second).not.toBeNull()
    }
  })

  it('count null, undefined and NaN as missing, and nothing else', () => {
    expect([null, undefined, Number.NaN].map(isMissing)).toEqual([true, true, true])
    expect([0, '', false, 'NaN', Number.POSITIVE_INFINITY].map(isMissing)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ])
  })

  it('may be of one column, of two rows, constant, and of many categories', async () => {
    for (const table of [
      [[1], [2]],
      [[5], [5]],
      Array.from({ length: 400 }, (_, i) => [`id ${i}`]),
    ] as Value[][][]) {
      const explainer = new TabularExplainer(table as readonly TableRow[])
      const { labels } = await explainer.explain<TableRow>(
        table[0]!,
        (batch) => batch.map(() => [0.4, 0.6]),
        { numSamples: 50 },
      )
      expect(labels[0]!.prediction).toBe(0.6)
    }
  })

  it('of numbers and texts in one column are categories', async () => {
    const mixed = Array.from({ length: 30 }, (_, i): Value[] => [i % 3 === 0 ? 'many' : i % 3, i])
    const { features } = await new TabularExplainer(mixed as readonly TableRow[]).explain<TableRow>(
      [1, 3],
      (batch) => batch.map((row) => ((row as Value[])[0] === 1 ? [0, 1] : [1, 0])),
    )
    expect(features[0]!.name).toBe('0=1')
  })
})

describe('training data that cannot be used', () => {
  it.each<[string, unknown, TabularExplainerOptions, new (...rest: never) => Error, RegExp]>([
    ['no rows', [], {}, DataError, /training data: got no rows, expected at least one row/],
    ['nothing', undefined, {}, DataError, /got a value of type undefined/],
    ['null without statistics', null, {}, DataError, /trainingDataStats/],
    ['a text', 'train.csv', {}, DataError, /got a value of type string/],
    ['rows of nothing', [[], []], {}, DataError, /no columns/],
    ['objects of nothing', [{}, {}], {}, DataError, /no columns/],
    ['ragged rows', [[1, 2], [3]], {}, ShapeError, /row 1: got 1 values, expected 2/],
    [
      'an object without a column',
      [{ a: 1, b: 2 }, { a: 1 }],
      {},
      DataError,
      /row 1: got no value for the column "b"/,
    ],
    [
      'an object with one too many',
      [{ age: 1 }, { age: 1, agee: 2 }],
      {},
      DataError,
      /row 1: got the column "agee".*Did you mean age\?/,
    ],
    ['null for a row', [[1], null], {}, DataError, /row 1: got null/],
    ['null for the first row', [null, [1]], {}, DataError, /row 0: got null/],
    ['a number for a row', [1, 2], {}, DataError, /row 0: got a value of type number/],
    ['Infinity', [[1], [Number.POSITIVE_INFINITY]], {}, DataError, /row 1, column 0: got Infinity/],
    ['an empty matrix', { data: new Float64Array(0), rows: 0, cols: 3 }, {}, ShapeError, /0 × 3/],
    [
      'a matrix of the wrong size',
      { data: new Float64Array(5), rows: 2, cols: 3 },
      {},
      ShapeError,
      /2 × 3 with 5 values/,
    ],
    ['too few names', [[1, 2]], { featureNames: ['a'] }, ShapeError, /got 1 names, expected 2/],
    ['a name twice', [[1, 2]], { featureNames: ['a', 'a'] }, DataError, /"a" twice/],
    ['an object as a value', [[{}], [{}]], {}, DataError, /row 0, column 0/],
  ])('is refused: %s', (_, table, options, kind, message) => {
    const make = () => new TabularExplainer(table as TableData, options)
    expect(make).toThrow(kind)
    expect(make).toThrow(message)
  })
})

describe('options that cannot be used', () => {
  it.each<[TabularExplainerOptions | Record<string, unknown>, RegExp]>([
    [
      { feature_names: ['a'] },
      /options\.feature_names: got an unknown option.*Did you mean featureNames\?/,
    ],
    [{ discretiser: 'decile' }, /Did you mean discretizer\?/],
    [{ numFeatures: 5 }, /unknown option/],
    [{ discretizer: 'quartiles' }, /Did you mean quartile\?/],
    [{ discretizer: 4 }, /discretizer: got 4/],
    [{ discretizer: null }, /discretizer: got null/],
    [
      { categoricalFeatures: ['cty'], featureNames: ['city', 'b', 'c'] },
      /"cty".*Did you mean city\?/,
    ],
    [{ categoricalFeatures: [3] }, /got 3, expected a column: an index from 0 to 2/],
    [{ categoricalNames: { 7: ['a'] } }, /categoricalNames: got 7/],
    [{ sigma: 0 }, /sigma: got 0/],
    [{ sigma: [1, 2] }, /sigma: got 2 values, expected 3/],
    [{ sigma: [1, 2, -1] }, /sigma: got -1/],
    [{ sigma: 1, discretizeContinuous: true }, /sigma together with discretizeContinuous/],
    [{ discretizer: 'entropy' }, /trainingLabels: got nothing/],
    [{ kernelWidth: -1 }, /kernelWidth: got -1/],
    [{ randomState: 1.5 }, /randomState: got 1\.5/],
    [{ featureNames: 'a' }, /featureNames/],
    [{ discretizeContinuous: 'no' }, /discretizeContinuous/],
    [{ sampleAroundInstance: 1 }, /sampleAroundInstance/],
    [{ categoricalFeatures: 'city' }, /categoricalFeatures/],
  ])('are refused by the constructor: %j', (options, message) => {
    const make = () => new TabularExplainer(rows, options as TabularExplainerOptions)
    expect(make).toThrow(message)
    expect(make).toThrow(/^TabularExplainer, /)
  })

  it.each<[TabularExplainOptions | Record<string, unknown>, RegExp]>([
    [{ num_features: 5 }, /Did you mean numFeatures\?/],
    [{ numSample: 5 }, /Did you mean numSamples\?/],
    [{ samplingMethod: 'lsh' }, /Did you mean lhs\?/],
    [{ samplingMethod: 'latin' }, /samplingMethod/],
    [{ numSamples: 0 }, /got 0, expected an integer from 2/],
    [{ numSamples: -5 }, /got -5/],
    [{ numSamples: 1e9 }, /got 1000000000/],
    [{ labels: [2] }, /options\.labels: got 2, expected an index from 0 to 1/],
    [{ labels: ['yes'] }, /got "yes"/],
    [{ signal: 3 }, /signal/],
  ])('are refused by explain: %j', async (options, message) => {
    const explained = new TabularExplainer(rows).explain(
      rows[0]!,
      model,
      options as TabularExplainOptions,
    )
    await expect(explained).rejects.toThrow(OptionError)
    await expect(explained).rejects.toThrow(message)
  })

  it('name the most samples that a wide table can have', async () => {
    const wide = [new Float64Array(1000), new Float64Array(1000).fill(1)]
    await expect(
      new TabularExplainer(wide).explain(wide[0]!, model, { numSamples: 10_000_000 }),
    ).rejects.toThrow(/got 10000000 samples of 1000 features, expected at most 500000 samples/)
  })
})

describe('instances that cannot be used', () => {
  const explainer = new TabularExplainer(PEOPLE)
  const person = PEOPLE[0]!
  it.each<[string, unknown, RegExp]>([
    ['too short', [1, 'Oslo'], /TabularExplainer\.explain, row: got 2 values, expected 4/],
    ['nothing', undefined, /row: got a value of type undefined/],
    ['null', null, /row: got null/],
    ['a number', 3, /row: got a value of type number/],
    ['without a column', { age: 3, city: 'Oslo', member: true }, /no value for the column "score"/],
    ['with a column too many', { ...person, scoer: 3 }, /"scoer".*Did you mean score\?/],
    [
      'with a text for a number',
      { ...person, score: '3.5' },
      /column score: got "3\.5", expected a finite number/,
    ],
    ['with Infinity', { ...person, score: Number.POSITIVE_INFINITY }, /column score: got Infinity/],
    [
      'with NaN where no row lacks the value',
      { ...person, score: Number.NaN },
      /column score: got a missing value/,
    ],
    [
      'with null for a category that no row lacks',
      { ...person, city: null },
      /column city: got the category null/,
    ],
    ['with a number for a category', { ...person, city: 3 }, /column city: got the category 3/],
    ['sparse where the table is not', { indices: [0], values: [1] }, /"indices"/],
  ])('are refused: %s', async (_, row, message) => {
    const explained = explainer.explain(row as TableRow, () => [])
    await expect(explained).rejects.toThrow(message)
    await expect(explained).rejects.toThrow(/^TabularExplainer\.explain, row/)
  })
})
