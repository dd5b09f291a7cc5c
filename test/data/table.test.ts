import { describe, expect, it } from 'vitest'
import { DataError } from '../../src/contract/errors.ts'
import { parseCsv } from '../../src/data/csv.ts'
import {
  columnIndex,
  columnValues,
  dropColumns,
  rowAt,
  selectColumns,
  takeTarget,
} from '../../src/data/table.ts'

const table = parseCsv('age,job,income\n1,a,2\n3,b,4\n')

describe('tables', () => {
  it('gives columns by name, in the order asked for', () => {
    expect(columnValues(table, 'job')).toEqual(['a', 'b'])
    expect(selectColumns(table, ['income', 'age']).rows).toEqual([
      [2, 1],
      [4, 3],
    ])
    expect(dropColumns(table, ['job']).types).toEqual(['number', 'number'])
  })

  it('parts the target from the features', () => {
    const { features, target, targetType } = takeTarget(table, 'income')
    expect(features.columnNames).toEqual(['age', 'job'])
    expect(target).toEqual([2, 4])
    expect(targetType).toBe('number')
    expect(table.columnNames).toHaveLength(3)
  })

  it('names the nearest column for one that does not exist', () => {
    expect(() => columnIndex(table, 'incom', 'x.csv')).toThrow(DataError)
    expect(() => columnIndex(table, 'incom', 'x.csv')).toThrow(
      /x\.csv, column: got "incom", expected one of age, job, income\. Did you mean income\?/,
    )
  })

  it.each([-1, 2, 0.5, Number.NaN])('refuses row %d of two', (index) => {
    expect(() => rowAt(table, index)).toThrow(/expected an integer from 0 to 1/)
  })

  it('gives rows by their number from 0', () => {
    expect(rowAt(table, 1)).toEqual([3, 'b', 4])
  })
})
