/**
 * From a description and its weights to an ONNX graph.
 *
 * 1. The outer model's inputs become inputs of the graph: float32, channels last, batch free.
 * 2. Calls are written in the order of the file as soon as what they take is there. A nested model is written into the
 *    same graph each time it is called, with constants made once.
 * 3. The model's outputs, and any inner layers asked for, become outputs of the graph in Keras's order of axes.
 */
import { DataError, OptionError } from '../../contract/errors.ts'
import { didYouMean } from '../../contract/nearest.ts'
import type { Argument } from './calls.ts'
import { type LayerSpec, type ModelSpec, readModel } from './config.ts'
import { GraphBuilder, type Shape, type Tensor } from './graph.ts'
import type { Config } from './json.ts'
import {
  callWith,
  Layer,
  type LayerCall,
  type Translation,
  tensorsOf,
  type Value,
} from './layer.ts'
import { translatorOf } from './layers.ts'
import type { WeightScope } from './weights.ts'

/** A network as a file describes it. */
export interface KerasNetwork {
  /** The file, for messages. */
  readonly where: string
  readonly format: 'keras-h5' | 'keras-zip' | 'tfjs-layers'
  readonly kerasVersion: string
  readonly className: string
  readonly config: Config
  readonly weights: WeightScope
}

/** An input or output of the translated graph. */
export interface GraphEnd {
  readonly name: string
  /** null where a size is free; the first is the batch. */
  readonly shape: Shape
}

/** One layer as it was translated. */
export interface LayerReport {
  /** The name, after those of the models around it: `encoder/dense_1`. */
  readonly name: string
  readonly className: string
  readonly outputShape: Shape
}

/** What was translated. */
export interface TranslationReport {
  readonly format: KerasNetwork['format']
  readonly kerasVersion: string
  readonly modelName: string
  /** Layers in the order in which they run; their names are what `innerOutputs` takes. */
  readonly layers: readonly LayerReport[]
  /** What a person should know. */
  readonly notes: readonly string[]
}

/** An ONNX model and where it came from. */
export interface Translated {
  /** The bytes of the model file (operator set 17). */
  readonly onnx: Uint8Array<ArrayBuffer>
  readonly inputs: readonly GraphEnd[]
  /** The model's outputs, then the inner ones in the order asked for. */
  readonly outputs: readonly GraphEnd[]
  readonly report: TranslationReport
}

const MODELS = ['Functional', 'Model', 'Sequential']

/** Translates a network; `innerOutputs` are names of layers whose outputs are wanted too. */
export function translate(network: KerasNetwork, innerOutputs: readonly string[] = []): Translated {
  const graph = new GraphBuilder()
  const layers: LayerReport[] = []
  const values = new Map<string, Tensor>()
  const inputs: GraphEnd[] = []
  const translation: Translation = {
    graph,
    kerasMajor: Number.parseInt(network.kerasVersion, 10) || 2,
    notes: [],
    run: (layer, call) => {
      const outputs = runLayer(layer, call)
      if (outputs.length > 0) {
        layers.push({
          name: layer.path,
          className: layer.spec.className,
          outputShape: outputs[0]!.shape,
        })
        if (!values.has(layer.path)) values.set(layer.path, outputs[0]!)
      }
      return outputs
    },
  }
  const { className, config, where } = network
  if (!MODELS.includes(className)) throw subclassed(network)
  const spec: LayerSpec = {
    className,
    module: '',
    registeredName: null,
    name: '',
    config,
    sharedId: undefined,
    calls: [],
  }
  const outer = new Layer(translation, spec, network.weights, '')
  const model = readModel(config, className, where)
  const takeInput = (name: string, shape: Shape): Tensor => {
    const free: Shape = [null, ...shape.slice(1)]
    const value = graph.input(name, 'float32', free)
    inputs.push({ name: value, shape: free })
    return graph.tensor(value, free)
  }
  const given = outerInputs(model, where, takeInput)
  const results = runModel(outer, model, given)
  const outputs: GraphEnd[] = results.map(({ tensor, name }) => ({
    name: graph.output(name, tensor),
    shape: tensor.shape,
  }))
  for (const inner of innerOutputs) {
    const tensor = values.get(innerPath(inner, values))!
    outputs.push({ name: graph.output(inner, tensor), shape: tensor.shape })
  }
  const onnx = graph.finish(model.name, {
    'sodalime.source': network.format,
    'sodalime.keras_version': network.kerasVersion,
  })
  const { format, kerasVersion } = network
  const { notes } = translation
  return {
    onnx,
    inputs,
    outputs,
    report: { format, kerasVersion, modelName: model.name, layers, notes },
  }
}

/** Calls a layer: a model is written layer by layer, anything else by its translator. */
function runLayer(layer: Layer, call: LayerCall): readonly Tensor[] {
  const { graph } = layer
  if (MODELS.includes(layer.spec.className)) {
    let model = layer.kept.get('model') as ModelSpec | undefined
    model ??= readModel(layer.config, layer.spec.className, layer.title)
    layer.kept.set('model', model)
    const inputs = call.inputs.length > 0 ? call.inputs : [layer.input(call)]
    return runModel(layer, model, inputs).map(({ tensor }) => tensor)
  }
  const translator = translatorOf(layer, call)
  const before = graph.within
  graph.within = layer.path
  const made = translator(layer, call)
  graph.within = before
  return Array.isArray(made) ? made : [made as Tensor]
}

