/**
 * Rows of a table to tensors.
 *
 * 1. A graph has one input of d columns, or one input for each column, or some of each. Together they have slots, one
 *    for each column, in the order of the inputs.
 * 2. Arrays give their values in the order of `columns` where that is given, else in the order of the slots; objects
 *    give them by name. An input of one column is found by its name (exactly, then without regard to case and
 *    punctuation, which exporters change); an input of several columns takes the columns that are left, in order.
 * 3. Values become what the tensor holds (`table-values.ts`).
 */
import {
  DataError,
  PredictorError,
  ShapeError,
  type TableRow,
  type Value,
} from '../../contract/index.ts'
import { type Encoder, type GraphInput, inputText } from './feeds.ts'
import type { TensorData } from './session.ts'
import { columnStore } from './table-values.ts'

/** How the columns of a table map to the inputs of a graph. */
export interface TableLayout {
  readonly inputs: readonly SlottedInput[]
  /** Values in a row given as an array; null where any number will do. */
  readonly width: number | null
  /** The fewest values in such a row. */
  readonly minimum: number
  /** Names of these values, where known. */
  readonly columns: readonly string[] | undefined
}

interface SlottedInput {
  readonly input: GraphInput
  /** Where its values stand in a row given as an array; null = the whole row, as it is. */
  readonly sources: readonly number[] | null
  /** Their names; undefined where unknown. */
  readonly names: readonly string[] | undefined
}

/**
 * Lays out the columns. `columns` are the names of the values in rows given as arrays, where the caller knows them;
 * `minimum` is the fewest columns that the graph looks at. Throws a ShapeError where names and inputs do not fit.
 */
export function tableLayout(
  model: string,
  inputs: readonly GraphInput[],
  columns: readonly string[] | undefined,
  minimum: number,
): TableLayout {
  const widths = inputs.map(slots)
  const total = widths.includes(null) ? null : widths.reduce<number>((sum, one) => sum + one!, 0)
  if (inputs.length === 1) {
    const input = inputs[0]!
    if (columns !== undefined && total !== null && columns.length !== total) {
      throw columnsMismatch(model, inputs, columns, total)
    }
    const width = total ?? columns?.length ?? null
    return { inputs: [{ input, sources: null, names: columns }], width, minimum, columns }
  }
  if (total === null) {
    throw new PredictorError({
      where: model,
      got: `inputs of unknown width: ${inputs.map(inputText).join('; ')}`,
      expected: 'a fixed number of columns in each of several inputs',
      remedy: 'Export the model with the sizes of its inputs given.',
    })
  }
  if (columns === undefined) return layoutByOrder(inputs, total)
  return layoutByName(model, inputs, columns)
}

/** An encoder of rows; all errors name the row and the column. */
export function tableEncoder(model: string, layout: TableLayout): Encoder<TableRow> {
  return (rows) => {
    checkWidths(model, layout, rows)
    const feeds: Record<string, TensorData> = {}
    for (const slotted of layout.inputs) {
      feeds[slotted.input.name] = encodeInput(model, slotted, rows)
    }
    return feeds
  }
}

function slots(input: GraphInput): number | null {
  let product = 1
  for (const size of input.sizes) {
    if (typeof size !== 'number') return null
    product *= size
  }
  return product
}

function layoutByOrder(inputs: readonly GraphInput[], total: number): TableLayout {
  let at = 0
  const slotted = inputs.map((input) => {
    const width = slots(input)!
    const sources = Array.from({ length: width }, (_, i) => at + i)
    at += width
    return { input, sources, names: width === 1 ? [input.name] : undefined }
  })
  const named = slotted.every((one) => one.names !== undefined)
  const columns = named ? inputs.map((input) => input.name) : undefined
  return { inputs: slotted, width: total, minimum: 0, columns }
}

function layoutByName(
  model: string,
  inputs: readonly GraphInput[],
  columns: readonly string[],
): TableLayout {
  const left = new Set(columns.keys())
  const bySingle = new Map<GraphInput, number>()
  const missing: string[] = []
  for (const input of inputs) {
    if (slots(input) !== 1) continue
    const found = findColumn(input.name, columns)
    if (found === -1) missing.push(input.name)
    else {
      left.delete(found)
      bySingle.set(input, found)
    }
  }
  if (missing.length > 0) {
    throw new ShapeError({
      where: `${model}, options.columns`,
      got: `no column ${missing.join(', ')} among ${columns.join(', ')}`,
      expected: `columns for the inputs ${inputs.map((input) => input.name).join(', ')}`,
      remedy: 'Give the names of the columns as the model was trained with them.',
    })
  }
  const rest = [...left]
  const wide = inputs.filter((input) => !bySingle.has(input))
  const needed = wide.reduce((sum, input) => sum + slots(input)!, 0)
  if (wide.length > 0 && needed !== rest.length) {
    throw columnsMismatch(model, inputs, columns, needed + bySingle.size)
  }
  const slotted = inputs.map((input) => {
    const single = bySingle.get(input)
    const sources = single === undefined ? rest.splice(0, slots(input)!) : [single]
    return { input, sources, names: sources.map((source) => columns[source]!) }
  })
  return { inputs: slotted, width: columns.length, minimum: 0, columns }
}

