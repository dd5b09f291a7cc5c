/**
 * A trained network as an ONNX model (IR 8, opset 17) that takes series as they come: (n, length, channels), in any unit.
 *
 * 1. Each channel is brought to mean 0 and deviation 1, with the formula of series-input.ts.
 * 2. Convolutions with their batch normalisation drawn in, ReLU, the mean over time, a dense layer, softmax:
 *    output `probabilities` (n, classes).
 * 3. Output `label` (n): the name of the likeliest class, picked from the list of names as scikit-learn's exports have it,
 *    so that every reader of the file finds the names.
 */
import { encodeModel } from '../models/onnx/encode-model.ts'
import type { Attribute, OnnxNode, OnnxTensor } from '../models/onnx/model-proto.ts'
import { channelsInto, foldBlock } from './network.ts'
import { LEAST_VARIANCE, OFFSET_SHARE } from './series-input.ts'
import type { TrainedSeriesClassifier } from './train-series.ts'

/** The bytes of the model file. */
export function encodeSeriesModel(
  trained: Pick<TrainedSeriesClassifier, 'classNames' | 'form' | 'shape' | 'weights'>,
): Uint8Array<ArrayBuffer> {
  const { classNames, form, shape, weights } = trained
  const { length, channels, classes, filters, kernels } = shape
  const nodes: OnnxNode[] = []
  const constants: OnnxTensor[] = []
  const constant = (name: string, dims: readonly number[], values: Float32Array): string => {
    constants.push({ name, type: 'float32', dims, values })
    return name
  }
  const node = (
    op: string,
    inputs: readonly string[],
    output: string,
    attributes: { readonly [name: string]: Attribute } = {},
  ): string => {
    nodes.push({ op, inputs, outputs: [output], attributes })
    return output
  }

  const signal = form.normalise === 'none' ? 'series' : normalisation(node, constant)
  let hidden = node('Transpose', [signal], 'channels_first', { perm: { ints: [0, 2, 1] } })
  weights.blocks.forEach((block, i) => {
    const { weight, bias } = foldBlock(block)
    const kernel = kernels[i]!
    const inputs = channelsInto(shape, i)
    const dims = [filters[i]!, inputs, kernel]
    const half = kernel >> 1
    const convolved = node(
      'Conv',
      [
        hidden,
        constant(`weight_${i}`, dims, filtersFirst(weight, dims)),
        constant(`bias_${i}`, [filters[i]!], bias),
      ],
      `convolution_${i}`,
      { kernel_shape: { ints: [kernel] }, pads: { ints: [half, half] } },
    )
    hidden = node('Relu', [convolved], `relu_${i}`)
  })
  const pooled = node('GlobalAveragePool', [hidden], 'mean_over_time')
  const flat = node('Flatten', [pooled], 'features', { axis: { int: 1 } })
  const dense = constant('dense', [filters.at(-1)!, classes], weights.dense)
  const logits = node(
    'Gemm',
    [flat, dense, constant('dense_bias', [classes], weights.bias)],
    'logits',
  )
  node('Softmax', [logits], 'probabilities', { axis: { int: 1 } })

  constants.push({ name: 'classes', type: 'string', dims: [classes], values: [...classNames] })
  const likeliest = node('ArgMax', ['probabilities'], 'likeliest', {
    axis: { int: 1 },
    keepdims: { int: 0 },
  })
  nodes.push({
    op: 'ArrayFeatureExtractor',
    domain: 'ai.onnx.ml',
    inputs: ['classes', likeliest],
    outputs: ['picked'],
  })
  constants.push({ name: 'one_column', type: 'int64', dims: [1], values: BigInt64Array.of(-1n) })
  node('Reshape', ['picked', 'one_column'], 'label')

  return encodeModel({
    irVersion: 8,
    producer: 'sodalime',
    opsets: [
      { domain: '', version: 17 },
      { domain: 'ai.onnx.ml', version: 3 },
    ],
    graph: {
      name: 'series classifier',
      nodes,
      initializers: constants,
      inputs: [
        {
          name: 'series',
          type: { kind: 'tensor', type: 'float32', shape: ['n', length, channels] },
        },
      ],
      outputs: [
        {
          name: 'probabilities',
          type: { kind: 'tensor', type: 'float32', shape: ['n', classes] },
        },
        { name: 'label', type: { kind: 'tensor', type: 'string', shape: ['n'] } },
      ],
    },
  })
}

type AddNode = (
  op: string,
  inputs: readonly string[],
  output: string,
  attributes?: { readonly [name: string]: Attribute },
) => string
type AddConstant = (name: string, dims: readonly number[], values: Float32Array) => string

/** (x − μ) / √(σ² + a μ² + b) over time. */
function normalisation(node: AddNode, constant: AddConstant): string {
  const overTime = { axes: { ints: [1] }, keepdims: { int: 1 } }
  const share = constant('offset_share', [], Float32Array.of(OFFSET_SHARE))
  const least = constant('least_variance', [], Float32Array.of(LEAST_VARIANCE))
  const mean = node('ReduceMean', ['series'], 'mean', overTime)
  const centred = node('Sub', ['series', mean], 'centred')
  const squares = node('Mul', [centred, centred], 'squares')
  const variance = node('ReduceMean', [squares], 'variance', overTime)
  const meanSquare = node('Mul', [mean, mean], 'mean_square')
  const offset = node('Mul', [meanSquare, share], 'offset')
  const sum = node('Add', [variance, offset], 'variance_and_offset')
  const positive = node('Add', [sum, least], 'positive')
  return node('Div', [centred, node('Sqrt', [positive], 'deviation')], 'normalised')
}

/** (kernel · inputs, filters) as (filters, inputs, kernel). */
function filtersFirst(weight: Float32Array, dims: readonly number[]): Float32Array {
  const [filters, inputs, kernel] = dims as [number, number, number]
  const out = new Float32Array(weight.length)
  for (let f = 0; f < filters; f++) {
    for (let c = 0; c < inputs; c++) {
      for (let k = 0; k < kernel; k++) {
        out[(f * inputs + c) * kernel + k] = weight[(k * inputs + c) * filters + f]!
      }
    }
  }
  return out
}
