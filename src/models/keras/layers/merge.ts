/**
 * Layers with several inputs: sums, products, extremes, concatenation, dot products.
 *
 * Inputs of lower rank get axes of size 1 behind the batch, as in Keras. The work is done with channels in front where
 * any input has them there and all have the same rank.
 * Masks: Keras 2 keeps steps that all masks keep, Keras 3 those that any keeps, and none where an input has no mask.
 */
import { type Shape, type Tensor, toFirst } from '../graph.ts'
import { fromFront, type Layer, type LayerCall, type Translator } from '../layer.ts'

type Fold = (layer: Layer, values: readonly string[]) => string

/** `Add`, `Multiply`, `Maximum`, `Minimum`, `Average`, and `Subtract` with two inputs. */
export function merge(fold: Fold): Translator {
  return (layer, call) => {
    const { inputs, values, wrap } = aligned(layer, inputsOf(layer, call))
    const shape = inputs.map((input) => input.shape).reduce(broadcast)
    return wrap(fold(layer, values), shape, mergedMask(layer, inputs))
  }
}

/** One ONNX operator with two sides, over all inputs from left to right. */
export function folded(operator: string): Fold {
  return (layer, values) =>
    values.reduce((left, right) => layer.graph.node(operator, [left, right]))
}

/** One ONNX operator that takes any number of inputs. */
export function together(operator: string): Fold {
  return (layer, values) => layer.graph.node(operator, values)
}

/** `Concatenate(axis)`. */
export const concatenate: Translator = (layer, call) => {
  const inputs = inputsOf(layer, call)
  const { graph } = layer
  const rank = inputs[0]!.shape.length
  const axis = fromFront(layer.number('axis', -1), rank)
  const total = inputs.reduce<number | null>((sum, { shape }) => {
    const size = shape[axis]
    return sum === null || typeof size !== 'number' ? null : sum + size
  }, 0)
  // A size that one input leaves open may be known from another.
  const shape = inputs[0]!.shape.map((size, i) =>
    i === axis
      ? total
      : (size ?? inputs.find((input) => input.shape[i] !== null)?.shape[i] ?? null),
  )
  const mask = concatenatedMask(layer, inputs, axis)
  if (rank > 2 && inputs.some(({ plain }) => plain === undefined)) {
    const attributes = { axis: { int: toFirst(rank).indexOf(axis) } }
    const value = graph.node(
      'Concat',
      inputs.map((one) => graph.channelsFirst(one)),
      attributes,
    )
    return graph.tensorFirst(value, shape, mask)
  }
  const values = inputs.map((one) => graph.plain(one))
  return graph.tensor(graph.node('Concat', values, { axis: { int: axis } }), shape, mask)
}

/** `Dot(axes, normalize)`: Σ over one axis of each input, for each instance. */
export const dot: Translator = (layer, call) => {
  const inputs = inputsOf(layer, call)
  const { graph } = layer
  if (inputs.length !== 2) throw layer.refusal(`${inputs.length} inputs`, 'two')
  const axes = layer.integers('axes')
  const [x, y] = inputs as [Tensor, Tensor]
  const xAxis = fromFront(axes[0]!, x.shape.length)
  const yAxis = fromFront(axes[1] ?? axes[0]!, y.shape.length)
  const letters = 'abcdefghijkl'
  const xLetters = ['n', ...letters.slice(0, x.shape.length - 1)]
  const yLetters = ['n', ...letters.slice(6, 6 + y.shape.length - 1)]
  xLetters[xAxis] = 'z'
  yLetters[yAxis] = 'z'
  const kept = [...xLetters.slice(1), ...yLetters.slice(1)].filter((letter) => letter !== 'z')
  const sides = layer.flag('normalize', false)
    ? [unit(layer, x, xAxis), unit(layer, y, yAxis)]
    : [graph.plain(x), graph.plain(y)]
  const equation = `${xLetters.join('')},${yLetters.join('')}->n${kept.join('')}`
  const value = graph.node('Einsum', sides, { equation: { string: equation } })
  const without = (shape: Shape, axis: number) => shape.filter((_, i) => i !== 0 && i !== axis)
  const rest = [...without(x.shape, xAxis), ...without(y.shape, yAxis)]
  if (rest.length > 0) return graph.tensor(value, [x.shape[0]!, ...rest])
  return graph.tensor(graph.node('Unsqueeze', [value, graph.ints([1])]), [x.shape[0]!, 1])
}

function inputsOf(layer: Layer, call: LayerCall): readonly Tensor[] {
  if (call.inputs.length > 0) return call.inputs
  return [layer.input(call)]
}

/** The inputs with one rank and one layout. */
function aligned(layer: Layer, given: readonly Tensor[]) {
  const { graph } = layer
  const rank = Math.max(...given.map(({ shape }) => shape.length))
  const inputs = given.map((input) => {
    const lacking = rank - input.shape.length
    if (lacking === 0) return input
    const axes = Array.from({ length: lacking }, (_, i) => i + 1)
    const value = graph.node('Unsqueeze', [graph.plain(input), graph.ints(axes)])
    return graph.tensor(value, [input.shape[0]!, ...axes.map(() => 1), ...input.shape.slice(1)])
  })
  const inFront = rank > 2 && inputs.some(({ plain }) => plain === undefined)
  return {
    inputs,
    values: inputs.map((one) => (inFront ? graph.channelsFirst(one) : graph.plain(one))),
    wrap: (value: string, shape: Shape, mask: string | undefined) =>
      inFront ? graph.tensorFirst(value, shape, mask) : graph.tensor(value, shape, mask),
  }
}

/** The sizes of two tensors of one rank together, by NumPy's rule. */
export function broadcast(one: Shape, other: Shape): Shape {
  return one.map((size, axis) => {
    const second = other[axis]!
    if (size === 1) return second
    return second === 1 || second === null ? size : second
  })
}

function mergedMask(layer: Layer, inputs: readonly Tensor[]): string | undefined {
  const masks = inputs.flatMap(({ mask }) => (mask === undefined ? [] : [mask]))
  if (masks.length === 0) return undefined
  const old = layer.translation.kerasMajor < 3
  if (!old && masks.length < inputs.length) return undefined
  return masks.reduce((left, right) => layer.graph.node(old ? 'And' : 'Or', [left, right]))
}

/** Along channels a step counts where it counts everywhere; along time the masks follow each other. */
function concatenatedMask(
  layer: Layer,
  inputs: readonly Tensor[],
  axis: number,
): string | undefined {
  const { graph } = layer
  const masks = inputs.flatMap(({ mask }) => (mask === undefined ? [] : [mask]))
  if (masks.length === 0) return undefined
  if (axis > 1) return masks.reduce((left, right) => graph.node('And', [left, right]))
  if (masks.length < inputs.length) {
    throw layer.refusal(
      'inputs with and without a mask, joined along time',
      'a mask for all of them',
    )
  }
  return graph.node('Concat', masks, { axis: { int: axis } })
}

/** x / √max(Σx², 10⁻¹²) along an axis. */
function unit(layer: Layer, tensor: Tensor, axis: number): string {
  const { graph } = layer
  const x = graph.plain(tensor)
  const squares = graph.node('Mul', [x, x])
  const sum = graph.node('ReduceSum', [squares, graph.ints([axis])], { keepdims: { int: 1 } })
  const norm = graph.node('Sqrt', [graph.node('Max', [sum, graph.scalar(1e-12)])])
  return graph.node('Div', [x, norm])
}
