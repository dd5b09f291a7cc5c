/**
 * `segmentation` cases: every algorithm with its parameters; agreement is the adjusted Rand index, at least 0.999.
 */
import { felzenszwalb, type LabelMap, quickshift, slic } from '../../src/image/index.ts'
import { type EncodedArray, readArray } from './arrays.ts'
import type { Comparison } from './compare.ts'
import { rasterOf } from './image.ts'
import { fromPython } from './python-options.ts'

export interface SegmentationCase {
  readonly image: EncodedArray
  readonly expected: {
    readonly [name: string]: {
      readonly algorithm: string
      readonly parameters: { readonly [name: string]: unknown }
      readonly labels: EncodedArray
    }
  }
}

const LEAST_AGREEMENT = 0.999

export function runSegmentation(test: SegmentationCase, comparison: Comparison): void {
  const image = rasterOf(test.image)
  for (const [name, { algorithm, parameters, labels }] of Object.entries(test.expected)) {
    const options = fromPython(parameters)
    const algorithms: { readonly [algorithm: string]: () => LabelMap } = {
      quickshift: () => quickshift(image, options),
      slic: () => slic(image, options),
      felzenszwalb: () => felzenszwalb(image, options),
    }
    const map = algorithms[algorithm]!()
    compareSegments(comparison, name, map.labels, readArray(labels).data)
  }
}

/** Reports partitions that agree too little. */
export function compareSegments(
  comparison: Comparison,
  what: string,
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
): void {
  const same = got.length === expected.length
  const agreement = same ? adjustedRand(got, expected) : 0
  comparison.holds(
    `${what}, agreement`,
    agreement >= LEAST_AGREEMENT,
    agreement,
    `at least ${LEAST_AGREEMENT}`,
  )
}

/** Agreement of two partitions beyond chance (L. Hubert, P. Arabie: Comparing partitions, 1985); 1 = equal. */
export function adjustedRand(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const both = new Map<number, number>()
  const first = new Map<number, number>()
  const second = new Map<number, number>()
  const add = (counts: Map<number, number>, key: number) =>
    counts.set(key, (counts.get(key) ?? 0) + 1)
  for (let i = 0; i < a.length; i++) {
    add(both, a[i]! * 2 ** 24 + b[i]!)
    add(first, a[i]!)
    add(second, b[i]!)
  }
  const pairs = (counts: Map<number, number>) =>
    [...counts.values()].reduce((total, n) => total + (n * (n - 1)) / 2, 0)
  const chance = (pairs(first) * pairs(second)) / ((a.length * (a.length - 1)) / 2)
  const most = (pairs(first) + pairs(second)) / 2
  return most === chance ? 1 : (pairs(both) - chance) / (most - chance)
}
