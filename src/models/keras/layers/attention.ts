/**
 * `MultiHeadAttention`, `Attention`, `AdditiveAttention`.
 *
 * 1. Scores of every query with every key: q · k / √d (multi-head), q · k (dot), Σ s tanh(q + k) (additive).
 * 2. Where a mask forbids a pair, 10⁹ is taken off, as Keras does.
 * 3. Softmax over the keys, and the mean of the values by these weights.
 * Masks of the inputs (padding) and causal masks are heeded.
 */

import type { LayerSpec } from '../config.ts'
import type { GraphBuilder, Tensor } from '../graph.ts'
import type { Layer, LayerCall, Translator } from '../layer.ts'

/** `MultiHeadAttention` over one axis of time. */
export const multiHeadAttention: Translator = (layer, call) => {
  const { graph } = layer
  const query = layer.argument(call, 'query', 0) ?? layer.input(call)
  const value = layer.argument(call, 'value', 1) ?? query
  const key = layer.argument(call, 'key', 2) ?? value
  const heads = layer.count('num_heads')
  const keySize = layer.count('key_dim')
  const valueSize = layer.count('value_dim', keySize)
  const useBias = layer.flag('use_bias', true)
  if (layer.flag('use_gate', false) || layer.config.sliding_window != null) {
    throw layer.refusal('use_gate or sliding_window', 'plain attention')
  }
  for (const { shape } of [query, value, key]) {
    if (shape.length !== 3) {
      throw layer.refusal(`an input of ${shape.length} dimensions`, '(batch, time, features)')
    }
  }
  const wanted = layer.config.output_shape
  const outSize =
    wanted == null
      ? layer.known(query.shape[2], 'the number of features')
      : layer.integers('output_shape').at(-1)!
  const project = (input: Tensor, name: string, size: number): string => {
    const part = layer.part([`${name}_dense`, `_${name}_dense`], name, partSpec(name))
    const features = layer.known(input.shape[2], 'the number of features')
    const [kernel, bias] = part.weights([
      { name: 'kernel', shape: [features, heads, size] },
      ...(useBias ? [{ name: 'bias', shape: [heads, size] }] : []),
    ])
    const width = heads * size
    const weight = part.constant('kernel', [features, width], () => kernel!)
    let projected = graph.node('MatMul', [graph.plain(input), weight])
    if (useBias) {
      projected = graph.node('Add', [projected, part.constant('bias', [width], () => bias!)])
    }
    return graph.reshape(projected, [0, -1, heads, size])
  }
  const q = graph.node('Mul', [
    project(query, 'query', keySize),
    graph.scalar(1 / Math.sqrt(keySize)),
  ])
  const k = project(key, 'key', keySize)
  const v = project(value, 'value', valueSize)
  let scores = graph.node('MatMul', [
    graph.transpose(q, [0, 2, 1, 3]),
    graph.transpose(k, [0, 2, 3, 1]),
  ])
  const allowed = allowedPairs(layer, call, { query, key, value, heads: true })
  if (allowed !== undefined) scores = forbid(graph, scores, allowed)
  const weights = graph.node('Softmax', [scores], { axis: { int: -1 } })
  const mixed = graph.node('MatMul', [weights, graph.transpose(v, [0, 2, 1, 3])])
  const rows = graph.reshape(graph.transpose(mixed, [0, 2, 1, 3]), [0, -1, heads * valueSize])
  const out = layer.part(
    ['output_dense', '_output_dense'],
    'attention_output',
    partSpec('attention_output'),
  )
  const [kernel, bias] = out.weights([
    { name: 'kernel', shape: [heads, valueSize, outSize] },
    ...(useBias ? [{ name: 'bias', shape: [outSize] }] : []),
  ])
  const weight = out.constant('kernel', [heads * valueSize, outSize], () => kernel!)
  let result = graph.node('MatMul', [rows, weight])
  if (useBias) result = graph.node('Add', [result, out.constant('bias', [outSize], () => bias!)])
  const [batch, steps] = query.shape
  const tensor = graph.tensor(result, [batch!, steps!, outSize], query.mask)
  if (!isTrue(call, 'return_attention_scores')) return tensor
  return [tensor, graph.tensor(weights, [batch!, heads, steps!, key.shape[1]!])]
}

