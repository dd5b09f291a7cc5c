/**
 * MLflow's scoring server: `POST /invocations`, answered by `{"predictions": […]}` (before MLflow 2: the list alone).
 *
 * Rows of a table go as `dataframe_split` (or `dataframe_records`), with the names of the columns where they are known;
 * texts, pictures and series as `inputs`, or as a data frame of one column where `columns` names it.
 *
 * An MLflow model answers with what its pyfunc's `predict` gives. For scikit-learn these are labels, unless it was
 * logged with `pyfunc_predict_fn="predict_proba"`: an explanation of a classifier wants that.
 *
 * Source: "Deploy MLflow Model as a Local Inference Server", mlflow.org/docs.
 */
import { ShapeError, type TableRow, type Value } from '../../contract/index.ts'
import { jsonText, type Protocol } from './ask-in-pieces.ts'
import { outputReader } from './output-rows.ts'
import { answerError } from './server-errors.ts'
import type { InputOptions, ServerInput, ServerOptions } from './server-options.ts'
import { isImage, isSeries, plainValues } from './server-tensors.ts'
import { shownUrl, withPath } from './server-url.ts'
import type { JsonReply, Transport } from './transport.ts'

/** What can be said about a model behind MLflow's server. */
export interface MlflowOptions extends ServerOptions, InputOptions {
  /** How instances are written. Default: `dataframe_split` for rows, `inputs` for all else. */
  readonly format?: 'dataframe_split' | 'dataframe_records' | 'inputs' | 'instances' | undefined
  /** Parameters of the model's `predict`. */
  readonly params?: { readonly [name: string]: unknown } | undefined
  /** The column of the predictions to read, where the model answers with a data frame. Default: all, as scores by class. */
  readonly output?: string | undefined
}

/** Names of the options of this protocol alone. */
export const MLFLOW_OPTIONS = [
  'format',
  'params',
  'output',
] as const satisfies readonly (keyof MlflowOptions)[]

/** The protocol at an address with or without `/invocations`. */
export function mlflowProtocol(
  transport: Transport,
  address: URL,
  options: MlflowOptions,
): Protocol<ServerInput> {
  const path = address.pathname.replace(/\/+$/, '')
  const url = withPath(address, path.endsWith('/invocations') ? path : `${path}/invocations`)
  const where = shownUrl(url)
  const read = outputReader(options)
  const params = options.params === undefined ? {} : { params: options.params }
  return {
    where,
    encode: (instances) => jsonText(where, { ...requestOf(where, instances, options), ...params }),
    async ask(body, rows, signal) {
      const reply = await transport.json({ url, body, signal })
      return read(predictions(reply, options.output), rows, reply)
    },
  }
}

function requestOf(
  where: string,
  instances: readonly ServerInput[],
  { format, ...options }: MlflowOptions,
): object {
  const first = instances[0]
  const isTable = typeof first === 'object' && !isImage(first) && !isSeries(first)
  const frame = isTable || (typeof first === 'string' && options.columns !== undefined)
  const form = format ?? (frame ? 'dataframe_split' : 'inputs')
  if (form === 'inputs' || form === 'instances') {
    return { [form]: plainValues(where, instances, options) }
  }
  const columns = options.columns ?? (isNamedRow(first) ? Object.keys(first) : undefined)
  const data = instances.map((instance, i) => valuesOf(where, instance, columns, i))
  if (form === 'dataframe_split') {
    return { dataframe_split: { ...(columns === undefined ? {} : { columns }), data } }
  }
  const names = columns ?? data[0]?.map((_, j) => String(j)) ?? []
  return {
    dataframe_records: data.map((row) =>
      Object.fromEntries(names.map((name, j) => [name, row[j] ?? null])),
    ),
  }
}

function valuesOf(
  where: string,
  instance: ServerInput,
  columns: readonly string[] | undefined,
  index: number,
): Value[] {
  let values: Value[]
  if (typeof instance === 'string') values = [instance]
  else if (isNamedRow(instance)) {
    const row = instance
    const missing = columns!.filter((name) => !Object.hasOwn(row, name))
    if (missing.length > 0) {
      throw new ShapeError({
        where: `${where}, predict, row ${index}`,
        got: `no value for ${missing.join(', ')} (there are ${Object.keys(row).join(', ')})`,
        expected: `a value for each of ${columns!.join(', ')}`,
        remedy: 'Add them; a missing value is null.',
      })
    }
    values = columns!.map((name) => row[name]!)
  } else values = Array.from(instance as readonly Value[])
  if (columns === undefined || values.length === columns.length) return values
  throw new ShapeError({
    where: `${where}, predict, row ${index}`,
    got: `${values.length} values`,
    expected: `${columns.length} values: ${columns.join(', ')}`,
    remedy: 'Give the columns that the model was trained with, without the target.',
  })
}

function isNamedRow(instance: unknown): instance is Extract<TableRow, { [column: string]: Value }> {
  return typeof instance === 'object' && !Array.isArray(instance) && !ArrayBuffer.isView(instance)
}

/** The list of predictions; with `output` one entry of each, or of an object of lists. */
function predictions({ json, ...reply }: JsonReply, output: string | undefined): unknown[] {
  const found = Array.isArray(json)
    ? json
    : (json as { readonly predictions?: unknown })?.predictions
  const pick = (from: unknown): unknown => (from as Record<string, unknown> | null)?.[output!]
  const answers =
    output === undefined ? found : Array.isArray(found) ? found.map(pick) : pick(found)
  if (Array.isArray(answers)) return answers
  throw answerError(
    reply,
    output === undefined ? 'no list of predictions' : `no list of predictions under ${output}`,
    '{"predictions": […]} with one entry for each instance',
    'Where the model answers with lists by name, say which with the option output.',
  )
}
