/**
 * Writes ONNX models: the other half of `model-proto.ts`, for edited graphs and for networks translated to ONNX.
 *
 * Parts that were read and not changed are copied byte for byte. Numbers of new tensors are written as raw little-endian
 * data, strings as UTF-8. The whole model must stay under protobuf's 2 GB.
 */
import {
  type Attribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  TENSOR_TYPES,
  type ValueInfo,
  type ValueType,
} from './model-proto.ts'
import { WireWriter } from './protobuf.ts'

/** The bytes of a model file. */
export function encodeModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const out = new WireWriter()
  out.int(1, model.irVersion)
  out.string(2, model.producer)
  if (model.producerVersion !== undefined) out.string(3, model.producerVersion)
  for (const field of model.rest ?? []) out.encoded(field)
  out.message(7, graphMessage(model.graph))
  for (const { domain, version } of model.opsets) {
    const opset = new WireWriter()
    opset.string(1, domain)
    opset.int(2, version)
    out.message(8, opset)
  }
  for (const [key, value] of Object.entries(model.metadata ?? {})) {
    const entry = new WireWriter()
    entry.string(1, key)
    entry.string(2, value)
    out.message(14, entry)
  }
  return out.finish()
}

function graphMessage(graph: OnnxGraph): WireWriter {
  const out = new WireWriter()
  for (const node of graph.nodes) writeMessage(out, 1, node, nodeMessage)
  out.string(2, graph.name)
  for (const tensor of graph.initializers) writeMessage(out, 5, tensor, tensorMessage)
  for (const input of graph.inputs) writeMessage(out, 11, input, valueInfoMessage)
  for (const output of graph.outputs) writeMessage(out, 12, output, valueInfoMessage)
  for (const value of graph.values ?? []) writeMessage(out, 13, value, valueInfoMessage)
  for (const field of graph.rest ?? []) out.encoded(field)
  return out
}

function writeMessage<Part extends { readonly encoded?: Uint8Array }>(
  out: WireWriter,
  field: number,
  part: Part,
  write: (part: Part) => WireWriter,
): void {
  if (part.encoded === undefined) out.message(field, write(part))
  else out.bytes(field, part.encoded)
}

function nodeMessage(node: OnnxNode): WireWriter {
  const out = new WireWriter()
  for (const input of node.inputs) out.string(1, input)
  for (const output of node.outputs) out.string(2, output)
  if (node.name !== undefined) out.string(3, node.name)
  out.string(4, node.op)
  for (const [name, attribute] of Object.entries(node.attributes ?? {})) {
    if ('encoded' in attribute) out.bytes(5, attribute.encoded)
    else out.message(5, attributeMessage(name, attribute))
  }
  if (node.domain !== undefined) out.string(7, node.domain)
  return out
}

function attributeMessage(
  name: string,
  attribute: Exclude<Attribute, { readonly encoded: Uint8Array }>,
): WireWriter {
  const out = new WireWriter()
  out.string(1, name)
  // Field 20 is AttributeProto.AttributeType.
  if ('float' in attribute) {
    out.float(2, attribute.float)
    out.int(20, 1)
  } else if ('int' in attribute) {
    out.int(3, attribute.int)
    out.int(20, 2)
  } else if ('string' in attribute) {
    out.string(4, attribute.string)
    out.int(20, 3)
  } else if ('tensor' in attribute) {
    writeMessage(out, 5, attribute.tensor, tensorMessage)
    out.int(20, 4)
  } else if ('graph' in attribute) {
    out.message(6, graphMessage(attribute.graph))
    out.int(20, 5)
  } else if ('floats' in attribute) {
    out.floats(7, attribute.floats)
    out.int(20, 6)
  } else if ('ints' in attribute) {
    out.ints(8, attribute.ints)
    out.int(20, 7)
  } else {
    for (const value of attribute.strings) out.string(9, value)
    out.int(20, 8)
  }
  return out
}

function tensorMessage(tensor: OnnxTensor): WireWriter {
  const out = new WireWriter()
  out.ints(1, tensor.dims)
  out.int(2, TENSOR_TYPES.indexOf(tensor.type))
  out.string(8, tensor.name)
  const values = tensor.values ?? []
  if (ArrayBuffer.isView(values)) {
    out.bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  } else {
    for (const value of values) out.string(6, value)
  }
  return out
}

function valueInfoMessage(value: ValueInfo): WireWriter {
  const out = new WireWriter()
  out.string(1, value.name)
  if (value.type.kind !== 'other') out.message(2, typeMessage(value.type))
  return out
}

function typeMessage(type: ValueType): WireWriter {
  const out = new WireWriter()
  const inner = new WireWriter()
  if (type.kind === 'tensor') {
    inner.int(1, TENSOR_TYPES.indexOf(type.type))
    if (type.shape !== null) {
      const shape = new WireWriter()
      for (const size of type.shape) {
        const dimension = new WireWriter()
        if (typeof size === 'number') dimension.int(1, size)
        else if (size !== null) dimension.string(2, size)
        shape.message(1, dimension)
      }
      inner.message(2, shape)
    }
    out.message(1, inner)
  } else if (type.kind === 'sequence') {
    inner.message(1, typeMessage(type.of))
    out.message(4, inner)
  } else if (type.kind === 'map') {
    inner.int(1, TENSOR_TYPES.indexOf(type.key))
    inner.message(2, typeMessage(type.value))
    out.message(5, inner)
  }
  return out
}
