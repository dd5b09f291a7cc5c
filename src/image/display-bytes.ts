/**
 * A picture as a screen shows it: bytes of 3 or 4 channels.
 *
 * Bytes stay; grey becomes three equal channels. Floats from 0 to 1 are multiplied by 255, floats from 0 to 255 are
 * taken as they are, any others (a model's normalised pictures) are stretched from their smallest to their largest.
 */
import type { RasterImage } from '../contract/instance.ts'
import { isBytes } from './segment/raster.ts'

/** The picture for a screen; a fresh array. */
export function displayBytes(image: RasterImage): RasterImage & { readonly data: Uint8Array } {
  const { data, width, height, channels } = image
  const { factor, shift } = displayRange(data)
  const shown = channels === 1 ? 3 : channels
  const out = new Uint8ClampedArray(width * height * shown)
  if (channels === 1) {
    for (let i = 0, to = 0; i < data.length; i++) {
      const value = (data[i]! - shift) * factor
      out[to++] = value
      out[to++] = value
      out[to++] = value
    }
  } else {
    for (let i = 0; i < data.length; i++) out[i] = (data[i]! - shift) * factor
  }
  return { data: new Uint8Array(out.buffer), width, height, channels: shown }
}

/** shown = (value − shift) · factor. */
function displayRange(data: RasterImage['data']): { factor: number; shift: number } {
  if (isBytes(data)) return { factor: 1, shift: 0 }
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!
    if (value < low) low = value
    if (value > high) high = value
  }
  if (low >= 0 && high <= 1) return { factor: 255, shift: 0 }
  if (low >= 0 && high <= 255) return { factor: 1, shift: 0 }
  return { factor: high > low ? 255 / (high - low) : 1, shift: low }
}
