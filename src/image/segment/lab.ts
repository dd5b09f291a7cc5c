/**
 * sRGB to CIE L*a*b* (white point D65, 2° observer), with the constants of scikit-image's `rgb2lab`.
 *
 * 1. Linear light: v > 0.04045 → ((v + 0.055) / 1.055)^2.4, else v / 12.92.
 * 2. XYZ by the matrix of ITU-R BT.709, divided by the white point.
 * 3. f(t) = ∛t above 0.008856, else 7.787 t + 16 / 116; L = 116 f(y) − 16, a = 500 (f(x) − f(y)), b = 200 (f(y) − f(z)).
 *
 * Values beyond 0…1 (floats that run to 255, say) go through the same formulas, as they do in Python.
 */
import type { RasterImage } from '../../contract/instance.ts'
import type { Slices } from '../../contract/slices.ts'
import { isBytes } from './raster.ts'

/** Planes L, a and b, each (height × width). */
export type LabPlanes = readonly [Float64Array, Float64Array, Float64Array]

/**
 * The Lab planes of a picture. Grey counts as three equal channels; the fourth channel (alpha) is left out.
 *
 * @param toUnit what one number of the picture is as sRGB in 0…1; for bytes it is asked once for each of the 256.
 */
export function* labPlanes(
  image: RasterImage,
  toUnit: (sample: number) => number,
): Slices<LabPlanes> {
  const { width, height, channels } = image
  const linear = yield* linearSamples(image.data, toUnit)
  const n = width * height
  const green = channels === 1 ? 0 : 1
  const blue = channels === 1 ? 0 : 2
  const lightness = new Float64Array(n)
  const redGreen = new Float64Array(n)
  const blueYellow = new Float64Array(n)
  for (let i = 0, j = 0; i < n; i++, j += channels) {
    if (i % BLOCK === 0) yield
    const r = linear[j]!
    const g = linear[j + green]!
    const b = linear[j + blue]!
    const x = compress((0.412453 * r + 0.35758 * g + 0.180423 * b) / 0.95047)
    const y = compress(0.212671 * r + 0.71516 * g + 0.072169 * b)
    const z = compress((0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.08883)
    lightness[i] = 116 * y - 16
    redGreen[i] = 500 * (x - y)
    blueYellow[i] = 200 * (y - z)
  }
  return [lightness, redGreen, blueYellow]
}

/** Pixels between two pauses. */
const BLOCK = 8192

/** Every number of the picture as linear light. */
function* linearSamples(
  data: RasterImage['data'],
  toUnit: (sample: number) => number,
): Slices<Float64Array> {
  const out = new Float64Array(data.length)
  if (isBytes(data)) {
    const table = Float64Array.from({ length: 256 }, (_, v) => linearLight(toUnit(v)))
    for (let i = 0; i < out.length; i++) out[i] = table[data[i]!]!
  } else {
    for (let i = 0; i < out.length; i++) {
      if (i % BLOCK === 0) yield
      out[i] = linearLight(toUnit(data[i]!))
    }
  }
  return out
}

function linearLight(v: number): number {
  return v > 0.04045 ? ((v + 0.055) / 1.055) ** 2.4 : v / 12.92
}

function compress(t: number): number {
  return t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116
}
