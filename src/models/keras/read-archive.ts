/**
 * Keras's archives (`.keras`): a zip with `config.json`, `metadata.json` and `model.weights.h5`.
 *
 * Sizes are summed from the zip's directory before anything is inflated, and inflating stops at the declared size, so
 * that neither an honest nor a lying zip bomb takes more than `maxBytes`; one that packs far better than weights do is
 * refused unread.
 */
import { DataError } from '../../contract/errors.ts'
import { FolderWeights } from './folder-weights.ts'
import { openHdf5 } from './hdf5.ts'
import { asObject, parseJson } from './json.ts'
import type { MemoryBudget } from './memory.ts'
import type { OpenNetwork } from './read-h5.ts'

const FILES = ['config.json', 'metadata.json', 'model.weights.h5']
/** A description of more than this is none. */
const MAX_JSON_BYTES = 2 ** 26
/** Weights hardly pack at all: more than this that packs a hundredfold is none. */
const MAX_PACKED_BYTES = 2 ** 26
const MOST_PACKED = 100

/** Opens a `.keras` archive. */
export async function readArchive(
  bytes: Uint8Array,
  where: string,
  budget: MemoryBudget,
): Promise<OpenNetwork> {
  const files = await unzip(bytes, where, budget)
  const [config, metadata, weights] = FILES.map((name) => files.get(name))
  if (config === undefined || weights === undefined) {
    const lacking = config === undefined ? 'config.json' : 'model.weights.h5'
    throw new DataError({
      where,
      got: `a zip archive without ${lacking}`,
      expected: 'a .keras archive as model.save writes it',
      remedy: 'Save the model again with model.save("model.keras").',
    })
  }
  const parse = (name: string, file: Uint8Array) =>
    asObject(parseJson(new TextDecoder().decode(file), `${where}, ${name}`), `${where}, ${name}`)
  const model = parse('config.json', config)
  const about = metadata === undefined ? {} : parse('metadata.json', metadata)
  const file = await openHdf5(weights, `${where}, model.weights.h5`, budget)
  const version = about.keras_version
  try {
    return {
      where,
      format: 'keras-zip',
      kerasVersion: typeof version === 'string' ? version : '3',
      className: String(model.class_name),
      config: asObject(model.config, `${where}, config.json`),
      weights: new FolderWeights((path) => file.dataset(path)),
      close: file.close,
    }
  } catch (error) {
    file.close()
    throw error
  }
}

async function unzip(
  bytes: Uint8Array,
  where: string,
  budget: MemoryBudget,
): Promise<Map<string, Uint8Array>> {
  const { unzipSync } = await import('fflate')
  const declared = new Map<string, number>()
  let files: { [name: string]: Uint8Array }
  try {
    files = unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        if (!FILES.includes(name)) return false
        if (name.endsWith('.json') && originalSize > MAX_JSON_BYTES) {
          throw bomb(where, `${name} of ${originalSize} bytes`)
        }
        if (originalSize > MAX_PACKED_BYTES && originalSize > MOST_PACKED * size) {
          throw bomb(where, `${size} bytes that unpack to ${originalSize}, ${name}`)
        }
        if (declared.has(name)) throw bomb(where, `two files called ${name}`)
        budget.take(originalSize, `${where}, ${name}`)
        declared.set(name, originalSize)
        return true
      },
    })
  } catch (cause) {
    if (cause instanceof DataError) throw cause
    throw new DataError({
      where,
      got: `a damaged zip archive (${cause instanceof Error ? cause.message : String(cause)})`,
      expected: 'a .keras archive as model.save writes it',
      remedy: 'Check that the download is complete.',
      cause,
    })
  }
  const found = new Map<string, Uint8Array>()
  for (const [name, size] of declared) {
    const file = files[name]
    if (file?.length !== size) throw bomb(where, `${name} of another size than it declares`)
    found.set(name, file)
  }
  return found
}

function bomb(where: string, got: string): DataError {
  return new DataError({
    where,
    got,
    expected: 'a .keras archive as model.save writes it',
    remedy: 'Get the file from a source that you trust.',
  })
}
