/**
 * What a graph says about itself: its true inputs, its ZipMaps, the names of its classes, its task.
 *
 * 1. `withoutZipMaps`: exporters of scikit-learn models end a classifier in ZipMap, whose output (a sequence of maps) no
 *    JavaScript runtime returns. The node is taken out, its input tensor becomes the output, its class labels are kept.
 * 2. `classLabels`: the labels stand in attributes `classlabels_*` of the classifier, or in the constant that an
 *    ArrayFeatureExtractor picks the predicted label from. They are looked for upstream of the output.
 * 3. `finalOperator`: the operation that makes an output, seen through those that only move or name its values.
 */
import { decodeAttribute, tensorValues } from './decode-model.ts'
import type {
  Attribute,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  TensorType,
  ValueInfo,
  ValueType,
} from './model-proto.ts'

/** A ZipMap that was taken out. */
export interface ZipMap {
  /** The graph output that it made. */
  readonly output: string
  /** The tensor (n, classes) that it took, now a graph output. */
  readonly scores: string
  readonly classes: readonly string[]
}

/** A model of which every tensor output can be read, and what was taken out for it. */
export interface Unzipped {
  readonly model: OnnxModel
  readonly zipMaps: readonly ZipMap[]
}

const PASSES_VALUES_ON = new Set([
  'Identity',
  'Cast',
  'CastLike',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
  'Dropout',
  'Transpose',
])

/** The inputs that a caller must feed: older files list their constants among the inputs too. */
export function trueInputs(graph: OnnxGraph): ValueInfo[] {
  const constants = new Set(graph.initializers.map((tensor) => tensor.name))
  return graph.inputs.filter((input) => !constants.has(input.name))
}

/** Takes the ZipMaps that make graph outputs out; the model itself where there are none. */
export function withoutZipMaps(model: OnnxModel): Unzipped {
  const { graph } = model
  const made = new Set(graph.outputs.map((output) => output.name))
  const zips = graph.nodes.filter((node) => node.op === 'ZipMap' && made.has(node.outputs[0] ?? ''))
  if (zips.length === 0) return { model, zipMaps: [] }
  const zipMaps = zips.map((node) => ({
    output: node.outputs[0]!,
    scores: node.inputs[0]!,
    classes: attributeLabels(node) ?? [],
  }))
  const outputs: ValueInfo[] = []
  for (const output of graph.outputs) {
    const zip = zipMaps.find((one) => one.output === output.name)
    const name = zip?.scores ?? output.name
    if (outputs.some((one) => one.name === name)) continue
    // Without a type: it is float by the book, and double in models that were trained on doubles.
    outputs.push(zip === undefined ? output : { name, type: { kind: 'other' } })
  }
  const nodes = graph.nodes.filter((node) => !zips.includes(node))
  return { model: { ...model, graph: { ...graph, nodes, outputs } }, zipMaps }
}

/** Names of the classes that stand upstream of one of `outputs`, nearest first; undefined where the graph names none. */
export function classLabels(graph: OnnxGraph, outputs: readonly string[]): string[] | undefined {
  const makers = makersOf(graph)
  for (const output of outputs) {
    for (const node of upstream(makers, output)) {
      const labels = attributeLabels(node) ?? extractedLabels(graph, node)
      if (labels !== undefined) return labels
    }
  }
  return undefined
}

/** The operation that makes `tensor`, seen through casts, reshapes and the like; '' for an input or constant. */
export function finalOperator(graph: OnnxGraph, tensor: string): string {
  const makers = makersOf(graph)
  let node = makers.get(tensor)
  for (let steps = 0; node !== undefined && steps < 64; steps++) {
    if (!PASSES_VALUES_ON.has(node.op)) return node.op
    node = makers.get(node.inputs[0] ?? '')
  }
  return ''
}

/** True where a regressor of the operator set ai.onnx.ml stands upstream of `tensor`. */
export function hasRegressor(graph: OnnxGraph, tensor: string): boolean {
  return [...upstream(makersOf(graph), tensor)].some((node) => node.op.endsWith('Regressor'))
}

/** The first operation that takes the input `name`, seen through casts and the like; '' where none does. */
export function firstOperator(graph: OnnxGraph, name: string): string {
  let current = name
  for (let steps = 0; steps < 64; steps++) {
    const node = graph.nodes.find(({ inputs }) => inputs[0] === current)
    if (node === undefined) return ''
    if (node.op !== 'Cast' && node.op !== 'Identity' && node.op !== 'Mul' && node.op !== 'Sub') {
      return node.op
    }
    current = node.outputs[0] ?? ''
  }
  return ''
}

