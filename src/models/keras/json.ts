/**
 * JSON from files that nobody vouches for: bounded in depth, and objects that are checked before they are used.
 */
import { DataError } from '../../contract/errors.ts'

/** An object of a JSON file, about which nothing is known yet. */
export type Config = { readonly [name: string]: unknown }

const MAX_DEPTH = 256

/** JSON that is nested at most 256 levels deep; a DataError otherwise, naming `where`. */
export function parseJson(text: string, where: string): unknown {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === 0x22) {
      at = endOfString(text, at)
    } else if (char === 0x7b || char === 0x5b) {
      if (++depth > MAX_DEPTH) {
        throw new DataError({
          where,
          got: `JSON nested more than ${MAX_DEPTH} levels deep`,
          expected: 'the description of a network',
          remedy: 'No real model is nested so deeply; get the file from a source that you trust.',
        })
      }
    } else if (char === 0x7d || char === 0x5d) depth--
  }
  try {
    return JSON.parse(text)
  } catch {
    // Python writes NaN and Infinity, which JSON does not have; they stand in settings of training.
  }
  try {
    return JSON.parse(text.replace(/(-?Infinity|NaN)(?<=[[:,]\s?\1)(?=\s?[,\]}])/g, 'null'))
  } catch (cause) {
    throw new DataError({
      where,
      got: `${JSON.stringify(text.slice(0, 40))}…, which is no JSON`,
      expected: 'the description of a network as JSON',
      remedy: 'Save the model again; the file may be cut off.',
      cause,
    })
  }
}

/** `value` as an object; a DataError naming `where` otherwise. */
export function asObject(value: unknown, where: string): Config {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Config
  throw new DataError({
    where,
    got: describe(value),
    expected: 'an object',
    remedy: 'Save the model again with model.save; the file is damaged or of another kind.',
  })
}

/** A value for a message, shortened. */
export function describe(value: unknown): string {
  return value === undefined ? 'nothing' : `${JSON.stringify(value)?.slice(0, 60)}`
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charCodeAt(at) !== 0x22)
    at += text.charCodeAt(at) === 0x5c ? 2 : 1
  return at
}
