/**
 * Operations of Keras that are no layers: `x + y`, `2 * x`, `x != 0`, and those on the masks that they make.
 *
 * Keras 3 writes them as classes of `keras.ops` (`Multiply`), Keras 2 as `TFOpLambda` with the name of a function
 * (`math.multiply`).
 */
import type { Shape, Tensor } from '../graph.ts'
import { fromFront, type Layer, type LayerCall, type Translator, type Value } from '../layer.ts'
import { activate } from './activation.ts'
import { broadcast } from './merge.ts'

/** The function that writes an operation, by its name in snake_case; undefined where it is not translated. */
export function operationOf(name: string): Translator | undefined {
  return OPERATIONS.get(name)
}

const OPERATIONS: ReadonlyMap<string, Translator> = new Map<string, Translator>([
  ['add', binary('Add')],
  ['subtract', binary('Sub')],
  ['sub', binary('Sub')],
  ['multiply', binary('Mul')],
  ['mul', binary('Mul')],
  ['divide', binary('Div')],
  ['truediv', binary('Div')],
  ['true_divide', binary('Div')],
  ['maximum', binary('Max')],
  ['minimum', binary('Min')],
  ['power', binary('Pow')],
  ['pow', binary('Pow')],
  ['equal', binary('Equal')],
  ['not_equal', binary('Equal', 'Not')],
  ['greater', binary('Greater')],
  ['greater_equal', binary('GreaterOrEqual')],
  ['less', binary('Less')],
  ['less_equal', binary('LessOrEqual')],
  ['logical_and', binary('And')],
  ['logical_or', binary('Or')],
  ['logical_not', unary('Not')],
  ['absolute', unary('Abs')],
  ['abs', unary('Abs')],
  ['exp', unary('Exp')],
  ['log', unary('Log')],
  ['negative', unary('Neg')],
  ['neg', unary('Neg')],
  ['sqrt', unary('Sqrt')],
  ['any', anyAlongLast],
  ...[
    'relu',
    'relu6',
    'sigmoid',
    'hard_sigmoid',
    'softmax',
    'log_softmax',
    'silu',
    'swish',
    'hard_silu',
    'elu',
    'selu',
    'gelu',
    'softplus',
    'softsign',
    'tanh',
  ].map((name): [string, Translator] => [
    name,
    (layer, call) => {
      const input = layer.input(call)
      const others = Object.entries(layer.config).filter(
        ([key]) => key !== 'name' && key !== 'function' && key !== 'dtype' && key !== 'trainable',
      )
      return activate(layer, input, { class_name: name, config: Object.fromEntries(others) })
    },
  ]),
])

/** An operator with two sides, each a tensor or a number. */
function binary(operator: string, after?: string): Translator {
  return (layer, call) => {
    const { graph } = layer
    const [left, right] = sidesOf(layer, call)
    const finish = (value: string) => (after === undefined ? value : graph.node(after, [value]))
    if (typeof left !== 'number' && typeof right !== 'number') {
      const shape = broadcast(...ofOneRank(left.shape, right.shape))
      return graph.tensor(
        finish(graph.node(operator, [graph.plain(left), graph.plain(right)])),
        shape,
      )
    }
    const tensor = (typeof left === 'number' ? right : left) as Tensor
    const inFront = tensor.plain === undefined
    const named = (side: Tensor | number) =>
      typeof side === 'number' ? graph.scalar(side) : inFront ? side.first! : side.plain!
    const value = finish(graph.node(operator, [named(left), named(right)]))
    return inFront
      ? graph.tensorFirst(value, tensor.shape, tensor.mask)
      : graph.tensor(value, tensor.shape, tensor.mask)
  }
}

function unary(operator: string): Translator {
  return (layer, call) => {
    const input = layer.input(call)
    const value = layer.graph.node(operator, [layer.graph.plain(input)])
    return layer.graph.tensor(value, input.shape, input.mask)
  }
}

/** True where any value of the last axis is: how Keras 3 makes the mask of `Masking`. */
function anyAlongLast(layer: Layer, call: LayerCall): Tensor {
  const input = layer.input(call)
  const { graph } = layer
  const axis = layer.config.axis == null ? -1 : layer.number('axis')
  const place = fromFront(axis, input.shape.length)
  if (layer.flag('keepdims', false)) throw layer.refusal('keepdims=True', 'keepdims=False')
  const numbers = graph.cast(graph.plain(input), 'float32')
  const most = graph.node('ReduceMax', [numbers], {
    axes: { ints: [place] },
    keepdims: { int: 0 },
  })
  const shape = input.shape.filter((_, i) => i !== place)
  return graph.tensor(graph.cast(most, 'bool'), shape)
}

function sidesOf(layer: Layer, call: LayerCall): [Tensor | number, Tensor | number] {
  const named = ['x1', 'x2', 'x', 'y'].flatMap((name) => call.named[name] ?? [])
  const sides = [...call.args, ...named].map((operand): Tensor | number => {
    if ('tensor' in operand) return operand.tensor
    if ('value' in operand && typeof operand.value === 'number') return operand.value
    throw layer.refusal('an operand that is neither a tensor nor a number', 'one of these')
  })
  const [left, right] = sides
  const hasTensor = sides.some((side) => typeof side !== 'number')
  if (sides.length === 2 && hasTensor) return [left!, right!]
  throw layer.refusal(`${sides.length} operands`, 'two, one of them a tensor')
}

/** NumPy's rule: axes of size 1 come in front. */
function ofOneRank(one: Shape, other: Shape): [Shape, Shape] {
  const rank = Math.max(one.length, other.length)
  const grown = (shape: Shape) => [
    ...Array.from({ length: rank - shape.length }, () => 1),
    ...shape,
  ]
  return [grown(one), grown(other)]
}

/** True for a call that is an operation's (`x, 2`) and not a merging layer's (`[x, y]`), where the file does not say. */
export function isOperationCall(args: readonly Value[]): boolean {
  return args.length === 2 && args.every((one) => !('list' in one))
}
