/**
 * A network cut at its features, for transfer learning.
 *
 * 1. The features are what the last pooling layer makes: the pooling nearest to the answer, looking upstream; in a network
 *    without one, what its last dense layer takes.
 * 2. `featureModel` ends there, flattened to (n, features). `classifierModel` has a dense layer and a softmax behind it.
 * 3. What neither needs, the old classifier above all, is left out.
 */
import { PredictorError } from '../../contract/index.ts'
import { encodeModel } from './encode-model.ts'
import { externalFiles, trueInputs } from './graph.ts'
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from './model-proto.ts'

/** A softmax classifier over features: probabilities softmax(x W + b). */
export interface SoftmaxHead {
  /** (features, classes), row by row. */
  readonly weights: Float32Array
  /** (classes). */
  readonly bias: Float32Array
}

/** Names of the new values; no exporter uses them. */
const FEATURES = 'sodalime_features'
export const PROBABILITIES = 'probabilities'

const POOLINGS = [
  'GlobalAveragePool',
  'GlobalMaxPool',
  'AveragePool',
  'MaxPool',
  'ReduceMean',
  'ReduceMax',
]
const DENSE = ['Gemm', 'MatMul']

/** The tensor of the features behind `answer`, and the operation that makes it. Throws a PredictorError where there is none. */
export function findFeatures(
  where: string,
  graph: OnnxGraph,
  answer: string,
): { readonly tensor: string; readonly made: string } {
  const makers = new Map<string, OnnxNode>()
  for (const node of graph.nodes) for (const output of node.outputs) makers.set(output, node)
  const seen = new Set<OnnxNode>()
  const queue = [answer]
  let dense: OnnxNode | undefined
  for (let i = 0; i < queue.length; i++) {
    const node = makers.get(queue[i]!)
    if (node === undefined || seen.has(node)) continue
    seen.add(node)
    if (POOLINGS.includes(node.op)) return { tensor: node.outputs[0]!, made: node.op }
    if (dense === undefined && DENSE.includes(node.op)) dense = node
    queue.push(...node.inputs)
  }
  if (dense !== undefined) return { tensor: dense.inputs[0]!, made: `the input of ${dense.op}` }
  throw new PredictorError({
    where,
    got: 'a graph without a pooling or dense layer',
    expected: 'a convolutional network for pictures',
    remedy: 'Take a network such as MobileNet, ResNet or Inception as the base.',
  })
}

/** The network up to its features, (n, features), as the bytes of an ONNX model. */
export function featureModel(where: string, model: OnnxModel, tensor: string): Uint8Array {
  return encodeModel(endedBy(where, model, [flatten(tensor)], [], FEATURES, null))
}

/** The name of the output of `featureModel`. */
export const FEATURES_OUTPUT = FEATURES

/** The network with a new classifier on its features, as the bytes of an ONNX model. */
export function classifierModel(
  where: string,
  model: OnnxModel,
  tensor: string,
  head: SoftmaxHead,
): Uint8Array<ArrayBuffer> {
  const classes = head.bias.length
  const constants: OnnxTensor[] = [
    {
      name: 'sodalime_weights',
      type: 'float32',
      dims: [head.weights.length / classes, classes],
      values: head.weights,
    },
    { name: 'sodalime_bias', type: 'float32', dims: [classes], values: head.bias },
  ]
  const nodes: OnnxNode[] = [
    flatten(tensor),
    {
      op: 'Gemm',
      inputs: [FEATURES, 'sodalime_weights', 'sodalime_bias'],
      outputs: ['sodalime_scores'],
    },
    {
      op: 'Softmax',
      inputs: ['sodalime_scores'],
      outputs: [PROBABILITIES],
      attributes: { axis: { int: 1 } },
    },
  ]
  return encodeModel(endedBy(where, model, nodes, constants, PROBABILITIES, classes))
}

function flatten(tensor: string): OnnxNode {
  return {
    op: 'Flatten',
    inputs: [tensor],
    outputs: [FEATURES],
    attributes: { axis: { int: 1 } },
  }
}

function endedBy(
  where: string,
  model: OnnxModel,
  nodes: readonly OnnxNode[],
  constants: readonly OnnxTensor[],
  output: string,
  columns: number | null,
): OnnxModel {
  const { graph } = model
  if (externalFiles(graph).size > 0) {
    throw new PredictorError({
      where,
      got: 'weights in other files',
      expected: 'a model in one file',
      remedy: 'Save it as one: onnx.save_model(onnx.load("model.onnx"), "whole.onnx").',
    })
  }
  const all = [...graph.nodes, ...nodes]
  // Inner graphs read outer values without listing them.
  const holdsGraphs = graph.nodes.some(({ op }) => ['If', 'Loop', 'Scan'].includes(op))
  const kept = holdsGraphs ? all : needed(all, output)
  const used = new Set(kept.flatMap(({ inputs }) => inputs))
  const initializers = [...graph.initializers, ...constants]
  return {
    ...model,
    producer: 'sodalime',
    graph: {
      name: graph.name,
      nodes: kept,
      initializers: holdsGraphs ? initializers : initializers.filter(({ name }) => used.has(name)),
      inputs: trueInputs(graph),
      outputs: [
        {
          name: output,
          type: { kind: 'tensor', type: 'float32', shape: ['batch', columns ?? 'features'] },
        },
      ],
    },
  }
}

/** The nodes that `output` depends on, in their order. */
function needed(nodes: readonly OnnxNode[], output: string): OnnxNode[] {
  const wanted = new Set([output])
  const kept: OnnxNode[] = []
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!
    if (!node.outputs.some((one) => wanted.has(one))) continue
    kept.push(node)
    for (const input of node.inputs) wanted.add(input)
  }
  return kept.reverse()
}
