/**
 * One layer on its way into the graph: its settings, read with defaults and checks, its weights, and its refusals.
 */
import { DataError, PredictorError } from '../../contract/errors.ts'
import { type LayerSpec, readLayer } from './config.ts'
import type { GraphBuilder, Tensor } from './graph.ts'
import type { Config } from './json.ts'
import type { WeightScope, WeightSlot } from './weights.ts'

/** An argument of a call: a tensor of the graph, a plain value, or a list. */
export type Value =
  | { readonly tensor: Tensor }
  | { readonly value: unknown }
  | { readonly list: readonly Value[] }

/** What a layer is called with. */
export interface LayerCall {
  /** Every tensor among the arguments without a name, in order. */
  readonly inputs: readonly Tensor[]
  readonly args: readonly Value[]
  readonly named: { readonly [name: string]: Value }
}

/** Writes a layer's call into the graph and returns its outputs. */
export type Translator = (layer: Layer, call: LayerCall) => Tensor | readonly Tensor[]

/** What all layers of one translation share. */
export interface Translation {
  readonly graph: GraphBuilder
  /** 1, 2 or 3: some defaults and formulas changed between them. */
  readonly kerasMajor: number
  /** Things that a person should know about the translation. */
  readonly notes: string[]
  /** Calls a layer, known by its class. */
  readonly run: (layer: Layer, call: LayerCall) => readonly Tensor[]
}

/** One layer of a file. */
export class Layer {
  readonly translation: Translation
  readonly spec: LayerSpec
  readonly config: Config
  readonly scope: WeightScope
  /** The layer's name, after those of the models around it: `encoder/dense_1`. */
  readonly path: string
  /** What a translator keeps from one call of the layer to the next. */
  readonly kept = new Map<string, unknown>()

  constructor(translation: Translation, spec: LayerSpec, scope: WeightScope, path: string) {
    this.translation = translation
    this.spec = spec
    this.config = spec.config
    this.scope = scope
    this.path = path
  }

  get graph(): GraphBuilder {
    return this.translation.graph
  }

  /** The layer as error messages name it: `encoder/dense_1 (Dense)`. */
  get title(): string {
    return `${this.path} (${this.spec.className})`
  }

  /** A number of the layer's settings. */
  number(name: string, otherwise?: number): number {
    const value = this.config[name] ?? otherwise
    if (typeof value === 'number') return value
    // Keras 3 may write 0-dimensional arrays as lists or tensors.
    if (Array.isArray(value) && value.length === 1 && typeof value[0] === 'number') return value[0]
    throw this.#malformed(name, 'a number')
  }

  /** A whole number of at least 1. */
  count(name: string, otherwise?: number): number {
    const value = this.number(name, otherwise)
    if (Number.isSafeInteger(value) && value >= 1) return value
    throw this.#malformed(name, 'a whole number of at least 1')
  }

  /** A setting that is on or off. */
  flag(name: string, otherwise: boolean): boolean {
    const value = this.config[name] ?? otherwise
    return value === true
  }

  /** A word, in lower case. */
  word(name: string, otherwise: string): string {
    const value = this.config[name] ?? otherwise
    if (typeof value === 'string') return value.toLowerCase()
    throw this.#malformed(name, 'a word')
  }

  /** One whole number for each of `rank` axes; a single number stands for all of them. */
  sizes(name: string, rank: number, otherwise?: number): number[] {
    const value = this.config[name] ?? otherwise
    const list = typeof value === 'number' ? Array.from({ length: rank }, () => value) : value
    if (Array.isArray(list) && list.length === rank && list.every(isCount)) return [...list]
    throw this.#malformed(name, `${rank} whole number${rank === 1 ? '' : 's'} of at least 1`)
  }

