/**
 * SLIC: k-means of colour and position around a regular grid of centres, each searched for only nearby.
 *
 * R. Achanta et al.: SLIC Superpixels Compared to State-of-the-art Superpixel Methods (PAMI 2012), as in scikit-image 0.19:
 * 1. All numbers of the picture to 0…1 by their minimum and maximum; Lab colours (RGBA stays as it is); blurred by
 *    `sigma`; divided by `compactness`.
 * 2. Centres on a regular grid of about `nSegments` cells; their colours start at 0.
 * 3. `maxNumIter` times: each pixel to the nearest centre, distance² = (dy² + dx²) / step² + |colours|², among those
 *    within two steps, of equally near ones the first; then each centre to the mean of its pixels.
 * 4. Connected parts smaller than `minSizeFactor` of a mean segment join a neighbour; larger ones than `maxSizeFactor` are cut.
 *
 * Unlike there, a round begins with each pixel's distance to its centre of the round before (`slic-assignment.ts`), which
 * spares most of the others; the labels are the same. They are numbered 0…K−1 whatever `startLabel` is; Python's start at 1.
 */

import type { RasterImage } from '../../contract/instance.ts'
import { checkOptions } from '../../contract/nearest.ts'
import { allAtOnce, type Slices } from '../../contract/slices.ts'
import { gaussianBlur } from './gaussian-blur.ts'
import { labPlanes } from './lab.ts'
import { type LabelMap, renumber } from './label-map.ts'
import { byteScale, checkImage, checkNumber } from './raster.ts'
import { assignPixels, tileBoxes } from './slic-assignment.ts'
import { RECORD, type SlicBoard, slicBoard } from './slic-board.ts'
import { enforceConnectivity } from './slic-connectivity.ts'
import { type RegularGrid, regularGrid } from './slic-grid.ts'

/** Names, meaning and defaults as in scikit-image. */
export interface SlicOptions {
  /** About how many segments, from 1. Default 100. */
  readonly nSegments?: number
  /** How much position counts against colour, above 0; higher = squarer segments. Default 10. */
  readonly compactness?: number
  /** Rounds of k-means, from 1. Default 10. */
  readonly maxNumIter?: number
  /** Blur before, in pixels. Default 0. */
  readonly sigma?: number
  /** 0 or 1; accepted for Python's sake, without effect: labels start at 0. */
  readonly startLabel?: number
  /** Whether every segment is to be in one piece. Default true. */
  readonly enforceConnectivity?: boolean
  /** Smallest piece, as a part of the mean segment. Default 0.5. */
  readonly minSizeFactor?: number
  /** Largest piece, as a multiple of the mean segment. Default 3. */
  readonly maxSizeFactor?: number
}

const NAMES = [
  'nSegments',
  'compactness',
  'maxNumIter',
  'sigma',
  'startLabel',
  'enforceConnectivity',
  'minSizeFactor',
  'maxSizeFactor',
]

/**
 * Segments of a picture by SLIC. Grey counts as RGB; with four channels these are compared as they are, without Lab.
 *
 * @throws ShapeError or DataError for a broken picture, OptionError for options out of range.
 */
export function slic(image: RasterImage, options: SlicOptions = {}): LabelMap {
  return allAtOnce(slicInSlices(image, options))
}

/** The same, with pauses. */
export function* slicInSlices(image: RasterImage, options: SlicOptions = {}): Slices<LabelMap> {
  const where = 'slic, options'
  checkOptions(where, options, NAMES)
  const { nSegments = 100, compactness = 10, maxNumIter = 10, sigma = 0, startLabel = 1 } = options
  const { minSizeFactor = 0.5, maxSizeFactor = 3 } = options
  checkNumber(`${where}.nSegments`, nSegments, { least: 1, integer: true })
  checkNumber(`${where}.compactness`, compactness, { least: 0, above: true })
  checkNumber(`${where}.maxNumIter`, maxNumIter, { least: 1, integer: true })
  checkNumber(`${where}.sigma`, sigma, { least: 0, most: 1e4 })
  checkNumber(`${where}.startLabel`, startLabel, { least: 0, most: 1, integer: true })
  checkNumber(`${where}.minSizeFactor`, minSizeFactor, { least: 0 })
  checkNumber(`${where}.maxSizeFactor`, maxSizeFactor, { least: 1 })
  checkImage('slic', image)
  const { width, height } = image
  const planes = yield* scaledColours(image, sigma, 1 / compactness)
  const { labels, centres } = yield* cluster(planes, width, height, nSegments, maxNumIter)
  if (options.enforceConnectivity === false) return renumber(labels, width, height)
  const mean = (width * height) / centres
  const smallest = Math.trunc(minSizeFactor * mean)
  const largest = Math.trunc(maxSizeFactor * mean)
  return renumber(enforceConnectivity(labels, width, height, smallest, largest), width, height)
}

/** Steps 1: the colours that distances are taken of, in planes. */
function* scaledColours(image: RasterImage, sigma: number, factor: number): Slices<Float64Array[]> {
  const { data, width, height, channels } = image
  const scale = byteScale(image)
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (let i = 0; i < data.length; i++) {
    const sample = data[i]!
    if (sample < least) least = sample
    if (sample > most) most = sample
  }
  const low = least * scale
  const range = most * scale - low || 1
  const toUnit = (sample: number): number => (sample * scale - low) / range
  const n = width * height
  const planes =
    channels === 4
      ? Array.from({ length: 4 }, (_, c) =>
          Float64Array.from({ length: n }, (_, i) => toUnit(data[i * 4 + c]!)),
        )
      : yield* labPlanes(image, toUnit)
  const scaled: Float64Array[] = []
  for (const plane of planes) {
    const blurred = yield* gaussianBlur(plane, width, height, sigma)
    for (let i = 0; i < n; i++) blurred[i]! *= factor
    scaled.push(blurred)
  }
  return scaled
}

