/**
 * The weights of a .keras archive: folders named after classes and attributes, numbers instead of names.
 *
 * 1. A model's layers stand in `layers` (in Keras 2.12 `_layer_checkpoint_dependencies`), each under its class name in
 *    snake_case, the second of a class as `dense_1`, and so on. The layers' own names do not matter.
 * 2. A layer's own weights are `vars/0`, `vars/1`, … in the order in which the layer makes them.
 * 3. A layer that stands in the model several times is written only where Keras met it first. It is known again by its
 *    `shared_object_id`, or by class and name where the file has no such numbers.
 */
import type { LayerSpec } from './config.ts'
import {
  missing,
  type StoredWeight,
  sameShape,
  type WeightScope,
  type WeightSlot,
} from './weights.ts'

/** The datasets of a file by path; undefined where there is none. */
export type FindWeight = (path: string) => StoredWeight | undefined

const CONTAINERS = ['layers', '_layer_checkpoint_dependencies']

/** Weights below one folder. */
export class FolderWeights implements WeightScope {
  readonly #find: FindWeight
  /** Folders where this layer's weights may be, the likeliest first. */
  readonly #folders: readonly string[]
  /** Folders of the layers met so far, by `shared_object_id` and by class and name. */
  readonly #shared: Map<unknown, readonly string[]>

  constructor(
    find: FindWeight,
    folders: readonly string[] = [''],
    shared: Map<unknown, readonly string[]> = new Map(),
  ) {
    this.#find = find
    this.#folders = folders
    this.#shared = shared
  }

  layers(specs: readonly LayerSpec[]): WeightScope[] {
    const used = new Map<string, number>()
    return specs.map((spec) => {
      const snake = snakeCase(spec.className)
      const before = used.get(snake) ?? 0
      used.set(snake, before + 1)
      const folder = before === 0 ? snake : `${snake}_${before}`
      return this.#below(
        CONTAINERS.map((container) => `${container}/${folder}`),
        spec,
      )
    })
  }

  part(attributes: readonly string[], _name: string, spec?: LayerSpec): WeightScope {
    return this.#below(attributes, spec)
  }

  take(slots: readonly WeightSlot[], layer: string): Float32Array[] {
    const folder = this.#folders.find((one) => this.#find(`${one}vars/0`) !== undefined)
    return slots.map((slot, index) => {
      const stored = folder === undefined ? undefined : this.#find(`${folder}vars/${index}`)
      if (stored === undefined) throw missing(slot, layer, [])
      if (!sameShape(stored.shape, slot.shape)) {
        throw missing(slot, layer, [`${stored.name} of shape (${stored.shape.join(', ')})`])
      }
      return stored.read()
    })
  }

  #below(parts: readonly string[], spec: LayerSpec | undefined): FolderWeights {
    const folders = this.#folders.flatMap((folder) => parts.map((part) => `${folder}${part}/`))
    if (spec === undefined) return new FolderWeights(this.#find, folders, this.#shared)
    const elsewhere: string[] = []
    for (const key of [spec.sharedId, `${spec.className} ${spec.name}`]) {
      if (key === undefined) continue
      const known = this.#shared.get(key) ?? []
      elsewhere.push(...known)
      this.#shared.set(key, [...known, ...folders])
    }
    return new FolderWeights(this.#find, [...folders, ...elsewhere], this.#shared)
  }
}

/** Keras's own rule: `Conv2D` → `conv2d`, `BatchNormalization` → `batch_normalization`, `PReLU` → `p_re_lu`. */
function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
}
