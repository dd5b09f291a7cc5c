/**
 * Normalisations, with the statistics of the file (batch) or of the instance (layer, group, unit).
 *
 * | layer                 | formula                                                            |
 * | --------------------- | ------------------------------------------------------------------ |
 * | BatchNormalization    | γ (x − μ) / √(σ² + ε) + β, μ and σ² the moving averages of training  |
 * | LayerNormalization    | the same, μ and σ² of each instance over the given axes              |
 * | GroupNormalization    | the same over groups of channels and all places                      |
 * | RMSNormalization      | γ x / √(mean(x²) + ε)                                                |
 * | UnitNormalization     | x / max(√Σx², 10⁻⁶)                                                  |
 */
import { fromFront, type Layer, type Translator } from '../layer.ts'

/** `BatchNormalization` at inference. */
export const batchNormalisation: Translator = (layer, call) => {
  const input = layer.input(call)
  const { graph } = layer
  const { shape, mask } = input
  const rank = shape.length
  const axis = fromFront(layer.integers('axis', [-1])[0]!, rank)
  const size = layer.known(shape[axis], 'the number of channels')
  const scaled = layer.flag('scale', true)
  const centred = layer.flag('center', true)
  const slot = (name: string) => ({ name, shape: [size] })
  const weights = layer.weights([
    ...(scaled ? [slot('gamma')] : []),
    ...(centred ? [slot('beta')] : []),
    slot('moving_mean'),
    slot('moving_variance'),
  ])
  const gamma = scaled ? weights[0]! : undefined
  const beta = centred ? weights[scaled ? 1 : 0]! : undefined
  const mean = weights.at(-2)!
  const variance = weights.at(-1)!
  const epsilon = layer.number('epsilon', 1e-3)
  const channelsFirst = input.first !== undefined && axis === rank - 1
  if (channelsFirst || axis === 1) {
    const inputs = [
      channelsFirst ? input.first! : graph.plain(input),
      layer.constant('gamma', [size], () => gamma ?? new Float32Array(size).fill(1)),
      layer.constant('beta', [size], () => beta ?? new Float32Array(size)),
      layer.constant('moving_mean', [size], () => mean),
      layer.constant('moving_variance', [size], () => variance),
    ]
    const value = graph.node('BatchNormalization', inputs, { epsilon: { float: epsilon } })
    return channelsFirst ? graph.tensorFirst(value, shape, mask) : graph.tensor(value, shape, mask)
  }
  // y = x a + c with a = γ / √(σ² + ε), c = β − μ a.
  const dims = shape.map((_, i) => (i === axis ? size : 1))
  const factor = layer.constant('factor', dims, () =>
    mean.map((_, i) => (gamma?.[i] ?? 1) / Math.sqrt(variance[i]! + epsilon)),
  )
  const offset = layer.constant('offset', dims, () =>
    mean.map((mu, i) => {
      const a = (gamma?.[i] ?? 1) / Math.sqrt(variance[i]! + epsilon)
      return (beta?.[i] ?? 0) - mu * a
    }),
  )
  const value = graph.node('Add', [graph.node('Mul', [graph.plain(input), factor]), offset])
  return graph.tensor(value, shape, mask)
}

/** `LayerNormalization` over one axis or several, and its root-mean-square form. */
export const layerNormalisation: Translator = (layer, call) => {
  const input = layer.input(call)
  const { graph } = layer
  const { shape, mask } = input
  const axes = sortedAxes(layer, shape.length)
  const sizes = axes.map((axis) => layer.known(shape[axis], `the size of axis ${axis}`))
  const rms = layer.flag('rms_scaling', false)
  const scaled = layer.flag('scale', true) || rms
  const centred = layer.flag('center', true) && !rms
  const weights = layer.weights([
    ...(scaled ? [{ name: 'gamma', shape: sizes }] : []),
    ...(centred ? [{ name: 'beta', shape: sizes }] : []),
  ])
  const dims = shape.map((size, axis) => (axes.includes(axis) ? size! : 1))
  const gamma = scaled ? weights[0]! : undefined
  const beta = centred ? weights[scaled ? 1 : 0]! : undefined
  const epsilon = layer.number('epsilon', 1e-3)
  const x = graph.plain(input)
  const trailing = axes.every((axis, i) => axis === shape.length - axes.length + i)
  if (trailing && !rms) {
    const count = sizes.reduce((one, other) => one * other, 1)
    const inputs = [
      x,
      layer.constant('gamma', sizes, () => gamma ?? new Float32Array(count).fill(1)),
      ...(beta === undefined ? [] : [layer.constant('beta', sizes, () => beta)]),
    ]
    const attributes = { axis: { int: axes[0]! }, epsilon: { float: epsilon } }
    return graph.tensor(graph.node('LayerNormalization', inputs, attributes), shape, mask)
  }
  const over = { axes: { ints: axes }, keepdims: { int: 1 } }
  const centredValue = rms ? x : graph.node('Sub', [x, graph.node('ReduceMean', [x], over)])
  let value = overDeviation(
    layer,
    centredValue,
    rms ? centreOff(layer, x, over) : centredValue,
    over,
    epsilon,
  )
  if (gamma !== undefined) {
    value = graph.node('Mul', [value, layer.constant('gamma', dims, () => gamma)])
  }
  if (beta !== undefined) {
    value = graph.node('Add', [value, layer.constant('beta', dims, () => beta)])
  }
  return graph.tensor(value, shape, mask)
}

