import { describe, expect, it } from 'vitest'
import { encodedPredict, sortedCategories } from '../../src/batch/encoded-rows.ts'
import type { TableRow } from '../../src/contract/instance.ts'
import { parseCsv } from '../../src/data/csv.ts'
import { dropColumns } from '../../src/data/table.ts'
import type { OpenedModel } from '../../src/models/open.ts'
import { modelColumns } from '../../src/workbench/model-columns.ts'

const table = parseCsv('id,hours-per-week,job,income\n1,40,b,yes\n2,,a,no\n3,20,,no\n')

function model(inputNames?: readonly string[]): OpenedModel {
  const named = inputNames === undefined ? {} : { inputNames }
  return { predict: () => [], close: async () => undefined, ...named }
}

describe('modelColumns', () => {
  const names = (inputNames?: readonly string[], flags = {}, data = table) =>
    modelColumns(data, model(inputNames), 'income', flags, 'x.csv').columnNames

  it('takes all but the target and the columns dropped, in the order of the data', () => {
    expect(names()).toEqual(['id', 'hours-per-week', 'job'])
    expect(names(undefined, { drop: ['id', 'income'] })).toEqual(['hours-per-week', 'job'])
  })

  it("takes the model's own columns in the model's order, punctuation aside", () => {
    expect(names(['job', 'hours_per_week'])).toEqual(['job', 'hours-per-week'])
  })

  it('takes the columns that the caller lists', () => {
    expect(names(['job'], { features: ['id', 'job'] })).toEqual(['id', 'job'])
  })

  it('takes columns without names in order where their number fits', () => {
    const bare = parseCsv('1,40,b,yes\n2,30,a,no\n')
    const taken = modelColumns(bare, model(['a', 'b', 'c']), 'column 3', {}, 'x.csv')
    expect(taken.columnNames).toEqual(['column 0', 'column 1', 'column 2'])
  })

  it('names what is absent, and the nearest', () => {
    expect(() => names(['job', 'hoursperweeks'])).toThrow(
      /x\.csv: got no column hoursperweeks among id, hours-per-week, job.*nearest.*hours-per-week/,
    )
    expect(() => names(undefined, { drop: ['jobb'] })).toThrow(/Did you mean job\?/)
  })
})

describe('encodedPredict', () => {
  const features = dropColumns(table, ['id', 'income'])
  const seen = async (encoding: { encode?: 'ordinal'; rows?: 'arrays' | 'objects' }) => {
    let got: readonly TableRow[] = []
    const predict = encodedPredict(
      (rows) => {
        got = rows
        return []
      },
      {
        columnNames: features.columnNames,
        categories: encoding.encode === 'ordinal' ? sortedCategories(features) : null,
        objects: encoding.rows === 'objects',
      },
    )
    await predict(features.rows, {})
    return got
  }

  it('hands rows on as they are', async () => {
    expect(await seen({})).toBe(features.rows)
  })

  it("numbers categories in sorted order, as scikit-learn's OrdinalEncoder, and keeps what is missing", async () => {
    expect(await seen({ encode: 'ordinal' })).toEqual([
      [40, 1],
      [null, 0],
      [20, null],
    ])
  })

  it('gives values by column name', async () => {
    expect((await seen({ rows: 'objects' }))[0]).toEqual({ 'hours-per-week': 40, job: 'b' })
    expect((await seen({ rows: 'objects', encode: 'ordinal' }))[1]).toEqual({
      'hours-per-week': null,
      job: 0,
    })
  })
})
