/**
 * Tables from typed values, as Parquet and JSON hold them.
 *
 * 1. Each value becomes a number, a string, a boolean or `null`: big integers become numbers where these are exact,
 *    dates ISO strings, NaN and undefined `null`.
 * 2. A column is of numbers if all of its values are, and of categories otherwise.
 * 3. The caller's word (`types`) overrides: numbers are written out as categories, text is read as numbers.
 */
import { DataError } from '../contract/errors.ts'
import type { Value } from '../contract/instance.ts'
import { didYouMean } from '../contract/nearest.ts'
import type { ColumnType, Table } from './table.ts'

/** The table of rows of raw values. `place` names a cell for the DataError that is thrown for a value of no use. */
export function tableOfValues(
  columnNames: readonly string[],
  rawRows: readonly (readonly unknown[])[],
  types: { readonly [column: string]: ColumnType } = {},
  place: (row: number, column: string) => string,
): Table {
  for (const column of Object.keys(types)) {
    if (columnNames.includes(column)) continue
    throw new DataError({
      where: 'types',
      got: JSON.stringify(column),
      expected: `one of ${columnNames.join(', ')}`,
      remedy: didYouMean(column, columnNames, 'Take one of these names.'),
    })
  }
  const rows = rawRows.map((raw, row) =>
    columnNames.map((column, index) => cellValue(raw[index], () => place(row, column))),
  )
  const columnTypes = columnNames.map((column, index): ColumnType => {
    // A column may be called `constructor`.
    const wanted = Object.hasOwn(types, column) ? types[column] : undefined
    const guessed = guessType(rows, index)
    if (wanted !== undefined && wanted !== guessed) {
      rows.forEach((values, row) => {
        values[index] = convert(values[index]!, wanted, () => place(row, column))
      })
    }
    return wanted ?? guessed
  })
  return { columnNames, rows, types: columnTypes, naming: 'file' }
}

function guessType(rows: readonly (readonly Value[])[], index: number): ColumnType {
  let some = false
  for (const row of rows) {
    const value = row[index]!
    if (value === null) continue
    if (typeof value !== 'number') return 'category'
    some = true
  }
  return some ? 'number' : 'category'
}

function convert(value: Value, wanted: ColumnType, place: () => string): Value {
  if (value === null) return null
  if (wanted === 'category') return String(value)
  const number = Number(value)
  if (Number.isFinite(number) && String(value).trim() !== '') return number
  throw new DataError({
    where: place(),
    got: JSON.stringify(value),
    expected: 'a number',
    remedy: 'Mend the value, or read the column as categories.',
  })
}

function cellValue(raw: unknown, place: () => string): Value {
  if (raw === null || raw === undefined) return null
  if (typeof raw === 'string' || typeof raw === 'boolean') return raw
  if (typeof raw === 'bigint') {
    const number = Number(raw)
    if (Number.isSafeInteger(number)) return number
    throw useless(
      place(),
      `the integer ${raw}`,
      'Write integers past 2^53 as text; they are names, not measurements.',
    )
  }
  if (typeof raw === 'number') {
    if (Number.isNaN(raw)) return null
    if (Number.isFinite(raw)) return raw
    throw useless(place(), String(raw), 'Write null if the value is missing.')
  }
  if (raw instanceof Date) return raw.toISOString()
  const kind = Array.isArray(raw) ? 'a list' : raw instanceof Uint8Array ? 'bytes' : 'an object'
  throw useless(place(), kind, 'Leave the column out, or flatten it into columns of single values.')
}

function useless(where: string, got: string, remedy: string): DataError {
  return new DataError({
    where,
    got,
    expected: 'a finite number, a text, true, false, or nothing',
    remedy,
  })
}
