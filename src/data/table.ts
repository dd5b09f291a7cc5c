/**
 * A table in memory: named columns, rows of values, and what each column holds.
 *
 * 1. Every reader (CSV, Parquet, JSON lines) gives this one form.
 * 2. Columns are found by name; an unknown name is refused with the nearest one.
 * 3. Every function here returns a new table and leaves its argument as it was.
 */
import { DataError } from '../contract/errors.ts'
import type { Value } from '../contract/instance.ts'
import { didYouMean } from '../contract/nearest.ts'

/** What a column holds: finite numbers, or categories (text and booleans); both may hold `null` = missing. */
export type ColumnType = 'number' | 'category'

/** Rows of values under named columns. */
export interface Table {
  /** Distinct names, in column order. */
  readonly columnNames: readonly string[]
  /** One array of values for each row, in column order. */
  readonly rows: readonly (readonly Value[])[]
  /** What each column holds, in column order. */
  readonly types: readonly ColumnType[]
  /** Where the names come from: the file, the caller, or nowhere (`column 0`, …; `feature 0`, …, `target`). */
  readonly naming: 'file' | 'caller' | 'numbered' | 'scikit-learn'
  /** Names of the classes 0, 1, … of the last column, where the file tells them (scikit-learn's own CSV files). */
  readonly targetNames?: readonly string[]
}

/** A table without its target column, and that column. */
export interface TargetSplit {
  readonly features: Table
  readonly target: readonly Value[]
  readonly targetType: ColumnType
}

/**
 * The index of the column called `name`. Throws a DataError that names the nearest column where there is none.
 * `where` is the file or argument that the message speaks of.
 */
export function columnIndex(table: Table, name: string, where = 'table'): number {
  const index = table.columnNames.indexOf(name)
  if (index >= 0) return index
  throw new DataError({
    where: `${where}, column`,
    got: JSON.stringify(name),
    expected: `one of ${listed(table.columnNames)}`,
    remedy: didYouMean(String(name), table.columnNames, 'Take one of these names.'),
  })
}

/** The values of one column, top to bottom. Throws a DataError for an unknown name. */
export function columnValues(table: Table, name: string, where?: string): Value[] {
  const index = columnIndex(table, name, where)
  return table.rows.map((row) => row[index]!)
}

/** The table of the named columns, in the order of `names`. Throws a DataError for an unknown name. */
export function selectColumns(table: Table, names: readonly string[], where?: string): Table {
  const indices = names.map((name) => columnIndex(table, name, where))
  return {
    columnNames: [...names],
    rows: table.rows.map((row) => indices.map((index) => row[index]!)),
    types: indices.map((index) => table.types[index]!),
    naming: table.naming,
  }
}

/** The table without the named columns. Throws a DataError for an unknown name. */
export function dropColumns(table: Table, names: readonly string[], where?: string): Table {
  const dropped = new Set(names.map((name) => columnIndex(table, name, where)))
  return selectColumns(
    table,
    table.columnNames.filter((_, index) => !dropped.has(index)),
    where,
  )
}

/** The column called `name`, and the table without it. Throws a DataError for an unknown name. */
export function takeTarget(table: Table, name: string, where?: string): TargetSplit {
  const index = columnIndex(table, name, where)
  return {
    features: dropColumns(table, [name], where),
    target: table.rows.map((row) => row[index]!),
    targetType: table.types[index]!,
  }
}

/** Row `index`, counted from 0. Throws a DataError where there is no such row. */
export function rowAt(table: Table, index: number, where = 'table, row'): readonly Value[] {
  const row = Number.isInteger(index) ? table.rows[index] : undefined
  if (row !== undefined) return row
  throw new DataError({
    where,
    got: String(index),
    expected: `an integer from 0 to ${table.rows.length - 1}`,
    remedy: 'Rows are counted from 0, the line of names not among them.',
  })
}

/** Names as a list for a message, cut after twenty. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 20).join(', ')
  return names.length > 20 ? `${shown}, … (${names.length} in all)` : shown
}
