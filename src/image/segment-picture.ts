/**
 * From the option `segmentation` to a label map of the picture.
 *
 * A name alone takes these parameters: quickshift those of Python LIME, SLIC 60 segments, Felzenszwalb `scale` 300 and
 * segments of at least 0.2 % of the picture, the grid 8 × 8. It cuts a copy of at most 120,000 pixels (about the
 * 299 × 299 for which Python's parameters are made) and enlarges the map: an algorithm with a window in pixels would
 * else find thousands of segments in a photo, and take minutes.
 */
import { DataError, OptionError, ShapeError } from '../contract/errors.ts'
import type { RasterImage } from '../contract/instance.ts'
import { checkChoice } from '../contract/nearest.ts'
import type { Warning } from '../contract/progress.ts'
import type { Slices } from '../contract/slices.ts'
import { emptyLike } from './picture.ts'
import { type FelzenszwalbOptions, felzenszwalbInSlices } from './segment/felzenszwalb.ts'
import { type GridOptions, gridSegments } from './segment/grid.ts'
import { type LabelMap, renumber } from './segment/label-map.ts'
import { type QuickshiftOptions, quickshiftInSlices } from './segment/quickshift.ts'
import { type SlicOptions, slicInSlices } from './segment/slic.ts'

/** Names of the built-in algorithms. */
export const SEGMENTATIONS = ['quickshift', 'slic', 'felzenszwalb', 'grid'] as const
export type SegmentationName = (typeof SEGMENTATIONS)[number]

/** An algorithm with its parameters; those left out have scikit-image's defaults (quickshift: Python LIME's). */
export type SegmentationOptions =
  | ({ readonly algorithm: 'quickshift' } & QuickshiftOptions)
  | ({ readonly algorithm: 'slic' } & SlicOptions)
  | ({ readonly algorithm: 'felzenszwalb' } & FelzenszwalbOptions)
  | ({ readonly algorithm: 'grid' } & GridOptions)

/** A label for each pixel in raster order, by any integers; with or without the size of the picture it belongs to. */
export type Labels =
  | ArrayLike<number>
  | {
      readonly labels: ArrayLike<number>
      readonly width?: number | undefined
      readonly height?: number | undefined
    }

/** What the option `segmentation` may be. */
export type SegmentationChoice =
  | SegmentationName
  | SegmentationOptions
  | Labels
  | ((image: RasterImage) => Labels)

/** A label map with how it came about. */
export interface Segmentation {
  readonly map: LabelMap
  /** For the explanation's record. */
  readonly description: unknown
  readonly warnings: readonly Warning[]
}

/** Pixels of the copy that a name alone cuts. */
const COPY_PIXELS = 120_000

/**
 * The segments of a picture.
 *
 * @param seed of quickshift's noise, where its parameters do not name one.
 * @param exact cut the picture itself, whatever its size.
 * @throws OptionError for an unknown algorithm or parameter, ShapeError for a map of another size, DataError for labels
 *   that are no integers.
 */
export function* segmentPicture(
  image: RasterImage,
  choice: SegmentationChoice,
  seed: number,
  exact: boolean,
  where: string,
): Slices<Segmentation> {
  if (typeof choice === 'function') {
    const found = choice(image)
    return { ...fromLabels(found, image, where), description: 'custom' }
  }
  if (typeof choice === 'string') {
    checkChoice(where, choice, SEGMENTATIONS)
    const whole = exact || choice === 'grid'
    const pixels = image.width * image.height
    const factor = whole ? 1 : Math.ceil(Math.sqrt(pixels / COPY_PIXELS))
    const copy = yield* reduced(image, factor)
    const options = defaultsFor(choice, copy)
    const { map, description } = yield* byAlgorithm(copy, options, seed)
    return {
      map: yield* enlarged(map, image, factor),
      description: factor > 1 ? { ...description, reducedBy: factor } : description,
      warnings: [],
    }
  }
  if (typeof choice === 'object' && choice !== null && 'algorithm' in choice) {
    checkChoice(`${where}.algorithm`, choice.algorithm, SEGMENTATIONS)
    return { ...(yield* byAlgorithm(image, choice, seed)), warnings: [] }
  }
  return { ...fromLabels(choice, image, where), description: 'label map' }
}

function defaultsFor(name: SegmentationName, { width, height }: RasterImage): SegmentationOptions {
  if (name === 'slic') return { algorithm: name, nSegments: 60 }
  if (name === 'felzenszwalb') {
    const minSize = Math.max(1, Math.round(0.002 * width * height))
    return { algorithm: name, scale: 300, minSize }
  }
  return { algorithm: name }
}

