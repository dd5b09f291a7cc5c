/**
 * `LSTM`, `GRU`, `SimpleRNN`, and `RNN` around one of their cells.
 *
 * Gates: Keras stacks i f c o (LSTM), z r h (GRU) along the columns of its kernels, ONNX i o f c and z r h along the
 * rows. `reset_after` is ONNX's `linear_before_reset`.
 *
 * Masks, exactly as Keras has them (a masked step changes no state, and repeats the output before it, or answers 0
 * with `zero_output_for_mask`), wherever in the sequence they are:
 * 1. c_t = Σ_{s ≤ t} m_s counts the steps that count. Those steps are moved to the front by the 0/1 matrix
 *    P_{it} = [m_t and c_t = i], which adds nothing and rounds nothing.
 * 2. The cell runs over them with the number of steps for each row.
 * 3. Outputs return to their place: t gets the output of step c_t (zeros where c_t = 0), going backwards that of the
 *    next step that counts.
 */

import { readLayer } from '../config.ts'
import type { Attributes, GraphBuilder, Tensor } from '../graph.ts'
import type { Config } from '../json.ts'
import type { Layer, LayerCall, Translator } from '../layer.ts'
import { activationName } from './activation.ts'
import { maskOf } from './mask.ts'

/** One run over a sequence. */
export interface Pass {
  /** (batch, time, units), in the order of time even if it ran backwards. */
  readonly sequence: string
  /** (batch, units): the last output, and for LSTM the cell's state. */
  readonly states: readonly string[]
  readonly units: number
  readonly backwards: boolean
}

/** How a pass differs from what the layer says of itself. */
export interface PassOptions {
  readonly backwards?: boolean
  readonly zeroOutputForMask?: boolean
}

/** A recurrent layer by itself. */
export const recurrent: Translator = (layer, call) => {
  const { graph } = layer
  const input = layer.input(call)
  const pass = runCell(layer, call, input, initialStates(layer, call))
  const [batch, time] = input.shape
  const outputs: Tensor[] = []
  if (layer.flag('return_sequences', false)) {
    // Going backwards, Keras answers in the order of its own steps.
    const value = pass.backwards
      ? graph.slice(pass.sequence, [-1], [Number.MIN_SAFE_INTEGER], [1], [-1])
      : pass.sequence
    const mask = maskOf(layer, call, input)
    outputs.push(graph.tensor(value, [batch!, time!, pass.units], mask))
  } else outputs.push(graph.tensor(pass.states[0]!, [batch!, pass.units]))
  if (layer.flag('return_state', false)) {
    for (const state of pass.states) outputs.push(graph.tensor(state, [batch!, pass.units]))
  }
  return outputs
}

/** Runs a layer's cell over its input. */
export function runCell(
  layer: Layer,
  call: LayerCall,
  input: Tensor,
  initial: readonly Tensor[],
  options: PassOptions = {},
): Pass {
  const { graph } = layer
  if (input.shape.length !== 3) {
    throw layer.refusal(`an input of ${input.shape.length} dimensions`, '(batch, time, features)')
  }
  if (layer.flag('time_major', false)) throw layer.refusal('time_major=True', 'the batch first')
  if (layer.flag('stateful', false)) {
    layer.translation.notes.push(
      `${layer.title} is stateful in Keras; here every batch begins anew.`,
    )
  }
  const cell = readCell(layer)
  const features = layer.known(input.shape[2], 'the number of features')
  const units = cell.units
  const backwards = options.backwards ?? layer.flag('go_backwards', false)
  const constants = cellConstants(layer, cell, features)
  const mask = maskOf(layer, call, input)
  const steps = mask === undefined ? undefined : compaction(graph, mask, backwards)
  const x = graph.plain(input)
  const moved = steps === undefined ? x : graph.node('MatMul', [steps.gather, x])
  const toOnnx = (state: Tensor) => graph.node('Unsqueeze', [graph.plain(state), graph.ints([0])])
  const states = initial.map(toOnnx)
  const inputs = [graph.transpose(moved, [1, 0, 2]), ...constants, steps?.lengths ?? '', ...states]
  while (inputs.at(-1) === '') inputs.pop()
  const attributes: Attributes = {
    hidden_size: { int: units },
    ...(backwards ? { direction: { string: 'reverse' } } : {}),
    ...activationAttributes(layer, cell),
    ...(cell.kind === 'GRU' ? { linear_before_reset: { int: cell.resetAfter ? 1 : 0 } } : {}),
  }
  const results = graph.nodes(cell.kind, inputs, attributes, cell.kind === 'LSTM' ? 3 : 2)
  // (time, 1, batch, units) → (batch, time, units)
  const flat = graph.node('Squeeze', [results[0]!, graph.ints([1])])
  let sequence = graph.transpose(flat, [1, 0, 2])
  if (steps !== undefined) {
    const zero = options.zeroOutputForMask ?? layer.flag('zero_output_for_mask', false)
    sequence = graph.node('MatMul', [zero ? steps.scatter : steps.repeat, sequence])
  }
  const last = results.slice(1).map((state) => graph.node('Squeeze', [state, graph.ints([0])]))
  return { sequence, states: last, units, backwards }
}

