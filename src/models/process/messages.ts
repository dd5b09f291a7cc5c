/**
 * The lines of the process protocol (docs/process-protocol.md): requests written, answers read.
 *
 * JSON has no NaN: a missing value and NaN are written as null, and null, NaN and ±Infinity are understood in answers,
 * since Python's json module writes the latter.
 */
import type {
  Matrix,
  RasterImage,
  SeriesInput,
  TableRow,
  Task,
  TextInput,
} from '../../contract/index.ts'

/** Name and version of the protocol. */
export const PROTOCOL = 'sodalime/predict@1'

/** An instance of any kind. */
export type ProcessInput = TableRow | TextInput | RasterImage | SeriesInput

/** What a program says about its model with the first answer. */
export interface Greeting {
  readonly task?: Task
  readonly classNames?: readonly string[]
  readonly inputNames?: readonly string[]
  readonly maxBatchSize?: number
}

/** One line from the program; undefined where it is none of the protocol's. */
export type Answer = { readonly id: number; readonly greeting: Greeting } & (
  | { readonly outputs: Matrix }
  | { readonly error: string }
)

/** The first line: an empty batch that names the protocol. */
export function greetingLine(): string {
  return `${JSON.stringify({ protocol: PROTOCOL, id: 0, inputs: [] })}\n`
}

/** A batch as one line. */
export function requestLine(id: number, inputs: readonly ProcessInput[]): string {
  return `${JSON.stringify({ id, inputs: inputs.map(encodeInput) })}\n`
}

/** Reads one line of the program; undefined where it is not an answer. */
export function readAnswer(line: string): Answer | undefined {
  const message = parse(line)
  if (typeof message !== 'object' || message === null) return undefined
  const fields = message as Record<string, unknown>
  const id = fields.id ?? (fields.protocol === undefined ? undefined : 0)
  if (typeof id !== 'number') return undefined
  const greeting = readGreeting(fields)
  const { error, outputs } = fields
  if (error !== undefined && error !== null) {
    return { id, greeting, error: typeof error === 'string' ? error : JSON.stringify(error) }
  }
  const matrix = readMatrix(outputs ?? (id === 0 ? [] : undefined))
  return matrix === undefined ? undefined : { id, greeting, outputs: matrix }
}

function encodeInput(input: ProcessInput): unknown {
  if (typeof input === 'string') return input
  if (ArrayBuffer.isView(input)) return Array.from(input as Float64Array)
  const { data } = input as { readonly data?: unknown }
  if (!ArrayBuffer.isView(data)) return input
  if ('rows' in input) {
    const { rows, cols } = input as Matrix
    return { rows, cols, data: Array.from(data as Float64Array) }
  }
  const { width, height, channels } = input as RasterImage
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const dtype =
    data instanceof Float32Array ? 'float32' : data instanceof Float64Array ? 'float64' : 'uint8'
  return { width, height, channels, dtype, data: bytes.toString('base64') }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    try {
      return JSON.parse(line.replace(/(?<=[[,:]\s*)(NaN|-?Infinity)(?=\s*[\],}])/g, 'null'))
    } catch {
      return undefined
    }
  }
}

function readGreeting({
  task,
  classNames,
  inputNames,
  maxBatchSize,
}: Record<string, unknown>): Greeting {
  return {
    ...(task === 'classification' || task === 'regression' ? { task } : {}),
    ...(Array.isArray(classNames) ? { classNames: classNames.map(String) } : {}),
    ...(Array.isArray(inputNames) ? { inputNames: inputNames.map(String) } : {}),
    ...(Number.isInteger(maxBatchSize) && (maxBatchSize as number) > 0
      ? { maxBatchSize: maxBatchSize as number }
      : {}),
  }
}

/** Nested or flat arrays of numbers; undefined for anything else, ragged rows included. */
function readMatrix(outputs: unknown): Matrix | undefined {
  if (!Array.isArray(outputs)) return undefined
  const rows = outputs.length
  const cols = Array.isArray(outputs[0]) ? outputs[0].length : 1
  const data = new Float64Array(rows * cols)
  for (let i = 0; i < rows; i++) {
    const row: unknown[] = Array.isArray(outputs[i]) ? outputs[i] : [outputs[i]]
    if (row.length !== cols) return undefined
    for (let j = 0; j < cols; j++) {
      const value = row[j]
      if (value !== null && typeof value !== 'number') return undefined
      data[i * cols + j] = value ?? Number.NaN
    }
  }
  return { data, rows, cols }
}
