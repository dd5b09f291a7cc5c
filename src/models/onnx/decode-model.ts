/**
 * Reads ONNX models: names, shapes and attributes; weights stay where they are in the file's bytes.
 */
import {
  type Attribute,
  type Dimension,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  TENSOR_TYPES,
  type TensorType,
  type ValueInfo,
  type ValueType,
} from './model-proto.ts'
import { eachField, readFloats, readInts, readString, WireError } from './protobuf.ts'

/** Reads a model. Throws a WireError where the bytes are cut off or are no ONNX model. */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  let irVersion = 0
  let producer = ''
  let producerVersion = ''
  const opsets: { domain: string; version: number }[] = []
  const metadata: Record<string, string> = {}
  let graph: OnnxGraph | undefined
  const rest: Uint8Array[] = []
  eachField(bytes, (field) => {
    if (field.number === 1) irVersion = field.value
    else if (field.number === 2) producer = readString(field)
    else if (field.number === 3) producerVersion = readString(field)
    else if (field.number === 7 && field.wire === 2) graph = decodeGraph(field.bytes)
    else if (field.number === 8) opsets.push(decodeOpset(field.bytes))
    else if (field.number === 14) {
      const { key, value } = decodeEntry(field.bytes)
      metadata[key] = value
    } else rest.push(field.encoded)
  })
  if (graph === undefined) throw new WireError('there is no graph in it')
  if (irVersion < 1 || opsets.length === 0) {
    throw new WireError('it has no IR version or operator set')
  }
  return { irVersion, producer, producerVersion, opsets, metadata, graph, rest }
}

/** Reads an attribute that still is `encoded`; others are returned as they are. */
export function decodeAttribute(attribute: Attribute): Attribute {
  if (!('encoded' in attribute)) return attribute
  const floats: number[] = []
  const ints: number[] = []
  const strings: string[] = []
  let decoded: Attribute = attribute
  eachField(attribute.encoded, (field) => {
    if (field.number === 2) decoded = { float: field.value }
    else if (field.number === 3) decoded = { int: field.value }
    else if (field.number === 4) decoded = { string: readString(field) }
    else if (field.number === 5) decoded = { tensor: decodeTensor(field.bytes) }
    else if (field.number === 6) decoded = { graph: decodeGraph(field.bytes) }
    else if (field.number === 7) for (const value of readFloats(field)) floats.push(value)
    else if (field.number === 8) for (const value of readInts(field)) ints.push(value)
    else if (field.number === 9) strings.push(readString(field))
  })
  if (strings.length > 0) return { strings }
  if (ints.length > 0) return { ints }
  if (floats.length > 0) return { floats }
  return decoded
}

/** The values of a small tensor of strings or integers; undefined for other types and values outside of the model. */
export function tensorValues(tensor: OnnxTensor): readonly (string | number)[] | undefined {
  if (tensor.values !== undefined) {
    return Array.from<string | number | bigint, string | number>(tensor.values, (value) =>
      typeof value === 'bigint' ? Number(value) : value,
    )
  }
  if (tensor.encoded === undefined || tensor.external !== undefined) return undefined
  const values: (string | number)[] = []
  eachField(tensor.encoded, (field) => {
    if (field.number === 6) values.push(readString(field))
    else if (field.number === 5 || field.number === 7) values.push(...readInts(field))
    else if (field.number === 9) {
      const { buffer, byteOffset, byteLength } = field.bytes
      const view = new DataView(buffer, byteOffset, byteLength)
      if (tensor.type === 'int64') {
        for (let at = 0; at + 8 <= byteLength; at += 8)
          values.push(Number(view.getBigInt64(at, true)))
      } else if (tensor.type === 'int32') {
        for (let at = 0; at + 4 <= byteLength; at += 4) values.push(view.getInt32(at, true))
      }
    }
  })
  const integral = tensor.type === 'int64' || tensor.type === 'int32'
  return integral || tensor.type === 'string' ? values : undefined
}

function decodeGraph(bytes: Uint8Array): OnnxGraph {
  let name = ''
  const nodes: OnnxNode[] = []
  const initializers: OnnxTensor[] = []
  const inputs: ValueInfo[] = []
  const outputs: ValueInfo[] = []
  const values: ValueInfo[] = []
  const rest: Uint8Array[] = []
  eachField(bytes, (field) => {
    if (field.number === 1) nodes.push(decodeNode(field.bytes))
    else if (field.number === 2) name = readString(field)
    else if (field.number === 5) initializers.push(decodeTensor(field.bytes))
    else if (field.number === 11) inputs.push(decodeValueInfo(field.bytes))
    else if (field.number === 12) outputs.push(decodeValueInfo(field.bytes))
    else if (field.number === 13) values.push(decodeValueInfo(field.bytes))
    else rest.push(field.encoded)
  })
  return { name, nodes, initializers, inputs, outputs, values, rest }
}

