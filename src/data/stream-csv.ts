/**
 * The records of a CSV of any size, a few thousand at a time.
 *
 * 1. Pieces of the file are joined up to the last line break that stands outside of quotes. As for Papa Parse, which
 *    splits the records then, a quote opens a cell only as its first character.
 * 2. The first piece tells names and delimiter (`readCsvHead`).
 * 3. A record of another length than the first is handed on with what is wrong with it: what becomes of it is the
 *    reader's to say.
 */
import Papa from 'papaparse'
import { DataError } from '../contract/errors.ts'
import { type CsvHead, type CsvOptions, readCsvHead } from './csv.ts'
import { CHUNK_BYTES, textChunks } from './text-chunks.ts'

/** Some records of a file. */
export interface CsvRecords {
  readonly head: CsvHead
  /** Cells as they stand in the file; an Error where a record cannot be used. */
  readonly records: readonly (readonly string[] | DataError)[]
  /** Bytes of the file that are read so far. */
  readonly bytes: number
}

/** The longest record, in characters: beyond it a quote was not closed. */
const LONGEST_RECORD = 1 << 26

/** Reads a CSV piece by piece. Throws a DataError for a file that cannot be read, and for a quote that is never closed. */
export async function* streamCsv(
  path: string,
  options: CsvOptions & { readonly encoding?: string | undefined } = {},
): AsyncGenerator<CsvRecords> {
  const { encoding, ...csv } = options
  const name = options.name ?? path
  let head: CsvHead | undefined
  let rest = ''
  let bytes = 0
  let row = 0
  const take = (text: string): CsvRecords | undefined => {
    const first = head === undefined
    head ??= readCsvHead(text, { ...csv, name })
    const { data, errors } = Papa.parse<string[]>(text, {
      delimiter: head.delimiter,
      skipEmptyLines: true,
    })
    const broken = new Map(
      errors.filter(({ type }) => type === 'Quotes').map((error) => [error.row, error.message]),
    )
    const { width } = head
    const records = data.slice(first ? head.first : 0).map((cells, i) => {
      const where = `${name}, row ${row++}`
      const quotes = broken.get(i + (first ? head!.first : 0))
      if (quotes !== undefined) {
        return new DataError({
          where,
          got: `a double quote that is not closed as it should be (${quotes})`,
          expected: 'quotes around whole cells, and "" for a quote inside of them',
          remedy: 'Mend the line.',
        })
      }
      if (cells.length === width) return cells
      return new DataError({
        where,
        got: `${cells.length} cells`,
        expected: `${width}, as in the first line`,
        remedy: 'Put a cell that holds the delimiter or a line break into double quotes.',
      })
    })
    return records.length === 0 && !first ? undefined : { head, records, bytes }
  }
  for await (const chunk of textChunks(path, encoding)) {
    bytes = chunk.bytes
    rest +=
      bytes === chunk.text.length && chunk.text.startsWith('\ufeff')
        ? chunk.text.slice(1)
        : chunk.text
    if (rest.length < CHUNK_BYTES / 2) continue
    const end = lastRecordEnd(rest, head?.delimiter ?? delimiterOf(rest, csv, name))
    if (end === 0) {
      if (rest.length > LONGEST_RECORD) throw unclosed(name, row)
      continue
    }
    const records = take(rest.slice(0, end))
    rest = rest.slice(end)
    if (records !== undefined) yield records
  }
  if (rest !== '' || head === undefined) {
    const records = take(rest)
    if (records !== undefined) yield records
  }
}

/** One past the last line break outside of quotes; 0 where there is none. */
function lastRecordEnd(text: string, delimiter: string): number {
  const separator = delimiter.charCodeAt(0)
  let end = 0
  let start = true
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (quoted) {
      if (code !== QUOTE) continue
      const next = text.charCodeAt(i + 1)
      if (next === QUOTE) i++
      else if (next === separator || next === LF || next === CR || Number.isNaN(next))
        quoted = false
      continue
    }
    if (code === LF) {
      end = i + 1
      start = true
    } else if (code === QUOTE && start) {
      quoted = true
      start = false
    } else start = code === separator
  }
  return end
}

const QUOTE = 34
const LF = 10
const CR = 13

/** The delimiter that the first line tells, which is whole here. */
function delimiterOf(text: string, options: CsvOptions, name: string): string {
  if (options.delimiter !== undefined) return options.delimiter
  const end = text.indexOf('\n')
  return end < 0
    ? ','
    : readCsvHead(text.slice(0, end), {
        ...options,
        name,
        header: false,
        columnNames: undefined,
        types: undefined,
      }).delimiter
}

function unclosed(name: string, row: number): DataError {
  return new DataError({
    where: `${name}, row ${row} and on`,
    got: `no end of the record in ${LONGEST_RECORD} characters`,
    expected: 'double quotes that are closed',
    remedy: 'Mend the line on which the quote opens.',
  })
}
