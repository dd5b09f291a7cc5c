/**
 * Activation functions and the layers that are nothing else.
 *
 * The functions themselves are in `activation-functions.ts`; softmax along an axis is here.
 */
import type { Tensor } from '../graph.ts'
import { toFirst } from '../graph.ts'
import { fromFront, type Layer, type Translator } from '../layer.ts'
import { ELEMENTWISE, relu, type Settings } from './activation-functions.ts'

/** Functions of a whole axis, the last one unless something else is said. */
const ALONG_AXIS: ReadonlyMap<string, string> = new Map([
  ['softmax', 'Softmax'],
  ['log_softmax', 'LogSoftmax'],
])

/** The tensor after an activation function, given as Keras writes it: a name, an object, or null. */
export function activate(layer: Layer, tensor: Tensor, activation: unknown): Tensor {
  const { name, config } = readActivation(layer, activation)
  const axisOperator = ALONG_AXIS.get(name)
  if (axisOperator !== undefined) return alongAxis(layer, tensor, axisOperator, axisOf(config))
  const make = ELEMENTWISE.get(name)
  if (make === undefined) throw unknownFunction(layer, name)
  const settings = settingsOf(config, layer.translation.kerasMajor)
  return elementwise(layer, tensor, (value) => make(layer.graph, value, settings))
}

/** The same function for every number: works in whichever layout the tensor has. */
export function elementwise(layer: Layer, tensor: Tensor, make: (value: string) => string): Tensor {
  const { graph } = layer
  if (tensor.plain === undefined) {
    return graph.tensorFirst(make(tensor.first!), tensor.shape, tensor.mask)
  }
  return graph.tensor(make(tensor.plain), tensor.shape, tensor.mask)
}

/** The plain name of an activation function, for operators that contain it (recurrent cells). */
export function activationName(layer: Layer, activation: unknown): string {
  return readActivation(layer, activation).name
}

/** `Activation`: a layer around a function. */
export const activation: Translator = (layer, call) =>
  activate(layer, layer.input(call), layer.config.activation)

/** `ReLU(max_value, negative_slope, threshold)`. */
export const reluLayer: Translator = (layer, call) =>
  elementwise(layer, layer.input(call), (x) =>
    relu(layer.graph, x, {
      maximum: layer.number('max_value', Number.POSITIVE_INFINITY),
      slope: layer.number('negative_slope', 0),
      threshold: layer.number('threshold', 0),
    }),
  )

/** `LeakyReLU`: the slope is called alpha in Keras 2. */
export const leakyRelu: Translator = (layer, call) => {
  const slope = layer.number('negative_slope', layer.number('alpha', 0.3))
  return elementwise(layer, layer.input(call), (x) =>
    layer.graph.node('LeakyRelu', [x], { alpha: { float: slope } }),
  )
}

/** `ELU(alpha)`. */
export const eluLayer: Translator = (layer, call) =>
  elementwise(layer, layer.input(call), (x) =>
    layer.graph.node('Elu', [x], { alpha: { float: layer.number('alpha', 1) } }),
  )

/** `ThresholdedReLU(theta)`: x where it is greater than theta, else 0. */
export const thresholdedRelu: Translator = (layer, call) =>
  elementwise(layer, layer.input(call), (x) =>
    layer.graph.node('ThresholdedRelu', [x], { alpha: { float: layer.number('theta', 1) } }),
  )

/** `PReLU`: a slope for each place of the input, or shared along some axes. */
export const preluLayer: Translator = (layer, call) => {
  const input = layer.input(call)
  const { graph } = layer
  const shared = layer.integers('shared_axes', [])
  const dims = input.shape
    .slice(1)
    .map((size, i) => (shared.includes(i + 1) ? 1 : layer.known(size, `input size ${i + 1}`)))
  const [alpha] = layer.weights([{ name: 'alpha', shape: dims }])
  const slope = layer.constant('alpha', [1, ...dims], () => alpha!)
  if (input.plain !== undefined) {
    return graph.tensor(graph.node('PRelu', [input.plain, slope]), input.shape, input.mask)
  }
  const turned = graph.transpose(slope, toFirst(input.shape.length))
  return graph.tensorFirst(graph.node('PRelu', [input.first!, turned]), input.shape, input.mask)
}

