/**
 * Tables from Parquet files, by hyparquet.
 *
 * Integers of 64 bits become numbers where these are exact, dates and times ISO strings. Both libraries are loaded when
 * the first Parquet file is read.
 */
import { DataError } from '../contract/errors.ts'
import type { ColumnType, Table } from './table.ts'
import { tableOfValues } from './value-columns.ts'

/** How a Parquet file is read. */
export interface ParquetOptions {
  /** The file's name in messages. Default: `Parquet`. */
  readonly name?: string | undefined
  /** What some columns hold, where the guess is wrong. */
  readonly types?: { readonly [column: string]: ColumnType } | undefined
}

/** The table in a Parquet file. Throws a DataError for a file that is not one, cut off, or without rows. */
export async function parseParquet(
  bytes: Uint8Array,
  options: ParquetOptions = {},
): Promise<Table> {
  const name = options.name ?? 'Parquet'
  checkParquetFrame(bytes, name)
  const { parquet, compressors } = await loadParquet()
  const { parquetMetadata, parquetRead, parquetSchema } = parquet
  const file = new Uint8Array(bytes).buffer
  try {
    const metadata = parquetMetadata(file)
    const columnNames = parquetSchema(metadata).children.map((child) => child.element.name)
    let rows: unknown[][] = []
    await parquetRead({
      file,
      metadata,
      compressors,
      onComplete: (complete: unknown[][]) => {
        rows = complete
      },
    })
    if (rows.length === 0) {
      throw new DataError({
        where: name,
        got: 'no rows',
        expected: 'at least one row',
        remedy: 'Check that the file was written to the end.',
      })
    }
    return tableOfValues(
      columnNames,
      rows,
      options.types,
      (row, column) => `${name}, row ${row}, column ${JSON.stringify(column)}`,
    )
  } catch (cause) {
    if (cause instanceof DataError) throw cause
    throw new DataError({
      where: name,
      got: `a Parquet file that cannot be read (${(cause as Error).message})`,
      expected: 'a whole Parquet file',
      remedy: 'Check that it was written to the end.',
      cause,
    })
  }
}

/** Both libraries, loaded when they are first needed. */
export async function loadParquet() {
  const [parquet, { compressors }] = await Promise.all([
    import('hyparquet'),
    import('hyparquet-compressors'),
  ])
  return { parquet, compressors }
}

/** Parquet files begin and end with `PAR1`; a file without the second was cut off. */
export function checkParquetFrame(bytes: Uint8Array, name: string): void {
  const mark = (from: number) => String.fromCharCode(...bytes.subarray(from, from + 4))
  const begins = mark(0) === 'PAR1'
  if (begins && bytes.length >= 12 && mark(bytes.length - 4) === 'PAR1') return
  throw new DataError({
    where: name,
    got:
      bytes.length === 0
        ? 'an empty file'
        : begins
          ? 'a Parquet file that was cut off'
          : 'no Parquet file',
    expected: 'a file that begins and ends with PAR1',
    remedy: begins ? 'Write or copy it again.' : 'Check that this is the file you meant.',
  })
}
