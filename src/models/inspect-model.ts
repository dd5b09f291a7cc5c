/**
 * What a model file holds, whatever its format, without running it; and a first draft of its `sodalime.json`.
 *
 * ONNX files are read as they are, Keras files and TensorFlow.js layers models as their translation to ONNX, graph models
 * by the operations that their `model.json` lists.
 */
import type { Task } from '../contract/index.ts'
import { asObject, type Config, parseJson } from './keras/json.ts'
import type { LayerReport, Translated } from './keras.ts'
import { inspectOnnx, type OnnxInspection, type OnnxValue } from './onnx/inspect.ts'
import { type ModelSource, readSource } from './onnx/read-source.ts'
import { type ModelDescription, PREPROCESSING_SCHEMA } from './preprocessing/description.ts'

/** What a model file holds. Plain JSON data. */
export interface ModelInspection extends OnnxInspection {
  readonly format: 'onnx' | 'keras-h5' | 'keras-zip' | 'tfjs-layers' | 'tfjs-graph'
  /** The layers of a Keras network, in the order in which they run. */
  readonly layers: readonly LayerReport[] | null
  /** What a person should know. */
  readonly notes: readonly string[]
}

/** Reads what a file holds. Rejects as the loader of its format does. */
export async function inspectModelFile(source: ModelSource): Promise<ModelInspection> {
  const extension = /\.[^./\\]+$/.exec(String(source).replace(/[?#].*$/, ''))?.[0].toLowerCase()
  if (extension === '.h5' || extension === '.hdf5' || extension === '.keras') {
    const { translateKeras } = await import('./keras.ts')
    return ofTranslated(String(source), await translateKeras(source))
  }
  if (extension === '.json') {
    const { tfjsFormat } = await import('./tfjs.ts')
    if ((await tfjsFormat(source)) === 'graph-model') return ofGraph(source)
    const { translateTfjsLayers } = await import('./tfjs-layers.ts')
    return ofTranslated(String(source), await translateTfjsLayers(source))
  }
  return { ...(await inspectOnnx(source)), format: 'onnx', layers: null, notes: [] }
}

async function ofTranslated(source: string, translated: Translated): Promise<ModelInspection> {
  const { onnx, report } = translated
  const inspection = await inspectOnnx(onnx)
  return {
    ...inspection,
    source,
    producer: `Keras ${report.kerasVersion}`,
    format: report.format,
    layers: report.layers,
    notes: report.notes,
  }
}

async function ofGraph(source: ModelSource): Promise<ModelInspection> {
  const { bytes, name } = await readSource(source)
  const file = asObject(parseJson(new TextDecoder().decode(bytes), name), name)
  const { node } = asObject(file.modelTopology, `${name}, modelTopology`)
  const nodes = (Array.isArray(node) ? node : []) as readonly Config[]
  const used = new Set(
    nodes.flatMap(({ input }) => (Array.isArray(input) ? input.map(String) : [])),
  )
  const inputs = nodes.filter(({ op }) => op === 'Placeholder').map(placeholderValue)
  const ends = nodes.filter(({ op, name: own }) => !used.has(String(own)) && op !== 'NoOp')
  const outputs = ends.map(
    (end): OnnxValue => ({ name: String(end.name), type: 'unknown', element: null, shape: null }),
  )
  const counts = new Map<string, number>()
  for (const { op } of nodes) counts.set(String(op), (counts.get(String(op)) ?? 0) + 1)
  const isClassifier = nodes.some(({ op }) => op === 'Softmax')
  return {
    source: name,
    bytes: bytes.length,
    inputs,
    outputs,
    answer: outputs[0] === undefined ? null : { tensors: [outputs[0].name], kind: 'scores' },
    classNames: null,
    task: isClassifier ? 'classification' : null,
    taskReason: isClassifier ? 'a Softmax in the graph' : 'not told by the graph',
    producer: typeof file.convertedBy === 'string' ? file.convertedBy : 'TensorFlow.js',
    irVersion: 0,
    opsets: {},
    operators: Object.fromEntries([...counts].sort((a, b) => b[1] - a[1])),
    metadata: {},
    format: 'tfjs-graph',
    layers: null,
    notes: ['It is run by TensorFlow.js, which computes in the calling thread.'],
  }
}

interface Dims {
  readonly attr?: {
    readonly shape?: { readonly shape?: { readonly dim?: readonly { readonly size?: unknown }[] } }
  }
}

function placeholderValue(node: Config): OnnxValue {
  const dims = (node as Dims).attr?.shape?.shape?.dim
  const shape = dims?.map(({ size }) => (Number(size) >= 0 ? Number(size) : null)) ?? null
  const type = shape === null ? 'float32' : `float32[${shape.map((one) => one ?? '?').join(', ')}]`
  return { name: String(node.name), type, element: 'float32', shape }
}

/** Names for classes that nobody named, up to so many. */
const MOST_NAMES = 50

/** A first draft of a model's `sodalime.json`. What has to be looked at by a person stands under `about.check`. */
export function draftDescription(inspection: ModelInspection, model: string): ModelDescription {
  const check: string[] = []
  const { inputs, outputs, answer, classNames, task } = inspection
  const common = {
    schema: PREPROCESSING_SCHEMA,
    model,
    ...(task === null ? {} : { task }),
  } as const
  if (task === null) check.push('task: classification or regression?')
  const read = outputs.find(({ name }) => name === answer?.tensors[0])
  const columns = read?.shape?.at(-1)
  const names = namesFor(classNames, task, columns, check)
  const activation = activationFor(inspection, check)
  const all = { ...common, ...(names && { classNames: names }), ...activation }
  const input = inputs[0]
  const sizes = input?.shape?.slice(1) ?? []
  if (inputs.length > 1 || input === undefined) {
    return { ...all, kind: 'tabular', columns: inputs.map(({ name }) => name) }
  }
  const embeds = inspection.layers?.some(({ className }) => className === 'Embedding') === true
  const isTokens =
    sizes.length === 1 &&
    (embeds ||
      (inspection.format === 'onnx' &&
        (input.element === 'int64' || input.element === 'int32') &&
        'Gather' in inspection.operators))
  if (input.element === 'string' && sizes.length <= 1) return { ...all, kind: 'text' }
  if (isTokens) {
    check.push(
      'vocabulary, tokens, pad, unknown: those of the tokenizer that the network was trained with',
    )
    const length = typeof sizes[0] === 'number' ? { length: sizes[0] } : {}
    if (length.length === undefined) check.push('length: tokens in one text')
    return {
      ...all,
      kind: 'text',
      vocabulary: 'vocabulary.json',
      lowerCase: true,
      ...length,
      pad: 0,
      about: { check },
    }
  }
  if (sizes.length === 3) {
    const last = sizes[2]
    const isLast = last === 1 || last === 3 || last === 4
    const [height, width] = isLast ? [sizes[0], sizes[1]] : [sizes[1], sizes[2]]
    const scales = inspection.layers?.some(
      ({ className }) => className === 'Rescaling' || className === 'Normalization',
    )
    check.push(
      scales === true
        ? 'range: the network scales by itself'
        : 'range: [0, 1], [-1, 1] (MobileNet, Inception), or mean and std as trained',
    )
    const size = typeof height === 'number' && typeof width === 'number' ? {} : { size: 224 }
    if (size.size !== undefined) check.push('size: the side of the pictures that it was trained on')
    const range: [number, number] = scales === true ? [0, 255] : [0, 1]
    return {
      ...all,
      kind: 'image',
      layout: isLast ? 'nhwc' : 'nchw',
      resize: 'stretch',
      ...size,
      range,
      about: { check },
    }
  }
  if (sizes.length === 2) {
    check.push(
      'normalise: z-score where the series were brought to mean 0 and deviation 1 before training',
    )
    const isKeras = inspection.format !== 'onnx'
    const channelsFirst =
      !isKeras && typeof sizes[0] === 'number' && typeof sizes[1] === 'number'
        ? sizes[0] < sizes[1]
        : !isKeras
    const steps = channelsFirst ? sizes[1] : sizes[0]
    const length = typeof steps === 'number' ? { length: steps } : {}
    return {
      ...all,
      kind: 'series',
      layout: channelsFirst ? 'nct' : 'ntc',
      ...length,
      normalise: 'none',
      about: { check },
    }
  }
  check.push('columns: their names, in the order in which the model takes them')
  return { ...all, kind: 'tabular', about: { check } }
}

function namesFor(
  known: readonly string[] | null,
  task: Task | null,
  columns: unknown,
  check: string[],
): readonly string[] | undefined {
  if (task === 'regression') return undefined
  if (known !== null) return known
  const count = columns === 1 && task === 'classification' ? 2 : columns
  check.push('classNames: a name for each output, or {"file": "names.json"}')
  if (typeof count !== 'number' || count > MOST_NAMES) return undefined
  return Array.from({ length: count }, (_, i) => `class ${i}`)
}

/** A network whose outputs are no probabilities most likely gives logits. */
function activationFor(
  { task, answer, format }: ModelInspection,
  check: string[],
): { activation?: 'softmax' } {
  if (task !== null || answer?.kind !== 'scores' || format === 'tfjs-graph') return {}
  check.push('activation: softmax if it is a classifier that answers with logits')
  return { activation: 'softmax' }
}
