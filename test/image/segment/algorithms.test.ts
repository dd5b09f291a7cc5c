import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError, OptionError, ShapeError } from '../../../src/contract/errors.ts'
import type { RasterImage } from '../../../src/contract/instance.ts'
import {
  felzenszwalb,
  gridSegments,
  type LabelMap,
  quickshift,
  segmentAreas,
  slic,
} from '../../../src/image/segment/index.ts'

const anyImage = fc
  .tuple(
    fc.integer({ min: 1, max: 14 }),
    fc.integer({ min: 1, max: 14 }),
    fc.constantFrom(1, 3, 4),
    fc.integer({ min: 2, max: 256 }),
  )
  .chain(([width, height, channels, colours]) => {
    const length = width * height * channels
    return fc
      .array(fc.nat(colours - 1), { minLength: length, maxLength: length })
      .map((data): RasterImage => ({ data: Uint8Array.from(data), width, height, channels }))
  })

const algorithms: [string, (image: RasterImage) => LabelMap][] = [
  ['quickshift', (image) => quickshift(image, { kernelSize: 1.5, maxDist: 8 })],
  ['slic', (image) => slic(image, { nSegments: 6 })],
  ['slic in pieces', (image) => slic(image, { nSegments: 6, enforceConnectivity: false })],
  ['felzenszwalb', (image) => felzenszwalb(image, { scale: 30, sigma: 0.4, minSize: 4 })],
  ['a grid', (image) => gridSegments(image, { rows: 3, columns: 5 })],
]

describe.each(algorithms)('%s', (_, segment) => {
  it('labels every pixel of any picture, 0…K−1 without gaps', () => {
    fc.assert(
      fc.property(anyImage, (image) => {
        const map = segment(image)
        expect(map.labels.length).toBe(image.width * image.height)
        expect(map.count).toBe(Math.max(...map.labels) + 1)
        expect(Math.min(...segmentAreas(map))).toBeGreaterThan(0)
      }),
    )
  })

  it('makes one segment of a picture of 1 × 1', () => {
    const map = segment({ data: Uint8Array.of(9, 8, 7), width: 1, height: 1, channels: 3 })
    expect(map).toEqual({ labels: Int32Array.of(0), width: 1, height: 1, count: 1 })
  })

  it('gives the same map for bytes and for the floats that these are, and leaves the picture alone', () => {
    fc.assert(
      fc.property(anyImage, (image) => {
        const data = Float64Array.from(image.data, (value) => value * (1 / 255))
        const kept = data.slice()
        expect(segment({ ...image, data })).toEqual(segment(image))
        expect(data).toEqual(kept)
      }),
    )
  })

  it('sees a grey picture as one of three equal channels', () => {
    fc.assert(
      fc.property(anyImage, (image) => {
        const n = image.width * image.height
        const grey = { ...image, channels: 1, data: image.data.slice(0, n) }
        const data = Uint8Array.from({ length: 3 * n }, (_, i) => image.data[Math.floor(i / 3)]!)
        expect(segment(grey)).toEqual(segment({ ...image, channels: 3, data }))
      }),
    )
  })
})

describe('slic', () => {
  it('gives segments in one piece, none smaller than half the mean, where no corner is left over', () => {
    fc.assert(
      fc.property(anyImage, (image) => {
        const map = slic(image, { nSegments: 6, minSizeFactor: 0 })
        expect(pieces(map)).toBe(map.count)
      }),
    )
  })

  it('does not depend on where Python would begin to count', () => {
    const image = checks(20, 30)
    expect(slic(image, { startLabel: 0 })).toEqual(slic(image, { startLabel: 1 }))
  })
})

describe('felzenszwalb', () => {
  it('leaves no segment under minSize, unless the picture itself is smaller', () => {
    fc.assert(
      fc.property(anyImage, fc.integer({ min: 0, max: 30 }), (image, minSize) => {
        const map = felzenszwalb(image, { scale: 5, sigma: 0, minSize })
        const least = Math.min(minSize, image.width * image.height)
        expect(Math.min(...segmentAreas(map))).toBeGreaterThanOrEqual(least)
      }),
    )
  })

  it('keeps the colours of a checkerboard apart, and joins them where the scale allows it', () => {
    const image = checks(8, 8)
    expect(felzenszwalb(image, { scale: 1, sigma: 0, minSize: 0 }).count).toBe(2)
    expect(felzenszwalb(image, { scale: 1e6, sigma: 0, minSize: 0 }).count).toBe(1)
  })
})

describe('a grid', () => {
  it('has cells that differ by one row and one column at most', () => {
    const map = gridSegments({ width: 10, height: 7 }, { rows: 3, columns: 4 })
    // Rows of 2, 2 and 3 pixels, columns of 2, 3, 2 and 3.
    expect([...segmentAreas(map)]).toEqual([4, 6, 4, 6, 4, 6, 4, 6, 6, 9, 6, 9])
    expect([...map.labels.slice(0, 10)]).toEqual([0, 0, 1, 1, 1, 2, 2, 3, 3, 3])
  })
})

describe('what cannot be segmented', () => {
  const image = checks(4, 4)

  it('is refused: pictures of another size than their data, of no pixels, with two channels, with NaN', () => {
    expect(() => quickshift({ ...image, width: 5 })).toThrow(ShapeError)
    expect(() => slic({ ...image, width: 0, data: new Uint8Array() })).toThrow(ShapeError)
    expect(() => felzenszwalb({ ...image, channels: 2 })).toThrow(ShapeError)
    const data = Float64Array.from(image.data)
    data[13] = Number.NaN
    expect(() => quickshift({ ...image, data })).toThrow(DataError)
    expect(() => quickshift({ ...image, data })).toThrow(/row 1, column 0/)
  })

  it('is refused: options out of range, and unknown ones with the nearest name', () => {
    expect(() => quickshift(image, { kernelSize: 0.5 })).toThrow(OptionError)
    expect(() => slic(image, { compactness: 0 })).toThrow(/number above 0/)
    expect(() => slic(image, { nSegments: 2.5 })).toThrow(/an integer from 1/)
    expect(() => felzenszwalb(image, { sigma: -1 })).toThrow(OptionError)
    expect(() => gridSegments(image, { rows: 0 })).toThrow(OptionError)
    expect(() => quickshift(image, { kernel_size: 4 } as object)).toThrow(/kernelSize\?/)
  })
})

/** A checkerboard of single pixels in two colours. */
function checks(width: number, height: number): RasterImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3)
    return ((pixel % width) + Math.floor(pixel / width)) % 2 === 0 ? 20 : 220
  })
  return { data, width, height, channels: 3 }
}

/** How many parts of equal labels hang together by their sides. */
function pieces({ labels, width }: LabelMap): number {
  const seen = new Uint8Array(labels.length)
  let count = 0
  for (let first = 0; first < labels.length; first++) {
    if (seen[first]) continue
    count++
    const pending = [first]
    seen[first] = 1
    while (pending.length > 0) {
      const i = pending.pop()!
      const sides = [i - width, i + width]
      if (i % width > 0) sides.push(i - 1)
      if (i % width < width - 1) sides.push(i + 1)
      for (const j of sides) {
        if (seen[j] !== 0 || labels[j] !== labels[i]) continue
        seen[j] = 1
        pending.push(j)
      }
    }
  }
  return count
}
