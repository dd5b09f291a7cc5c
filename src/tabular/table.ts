/**
 * Tables in the forms that users have, read into columns.
 *
 * Rows may be arrays of values, objects by column name, views into flat numbers (`Float64Array`), a whole `Matrix`, or
 * sparse (`sparse-row.ts`). The model gets its rows in the form of the training data. Missing is `null`, `undefined`
 * or `NaN`; the model gets whichever of `null` and `NaN` the column had.
 */
import { DataError, ShapeError } from '../contract/errors.ts'
import type { TableRow, Value } from '../contract/instance.ts'
import type { Matrix } from '../contract/matrix.ts'
import { didYouMean } from '../contract/nearest.ts'

/** Rows of training data: one table in any of the dense forms. */
export type TableData = Matrix | readonly TableRow[] | readonly (readonly number[])[]

/** How rows look, and so how the model gets them. */
export type RowForm = 'array' | 'object' | 'flat'

/** A table by columns: `columns[c][i]` is the value of row i in column c. */
export interface Columns {
  readonly form: RowForm
  readonly names: readonly string[]
  readonly columns: readonly (readonly Value[] | Float64Array)[]
  readonly rows: number
}

/** Reads a table; column names are those given, else an object's keys, else the indices. */
export function readColumns(
  data: TableData,
  featureNames: readonly string[] | undefined,
  where: string,
): Columns {
  if (isMatrix(data)) return columnsOfMatrix(data, featureNames, where)
  if (!Array.isArray(data) || data.length === 0) {
    throw new DataError({
      where,
      got: Array.isArray(data) ? 'no rows' : `a value of type ${typeof data}`,
      expected: 'at least one row of training data',
      remedy: 'Give the rows that the model was trained on, or the option trainingDataStats.',
    })
  }
  const head = data[0] as TableRow
  checkRow(head, `${where}, row 0`)
  const form = rowForm(head)
  const names = checkNames(
    featureNames ?? (form === 'object' ? Object.keys(head) : undefined),
    form === 'object' ? Object.keys(head).length : (head as readonly Value[]).length,
    where,
  )
  const columns = names.map(() => new Array<Value>(data.length))
  for (let i = 0; i < data.length; i++) {
    const cells = cellsOf(data[i] as TableRow, names, `${where}, row ${i}`)
    for (let c = 0; c < names.length; c++) columns[c]![i] = cells[c]!
  }
  return { form, names, columns, rows: data.length }
}

/** The values of one row in column order; throws where a column is absent or one too many. */
export function cellsOf(row: TableRow, names: readonly string[], where: string): Value[] {
  if (Array.isArray(row) || ArrayBuffer.isView(row)) {
    const values = row as ArrayLike<Value | undefined>
    if (values.length === names.length) return Array.from(values, (value) => value ?? null)
    throw new ShapeError({
      where,
      got: `${values.length} values`,
      expected: `${names.length}, one for each column (${preview(names)})`,
      remedy: 'Give the columns of the training data, in their order, without the target.',
    })
  }
  checkRow(row, where)
  const record = row as { readonly [column: string]: Value | undefined }
  const keys = Object.keys(record)
  const same = keys.length === names.length && keys.every((name, c) => name === names[c])
  const stranger = same ? undefined : keys.find((name) => !names.includes(name))
  if (stranger !== undefined) {
    throw new DataError({
      where,
      got: `the column ${JSON.stringify(stranger)}`,
      expected: `only columns of the training data (${preview(names)})`,
      remedy: didYouMean(stranger, names, 'Leave it out.'),
    })
  }
  return names.map((name) => {
    if (name in record) return record[name] ?? null
    throw new DataError({
      where,
      got: `no value for the column ${JSON.stringify(name)}`,
      expected: `a value for each of ${preview(names)}`,
      remedy: 'Give null if the value is missing.',
    })
  })
}

function checkRow(row: unknown, where: string): void {
  if (row !== null && typeof row === 'object') return
  throw new DataError({
    where,
    got: row === null ? 'null' : `a value of type ${typeof row}`,
    expected: 'a row: an array of values, or an object by column name',
    remedy: 'Give one row of the table.',
  })
}

/** Whether a value counts as missing. */
export function isMissing(value: Value | undefined): boolean {
  return value === null || value === undefined || Number.isNaN(value)
}

/** `a, b, c, … (30 in all)` */
export function preview(names: readonly string[], most = 6): string {
  const shown = names.slice(0, most).join(', ')
  return names.length > most ? `${shown}, … (${names.length} in all)` : shown
}

/** The index of a column given by name or index; throws an OptionError-like DataError that names the nearest. */
export function columnIndex(
  column: number | string,
  names: readonly string[],
  where: string,
): number {
  const index = typeof column === 'number' ? column : names.indexOf(column)
  if (Number.isInteger(index) && index >= 0 && index < names.length) return index
  throw new DataError({
    where,
    got: JSON.stringify(column),
    expected: `a column: an index from 0 to ${names.length - 1}, or one of ${preview(names)}`,
    remedy:
      typeof column === 'string'
        ? didYouMean(column, names, 'Check the spelling against the header.')
        : 'Columns are counted from 0.',
  })
}

function columnsOfMatrix(
  matrix: Matrix,
  featureNames: readonly string[] | undefined,
  where: string,
): Columns {
  const { data, rows, cols } = matrix
  if (rows === 0 || cols === 0 || data.length !== rows * cols) {
    throw new ShapeError({
      where,
      got: `a matrix of ${rows} × ${cols} with ${data.length} values`,
      expected: 'at least one row and column, and rows × cols values',
      remedy: 'Give the rows that the model was trained on.',
    })
  }
  const names = checkNames(featureNames, cols, where)
  const columns = names.map(() => new Float64Array(rows))
  // So many rows at a time that they stay in the cache.
  for (let from = 0; from < rows; from += 64) {
    const to = Math.min(rows, from + 64)
    for (let c = 0; c < cols; c++) {
      const column = columns[c]!
      for (let i = from, at = from * cols + c; i < to; i++, at += cols) column[i] = data[at]!
    }
  }
  return { form: 'flat', names, columns, rows }
}

function checkNames(given: readonly string[] | undefined, count: number, where: string): string[] {
  if (count === 0) {
    throw new DataError({
      where,
      got: 'rows without values, no columns',
      expected: 'at least one column',
      remedy: 'Give the columns that the model takes.',
    })
  }
  const names = given ? given.map(String) : Array.from({ length: count }, (_, c) => String(c))
  if (names.length !== count) {
    throw new ShapeError({
      where: `${where}, options.featureNames`,
      got: `${names.length} names`,
      expected: `${count}, one for each column`,
      remedy: 'Name every column of the training data, without the target.',
    })
  }
  const seen = new Set<string>()
  const twice = names.find((name) => seen.size === seen.add(name).size)
  if (twice !== undefined) {
    throw new DataError({
      where: `${where}, options.featureNames`,
      got: `${JSON.stringify(twice)} twice`,
      expected: 'names that differ',
      remedy: 'Rename one of them: features are told apart by their names.',
    })
  }
  return names
}

/** The form of one row. */
export function rowForm(row: TableRow): RowForm {
  if (ArrayBuffer.isView(row)) return 'flat'
  return Array.isArray(row) ? 'array' : 'object'
}

/** Whether a table, or an instance of time steps, is one matrix. */
export function isMatrix(data: unknown): data is Matrix {
  return (data as Matrix | null | undefined)?.data instanceof Float64Array
}