  /** A list of whole numbers; a single number is a list of one. */
  integers(name: string, otherwise?: readonly number[]): number[] {
    const value = this.config[name] ?? otherwise
    const list = typeof value === 'number' ? [value] : value
    if (Array.isArray(list) && list.every((one) => Number.isSafeInteger(one))) return [...list]
    throw this.#malformed(name, 'whole numbers')
  }

  /** The layer's weights, or those of an attribute of it that holds them; read at the first call and kept. */
  weights(slots: readonly WeightSlot[], attribute?: string): Float32Array[] {
    const known = this.kept.get('weights') as Float32Array[] | undefined
    if (known !== undefined) return known
    const scope = attribute === undefined ? this.scope : this.scope.part([attribute], attribute)
    const found = scope.take(slots, this.title)
    this.kept.set('weights', found)
    return found
  }

  /** A constant of this layer in the graph, made once. */
  constant(name: string, dims: readonly number[], make: () => Float32Array): string {
    return this.graph.floats(`${this.path}/${name}`, dims, make)
  }

  /** A layer inside this one, such as the one that a wrapper wraps; made once. */
  part(attributes: readonly string[], name: string, spec: LayerSpec): Layer {
    const key = `part ${attributes[0]}`
    const known = this.kept.get(key) as Layer | undefined
    if (known !== undefined) return known
    // Parts without a description (the denses of attention) are never shared.
    const shared = Object.keys(spec.config).length > 0 ? spec : undefined
    const scope = this.scope.part(attributes, name, shared)
    const made = new Layer(this.translation, spec, scope, `${this.path}/${spec.name}`)
    this.kept.set(key, made)
    return made
  }

  /** A layer that stands in a setting of this one. */
  inner(name: string): LayerSpec {
    return readLayer(this.config[name], `${this.title}, ${name}`)
  }

  /** The tensor that is called `name`, or stands at `position` among the inputs. */
  argument(call: LayerCall, name: string, position: number): Tensor | undefined {
    const value = call.named[name]
    if (value !== undefined && 'tensor' in value) return value.tensor
    return call.inputs[position]
  }

  /** The only input. */
  input(call: LayerCall): Tensor {
    const input = call.inputs[0] ?? Object.values(call.named).flatMap(tensorsOf)[0]
    if (input !== undefined) return input
    throw new DataError({
      where: `layer ${this.title}`,
      got: 'a call without a tensor',
      expected: 'an input',
      remedy: 'Save the model again with model.save; its description is incomplete.',
    })
  }

  /** A size that must be known. */
  known(size: number | null | undefined, what: string): number {
    if (typeof size === 'number') return size
    throw this.refusal(
      `${what}, which is left open`,
      'a fixed size',
      'Rebuild the model in Keras with a fixed input shape, load the weights into it, and save it again.',
    )
  }

  /** The error for what this translation does not do. */
  refusal(got: string, expected: string, remedy = EXPORT_REMEDY): PredictorError {
    return new PredictorError({ where: `layer ${this.title}`, got, expected, remedy })
  }

  #malformed(name: string, expected: string): DataError {
    return new DataError({
      where: `layer ${this.title}, setting ${name}`,
      got: JSON.stringify(this.config[name])?.slice(0, 60) ?? 'nothing',
      expected,
      remedy: 'Save the model again with model.save; its description is damaged.',
    })
  }
}

/** What to do with a model that cannot be translated here. */
export const EXPORT_REMEDY =
  'Export the model in Python with model.export("model.onnx", format="onnx") or with tf2onnx, and load that with loadOnnx.'

/** A call with one tensor. */
export function callWith(...inputs: readonly Tensor[]): LayerCall {
  return { inputs, args: inputs.map((tensor) => ({ tensor })), named: {} }
}

/** Every tensor in a value, in order. */
export function tensorsOf(value: Value): Tensor[] {
  if ('tensor' in value) return [value.tensor]
  return 'list' in value ? value.list.flatMap(tensorsOf) : []
}

/** An axis counted from the front: −1 is the last of `rank`. */
export function fromFront(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1
}
