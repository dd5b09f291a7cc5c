/**
 * An ONNX graph under construction, and tensors that know their shape and layout.
 *
 * 1. A tensor has its shape in Keras's order (batch first; null = free) and up to two names in the graph: `plain`, in
 *    Keras's order, and `first`, the same numbers with channels moved from the end to place 1, as ONNX's
 *    convolutions want them. Whichever is asked for and missing is made by one Transpose, once.
 * 2. Constants are made once for each key, so that a layer that is called several times shares its weights.
 * 3. `finish` writes the graph for operator set 17, which ONNX Runtime has known since 2022.
 */
import { encodeModel } from '../onnx/encode-model.ts'
import type { Attribute, OnnxNode, OnnxTensor, TensorType, ValueInfo } from '../onnx/model-proto.ts'

/** Sizes in Keras's order, batch first; null where a size is free. */
export type Shape = readonly (number | null)[]

/** A value in the graph. Made by `GraphBuilder.tensor`; its names are filled in as they are needed. */
export interface Tensor {
  readonly shape: Shape
  /** Name of the value in Keras's order. */
  plain: string | undefined
  /** Name of the value with channels at place 1. */
  first: string | undefined
  /** Keras's mask: booleans (batch, time), false where a step does not count. */
  readonly mask: string | undefined
}

/** Attributes by name: whole numbers that must be floats are given as `{ float }`. */
export type Attributes = { readonly [name: string]: Attribute }

/** Builds one graph; every method appends what it needs and returns the name of its value. */
export class GraphBuilder {
  readonly #nodes: OnnxNode[] = []
  readonly #initializers = new Map<string, OnnxTensor>()
  readonly #inputs: ValueInfo[] = []
  readonly #outputs: ValueInfo[] = []
  readonly #names = new Set<string>()

  /** Path of the layer that is being written: the names of its values begin with it. */
  within = ''

  /** Appends a node with one output and returns the output's name. */
  node(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.nodes(op, inputs, attributes, 1)[0]!
  }

