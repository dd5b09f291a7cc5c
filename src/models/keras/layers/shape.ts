/**
 * Layers that only move numbers: `Flatten`, `Reshape`, `Permute`, `RepeatVector`, and `Masking`.
 *
 * They see Keras's order of axes, so channels that were moved to the front for convolutions are moved back first
 * (unless there is nothing to be moved: a flattened picture of one pixel).
 */
import { product } from '../graph.ts'
import type { Translator } from '../layer.ts'
import { isChannelsFirst } from './window.ts'

/** `Flatten`: everything behind the batch axis in one. */
export const flatten: Translator = (layer, call) => {
  const input = layer.input(call)
  const { graph } = layer
  const { shape } = input
  const rank = shape.length
  const out = [shape[0]!, product(shape.slice(1))]
  if (rank === 1)
    return graph.tensor(graph.node('Unsqueeze', [graph.plain(input), graph.ints([1])]), [
      shape[0]!,
      1,
    ])
  if (rank === 2) return graph.tensor(graph.plain(input), shape)
  if (isChannelsFirst(layer)) {
    const last = [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]
    return graph.tensor(graph.node('Flatten', [graph.transpose(graph.plain(input), last)]), out)
  }
  const onePixel = product(shape.slice(1, -1)) === 1
  const value = input.plain ?? (onePixel ? input.first! : graph.plain(input))
  return graph.tensor(graph.node('Flatten', [value]), out)
}

/** `Reshape(target_shape)`; one size may be −1, which some files write as null. */
export const reshape: Translator = (layer, call) => {
  const input = layer.input(call)
  const { graph } = layer
  const { shape } = input
  const raw = layer.config.target_shape
  const listed = typeof raw === 'number' ? [raw] : raw
  const isSize = (size: unknown) => size === null || Number.isSafeInteger(size)
  if (!Array.isArray(listed) || !listed.every(isSize)) {
    throw layer.refusal(`target_shape ${JSON.stringify(raw)}`, 'a list of sizes')
  }
  const target = (listed as (number | null)[]).map((size) => size ?? -1)
  const free = target.filter((size) => size === -1).length
  if (free > 1) throw layer.refusal('several free sizes in target_shape', 'at most one')
  const total = product(shape.slice(1))
  const rest = target.reduce((all, size) => (size === -1 ? all : all * size), 1)
  if (total !== null && (free === 0 ? rest !== total : total % rest !== 0)) {
    throw layer.refusal(`${total} numbers for the shape (${target.join(', ')})`, `${rest}`)
  }
  const out = target.map((size) => (size !== -1 ? size : total === null ? null : total / rest))
  // A size that is free beside the batch must be found by ONNX; otherwise the batch is.
  const sizes = [free === 1 && total === null ? 0 : -1, ...out.map((size) => size ?? -1)]
  return graph.tensor(graph.reshape(graph.plain(input), sizes), [shape[0]!, ...out])
}

/** `Permute(dims)`: axes counted from 1, without the batch. */
export const permute: Translator = (layer, call) => {
  const input = layer.input(call)
  const dims = layer.integers('dims')
  const order = [0, ...dims]
  const sorted = [...order].sort((one, other) => one - other)
  if (order.length !== input.shape.length || sorted.some((axis, i) => axis !== i)) {
    throw layer.refusal(`dims (${dims.join(', ')})`, `an order of ${input.shape.length - 1} axes`)
  }
  const value = layer.graph.transpose(layer.graph.plain(input), order)
  return layer.graph.tensor(
    value,
    order.map((axis) => input.shape[axis]!),
  )
}

/** `RepeatVector(n)`: (batch, size) → (batch, n, size). */
export const repeatVector: Translator = (layer, call) => {
  const input = layer.input(call)
  const { graph } = layer
  const count = layer.count('n')
  const column = graph.node('Unsqueeze', [graph.plain(input), graph.ints([1])])
  const value = graph.node('Tile', [column, graph.ints([1, count, 1])])
  return graph.tensor(value, [input.shape[0]!, count, input.shape[1]!])
}

/** `Masking(mask_value)`: steps that are `mask_value` throughout become zeros that later layers leave out. */
export const masking: Translator = (layer, call) => {
  const input = layer.input(call)
  const { graph } = layer
  const x = graph.plain(input)
  const equal = graph.node('Equal', [x, graph.scalar(layer.number('mask_value', 0))])
  const differs = graph.cast(graph.node('Not', [equal]), 'float32')
  const axes = { axes: { ints: [-1] }, keepdims: { int: 1 } }
  const counts = graph.node('ReduceMax', [differs], axes)
  const mask = graph.cast(graph.node('Squeeze', [counts, graph.ints([-1])]), 'bool')
  return graph.tensor(graph.node('Mul', [x, counts]), input.shape, mask)
}
