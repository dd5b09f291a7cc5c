/**
 * The picture in which everything is switched off: what a sample shows where a segment is off.
 *
 * | hide         | what stands there                                                                           |
 * | ------------ | ------------------------------------------------------------------------------------------- |
 * | `mean`       | the segment's mean, channel by channel                                                      |
 * | `neighbours` | the mean of all pixels of the segments that touch it (its own where it touches none)        |
 * | `blur`       | the picture, blurred by a tenth of its shorter side (three box filters, near a Gaussian)    |
 * | `noise`      | normal numbers with the picture's mean and deviation, channel by channel, within its range  |
 * | a colour     | that colour                                                                                 |
 * | a picture    | that picture's pixels                                                                       |
 *
 * Bytes are cut to integers, as NumPy does. The alpha of an RGBA picture stays as it is, unless a colour of four
 * numbers or a picture is given.
 */
import { OptionError, ShapeError } from '../contract/errors.ts'
import type { RasterImage } from '../contract/instance.ts'
import type { Slices } from '../contract/slices.ts'
import type { RandomState } from '../math/random-state.ts'
import { boxBlur } from './box-blur.ts'
import { emptyLike } from './picture.ts'
import type { LabelMap } from './segment/label-map.ts'
import { isBytes } from './segment/raster.ts'

/** Ways to hide by name. */
export const HIDE_NAMES = ['mean', 'blur', 'neighbours', 'noise'] as const
export type HideName = (typeof HIDE_NAMES)[number]

/** What the option `hide` may be. */
export type HideChoice = HideName | number | readonly number[] | RasterImage

/**
 * The hidden picture: same size, channels and type as `image`, a fresh array.
 *
 * @param random drawn from for `noise` only.
 * @throws OptionError for a colour that does not fit the picture, ShapeError for a picture of another size.
 */
export function* hiddenPicture(
  image: RasterImage,
  map: LabelMap,
  hide: HideChoice,
  random: RandomState,
  where: string,
): Slices<RasterImage> {
  const { width, height, channels } = image
  const data = emptyLike(image.data)
  const hidden = { data, width, height, channels }
  if (hide === 'mean') {
    const means = segmentMeans(image, map)
    yield
    yield* fillSegments(data, map, channels, means)
  } else if (hide === 'neighbours') {
    const means = neighbourMeans(image, map)
    yield
    yield* fillSegments(data, map, channels, means)
  } else if (hide === 'blur') {
    data.set(yield* boxBlur(image, 0.1 * Math.min(width, height)))
  } else if (hide === 'noise') {
    fillNoise(image, data, random)
  } else if (typeof hide === 'object' && 'data' in hide) {
    copyPicture(image, data, hide, where)
    return hidden
  } else {
    const colour = typeof hide === 'number' ? [hide] : hide
    fillColour(image, data, colour, where)
    if (colour.length === 4) return hidden
  }
  if (channels === 4) for (let i = 3; i < data.length; i += 4) data[i] = image.data[i]!
  return hidden
}

/** Sums of each channel, and pixels, of each segment: (K × (channels + 1)). */
function segmentSums({ data, channels }: RasterImage, { labels, count }: LabelMap): Float64Array {
  const stride = channels + 1
  const sums = new Float64Array(count * stride)
  for (let i = 0, at = 0; i < labels.length; i++) {
    const to = labels[i]! * stride
    for (let c = 0; c < channels; c++) sums[to + c]! += data[at++]!
    sums[to + channels]!++
  }
  return sums
}

/** Sums of groups of pixels to means: (K × channels). */
function meansOf(sums: Float64Array, channels: number): Float64Array {
  const count = sums.length / (channels + 1)
  const means = new Float64Array(count * channels)
  for (let s = 0; s < count; s++) {
    const pixels = sums[s * (channels + 1) + channels]!
    for (let c = 0; c < channels; c++) {
      means[s * channels + c] = sums[s * (channels + 1) + c]! / pixels
    }
  }
  return means
}

function segmentMeans(image: RasterImage, map: LabelMap): Float64Array {
  return meansOf(segmentSums(image, map), image.channels)
}

