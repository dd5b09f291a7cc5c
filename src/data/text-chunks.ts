/**
 * The text of a file piece by piece, so that files of any size can be read: decoded as `decodeText` does, in pieces of a
 * megabyte that may end anywhere.
 */
import { createReadStream } from 'node:fs'
import { DataError } from '../contract/errors.ts'
import { makeDecoder, unreadable } from './bytes.ts'

/** Bytes that are read at once. */
export const CHUNK_BYTES = 1 << 20

/** Pieces of text, with the bytes of the file that are read so far. */
export interface TextChunk {
  readonly text: string
  readonly bytes: number
}

/** Reads a text file. Throws a DataError for a file that cannot be read or is no text. */
export async function* textChunks(path: string, encoding?: string): AsyncGenerator<TextChunk> {
  const stream = createReadStream(path, { highWaterMark: CHUNK_BYTES })
  let decoder: TextDecoder | undefined
  let bytes = 0
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      decoder ??= makeDecoder(encoding ?? guess(chunk), path)
      bytes += chunk.length
      if (encoding === undefined && decoder.encoding === 'utf-8' && chunk.includes(0)) {
        throw binary(path)
      }
      yield { text: decoded(decoder, chunk, path), bytes }
    }
    const rest = decoder === undefined ? '' : decoded(decoder, undefined, path)
    if (rest !== '') yield { text: rest, bytes }
  } catch (cause) {
    throw cause instanceof DataError ? cause : unreadable(path, cause)
  } finally {
    stream.destroy()
  }
}

/** The lines of a text file without their ends, empty ones too, with the bytes that are read so far. */
export async function* textLines(path: string, encoding?: string): AsyncGenerator<TextChunk> {
  let rest = ''
  let bytes = 0
  for await (const chunk of textChunks(path, encoding)) {
    bytes = chunk.bytes
    const lines = (rest + chunk.text).split('\n')
    rest = lines.pop()!
    if (rest.length > LONGEST_LINE) {
      throw new DataError({
        where: path,
        got: `a line of more than ${LONGEST_LINE} characters`,
        expected: 'one instance a line',
        remedy: 'Check that the file has the format that its ending says.',
      })
    }
    for (const line of lines) yield { text: line.endsWith('\r') ? line.slice(0, -1) : line, bytes }
  }
  if (rest !== '') yield { text: rest, bytes }
}

const LONGEST_LINE = 1 << 28

function guess(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  return 'utf-8'
}

function decoded(decoder: TextDecoder, chunk: Buffer | undefined, name: string): string {
  try {
    return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
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

function binary(name: string): DataError {
  return new DataError({
    where: name,
    got: 'binary data (it holds zero bytes)',
    expected: 'a text file',
    remedy:
      'Check that this is the file you meant; name another encoding if it is UTF-16 without its mark.',
  })
}