function decodeNode(encoded: Uint8Array): OnnxNode {
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes: Record<string, Attribute> = {}
  let name = ''
  let op = ''
  let domain = ''
  eachField(encoded, (field) => {
    if (field.number === 1) inputs.push(readString(field))
    else if (field.number === 2) outputs.push(readString(field))
    else if (field.number === 3) name = readString(field)
    else if (field.number === 4) op = readString(field)
    else if (field.number === 5) attributes[attributeName(field.bytes)] = { encoded: field.bytes }
    else if (field.number === 7) domain = readString(field)
  })
  return { op, domain, name, inputs, outputs, attributes, encoded }
}

function attributeName(bytes: Uint8Array): string {
  let name = ''
  eachField(bytes, (field) => {
    if (field.number === 1) name = readString(field)
  })
  return name
}

function decodeTensor(encoded: Uint8Array): OnnxTensor {
  let name = ''
  let type: TensorType = 'other'
  const dims: number[] = []
  const entries: { key: string; value: string }[] = []
  let outside = false
  eachField(encoded, (field) => {
    if (field.number === 1) dims.push(...readInts(field))
    else if (field.number === 2) type = TENSOR_TYPES[field.value] ?? 'other'
    else if (field.number === 8) name = readString(field)
    else if (field.number === 13) entries.push(decodeEntry(field.bytes))
    else if (field.number === 14) outside = field.value === 1
  })
  if (!outside) return { name, type, dims, encoded }
  const location = entries.find(({ key }) => key === 'location')
  return { name, type, dims, encoded, external: location?.value ?? '' }
}

function decodeValueInfo(encoded: Uint8Array): ValueInfo {
  let name = ''
  let type: ValueType = { kind: 'other' }
  eachField(encoded, (field) => {
    if (field.number === 1) name = readString(field)
    else if (field.number === 2) type = decodeType(field.bytes, 0)
  })
  return { name, type, encoded }
}

function decodeType(bytes: Uint8Array, depth: number): ValueType {
  if (depth > 16) throw new WireError('types nested deeper than 16')
  let decoded: ValueType = { kind: 'other' }
  eachField(bytes, ({ number, bytes: inner }) => {
    let type: TensorType = 'other'
    let nested: ValueType = { kind: 'other' }
    let shape: readonly Dimension[] | null = null
    if (number !== 1 && number !== 4 && number !== 5) return
    eachField(inner, (field) => {
      if (field.number === 1 && field.wire === 0) type = TENSOR_TYPES[field.value] ?? 'other'
      else if (number === 1 && field.number === 2) shape = decodeShape(field.bytes)
      else if (number === 4 || field.number === 2) nested = decodeType(field.bytes, depth + 1)
    })
    if (number === 1) decoded = { kind: 'tensor', type, shape }
    else if (number === 4) decoded = { kind: 'sequence', of: nested }
    else decoded = { kind: 'map', key: type, value: nested }
  })
  return decoded
}

function decodeShape(bytes: Uint8Array): Dimension[] {
  const shape: Dimension[] = []
  eachField(bytes, (field) => {
    if (field.number !== 1) return
    let dimension: Dimension = null
    eachField(field.bytes, (part) => {
      // Exporters write 0 or −1 for a size that is free.
      if (part.number === 1) dimension = part.value > 0 ? part.value : null
      else if (part.number === 2) dimension = readString(part) || null
    })
    shape.push(dimension)
  })
  return shape
}

function decodeOpset(bytes: Uint8Array): { domain: string; version: number } {
  let domain = ''
  let version = 0
  eachField(bytes, (field) => {
    if (field.number === 1) domain = readString(field)
    else if (field.number === 2) version = field.value
  })
  return { domain, version }
}

function decodeEntry(bytes: Uint8Array): { key: string; value: string } {
  let key = ''
  let value = ''
  eachField(bytes, (field) => {
    if (field.number === 1) key = readString(field)
    else if (field.number === 2) value = readString(field)
  })
  return { key, value }
}