function* byAlgorithm(
  image: RasterImage,
  options: SegmentationOptions,
  seed: number,
): Slices<{ map: LabelMap; description: { readonly [name: string]: unknown } }> {
  switch (options.algorithm) {
    case 'quickshift': {
      const { algorithm, ...parameters } = { randomSeed: seed, ...options }
      return {
        map: yield* quickshiftInSlices(image, parameters),
        description: { algorithm, ...parameters },
      }
    }
    case 'slic': {
      const { algorithm, ...parameters } = options
      return {
        map: yield* slicInSlices(image, parameters),
        description: { algorithm, ...parameters },
      }
    }
    case 'felzenszwalb': {
      const { algorithm, ...parameters } = options
      return {
        map: yield* felzenszwalbInSlices(image, parameters),
        description: { algorithm, ...parameters },
      }
    }
    case 'grid': {
      const { algorithm, ...parameters } = options
      return { map: gridSegments(image, parameters), description: { algorithm, ...parameters } }
    }
  }
}

/** A map from the user's hands, renumbered to 0…K−1 where it was numbered otherwise. */
function fromLabels(
  given: Labels,
  { width, height }: RasterImage,
  where: string,
): { map: LabelMap; warnings: Warning[] } {
  const map = typeof given === 'object' && given !== null && 'labels' in given ? given : undefined
  const labels = map === undefined ? (given as ArrayLike<number>) : map.labels
  if (typeof labels?.length !== 'number' || typeof labels === 'string') {
    throw new OptionError({
      where,
      got: labels === null ? 'null' : `a value of type ${typeof labels}`,
      expected: `a name (${SEGMENTATIONS.join(', ')}), { algorithm, … }, a label for each pixel, or a function that returns them`,
      remedy: 'Leave it out for quickshift.',
    })
  }
  if (Array.isArray(labels[0])) {
    throw new DataError({
      where,
      got: 'rows of labels',
      expected: `one flat array of ${width * height} labels, row by row`,
      remedy: 'Flatten it: labels.flat().',
    })
  }
  const fits =
    labels.length === width * height &&
    (map?.width ?? width) === width &&
    (map?.height ?? height) === height
  if (!fits) {
    throw new ShapeError({
      where,
      got:
        map?.width === undefined || map.height === undefined
          ? `${labels.length} labels`
          : `a map of ${map.width} × ${map.height} pixels with ${labels.length} labels`,
      expected: `${width} × ${height} = ${width * height} labels, one for each pixel of the picture`,
      remedy: 'Make the label map of the picture that is explained, in its own size.',
    })
  }
  const renumbered = renumber(labels, width, height)
  let same = true
  for (let i = 0; same && i < labels.length; i++) same = labels[i] === renumbered.labels[i]
  return {
    map: renumbered,
    warnings: same
      ? []
      : [
          {
            code: 'segments-renumbered',
            message: `The label map does not number its segments 0 to ${renumbered.count - 1} without gaps; they were renumbered so, in the order of the numbers given.`,
          },
        ],
  }
}

/** A copy in which each `factor` × `factor` pixels are one, their mean; the picture itself at factor 1. */
function* reduced(image: RasterImage, factor: number): Slices<RasterImage> {
  if (factor <= 1) return image
  const { data, channels } = image
  const width = Math.ceil(image.width / factor)
  const height = Math.ceil(image.height / factor)
  const out = emptyLike(data, width * height * channels)
  for (let y = 0; y < height; y++) {
    yield
    const bottom = Math.min(image.height, (y + 1) * factor)
    for (let x = 0; x < width; x++) {
      const right = Math.min(image.width, (x + 1) * factor)
      const pixels = (bottom - y * factor) * (right - x * factor)
      for (let c = 0; c < channels; c++) {
        let sum = 0
        for (let v = y * factor; v < bottom; v++) {
          for (let u = x * factor; u < right; u++) {
            sum += data[(v * image.width + u) * channels + c]!
          }
        }
        out[(y * width + x) * channels + c] = sum / pixels
      }
    }
  }
  return { data: out, width, height, channels }
}

/** The map of a reduced copy, in the picture's own size. */
function* enlarged(
  map: LabelMap,
  { width, height }: RasterImage,
  factor: number,
): Slices<LabelMap> {
  if (factor <= 1) return map
  const labels = new Int32Array(width * height)
  for (let y = 0, i = 0; y < height; y++) {
    yield
    const row = Math.floor(y / factor) * map.width
    for (let x = 0; x < width; x++, i++) labels[i] = map.labels[row + Math.floor(x / factor)]!
  }
  return { labels, width, height, count: map.count }
}
