/**
 * Rows as the model wants them, made from rows as the data has them.
 *
 * Categories: each becomes its number in sorted order, from 0, as scikit-learn's OrdinalEncoder and pandas' category codes
 * number them; missing stays missing. Objects: values by column name in place of a list.
 */
import type { TableRow, Value } from '../contract/instance.ts'
import type { PredictContext, PredictFunction } from '../contract/predictor.ts'
import type { Table } from '../data/table.ts'
import type { PlannedRows } from './plan.ts'

/** For each column its categories in sorted order; null for columns of numbers. */
export function sortedCategories(features: Table): (Value[] | null)[] {
  return features.types.map((type, column) => {
    if (type === 'number') return null
    const distinct = [...new Set(features.rows.map((row) => row[column]!))].filter(
      (value) => value !== null,
    )
    return distinct.sort((a, b) => (String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0))
  })
}

/** `predict` for rows of the plan's columns, in front of the model's own. */
export function encodedPredict(
  predict: PredictFunction<TableRow>,
  { columnNames, categories, objects }: PlannedRows,
): PredictFunction<TableRow> {
  if (categories === null && !objects) return predict
  const codes = categories?.map((list) =>
    list === null ? null : new Map(list.map((value, code) => [value, code])),
  )
  return (rows: readonly TableRow[], context: PredictContext) =>
    predict(
      rows.map((row) => {
        const values = (row as readonly Value[]).map((value, c) => {
          const numbers = codes?.[c]
          return numbers === undefined || numbers === null ? value : (numbers.get(value) ?? null)
        })
        if (!objects) return values
        return Object.fromEntries(columnNames.map((name, c) => [name, values[c]!]))
      }),
      context,
    )
}
