/**
 * What the columns of a text file hold: numbers or categories.
 *
 * 1. Blanks around a cell do not count; a cell that stands for a missing value is `null`.
 * 2. A column is of numbers if each of its other cells is written as a finite decimal number, and of categories
 *    otherwise, or if it holds no value at all.
 * 3. Numbers that are names stay text: leading zeros (`02139`) and integers past 2^53 make a column one of categories,
 *    because reading them as numbers would change them.
 * 4. The caller's word (`types`) overrides the guess.
 *
 * The words for missing values are pandas' own, and `?` of the UCI repository.
 */
import type { DataError } from '../contract/errors.ts'
import type { Value } from '../contract/instance.ts'
import type { ColumnType } from './table.ts'

/** Cells that stand for a missing value, blanks around them stripped. */
export const MISSING_VALUES: readonly string[] = [
  '',
  '?',
  '#N/A',
  '#N/A N/A',
  '#NA',
  '-1.#IND',
  '-1.#QNAN',
  '-NaN',
  '-nan',
  '1.#IND',
  '1.#QNAN',
  '<NA>',
  'N/A',
  'NA',
  'NULL',
  'NaN',
  'None',
  'n/a',
  'nan',
  'null',
]

/** How the cells of a file are read. */
export interface CellOptions {
  /** Cells that stand for a missing value. Default: `MISSING_VALUES`. */
  readonly missingValues?: readonly string[] | undefined
  /** The decimal mark. Default: `.` */
  readonly decimal?: '.' | ',' | undefined
}

/** The cells of one column as values, and what they are. */
export interface TypedColumn {
  readonly values: Value[]
  readonly type: ColumnType
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const INFINITE = /^[+-]?(?:inf|infinity|1\.#inf)$/i
const LEADING_ZERO = /^[+-]?0\d/

/** True for a cell that is written as a number: decimal or infinite. */
export function looksNumeric(cell: string): boolean {
  return DECIMAL.test(cell) || INFINITE.test(cell)
}

/**
 * Values and type of one column, from its cells top to bottom. `wanted` overrides the guess.
 *
 * `fail` makes the DataError for row i (it knows the file and the line); it is thrown for an infinite number, and for
 * text in a column that was said to be of numbers.
 */
export function typeColumn(
  cells: readonly string[],
  wanted: ColumnType | undefined,
  options: CellOptions,
  fail: (row: number, got: string, expected: string, remedy: string) => DataError,
): TypedColumn {
  const missing = new Set(options.missingValues ?? MISSING_VALUES)
  const comma = options.decimal === ','
  const texts: (string | null)[] = cells.map((cell) => {
    const text = cell.trim()
    return missing.has(text) ? null : text
  })
  const written = (text: string): string => (comma ? text.replace(',', '.') : text)
  const type = wanted ?? guessType(texts, written)
  if (type === 'category') return { values: texts, type }
  const values = texts.map((text, row): Value => {
    if (text === null) return null
    const cell = written(text)
    if (DECIMAL.test(cell)) {
      const value = Number(cell)
      if (Number.isFinite(value)) return value
    } else if (!INFINITE.test(cell)) {
      throw fail(
        row,
        JSON.stringify(text),
        'a number',
        'Mend the cell, or read the column as categories.',
      )
    }
    throw fail(row, text, 'a finite number', 'Leave the cell empty if the value is missing.')
  })
  return { values, type }
}

function guessType(
  texts: readonly (string | null)[],
  written: (text: string) => string,
): ColumnType {
  let some = false
  for (const text of texts) {
    if (text === null) continue
    const cell = written(text)
    if (!looksNumeric(cell) || LEADING_ZERO.test(cell) || isUnsafeInteger(cell)) return 'category'
    some = true
  }
  return some ? 'number' : 'category'
}

/** Only whole numbers written out can be names; 1e300 is a measurement. */
function isUnsafeInteger(cell: string): boolean {
  return cell.length > 15 && /^[+-]?\d+$/.test(cell) && !Number.isSafeInteger(Number(cell))
}
