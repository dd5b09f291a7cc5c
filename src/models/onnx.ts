/**
 * Predictors over ONNX models: scikit-learn, XGBoost, LightGBM, PyTorch, Keras exports and any other.
 *
 * 1. The file is decoded (`onnx/model-proto.ts`): inputs, outputs, class labels, task.
 * 2. ZipMaps are taken out (`onnx/graph.ts`), since no JavaScript runtime returns what they make.
 * 3. ONNX Runtime makes a session (`onnx/session.ts`).
 * 4. Each batch becomes tensors by its kind of instance: rows, texts, pictures, series (`onnx/*-input.ts`). A graph of
 *    fixed batch gets the batch in pieces, the last one filled up by repeating its last instance.
 * 5. The answer becomes probabilities or values (`onnx/read-outputs.ts`).
 *
 * In Node, ONNX Runtime blocks the calling thread while it runs; `chunkSize` bounds how long, and an abort is seen
 * between two pieces.
 */
import {
  checkChoice,
  checkOptions,
  type Matrix,
  OptionError,
  type PredictContext,
  type Predictor,
  PredictorError,
  type Task,
  type Warning,
} from '../contract/index.ts'
import { anyEncoder, type OnnxInput } from './onnx/choose-encoder.ts'
import { encodeModel } from './onnx/encode-model.ts'
import type { Encoder, GraphInput } from './onnx/feeds.ts'
import {
  columnsOfTrees,
  externalFiles,
  firstOperator,
  trueInputs,
  typeText,
  withoutZipMaps,
} from './onnx/graph.ts'
import { checkImageLayout, type ImageLayout } from './onnx/image-input.ts'
import { inspectModel, type OnnxInspection } from './onnx/inspect.ts'
import type { OnnxGraph } from './onnx/model-proto.ts'
import { openGraph } from './onnx/open-graph.ts'
import { type OutputPlan, planOutput } from './onnx/output-plan.ts'
import { readOutputs } from './onnx/read-outputs.ts'
import { type ModelSource, readSource, type SourceBytes } from './onnx/read-source.ts'
import type { SeriesLayout } from './onnx/series-input.ts'
import { createSession, type ExternalFile, type OnnxRuntime, type Session } from './onnx/session.ts'
import { lacksLocale, withPlainLocale } from './onnx/string-locale.ts'
import { type TableLayout, tableLayout } from './onnx/table-input.ts'

export type { OnnxInput } from './onnx/choose-encoder.ts'
export type { ImageLayout } from './onnx/image-input.ts'
export { inspectOnnx, type OnnxInspection, type OnnxValue } from './onnx/inspect.ts'
export type { Dimension, TensorType } from './onnx/model-proto.ts'
export type { ModelSource } from './onnx/read-source.ts'
export type { SeriesLayout } from './onnx/series-input.ts'
export type { OnnxRuntime } from './onnx/session.ts'

/** What can be said about an ONNX model that its file does not say, or says wrongly. */
export interface OnnxOptions {
  /** What the outputs mean. Default: as the graph tells (`inspectOnnx(…).task`). */
  readonly task?: Task | undefined
  /** Names of the classes, in the order of the output columns. Default: the labels in the graph. */
  readonly classNames?: readonly string[] | undefined
  /** Names of the values of a row that is given as an array, in order. Default: the names of the inputs, where there is one for each column. */
  readonly columns?: readonly string[] | undefined
  /** The output to read. Default: the probabilities. */
  readonly output?: string | undefined
  /** Turns logits into probabilities: `softmax` over a row, `sigmoid` of each value. Default `none`. */
  readonly activation?: 'none' | 'softmax' | 'sigmoid' | undefined
  /** How the model wants pictures. */
  readonly image?: ImageLayout | undefined
  /** How the model wants series. */
  readonly series?: SeriesLayout | undefined
  /** `node` (onnxruntime-node), `web` (onnxruntime-web), or the module itself. Default: whichever is installed. */
  readonly runtime?: 'node' | 'web' | OnnxRuntime | undefined
  /** Threads inside one operation. Default: as many as ONNX Runtime finds good. */
  readonly threads?: number | undefined
  /** ONNX Runtime's execution providers, best first, such as `['webgpu', 'wasm']`. */
  readonly executionProviders?: readonly string[] | undefined
  /** Instances in one run where the graph leaves the batch free. Default 1024. */
  readonly chunkSize?: number | undefined
  /** Called for what the user of the model should know. */
  readonly onWarning?: ((warning: Warning) => void) | undefined
}

