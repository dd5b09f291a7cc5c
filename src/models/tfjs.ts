/**
 * TensorFlow.js graph models (`model.json` of TensorFlow operations, and shards), run by TensorFlow.js itself.
 *
 * 1. `model.json` and its shards are read from the model's own folder, by the rules of `loadTfjsLayers`.
 * 2. TensorFlow.js builds and runs the graph (`tfjs/graph-session.ts`), by its WebAssembly backend.
 * 3. Instances become tensors, and answers probabilities, as with ONNX models.
 *
 * TensorFlow.js computes in the calling thread: between pieces of a batch the event loop turns, within one it does not.
 * Layers models are several times faster by `loadTfjsLayers`, which needs no TensorFlow.js.
 */
import {
  checkChoice,
  type Matrix,
  OptionError,
  type PredictContext,
  type Predictor,
  PredictorError,
} from '../contract/index.ts'
import { asObject, type Config, parseJson } from './keras/json.ts'
import { checkFileSize, DEFAULT_MAX_BYTES, MemoryBudget } from './keras/memory.ts'
import { isGraphModel, readWeightGroups } from './keras/tfjs-manifest.ts'
import { anyEncoder, type OnnxInput } from './onnx/choose-encoder.ts'
import type { OutputPlan } from './onnx/output-plan.ts'
import { checkGraphOptions, type GraphOptions } from './onnx/predictor-options.ts'
import type { ModelSource } from './onnx/read-source.ts'
import { readSource } from './onnx/read-source.ts'
import { runModel } from './onnx/run-model.ts'
import { tableLayout } from './onnx/table-input.ts'
import { type GraphArtifacts, openGraphSession, type TfjsBackend } from './tfjs/graph-session.ts'
import type { TfjsArtifacts } from './tfjs-layers.ts'

export type { TfjsBackend } from './tfjs/graph-session.ts'
export { loadTfjsLayers, type TfjsArtifacts, translateTfjsLayers } from './tfjs-layers.ts'

/** What `loadTfjs` can be told. */
export interface TfjsOptions extends GraphOptions {
  /** What computes: `wasm` (default), or `cpu`, which is plain JavaScript and slow. */
  readonly backend?: TfjsBackend | undefined
  /** The largest file and the most weights, in bytes. Default 2147483647. */
  readonly maxBytes?: number | undefined
}

/** A graph model, loaded. */
export interface TfjsPredictor extends Predictor<OnnxInput> {
  readonly predict: (inputs: readonly OnnxInput[], context?: PredictContext) => Promise<Matrix>
  /** Names of the graph's outputs; `options.output` is one of them. */
  readonly outputs: readonly string[]
  readonly runSeconds: () => number
  readonly close: () => Promise<void>
}

/** What a `model.json` describes: Keras's layers, or a graph of TensorFlow operations. Rejects as `loadTfjs` does. */
export async function tfjsFormat(source: ModelSource): Promise<'layers-model' | 'graph-model'> {
  const { bytes, name } = await readSource(source)
  return isGraphModel(readFile(bytes, name)) ? 'graph-model' : 'layers-model'
}

/**
 * Loads a graph model from the path or URL of its `model.json`, or from TensorFlow.js's `ModelArtifacts`.
 *
 * Rejects with a DataError for damaged files, a PredictorError for layers models, for shards outside the model's folder
 * and graphs that TensorFlow.js refuses, a MissingDependencyError without TensorFlow.js, and an OptionError for options
 * that do not exist or do not fit.
 */
export async function loadTfjs(
  source: ModelSource | TfjsArtifacts,
  options: TfjsOptions = {},
): Promise<TfjsPredictor> {
  checkTfjsOptions(options)
  const {
    backend = 'wasm',
    image = {},
    series = {},
    text,
    columns,
    chunkSize,
    classNames,
  } = options
  const { model, artifacts } = await readArtifacts(source, options.maxBytes ?? DEFAULT_MAX_BYTES)
  const { session, inputs, outputs } = await openGraphSession(model, artifacts, backend)
  const plan = planGraphOutput(model, artifacts, outputs, options)
  const encoder = anyEncoder({
    model,
    inputs,
    table: () => tableLayout(model, inputs, columns, 0),
    image: { ...image, layout: image.layout ?? 'nhwc' },
    series: { ...series, layout: series.layout ?? 'ntc' },
    text,
    convolves: false,
  })
  const parts = { model, session, encoder, plan, inputs, chunkSize }
  let closed = false
  return {
    task: plan.task,
    immutable: true,
    classNames,
    inputNames: columns,
    outputs,
    runSeconds: session.runSeconds,
    async predict(instances, context = {}) {
      if (!closed) return runModel(parts, instances, context)
      throw new PredictorError({
        where: `${model}, predict`,
        got: 'a call after close()',
        expected: 'an open model',
        remedy: 'Load it again.',
      })
    },
    async close() {
      closed = true
      await session.close()
    },
  }
}

