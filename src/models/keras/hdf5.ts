/**
 * Reading HDF5 with h5wasm, from memory only.
 *
 * The file lies in h5wasm's own memory file system, so that links of a file to other files lead nowhere. Nothing is
 * walked: attributes and datasets are asked for by path, each of a size that is compared first, so that cycles of links
 * and datasets that claim to be huge do no harm.
 */
import { DataError, MissingDependencyError, SodalimeError } from '../../contract/errors.ts'
import { damagedHeap } from './global-heaps.ts'
import type { MemoryBudget } from './memory.ts'
import type { StoredWeight } from './weights.ts'

/** An open HDF5 file. */
export interface Hdf5 {
  /** An attribute as text or texts; undefined where there is none. */
  readonly attribute: (path: string, name: string) => string | readonly string[] | undefined
  readonly hasGroup: (path: string) => boolean
  /** A dataset of numbers, not yet read. */
  readonly dataset: (path: string) => StoredWeight | undefined
  readonly close: () => void
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

let opened = 0

/** Opens an HDF5 file. Rejects with a DataError where the bytes are none, or cut off. */
export async function openHdf5(
  bytes: Uint8Array,
  where: string,
  budget: MemoryBudget,
): Promise<Hdf5> {
  if (!SIGNATURE.every((byte, at) => bytes[at] === byte)) {
    throw new DataError({
      where,
      got: 'bytes that are no HDF5',
      expected: 'an HDF5 file (.h5, .hdf5) or a .keras archive',
      remedy: 'Check that the download is complete and that the extension is right.',
    })
  }
  const heap = damagedHeap(bytes)
  if (heap !== undefined) {
    throw new DataError({
      where,
      got: `an HDF5 file whose texts are damaged (global heap at byte ${heap})`,
      expected: 'a readable HDF5 file',
      remedy: 'The file is damaged or cut off; get it again.',
    })
  }
  const h5 = await loadLibrary()
  const library = await h5.ready
  const { FS } = library
  const path = `/sodalime-${opened++}.h5`
  FS.writeFile(path, bytes)
  const guard = <Result>(what: string, read: () => Result): Result => {
    // Without this the library prints what is wrong with a file.
    library.activate_throwing_error_handler()
    try {
      return read()
    } catch (cause) {
      if (cause instanceof SodalimeError) throw cause
      throw new DataError({
        where: `${where}, ${what}`,
        got: reasonOf(cause),
        expected: 'a readable HDF5 file',
        remedy: 'The file is damaged or cut off; get it again.',
        cause,
      })
    } finally {
      library.deactivate_throwing_error_handler()
    }
  }
  const close = () => {
    try {
      file?.close()
    } finally {
      FS.unlink(path)
    }
  }
  let file: InstanceType<Library['File']> | undefined
  try {
    file = guard('opening', () => {
      const made = new h5.File(path, 'r')
      if (made.file_id < 0n) throw new Error('no HDF5 file, or one that is cut off')
      return made
    })
  } catch (error) {
    close()
    throw error
  }
  const find = (at: string) => (at === '' ? file : file.get(at))
  return {
    attribute: (at, name) =>
      guard(`${at} attribute ${name}`, () => {
        const found = find(at)
        if (found === null || found === undefined || !('attrs' in found)) return undefined
        const attribute = found.attrs[name]
        // A damaged count would have the library look for more texts than the file has bytes.
        const texts = (attribute?.shape ?? []).reduce((one, other) => one * other, 1)
        if (texts > bytes.length) throw new Error(`a list of ${texts} texts`)
        return textOf(attribute?.value)
      }),
    hasGroup: (at) => {
      const found = guard(at, () => find(at))
      return found !== null && found !== undefined && found instanceof h5.Group
    },
    dataset: (at) => {
      const found = guard(at, () => find(at))
      if (!(found instanceof h5.Dataset)) return undefined
      const shape = guard(at, () => found.shape) ?? []
      return {
        name: at,
        shape,
        read: () => {
          const count = shape.reduce((one, other) => one * other, 1)
          budget.take(count * 4, `${where}, ${at}`)
          return guard(at, () => floats(found.value, count))
        },
      }
    },
    close,
  }
}

type Library = typeof import('h5wasm').default & typeof import('h5wasm')

async function loadLibrary(): Promise<Library> {
  try {
    return (await import('h5wasm')) as unknown as Library
  } catch (cause) {
    throw new MissingDependencyError({
      where: 'loadKeras',
      got: 'no package h5wasm',
      expected: 'h5wasm, which reads HDF5 files',
      remedy: 'Install it: npm install h5wasm',
      cause,
    })
  }
}

/** HDF5 tells a whole stack; its innermost line says most. */
function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  const lines = [...text.matchAll(/line \d+ in \w+\(\): (.*)/g)]
  return (lines.at(-1)?.[1] ?? text.split('\n')[0]!).slice(0, 200)
}

function textOf(value: unknown): string | readonly string[] | undefined {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  // An empty list of names comes back as an empty array of numbers.
  if (ArrayBuffer.isView(value)) return []
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
  return undefined
}

function floats(value: unknown, count: number): Float32Array {
  let values: Float32Array | undefined
  if (value instanceof Float32Array) values = value
  else if (typeof value === 'number') values = Float32Array.of(value)
  else if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    values = Float32Array.from(value as unknown as ArrayLike<number>, Number)
  } else if (Array.isArray(value)) values = Float32Array.from(value.flat(8), Number)
  if (values === undefined || values.length !== count) {
    throw new Error(`${values === undefined ? 'no' : values.length} numbers instead of ${count}`)
  }
  return values
}
