/**
 * `Conv1DTranspose` to `Conv3DTranspose`: the gradient of a convolution with respect to its input.
 *
 * With kernel k, dilation d, stride s, k' = (k − 1) d + 1 and output padding p an input of size n gives (Keras):
 * without p `valid` n s + max(k' − s, 0), `same` n s; with p `valid` (n − 1) s + k' + p, `same`
 * (n − 1) s + k' − 2 ⌊k' / 2⌋ + p. What is cut away is what the forward convolution would have padded: with `same`
 * max((n − 1) s + k' − out, 0) in all, the odd one at the end.
 * Kernels: Keras (…sizes, channels out, channels in), ONNX (channels in, channels out, …sizes).
 */
import type { Translator } from '../layer.ts'
import { transposed } from '../transposed.ts'
import { activate } from './activation.ts'
import { channelled } from './window.ts'

/** `Conv1DTranspose`, `Conv2DTranspose`, `Conv3DTranspose`. */
export function transposedConvolution(rank: number): Translator {
  return (layer, call) => {
    const { graph } = layer
    const input = channelled(layer, layer.input(call), rank)
    const kernel = layer.sizes('kernel_size', rank)
    const strides = layer.sizes('strides', rank, 1)
    const dilation = layer.sizes('dilation_rate', rank, 1)
    const padding = layer.word('padding', 'valid')
    if (padding !== 'same' && padding !== 'valid') {
      throw layer.refusal(`padding ${padding}`, 'valid or same')
    }
    const filters = layer.count('filters')
    const groups = layer.count('groups', 1)
    if (groups !== 1) throw layer.refusal(`${groups} groups`, 'one group')
    const extra = readOutputPadding(layer.config.output_padding, rank)
    const useBias = layer.flag('use_bias', true)
    const shape = [...kernel, filters, input.channels]
    const [values, bias] = layer.weights([
      { name: 'kernel', shape },
      ...(useBias ? [{ name: 'bias', shape: [filters] }] : []),
    ])
    const begin: number[] = []
    const end: number[] = []
    const outputPadding: number[] = []
    const sizes = input.sizes.map((size, axis) => {
      const stride = strides[axis]!
      const reach = (kernel[axis]! - 1) * dilation[axis]! + 1
      const added = extra?.[axis]
      // out − n s, which does not depend on n.
      const beyond = outputBeyond(padding, stride, reach, added)
      // (n − 1) s + k' − out: positive is cut away, negative is added.
      const surplus = reach - stride - beyond
      const cut = Math.max(surplus, 0)
      const front = padding === 'same' ? Math.floor(cut / 2) : 0
      begin.push(front)
      end.push(cut - front)
      outputPadding.push(Math.max(-surplus, 0))
      return size === null ? null : size * stride + beyond
    })
    const order = [rank + 1, rank, ...kernel.map((_, axis) => axis)]
    const dims = order.map((axis) => shape[axis]!)
    const inputs = [
      input.value,
      layer.constant('kernel', dims, () => transposed(values!, shape, order)),
      ...(useBias ? [layer.constant('bias', [filters], () => bias!)] : []),
    ]
    // ONNX wants output padding below the stride, and so does Keras where one is given.
    const tooWide = outputPadding.some(
      (size, axis) => size >= Math.max(strides[axis]!, dilation[axis]!),
    )
    if (tooWide) throw layer.refusal('an output padding of the stride or more', 'a smaller one')
    const value = graph.node('ConvTranspose', inputs, {
      kernel_shape: { ints: kernel },
      strides: { ints: strides },
      dilations: { ints: dilation },
      pads: { ints: [...begin, ...end] },
      output_padding: { ints: outputPadding },
    })
    return activate(layer, input.wrap(value, filters, sizes), layer.config.activation)
  }
}

function outputBeyond(
  padding: string,
  stride: number,
  reach: number,
  added: number | undefined,
): number {
  if (added === undefined) return padding === 'same' ? 0 : Math.max(reach - stride, 0)
  const cut = padding === 'same' ? 2 * Math.floor(reach / 2) : 0
  return reach - stride - cut + added
}

function readOutputPadding(value: unknown, rank: number): number[] | undefined {
  if (typeof value === 'number') return Array.from({ length: rank }, () => value)
  if (!Array.isArray(value) || value.length !== rank) return undefined
  return value.every((one) => typeof one === 'number') ? value : undefined
}
