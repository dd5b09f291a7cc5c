/**
 * Pictures of a browser's canvas: `ImageData` is RGBA bytes in raster order, which is a `RasterImage` of 4 channels.
 */
import type { RasterImage } from '../contract/instance.ts'

/** What a canvas gives and takes: the browser's `ImageData`, described here so that no browser types are needed. */
export interface ImageDataLike {
  readonly data: Uint8Array | Uint8ClampedArray
  readonly width: number
  readonly height: number
}

/** A canvas's picture as RGB (transparency dropped, the default), or as RGBA. The bytes are copied. */
export function fromImageData(image: ImageDataLike, channels: 3 | 4 = 3): RasterImage {
  const { data, width, height } = image
  if (channels === 4) return { data: new Uint8Array(data), width, height, channels }
  const pixels = width * height
  const rgb = new Uint8Array(pixels * 3)
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += 4, to += 3) {
    rgb[to] = data[from]!
    rgb[to + 1] = data[from + 1]!
    rgb[to + 2] = data[from + 2]!
  }
  return { data: rgb, width, height, channels }
}