/** The fewest columns that the tree ensembles fed directly by `name` look at; 0 where none is. */
export function columnsOfTrees(graph: OnnxGraph, name: string): number {
  let columns = 0
  for (const node of graph.nodes) {
    if (!node.op.startsWith('TreeEnsemble') || node.inputs[0] !== name) continue
    for (const feature of integers(node.attributes?.nodes_featureids)) {
      columns = Math.max(columns, feature + 1)
    }
  }
  return columns
}

/** Every file beside the model that one of its tensors names, those of inner graphs included. */
export function externalFiles(graph: OnnxGraph, depth = 0): Set<string> {
  const files = new Set<string>()
  for (const tensor of graph.initializers) {
    if (tensor.external !== undefined) files.add(tensor.external)
  }
  if (depth > 16) return files
  for (const node of graph.nodes) {
    const mayHold = ['If', 'Loop', 'Scan', 'SequenceMap', 'Constant'].includes(node.op)
    for (const attribute of mayHold ? Object.values(node.attributes ?? {}) : []) {
      const value = decodeAttribute(attribute)
      if ('tensor' in value && value.tensor.external !== undefined) files.add(value.tensor.external)
      if ('graph' in value) {
        for (const file of externalFiles(value.graph, depth + 1)) files.add(file)
      }
    }
  }
  return files
}

/** A type as people write it: `float32[N, 4]`, `sequence(map(int64, float32))`. */
export function typeText(type: ValueType): string {
  if (type.kind === 'tensor') {
    if (type.shape === null) return type.type
    return `${type.type}[${type.shape.map((size) => size ?? '?').join(', ')}]`
  }
  if (type.kind === 'sequence') return `sequence(${typeText(type.of)})`
  if (type.kind === 'map') return `map(${type.key}, ${typeText(type.value)})`
  return 'unknown'
}

/** The element type of a tensor; undefined for sequences, maps and unknown types. */
export function elementType(type: ValueType): TensorType | undefined {
  return type.kind === 'tensor' ? type.type : undefined
}

function makersOf(graph: OnnxGraph): Map<string, OnnxNode> {
  const makers = new Map<string, OnnxNode>()
  for (const node of graph.nodes) for (const output of node.outputs) makers.set(output, node)
  return makers
}

/** The nodes that `tensor` depends on, breadth first. */
function* upstream(makers: Map<string, OnnxNode>, tensor: string): Generator<OnnxNode> {
  const seen = new Set<OnnxNode>()
  const queue = [tensor]
  for (let i = 0; i < queue.length; i++) {
    const node = makers.get(queue[i]!)
    if (node === undefined || seen.has(node)) continue
    seen.add(node)
    yield node
    queue.push(...node.inputs)
  }
}

function attributeLabels(node: OnnxNode): string[] | undefined {
  for (const [name, attribute] of Object.entries(node.attributes ?? {})) {
    // SVMClassifier and others of ai.onnx.ml say classlabels_ints, the older name of classlabels_int64s.
    if (!name.startsWith('classlabels_')) continue
    const value = decodeAttribute(attribute)
    if ('strings' in value && value.strings.length > 0) return [...value.strings]
    if ('ints' in value && value.ints.length > 0) return value.ints.map(String)
  }
  return undefined
}

function extractedLabels(graph: OnnxGraph, node: OnnxNode): string[] | undefined {
  if (node.op !== 'ArrayFeatureExtractor') return undefined
  const makers = makersOf(graph)
  let source = node.inputs[0] ?? ''
  for (let steps = 0; steps < 8; steps++) {
    const constant = graph.initializers.find((tensor) => tensor.name === source)
    if (constant !== undefined) return tensorValues(constant)?.map(String)
    const maker = makers.get(source)
    if (maker === undefined || !PASSES_VALUES_ON.has(maker.op)) return undefined
    source = maker.inputs[0] ?? ''
  }
  return undefined
}

function integers(attribute: Attribute | undefined): readonly number[] {
  if (attribute === undefined) return []
  const value = decodeAttribute(attribute)
  return 'ints' in value ? value.ints : []
}
