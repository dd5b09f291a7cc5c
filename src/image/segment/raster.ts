/** Pictures as the segmentations read them: checked once, and taken apart into planes of doubles. */
import { DataError, OptionError, ShapeError } from '../../contract/errors.ts'
import type { RasterImage } from '../../contract/instance.ts'

/** What a byte counts as a float: scikit-image's `img_as_float` multiplies by the double nearest to 1 / 255. */
const BYTE = 1 / 255

/**
 * Throws unless the picture is one: whole sizes from 1 × 1, 1, 3 or 4 channels, as many numbers as these need
 * (ShapeError), all finite (DataError).
 */
export function checkImage(where: string, image: RasterImage): void {
  const { data, width, height, channels } = image
  const whole = Number.isSafeInteger(width) && Number.isSafeInteger(height)
  if (
    !whole ||
    width < 1 ||
    height < 1 ||
    ![1, 3, 4].includes(channels) ||
    data.length !== width * height * channels
  ) {
    throw new ShapeError({
      where: `${where}, image`,
      got: `${data.length} numbers for ${width} × ${height} pixels of ${channels} channels`,
      expected: 'width × height × channels numbers, of at least one pixel and 1, 3 or 4 channels',
      remedy: 'Pixels stand row by row with their channels together: grey 1, RGB 3, RGBA 4.',
    })
  }
  if (isBytes(data)) return
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue
    const pixel = Math.floor(i / channels)
    throw new DataError({
      where: `${where}, image`,
      got: `${data[i]} at row ${Math.floor(pixel / width)}, column ${pixel % width}`,
      expected: 'finite numbers',
      remedy: 'Replace NaN and infinite values before the picture is segmented.',
    })
  }
}

/** Throws an OptionError unless `value` is a finite number (an integer, where asked) from `least` to `most`. */
export function checkNumber(
  where: string,
  value: number,
  range: { least: number; most?: number; integer?: boolean; above?: boolean },
): void {
  const { least, most = Number.MAX_VALUE, integer = false, above = false } = range
  const kind = integer ? Number.isSafeInteger(value) : Number.isFinite(value)
  if (kind && (above ? value > least : value >= least) && value <= most) return
  const upTo = most === Number.MAX_VALUE ? '' : ` up to ${most}`
  throw new OptionError({
    where,
    got: String(value),
    expected: `${integer ? 'an integer' : 'a number'} ${above ? `above ${least}` : `from ${least}`}${upTo}`,
    remedy: 'Leave it out for the default.',
  })
}

/** Bytes, as opposed to floats. */
export function isBytes(data: RasterImage['data']): data is Uint8Array | Uint8ClampedArray {
  return data instanceof Uint8Array || data instanceof Uint8ClampedArray
}

/** What one number of the picture counts: bytes are brought to 0…1, floats stay as they are. */
export function byteScale(image: RasterImage): number {
  return isBytes(image.data) ? BYTE : 1
}

/** The channels as planes of doubles, each (height × width): one for each channel, three equal ones for a grey picture. */
export function colourPlanes(image: RasterImage): Float64Array[] {
  const { data, width, height, channels } = image
  const scale = byteScale(image)
  const n = width * height
  const planes = Array.from({ length: channels }, (_, c) => {
    const plane = new Float64Array(n)
    for (let i = 0, j = c; i < n; i++, j += channels) plane[i] = data[j]! * scale
    return plane
  })
  return channels === 1 ? [planes[0]!, planes[0]!.slice(), planes[0]!.slice()] : planes
}
