/**
 * Convolutions: `Conv1D` to `Conv3D`, depthwise and separable ones.
 *
 * Keras keeps kernels as (…sizes, channels in / groups, channels out), ONNX as (channels out, channels in / groups,
 * …sizes). A depthwise kernel (…sizes, channels, multiplier) is a grouped convolution with one group a channel, whose
 * output channel is channel × multiplier + m in both.
 */

import type { Tensor } from '../graph.ts'
import type { Layer, Translator } from '../layer.ts'
import { transposed } from '../transposed.ts'
import { activate } from './activation.ts'
import { type Channelled, channelled, type Window, windowed } from './window.ts'

/** `Conv1D`, `Conv2D`, `Conv3D`. */
export function convolution(rank: number): Translator {
  return (layer, call) => {
    const input = channelled(layer, layer.input(call), rank)
    const window = readWindow(layer, rank)
    const filters = layer.count('filters')
    const groups = layer.count('groups', 1)
    const shape = [...window.kernel, input.channels / groups, filters]
    const useBias = layer.flag('use_bias', true)
    const [kernel, bias] = layer.weights([
      { name: 'kernel', shape },
      ...(useBias ? [{ name: 'bias', shape: [filters] }] : []),
    ])
    const order = [rank + 1, rank, ...window.kernel.map((_, axis) => axis)]
    const dims = order.map((axis) => shape[axis]!)
    const weight = layer.constant('kernel', dims, () => transposed(kernel!, shape, order))
    const result = convolve(layer, input, window, {
      weight,
      bias: useBias ? layer.constant('bias', [filters], () => bias!) : undefined,
      groups,
      filters,
    })
    return activate(layer, result, layer.config.activation)
  }
}

/** `DepthwiseConv1D`, `DepthwiseConv2D`. */
export function depthwise(rank: number): Translator {
  return (layer, call) => {
    const input = channelled(layer, layer.input(call), rank)
    const window = readWindow(layer, rank)
    const filters = input.channels * layer.count('depth_multiplier', 1)
    const useBias = layer.flag('use_bias', true)
    const shape = depthwiseShape(layer, window, input)
    const [kernel, bias] = layer.weights([
      { name: 'depthwise_kernel', shape },
      ...(useBias ? [{ name: 'bias', shape: [filters] }] : []),
    ])
    const result = convolve(layer, input, window, {
      weight: depthwiseWeight(layer, kernel!, shape),
      bias: useBias ? layer.constant('bias', [filters], () => bias!) : undefined,
      groups: input.channels,
      filters,
    })
    return activate(layer, result, layer.config.activation)
  }
}

/** `SeparableConv1D`, `SeparableConv2D`: depthwise, then a convolution of size 1. */
export function separable(rank: number): Translator {
  return (layer, call) => {
    const input = channelled(layer, layer.input(call), rank)
    const window = readWindow(layer, rank)
    const between = input.channels * layer.count('depth_multiplier', 1)
    const filters = layer.count('filters')
    const useBias = layer.flag('use_bias', true)
    const shape = depthwiseShape(layer, window, input)
    const ones = window.kernel.map(() => 1)
    const [deep, point, bias] = layer.weights([
      { name: 'depthwise_kernel', shape },
      { name: 'pointwise_kernel', shape: [...ones, between, filters] },
      ...(useBias ? [{ name: 'bias', shape: [filters] }] : []),
    ])
    const spread = convolve(layer, input, window, {
      weight: depthwiseWeight(layer, deep!, shape),
      bias: undefined,
      groups: input.channels,
      filters: between,
    })
    const single = { kernel: ones, strides: ones, dilation: ones, padding: 'valid' }
    const result = convolve(layer, channelled(layer, spread, rank), single, {
      weight: layer.constant('pointwise_kernel', [filters, between, ...ones], () =>
        transposed(point!, [between, filters], [1, 0]),
      ),
      bias: useBias ? layer.constant('bias', [filters], () => bias!) : undefined,
      groups: 1,
      filters,
    })
    return activate(layer, result, layer.config.activation)
  }
}

interface Filters {
  readonly weight: string
  readonly bias: string | undefined
  readonly groups: number
  readonly filters: number
}

function convolve(
  layer: Layer,
  input: Channelled,
  window: Window,
  { weight, bias, groups, filters }: Filters,
): Tensor {
  const { attributes, sizes } = windowed(layer, input.sizes, window)
  const inputs = bias === undefined ? [input.value, weight] : [input.value, weight, bias]
  const value = layer.graph.node('Conv', inputs, { ...attributes, group: { int: groups } })
  return input.wrap(value, filters, sizes)
}

function readWindow(layer: Layer, rank: number): Window {
  return {
    kernel: layer.sizes('kernel_size', rank),
    strides: layer.sizes('strides', rank, 1),
    dilation: layer.sizes('dilation_rate', rank, 1),
    padding: layer.word('padding', 'valid'),
  }
}

function depthwiseShape(layer: Layer, { kernel }: Window, { channels }: Channelled): number[] {
  return [...kernel, channels, layer.count('depth_multiplier', 1)]
}

function depthwiseWeight(layer: Layer, kernel: Float32Array, shape: readonly number[]): string {
  const rank = shape.length - 2
  const sizes = shape.slice(0, rank)
  const order = [rank, rank + 1, ...sizes.map((_, axis) => axis)]
  const dims = [shape[rank]! * shape[rank + 1]!, 1, ...sizes]
  return layer.constant('depthwise_kernel', dims, () => transposed(kernel, shape, order))
}
