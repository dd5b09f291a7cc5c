/**
 * Keras's model descriptions, of every age, as one form.
 *
 * 1. Sequential models become chains, Functional models graphs of calls.
 * 2. References between calls: Keras 2 writes `[[["layer", node, tensor, {…}], …], …]`, Keras 3
 *    `[{ args, kwargs }]` with `__keras_tensor__` objects inside. Both become `Reference`s in nested lists.
 * 3. A nested model has a node of its own before the first call by the outer one. Keras 2 counts it, Keras 3 counts it
 *    in `output_layers` alone; here the first call is 0.
 */
import { DataError } from '../../contract/errors.ts'
import {
  type Argument,
  type Call,
  firstNodes,
  hasNewCalls,
  readCalls,
  readEnds,
  renumbered,
} from './calls.ts'
import { asObject, type Config, describe } from './json.ts'

/** One layer of a model. */
export interface LayerSpec {
  readonly className: string
  /** Where the class comes from in Keras 3, such as `keras.layers`; '' where it is not said. */
  readonly module: string
  /** What Keras 3 registered the class as; `Package>Name` for classes that are not its own. */
  readonly registeredName: string | null
  readonly name: string
  readonly config: Config
  /** Keras's number for an object that stands in the file several times. */
  readonly sharedId: unknown
  readonly calls: readonly Call[]
}

/** A model: layers in the order of the file, and which of their outputs go in and out. */
export interface ModelSpec {
  readonly name: string
  readonly layers: readonly LayerSpec[]
  /** Input layers; null for a Sequential model that takes what it is given. */
  readonly inputs: readonly Argument[] | null
  readonly outputs: readonly Argument[]
}

/** The layers and calls of a Sequential or Functional model. */
export function readModel(config: Config, className: string, where: string): ModelSpec {
  const name = typeof config.name === 'string' ? config.name : className
  // Keras 1 and early Keras 2 write a Sequential model as a bare list of layers.
  const list = Array.isArray(config) ? config : config.layers
  if (!Array.isArray(list)) {
    throw new DataError({
      where,
      got: `a ${className} without layers`,
      expected: 'a Sequential or Functional model',
      remedy:
        'Models that are a class of their own cannot be described in a file: export them to ONNX in Python.',
    })
  }
  const sequential = className === 'Sequential' || !('output_layers' in config)
  return sequential ? readSequential(list, name, where) : readFunctional(config, list, name, where)
}

/** A layer's description, wherever it stands (in a model, in a wrapper). */
export function readLayer(value: unknown, where: string): LayerSpec {
  const spec = asObject(value, where)
  const className = spec.class_name
  if (typeof className !== 'string') {
    throw new DataError({
      where,
      got: `a layer whose class_name is ${describe(className)}`,
      expected: 'the name of a class',
      remedy: 'Save the model again with model.save; the file is damaged.',
    })
  }
  const inner = spec.config
  const config = Array.isArray(inner)
    ? { layers: inner }
    : asObject(inner ?? {}, `${where}, ${className}`)
  const name = config.name ?? spec.name
  return {
    className,
    module: typeof spec.module === 'string' ? spec.module : '',
    registeredName: typeof spec.registered_name === 'string' ? spec.registered_name : null,
    name: typeof name === 'string' ? name : className,
    config,
    sharedId: spec.shared_object_id,
    calls: readCalls(spec.inbound_nodes),
  }
}

function readSequential(list: readonly unknown[], name: string, where: string): ModelSpec {
  const layers: LayerSpec[] = []
  let last: Argument | null = null
  let inputs: Argument[] | null = null
  const taken = new Set<string>()
  for (const value of list) {
    const spec = readLayer(value, where)
    const unique = taken.has(spec.name) ? `${spec.name}_${layers.length}` : spec.name
    taken.add(unique)
    const isInput = spec.className === 'InputLayer'
    const output: Argument = { kind: 'tensor', layer: unique, call: 0, output: 0 }
    if (isInput) inputs = [output]
    // A first layer that is no InputLayer takes what the model is given: an empty list of arguments.
    const args = last === null ? [] : [last]
    layers.push({ ...spec, name: unique, calls: isInput ? [] : [{ args, named: {} }] })
    last = output
  }
  if (last === null) {
    throw new DataError({
      where,
      got: 'a Sequential model without a layer',
      expected: 'at least one layer',
      remedy: 'Build the model before it is saved.',
    })
  }
  return { name, layers, inputs, outputs: [last] }
}

function readFunctional(
  config: Config,
  list: readonly unknown[],
  name: string,
  where: string,
): ModelSpec {
  const layers = list.map((value) => readLayer(value, where))
  const inputs = readEnds(config.input_layers)
  const outputs = readEnds(config.output_layers)
  const inner = layers.flatMap(({ calls }) =>
    calls.flatMap(({ args, named }) => [...args, ...Object.values(named)]),
  )
  const isNew = list.some(hasNewCalls)
  const first = isNew ? () => 0 : firstNodes([...inner, ...outputs])
  const models = new Set(
    layers.filter(({ className }) => className === 'Functional').map((one) => one.name),
  )
  const firstOfOutputs = isNew ? (layer: string) => (models.has(layer) ? 1 : 0) : first
  const shifted = layers.map((layer) => ({
    ...layer,
    calls: layer.calls.map(({ args, named }) => ({
      args: args.map((one) => renumbered(one, first)),
      named: Object.fromEntries(
        Object.entries(named).map(([key, one]) => [key, renumbered(one, first)]),
      ),
    })),
  }))
  return {
    name,
    layers: shifted,
    inputs: inputs.map((one) => renumbered(one, () => 0)),
    outputs: outputs.map((one) => renumbered(one, firstOfOutputs)),
  }
}
