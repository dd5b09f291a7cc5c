/** Pictures and label maps of the reference, as the fixtures and the conformance cases write them. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RasterImage } from '../../../src/contract/instance.ts'
import { felzenszwalb, type LabelMap, quickshift, slic } from '../../../src/image/segment/index.ts'

export interface EncodedArray {
  readonly shape: readonly [number, number, number?]
  readonly dtype: string
  readonly base64: string
}

export interface FixtureCase {
  readonly name: string
  readonly image: EncodedArray
  readonly results: readonly {
    readonly algorithm: string
    readonly parameters: { readonly [name: string]: number | boolean }
    readonly segments: number
    readonly labels: readonly number[]
  }[]
  readonly boundaries_of_last: { readonly [mode: string]: readonly number[] }
}

const root = resolve(import.meta.dirname, '../../..')
const path = resolve(root, 'test/fixtures/image/segmentation.json')

/** What scikit-image 0.19.3 answers; written by tools/segmentation-reference.py. */
export const fixtures = (JSON.parse(readFileSync(path, 'utf8')) as { cases: FixtureCase[] }).cases

export function decodeImage(encoded: EncodedArray): RasterImage {
  const [height, width, channels = 1] = encoded.shape
  const { buffer } = new Uint8Array(Buffer.from(encoded.base64, 'base64'))
  const data = encoded.dtype === 'uint8' ? new Uint8Array(buffer) : new Float64Array(buffer)
  return { data, width, height, channels }
}

export function decodeLabels(encoded: EncodedArray): number[] {
  const { buffer } = new Uint8Array(Buffer.from(encoded.base64, 'base64'))
  if (encoded.dtype === 'uint16') return Array.from(new Uint16Array(buffer))
  if (encoded.dtype === 'int64') return Array.from(new BigInt64Array(buffer), Number)
  return Array.from(new Int32Array(buffer))
}

/** Runs an algorithm by its Python name with Python's parameters. */
export function segmentAsPython(
  algorithm: string,
  image: RasterImage,
  parameters: { readonly [name: string]: number | boolean },
): LabelMap {
  const options = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  )
  if (algorithm === 'quickshift') return quickshift(image, options)
  if (algorithm === 'slic') return slic(image, options)
  return felzenszwalb(image, options)
}

/** Agreement of two partitions beyond chance (L. Hubert, P. Arabie: Comparing partitions, 1985); 1 = equal. */
export function adjustedRand(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const both = new Map<string, number>()
  const first = new Map<number | undefined, number>()
  const second = new Map<number | undefined, number>()
  const add = <Key>(counts: Map<Key, number>, key: Key) =>
    counts.set(key, (counts.get(key) ?? 0) + 1)
  for (let i = 0; i < a.length; i++) {
    add(both, `${a[i]},${b[i]}`)
    add(first, a[i])
    add(second, b[i])
  }
  const pairs = (counts: Map<unknown, number>) =>
    [...counts.values()].reduce((sum, n) => sum + (n * (n - 1)) / 2, 0)
  const chance = (pairs(first) * pairs(second)) / ((a.length * (a.length - 1)) / 2)
  const most = (pairs(first) + pairs(second)) / 2
  return most === chance ? 1 : (pairs(both) - chance) / (most - chance)
}
