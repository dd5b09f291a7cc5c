/**
 * Poolings: largest and mean value of windows, and of everything (`Global…`).
 *
 * Means of `same` windows leave the padding out, as TensorFlow does. `GlobalAveragePooling1D` heeds a mask:
 * Σ m x / Σ m over the steps.
 */
import type { Tensor } from '../graph.ts'
import type { Layer, Translator } from '../layer.ts'
import { maskOf } from './mask.ts'
import { channelled, isChannelsFirst, windowed } from './window.ts'

/** `MaxPooling1D` to `3D` and `AveragePooling1D` to `3D`. */
export function pooling(operator: 'MaxPool' | 'AveragePool', rank: number): Translator {
  return (layer, call) => {
    const input = channelled(layer, layer.input(call), rank)
    const kernel = layer.sizes('pool_size', rank, 2)
    const strides = layer.config.strides == null ? kernel : layer.sizes('strides', rank)
    const padding = layer.word('padding', 'valid')
    const dilation = kernel.map(() => 1)
    const window = windowed(layer, input.sizes, { kernel, strides, dilation, padding })
    const value = layer.graph.node(operator, [input.value], window.attributes)
    return input.wrap(value, input.channels, window.sizes)
  }
}

/** `GlobalMaxPooling1D` to `3D` and `GlobalAveragePooling1D` to `3D`. */
export function globalPooling(
  operator: 'GlobalMaxPool' | 'GlobalAveragePool',
  rank: number,
): Translator {
  return (layer, call) => {
    const { graph } = layer
    const tensor = layer.input(call)
    const input = channelled(layer, tensor, rank)
    const keep = layer.flag('keepdims', false)
    const mask = maskOf(layer, call, tensor)
    if (rank === 1 && operator === 'GlobalAveragePool' && mask !== undefined) {
      return maskedMean(layer, tensor, mask, keep)
    }
    const value = graph.node(operator, [input.value])
    const batch = tensor.shape[0]!
    if (keep)
      return input.wrap(
        value,
        input.channels,
        input.sizes.map(() => 1),
      )
    return graph.tensor(graph.node('Flatten', [value]), [batch, input.channels])
  }
}

function maskedMean(layer: Layer, tensor: Tensor, mask: string, keep: boolean): Tensor {
  const { graph } = layer
  const timeAxis = isChannelsFirst(layer) ? 2 : 1
  const channelAxis = timeAxis === 1 ? 2 : 1
  const counts = graph.node('Unsqueeze', [graph.cast(mask, 'float32'), graph.ints([channelAxis])])
  const keepdims = { keepdims: { int: keep ? 1 : 0 } }
  const over = graph.ints([timeAxis])
  const products = graph.node('Mul', [graph.plain(tensor), counts])
  const sum = graph.node('ReduceSum', [products, over], keepdims)
  const steps = graph.node('ReduceSum', [counts, over], keepdims)
  const shape = keep
    ? tensor.shape.map((size, axis) => (axis === timeAxis ? 1 : size))
    : tensor.shape.filter((_, axis) => axis !== timeAxis)
  return graph.tensor(graph.node('Div', [sum, steps]), shape)
}