/** States that a call hands in: further inputs, or `initial_state`. */
export function initialStates(layer: Layer, call: LayerCall): readonly Tensor[] {
  const named = call.named.initial_state
  const list = named === undefined ? [] : 'list' in named ? named.list : [named]
  const states = list.flatMap((value) => ('tensor' in value ? [value.tensor] : []))
  const all = states.length > 0 ? states : call.inputs.slice(1)
  if (all.some(({ shape }) => shape.length !== 2)) {
    throw layer.refusal('a state that is not (batch, units)', 'one such state for each of the cell')
  }
  return all
}

interface Cell {
  readonly kind: 'LSTM' | 'GRU' | 'RNN'
  readonly config: Config
  readonly units: number
  readonly useBias: boolean
  readonly resetAfter: boolean
}

const KINDS: ReadonlyMap<string, Cell['kind']> = new Map<string, Cell['kind']>([
  ['LSTM', 'LSTM'],
  ['CuDNNLSTM', 'LSTM'],
  ['LSTMCell', 'LSTM'],
  ['GRU', 'GRU'],
  ['CuDNNGRU', 'GRU'],
  ['GRUCell', 'GRU'],
  ['SimpleRNN', 'RNN'],
  ['SimpleRNNCell', 'RNN'],
])

function readCell(layer: Layer): Cell {
  const spec =
    layer.spec.className === 'RNN'
      ? readLayer(layer.config.cell, `${layer.title}, cell`)
      : layer.spec
  const kind = KINDS.get(spec.className)
  if (kind === undefined) {
    throw layer.refusal(`the cell ${spec.className}`, 'one of LSTMCell, GRUCell, SimpleRNNCell')
  }
  const { config } = spec
  const units = config.units
  if (typeof units !== 'number' || !Number.isSafeInteger(units) || units < 1) {
    throw layer.refusal(`units ${JSON.stringify(units)}`, 'a whole number of at least 1')
  }
  const cuda = spec.className.startsWith('CuDNN')
  if (cuda) throw layer.refusal('a layer for graphics cards of Keras 2', 'LSTM or GRU')
  return {
    kind,
    config,
    units,
    useBias: config.use_bias !== false,
    resetAfter: kind === 'GRU' && config.reset_after === true,
  }
}

/** Kernel, recurrent kernel and bias in ONNX's form. */
function cellConstants(layer: Layer, cell: Cell, features: number): string[] {
  const { units, kind, useBias, resetAfter } = cell
  // Where ONNX's gates stand in Keras's kernels.
  const order = { LSTM: [0, 3, 1, 2], GRU: [0, 1, 2], RNN: [0] }[kind]
  const gates = order.length
  const width = gates * units
  const [kernel, recurrentKernel, bias] = layer.weights(
    [
      { name: 'kernel', shape: [features, width] },
      { name: 'recurrent_kernel', shape: [units, width] },
      ...(useBias ? [{ name: 'bias', shape: resetAfter ? [2, width] : [width] }] : []),
    ],
    'cell',
  )
  const names = [
    layer.constant('kernel', [1, width, features], () => gateRows(kernel!, features, units, order)),
    layer.constant('recurrent_kernel', [1, width, units], () =>
      gateRows(recurrentKernel!, units, units, order),
    ),
  ]
  if (!useBias) return [...names, '']
  const added = layer.constant('bias', [1, 2 * width], () => {
    const out = new Float32Array(2 * width)
    out.set(gateRows(bias!.subarray(0, width), 1, units, order))
    if (resetAfter) out.set(gateRows(bias!.subarray(width), 1, units, order), width)
    return out
  })
  return [...names, added]
}

