/**
 * Keras's HDF5 files (`.h5`, `.hdf5`), as Keras 1, 2 and 3 write them with `model.save`.
 *
 * 1. The attribute `model_config` describes the network, `keras_version` says by whom.
 * 2. The group `model_weights` lists its layers in `layer_names`, each of their groups its weights in `weight_names`.
 *    Lists that are too long for one attribute are cut into `layer_names0`, `layer_names1`, ….
 */
import { DataError } from '../../contract/errors.ts'
import { type Hdf5, openHdf5 } from './hdf5.ts'
import { asObject, parseJson } from './json.ts'
import type { MemoryBudget } from './memory.ts'
import type { KerasNetwork } from './translate.ts'
import { GroupedWeights, type StoredWeight } from './weights.ts'

/** A network whose file is to be closed when its weights have been read. */
export interface OpenNetwork extends KerasNetwork {
  readonly close: () => void
}

/** Opens a file of Keras's older form. */
export async function readH5(
  bytes: Uint8Array,
  where: string,
  budget: MemoryBudget,
): Promise<OpenNetwork> {
  const file = await openHdf5(bytes, where, budget)
  try {
    return { ...describe(file, where), close: file.close }
  } catch (error) {
    file.close()
    throw error
  }
}

function describe(file: Hdf5, where: string): KerasNetwork {
  const text = file.attribute('', 'model_config')
  if (typeof text !== 'string') {
    throw new DataError({
      where,
      got:
        file.hasGroup('model_weights') || file.attribute('', 'layer_names') !== undefined
          ? 'weights without the description of a network'
          : 'an HDF5 file without a model',
      expected: 'a whole Keras model',
      remedy: 'Save it in Python with model.save(path), not with save_weights.',
    })
  }
  const model = asObject(parseJson(text, `${where}, model_config`), `${where}, model_config`)
  const version =
    file.attribute('', 'keras_version') ?? file.attribute('model_weights', 'keras_version')
  const config = model.config
  return {
    where,
    format: 'keras-h5',
    kerasVersion: typeof version === 'string' ? version : '2',
    className: String(model.class_name),
    config: Array.isArray(config) ? { layers: config } : asObject(config, `${where}, model_config`),
    weights: new GroupedWeights(readGroups(file)),
  }
}

function readGroups(file: Hdf5): Map<string, StoredWeight[]> {
  const groups = new Map<string, StoredWeight[]>()
  const root = file.hasGroup('model_weights') ? 'model_weights' : ''
  for (const layer of names(file, root, 'layer_names')) {
    const group = root === '' ? layer : `${root}/${layer}`
    const weights: StoredWeight[] = []
    for (const name of names(file, group, 'weight_names')) {
      const stored = file.dataset(`${group}/${name}`)
      if (stored !== undefined) weights.push({ ...stored, name })
    }
    groups.set(layer, weights)
  }
  return groups
}

function names(file: Hdf5, path: string, attribute: string): string[] {
  const whole = file.attribute(path, attribute)
  if (whole !== undefined) return typeof whole === 'string' ? [whole] : [...whole]
  const parts: string[] = []
  for (let chunk = 0; ; chunk++) {
    const part = file.attribute(path, `${attribute}${chunk}`)
    if (part === undefined) return parts
    parts.push(...(typeof part === 'string' ? [part] : part))
  }
}
