/**
 * Layers around layers: `Bidirectional`, `TimeDistributed`.
 */
import type { LayerSpec } from '../config.ts'
import type { Tensor } from '../graph.ts'
import { callWith, type Layer, type Translator } from '../layer.ts'
import { maskOf } from './mask.ts'
import { initialStates, type Pass, runCell } from './recurrent.ts'

/** `Bidirectional(layer, merge_mode)`: one layer forwards, one backwards, joined step by step. */
export const bidirectional: Translator = (layer, call) => {
  const { graph } = layer
  const input = layer.input(call)
  const inner = layer.inner('layer')
  const forward = layer.part(['forward_layer'], 'forward', withName(inner, 'forward_layer'))
  const other = layer.config.backward_layer == null ? inner : layer.inner('backward_layer')
  const backward = layer.part(['backward_layer'], 'backward', withName(other, 'backward_layer'))
  const states = initialStates(layer, call)
  const half = states.length / 2
  const sequences = forward.flag('return_sequences', false)
  const options = { zeroOutputForMask: sequences }
  const one = runCell(forward, call, input, states.slice(0, half), { ...options, backwards: false })
  const two = runCell(backward, call, input, states.slice(half), { ...options, backwards: true })
  const [batch, time] = input.shape
  const mask = sequences ? maskOf(layer, call, input) : undefined
  const tensor = (pass: Pass) =>
    sequences
      ? graph.tensor(pass.sequence, [batch!, time!, pass.units], mask)
      : graph.tensor(pass.states[0]!, [batch!, pass.units])
  const outputs = joined(layer, tensor(one), tensor(two))
  if (!forward.flag('return_state', false)) return outputs
  const state = (pass: Pass) =>
    pass.states.map((value) => graph.tensor(value, [batch!, pass.units]))
  return [...outputs, ...state(one), ...state(two)]
}

/** `TimeDistributed(layer)`: the layer on every step, by folding time into the batch. */
export const timeDistributed: Translator = (layer, call) => {
  const { graph } = layer
  const input = layer.input(call)
  const spec = layer.inner('layer')
  const inner = layer.part(['layer'], spec.name, spec)
  const [batch, time, ...rest] = input.shape
  const x = graph.plain(input)
  const known = rest.every((size) => size !== null)
  const merged = known
    ? graph.reshape(x, [-1, ...rest.map((size) => size!)])
    : graph.node('Reshape', [x, graph.joinSizes([graph.ints([-1]), graph.sizes(x, 2)])])
  const outputs = layer.translation.run(inner, callWith(graph.tensor(merged, [null, ...rest])))
  return outputs.map((output) => {
    const value = graph.plain(output)
    const sizes = graph.joinSizes([graph.sizes(x, 0, 2), graph.sizes(value, 1)])
    const shape = [batch!, time!, ...output.shape.slice(1)]
    return graph.tensor(graph.node('Reshape', [value, sizes]), shape, maskOf(layer, call, input))
  })
}

function joined(layer: Layer, one: Tensor, two: Tensor): Tensor[] {
  const { graph } = layer
  const mode = layer.config.merge_mode
  if (mode === null) return [one, two]
  const values = [graph.plain(one), graph.plain(two)]
  const { shape, mask } = one
  switch (mode) {
    case 'concat':
    case undefined: {
      const units = one.shape.at(-1)! + two.shape.at(-1)!
      const value = graph.node('Concat', values, { axis: { int: shape.length - 1 } })
      return [graph.tensor(value, [...shape.slice(0, -1), units], mask)]
    }
    case 'sum':
      return [graph.tensor(graph.node('Add', values), shape, mask)]
    case 'mul':
      return [graph.tensor(graph.node('Mul', values), shape, mask)]
    case 'ave':
      return [graph.tensor(graph.node('Mean', values), shape, mask)]
    default:
      throw layer.refusal(`merge_mode ${String(mode)}`, 'concat, sum, mul, ave or None')
  }
}

/** The same description under another name, so that both directions have constants of their own. */
function withName(spec: LayerSpec, name: string): LayerSpec {
  return { ...spec, name, sharedId: undefined }
}
