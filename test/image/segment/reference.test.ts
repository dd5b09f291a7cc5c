import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  type BoundaryMode,
  boundaries,
  decodeRuns,
  encodeRuns,
} from '../../../src/image/segment/index.ts'
import { RandomState } from '../../../src/math/random-state.ts'
import {
  adjustedRand,
  decodeImage,
  decodeLabels,
  type EncodedArray,
  fixtures,
  segmentAsPython,
} from './reference.ts'

describe.each(fixtures)('segmentation of $name', ({ image: encoded, results, ...rest }) => {
  const image = decodeImage(encoded)

  it.each(results)(
    'is that of scikit-image 0.19.3, label for label: $algorithm $parameters',
    (one) => {
      const expected = decodeRuns(one.labels, image.width, image.height)
      const got = segmentAsPython(one.algorithm, image, one.parameters)
      expect(got).toEqual(expected)
      expect(got.count).toBe(one.segments)
    },
  )

  it.each(['thick', 'inner', 'outer'] as BoundaryMode[])(
    'has find_boundaries’ boundaries: %s',
    (mode) => {
      const map = decodeRuns(results.at(-1)!.labels, image.width, image.height)
      const got = Int32Array.from(boundaries(map, mode))
      expect(encodeRuns({ ...map, labels: got })).toEqual(rest.boundaries_of_last[mode])
    },
  )
})

interface SegmentationCase {
  readonly image: EncodedArray
  readonly expected: {
    readonly [name: string]: {
      readonly algorithm: string
      readonly parameters: { readonly [name: string]: number }
      readonly labels: EncodedArray
    }
  }
}

const folder = resolve(
  import.meta.dirname,
  '../../../',
  process.env.SODALIME_CONFORMANCE ?? '../shared/conformance',
)
const files = existsSync(folder)
  ? readdirSync(folder).filter((file) => file.startsWith('segmentation-'))
  : []
const floats = resolve(folder, 'image-float-quickshift-default.json')
if (files.length === 0) {
  console.log(
    `skipped: no conformance cases in ${folder}; set SODALIME_CONFORMANCE to their folder`,
  )
}

describe.skipIf(files.length === 0)('the conformance cases', () => {
  it.each(files)('agree with %s to an adjusted Rand index of 0.999', (file) => {
    const { image, expected } = JSON.parse(
      readFileSync(resolve(folder, file), 'utf8'),
    ) as SegmentationCase
    for (const { algorithm, parameters, labels } of Object.values(expected)) {
      const got = segmentAsPython(algorithm, decodeImage(image), parameters)
      expect(adjustedRand(got.labels, decodeLabels(labels))).toBeGreaterThanOrEqual(0.999)
    }
  })
})

describe.skipIf(!existsSync(floats))('the conformance case without a label map', () => {
  it('has the map of LIME’s default quickshift, whose seed is the first draw of its stream', () => {
    const { image, seed, expected } = JSON.parse(readFileSync(floats, 'utf8')) as {
      image: EncodedArray
      seed: number
      expected: { segments: EncodedArray }
    }
    const randomSeed = new RandomState(seed).randint(0, 1000)
    const got = segmentAsPython('quickshift', decodeImage(image), { random_seed: randomSeed })
    expect(adjustedRand(got.labels, decodeLabels(expected.segments))).toBe(1)
  })
})