/** (rows, gates × units) → (gates in `order` × units, rows). */
function gateRows(
  values: Float32Array,
  rows: number,
  units: number,
  order: readonly number[],
): Float32Array {
  const width = order.length * units
  const out = new Float32Array(values.length)
  let to = 0
  for (const gate of order) {
    for (let unit = 0; unit < units; unit++) {
      const column = gate * units + unit
      for (let row = 0; row < rows; row++) out[to++] = values[row * width + column]!
    }
  }
  return out
}

function activationAttributes(layer: Layer, cell: Cell): Attributes {
  const own = cell.config.activation ?? 'linear'
  const gate = cell.config.recurrent_activation ?? 'linear'
  const used = { LSTM: [gate, own, own], GRU: [gate, own], RNN: [own] }[cell.kind]
  const strings: string[] = []
  const alphas: number[] = []
  const betas: number[] = []
  for (const activation of used) {
    const { name, alpha, beta } = onnxActivation(layer, activationName(layer, activation))
    strings.push(name)
    // Only functions that have parameters get them.
    if (alpha !== undefined) alphas.push(alpha)
    if (beta !== undefined) betas.push(beta)
  }
  return {
    activations: { strings },
    ...(alphas.length > 0 ? { activation_alpha: { floats: alphas } } : {}),
    ...(betas.length > 0 ? { activation_beta: { floats: betas } } : {}),
  }
}

function onnxActivation(
  layer: Layer,
  name: string,
): { name: string; alpha?: number; beta?: number } {
  switch (name) {
    case 'tanh':
      return { name: 'Tanh' }
    case 'sigmoid':
      return { name: 'Sigmoid' }
    case 'relu':
      return { name: 'Relu' }
    case 'softsign':
      return { name: 'Softsign' }
    case 'softplus':
      return { name: 'Softplus' }
    case 'linear':
      return { name: 'Affine', alpha: 1, beta: 0 }
    case 'hard_sigmoid': {
      const alpha = layer.translation.kerasMajor >= 3 ? 1 / 6 : 0.2
      return { name: 'HardSigmoid', alpha, beta: 0.5 }
    }
    case 'elu':
      return { name: 'Elu', alpha: 1 }
    case 'leaky_relu':
      return { name: 'LeakyRelu', alpha: 0.2 }
    default:
      throw layer.refusal(
        `the activation ${name} inside a recurrent cell`,
        'one of tanh, sigmoid, hard_sigmoid, relu, elu, leaky_relu, softsign, softplus, linear',
      )
  }
}

/** The matrices of the module comment, each (batch, time, time) but `lengths` (batch). */
function compaction(graph: GraphBuilder, mask: string, backwards: boolean) {
  const whole = graph.cast(mask, 'int64')
  const counted = graph.node('CumSum', [whole, graph.int(1)])
  const time = graph.node('Squeeze', [graph.sizes(mask, 1, 2)])
  const end = graph.node('Add', [time, graph.int(1)])
  const numbers = graph.node('Range', [graph.int(1), end, graph.int(1)])
  const column = (value: string) => graph.node('Unsqueeze', [value, graph.ints([2])])
  const own = graph.node('And', [graph.node('Equal', [column(counted), numbers]), column(mask)])
  const scatter = graph.cast(own, 'float32')
  const ahead = graph.node('Sub', [graph.node('Add', [counted, graph.int(1)]), whole])
  const repeat = graph.node('Equal', [column(backwards ? ahead : counted), numbers])
  const total = graph.node('ReduceSum', [whole, graph.ints([1])], { keepdims: { int: 0 } })
  return {
    gather: graph.transpose(scatter, [0, 2, 1]),
    scatter,
    repeat: graph.cast(repeat, 'float32'),
    lengths: graph.cast(total, 'int32'),
  }
}
