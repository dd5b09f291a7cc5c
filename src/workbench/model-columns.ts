/**
 * Which columns of the data the model takes, and in which order.
 *
 * 1. `--features` says it. Else, where the model names its columns and the data has them all, those, in the model's order.
 *    Else all but the target and what `--drop` names, in the order of the data.
 * 2. What cannot fit is refused before anything is sampled: another number of columns than an ONNX input has, and text
 *    for an input of numbers.
 */
import { DataError, ShapeError } from '../contract/errors.ts'
import { nearestName } from '../contract/nearest.ts'
import { dropColumns, selectColumns, type Table } from '../data/table.ts'
import type { OnnxInspection } from '../models/onnx.ts'
import type { OpenedModel } from '../models/open.ts'

/** The columns that the model takes, as a table. `where` is the data's name in messages. */
export function modelColumns(
  table: Table,
  model: OpenedModel,
  target: string | undefined,
  flags: { readonly features?: readonly string[]; readonly drop?: readonly string[] },
  where: string,
): Table {
  if (flags.features !== undefined) return selectColumns(table, flags.features, where)
  const dropped = [...(flags.drop ?? []), ...(target === undefined ? [] : [target])]
  const rest = dropColumns(table, [...new Set(dropped)], where)
  const { inputNames } = model
  if (inputNames === undefined) return rest
  const found = inputNames.map((name) => findColumn(name, rest.columnNames))
  if (!found.includes(undefined)) return selectColumns(rest, found as string[], where)
  if (rest.columnNames.length === inputNames.length && table.naming !== 'file') return rest
  const absent = inputNames.filter((_, index) => found[index] === undefined)
  const near = nearestName(absent[0]!, rest.columnNames)
  throw new ShapeError({
    where,
    got: `no column ${absent.slice(0, 10).join(', ')} among ${rest.columnNames.slice(0, 20).join(', ')}`,
    expected: `a column for each input of the model: ${inputNames.join(', ')}`,
    remedy: `${near === undefined ? '' : `The nearest to ${absent[0]} is ${near}. `}Say which columns the model takes, in its order, with --features.`,
  })
}

/** Throws where the columns cannot fit the one input of an ONNX model. */
export function checkColumnsFit(features: Table, model: OpenedModel, encoded: boolean): void {
  const inspection = (model as { readonly inspection?: OnnxInspection }).inspection
  const input = inspection?.inputs.length === 1 ? inspection.inputs[0] : undefined
  if (input === undefined || inspection === undefined) return
  const width = input.shape?.length === 2 ? input.shape[1] : undefined
  const { columnNames } = features
  if (typeof width === 'number' && width !== columnNames.length) {
    throw new ShapeError({
      where: inspection.source,
      got: `${columnNames.length} columns: ${columnNames.slice(0, 20).join(', ')}${columnNames.length > 20 ? ', …' : ''}`,
      expected: `${width} columns, for the input ${input.name} ${input.type}`,
      remedy:
        'Name the target with --target, leave columns out with --drop, or list those that the model takes with --features.',
    })
  }
  if (encoded || input.element === 'string') return
  const texts = columnNames.filter((_, index) =>
    features.rows.some((row) => typeof row[index] === 'string' && !isNumeric(row[index])),
  )
  if (texts.length === 0) return
  throw new DataError({
    where: inspection.source,
    got: `text in the ${texts.length === 1 ? 'column' : 'columns'} ${texts.join(', ')}`,
    expected: `numbers, for the input ${input.name} ${input.type}`,
    remedy: `Export the whole pipeline, encoder included, with an input for each column; or use --encode ordinal if the model was trained on categories numbered in sorted order (scikit-learn's OrdinalEncoder); or leave ${texts.length === 1 ? 'it' : 'them'} out with --drop.`,
  })
}

/** The column of that name: exactly, else without regard to case and punctuation, which exporters change. */
function findColumn(name: string, columns: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
  return columns.includes(name) ? name : columns.find((column) => plain(column) === plain(name))
}

function isNumeric(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text))
}
