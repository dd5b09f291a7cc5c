/**
 * Inputs of a server's model as the graph inputs that the encoders of `models/onnx` fill, and tensors as JSON.
 *
 * Numbers are written from double precision (0.1 rather than 0.10000000149011612): the server rounds to its own type,
 * to the same float. Types that JSON writes alike are taken together: all integers as int64, all floats as float64.
 */
import { type Matrix, PredictorError, type RasterImage } from '../../contract/index.ts'
import { allAtOnce } from '../../contract/slices.ts'
import { anyEncoder } from '../onnx/choose-encoder.ts'
import type { GraphInput } from '../onnx/feeds.ts'
import type { Dimension, TensorType } from '../onnx/model-proto.ts'
import type { TensorData, Tensors } from '../onnx/session.ts'
import { tableLayout } from '../onnx/table-input.ts'
import type { InputOptions, ServerInput } from './server-options.ts'

/** One input of a model as its server describes it. */
export interface ServerTensor {
  readonly name: string
  /** As the server names it: FP32, BYTES, DT_FLOAT, … */
  readonly datatype: string
  /** Sizes, the batch first; -1 where any will do. Empty where unknown. */
  readonly shape: readonly number[]
}

/** A tensor's input for the encoders. Throws a PredictorError for an element type that no instance has. */
export function graphInput(where: string, { name, datatype, shape }: ServerTensor): GraphInput {
  const [batch, ...rest] = shape.map((size) => (size >= 0 ? size : null))
  const sizes: readonly Dimension[] = shape.length === 0 ? [null] : rest
  return { name, type: elementType(where, name, datatype), sizes, batch: batch ?? null }
}

/** Encoders of instances of all kinds into the inputs of a model. */
export function tensorEncoder(
  where: string,
  inputs: readonly GraphInput[],
  options: InputOptions,
): (instances: readonly ServerInput[]) => Tensors {
  const layout = (): ReturnType<typeof tableLayout> =>
    tableLayout(where, inputs, options.columns, 0)
  // Names that do not fit are better told at connecting than at the first prediction.
  if (options.columns !== undefined) layout()
  const encode = anyEncoder({
    model: where,
    inputs,
    table: layout,
    image: options.image ?? {},
    series: options.series ?? {},
    convolves: false,
  })
  return (instances) => allAtOnce(encode(instances))
}

/** The elements of a tensor, flat, as JSON has them. */
export function flatValues({ data, type }: TensorData): unknown[] {
  if (type === 'bool') return Array.from(data as Uint8Array, (bit) => bit !== 0)
  if (data instanceof BigInt64Array || data instanceof BigUint64Array)
    return Array.from(data, Number)
  return Array.from(data as ArrayLike<number | string>)
}

/** A tensor as nested lists, its first size outermost. */
export function nestedValues(tensor: TensorData): unknown[] {
  return nested(flatValues(tensor), tensor.dims)
}

/** A flat list as nested lists of these sizes. */
export function nested(values: unknown[], sizes: readonly number[]): unknown[] {
  let lists = values
  for (let axis = sizes.length - 1; axis > 0; axis--) {
    const size = sizes[axis]!
    const count = sizes.slice(0, axis).reduce((product, one) => product * one, 1)
    const inner = lists
    lists = Array.from({ length: count }, (_, i) => inner.slice(i * size, (i + 1) * size))
  }
  return lists
}

/** Pictures and series as nested lists; rows and texts as they are. For servers that describe no inputs. */
export function plainValues(
  where: string,
  instances: readonly ServerInput[],
  options: InputOptions,
): unknown[] {
  const first = instances[0]
  if (isImage(first) || isSeries(first)) {
    const sizes = isImage(first) ? [null, null, null] : [null, null]
    const input: GraphInput = { name: 'inputs', type: 'float64', sizes, batch: null }
    const encode = tensorEncoder(where, [input], {
      image: { layout: 'nhwc', ...options.image },
      series: { layout: 'ntc', ...options.series },
    })
    return nestedValues(encode(instances).inputs!)
  }
  return instances.map((instance) =>
    ArrayBuffer.isView(instance) ? Array.from(instance as Float64Array) : instance,
  )
}

/** Whether an instance is a picture. */
export function isImage(instance: unknown): instance is RasterImage {
  return hasData(instance) && 'width' in instance
}

/** Whether an instance is a series. */
export function isSeries(instance: unknown): instance is Matrix {
  return hasData(instance) && 'rows' in instance
}

function hasData(instance: unknown): instance is { readonly data: ArrayBufferView } {
  return (
    typeof instance === 'object' &&
    instance !== null &&
    'data' in instance &&
    ArrayBuffer.isView(instance.data)
  )
}

function elementType(where: string, name: string, datatype: string): TensorType {
  const plain = datatype.toUpperCase().replace(/^(DT|TYPE)_/, '')
  if (/^(FP|FLOAT|BF|BFLOAT|DOUBLE|HALF)(16|32|64)?$/.test(plain)) return 'float64'
  if (/^U?INT(8|16|32|64)$/.test(plain)) return plain === 'UINT8' ? 'uint8' : 'int64'
  if (plain === 'BOOL') return 'bool'
  if (plain === 'BYTES' || plain === 'STRING') return 'string'
  throw new PredictorError({
    where: `${where}, input ${name}`,
    got: `elements of type ${datatype}`,
    expected: 'floats, integers, booleans or strings',
    remedy: 'Serve the model with inputs of these types.',
  })
}
