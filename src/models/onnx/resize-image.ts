/**
 * Pictures brought to the size that a model takes: by linear interpolation, over as many pixels as one new pixel covers
 * (the triangle filter of Pillow's `BILINEAR` and of TensorFlow's `antialias=True`), so that reducing does not alias.
 *
 * 1. Which part of the picture is taken: all of it, or its middle.
 * 2. Weights of the old pixels for each new column and row: max(0, 1 − |distance| / s), s = max(1, old / new), summing to 1.
 * 3. Rows first, then columns, in doubles without rounding.
 */
import type { RasterImage } from '../../contract/index.ts'
import type { Slices } from '../../contract/slices.ts'

/** How a picture of another size becomes the model's. */
export const RESIZES = ['none', 'stretch', 'crop', 'pad'] as const
export type Resize = (typeof RESIZES)[number]

/**
 * The picture in `width` × `height` pixels, as floats; the picture itself where it has that size and nothing is cropped.
 *
 * `stretch` changes its proportions; `crop` takes the largest part of the right proportions around its middle, reduced
 * by `share` (0 to 1) of its sides; `pad` fits all of it in and leaves the rest 0.
 */
export function* resizeImage(
  image: RasterImage,
  width: number,
  height: number,
  how: Exclude<Resize, 'none'>,
  share = 1,
): Slices<RasterImage> {
  const crops = how === 'crop' && share < 1
  if (image.width === width && image.height === height && !crops) return image
  const { channels } = image
  if (how === 'pad') {
    const scale = Math.min(width / image.width, height / image.height)
    const fitted = {
      width: Math.max(1, Math.round(image.width * scale)),
      height: Math.max(1, Math.round(image.height * scale)),
    }
    const inner = yield* resample(image, whole(image), fitted.width, fitted.height)
    const data = new Float32Array(width * height * channels)
    const left = Math.floor((width - fitted.width) / 2)
    const top = Math.floor((height - fitted.height) / 2)
    const line = fitted.width * channels
    for (let y = 0; y < fitted.height; y++) {
      data.set(inner.subarray(y * line, (y + 1) * line), ((top + y) * width + left) * channels)
    }
    return { data, width, height, channels }
  }
  const part = how === 'crop' ? middle(image, width / height, share) : whole(image)
  return { data: yield* resample(image, part, width, height), width, height, channels }
}

/** A part of a picture, in pixels and fractions of them. */
interface Part {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

function whole({ width, height }: RasterImage): Part {
  return { left: 0, top: 0, width, height }
}

/** The largest part of proportions `ratio` = width / height around the middle, times `share`. */
function middle(image: RasterImage, ratio: number, share: number): Part {
  const width = share * Math.min(image.width, image.height * ratio)
  const height = share * Math.min(image.height, image.width / ratio)
  return { left: (image.width - width) / 2, top: (image.height - height) / 2, width, height }
}

/** For new pixel i: `weights[i * taps + k]` of old pixel `first[i] + k`. */
interface Taps {
  readonly first: Int32Array
  readonly weights: Float32Array
  readonly taps: number
}

/** Taps of pictures of the same size are the same: the samples of one explanation share them. */
let kept: { readonly key: string; readonly columns: Taps; readonly rows: Taps } | undefined

function* resample(
  image: RasterImage,
  part: Part,
  width: number,
  height: number,
): Slices<Float32Array> {
  const { data, channels } = image
  const key = [
    image.width,
    image.height,
    part.left,
    part.top,
    part.width,
    part.height,
    width,
    height,
  ].join(' ')
  if (kept?.key !== key) {
    kept = {
      key,
      columns: tapsOf(image.width, part.left, part.width, width),
      rows: tapsOf(image.height, part.top, part.height, height),
    }
  }
  const { columns, rows } = kept
  const line = width * channels
  const from = rows.first[0]!
  const to = Math.min(image.height, rows.first[height - 1]! + rows.taps)
  const narrow = new Float32Array((to - from) * line)
  for (let y = from; y < to; y++) {
    if (y % 16 === 0) yield
    narrowRow(data, y * image.width * channels, channels, columns, narrow, (y - from) * line)
  }
  const out = new Float32Array(height * line)
  for (let y = 0; y < height; y++) {
    for (let k = 0; k < rows.taps; k++) {
      const weight = rows.weights[y * rows.taps + k]!
      if (weight === 0) continue
      addRow(narrow, (rows.first[y]! + k - from) * line, weight, out, y * line, line)
    }
  }
  return out
}

/** One row: out[x, c] = Σ_k weight[x, k] · in[first[x] + k, c]. */
function narrowRow(
  data: RasterImage['data'],
  start: number,
  channels: number,
  { first, weights, taps }: Taps,
  out: Float32Array,
  to: number,
): void {
  if (channels === 3) {
    narrowColourRow(data, start, { first, weights, taps }, out, to)
    return
  }
  for (let x = 0, at = to; x < first.length; x++) {
    const from = start + first[x]! * channels
    for (let c = 0; c < channels; c++) {
      let sum = 0
      for (let k = 0, i = from + c, w = x * taps; k < taps; k++, i += channels, w++) {
        const weight = weights[w]!
        if (weight !== 0) sum += weight * data[i]!
      }
      out[at++] = sum
    }
  }
}

/** The same for three channels, side by side: most pictures, and twice as fast. */
function narrowColourRow(
  data: RasterImage['data'],
  start: number,
  { first, weights, taps }: Taps,
  out: Float32Array,
  to: number,
): void {
  const columns = first.length
  for (let x = 0, at = to, w = 0; x < columns; x++) {
    let red = 0
    let green = 0
    let blue = 0
    for (let k = 0, i = start + first[x]! * 3; k < taps; k++, i += 3, w++) {
      const weight = weights[w]!
      // Taps beyond the picture's edge have weight 0, and may have no pixel.
      if (weight === 0) continue
      red += weight * data[i]!
      green += weight * data[i + 1]!
      blue += weight * data[i + 2]!
    }
    out[at++] = red
    out[at++] = green
    out[at++] = blue
  }
}

/** out += weight · in, over one row. */
function addRow(
  rows: Float32Array,
  from: number,
  weight: number,
  out: Float32Array,
  to: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) out[to + i]! += weight * rows[from + i]!
}

function tapsOf(size: number, start: number, length: number, count: number): Taps {
  const step = length / count
  const support = Math.max(1, step)
  const taps = Math.min(size, Math.ceil(2 * support) + 1)
  const first = new Int32Array(count)
  const weights = new Float32Array(count * taps)
  for (let i = 0; i < count; i++) {
    const centre = start + (i + 0.5) * step
    const low = Math.max(0, Math.min(size - taps, Math.floor(centre - support)))
    first[i] = low
    let sum = 0
    for (let k = 0; k < taps; k++) {
      const weight = Math.max(0, 1 - Math.abs(low + k + 0.5 - centre) / support)
      weights[i * taps + k] = weight
      sum += weight
    }
    for (let k = 0; k < taps; k++) weights[i * taps + k]! /= sum
  }
  return { first, weights, taps }
}