async function readArtifacts(
  source: ModelSource | TfjsArtifacts,
  maxBytes: number,
): Promise<{ model: string; artifacts: GraphArtifacts }> {
  if (typeof source === 'object' && 'modelTopology' in source) {
    const { weightData } = source
    const parts = (Array.isArray(weightData) ? weightData : [weightData]) as ArrayBuffer[]
    const bytes = parts.map((part) => new Uint8Array(part))
    return {
      model: 'the model given as artifacts',
      artifacts: { ...source, weightData: joined(bytes) } as GraphArtifacts,
    }
  }
  await checkFileSize(source, maxBytes)
  const { bytes, name: model, readBeside } = await readSource(source)
  const file = readFile(bytes, model)
  if (!isGraphModel(file)) {
    throw new PredictorError({
      where: model,
      got: 'a TensorFlow.js layers model',
      expected: 'a TensorFlow.js graph model',
      remedy: 'Load it with loadTfjsLayers, which needs no TensorFlow.js and is faster.',
    })
  }
  const groups = await readWeightGroups(file, model, readBeside, new MemoryBudget(maxBytes))
  const { signature, modelInitializer, initializerSignature } = file as Partial<GraphArtifacts>
  return {
    model,
    artifacts: {
      modelTopology: asObject(file.modelTopology, `${model}, modelTopology`),
      weightSpecs: groups.flatMap(({ written }) => written),
      weightData: joined(groups.map((group) => group.bytes)),
      ...{ signature, modelInitializer, initializerSignature },
    },
  }
}

function readFile(bytes: Uint8Array, where: string): Config {
  return asObject(parseJson(new TextDecoder().decode(bytes), where), where)
}

function planGraphOutput(
  model: string,
  { modelTopology }: GraphArtifacts,
  outputs: readonly string[],
  { output, task, classNames, activation = 'none' }: TfjsOptions,
): OutputPlan {
  if (output !== undefined && !outputs.includes(output)) {
    throw new OptionError({
      where: `${model}, options.output`,
      got: JSON.stringify(output),
      expected: `one of ${outputs.join(', ')}`,
      remedy: 'Leave it out for the first one.',
    })
  }
  const read = output ?? outputs[0]!
  const last = finalOperation(modelTopology, read)
  const isClassifier =
    activation !== 'none' || last === 'Softmax' || last === 'Sigmoid' || classNames !== undefined
  const guessed = isClassifier ? 'classification' : undefined
  return {
    tensors: [read],
    kind: 'scores',
    task: task ?? guessed,
    taskReason: task === undefined ? `${last} at the end` : 'the option task',
    classNames,
    labels: classNames,
    activation,
  }
}

const PASSES_ON = ['Identity', 'Reshape', 'Squeeze', 'Cast']

/** The operation that makes an output, seen through those that only move its values; '' where it cannot be told. */
function finalOperation(topology: object, output: string): string {
  const { node } = topology as { readonly node?: unknown }
  const list = Array.isArray(node)
    ? (node as { name?: string; op?: string; input?: string[] }[])
    : []
  let name = output.replace(/:\d+$/, '')
  for (let steps = 0; steps < 64; steps++) {
    const found = list.find((one) => one.name === name)
    if (found?.op === undefined || !PASSES_ON.includes(found.op)) return found?.op ?? ''
    name = String(found.input?.[0]).replace(/:\d+$/, '')
  }
  return ''
}

function joined(parts: readonly Uint8Array[]): ArrayBuffer {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out.buffer
}

function checkTfjsOptions(options: TfjsOptions): void {
  checkGraphOptions('loadTfjs, options', options, ['backend', 'maxBytes'], ['maxBytes'])
  const { backend } = options
  if (backend !== undefined) checkChoice('loadTfjs, options.backend', backend, ['wasm', 'cpu'])
}