  /** Appends a node with several outputs and returns their names. */
  nodes(
    op: string,
    inputs: readonly string[],
    attributes: Attributes,
    outputCount: number,
  ): string[] {
    const outputs = Array.from({ length: outputCount }, () => this.#unique(`${this.within}/${op}`))
    this.#nodes.push({ op, name: outputs[0]!, inputs, outputs, attributes })
    return outputs
  }

  /** A constant of float32 values, made at the first call with its key. */
  floats(key: string, dims: readonly number[], make: () => Float32Array): string {
    const known = this.#initializers.get(key)
    if (known !== undefined) return known.name
    const name = this.#unique(key)
    this.#initializers.set(key, { name, type: 'float32', dims, values: make() })
    return name
  }

  /** One float32 number as a constant without dimensions. */
  scalar(value: number): string {
    return this.floats(`scalar ${value}`, [], () => Float32Array.of(value))
  }

  /** A constant list of int64 numbers. */
  ints(values: readonly number[]): string {
    const key = `ints ${values.join(' ')}`
    const known = this.#initializers.get(key)
    if (known !== undefined) return known.name
    const name = this.#unique(key)
    const dims = [values.length]
    const big = BigInt64Array.from(values, (value) => BigInt(value))
    this.#initializers.set(key, { name, type: 'int64', dims, values: big })
    return name
  }

  /** One int64 number as a constant without dimensions. */
  int(value: number): string {
    const key = `int ${value}`
    const known = this.#initializers.get(key)
    if (known !== undefined) return known.name
    const name = this.#unique(key)
    const values = BigInt64Array.of(BigInt(value))
    this.#initializers.set(key, { name, type: 'int64', dims: [], values })
    return name
  }

  /** A tensor whose values stand in Keras's order. */
  tensor(plain: string, shape: Shape, mask?: string | undefined): Tensor {
    return { shape, plain, first: undefined, mask }
  }

  /** A tensor whose values have their channels at place 1; `shape` is in Keras's order all the same. */
  tensorFirst(first: string, shape: Shape, mask?: string | undefined): Tensor {
    const plain = shape.length < 3 ? first : undefined
    return { shape, plain, first, mask }
  }

  /** The name of the value in Keras's order. */
  plain(tensor: Tensor): string {
    tensor.plain ??= this.transpose(tensor.first!, toPlain(tensor.shape.length))
    return tensor.plain
  }

  /** The name of the value with channels at place 1. */
  channelsFirst(tensor: Tensor): string {
    const rank = tensor.shape.length
    tensor.first ??= rank < 3 ? tensor.plain! : this.transpose(tensor.plain!, toFirst(rank))
    return tensor.first
  }

  /** A Transpose, or nothing where the order stays as it is. */
  transpose(value: string, order: readonly number[]): string {
    if (order.every((from, to) => from === to)) return value
    return this.node('Transpose', [value], { perm: { ints: order } })
  }

  /** Reshape to sizes as ONNX has them: 0 copies the size at that place, −1 takes what is left. */
  reshape(value: string, sizes: readonly number[]): string {
    return this.node('Reshape', [value, this.ints(sizes)])
  }

  /** The sizes of a value as an int64 list, from place `start` up to `end`. */
  sizes(value: string, start = 0, end?: number): string {
    const attributes: Attributes =
      end === undefined ? { start: { int: start } } : { start: { int: start }, end: { int: end } }
    return this.node('Shape', [value], attributes)
  }

  /** Int64 lists, one after the other. */
  joinSizes(parts: readonly string[]): string {
    return parts.length === 1 ? parts[0]! : this.node('Concat', parts, { axis: { int: 0 } })
  }

  /** Part of a value: `[start, end)` by `steps` along the axes. */
  slice(
    value: string,
    starts: readonly number[],
    ends: readonly number[],
    axes: readonly number[],
    steps: readonly number[] = axes.map(() => 1),
  ): string {
    return this.node('Slice', [
      value,
      this.ints(starts),
      this.ints(ends),
      this.ints(axes),
      this.ints(steps),
    ])
  }

  /** The value as another type. */
  cast(value: string, type: 'float32' | 'int64' | 'int32' | 'bool'): string {
    const number = { float32: 1, int32: 6, int64: 7, bool: 9 }[type]
    return this.node('Cast', [value], { to: { int: number } })
  }

  /** Declares an input of the graph. */
  input(wanted: string, type: TensorType, shape: Shape): string {
    const name = this.#unique(wanted)
    this.#inputs.push({ name, type: { kind: 'tensor', type, shape: named(shape, name) } })
    return name
  }

  /** Declares an output of the graph, in Keras's order, and returns its name. */
  output(wanted: string, tensor: Tensor): string {
    const value = this.plain(tensor)
    const name = this.#unique(wanted)
    this.#nodes.push({ op: 'Identity', name: `${name} output`, inputs: [value], outputs: [name] })
    const shape = named(tensor.shape, name)
    this.#outputs.push({ name, type: { kind: 'tensor', type: 'float32', shape } })
    return name
  }

  /** The bytes of the model file. */
  finish(name: string, metadata: { readonly [key: string]: string }): Uint8Array<ArrayBuffer> {
    return encodeModel({
      irVersion: 8,
      producer: 'sodalime',
      opsets: [{ domain: '', version: 17 }],
      metadata,
      graph: {
        name,
        nodes: this.#nodes,
        initializers: [...this.#initializers.values()],
        inputs: this.#inputs,
        outputs: this.#outputs,
      },
    })
  }

  #unique(wanted: string): string {
    let name = wanted
    for (let copy = 1; this.#names.has(name); copy++) name = `${wanted}:${copy}`
    this.#names.add(name)
    return name
  }
}

/** (batch, …, channels) → (batch, channels, …). */
export function toFirst(rank: number): number[] {
  return [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)]
}

/** (batch, channels, …) → (batch, …, channels). */
export function toPlain(rank: number): number[] {
  return [0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2), 1]
}

/** The product of sizes, null where one is free. */
export function product(sizes: Shape): number | null {
  let total = 1
  for (const size of sizes) {
    if (size === null) return null
    total *= size
  }
  return total
}

function named(shape: Shape, value: string): (number | string)[] {
  return shape.map((size, axis) => size ?? (axis === 0 ? 'batch' : `${value} size ${axis}`))
}
