/**
 * A blur near a Gaussian's, in a time that does not depend on its width: three box filters one after the other.
 *
 * P. Kovesi: Fast Almost-Gaussian Filtering (DICTA 2010): for standard deviation σ three boxes of widths w or w + 2, w
 * the odd integer below √(12 σ² / 3 + 1), so many of each that the variances add up. Each box is a running sum; beyond
 * its ends a line goes on with its last pixel.
 */
import type { RasterImage } from '../contract/instance.ts'
import type { Slices } from '../contract/slices.ts'

/** The blurred picture's numbers, in the layout of `image.data`; `sigma` in pixels, a copy where it is below 0.5. */
export function* boxBlur(image: RasterImage, sigma: number): Slices<Float64Array> {
  const { width, height, channels } = image
  const data = Float64Array.from(image.data)
  const radii = boxRadii(sigma)
  const line = new Float64Array(Math.max(width, height))
  for (const radius of radii) {
    if (radius === 0) continue
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < height; y++) {
        yield
        blurLine(data, line, y * width * channels + c, channels, width, radius)
      }
      for (let x = 0; x < width; x++) {
        yield
        blurLine(data, line, x * channels + c, width * channels, height, radius)
      }
    }
  }
  return data
}

/** Radii of the three boxes. */
function boxRadii(sigma: number): number[] {
  const ideal = Math.sqrt(4 * sigma * sigma + 1)
  const below = Math.floor((ideal - 1) / 2)
  const w = 2 * below + 1
  const narrow = Math.round((12 * sigma * sigma - 3 * w * w - 12 * w - 9) / (-4 * w - 4))
  return [0, 1, 2].map((box) => (box < narrow ? below : below + 1))
}

/** One line in place: out[i] = mean of in[i − radius … i + radius]. */
function blurLine(
  data: Float64Array,
  line: Float64Array,
  start: number,
  step: number,
  length: number,
  radius: number,
): void {
  for (let i = 0, at = start; i < length; i++, at += step) line[i] = data[at]!
  const last = length - 1
  let sum = 0
  for (let i = -radius; i <= radius; i++) sum += line[Math.min(last, Math.max(0, i))]!
  const share = 1 / (2 * radius + 1)
  for (let i = 0, at = start; i < length; i++, at += step) {
    data[at] = sum * share
    sum += line[Math.min(last, i + radius + 1)]! - line[Math.max(0, i - radius)]!
  }
}
