/**
 * Tables from JSON: one object a line (JSON lines), or an array of objects.
 *
 * Columns are all names that occur, in the order in which they first occur; an object without one has `null` there.
 * Values are numbers, strings, booleans or null; see value-columns.ts for the types.
 */
import { DataError } from '../contract/errors.ts'
import type { ColumnType, Table } from './table.ts'
import { tableOfValues } from './value-columns.ts'

/** How a JSON text is read. */
export interface JsonLinesOptions {
  /** The file's name in messages. Default: `JSON lines`. */
  readonly name?: string | undefined
  /** What some columns hold, where the guess is wrong. */
  readonly types?: { readonly [column: string]: ColumnType } | undefined
}

/** The table in a text of JSON lines, or of one array of objects. Throws a DataError with file and line. */
export function parseJsonLines(text: string, options: JsonLinesOptions = {}): Table {
  const name = options.name ?? 'JSON lines'
  const records = text.trimStart().startsWith('[') ? oneArray(text, name) : eachLine(text, name)
  const columnNames: string[] = []
  const known = new Set<string>()
  for (const { record } of records) {
    for (const column of Object.keys(record)) {
      if (!known.has(column)) columnNames.push(column)
      known.add(column)
    }
  }
  if (columnNames.length === 0) {
    throw new DataError({
      where: name,
      got: 'no rows',
      expected: 'one JSON object a line',
      remedy: 'Check that the file was written to the end.',
    })
  }
  return tableOfValues(
    columnNames,
    records.map(({ record }) => columnNames.map((column) => record[column])),
    options.types,
    (row, column) => `${name}, ${records[row]!.place}, ${JSON.stringify(column)}`,
  )
}

interface PlacedRecord {
  readonly place: string
  readonly record: { readonly [column: string]: unknown }
}

function eachLine(text: string, name: string): PlacedRecord[] {
  const records: PlacedRecord[] = []
  text.split(/\r\n|\n|\r/).forEach((line, index) => {
    if (line.trim() === '') return
    const place = `line ${index + 1}`
    records.push({
      place,
      record: asRecord(parsed(line, `${name}, ${place}`), `${name}, ${place}`),
    })
  })
  return records
}

function oneArray(text: string, name: string): PlacedRecord[] {
  const list = parsed(text, name) as unknown[]
  return list.map((item, index) => {
    const place = `item ${index}`
    return { place, record: asRecord(item, `${name}, ${place}`) }
  })
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DataError({
      where,
      got: `text that is no JSON (${(cause as Error).message})`,
      expected: 'a JSON object',
      remedy: 'Write one complete object a line.',
      cause,
    })
  }
}

function asRecord(value: unknown, where: string): { readonly [column: string]: unknown } {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as { readonly [column: string]: unknown }
  }
  throw new DataError({
    where,
    got: Array.isArray(value) ? 'an array' : JSON.stringify(value),
    expected: 'an object of values by column name',
    remedy: 'Write each row as {"column": value, …}.',
  })
}