/** A loaded ONNX model. */
export interface OnnxPredictor extends Predictor<OnnxInput> {
  readonly predict: (inputs: readonly OnnxInput[], context?: PredictContext) => Promise<Matrix>
  /** What the file holds. */
  readonly inspection: OnnxInspection
  /** What the user of the model should know; `label-only-model`: it answers with labels, its probabilities are 0 or 1. */
  readonly warnings: readonly Warning[]
  readonly close: () => Promise<void>
}

const OPTIONS = [
  'task',
  'classNames',
  'columns',
  'output',
  'activation',
  'image',
  'series',
  'runtime',
  'threads',
  'executionProviders',
  'chunkSize',
  'onWarning',
] as const satisfies readonly (keyof OnnxOptions)[]

/**
 * Loads a model from a path, a URL or its bytes.
 *
 * Rejects with an OptionError for options that do not exist or do not fit, a MissingDependencyError without ONNX
 * Runtime, and a PredictorError for a file that is missing, cut off, no ONNX, or that ONNX Runtime refuses.
 */
export async function loadOnnx(
  source: ModelSource,
  options: OnnxOptions = {},
): Promise<OnnxPredictor> {
  checkOnnxOptions(options)
  const { model, session, encoder, plan, inputs, inspection } = await openParts(source, options)
  const warnings = warningsOf(plan)
  for (const warning of warnings) options.onWarning?.(warning)
  const fixed = inputs.find(({ batch }) => batch !== null)?.batch ?? null
  const chunk = fixed ?? options.chunkSize ?? 1024
  let closed = false
  return {
    task: plan.task,
    classNames: plan.classNames,
    inputNames: namesOf(inputs, options.columns),
    inspection,
    warnings,
    async predict(instances, context = {}) {
      if (closed) throw closedError(model)
      return runInChunks(model, session, encoder, plan, instances, chunk, fixed !== null, context)
    },
    async close() {
      closed = true
      await session.close()
    },
  }
}

interface Parts {
  readonly model: string
  readonly session: Session
  readonly encoder: Encoder<OnnxInput>
  readonly plan: OutputPlan
  readonly inputs: readonly GraphInput[]
  readonly inspection: OnnxInspection
}

/** A function of its own so that nothing of the file stays in memory: the session has its own copy of the weights. */
async function openParts(source: ModelSource, options: OnnxOptions): Promise<Parts> {
  const file = await readSource(source)
  const { name: model, bytes } = file
  const decoded = openGraph(model, bytes)
  const unzipped = withoutZipMaps(decoded)
  const { graph } = unzipped.model
  const plan = planOutput(model, unzipped, options)
  const inputs = trueInputs(graph).map((input) => graphInput(model, input))
  const only = inputs.length === 1 ? inputs[0]!.name : undefined
  const encoder = anyEncoder({
    model,
    inputs,
    table: tableOf(model, inputs, options.columns, only ? columnsOfTrees(graph, only) : 0),
    image: options.image ?? {},
    series: options.series ?? {},
    convolves: only !== undefined && firstOperator(graph, only) === 'Conv',
  })
  const external = await readExternal(file, graph)
  const edited = unzipped.zipMaps.length === 0 ? bytes : encodeModel(unzipped.model)
  const session = await createSession(model, edited, external, options).catch((error: unknown) => {
    if (!lacksLocale(error, unzipped.model)) throw error
    const plain = encodeModel(withPlainLocale(unzipped.model))
    return createSession(model, plain, external, options)
  })
  const inspection = inspectModel(model, bytes.length, decoded)
  return { model, session, encoder, plan, inputs, inspection }
}

