/**
 * Felzenszwalb's graph-based segmentation: neighbours are joined, cheapest edge first, while the edge is no dearer than
 * the dearest one inside either segment plus an allowance that shrinks as the segment grows.
 *
 * P. F. Felzenszwalb, D. P. Huttenlocher: Efficient Graph-Based Image Segmentation (IJCV 2004), as in scikit-image 0.19:
 * 1. Colours blurred by `sigma`; `scale` / 255 is the allowance of a single pixel.
 * 2. An edge from each pixel to its right, lower, lower right and lower left neighbour, as dear as their colours differ.
 * 3. In NumPy's order of rising costs: join two segments if cost < min(inner + allowance / size), rounded to single
 *    precision. The smaller index becomes the root.
 * 4. Again in that order: join where one of the two is smaller than `minSize`.
 * 5. Labels 0…K−1 in the raster order of the roots.
 */

import type { RasterImage } from '../../contract/instance.ts'
import { checkOptions } from '../../contract/nearest.ts'
import { allAtOnce, type Slices } from '../../contract/slices.ts'
import { gaussianBlur } from './gaussian-blur.ts'
import type { LabelMap } from './label-map.ts'
import { sortWithOrder } from './numpy-argsort.ts'
import { checkImage, checkNumber, colourPlanes } from './raster.ts'

/** Names, meaning and defaults as in scikit-image. */
export interface FelzenszwalbOptions {
  /** Larger = larger segments. Default 1. */
  readonly scale?: number
  /** Blur before, in pixels. Default 0.8. */
  readonly sigma?: number
  /** Smaller segments are joined to a neighbour, in pixels. Default 20. */
  readonly minSize?: number
}

/**
 * Segments of a picture by Felzenszwalb's method. Bytes count as 0…1, floats as they are, grey as RGB; alpha is a fourth colour.
 *
 * @throws ShapeError or DataError for a broken picture, OptionError for options out of range.
 */
export function felzenszwalb(image: RasterImage, options: FelzenszwalbOptions = {}): LabelMap {
  return allAtOnce(felzenszwalbInSlices(image, options))
}

/** The same, with pauses. */
export function* felzenszwalbInSlices(
  image: RasterImage,
  options: FelzenszwalbOptions = {},
): Slices<LabelMap> {
  const where = 'felzenszwalb, options'
  checkOptions(where, options, ['scale', 'sigma', 'minSize'])
  const { scale = 1, sigma = 0.8, minSize = 20 } = options
  checkNumber(`${where}.scale`, scale, { least: 0 })
  checkNumber(`${where}.sigma`, sigma, { least: 0, most: 1e4 })
  checkNumber(`${where}.minSize`, minSize, { least: 0, integer: true })
  checkImage('felzenszwalb', image)
  const { width, height } = image
  const planes: Float64Array[] = []
  for (const plane of colourPlanes(image)) {
    planes.push(yield* gaussianBlur(plane, width, height, sigma))
  }
  const edges = yield* sortedEdges(planes, width, height)
  const forest = yield* joinSegments(edges, width * height, scale / 255, minSize)
  return labelForest(forest, width, height)
}

/** The edges by rising cost. */
interface Edges {
  readonly costs: Float64Array
  /** Where edge e begins, times four, plus which neighbour it leads to: its place in `steps`. */
  readonly codes: Int32Array
  /** From a pixel to its right, lower, lower right and lower left neighbour. */
  readonly steps: readonly [number, number, number, number]
}

function* sortedEdges(
  planes: readonly Float64Array[],
  width: number,
  height: number,
): Slices<Edges> {
  const [p0, p1, p2, p3] = planes as FourPlanes
  const n = height * (width - 1) + (height - 1) * width + 2 * (height - 1) * (width - 1)
  const costs = new Float64Array(n)
  const codes = new Int32Array(n)
  const steps = [1, width, width + 1, width - 1] as const
  let edge = 0
  const addEdges = (left: number, right: number, bottom: number, kind: 0 | 1 | 2 | 3): void => {
    const step = steps[kind]
    let e = edge
    for (let y = 0; y < bottom; y++) {
      for (let i = y * width + left; i < y * width + right; i++, e++) {
        const d0 = p0[i + step]! - p0[i]!
        const d1 = p1[i + step]! - p1[i]!
        const d2 = p2[i + step]! - p2[i]!
        const d3 = p3 === undefined ? 0 : p3[i + step]! - p3[i]!
        costs[e] = Math.sqrt(d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3)
        codes[e] = 4 * i + kind
      }
    }
    edge = e
  }
  addEdges(0, width - 1, height, 0)
  yield
  addEdges(0, width, height - 1, 1)
  yield
  addEdges(0, width - 1, height - 1, 2)
  yield
  addEdges(1, width, height - 1, 3)
  yield* sortWithOrder(costs, codes)
  return { costs, codes, steps }
}

/** Edges between two pauses. */
const BLOCK = 32_768

/** The forest of segments after both passes: each pixel's parent, never larger than itself; roots are their own. */
function* joinSegments(
  edges: Edges,
  pixels: number,
  allowance: number,
  minSize: number,
): Slices<Int32Array> {
  const { costs, codes, steps } = edges
  const parent = new Int32Array(pixels)
  for (let i = 0; i < pixels; i++) parent[i] = i
  const size = new Int32Array(pixels).fill(1)
  const inner = new Float64Array(pixels)
  for (let e = 0; e < costs.length; e++) {
    if (e % BLOCK === 0) yield
    const code = codes[e]!
    const a = findRoot(parent, code >> 2)
    const b = findRoot(parent, (code >> 2) + steps[code & 3]!)
    if (a === b) continue
    const cost = costs[e]!
    if (
      cost < Math.fround(inner[a]! + allowance / size[a]!) &&
      cost < Math.fround(inner[b]! + allowance / size[b]!)
    ) {
      inner[join(parent, size, a, b)] = cost
    }
  }
  for (let e = 0; e < costs.length; e++) {
    if (e % BLOCK === 0) yield
    const code = codes[e]!
    const a = findRoot(parent, code >> 2)
    const b = findRoot(parent, (code >> 2) + steps[code & 3]!)
    if (a !== b && (size[a]! < minSize || size[b]! < minSize)) join(parent, size, a, b)
  }
  return parent
}

/** The root of a pixel; the path to it is halved on the way. */
function findRoot(parent: Int32Array, pixel: number): number {
  let i = pixel
  let above = parent[i]!
  while (above !== i) {
    const next = parent[above]!
    parent[i] = next
    i = next
    above = parent[i]!
  }
  return i
}

/** Joins two roots and gives the one that stays. */
function join(parent: Int32Array, size: Int32Array, a: number, b: number): number {
  const root = a < b ? a : b
  parent[a < b ? b : a] = root
  size[root] = size[a]! + size[b]!
  return root
}

/** Labels in the order of the roots; a root comes before all of its segment. */
function labelForest(parent: Int32Array, width: number, height: number): LabelMap {
  const labels = new Int32Array(parent.length)
  let count = 0
  for (let i = 0; i < parent.length; i++) {
    labels[i] = parent[i] === i ? count++ : labels[parent[i]!]!
  }
  return { labels, width, height, count }
}

type FourPlanes = readonly [Float64Array, Float64Array, Float64Array, Float64Array | undefined]
