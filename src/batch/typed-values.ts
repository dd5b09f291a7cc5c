/**
 * Values of a row as the training data has them, from what a file holds: a number where the column is one of numbers, text
 * where it is one of categories, whatever the rest of the file looks like.
 */
import { DataError } from '../contract/errors.ts'
import type { Value } from '../contract/instance.ts'
import { type CellOptions, MISSING_VALUES } from '../data/column-types.ts'
import type { ColumnType } from '../data/table.ts'

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** Makes a row from raw values in column order; `cells`: they are the cells of a CSV. Throws a DataError for a value that does not fit its column. */
export function typedValues(
  columns: readonly string[],
  types: readonly ColumnType[],
  cells: boolean,
  options: CellOptions = {},
): (raw: readonly unknown[]) => Value[] {
  const missing = new Set(options.missingValues ?? MISSING_VALUES)
  const comma = options.decimal === ','
  return (raw) => {
    const row = new Array<Value>(columns.length)
    for (let c = 0; c < columns.length; c++) {
      let value = raw[c]
      if (cells) {
        const text = (value as string).trim()
        value = missing.has(text) ? null : text
        if (types[c] === 'number' && value !== null) {
          const written = comma ? text.replace(',', '.') : text
          value = DECIMAL.test(written) ? Number(written) : text
        }
      }
      row[c] = typed(value, types[c]!, columns[c]!)
    }
    return row
  }
}

function typed(value: unknown, type: ColumnType, column: string): Value {
  if (value === null || value === undefined) return null
  const plain = typeof value === 'bigint' ? Number(value) : value
  if (typeof plain === 'number' && Number.isNaN(plain)) return null
  if (type === 'number') {
    if (typeof plain === 'number' && Number.isFinite(plain)) return plain
  } else if (typeof plain === 'string' || typeof plain === 'boolean') return plain
  else if (typeof plain === 'number') return String(plain)
  else if (plain instanceof Date) return plain.toISOString()
  throw new DataError({
    where: `input, column ${JSON.stringify(column)}`,
    got: typeof plain === 'string' ? JSON.stringify(plain.slice(0, 60)) : `${plain}`,
    expected: type === 'number' ? 'a finite number, as in the training data' : 'a category',
    remedy: 'Mend the value; leave it empty if it is missing.',
  })
}