async function runInChunks(
  model: string,
  session: Session,
  encoder: Encoder<OnnxInput>,
  plan: OutputPlan,
  instances: readonly OnnxInput[],
  chunk: number,
  mustFill: boolean,
  { signal }: PredictContext,
): Promise<Matrix> {
  const parts: Matrix[] = []
  for (let start = 0; start < instances.length; start += chunk) {
    signal?.throwIfAborted()
    const piece = instances.slice(start, start + chunk)
    const n = piece.length
    while (mustFill && piece.length < chunk) piece.push(piece[n - 1]!)
    const tensors = await session.run(encoder(piece), plan.tensors)
    parts.push(readOutputs(model, plan, tensors, n, piece.length))
  }
  signal?.throwIfAborted()
  if (parts.length === 1) return parts[0]!
  const cols = parts[0]?.cols ?? plan.classNames?.length ?? 1
  const data = new Float64Array(instances.length * cols)
  let at = 0
  for (const part of parts) {
    data.set(part.data, at)
    at += part.data.length
  }
  return { data, rows: instances.length, cols }
}

function graphInput(model: string, input: OnnxGraph['inputs'][number]): GraphInput {
  const { name, type } = input
  if (type.kind === 'tensor' && type.shape !== null && type.shape.length > 0) {
    const [batch, ...sizes] = type.shape
    return { name, type: type.type, sizes, batch: typeof batch === 'number' ? batch : null }
  }
  throw new PredictorError({
    where: model,
    got: `an input ${name} of type ${typeText(type)}`,
    expected: 'tensors whose first size is the batch',
    remedy: 'Export the model with tensors as inputs.',
  })
}

function tableOf(
  model: string,
  inputs: readonly GraphInput[],
  columns: readonly string[] | undefined,
  minimum: number,
): () => TableLayout {
  if (columns === undefined) return () => tableLayout(model, inputs, columns, minimum)
  // Names that do not fit are better told at loading than at the first prediction.
  const layout = tableLayout(model, inputs, columns, minimum)
  return () => layout
}

function namesOf(
  inputs: readonly GraphInput[],
  columns: readonly string[] | undefined,
): readonly string[] | undefined {
  if (columns !== undefined) return columns
  const perColumn =
    inputs.length > 1 && inputs.every(({ sizes }) => sizes.every((size) => size === 1))
  return perColumn ? inputs.map(({ name }) => name) : undefined
}

async function readExternal(file: SourceBytes, graph: OnnxGraph): Promise<ExternalFile[]> {
  const files: ExternalFile[] = []
  for (const path of externalFiles(graph)) files.push({ path, data: await file.readBeside(path) })
  return files
}

function warningsOf(plan: OutputPlan): Warning[] {
  if (plan.kind !== 'labels') return []
  return [
    {
      code: 'label-only-model',
      message: `The model answers with labels only (output ${plan.tensors[0]}): its probabilities are 0 or 1, and small influences stay unseen.`,
    },
  ]
}

function checkOnnxOptions(options: OnnxOptions): void {
  checkOptions('loadOnnx, options', options, OPTIONS)
  const { task, activation, runtime, image, series } = options
  if (task !== undefined) {
    checkChoice('loadOnnx, options.task', task, ['classification', 'regression'])
  }
  if (activation !== undefined) {
    checkChoice('loadOnnx, options.activation', activation, ['none', 'softmax', 'sigmoid'])
  }
  if (typeof runtime === 'string') {
    checkChoice('loadOnnx, options.runtime', runtime, ['node', 'web'])
  }
  checkImageLayout('loadOnnx, options.image', image)
  checkOptions('loadOnnx, options.series', series, ['layout'])
  for (const name of ['threads', 'chunkSize'] as const) {
    const value = options[name]
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue
    throw new OptionError({
      where: `loadOnnx, options.${name}`,
      got: String(value),
      expected: 'an integer from 1',
      remedy: 'Leave it out for the default.',
    })
  }
}

function closedError(model: string): PredictorError {
  return new PredictorError({
    where: `${model}, predict`,
    got: 'a call after close()',
    expected: 'an open model',
    remedy: 'Load it again.',
  })
}
