/**
 * Tables from CSV text.
 *
 * 1. Split: Papa Parse guesses the delimiter and handles quotes, CRLF and line breaks inside of quotes. A byte order
 *    mark and empty lines are skipped. Rows of another length than the first are refused with their line.
 * 2. Header: by default the first line holds names unless it looks like data, that is unless a column of numbers begins
 *    with a number. A file without names gets `column 0`, `column 1`, …
 *    scikit-learn's own files begin with `rows,columns,class names…`, which no other row resembles: their columns
 *    become `feature 0`, …, and `target`, and the class names are kept.
 * 3. Types: see column-types.ts.
 *
 * Nothing here needs Node; reading from a path is in read-table.ts.
 */
import Papa from 'papaparse'
import { DataError } from '../contract/errors.ts'
import type { Value } from '../contract/instance.ts'
import { checkOptions, didYouMean } from '../contract/nearest.ts'
import { type CellOptions, looksNumeric, MISSING_VALUES, typeColumn } from './column-types.ts'
import type { ColumnType, Table } from './table.ts'

/** How a CSV text is read. */
export interface CsvOptions extends CellOptions {
  /** The file's name in messages. Default: `CSV`. */
  readonly name?: string | undefined
  /** Default: guessed from comma, tab, semicolon, bar. */
  readonly delimiter?: string | undefined
  /** Whether the first line holds names. Default: `'auto'`. */
  readonly header?: boolean | 'auto' | 'scikit-learn' | undefined
  /** Names for the columns, in place of the file's own. */
  readonly columnNames?: readonly string[] | undefined
  /** What some columns hold, where the guess is wrong. */
  readonly types?: { readonly [column: string]: ColumnType } | undefined
}

/** The names of all options, for a check of names. */
export const CSV_OPTIONS = [
  'name',
  'delimiter',
  'header',
  'columnNames',
  'types',
  'missingValues',
  'decimal',
] as const

/** The table in a CSV text. Throws a DataError, with file and line, for a text that is not one. */
export function parseCsv(text: string, options: CsvOptions = {}): Table {
  checkOptions('parseCsv, options', options, CSV_OPTIONS)
  const name = options.name ?? 'CSV'
  const clean = text.startsWith('\ufeff') ? text.slice(1) : text
  const lines = splitCsv(clean, name, options.delimiter)
  if (lines.length === 0) {
    throw new DataError({
      where: name,
      got: 'an empty file',
      expected: 'a line of names and at least one row',
      remedy: 'Check that the file was written to the end.',
    })
  }
  const fail = (row: number, what: string, got: string, expected: string, remedy: string) =>
    new DataError({
      where: `${name}, line ${lineOfRow(clean, row, options.delimiter)}${what}`,
      got,
      expected,
      remedy,
    })
  const head = readHead(lines, options, (got, expected, remedy) =>
    fail(0, '', got, expected, remedy),
  )
  const { columnNames, first, width } = head
  for (let row = first; row < lines.length; row++) {
    if (lines[row]!.length !== width) {
      throw fail(
        row,
        '',
        `${lines[row]!.length} cells`,
        `${width}, as in the lines before`,
        'Put a cell that holds the delimiter or a line break into double quotes, or name the delimiter.',
      )
    }
  }
  if (lines.length === first) {
    throw new DataError({
      where: name,
      got: 'a line of names and no rows',
      expected: 'at least one row below it',
      remedy: 'Check that the file was written to the end.',
    })
  }
  checkNames(columnNames, options, name)
  const columns = columnNames.map((column, index) =>
    typeColumn(
      lines.slice(first).map((line) => line[index]!),
      // A column may be called `constructor`.
      Object.hasOwn(options.types ?? {}, column) ? options.types?.[column] : undefined,
      options,
      (row, got, expected, remedy) =>
        fail(first + row, `, column ${JSON.stringify(column)}`, got, expected, remedy),
    ),
  )
  const rows: Value[][] = []
  for (let row = 0; row < lines.length - first; row++) {
    rows.push(columns.map((column) => column.values[row]!))
  }
  return {
    columnNames,
    rows,
    types: columns.map((column) => column.type),
    naming: head.naming,
    ...(head.targetNames === undefined ? {} : { targetNames: head.targetNames }),
  }
}

/** What the first lines of a CSV tell about all of it. */
export interface CsvHead {
  readonly columnNames: readonly string[]
  readonly naming: Table['naming']
  readonly delimiter: string
  /** Records above the first row of values: 0 or 1. */
  readonly first: number
  /** Cells of a record. */
  readonly width: number
}

/**
 * Reads the head of a CSV of which `sample` is the beginning, cut off after a whole record, for readers that go through
 * a file piece by piece. Throws a DataError as `parseCsv` does.
 */
export function readCsvHead(sample: string, options: CsvOptions = {}): CsvHead {
  const name = options.name ?? 'CSV'
  const text = sample.startsWith('\ufeff') ? sample.slice(1) : sample
  const delimiter = options.delimiter ?? guessDelimiter(text)
  const lines = splitCsv(text, name, delimiter)
  if (lines.length === 0) {
    throw new DataError({
      where: name,
      got: 'an empty file',
      expected: 'a line of names and at least one row',
      remedy: 'Check that the file was written to the end.',
    })
  }
  const { columnNames, naming, first, width } = readHead(
    lines,
    options,
    (got, expected, remedy) => new DataError({ where: `${name}, line 1`, got, expected, remedy }),
  )
  checkNames(columnNames, options, name)
  return { columnNames, naming, delimiter, first, width }
}

