/**
 * Quickshift: every pixel climbs to its nearest neighbour of higher density; the trees that result are the segments.
 *
 * A. Vedaldi, S. Soatto: Quick Shift and Kernel Methods for Mode Seeking (ECCV 2008), as in scikit-image 0.19:
 * 1. Lab colours (D65), blurred by `sigma`, times `ratio`; with the position they make a point of five dimensions.
 * 2. density(p) = 1e-5 · noise + Σ_q exp(−|p − q|² / 2k²) over the pixels q of the window ±⌈3k⌉, p itself included.
 *    The noise (NumPy's PCG64 gaussians) breaks ties, and decides much in smooth pictures.
 * 3. parent(p) = the nearest q of the window of strictly higher density, of equally near ones the first in raster order;
 *    p is a root where there is none within `maxDist`.
 * 4. Labels 0…K−1 in the raster order of the roots.
 *
 * Unlike there, each pair is visited once for both its pixels, exp is a table times a polynomial (relative error below 1e-15),
 * and parents are sought in rings outwards until no nearer one is possible. The labels are the same: densities differ in the last bits only.
 */

import type { RasterImage } from '../../contract/instance.ts'
import { checkOptions } from '../../contract/nearest.ts'
import { allAtOnce, type Slices } from '../../contract/slices.ts'
import { pcg64Normals } from '../../math/pcg64.ts'
import { gaussianBlur } from './gaussian-blur.ts'
import { labPlanes } from './lab.ts'
import type { LabelMap } from './label-map.ts'
import { byteScale, checkImage, checkNumber } from './raster.ts'

/** Names and meaning as in scikit-image; the defaults are those that Python LIME calls it with. */
export interface QuickshiftOptions {
  /** k, width of the kernel in pixels, at least 1; wider = fewer segments. Default 4. */
  readonly kernelSize?: number
  /** Farthest parent, in pixels and scaled colours; farther = fewer segments. Default 200. */
  readonly maxDist?: number
  /** How much colour counts against position, usually 0…1. Default 0.2. */
  readonly ratio?: number
  /** Blur before, in pixels. Default 0. */
  readonly sigma?: number
  /** Seed of the noise that breaks ties, an integer from 0. Default 42. */
  readonly randomSeed?: number
}

/**
 * Segments of a picture by quickshift. Bytes count as 0…1, floats as they are, grey as RGB; alpha is ignored.
 *
 * @throws ShapeError or DataError for a broken picture, OptionError for options out of range.
 */
export function quickshift(image: RasterImage, options: QuickshiftOptions = {}): LabelMap {
  return allAtOnce(quickshiftInSlices(image, options))
}

/** The same, with pauses. */
export function* quickshiftInSlices(
  image: RasterImage,
  options: QuickshiftOptions = {},
): Slices<LabelMap> {
  const where = 'quickshift, options'
  checkOptions(where, options, ['kernelSize', 'maxDist', 'ratio', 'sigma', 'randomSeed'])
  const { kernelSize = 4, maxDist = 200, ratio = 0.2, sigma = 0, randomSeed = 42 } = options
  checkNumber(`${where}.kernelSize`, kernelSize, { least: 1 })
  checkNumber(`${where}.maxDist`, maxDist, { least: 0 })
  checkNumber(`${where}.ratio`, ratio, { least: 0 })
  checkNumber(`${where}.sigma`, sigma, { least: 0, most: 1e4 })
  checkNumber(`${where}.randomSeed`, randomSeed, { least: 0, integer: true })
  checkImage('quickshift', image)
  const { width, height } = image
  const field = yield* colourField(image, ratio, sigma, Math.ceil(3 * kernelSize))
  const noise = pcg64Normals(randomSeed, width * height)
  yield
  const density = yield* densities(field, kernelSize, noise)
  const parent = yield* parents(field, density, maxDist)
  return labelRoots(parent, width, height)
}

/**
 * The picture as three planes with a margin of the window's radius on all sides, so that no neighbour of a pixel falls
 * outside the arrays: pixel (y, x) stands at `(y + marginY) * stride + x + marginX`.
 */
interface ColourField {
  readonly planes: readonly [Float64Array, Float64Array, Float64Array]
  readonly width: number
  readonly height: number
  readonly marginX: number
  readonly marginY: number
  readonly stride: number
}

function* colourField(
  image: RasterImage,
  ratio: number,
  sigma: number,
  radius: number,
): Slices<ColourField> {
  const { width, height } = image
  const marginX = Math.min(radius, width - 1)
  const marginY = Math.min(radius, height - 1)
  const stride = width + 2 * marginX
  const scale = byteScale(image)
  function* padded(plane: Float64Array): Slices<Float64Array> {
    const blurred = yield* gaussianBlur(plane, width, height, sigma)
    const out = new Float64Array(stride * (height + 2 * marginY))
    for (let y = 0; y < height; y++) {
      const to = (y + marginY) * stride + marginX
      for (let x = 0; x < width; x++) out[to + x] = blurred[y * width + x]! * ratio
    }
    return out
  }
  const [l, a, b] = yield* labPlanes(image, (sample) => sample * scale)
  return {
    planes: [yield* padded(l), yield* padded(a), yield* padded(b)],
    width,
    height,
    marginX,
    marginY,
    stride,
  }
}

/** Steps of the table of exp for each unit of its argument. */
const STEPS = 256
/** exp(−40) = 4e-18 of a density of at least 1 is less than its rounding. */
const NEGLIGIBLE = 40