/** For each segment the mean of all pixels of the segments that share an edge of a pixel with it. */
function neighbourMeans(image: RasterImage, map: LabelMap): Float64Array {
  const { labels, width, count } = map
  const neighbours = Array.from({ length: count }, () => new Set<number>())
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!
    const right = (i + 1) % width === 0 ? label : labels[i + 1]!
    const below = i + width < labels.length ? labels[i + width]! : label
    for (const other of [right, below]) {
      if (other === label) continue
      neighbours[label]!.add(other)
      neighbours[other]!.add(label)
    }
  }
  const stride = image.channels + 1
  const sums = segmentSums(image, map)
  const around = new Float64Array(sums.length)
  neighbours.forEach((others, s) => {
    for (const other of others.size > 0 ? others : [s]) {
      for (let c = 0; c < stride; c++) around[s * stride + c]! += sums[other * stride + c]!
    }
  })
  return meansOf(around, image.channels)
}

/** Pixels between two pauses. */
const BLOCK = 65_536

function* fillSegments(
  data: RasterImage['data'],
  { labels }: LabelMap,
  channels: number,
  colours: Float64Array,
): Slices<void> {
  for (let i = 0, at = 0; i < labels.length; i++) {
    if (i % BLOCK === 0) yield
    const from = labels[i]! * channels
    for (let c = 0; c < channels; c++) data[at++] = stored(data, colours[from + c]!)
  }
}

/** Normal numbers with mean and deviation of each channel, kept between its smallest and largest value. */
function fillNoise(image: RasterImage, data: RasterImage['data'], random: RandomState): void {
  const { channels, data: own } = image
  const n = own.length / channels
  const drawn = new Float64Array(own.length)
  random.standardNormalInto(drawn)
  for (let c = 0; c < channels; c++) {
    let sum = 0
    let low = own[c]!
    let high = low
    for (let i = c; i < own.length; i += channels) {
      const value = own[i]!
      sum += value
      if (value < low) low = value
      if (value > high) high = value
    }
    const mean = sum / n
    let squares = 0
    for (let i = c; i < own.length; i += channels) squares += (own[i]! - mean) ** 2
    const deviation = Math.sqrt(squares / n)
    for (let i = c; i < own.length; i += channels) {
      const value = mean + deviation * drawn[i]!
      data[i] = stored(data, Math.min(high, Math.max(low, value)))
    }
  }
}

function fillColour(
  image: RasterImage,
  data: RasterImage['data'],
  colour: readonly number[],
  where: string,
): void {
  const { channels } = image
  const fits = [1, channels, Math.min(3, channels)].includes(colour.length)
  const bytes = isBytes(data)
  if (!fits || (bytes && colour.some((value) => value < 0 || value > 255))) {
    throw new OptionError({
      where,
      got: `the colour ${colour.join(', ')}`,
      expected: `one number, or ${channels}, one for each channel${bytes ? ', from 0 to 255' : ''}`,
      remedy: 'A colour is in the units of the picture: bytes run from 0 to 255.',
    })
  }
  for (let i = 0; i < data.length; i += channels) {
    for (let c = 0; c < channels; c++) {
      data[i + c] = stored(data, colour[colour.length === 1 ? 0 : c] ?? 0)
    }
  }
}

function copyPicture(
  image: RasterImage,
  data: RasterImage['data'],
  background: RasterImage,
  where: string,
): void {
  const { width, height, channels } = image
  const fits =
    background.width === width &&
    background.height === height &&
    background.channels === channels &&
    background.data.length === data.length
  if (!fits) {
    throw new ShapeError({
      where,
      got: `a picture of ${background.width} × ${background.height} pixels, ${background.channels} channels`,
      expected: `${width} × ${height} pixels, ${channels} channels, as the picture that is explained`,
      remedy: 'Bring it to the size of the picture first.',
    })
  }
  for (let i = 0; i < data.length; i++) data[i] = stored(data, background.data[i]!)
}

/** A number as NumPy stores it: bytes are cut, not rounded. */
function stored(data: RasterImage['data'], value: number): number {
  return isBytes(data) ? Math.trunc(value) : value
}
