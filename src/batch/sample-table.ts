/**
 * The first rows of a file as a table: what stands in for training data where a batch is given none.
 */
import { DataError } from '../contract/errors.ts'
import { extensionOf } from '../data/bytes.ts'
import { typeColumn } from '../data/column-types.ts'
import type { Table } from '../data/table.ts'
import { tableOfValues } from '../data/value-columns.ts'
import { type RecordOptions, readRecords } from './read-records.ts'

/** Rows that are enough to know bins and frequencies well. */
export const SAMPLE_ROWS = 20_000

/** Reads at most `most` rows; records that cannot be used are left out. Throws a DataError for a file without any. */
export async function sampleTable(
  path: string,
  options: RecordOptions = {},
  most = SAMPLE_ROWS,
): Promise<Table> {
  const rows: (readonly unknown[])[] = []
  let names: readonly string[] = []
  const all = (columns: readonly string[]) => columns
  for await (const chunk of readRecords(path, all, options)) {
    names = chunk.names
    for (const record of chunk.records) {
      if (!(record instanceof DataError) && rows.length < most) rows.push(record)
    }
    if (rows.length === most) break
  }
  if (rows.length === 0) {
    throw new DataError({
      where: path,
      got: 'no rows',
      expected: 'at least one row',
      remedy: 'Check that the file was written to the end.',
    })
  }
  const { types } = options
  const place = (row: number, column: string) =>
    `${path}, row ${row}, column ${JSON.stringify(column)}`
  if (['.jsonl', '.ndjson', '.parquet'].includes(extensionOf(path))) {
    return tableOfValues(names, rows, types, place)
  }
  const columns = names.map((name, c) =>
    typeColumn(
      rows.map((row) => row[c] as string),
      types?.[name],
      options,
      (row, got, expected, remedy) =>
        new DataError({ where: place(row, name), got, expected, remedy }),
    ),
  )
  return {
    columnNames: names,
    rows: rows.map((_, row) => columns.map(({ values }) => values[row]!)),
    types: columns.map(({ type }) => type),
    naming: 'file',
  }
}