/** `Softmax(axis)`, with the mask of its call or its input. */
export const softmaxLayer: Translator = (layer, call) => {
  const input = layer.input(call)
  const axes = layer.integers('axis', [-1])
  const mask = layer.argument(call, 'mask', 1)
  if (mask !== undefined) {
    throw layer.refusal('a softmax with a mask of its own', 'a softmax without one')
  }
  if (axes.length === 1) return alongAxis(layer, input, 'Softmax', axes[0]!)
  // Over several axes: exp(x − max) / Σ.
  const { graph } = layer
  const ints = axes.map((axis) => fromFront(axis, input.shape.length))
  const x = graph.plain(input)
  const attributes = { axes: { ints }, keepdims: { int: 1 } }
  const exponential = graph.node('Exp', [
    graph.node('Sub', [x, graph.node('ReduceMax', [x], attributes)]),
  ])
  const sum = graph.node('ReduceSum', [exponential, graph.ints(ints)], { keepdims: { int: 1 } })
  return graph.tensor(graph.node('Div', [exponential, sum]), input.shape, input.mask)
}

function alongAxis(layer: Layer, tensor: Tensor, operator: string, axis: number): Tensor {
  const { graph } = layer
  const { shape, mask } = tensor
  const place = fromFront(axis, shape.length)
  if (tensor.plain === undefined) {
    const first = toFirst(shape.length).indexOf(place)
    const value = graph.node(operator, [tensor.first!], { axis: { int: first } })
    return graph.tensorFirst(value, shape, mask)
  }
  return graph.tensor(graph.node(operator, [tensor.plain], { axis: { int: place } }), shape, mask)
}

function readActivation(layer: Layer, activation: unknown): { name: string; config: object } {
  if (activation === null || activation === undefined) return { name: 'linear', config: {} }
  if (typeof activation === 'string') return { name: plainName(activation), config: {} }
  const { class_name: className, config } = activation as { class_name?: unknown; config?: unknown }
  // Keras 3 writes functions as objects: their name is the config, or the config's own name.
  if (typeof config === 'string') return { name: plainName(config), config: {} }
  const settings = typeof config === 'object' && config !== null ? config : {}
  const inner = (settings as { activation?: unknown }).activation
  if (className === 'Activation') return readActivation(layer, inner)
  if (typeof className !== 'string') throw unknownFunction(layer, JSON.stringify(activation))
  // An advanced activation layer in the place of a function has defaults of its own.
  if (className === 'LeakyReLU') return { name: 'leaky_relu', config: { alpha: 0.3, ...settings } }
  return { name: plainName(className), config: settings }
}

/** `keras.activations>relu`, `ReLU`, `LogSoftmax` → `relu`, `log_softmax`. */
function plainName(name: string): string {
  const snake = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
  return NAMES.get(snake) ?? snake
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['re_lu', 'relu'],
  ['re_lu6', 'relu6'],
  ['softmax_v2', 'softmax'],
])

function axisOf(config: object): number {
  const { axis } = config as { axis?: unknown }
  return typeof axis === 'number' ? axis : -1
}

function settingsOf(config: object, kerasMajor: number): Settings {
  const values = config as { readonly [name: string]: unknown }
  return {
    kerasMajor,
    number: (names, otherwise) => {
      for (const name of names) {
        const value = values[name]
        if (typeof value === 'number') return value
      }
      return otherwise
    },
    flag: (name, otherwise) => (typeof values[name] === 'boolean' ? values[name] : otherwise),
  }
}

function unknownFunction(layer: Layer, name: string) {
  return layer.refusal(
    `the activation ${name}, a function that is not Keras's own`,
    `one of ${[...ELEMENTWISE.keys(), ...ALONG_AXIS.keys()].join(', ')}`,
  )
}