/** Density of each pixel, in the field's layout; −∞ in the margin. */
function* densities(
  field: ColourField,
  kernelSize: number,
  noise: Float64Array,
): Slices<Float64Array> {
  const { width, height, marginX, marginY, stride } = field
  const [p0, p1, p2] = field.planes
  const density = new Float64Array(p0.length).fill(Number.NEGATIVE_INFINITY)
  for (let y = 0; y < height; y++) {
    const row = (y + marginY) * stride + marginX
    for (let x = 0; x < width; x++) density[row + x] = 0.00001 * noise[y * width + x]! + 1
  }
  // exp(−u / STEPS) = table[⌊u⌋] · exp(f), f = (⌊u⌋ + ½ − u) / STEPS, with table[i] = exp(−(i + ½) / STEPS)
  const table = Float64Array.from({ length: NEGLIGIBLE * STEPS + 1 }, (_, i) =>
    Math.exp(-(i + 0.5) / STEPS),
  )
  const toSteps = (0.5 / (kernelSize * kernelSize)) * STEPS
  const farthest = (NEGLIGIBLE * STEPS) / toSteps
  const perStep = 1 / STEPS
  for (let y = 0; y < height; y++) {
    yield
    const lastRow = Math.min(y + marginY, height - 1)
    for (let x = 0; x < width; x++) {
      const p = (y + marginY) * stride + x + marginX
      const c0 = p0[p]!
      const c1 = p1[p]!
      const c2 = p2[p]!
      const left = -Math.min(marginX, x)
      const right = Math.min(marginX, width - 1 - x)
      let sum = 0
      for (let dy = 0; dy <= lastRow - y; dy++) {
        const rowSquare = dy * dy
        const row = p + dy * stride
        for (let dx = dy === 0 ? 1 : left; dx <= right; dx++) {
          const q = row + dx
          const d0 = c0 - p0[q]!
          const d1 = c1 - p1[q]!
          const d2 = c2 - p2[q]!
          const square = d0 * d0 + d1 * d1 + d2 * d2 + rowSquare + dx * dx
          if (square < farthest) {
            const u = square * toSteps
            const i = u | 0
            const f = (i - u + 0.5) * perStep
            const e = table[i]! * (1 + f * (1 + f * (0.5 + f * (1 / 6 + f * (1 / 24)))))
            sum += e
            density[q]! += e
          }
        }
      }
      density[p]! += sum
    }
  }
  return density
}

/** Raster index of each pixel's parent, its own where it is a root. */
function* parents(field: ColourField, density: Float64Array, maxDist: number): Slices<Int32Array> {
  const { width, height, marginX, marginY, stride } = field
  const [p0, p1, p2] = field.planes
  const rings = neighboursOutwards(marginX, marginY)
  const n = rings.length
  const offset = Int32Array.from(rings, ([dy, dx]) => dy * stride + dx)
  const square = Float64Array.from(rings, ([dy, dx]) => dy * dy + dx * dx)
  const rowSquare = Float64Array.from(rings, ([dy]) => dy * dy)
  const columnSquare = Float64Array.from(rings, ([, dx]) => dx * dx)
  const out = new Int32Array(width * height)
  // Nothing beyond maxDist is looked at; the root of the square decides in the end, as in the reference.
  const limit = maxDist * maxDist * (1 + 1e-12)
  for (let y = 0; y < height; y++) {
    yield
    for (let x = 0; x < width; x++) {
      const p = (y + marginY) * stride + x + marginX
      const own = density[p]!
      const c0 = p0[p]!
      const c1 = p1[p]!
      const c2 = p2[p]!
      let closest = limit
      let found = 0
      for (let j = 0; j < n && square[j]! <= closest; j++) {
        const q = p + offset[j]!
        if (density[q]! > own) {
          const d0 = c0 - p0[q]!
          const d1 = c1 - p1[q]!
          const d2 = c2 - p2[q]!
          const distance = d0 * d0 + d1 * d1 + d2 * d2 + rowSquare[j]! + columnSquare[j]!
          if (distance < closest || (distance === closest && (found === 0 || offset[j]! < found))) {
            closest = distance
            found = offset[j]!
          }
        }
      }
      const own2d = y * width + x
      const isRoot = found === 0 || Math.sqrt(closest) > maxDist
      out[own2d] = isRoot ? own2d : own2d + unpadded(found, stride, width)
    }
  }
  return out
}

/** An offset between two pixels in the field, as an offset in the picture. */
function unpadded(offset: number, stride: number, width: number): number {
  const dy = Math.round(offset / stride)
  return dy * width + (offset - dy * stride)
}

/** (dy, dx) of all neighbours in a window, nearest first, of equally near ones in raster order. */
function neighboursOutwards(radiusX: number, radiusY: number): (readonly [number, number])[] {
  const all: (readonly [number, number])[] = []
  for (let dy = -radiusY; dy <= radiusY; dy++) {
    for (let dx = -radiusX; dx <= radiusX; dx++) if (dy !== 0 || dx !== 0) all.push([dy, dx])
  }
  return all.sort(([ay, ax], [by, bx]) => ay * ay + ax * ax - by * by - bx * bx)
}

/** Labels 0…K−1 of a forest, given by each node's parent, in the order of the roots. */
function labelRoots(parent: Int32Array, width: number, height: number): LabelMap {
  const labels = new Int32Array(parent.length).fill(-1)
  let count = 0
  for (let i = 0; i < parent.length; i++) if (parent[i] === i) labels[i] = count++
  for (let i = 0; i < parent.length; i++) {
    let top = i
    while (labels[top]! < 0) top = parent[top]!
    const label = labels[top]!
    for (let j = i; labels[j]! < 0; j = parent[j]!) labels[j] = label
  }
  return { labels, width, height, count }
}
