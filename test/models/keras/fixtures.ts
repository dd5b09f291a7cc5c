/**
 * The files that `tools/make-keras-fixtures.py` made with real Keras, with Keras's own answers.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const FOLDER = new URL('../../fixtures/keras/', import.meta.url)

/** An array of NumPy. */
export interface NumbersOf {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

/** One model: what went in, and what Keras answered. */
export interface Group {
  readonly inputs: readonly NumbersOf[]
  readonly outputs: readonly NumbersOf[]
}

/** Versions of Keras that wrote files, and the forms of file. */
export const VERSIONS = ['k2', 'k3'] as const
export const FORMATS = ['h5', 'keras'] as const

/** All groups of one version, and the version in full. */
export function expectedOf(version: string): {
  readonly keras: string
  readonly groups: { readonly [name: string]: Group }
} {
  return JSON.parse(gunzipSync(readFileSync(new URL(`${version}.json.gz`, FOLDER))).toString())
}

/** The bytes of a model. */
export function modelBytes(group: string, version: string, format: string): Uint8Array {
  if (format === 'keras') return readFileSync(new URL(`${group}.${version}.keras`, FOLDER))
  return gunzipSync(readFileSync(new URL(`${group}.${version}.h5.gz`, FOLDER)))
}

/** The largest difference to expected numbers, over 1 + |expected|. */
export function worstError(actual: ArrayLike<number>, expected: readonly number[]): number {
  let worst = 0
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(Number(actual[i]) - expected[i]!) / (1 + Math.abs(expected[i]!))
    if (!(error <= worst)) worst = error
  }
  return worst
}