/** `Attention` and `AdditiveAttention`: inputs [query, value] or [query, value, key]. */
export function dotAttention(kind: 'dot' | 'additive'): Translator {
  return (layer, call) => {
    const { graph } = layer
    const [query, value, givenKey] = call.inputs
    if (query === undefined || value === undefined)
      throw layer.refusal('fewer than two inputs', 'a query and a value')
    const key = givenKey ?? value
    const mode = kind === 'additive' ? 'additive' : layer.word('score_mode', 'dot')
    const size = layer.known(query.shape.at(-1), 'the number of features')
    const useScale = layer.flag('use_scale', kind === 'additive')
    const slots =
      mode === 'concat'
        ? [...(useScale ? [scalarSlot('scale')] : []), scalarSlot('concat_score_weight')]
        : useScale
          ? [kind === 'additive' ? { name: 'scale', shape: [size] } : scalarSlot('scale')]
          : []
    const weights = layer.weights(slots)
    const scale = useScale ? layer.constant('scale', slots[0]!.shape, () => weights[0]!) : undefined
    let scores: string
    if (mode === 'dot') {
      scores = graph.node('MatMul', [
        graph.plain(query),
        graph.transpose(graph.plain(key), [0, 2, 1]),
      ])
      if (scale !== undefined) scores = graph.node('Mul', [scores, scale])
    } else {
      // (batch, queries, 1, size) + (batch, 1, keys, size)
      let sum = graph.node('Add', [
        graph.node('Unsqueeze', [graph.plain(query), graph.ints([2])]),
        graph.node('Unsqueeze', [graph.plain(key), graph.ints([1])]),
      ])
      if (mode === 'concat' && scale !== undefined) sum = graph.node('Mul', [sum, scale])
      let bent = graph.node('Tanh', [sum])
      if (mode === 'additive' && scale !== undefined) bent = graph.node('Mul', [bent, scale])
      scores = graph.node('ReduceSum', [bent, graph.ints([3])], { keepdims: { int: 0 } })
      if (mode === 'concat') {
        const weight = layer.constant('concat_score_weight', [], () => weights.at(-1)!)
        scores = graph.node('Mul', [scores, weight])
      }
    }
    const allowed = allowedPairs(layer, call, { query, key, value, heads: false })
    if (allowed !== undefined) scores = forbid(graph, scores, allowed)
    const shares = graph.node('Softmax', [scores], { axis: { int: -1 } })
    let mixed = graph.node('MatMul', [shares, graph.plain(value)])
    if (query.mask !== undefined) {
      const counts = graph.node('Unsqueeze', [graph.cast(query.mask, 'float32'), graph.ints([2])])
      mixed = graph.node('Mul', [mixed, counts])
    }
    const [batch, steps] = query.shape
    const tensor = graph.tensor(mixed, [batch!, steps!, value.shape.at(-1)!], query.mask)
    if (!isTrue(call, 'return_attention_scores')) return tensor
    return [tensor, graph.tensor(shares, [batch!, steps!, key.shape[1]!])]
  }
}

interface Sides {
  readonly query: Tensor
  readonly key: Tensor
  readonly value: Tensor
  /** True where scores have an axis of heads behind the batch, and the query's mask counts. */
  readonly heads: boolean
}

/** 1 where a query may look at a key, 0 elsewhere; undefined where every one may. */
function allowedPairs(layer: Layer, call: LayerCall, sides: Sides): string | undefined {
  const { graph } = layer
  const { query, key, value, heads } = sides
  const parts: string[] = []
  const row = (mask: string, axis: number) =>
    graph.node('Unsqueeze', [graph.cast(mask, 'float32'), graph.ints([axis])])
  if (heads && query.mask !== undefined) parts.push(row(query.mask, 2))
  if (value.mask !== undefined) parts.push(row(value.mask, 1))
  if (heads && key !== value && key.mask !== undefined) parts.push(row(key.mask, 1))
  const given = call.named.attention_mask
  if (given !== undefined && 'tensor' in given)
    parts.push(graph.cast(graph.plain(given.tensor), 'float32'))
  if (isTrue(call, 'use_causal_mask') || layer.flag('causal', false))
    parts.push(causal(graph, query, key))
  if (parts.length === 0) return undefined
  const all = parts.reduce((left, right) => graph.node('Mul', [left, right]))
  if (!heads) return all
  // A mask with heads of its own already has the axis.
  const ownHeads = given !== undefined && 'tensor' in given && given.tensor.shape.length === 4
  if (ownHeads && parts.length > 1) {
    throw layer.refusal('an attention_mask for each head beside other masks', 'one of them')
  }
  return ownHeads ? all : graph.node('Unsqueeze', [all, graph.ints([1])])
}

/** (queries, keys): 1 where the key is not after the query. */
function causal(graph: GraphBuilder, query: Tensor, key: Tensor): string {
  const steps = (tensor: Tensor) => {
    const count = graph.node('Squeeze', [graph.sizes(graph.plain(tensor), 1, 2)])
    return graph.node('Range', [graph.int(0), count, graph.int(1)])
  }
  const rows = graph.node('Unsqueeze', [steps(query), graph.ints([1])])
  const before = graph.node('GreaterOrEqual', [rows, steps(key)])
  return graph.node('Unsqueeze', [graph.cast(before, 'float32'), graph.ints([0])])
}

function forbid(graph: GraphBuilder, scores: string, allowed: string): string {
  const closed = graph.node('Sub', [graph.scalar(1), allowed])
  return graph.node('Sub', [scores, graph.node('Mul', [closed, graph.scalar(1e9)])])
}

function isTrue(call: LayerCall, name: string): boolean {
  const value = call.named[name]
  return value !== undefined && 'value' in value && value.value === true
}

function scalarSlot(name: string) {
  return { name, shape: [] as number[] }
}

/** The dense layers inside have no description of their own. */
function partSpec(name: string): LayerSpec {
  return {
    className: 'EinsumDense',
    module: '',
    registeredName: null,
    name,
    config: {},
    sharedId: undefined,
    calls: [],
  }
}
