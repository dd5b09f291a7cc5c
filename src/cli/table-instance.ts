/**
 * The row that is explained: one of the data (`--row`), one written as JSON (`--instance`), or the first with some of
 * its values changed by the second.
 */
import { readFile } from 'node:fs/promises'
import { DataError, OptionError } from '../contract/errors.ts'
import type { Value } from '../contract/instance.ts'
import { didYouMean } from '../contract/nearest.ts'
import { decodeText, unreadable } from '../data/bytes.ts'
import { rowAt, type Table } from '../data/table.ts'

/** Values in the order of the columns of `features`. `allColumns` may stand in the JSON too; they are not used. */
export async function tableInstance(
  features: Table,
  flags: { readonly row?: number; readonly instance?: string },
  allColumns: readonly string[],
): Promise<readonly Value[]> {
  const { row, instance } = flags
  const start = row === undefined ? undefined : rowAt(features, row, '--row')
  if (instance === undefined) {
    if (start !== undefined) return start
    throw new OptionError({
      where: '--row',
      got: 'neither --row nor --instance',
      expected: 'the row to explain',
      remedy: 'Give --row 0 for the first row of the data, or --instance with its values as JSON.',
    })
  }
  const value = parsed(await instanceText(instance))
  if (Array.isArray(value)) return fromList(value, features)
  if (typeof value !== 'object' || value === null) {
    throw new DataError({
      where: '--instance',
      got: JSON.stringify(value),
      expected: 'an object of values by column name, or a list in the order of the columns',
      remedy: `Write it as {${JSON.stringify(features.columnNames[0])}: value, …}.`,
    })
  }
  return fromObject(value as { readonly [column: string]: unknown }, features, start, allColumns)
}

/** JSON as it stands, the content of a file, or stdin for `-`. */
async function instanceText(instance: string): Promise<string> {
  const text = instance.trim()
  if (text.startsWith('{') || text.startsWith('[')) return text
  if (text === '-') {
    const chunks: Buffer[] = []
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
    return decodeText(Buffer.concat(chunks), 'stdin')
  }
  try {
    return decodeText(await readFile(text), text)
  } catch (cause) {
    throw cause instanceof DataError ? cause : unreadable(text, cause)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new DataError({
      where: '--instance',
      got: `text that is no JSON (${(cause as Error).message})`,
      expected: 'JSON, or the path of a JSON file',
      remedy: `Put it into single quotes for the shell: '{"age": 39}'.`,
      cause,
    })
  }
}

function fromList(values: readonly unknown[], features: Table): Value[] {
  const { columnNames } = features
  if (values.length !== columnNames.length) {
    throw new DataError({
      where: '--instance',
      got: `${values.length} values`,
      expected: `${columnNames.length}: ${columnNames.join(', ')}`,
      remedy: 'Give one value for each column; null where it is missing.',
    })
  }
  return values.map((value, column) => checked(value, features, column))
}

function fromObject(
  given: { readonly [column: string]: unknown },
  features: Table,
  start: readonly Value[] | undefined,
  allColumns: readonly string[],
): Value[] {
  const { columnNames } = features
  for (const name of Object.keys(given)) {
    if (columnNames.includes(name) || allColumns.includes(name)) continue
    throw new DataError({
      where: '--instance',
      got: `the column ${JSON.stringify(name)}`,
      expected: `columns among ${columnNames.join(', ')}`,
      remedy: didYouMean(name, columnNames, 'Leave it out.'),
    })
  }
  const absent = columnNames.filter((name) => !Object.hasOwn(given, name))
  if (start === undefined && absent.length > 0) {
    throw new DataError({
      where: '--instance',
      got: `no value for ${absent.join(', ')}`,
      expected: 'a value for each column that the model takes',
      remedy:
        'Add them (null where a value is missing), or give --row too: its values fill the gaps.',
    })
  }
  return columnNames.map((name, column) =>
    Object.hasOwn(given, name) ? checked(given[name], features, column) : start![column]!,
  )
}

function checked(value: unknown, features: Table, column: number): Value {
  if (value === null) return null
  if (features.types[column] === 'number') {
    if (typeof value === 'number' && Number.isFinite(value)) return value
  } else if (typeof value === 'string' || typeof value === 'boolean') {
    return value
  } else if (typeof value === 'number') {
    // Categories of a CSV are text: 2139 means "2139" there.
    return String(value)
  }
  throw new DataError({
    where: `--instance, column ${JSON.stringify(features.columnNames[column])}`,
    got: typeof value === 'number' ? String(value) : JSON.stringify(value),
    expected:
      features.types[column] === 'number' ? 'a finite number or null' : 'a category (text) or null',
    remedy: 'Write numbers without quotes and categories with them.',
  })
}
