/**
 * The bytes of a model, from a path, a URL, or memory, and of the files beside it that hold its weights.
 *
 * Files beside a model are read from its own folder only: a location that is absolute, climbs out by `..`, is a URL, or
 * leads out by a symbolic link is refused. The network is reached only where the caller gave an http(s) URL (or, in a
 * browser, a relative one).
 */
import { PredictorError } from '../../contract/index.ts'

/** Where a model comes from: a path (Node), a URL, or its bytes. */
export type ModelSource = string | URL | Uint8Array | ArrayBuffer

/** A model's bytes and its surroundings. */
export interface SourceBytes {
  /** The name for messages: the path or URL, or `the model's bytes`. */
  readonly name: string
  readonly bytes: Uint8Array
  /** Reads a file beside the model. Rejects with a PredictorError where it may not or cannot be read. */
  readonly readBeside: (location: string) => Promise<Uint8Array>
}

/** Reads a model. Rejects with a PredictorError that names the path or URL where that fails. */
export async function readSource(source: ModelSource): Promise<SourceBytes> {
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) {
    const name = 'the model given as bytes'
    return {
      name,
      bytes: source instanceof Uint8Array ? source : new Uint8Array(source),
      readBeside: async (location) => {
        throw refused(name, location, 'Load the model by its path or URL, or save it as one file.')
      },
    }
  }
  const name = String(source)
  const inNode = typeof process !== 'undefined' && process.versions?.node !== undefined
  const isRemote = /^(https?|blob|data):/i.test(name)
  return inNode && !isRemote ? readFromDisk(source, name) : readFromUrl(name)
}

async function readFromDisk(source: string | URL, name: string): Promise<SourceBytes> {
  const { readFile, realpath } = await import('node:fs/promises')
  const path = await import('node:path')
  const { fileURLToPath } = await import('node:url')
  const isUrl = source instanceof URL || name.startsWith('file:')
  const file = isUrl ? fileURLToPath(source) : name
  const read = async (at: string): Promise<Uint8Array> => {
    try {
      return await readFile(at)
    } catch (cause) {
      throw unreadable(at, cause, 'Check the path, and that the file may be read.')
    }
  }
  const readBeside = async (location: string): Promise<Uint8Array> => {
    checkLocation(file, location)
    const folder = await realpath(path.dirname(file))
    const beside = path.join(folder, location)
    const real = await realpath(beside).catch((cause: unknown) => {
      throw unreadable(beside, cause, `It holds weights of ${file}; put it beside the model.`)
    })
    if (!real.startsWith(folder + path.sep) && folder !== path.parse(folder).root) {
      throw refused(file, location, 'It leads out of the folder by a symbolic link.')
    }
    return read(real)
  }
  return { name: file, bytes: await read(file), readBeside }
}

async function readFromUrl(name: string): Promise<SourceBytes> {
  const read = async (url: string): Promise<Uint8Array> => {
    let response: Response
    try {
      response = await fetch(url)
    } catch (cause) {
      throw unreadable(url, cause, 'Check the URL and the connection.')
    }
    if (!response.ok) {
      throw unreadable(
        url,
        `status ${response.status}`,
        'Check the URL, and whether it needs a login.',
      )
    }
    return new Uint8Array(await response.arrayBuffer())
  }
  const readBeside = async (location: string): Promise<Uint8Array> => {
    checkLocation(name, location)
    return read(new URL(location, new URL(name, globalThis.location?.href)).href)
  }
  return { name, bytes: await read(name), readBeside }
}

function checkLocation(model: string, location: string): void {
  const steps = location.split(/[\\/]/)
  const leaves =
    location === '' ||
    steps.includes('..') ||
    /^[\\/]/.test(location) ||
    /^[a-z][a-z0-9+.-]*:/i.test(location) ||
    location.includes('\0')
  if (leaves) throw refused(model, location, 'Nothing outside of it is read for a model.')
}

function refused(model: string, location: string, why: string): PredictorError {
  return new PredictorError({
    where: model,
    got: `weights in another file, ${JSON.stringify(location)}`,
    expected: "files in the model's own folder",
    remedy: why,
  })
}

function unreadable(where: string, cause: unknown, remedy: string): PredictorError {
  const code = (cause as { code?: unknown } | undefined)?.code
  const text = cause instanceof Error ? cause.message : String(cause)
  return new PredictorError({
    where,
    got: code === 'ENOENT' ? 'no such file' : text,
    expected: 'a model file',
    remedy,
    cause,
  })
}
