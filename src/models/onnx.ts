/**
 * Predictors over ONNX models: scikit-learn, XGBoost, LightGBM, PyTorch, Keras exports and any other.
 *
 * 1. The file is decoded (`onnx/model-proto.ts`): inputs, outputs, class labels, task.
 * 2. ZipMaps are taken out (`onnx/graph.ts`), since no JavaScript runtime returns what they make.
 * 3. ONNX Runtime makes a session (`onnx/session.ts`), in a worker thread where it computes long (`onnx/workload.ts`).
 * 4. Each batch becomes tensors by its kind of instance: rows, texts, pictures, series (`onnx/*-input.ts`), in pieces
 *    (`onnx/run-model.ts`).
 * 5. The answer becomes probabilities or values (`onnx/read-outputs.ts`).
 */
import {
  checkChoice,
  type Matrix,
  type PredictContext,
  type Predictor,
  PredictorError,
  type Warning,
} from '../contract/index.ts'
import { anyEncoder, type OnnxInput } from './onnx/choose-encoder.ts'
import { encodeModel } from './onnx/encode-model.ts'
import type { GraphInput } from './onnx/feeds.ts'
import {
  columnsOfTrees,
  externalFiles,
  firstOperator,
  trueInputs,
  typeText,
  withoutZipMaps,
} from './onnx/graph.ts'
import { inspectModel, type OnnxInspection } from './onnx/inspect.ts'
import type { OnnxGraph } from './onnx/model-proto.ts'
import { openGraph } from './onnx/open-graph.ts'
import { type OutputPlan, planOutput } from './onnx/output-plan.ts'
import { checkGraphOptions, type GraphOptions } from './onnx/predictor-options.ts'
import { type ModelSource, readSource, type SourceBytes } from './onnx/read-source.ts'
import { type RunnableModel, runModel } from './onnx/run-model.ts'
import { createSession, type ExternalFile, type OnnxRuntime } from './onnx/session.ts'
import { lacksLocale, withPlainLocale } from './onnx/string-locale.ts'
import { type TableLayout, tableLayout } from './onnx/table-input.ts'
import { computesLong } from './onnx/workload.ts'

export type { OnnxInput } from './onnx/choose-encoder.ts'
export type { ImageLayout } from './onnx/image-input.ts'
export { inspectOnnx, type OnnxInspection, type OnnxValue } from './onnx/inspect.ts'
export type { Dimension, TensorType } from './onnx/model-proto.ts'
export type { ModelSource } from './onnx/read-source.ts'
export type { SeriesLayout } from './onnx/series-input.ts'
export type { OnnxRuntime } from './onnx/session.ts'
export type { TextLayout } from './onnx/text-input.ts'

/** What can be said about an ONNX model that its file does not say, or says wrongly; and what runs it. */
export interface OnnxOptions extends GraphOptions {
  /** What messages call the model. Default: its path or URL. */
  readonly name?: string | undefined
  /** `node` (onnxruntime-node), `web` (onnxruntime-web), or the module itself. Default: whichever is installed. */
  readonly runtime?: 'node' | 'web' | OnnxRuntime | undefined
  /** Threads inside one operation. Default: as many as ONNX Runtime finds good. */
  readonly threads?: number | undefined
  /** ONNX Runtime's execution providers, best first, such as `['webgpu', 'wasm']`. */
  readonly executionProviders?: readonly string[] | undefined
  /**
   * Run in a worker thread, so that the caller's stays free. Default: in Node for convolutions, recurrent layers, large
   * tree ensembles and models of more than 256 kB; not in browsers, where it is onnxruntime-web's `proxy`.
   */
  readonly worker?: boolean | undefined
}

/** A loaded ONNX model. */
export interface OnnxPredictor extends Predictor<OnnxInput> {
  readonly predict: (inputs: readonly OnnxInput[], context?: PredictContext) => Promise<Matrix>
  /** What the file holds. */
  readonly inspection: OnnxInspection
  /** What the user of the model should know; `label-only-model`: it answers with labels, its probabilities are 0 or 1. */
  readonly warnings: readonly Warning[]
  /** Seconds that the runtime has computed so far. */
  readonly runSeconds: () => number
  readonly close: () => Promise<void>
}

const OWN_OPTIONS = ['name', 'runtime', 'threads', 'executionProviders', 'worker'] as const

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
  const parts = await openParts(source, options)
  const { model, session, plan, inputs, inspection } = parts
  const warnings = warningsOf(plan)
  for (const warning of warnings) options.onWarning?.(warning)
  const { columns, chunkSize } = options
  let closed = false
  return {
    task: plan.task,
    classNames: plan.classNames,
    inputNames: namesOf(inputs, columns),
    concurrency: session.inWorker ? 2 : 1,
    immutable: true,
    inspection,
    warnings,
    runSeconds: session.runSeconds,
    async predict(instances, context = {}) {
      if (closed) throw closedError(model)
      return runModel({ ...parts, chunkSize }, instances, context)
    },
    async close() {
      closed = true
      await session.close()
    },
  }
}

interface Parts extends Omit<RunnableModel, 'chunkSize'> {
  readonly inspection: OnnxInspection
}

/** A function of its own so that nothing of the file stays in memory: the session has its own copy of the weights. */
async function openParts(source: ModelSource, options: OnnxOptions): Promise<Parts> {
  const file = await readSource(source)
  const { bytes } = file
  const model = options.name ?? file.name
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
    text: options.text,
    convolves: only !== undefined && firstOperator(graph, only) === 'Conv',
  })
  const external = await readExternal(file, graph)
  const edited = unzipped.zipMaps.length === 0 ? bytes : encodeModel(unzipped.model)
  const settings = { ...options, worker: options.worker ?? computesLong(graph, bytes.length) }
  const session = await createSession(model, edited, external, settings).catch((error: unknown) => {
    if (!lacksLocale(error, unzipped.model)) throw error
    const plain = encodeModel(withPlainLocale(unzipped.model))
    return createSession(model, plain, external, settings)
  })
  const inspection = inspectModel(model, bytes.length, decoded)
  return { model, session, encoder, plan, inputs, inspection }
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
  checkGraphOptions('loadOnnx, options', options, OWN_OPTIONS, ['threads'])
  const { runtime } = options
  if (typeof runtime === 'string')
    checkChoice('loadOnnx, options.runtime', runtime, ['node', 'web'])
}

function closedError(model: string): PredictorError {
  return new PredictorError({
    where: `${model}, predict`,
    got: 'a call after close()',
    expected: 'an open model',
    remedy: 'Load it again.',
  })
}
