/**
 * `Dense`: x W + b over the last axis, and `EinsumDense` for the equations that are products over trailing axes.
 */
import type { Layer, Translator } from '../layer.ts'
import { activate } from './activation.ts'

/** `Dense`. */
export const dense: Translator = (layer, call) => {
  const input = layer.input(call)
  const { graph } = layer
  const { shape } = input
  const units = layer.count('units')
  const size = layer.known(shape.at(-1), 'the size of the last axis')
  const useBias = layer.flag('use_bias', true)
  const [kernel, bias] = layer.weights([
    { name: 'kernel', shape: [size, units] },
    ...(useBias ? [{ name: 'bias', shape: [units] }] : []),
  ])
  const x = graph.plain(input)
  const weight = layer.constant('kernel', [size, units], () => kernel!)
  const added = useBias ? layer.constant('bias', [units], () => bias!) : undefined
  const value = product(layer, x, weight, added, shape.length)
  const result = graph.tensor(value, [...shape.slice(0, -1), units], input.mask)
  return activate(layer, result, layer.config.activation)
}

/** `EinsumDense`: any equation that ONNX's Einsum knows, `...` included. */
export const einsumDense: Translator = (layer, call) => {
  const input = layer.input(call)
  const { graph } = layer
  const equation = layer.config.equation
  const parts =
    typeof equation === 'string' ? /^(.*),(.*)->(.*)$/.exec(equation.replace(/\s/g, '')) : null
  if (parts === null || typeof equation !== 'string') {
    throw layer.refusal(`the equation ${String(equation)}`, 'an equation like ab,bc->ac')
  }
  // Batch and free axes behind an ellipsis get letters of their own.
  const [left, middle, right] = [parts[1]!, parts[2]!, parts[3]!]
  const rank = input.shape.length
  const hidden = 'ZYXWVUTS'.slice(0, Math.max(0, rank - left.replace('...', '').length))
  const letters = left.replace('...', hidden)
  const out = right.replace('...', hidden)
  const outShape = layer.config.output_shape
  const wanted = Array.isArray(outShape) ? outShape : [outShape]
  const sizes = new Map<string, number | null>()
  for (let i = 0; i < letters.length; i++) sizes.set(letters[i]!, input.shape[i] ?? null)
  // `output_shape` leaves the batch axis out and counts from the end.
  for (let i = 0; i < wanted.length; i++) {
    const letter = out[out.length - wanted.length + i]
    const size: unknown = wanted[i]
    if (letter !== undefined && typeof size === 'number') sizes.set(letter, size)
  }
  const dims = [...middle].map((letter) => layer.known(sizes.get(letter), `the size of ${letter}`))
  const biasAxes = layer.config.bias_axes
  const biasLetters = typeof biasAxes === 'string' ? biasAxes : ''
  const first = Math.min(...[...biasLetters].map((letter) => out.indexOf(letter)))
  const biasShape =
    biasLetters === ''
      ? []
      : [...out.slice(first)].map((letter) =>
          biasLetters.includes(letter)
            ? layer.known(sizes.get(letter), `the size of ${letter}`)
            : 1,
        )
  const [kernel, bias] = layer.weights([
    { name: 'kernel', shape: dims },
    ...(biasLetters === '' ? [] : [{ name: 'bias', shape: biasShape }]),
  ])
  let value = graph.node(
    'Einsum',
    [graph.plain(input), layer.constant('kernel', dims, () => kernel!)],
    { equation: { string: `${letters},${middle}->${out}` } },
  )
  if (bias !== undefined) {
    value = graph.node('Add', [value, layer.constant('bias', biasShape, () => bias)])
  }
  const shape = [...out].map((letter) => sizes.get(letter) ?? null)
  return activate(layer, graph.tensor(value, shape, input.mask), layer.config.activation)
}

/** x W + b: one Gemm for rank 2, MatMul and Add for more. */
export function product(
  layer: Layer,
  x: string,
  weight: string,
  bias: string | undefined,
  rank: number,
): string {
  const { graph } = layer
  if (rank === 2) return graph.node('Gemm', bias === undefined ? [x, weight] : [x, weight, bias])
  const value = graph.node('MatMul', [x, weight])
  return bias === undefined ? value : graph.node('Add', [value, bias])
}
