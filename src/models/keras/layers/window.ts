/**
 * What convolutions and poolings share: where their channels are, and how their windows are padded.
 *
 * Sizes (Keras, TensorFlow): with kernel k, dilation d, stride s and k' = (k − 1) d + 1 an input of size n gives
 * `valid` ⌊(n − k') / s⌋ + 1, `same` ⌈n / s⌉ with max((⌈n / s⌉ − 1) s + k' − n, 0) zeros around it (the odd one at
 * the end), and `causal` the size of `same` with all zeros in front.
 */
import type { Attributes, Shape, Tensor } from '../graph.ts'
import type { Layer } from '../layer.ts'

/** A tensor with its channels at place 1, whatever Keras calls it. */
export interface Channelled {
  readonly value: string
  readonly channels: number
  /** Sizes without batch and channels. */
  readonly sizes: Shape
  /** A tensor in the layout of the input. */
  readonly wrap: (value: string, channels: number, sizes: Shape) => Tensor
}

/** The input of a layer that works over `rank` axes, by its `data_format`. */
export function channelled(layer: Layer, input: Tensor, rank: number): Channelled {
  const { graph } = layer
  const { shape } = input
  if (shape.length !== rank + 2) {
    throw layer.refusal(`an input of ${shape.length} dimensions`, `${rank + 2} dimensions`)
  }
  if (isChannelsFirst(layer)) {
    return {
      value: graph.plain(input),
      channels: layer.known(shape[1], 'the number of channels'),
      sizes: shape.slice(2),
      wrap: (value, channels, sizes) => graph.tensor(value, [shape[0]!, channels, ...sizes]),
    }
  }
  return {
    value: graph.channelsFirst(input),
    channels: layer.known(shape.at(-1), 'the number of channels'),
    sizes: shape.slice(1, -1),
    wrap: (value, channels, sizes) => graph.tensorFirst(value, [shape[0]!, ...sizes, channels]),
  }
}

/** True where the file says `channels_first`. */
export function isChannelsFirst(layer: Layer): boolean {
  const format = layer.word('data_format', 'channels_last')
  if (format === 'channels_last' || format === 'channels_first') return format === 'channels_first'
  throw layer.refusal(`data_format ${format}`, 'channels_last or channels_first')
}

/** A window that is moved over some axes. */
export interface Window {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilation: readonly number[]
  readonly padding: string
}

/** The window as ONNX's attributes, and the sizes that come out. */
export function windowed(
  layer: Layer,
  sizes: Shape,
  { kernel, strides, dilation, padding }: Window,
): { attributes: Attributes; sizes: Shape } {
  const begin: number[] = []
  const end: number[] = []
  let automatic = false
  const out = sizes.map((size, axis): number | null => {
    const stride = strides[axis]!
    const reach = (kernel[axis]! - 1) * dilation[axis]! + 1
    let zeros = 0
    let front = 0
    let result: number | null
    if (padding === 'valid') {
      result = size === null ? null : Math.floor((size - reach) / stride) + 1
    } else if (padding === 'same') {
      result = size === null ? null : Math.ceil(size / stride)
      if (size !== null) zeros = Math.max((result! - 1) * stride + reach - size, 0)
      else if (stride === 1) zeros = reach - 1
      else automatic = true
      front = Math.floor(zeros / 2)
    } else if (padding === 'causal') {
      result = size === null ? null : Math.ceil(size / stride)
      zeros = reach - 1
      front = zeros
      if (size !== null) result = Math.floor((size + zeros - reach) / stride) + 1
    } else {
      throw layer.refusal(`padding ${padding}`, 'valid, same or causal')
    }
    if (result !== null && result < 1) {
      throw layer.refusal(`an input of size ${size}`, `at least ${reach}`)
    }
    begin.push(front)
    end.push(zeros - front)
    return result
  })
  const attributes: Attributes = {
    kernel_shape: { ints: kernel },
    strides: { ints: strides },
    ...(dilation.some((step) => step !== 1) ? { dilations: { ints: dilation } } : {}),
    ...(automatic
      ? { auto_pad: { string: 'SAME_UPPER' } }
      : { pads: { ints: [...begin, ...end] } }),
  }
  return { attributes, sizes: out }
}
