/**
 * References between the calls of layers, in the forms of Keras 2 and Keras 3.
 *
 * Keras 2 writes a call as `[["layer", node, tensor, { named arguments }], …]`, Keras 3 as `{ args, kwargs }` with
 * `__keras_tensor__` objects inside, however deeply nested.
 */
import type { Config } from './json.ts'

/** An output of a layer's call, or a value that stands in the file itself. */
export type Argument =
  | {
      readonly kind: 'tensor'
      readonly layer: string
      readonly call: number
      readonly output: number
    }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'list'; readonly items: readonly Argument[] }

/** One call of a layer. */
export interface Call {
  readonly args: readonly Argument[]
  readonly named: { readonly [name: string]: Argument }
}

/** Every reference to a tensor in an argument, in order. */
export function references(argument: Argument): (Argument & { readonly kind: 'tensor' })[] {
  if (argument.kind === 'tensor') return [argument]
  return argument.kind === 'list' ? argument.items.flatMap(references) : []
}

/** `["name", 0, 0]`, a list of such, or an object of such. */
export function readEnds(value: unknown): Argument[] {
  if (isReference(value)) return [reference(value)]
  if (Array.isArray(value)) return value.flatMap(readEnds)
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(readEnds)
  return []
}

/** The calls in a layer's `inbound_nodes`. */
export function readCalls(value: unknown): Call[] {
  if (!Array.isArray(value)) return []
  return value.map((node: unknown): Call => {
    if (Array.isArray(node)) return readOldCall(node)
    const call = node as { args?: unknown; kwargs?: unknown } | null
    const args = Array.isArray(call?.args) ? call.args : []
    const kwargs = (call?.kwargs ?? {}) as Config
    return {
      args: args.map(readArgument),
      named: Object.fromEntries(
        Object.entries(kwargs).map(([key, one]) => [key, readArgument(one)]),
      ),
    }
  })
}

/** Keras 2: a list of `["layer", node, tensor, { named arguments of the call }]`. */
function readOldCall(node: readonly unknown[]): Call {
  const args: Argument[] = []
  const named: Record<string, Argument> = {}
  // A call with a single tensor may stand there without its list.
  for (const entry of isReference(node) ? [node] : node) {
    if (!Array.isArray(entry)) continue
    args.push(entry[0] === '_CONSTANT_VALUE' ? constant(entry[2]) : reference(entry))
    if (typeof entry[3] !== 'object' || entry[3] === null) continue
    for (const [key, value] of Object.entries(entry[3])) named[key] = readOldNamed(value)
  }
  return { args, named }
}

function readOldNamed(value: unknown): Argument {
  if (Array.isArray(value) && value[0] === '_CONSTANT_VALUE') return constant(value[2])
  if (isReference(value)) return reference(value)
  if (Array.isArray(value) && value.length > 0 && value.every(isReference)) {
    return { kind: 'list', items: value.map(reference) }
  }
  return constant(value)
}

function readArgument(value: unknown): Argument {
  if (Array.isArray(value)) return { kind: 'list', items: value.map(readArgument) }
  const config = (value as { class_name?: unknown; config?: Config } | null)?.config
  if ((value as Config | null)?.class_name === '__keras_tensor__') {
    const history = config?.keras_history
    if (isReference(history)) return reference(history)
  }
  return constant(value)
}

function isReference(value: unknown): value is unknown[] {
  return (
    Array.isArray(value) &&
    typeof value[0] === 'string' &&
    typeof value[1] === 'number' &&
    typeof value[2] === 'number'
  )
}

function reference(value: readonly unknown[]): Argument {
  return {
    kind: 'tensor',
    layer: String(value[0]),
    call: Number(value[1]),
    output: Number(value[2]),
  }
}

function constant(value: unknown): Argument {
  return { kind: 'value', value }
}

/** Every call in a file leads to an output, so the lowest number by which a layer is referred to is its first call's. */
export function firstNodes(all: readonly Argument[]): (layer: string) => number {
  const lowest = new Map<string, number>()
  for (const { layer, call } of all.flatMap(references)) {
    lowest.set(layer, Math.min(call, lowest.get(layer) ?? call))
  }
  return (layer) => lowest.get(layer) ?? 0
}

/** The argument with the first call of every layer counted as 0. */
export function renumbered(argument: Argument, first: (layer: string) => number): Argument {
  if (argument.kind === 'value') return argument
  if (argument.kind === 'tensor') {
    return { ...argument, call: argument.call - first(argument.layer) }
  }
  return { kind: 'list', items: argument.items.map((one) => renumbered(one, first)) }
}

/** True for a layer whose calls are written as Keras 3 does. */
export function hasNewCalls(layer: unknown): boolean {
  const nodes = (layer as Config | null)?.inbound_nodes
  return Array.isArray(nodes) && nodes.some((node) => !Array.isArray(node))
}