/** `RMSNormalization`: no mean, no offset. */
export const rmsNormalisation: Translator = (layer, call) => {
  const input = layer.input(call)
  const { graph } = layer
  const { shape, mask } = input
  const axes = sortedAxes(layer, shape.length)
  const sizes = axes.map((axis) => layer.known(shape[axis], `the size of axis ${axis}`))
  const [scale] = layer.weights([{ name: 'scale', shape: sizes }])
  const dims = shape.map((size, axis) => (axes.includes(axis) ? size! : 1))
  const over = { axes: { ints: axes }, keepdims: { int: 1 } }
  const x = graph.plain(input)
  const value = overDeviation(layer, x, x, over, layer.number('epsilon', 1e-6))
  const result = graph.node('Mul', [value, layer.constant('scale', dims, () => scale!)])
  return graph.tensor(result, shape, mask)
}

/** `UnitNormalization`. */
export const unitNormalisation: Translator = (layer, call) => {
  const input = layer.input(call)
  const { graph } = layer
  const ints = layer.integers('axis', [-1]).map((axis) => fromFront(axis, input.shape.length))
  const x = graph.plain(input)
  const norm = graph.node('ReduceL2', [x], { axes: { ints }, keepdims: { int: 1 } })
  const value = graph.node('Div', [x, graph.node('Max', [norm, graph.scalar(1e-6)])])
  return graph.tensor(value, input.shape, input.mask)
}

/** `GroupNormalization`; −1 groups = one for each channel. */
export const groupNormalisation: Translator = (layer, call) => {
  const input = layer.input(call)
  const { graph } = layer
  const { shape, mask } = input
  const rank = shape.length
  const axis = fromFront(layer.integers('axis', [-1])[0]!, rank)
  if (axis !== rank - 1 && axis !== 1) {
    throw layer.refusal(`axis ${axis}`, 'the first or the last axis after the batch')
  }
  const channels = layer.known(shape[axis], 'the number of channels')
  const wanted = layer.number('groups', 32)
  const groups = wanted === -1 ? channels : wanted
  const scaled = layer.flag('scale', true)
  const centred = layer.flag('center', true)
  const weights = layer.weights([
    ...(scaled ? [{ name: 'gamma', shape: [channels] }] : []),
    ...(centred ? [{ name: 'beta', shape: [channels] }] : []),
  ])
  const last = axis === rank - 1
  const x = last ? graph.channelsFirst(input) : graph.plain(input)
  // One row for each group: InstanceNormalization takes its mean and variance.
  const rows = graph.reshape(x, [0, groups, -1])
  const ones = graph.floats(`ones ${groups}`, [groups], () => new Float32Array(groups).fill(1))
  const zeros = graph.floats(`zeros ${groups}`, [groups], () => new Float32Array(groups))
  const normal = graph.node('InstanceNormalization', [rows, ones, zeros], {
    epsilon: { float: layer.number('epsilon', 1e-3) },
  })
  let value = graph.node('Reshape', [normal, graph.sizes(x)])
  const dims = [channels, ...Array.from({ length: rank - 2 }, () => 1)]
  if (scaled) {
    value = graph.node('Mul', [value, layer.constant('gamma', dims, () => weights[0]!)])
  }
  if (centred) {
    const beta = layer.constant('beta', dims, () => weights.at(-1)!)
    value = graph.node('Add', [value, beta])
  }
  return last ? graph.tensorFirst(value, shape, mask) : graph.tensor(value, shape, mask)
}

/** x / √(mean(y²) + ε). */
function overDeviation(
  layer: Layer,
  x: string,
  y: string,
  over: { readonly axes: { readonly ints: number[] }; readonly keepdims: { readonly int: number } },
  epsilon: number,
): string {
  const { graph } = layer
  const variance = graph.node('ReduceMean', [graph.node('Mul', [y, y])], over)
  const deviation = graph.node('Sqrt', [graph.node('Add', [variance, graph.scalar(epsilon)])])
  return graph.node('Div', [x, deviation])
}

/** Keras's `rms_scaling` divides by the deviation around the mean, but does not subtract the mean. */
function centreOff(
  layer: Layer,
  x: string,
  over: { readonly axes: { readonly ints: number[] }; readonly keepdims: { readonly int: number } },
): string {
  return layer.graph.node('Sub', [x, layer.graph.node('ReduceMean', [x], over)])
}

function sortedAxes(layer: Layer, rank: number): number[] {
  return layer
    .integers('axis', [-1])
    .map((axis) => fromFront(axis, rank))
    .sort((one, other) => one - other)
}