function findColumn(name: string, columns: readonly string[]): number {
  const exact = columns.indexOf(name)
  if (exact !== -1) return exact
  const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
  return columns.findIndex((column) => plain(column) === plain(name))
}

function checkWidths(model: string, layout: TableLayout, rows: readonly TableRow[]): void {
  const { width, minimum, columns, inputs } = layout
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    if (isArrayRow(row)) {
      const fits = width === null ? row.length >= minimum : row.length === width
      if (fits) continue
      const count = width === null ? `at least ${minimum}` : String(width)
      const names = columns === undefined ? '' : `: ${columns.join(', ')}`
      throw new ShapeError({
        where: `${model}, predict, row ${i}`,
        got: `${row.length} columns`,
        expected: `${count} columns${names}`,
        remedy: `The model takes ${inputs.map((one) => inputText(one.input)).join('; ')}.`,
      })
    }
    const unnamed = inputs.find(({ names }) => names === undefined)
    if (unnamed !== undefined) {
      throw new ShapeError({
        where: `${model}, predict, row ${i}`,
        got: `values by name: ${Object.keys(row).join(', ')}`,
        expected: `values in order, since the input ${inputText(unnamed.input)} names no columns`,
        remedy: 'Give the names of its columns, in order, as the option columns of loadOnnx.',
      })
    }
    const names = inputs.flatMap((one) => one.names!)
    const missing = names.filter((name) => keyOf(row, name) === undefined)
    if (missing.length === 0) continue
    throw new ShapeError({
      where: `${model}, predict, row ${i}`,
      got: `no value for ${missing.join(', ')} (there are ${Object.keys(row).join(', ')})`,
      expected: `a value for each of ${names.join(', ')}`,
      remedy: 'Add them; a missing value is null.',
    })
  }
}

/** The key of a row that holds the column `name`. */
function keyOf(row: object, name: string): string | undefined {
  if (Object.hasOwn(row, name)) return name
  const keys = Object.keys(row)
  return keys[findColumn(name, keys)]
}

function encodeInput(
  model: string,
  { input, sources, names }: SlottedInput,
  rows: readonly TableRow[],
): TensorData {
  const n = rows.length
  const first = rows[0]
  const width =
    sources?.length ??
    slots(input) ??
    names?.length ??
    (first as ArrayLike<Value> | undefined)?.length ??
    0
  const { data, convert } = columnStore(input, n * width)
  const fixed = input.sizes.map((size) => (typeof size === 'number' ? size : null))
  const dims = [n, ...(fixed.includes(null) ? [width] : (fixed as number[]))]
  const values = data as { [index: number]: unknown }
  for (let i = 0, at = 0; i < n; i++) {
    const row = rows[i]!
    const isArray = isArrayRow(row)
    for (let j = 0; j < width; j++, at++) {
      const value = isArray
        ? row[sources === null ? j : sources[j]!]!
        : (row as { readonly [column: string]: Value })[keyOf(row, names![j]!)!]!
      const converted = convert(value)
      if (converted === undefined) throw unfit(model, input, value, i, names?.[j] ?? `column ${j}`)
      values[at] = converted
    }
  }
  return { type: input.type, data, dims }
}

function isArrayRow(row: TableRow): row is readonly Value[] | Float64Array {
  return Array.isArray(row) || ArrayBuffer.isView(row)
}

function columnsMismatch(
  model: string,
  inputs: readonly GraphInput[],
  columns: readonly string[],
  total: number,
): ShapeError {
  return new ShapeError({
    where: `${model}, options.columns`,
    got: `${columns.length} names: ${columns.join(', ')}`,
    expected: `${total} names for ${inputs.map(inputText).join('; ')}`,
    remedy: 'Name the columns that the model takes, without the target.',
  })
}

function unfit(
  model: string,
  input: GraphInput,
  value: Value,
  row: number,
  column: string,
): DataError {
  return new DataError({
    where: `${model}, predict, row ${row}, ${column}`,
    got: value === undefined ? 'nothing' : JSON.stringify(value),
    expected: `a value for the input ${inputText(input)}`,
    remedy:
      value === null
        ? 'This type has no missing values: fill them, or export the model with a float input.'
        : 'Encode the value as the model was trained with it.',
  })
}