/** Steps 2 and 3: each pixel's centre, −1 where no centre came near, and the number of centres. */
function* cluster(
  planes: readonly Float64Array[],
  width: number,
  height: number,
  nSegments: number,
  rounds: number,
): Slices<{ labels: Int32Array; centres: number }> {
  const grid = regularGrid(height, width, nSegments)
  const count = grid.rows.length * grid.columns.length
  // The window's steps are those of a grid for the number of centres there really are; the weight's is that of the first grid.
  const { stepY, stepX } = regularGrid(height, width, count)
  const weight = 1 / Math.fround(grid.largestStep * grid.largestStep)
  const board = slicBoard({ width, height, planes: planes.length }, count, weight)
  const { centres } = board
  for (let k = 0; k < count; k++) {
    centres[k * RECORD] = grid.rows[Math.floor(k / grid.columns.length)]!
    centres[k * RECORD + 1] = grid.columns[k % grid.columns.length]!
  }
  nearestOfGridInto(board, grid)
  const boxes = tileBoxes(planes, width, height)
  const colourless = onlyPositionDecides(boxes, planes.length, weight)
  if (!colourless) copyColours(board, planes)
  const firstBoxes = colourless ? new Float64Array(boxes.length) : boxes
  for (let round = 0; round < rounds; round++) {
    yield* assignPixels(board, round === 0 ? firstBoxes : boxes, 2 * stepY, 2 * stepX)
    if (round === 0) {
      forgetUnreached(board)
      if (colourless) copyColours(board, planes)
    }
    yield
    moveCentres(board)
  }
  return { labels: labelsOf(board), centres: count }
}

/** About the nearest centre of each pixel, from which the first round sets out. */
function nearestOfGridInto({ labels, width, height, stride }: SlicBoard, grid: RegularGrid): void {
  const cells = (points: readonly number[], step: number, length: number): Int32Array =>
    Int32Array.from({ length }, (_, i) =>
      Math.min(points.length - 1, Math.max(0, Math.round((i - points[0]!) / step))),
    )
  const row = cells(grid.rows, grid.stepY, height)
  const column = cells(grid.columns, grid.stepX, width)
  for (let y = 0; y < height; y++) {
    const first = row[y]! * grid.columns.length
    for (let x = 0; x < width; x++) labels[y * stride + x] = first + column[x]!
  }
}

/**
 * Whether the first round may go without colours: while all centres have the colour 0, a pixel's colour adds the same to all
 * its distances and only position decides. Where that summand is so large that its rounding could level two distances, as it
 * does in Python, nothing is left out.
 */
function onlyPositionDecides(boxes: Float64Array, planes: number, weight: number): boolean {
  const largest = boxes.reduce((most, colour) => Math.max(most, Math.abs(colour)), 0)
  return planes * largest * largest <= weight * 2 ** 50
}

function copyColours(board: SlicBoard, planes: readonly Float64Array[]): void {
  const { width, height, stride } = board
  planes.forEach((plane, c) => {
    for (let y = 0; y < height; y++) {
      board.planes[c]!.set(plane.subarray(y * width, (y + 1) * width), y * stride)
    }
  })
}

/** −1 for the pixels that no window held. */
function forgetUnreached({ labels, nearest }: SlicBoard): void {
  for (let i = 0; i < labels.length; i++)
    if (nearest[i] === Number.POSITIVE_INFINITY) labels[i] = -1
}

/** Each centre to the mean of its pixels, NaN where it has none. */
function moveCentres({ labels, centres, planes, width, height, stride }: SlicBoard): void {
  const [p0, p1, p2, p3] = planes as FourPlanes
  const counts = new Float64Array(centres.length / RECORD)
  centres.fill(0)
  // Sums go on in raster order; those of a centre are held in locals while its pixels follow one another.
  for (let y = 0; y < height; y++) {
    const row = y * stride
    const rowEnd = row + width
    for (let start = row, end = row; start < rowEnd; start = end) {
      const k = labels[start]!
      end = start + 1
      while (end < rowEnd && labels[end] === k) end++
      if (k < 0) continue
      const at = k * RECORD
      let s0 = centres[at + 6]!
      let s1 = centres[at + 7]!
      let s2 = centres[at + 8]!
      let s3 = centres[at + 9]!
      for (let i = start; i < end; i++) {
        s0 += p0[i]!
        s1 += p1[i]!
        s2 += p2[i]!
      }
      if (p3 !== undefined) for (let i = start; i < end; i++) s3 += p3[i]!
      const n = end - start
      counts[k]! += n
      centres[at]! += n * y
      centres[at + 1]! += n * (start - row + (n - 1) / 2)
      centres[at + 6] = s0
      centres[at + 7] = s1
      centres[at + 8] = s2
      centres[at + 9] = s3
    }
  }
  for (let j = 0; j < centres.length; j++) centres[j]! /= counts[Math.floor(j / RECORD)]!
}

/** The labels without what lies beyond the picture. */
function labelsOf({ labels, width, height, stride }: SlicBoard): Int32Array {
  const out = new Int32Array(width * height)
  for (let y = 0; y < height; y++) {
    out.set(labels.subarray(y * stride, y * stride + width), y * width)
  }
  return out
}

type FourPlanes = readonly [Float64Array, Float64Array, Float64Array, Float64Array | undefined]
