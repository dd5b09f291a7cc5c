/**
 * Pictures as they come, in the one form in which they are explained: a `RasterImage`.
 *
 * 1. A canvas's `ImageData` becomes RGB bytes; its transparency is dropped, as models drop it.
 * 2. Grey, RGB and RGBA pictures of bytes or floats stay as they are, and so does what the model gets. Only
 *    `compatibility: 'python'` makes three equal channels of a grey one.
 */
import { DataError } from '../contract/errors.ts'
import type { RasterImage } from '../contract/instance.ts'
import { checkImage } from './segment/raster.ts'

/** What can be explained: a picture, or what a browser's canvas gives. */
export type Picture =
  | RasterImage
  | {
      readonly data: Uint8ClampedArray
      readonly width: number
      readonly height: number
      readonly channels?: undefined
    }

/** Numbers (pixels × channels) that a picture may have: perturbations are as large as the picture. */
export const MOST_NUMBERS = 100_000_000

/** The picture, checked. Throws a ShapeError or DataError for one that is none, holds NaN, or is too large. */
export function toRaster(picture: Picture, where: string, greyToRgb = false): RasterImage {
  if (typeof picture !== 'object' || picture === null || !ArrayBuffer.isView(picture.data)) {
    throw new DataError({
      where: `${where}, image`,
      got: picture === null ? 'null' : `a value of type ${typeof picture} without pixels`,
      expected: '{ data, width, height, channels }, or ImageData',
      remedy: "Read a file with readImage of 'sodalime/data', or take a canvas's getImageData.",
    })
  }
  const { data, width, height } = picture
  if (data.length > MOST_NUMBERS) {
    throw new DataError({
      where: `${where}, image`,
      got: `${width} × ${height} pixels`,
      expected: `at most ${MOST_NUMBERS / 1e6} million numbers, pixels times channels`,
      remedy:
        'Reduce it first: readImage takes maxPixels. Models see far smaller pictures, and each sample is as large as this one.',
    })
  }
  if (picture.channels === undefined) return withoutAlpha(data as Uint8ClampedArray, width, height)
  checkImage(where, picture)
  return greyToRgb && picture.channels === 1 ? inColour(picture) : picture
}

function withoutAlpha(data: Uint8ClampedArray, width: number, height: number): RasterImage {
  checkImage('ImageData', { data, width, height, channels: 4 })
  const rgb = new Uint8Array(width * height * 3)
  for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
    rgb[to] = data[from]!
    rgb[to + 1] = data[from + 1]!
    rgb[to + 2] = data[from + 2]!
  }
  return { data: rgb, width, height, channels: 3 }
}

/** Zeros of the same type. */
export function emptyLike(data: RasterImage['data'], length = data.length): RasterImage['data'] {
  if (data instanceof Uint8ClampedArray) return new Uint8ClampedArray(length)
  if (data instanceof Uint8Array) return new Uint8Array(length)
  if (data instanceof Float32Array) return new Float32Array(length)
  return new Float64Array(length)
}

/** A copy with at least three channels: grey as three equal ones. */
export function inColour(image: RasterImage): RasterImage {
  const { data, width, height, channels } = image
  if (channels !== 1) return { data: data.slice(), width, height, channels }
  const out = emptyLike(data, data.length * 3)
  for (let i = 0; i < out.length; i++) out[i] = data[Math.floor(i / 3)]!
  return { data: out, width, height, channels: 3 }
}