/** Writes a model's calls and returns its outputs with the names of the layers that made them. */
function runModel(
  owner: Layer,
  model: ModelSpec,
  given: readonly Tensor[],
): { readonly tensor: Tensor; readonly name: string }[] {
  const layers = layersOf(owner, model)
  const done = new Map<string, (readonly Tensor[])[]>()
  if (model.inputs !== null) {
    if (given.length !== model.inputs.length) {
      throw owner.refusal(`${given.length} inputs`, `${model.inputs.length} inputs`)
    }
    model.inputs.forEach((input, i) => {
      if (input.kind === 'tensor') done.set(input.layer, [[given[i]!]])
    })
  }
  const find = (argument: Argument): Value | undefined => {
    if (argument.kind === 'value') return { value: argument.value }
    if (argument.kind === 'tensor') {
      const tensor = done.get(argument.layer)?.[argument.call]?.[argument.output]
      return tensor === undefined ? undefined : { tensor }
    }
    const items = argument.items.map(find)
    return items.every((item) => item !== undefined) ? { list: items } : undefined
  }
  const waiting = layers.flatMap((layer) =>
    layer.spec.calls.map((call, index) => ({ layer, call, index })),
  )
  for (let left = waiting; left.length > 0; ) {
    const still = left.filter(({ layer, call, index }) => {
      const args = call.args.map(find)
      const named = Object.entries(call.named).map(([name, value]) => [name, find(value)] as const)
      const ready =
        args.every((one) => one !== undefined) && named.every(([, one]) => one !== undefined)
      if (!ready) return true
      const values = args as Value[]
      const written: LayerCall = {
        args: values,
        inputs: values.flatMap(tensorsOf),
        named: Object.fromEntries(named) as { [name: string]: Value },
      }
      // The first layer of a Sequential model without an InputLayer takes what the model is given.
      const isFirst = model.inputs === null && call.args.length === 0
      const outputs = owner.translation.run(layer, isFirst ? callWith(...given) : written)
      const calls = done.get(layer.spec.name) ?? []
      calls[index] = outputs
      done.set(layer.spec.name, calls)
      return false
    })
    if (still.length === left.length) throw unreachable(owner, still[0]!.layer)
    left = still
  }
  return model.outputs.map((output) => {
    const found = find(output)
    if (found === undefined || !('tensor' in found)) throw unreachable(owner, owner)
    return { tensor: found.tensor, name: output.kind === 'tensor' ? output.layer : 'output' }
  })
}

/** The layers of a model with their weights, made once however often the model is called. */
function layersOf(owner: Layer, model: ModelSpec): readonly Layer[] {
  const known = owner.kept.get('layers') as readonly Layer[] | undefined
  if (known !== undefined) return known
  const scopes = owner.scope.layers(model.layers)
  const prefix = owner.path === '' ? '' : `${owner.path}/`
  const made = model.layers.map(
    (spec, i) => new Layer(owner.translation, spec, scopes[i]!, `${prefix}${spec.name}`),
  )
  owner.kept.set('layers', made)
  return made
}

function outerInputs(
  model: ModelSpec,
  where: string,
  take: (name: string, shape: Shape) => Tensor,
): Tensor[] {
  if (model.inputs === null) {
    const first = model.layers[0]!
    return [take(`${first.name}_input`, inputShape(first, where))]
  }
  return model.inputs.map((input) => {
    const name = input.kind === 'tensor' ? input.layer : ''
    const spec = model.layers.find((layer) => layer.name === name)
    if (spec === undefined) {
      throw new DataError({
        where,
        got: `an input layer ${JSON.stringify(name)} that is not among the layers`,
        expected: 'the name of a layer',
        remedy: 'Save the model again with model.save; its description is damaged.',
      })
    }
    return take(name, inputShape(spec, where))
  })
}

/** `batch_shape` (Keras 3) or `batch_input_shape` (Keras 2) of a first layer. */
function inputShape(spec: LayerSpec, where: string): Shape {
  const inner = (spec.config.layer as { config?: Config } | undefined)?.config
  const { config } = spec
  const shape = config.batch_shape ?? config.batch_input_shape ?? inner?.batch_input_shape ?? null
  const isSize = (size: unknown) =>
    size === null || (Number.isSafeInteger(size) && Number(size) > 0)
  if (Array.isArray(shape) && shape.length > 0 && shape.every(isSize)) return shape
  throw new DataError({
    where: `${where}, layer ${spec.name}`,
    got: `the input shape ${JSON.stringify(shape)}`,
    expected: 'one size (or null) for each axis, the batch first',
    remedy: 'Build the model on data of its shape, or give it an Input, before it is saved.',
  })
}

/** The full name of a layer: as it is, or by its last part where that is unique. */
function innerPath(name: string, values: ReadonlyMap<string, Tensor>): string {
  if (values.has(name)) return name
  const paths = [...values.keys()]
  const ending = paths.filter((path) => path.endsWith(`/${name}`))
  if (ending.length === 1) return ending[0]!
  throw new OptionError({
    where: 'options.innerOutputs',
    got: JSON.stringify(name),
    expected: ending.length > 1 ? `one of ${ending.join(', ')}` : 'the name of a layer',
    remedy: didYouMean(name, paths, 'translateKeras(…).report.layers lists them.'),
  })
}

function subclassed({ where, className }: KerasNetwork) {
  return new DataError({
    where,
    got: `a model of the class ${className}, whose meaning is Python code`,
    expected: `one of ${MODELS.join(', ')}`,
    remedy:
      'Export the model in Python with model.export("model.onnx", format="onnx"), and load that with loadOnnx.',
  })
}

function unreachable(owner: Layer, layer: Layer): DataError {
  return new DataError({
    where: `layer ${layer.title}`,
    got: 'inputs that no layer makes, or layers that wait for each other',
    expected: `calls that follow from the inputs of ${owner.path === '' ? 'the model' : owner.path}`,
    remedy: 'Save the model again with model.save; its description is damaged.',
  })
}
