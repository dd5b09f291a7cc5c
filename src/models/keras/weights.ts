/**
 * Finding a layer's weights in the three ways in which files hold them.
 *
 * | file              | how weights are named                                                                   |
 * | ----------------- | --------------------------------------------------------------------------------------- |
 * | .h5, .hdf5        | a group for each layer of the outer model, in it names like `dense/kernel:0`             |
 * | TensorFlow.js     | one flat list for the whole model, names like `dense/kernel`                             |
 * | .keras            | folders after classes and attributes (`layers/bidirectional/forward_layer/cell/vars/0`)   |
 *
 * The first two are here, the third in `folder-weights.ts`.
 * 1. A list is narrowed layer by layer to the entries with the layer's name in their path.
 * 2. Within a layer a weight is found by the last part of its name and its shape; failing that, by shape and order.
 * 3. Where the names in the file are not those of the layers (renamed layers, copied networks), step 2 runs over what
 *    the layers before have left.
 * 4. Shapes are compared before anything is read.
 */
import { DataError } from '../../contract/errors.ts'
import type { LayerSpec } from './config.ts'

/** A weight of the file, not yet read. */
export interface StoredWeight {
  readonly name: string
  readonly shape: readonly number[]
  /** Reads the values. */
  readonly read: () => Float32Array
}

/** A weight that a layer needs. */
export interface WeightSlot {
  readonly name: string
  readonly shape: readonly number[]
}

/** The weights of one layer, wrapper or model. */
export interface WeightScope {
  /** The scopes of a model's layers, in their order. */
  layers(specs: readonly LayerSpec[]): WeightScope[]
  /** The scope of a layer inside a layer: by its attribute in Keras's code, or by its name or the beginning of it. */
  part(attributes: readonly string[], name: string, spec?: LayerSpec): WeightScope
  /** Reads the layer's own weights, in the order of `slots`. Throws a DataError that names `layer`. */
  take(slots: readonly WeightSlot[], layer: string): Float32Array[]
}

/** Named weights in one list. */
export class NamedWeights implements WeightScope {
  readonly #entries: readonly Entry[]
  readonly #taken: Set<Entry>

  private constructor(entries: readonly Entry[], taken: Set<Entry>) {
    this.#entries = entries
    this.#taken = taken
  }

  /** All weights of a file, or of one group of it. */
  static of(weights: readonly StoredWeight[]): NamedWeights {
    const entries = weights.map((weight) => ({ weight, path: pathOf(weight.name) }))
    return new NamedWeights(entries, new Set())
  }

  layers(specs: readonly LayerSpec[]): WeightScope[] {
    return specs.map(({ name }) => this.#within((part) => part === name))
  }

  part(_attributes: readonly string[], name: string): WeightScope {
    return this.#within((part) => part === name || part.startsWith(`${name}_`))
  }

  take(slots: readonly WeightSlot[], layer: string): Float32Array[] {
    return slots.map((slot) => {
      const free = this.#entries.filter((entry) => !this.#taken.has(entry))
      const named = free.filter(({ path }) => isNamed(path.at(-1)!, slot.name))
      const fitting = (entry: Entry) => sameShape(entry.weight.shape, slot.shape)
      const found = named.find(fitting) ?? (named.length === 0 ? free.find(fitting) : undefined)
      if (found === undefined)
        throw missing(slot, layer, (named.length > 0 ? named : free).map(said))
      this.#taken.add(found)
      return found.weight.read()
    })
  }

  /** Entries with a matching part as near to the beginning of their path as possible; all of them where none matches. */
  #within(matches: (part: string) => boolean): NamedWeights {
    const deepest = Math.max(0, ...this.#entries.map(({ path }) => path.length - 1))
    for (let depth = 0; depth < deepest; depth++) {
      const found = this.#entries.filter(
        ({ path }) => depth < path.length - 1 && matches(path[depth]!),
      )
      if (found.length > 0) return new NamedWeights(found, this.#taken)
    }
    return this
  }
}

/** The groups of an HDF5 file in Keras's older form: one for each layer of the outer model. */
export class GroupedWeights implements WeightScope {
  readonly #groups: ReadonlyMap<string, readonly StoredWeight[]>

  constructor(groups: ReadonlyMap<string, readonly StoredWeight[]>) {
    this.#groups = groups
  }

  layers(specs: readonly LayerSpec[]): WeightScope[] {
    return specs.map(({ name }) => NamedWeights.of(this.#groups.get(name) ?? []))
  }

  part(): WeightScope {
    return this
  }

  take(slots: readonly WeightSlot[], layer: string): Float32Array[] {
    if (slots.length === 0) return []
    throw missing(slots[0]!, layer, [...this.#groups.keys()])
  }
}

/** True for equal lists of sizes. */
export function sameShape(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((size, axis) => size === other[axis])
}

/** The error for a weight that is not in the file, or has another shape there. */
export function missing(slot: WeightSlot, layer: string, there: readonly string[]): DataError {
  return new DataError({
    where: `layer ${layer}, weight ${slot.name}`,
    got:
      there.length === 0 ? 'no weight in the file' : `in the file ${there.slice(0, 6).join(', ')}`,
    expected: `a weight of shape (${slot.shape.join(', ')})`,
    remedy:
      'Save the model whole with model.save; description and weights do not belong together here.',
  })
}

interface Entry {
  readonly weight: StoredWeight
  readonly path: readonly string[]
}

function pathOf(name: string): string[] {
  return name.replace(/:\d+$/, '').split('/')
}

/** `kernel`, or `kernel_1` as Keras numbers repeated names. */
function isNamed(leaf: string, name: string): boolean {
  return leaf === name || (leaf.startsWith(`${name}_`) && /^\d+$/.test(leaf.slice(name.length + 1)))
}

function said({ weight }: Entry): string {
  return `${weight.name} of shape (${weight.shape.join(', ')})`
}
