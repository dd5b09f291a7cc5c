/**
 * The records of a CSV, JSON lines or Parquet file, in chunks and in one form: values in the order of the wanted columns.
 */
import { stat } from 'node:fs/promises'
import { DataError } from '../contract/errors.ts'
import { didYouMean } from '../contract/nearest.ts'
import { extensionOf } from '../data/bytes.ts'
import type { CsvOptions } from '../data/csv.ts'
import { streamCsv } from '../data/stream-csv.ts'
import { openParquet } from '../data/stream-parquet.ts'
import { textLines } from '../data/text-chunks.ts'

/** Some records. */
export interface RecordChunk {
  /** Names of all columns of the file; of JSON lines, of the first record. */
  readonly names: readonly string[]
  /** Values of the wanted columns in their order, as the file has them; an error for a record without them. */
  readonly records: readonly (readonly unknown[] | DataError)[]
  /** How much of the file is read, 0 to 1. */
  readonly share: number
  /** Records in the whole file, where it tells. */
  readonly total?: number
}

/** How records are read. */
export type RecordOptions = CsvOptions & { readonly encoding?: string | undefined }

/** Endings of the files that hold records. */
export const RECORD_ENDINGS = ['.csv', '.tsv', '.tab', '.data', '.parquet', '.jsonl', '.ndjson']

const JSON_CHUNK = 1000

/**
 * Reads a file of records. `wanted` chooses the columns from the names of all; it may throw. Throws a DataError for a file
 * that cannot be read or lacks a wanted column.
 */
export async function* readRecords(
  path: string,
  wanted: (names: readonly string[]) => readonly string[],
  options: RecordOptions = {},
): AsyncGenerator<RecordChunk> {
  const extension = extensionOf(path)
  if (extension === '.parquet') yield* parquetRecords(path, wanted)
  else if (extension === '.jsonl' || extension === '.ndjson') {
    yield* jsonRecords(path, wanted, options.encoding)
  } else yield* csvRecords(path, wanted, options)
}

async function* parquetRecords(
  path: string,
  wanted: (names: readonly string[]) => readonly string[],
): AsyncGenerator<RecordChunk> {
  const file = await openParquet(path)
  try {
    const columns = checked(wanted(file.columnNames), file.columnNames, path)
    let done = 0
    for await (const records of file.read(columns)) {
      done += records.length
      yield { names: file.columnNames, records, share: done / file.rows, total: file.rows }
    }
  } finally {
    await file.close()
  }
}

async function* csvRecords(
  path: string,
  wanted: (names: readonly string[]) => readonly string[],
  options: RecordOptions,
): AsyncGenerator<RecordChunk> {
  const size = await sizeOf(path)
  const tab = ['.tsv', '.tab'].includes(extensionOf(path)) ? '\t' : undefined
  let places: number[] | undefined
  const delimiter = options.delimiter ?? tab
  for await (const { head, records, bytes } of streamCsv(path, { ...options, delimiter })) {
    const names = head.columnNames
    places ??= checked(wanted(names), names, path).map((name) => names.indexOf(name))
    const at = places
    yield {
      names,
      records: records.map((cells) =>
        cells instanceof DataError ? cells : at.map((place) => cells[place]!),
      ),
      share: size === 0 ? 1 : bytes / size,
    }
  }
}

async function* jsonRecords(
  path: string,
  wanted: (names: readonly string[]) => readonly string[],
  encoding: string | undefined,
): AsyncGenerator<RecordChunk> {
  const size = await sizeOf(path)
  let names: readonly string[] | undefined
  let columns: readonly string[] = []
  let records: (readonly unknown[] | DataError)[] = []
  let line = 0
  for await (const { text, bytes } of textLines(path, encoding)) {
    line++
    if (text.trim() === '') continue
    const record = parsed(text, `${path}, line ${line}`)
    if (names === undefined) {
      if (record instanceof DataError) throw record
      names = Object.keys(record)
      columns = checked(wanted(names), names, path)
    }
    records.push(
      record instanceof DataError ? record : valuesOf(record, columns, `${path}, line ${line}`),
    )
    if (records.length === JSON_CHUNK) {
      yield { names, records, share: bytes / size }
      records = []
    }
  }
  if (names === undefined) {
    throw new DataError({
      where: path,
      got: 'no rows',
      expected: 'one JSON object a line',
      remedy: 'Check that the file was written to the end.',
    })
  }
  yield { names, records, share: 1 }
}

function valuesOf(
  record: { readonly [column: string]: unknown },
  columns: readonly string[],
  where: string,
): readonly unknown[] | DataError {
  const absent = columns.find((column) => !Object.hasOwn(record, column))
  if (absent === undefined) return columns.map((column) => record[column])
  return new DataError({
    where,
    got: `no value for the column ${JSON.stringify(absent)}`,
    expected: `a value for each of ${columns.slice(0, 20).join(', ')}`,
    remedy: 'Write null where a value is missing.',
  })
}

function parsed(text: string, where: string): { readonly [column: string]: unknown } | DataError {
  let value: unknown
  let reason = ''
  try {
    value = JSON.parse(text)
  } catch (cause) {
    reason = ` (${(cause as Error).message})`
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as { readonly [column: string]: unknown }
  }
  return new DataError({
    where,
    got: value === undefined ? `text that is no JSON${reason}` : 'JSON that is no object',
    expected: 'one complete JSON object a line',
    remedy: 'Write each row as {"column": value, …}.',
  })
}

function checked(
  columns: readonly string[],
  names: readonly string[],
  path: string,
): readonly string[] {
  const absent = columns.find((column) => !names.includes(column))
  if (absent === undefined) return columns
  throw new DataError({
    where: path,
    got: `no column ${JSON.stringify(absent)} among ${names.slice(0, 20).join(', ')}`,
    expected: `the columns ${columns.slice(0, 20).join(', ')}`,
    remedy: didYouMean(absent, names, 'Rename the columns, or name others.'),
  })
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0
}
