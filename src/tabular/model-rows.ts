/**
 * Turns samples back into the rows that the model takes, in the form of the training data.
 *
 * Numbers stand row by row in one array, categories as codes by attribute; rows are made for one batch at a time.
 */
import type { TableRow, Value } from '../contract/instance.ts'
import type { Attribute } from './attribute.ts'
import { isMissing, type RowForm } from './table.ts'

/** Where the values of the model's columns stand, for every sample. */
export interface SampleValues {
  /** (n, d) row by row, d attributes: those of numeric attributes are standing for `value * scale + shift`. */
  readonly numbers: Float64Array
  /** For each attribute (d); null for 1 and 0. */
  readonly scale: Float64Array | null
  readonly shift: Float64Array | null
  /** For each categorical attribute the place in its `levels` of every sample; null for numeric ones. */
  readonly codes: readonly (Uint16Array | null)[]
}

/** Makes rows for the model from samples; sample 0 is the instance itself where it is given. */
export function modelRows(
  rows: Int32Array,
  attributes: readonly Attribute[],
  samples: SampleValues,
  form: RowForm,
  names: readonly string[],
  instance?: readonly Value[],
): TableRow[] {
  const made =
    form === 'flat'
      ? flatRows(rows, attributes, samples, names.length)
      : arrayRows(rows, attributes, samples, names.length)
  if (instance !== undefined && rows.includes(0)) {
    const cells = [...instance]
    for (const { columns, missingAs } of attributes) {
      const missing = form === 'flat' || missingAs === 'NaN' ? Number.NaN : null
      for (const c of columns) if (isMissing(cells[c])) cells[c] = missing
    }
    rows.forEach((row, r) => {
      if (row === 0) made[r] = form === 'flat' ? Float64Array.from(cells as number[]) : [...cells]
    })
  }
  return form === 'object' ? (made as Value[][]).map((row) => namedRow(row, names)) : made
}

/** Views into one flat batch. */
function flatRows(
  rows: Int32Array,
  attributes: readonly Attribute[],
  samples: SampleValues,
  cols: number,
): TableRow[] {
  const batch = numbersOf(rows, attributes, samples, cols)
  attributes.forEach((attribute, j) => {
    if (attribute.kind === 'numeric') return
    const codes = samples.codes[j]!
    attribute.columns.forEach((column, k) => {
      const values = Float64Array.from(attribute.levels, (level) =>
        Number(level.values[k] ?? Number.NaN),
      )
      for (let r = 0, at = column; r < rows.length; r++, at += cols) {
        batch[at] = values[codes[rows[r]!]!]!
      }
    })
  })
  const made = new Array<TableRow>(rows.length)
  for (let r = 0; r < rows.length; r++) made[r] = new Float64Array(batch.buffer, r * cols * 8, cols)
  return made
}

function arrayRows(
  rows: Int32Array,
  attributes: readonly Attribute[],
  samples: SampleValues,
  cols: number,
): TableRow[] {
  const batch = numbersOf(rows, attributes, samples, cols)
  const made = new Array<Value[]>(rows.length)
  for (let r = 0, at = 0; r < rows.length; r++) {
    const row = new Array<Value>(cols)
    for (let c = 0; c < cols; c++) row[c] = batch[at++]!
    made[r] = row
  }
  attributes.forEach((attribute, j) => {
    if (attribute.kind === 'numeric') {
      if (attribute.missing === 0 || attribute.missingAs === 'NaN') return
      const column = attribute.columns[0]
      for (const row of made) if (Number.isNaN(row[column])) row[column] = null
      return
    }
    const codes = samples.codes[j]!
    attribute.columns.forEach((column, k) => {
      const missing = attribute.missingAs === 'NaN' ? Number.NaN : null
      const values = attribute.levels.map((level) => level.values[k] ?? missing)
      for (let r = 0; r < rows.length; r++) made[r]![column] = values[codes[rows[r]!]!]!
    })
  })
  return made
}

/**
 * (rows, cols): numbers[rows[r], j] · scale_j + shift_j in the column of each numeric attribute j, the rest 0. Neighbouring
 * rows that are the model's as they stand are copied at once.
 */
function numbersOf(
  rows: Int32Array,
  attributes: readonly Attribute[],
  { numbers, scale, shift }: SampleValues,
  cols: number,
): Float64Array {
  const d = attributes.length
  const count = rows.length
  const numeric: number[] = []
  for (let j = 0; j < d; j++) if (attributes[j]!.kind === 'numeric') numeric.push(j)
  const plain = numeric.length === cols && scale === null && shift === null
  if (plain && rows[count - 1]! - rows[0]! === count - 1) {
    return numbers.slice(rows[0]! * d, (rows[count - 1]! + 1) * d)
  }
  const batch = new Float64Array(count * cols)
  const from = Int32Array.from(numeric)
  const to = from.map((j) => attributes[j]!.columns[0]!)
  const factor = Float64Array.from(numeric, (j) => scale?.[j] ?? 1)
  const offset = Float64Array.from(numeric, (j) => shift?.[j] ?? 0)
  if (from.length === cols) {
    // Every column of the model is a number, in the order of the attributes.
    for (let r = 0, target = 0; r < count; r++) {
      const source = rows[r]! * d
      for (let k = 0; k < cols; k++, target++) {
        batch[target] = numbers[source + k]! * factor[k]! + offset[k]!
      }
    }
    return batch
  }
  for (let r = 0; r < count; r++) {
    const source = rows[r]! * d
    const target = r * cols
    for (let k = 0; k < from.length; k++) {
      batch[target + to[k]!] = numbers[source + from[k]!]! * factor[k]! + offset[k]!
    }
  }
  return batch
}

function namedRow(row: readonly Value[], names: readonly string[]): { [column: string]: Value } {
  const record: { [column: string]: Value } = {}
  for (let c = 0; c < names.length; c++) record[names[c]!] = row[c]!
  return record
}
