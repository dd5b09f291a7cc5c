/**
 * Rows as the model wants them, made from rows as the data has them.
 *
 * `ordinal`: each category becomes its number in sorted order, from 0, as scikit-learn's OrdinalEncoder and pandas'
 * category codes number them; missing stays missing. `objects`: values by column name in place of a list.
 */
import type { TableRow, Value } from '../contract/instance.ts'
import type { PredictContext, PredictFunction } from '../contract/predictor.ts'
import type { Table } from '../data/table.ts'

/** How rows are written for the model. */
export interface RowEncoding {
  readonly encode?: 'ordinal'
  readonly rows?: 'arrays' | 'objects'
}

/** `predict` for rows of `features`, in front of the model's own. */
export function encodedPredict(
  predict: PredictFunction<TableRow>,
  features: Table,
  encoding: RowEncoding,
): PredictFunction<TableRow> {
  const numbers =
    encoding.encode === 'ordinal'
      ? features.types.map((type, c) => numbering(features, type, c))
      : null
  const { columnNames } = features
  if (numbers === null && encoding.rows !== 'objects') return predict
  return (rows: readonly TableRow[], context: PredictContext) =>
    predict(
      rows.map((row) => {
        const values = (row as readonly Value[]).map((value, c) => {
          const codes = numbers?.[c]
          return codes === undefined || codes === null ? value : (codes.get(value) ?? null)
        })
        if (encoding.rows !== 'objects') return values
        return Object.fromEntries(columnNames.map((name, c) => [name, values[c]!]))
      }),
      context,
    )
}

function numbering(features: Table, type: string, column: number): Map<Value, number> | null {
  if (type === 'number') return null
  const distinct = [...new Set(features.rows.map((row) => row[column]!))].filter(
    (value) => value !== null,
  )
  const sorted = distinct.sort((a, b) =>
    String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0,
  )
  return new Map(sorted.map((value, code) => [value, code]))
}
