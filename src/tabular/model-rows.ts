/**
 * Turns samples back into the rows that the model takes, in the form of the training data.
 *
 * Each column knows where its values stand (`ColumnSource`); rows are made for one batch at a time.
 */
import type { TableRow, Value } from '../contract/instance.ts'
import type { RowForm } from './table.ts'

/** Where the values of one model column stand, for every sample. */
export type ColumnSource =
  | {
      readonly kind: 'numbers'
      /** Sample i is `data[offset + i * stride] * scale + shift`. */
      readonly data: Float64Array
      readonly offset: number
      readonly stride: number
      readonly scale: number
      readonly shift: number
      /** How a missing value (NaN in `data`) is told. */
      readonly missingAs: 'null' | 'NaN'
    }
  | {
      readonly kind: 'levels'
      /** Sample i is `values[codes[i]]`. */
      readonly codes: Uint16Array | Int32Array
      readonly values: readonly Value[]
    }

/** Rows for the model: sample 0 is the instance itself, the others come from `sources`. */
export function modelRows(
  rows: Int32Array,
  sources: readonly ColumnSource[],
  instance: readonly Value[],
  form: RowForm,
  names: readonly string[],
): TableRow[] {
  const made = form === 'flat' ? flatRows(rows, sources) : arrayRows(rows, sources)
  rows.forEach((row, r) => {
    if (row === 0) made[r] = form === 'flat' ? Float64Array.from(instance as number[]) : [...instance]
  })
  if (form !== 'object') return made
  return (made as Value[][]).map((values) => {
    const record: Record<string, Value> = {}
    for (let c = 0; c < names.length; c++) record[names[c]!] = values[c]!
    return record
  })
}

/** Views into one flat batch. */
function flatRows(rows: Int32Array, sources: readonly ColumnSource[]): TableRow[] {
  const cols = sources.length
  const batch = new Float64Array(rows.length * cols)
  for (let c = 0; c < cols; c++) {
    const source = sources[c]!
    if (source.kind === 'levels') {
      const values = source.values as readonly number[]
      for (let r = 0; r < rows.length; r++) batch[r * cols + c] = values[source.codes[rows[r]!]!]!
    } else {
      const { data, offset, stride, scale, shift } = source
      for (let r = 0; r < rows.length; r++) {
        batch[r * cols + c] = data[offset + rows[r]! * stride]! * scale + shift
      }
    }
  }
  return Array.from(rows, (_, r) => batch.subarray(r * cols, (r + 1) * cols))
}

function arrayRows(rows: Int32Array, sources: readonly ColumnSource[]): TableRow[] {
  const cols = sources.length
  const made = Array.from(rows, () => new Array<Value>(cols))
  for (let c = 0; c < cols; c++) {
    const source = sources[c]!
    if (source.kind === 'levels') {
      const { codes, values } = source
      for (let r = 0; r < rows.length; r++) made[r]![c] = values[codes[rows[r]!]!]!
      continue
    }
    const { data, offset, stride, scale, shift } = source
    for (let r = 0; r < rows.length; r++) {
      made[r]![c] = data[offset + rows[r]! * stride]! * scale + shift
    }
    if (source.missingAs === 'NaN') continue
    for (const row of made) if (Number.isNaN(row[c])) row[c] = null
  }
  return made
}
