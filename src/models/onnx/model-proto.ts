/**
 * ONNX models as plain data, after the messages of `onnx.proto` (IR version 3 to 11); `decode-model.ts` reads them,
 * `encode-model.ts` writes them.
 *
 * What was read keeps the bytes it was read from (`encoded`), as views of the file, and is written back byte for byte;
 * whoever changes a node, tensor or value leaves `encoded` out of the copy. So a graph can be edited without decoding
 * a single weight, and fields that are unknown here survive.
 */
/** Element types, by the names ONNX Runtime's JavaScript tensors have. */
export type TensorType =
  | 'float32'
  | 'uint8'
  | 'int8'
  | 'uint16'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'string'
  | 'bool'
  | 'float16'
  | 'float64'
  | 'uint32'
  | 'uint64'
  | 'other'

/** Names of the element types at their numbers in `TensorProto.DataType`. */
export const TENSOR_TYPES: readonly TensorType[] = [
  'other',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
]

/** A size, the name of a size that is free, or null where nothing is said. */
export type Dimension = number | string | null

/** What an input or output holds; `shape` is null where even the rank is open. */
export type ValueType =
  | {
      readonly kind: 'tensor'
      readonly type: TensorType
      readonly shape: readonly Dimension[] | null
    }
  | { readonly kind: 'sequence'; readonly of: ValueType }
  | { readonly kind: 'map'; readonly key: TensorType; readonly value: ValueType }
  | { readonly kind: 'other' }

/** A named input, output or inner value. */
export interface ValueInfo {
  readonly name: string
  readonly type: ValueType
  readonly encoded?: Uint8Array
}

/** The values of a tensor that is to be written. */
export type TensorValues =
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Int8Array
  | readonly string[]

/** A constant tensor. One that was read has `encoded` and no `values`: see `tensorValues`. */
export interface OnnxTensor {
  readonly name: string
  readonly type: TensorType
  readonly dims: readonly number[]
  readonly values?: TensorValues
  /** Path of the file that holds the values, where they stand outside of the model. */
  readonly external?: string
  readonly encoded?: Uint8Array
}

/** An attribute of a node, tagged by its type; `encoded` is one as it was read (see `decodeAttribute`). */
export type Attribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly string: string }
  | { readonly tensor: OnnxTensor }
  | { readonly graph: OnnxGraph }
  | { readonly floats: readonly number[] }
  | { readonly ints: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly encoded: Uint8Array }

/** One operation. */
export interface OnnxNode {
  readonly op: string
  /** Operator set; '' is the standard one. */
  readonly domain?: string
  readonly name?: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: { readonly [name: string]: Attribute }
  readonly encoded?: Uint8Array
}

/** A graph; nodes stand in the order of execution. */
export interface OnnxGraph {
  readonly name: string
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxTensor[]
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  readonly values?: readonly ValueInfo[]
  /** Fields that are copied as they are. */
  readonly rest?: readonly Uint8Array[]
}

/** A model file. */
export interface OnnxModel {
  readonly irVersion: number
  readonly producer: string
  readonly producerVersion?: string
  readonly opsets: readonly { readonly domain: string; readonly version: number }[]
  readonly metadata?: { readonly [key: string]: string }
  readonly graph: OnnxGraph
  readonly rest?: readonly Uint8Array[]
}
