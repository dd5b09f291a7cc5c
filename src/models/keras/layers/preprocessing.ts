/**
 * Preprocessing that is part of a network: `Rescaling`, `Normalization`.
 *
 * Random augmentation does nothing at inference; `RandomCrop` cuts the middle out.
 */

import { fromFront, type Translator } from '../layer.ts'
import { elementwise } from './activation.ts'

/** `Rescaling(scale, offset)`: x scale + offset, numbers or one for each channel. */
export const rescaling: Translator = (layer, call) => {
  const input = layer.input(call)
  const { graph } = layer
  const scale = numbers(layer.config.scale ?? 1)
  const offset = numbers(layer.config.offset ?? 0)
  if (scale === undefined || offset === undefined) {
    throw layer.refusal('a scale or offset that is no list of numbers', 'numbers')
  }
  if (scale.length === 1 && offset.length === 1) {
    return elementwise(layer, input, (x) => {
      const scaled = graph.node('Mul', [x, graph.scalar(scale[0]!)])
      return offset[0] === 0 ? scaled : graph.node('Add', [scaled, graph.scalar(offset[0]!)])
    })
  }
  const list = (name: string, values: readonly number[]) =>
    layer.constant(name, values.length === 1 ? [] : [values.length], () =>
      Float32Array.from(values),
    )
  const scaled = graph.node('Mul', [graph.plain(input), list('scale', scale)])
  const value = graph.node('Add', [scaled, list('offset', offset)])
  return graph.tensor(value, input.shape, input.mask)
}

/** `Normalization`: (x − mean) / max(√variance, 10⁻⁷), or back with `invert`. */
export const normalization: Translator = (layer, call) => {
  const input = layer.input(call)
  const { graph } = layer
  const { shape } = input
  const axes = layer.integers('axis', layer.config.axis === null ? [] : [-1])
  const kept = axes.map((axis) => fromFront(axis, shape.length)).sort((a, b) => a - b)
  const sizes = kept.map((axis) => layer.known(shape[axis], `the size of axis ${axis}`))
  const count = sizes.reduce((one, other) => one * other, 1)
  const given = [numbers(layer.config.mean), numbers(layer.config.variance)]
  const [mean, variance] = given.every((list) => list !== undefined)
    ? given.map((list) => Float32Array.from(list))
    : layer.weights([
        { name: 'mean', shape: sizes },
        { name: 'variance', shape: sizes },
      ])
  const dims = shape.map((size, axis) => (kept.includes(axis) ? size! : 1))
  const spread = (values: Float32Array) =>
    values.length === count ? values : new Float32Array(count).fill(values[0]!)
  const centre = layer.constant('mean', dims, () => spread(mean!))
  const deviation = layer.constant('deviation', dims, () =>
    spread(variance!).map((value) => Math.max(Math.sqrt(value), 1e-7)),
  )
  const x = graph.plain(input)
  const value = layer.flag('invert', false)
    ? graph.node('Add', [graph.node('Mul', [x, deviation]), centre])
    : graph.node('Div', [graph.node('Sub', [x, centre]), deviation])
  return graph.tensor(value, shape, input.mask)
}

/** Numbers of a setting, however deeply it nests them; undefined where there is something else. */
function numbers(value: unknown): number[] | undefined {
  if (typeof value === 'number') return [value]
  // Keras 3 writes arrays as objects: { class_name: '__numpy__', config: { value, dtype } }.
  const config = (value as { config?: { value?: unknown } } | null | undefined)?.config
  const list = Array.isArray(value) ? value : config?.value
  if (typeof list === 'number') return [list]
  if (!Array.isArray(list)) return undefined
  const parts = list.map(numbers)
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined
}