interface Head {
  readonly columnNames: readonly string[]
  /** Index of the first row of values. */
  readonly first: number
  readonly width: number
  readonly naming: Table['naming']
  readonly targetNames?: readonly string[]
}

function readHead(
  lines: readonly (readonly string[])[],
  options: CsvOptions,
  fail: (got: string, expected: string, remedy: string) => DataError,
): Head {
  const firstLine = lines[0]!.map((cell) => cell.trim())
  const header = options.header ?? 'auto'
  if (header === 'scikit-learn' || (header === 'auto' && isScikitHead(lines))) {
    const columns = Number(firstLine[1])
    const width = columns + 1
    const numbered = Array.from({ length: columns }, (_, index) => `feature ${index}`)
    return {
      columnNames: options.columnNames ?? [...numbered, 'target'],
      first: 1,
      width,
      naming: options.columnNames === undefined ? 'scikit-learn' : 'caller',
      targetNames: firstLine.slice(2),
    }
  }
  const named = header === 'auto' ? !looksLikeData(lines) : header
  const width = firstLine.length
  const first = named ? 1 : 0
  if (options.columnNames !== undefined) {
    if (options.columnNames.length !== width) {
      throw fail(
        `${width} cells`,
        `${options.columnNames.length}, one for each of the column names handed in`,
        'Give one name for each column.',
      )
    }
    return { columnNames: options.columnNames, first, width, naming: 'caller' }
  }
  if (!named) {
    const columnNames = firstLine.map((_, index) => `column ${index}`)
    return { columnNames, first, width, naming: 'numbered' }
  }
  const columnNames = firstLine.map((cell, index) => (cell === '' ? `column ${index}` : cell))
  return { columnNames, first, width, naming: 'file' }
}

/** `150,4,setosa,versicolor,virginica` above rows of 4 + 1 numbers: counts of rows and columns that fit the file. */
function isScikitHead(lines: readonly (readonly string[])[]): boolean {
  const [rows, columns, ...names] = lines[0]!
  return (
    names.length > 0 &&
    lines.length > 1 &&
    // Of a large file only the beginning may be here.
    Number(rows) >= lines.length - 1 &&
    Number(columns) === lines[1]!.length - 1 &&
    names.every((name) => !looksNumeric(name.trim()))
  )
}

/** True if some column that holds only numbers below the first line holds one there too. */
function looksLikeData(lines: readonly (readonly string[])[]): boolean {
  const missing = new Set(MISSING_VALUES)
  const sample = lines.slice(1, 101)
  if (sample.length === 0) return lines[0]!.some((cell) => looksNumeric(cell.trim()))
  return lines[0]!.some((cell, index) => {
    if (!looksNumeric(cell.trim())) return false
    let numbers = 0
    for (const line of sample) {
      const below = (line[index] ?? '').trim()
      if (missing.has(below)) continue
      if (!looksNumeric(below)) return false
      numbers++
    }
    return numbers > 0
  })
}

function checkNames(names: readonly string[], options: CsvOptions, where: string): void {
  const seen = new Map<string, number>()
  names.forEach((column, index) => {
    const before = seen.get(column)
    if (before !== undefined) {
      throw new DataError({
        where: `${where}, line 1`,
        got: `the name ${JSON.stringify(column)} for columns ${before} and ${index}`,
        expected: 'a name of its own for each column',
        remedy: 'Rename one of them, or hand in names of your own.',
      })
    }
    seen.set(column, index)
  })
  for (const column of Object.keys(options.types ?? {})) {
    if (seen.has(column)) continue
    throw new DataError({
      where: `${where}, types`,
      got: JSON.stringify(column),
      expected: `one of ${names.join(', ')}`,
      remedy: didYouMean(column, names, 'Take one of these names.'),
    })
  }
}

function splitCsv(text: string, name: string, delimiter: string | undefined): string[][] {
  const { data, errors } = Papa.parse<string[]>(text, parseConfig(text, delimiter))
  const unclosed = errors.find((error) => error.type === 'Quotes')
  if (unclosed !== undefined) {
    const line =
      unclosed.row === undefined ? '' : `, line ${lineOfRow(text, unclosed.row, delimiter)}`
    throw new DataError({
      where: `${name}${line}`,
      got: `a double quote that is not closed as it should be (${unclosed.message})`,
      expected: 'quotes around whole cells, and "" for a quote inside of them',
      remedy: 'Mend the line, or check that the file was written to the end.',
    })
  }
  return data
}

/** The line on which row `wanted` begins, counted from 1: found by parsing again, because only errors need it. */
function lineOfRow(text: string, wanted: number, delimiter: string | undefined): number {
  let row = 0
  let from = 0
  Papa.parse<string[]>(text, {
    ...parseConfig(text, delimiter),
    step: (result, parser) => {
      if (row === wanted) parser.abort()
      else from = result.meta.cursor
      row++
    },
  })
  while (text[from] === '\n' || text[from] === '\r') from++
  return text.slice(0, from).split(/\r\n|\n|\r/).length
}

function parseConfig(text: string, delimiter: string | undefined) {
  return {
    delimiter: delimiter ?? guessDelimiter(text),
    skipEmptyLines: true as const,
  }
}

/** The one of comma, tab, semicolon and bar that the first line has most often outside of quotes; comma where it has none. */
function guessDelimiter(text: string): string {
  const end = text.search(/[\r\n]/)
  const line = (end < 0 ? text : text.slice(0, end)).replace(/"[^"]*"/g, '')
  let best = ','
  let most = 0
  for (const candidate of [',', '\t', ';', '|']) {
    const count = line.split(candidate).length - 1
    if (count > most) {
      best = candidate
      most = count
    }
  }
  return best
}
