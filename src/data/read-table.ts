/**
 * A table from a file, by its ending: `.csv`, `.tsv`, `.txt` (CSV with a guessed delimiter), `.parquet`,
 * `.jsonl`, `.ndjson`, `.json`.
 *
 * The pure readers are in csv.ts, parquet.ts and json-lines.ts; this file alone touches the disk.
 */
import { DataError } from '../contract/errors.ts'
import { checkOptions } from '../contract/nearest.ts'
import { decodeText, extensionOf, readBytes } from './bytes.ts'
import { CSV_OPTIONS, type CsvOptions, parseCsv } from './csv.ts'
import type { Table } from './table.ts'

/** How a table is read from a file: the options of CSV, of which Parquet and JSON use `types`. */
export interface ReadTableOptions extends CsvOptions {
  /** The encoding of a text file. Default: UTF-8, or UTF-16 by its mark. */
  readonly encoding?: string | undefined
}

const TEXT_READERS = ['.csv', '.tsv', '.tab', '.txt', '.data', '']
const JSON_READERS = ['.jsonl', '.ndjson', '.json']

/** The table in a file. Throws a DataError that names the file for all that can be wrong with it. */
export async function readTable(path: string, options: ReadTableOptions = {}): Promise<Table> {
  checkOptions('readTable, options', options, [...CSV_OPTIONS, 'encoding'])
  const { encoding, ...csvOptions } = options
  const name = options.name ?? path
  const extension = extensionOf(path)
  const types = options.types
  if (extension === '.parquet') {
    const { parseParquet } = await import('./parquet.ts')
    return parseParquet(await readBytes(path), { name, types })
  }
  if (JSON_READERS.includes(extension)) {
    const { parseJsonLines } = await import('./json-lines.ts')
    return parseJsonLines(decodeText(await readBytes(path), name, encoding), { name, types })
  }
  if (TEXT_READERS.includes(extension)) {
    const delimiter =
      options.delimiter ?? (extension === '.tsv' || extension === '.tab' ? '\t' : undefined)
    return parseCsv(decodeText(await readBytes(path), name, encoding), {
      ...csvOptions,
      name,
      delimiter,
    })
  }
  throw new DataError({
    where: path,
    got: `a file that ends with ${extension}`,
    expected: 'a table in .csv, .tsv, .parquet or .jsonl',
    remedy: 'Convert the file, or rename it if it is one of these.',
  })
}
