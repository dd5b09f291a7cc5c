/**
 * Bytes and texts of files, with errors that say which file and what is wrong with it.
 *
 * Node's file system is loaded only when a path is read, so that the pure readers beside this file run in browsers.
 */
import { DataError } from '../contract/errors.ts'

/** All bytes of a file. Throws a DataError for a path that does not exist, is a folder, or may not be read. */
export async function readBytes(path: string): Promise<Uint8Array> {
  const { readFile } = await import('node:fs/promises')
  try {
    return await readFile(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

/**
 * The text of some bytes. Without `encoding`: UTF-8, or UTF-16 where the bytes begin with its mark. Throws a DataError
 * for bytes that are no text, and for an encoding that does not exist. `name` is the file the message speaks of.
 */
export function decodeText(bytes: Uint8Array, name: string, encoding?: string): string {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  const guessed = utf16 ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8'
  const decoder = makeDecoder(encoding ?? guessed, name)
  if (!utf16 && encoding === undefined && bytes.subarray(0, 65536).includes(0)) {
    throw new DataError({
      where: name,
      got: 'binary data (it holds zero bytes)',
      expected: 'a text file',
      remedy:
        'Check that this is the file you meant; name another encoding if it is UTF-16 without its mark.',
    })
  }
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new DataError({
      where: name,
      got: `bytes that are not ${decoder.encoding.toUpperCase()}`,
      expected: 'a text file in UTF-8',
      remedy: 'Name the encoding of older files, for example latin1.',
      cause,
    })
  }
}

/** The ending of a path in lower case, dot included: `.csv`; empty where there is none. */
export function extensionOf(path: string): string {
  const file = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
  const dot = file.lastIndexOf('.')
  return dot > 0 ? file.slice(dot).toLowerCase() : ''
}

/** The DataError for a path that the file system refused. */
export function unreadable(path: string, cause: unknown): DataError {
  const code = (cause as { code?: string }).code
  const [got, remedy] =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? ['no such file', 'Check the path; a relative one starts at the current folder.']
      : code === 'EISDIR'
        ? ['a folder', 'Name the file inside it.']
        : code === 'EACCES' || code === 'EPERM'
          ? ['a file that may not be read', 'Check its permissions.']
          : [
              `an error of the file system (${code ?? String(cause)})`,
              'Check the path and the disk.',
            ]
  return new DataError({ where: path, got, expected: 'a readable file', remedy, cause })
}

/** A decoder that refuses bytes that are not of its encoding; throws a DataError for an encoding that does not exist. */
export function makeDecoder(encoding: string, name: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding, { fatal: true })
  } catch (cause) {
    throw new DataError({
      where: `${name}, encoding`,
      got: JSON.stringify(encoding),
      expected: 'the name of an encoding, such as utf-8, latin1 or utf-16le',
      remedy: 'Leave it out for UTF-8.',
      cause,
    })
  }
}
