/**
 * Instances as JSON lines in, explanations as JSON lines out, in order: for engines that pipe data through programs.
 *
 * One line is explained at a time; the next is read when the answer is taken, so that a slow reader slows the writer and
 * memory stays flat. A line that cannot be explained is answered with its error, and the next goes on.
 *
 * In: an instance as it stands, a list or object of a row, a text, a list of values; or `{"id": …, "instance": …}`. Out:
 * `{"index": …, "id": …, "explanation": …}` or `{"index": …, "id": …, "error": {"code": …, "message": …}}`.
 */
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { DataError, SodalimeError } from '../contract/errors.ts'
import type { ColumnType } from '../data/table.ts'
import type { OpenedExplainer } from './open-explainer.ts'
import type { BatchPlan, Instance } from './plan.ts'
import { timeless } from './shard-file.ts'
import { typedValues } from './typed-values.ts'

/** What is read and written. */
export interface StdioOptions {
  readonly plan: BatchPlan
  /** Types of the columns of a table, in order. */
  readonly types: readonly ColumnType[] | undefined
  readonly input: Readable
  readonly output: Writable
  readonly signal: AbortSignal
}

/** Answers every line until the input ends, and resolves to how many were answered and how many failed. */
export async function runStdioWorker(
  opened: Pick<OpenedExplainer, 'explain'>,
  { plan, types, input, output, signal }: StdioOptions,
): Promise<{ readonly answered: number; readonly failed: number }> {
  let gone: Error | undefined
  // A reader that has gone (`| head`) ends the work without a fuss.
  output.on('error', (error: Error) => {
    gone = error
  })
  const read = reader(plan, types)
  let index = 0
  let failed = 0
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  for await (const line of lines) {
    signal.throwIfAborted()
    if (line.trim() === '') continue
    const at = index++
    let id: unknown = String(at)
    let answer: object
    try {
      const message = parsed(line, at)
      if (message.id !== undefined) id = message.id
      const explanation = await opened.explain(read(message.instance), at)
      answer = { explanation: timeless(explanation) }
    } catch (error) {
      if (!(error instanceof SodalimeError) || error.code === 'option') throw error
      failed++
      answer = { error: { code: error.code, message: error.message } }
    }
    if (gone !== undefined) break
    if (!output.write(`${JSON.stringify({ index: at, id, ...answer })}\n`)) {
      await Promise.race([once(output, 'drain'), once(output, 'close'), aborted(signal)])
    }
  }
  return { answered: index, failed }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

function parsed(
  line: string,
  index: number,
): { readonly id?: unknown; readonly instance: unknown } {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new DataError({
      where: `stdin, line ${index + 1}`,
      got: `text that is no JSON (${(cause as Error).message})`,
      expected: 'an instance as JSON on one line',
      remedy: 'Write a text as a JSON string, a row as a list or an object.',
      cause,
    })
  }
  const wrapped = typeof value === 'object' && value !== null && Object.hasOwn(value, 'instance')
  return wrapped ? (value as { id?: unknown; instance: unknown }) : { instance: value }
}

function reader(
  { kind, rows }: BatchPlan,
  types: readonly ColumnType[] | undefined,
): (value: unknown) => Instance {
  if (kind === 'tabular') {
    const columns = rows!.columnNames
    const convert = typedValues(columns, types ?? [], false)
    return (value) => convert(Array.isArray(value) ? list(value, columns) : named(value, columns))
  }
  return (value) => {
    if (kind === 'series' && Array.isArray(value) && value.length > 0) {
      return value.map((step: unknown) => (Array.isArray(step) ? step : [step])) as Instance
    }
    if (kind === 'image' && typeof value === 'string') return value
    if (kind === 'text' && (typeof value === 'string' || isObject(value))) return value as Instance
    throw unfit(
      value,
      { text: 'a text', image: 'the path of a picture', series: 'a list of values' }[kind],
    )
  }
}

function list(value: readonly unknown[], columns: readonly string[]): readonly unknown[] {
  if (value.length === columns.length) return value
  throw unfit(value, `${columns.length} values: ${columns.slice(0, 20).join(', ')}`)
}

function named(value: unknown, columns: readonly string[]): readonly unknown[] {
  if (!isObject(value)) throw unfit(value, 'a row: a list, or an object by column name')
  const absent = columns.find((column) => !Object.hasOwn(value, column))
  if (absent !== undefined) throw unfit(value, `a value for ${JSON.stringify(absent)}`)
  return columns.map((column) => value[column])
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unfit(value: unknown, expected: string): DataError {
  const text = JSON.stringify(value)
  return new DataError({
    where: 'stdin',
    got: text.length > 80 ? `${text.slice(0, 80)}…` : text,
    expected,
    remedy: 'Write one instance a line.',
  })
}
