/**
 * Pictures from and to files, in Node: JPEG, PNG, WebP, AVIF, GIF, TIFF by sharp, BMP by a reader of our own.
 *
 * 1. The orientation that a camera wrote (EXIF) is applied, so that the picture is as a person sees it.
 * 2. Colours become sRGB bytes: 1 channel for grey, 3 for RGB, 4 with transparency.
 * 3. A picture of more than 100 megapixels is refused before it is decoded, or reduced where `maxPixels` is given.
 */
import { DataError, MissingDependencyError } from '../contract/errors.ts'
import type { RasterImage } from '../contract/instance.ts'
import { checkOptions } from '../contract/nearest.ts'
import { decodeBmp } from './bmp.ts'
import { readBytes } from './bytes.ts'

/** Pixels that a picture may have without `maxPixels`. */
export const PIXEL_LIMIT = 100_000_000

/** How a picture is decoded. */
export interface DecodeImageOptions {
  /** The file's name in messages. Default: `image`. */
  readonly name?: string | undefined
  /** Reduce a picture to at most so many pixels, in place of refusing one above 100 million. */
  readonly maxPixels?: number | undefined
  /** Refuse a picture of more pixels, reduced or not. Default: 100 million; with `maxPixels` there is no bound. */
  readonly mostPixels?: number | undefined
}

type Sharp = typeof import('sharp')['default']
type SharpInput = Parameters<Sharp>[0]
type SharpOptions = NonNullable<Parameters<Sharp>[1]>

/** The picture in the bytes of a file. Throws a DataError for one that is damaged, cut off, or too large. */
export async function decodeImage(
  bytes: Uint8Array,
  options: DecodeImageOptions = {},
): Promise<RasterImage> {
  checkOptions('decodeImage, options', options, ['name', 'maxPixels', 'mostPixels'])
  const { name = 'image', maxPixels } = options
  const most = options.mostPixels ?? (maxPixels === undefined ? PIXEL_LIMIT : undefined)
  if (bytes.length === 0) {
    throw new DataError({
      where: name,
      got: 'an empty file',
      expected: 'a picture',
      remedy: 'Check that the file was copied to the end.',
    })
  }
  if (bytes[0] === 0x42 && bytes[1] === 0x4d) {
    return reduced(decodeBmp(bytes, name), name, maxPixels, most)
  }
  const sharp = await loadSharp(name)
  try {
    const size = await sharp(bytes, { limitInputPixels: false }).metadata()
    checkSize(size.width, size.height, name, most)
    let image = sharp(bytes, { failOn: 'error', limitInputPixels: false }).autoOrient()
    const share = (maxPixels ?? Number.POSITIVE_INFINITY) / (size.width * size.height)
    // JPEG is decoded at half, a quarter, an eighth of its size when a resize follows: cheap for very large ones.
    if (share < 1) image = image.resize(reducedSide(size.autoOrient.width, share))
    const grey = !size.hasAlpha && (size.space === 'b-w' || size.space === 'grey16')
    const { data, info } = await image
      .toColourspace(grey ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    const { width, height, channels } = info
    return { data: new Uint8Array(data), width, height, channels }
  } catch (cause) {
    if (cause instanceof DataError) throw cause
    throw new DataError({
      where: name,
      got: `a picture that cannot be decoded (${(cause as Error).message.split('\n')[0]})`,
      expected: 'a whole JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP',
      remedy: 'Check that this is a picture, and that it was copied to the end.',
      cause,
    })
  }
}

/** The picture in a file. Throws a DataError that names it. */
export async function readImage(
  path: string,
  options: DecodeImageOptions = {},
): Promise<RasterImage> {
  return decodeImage(await readBytes(path), { name: path, ...options })
}

/** The bytes of a PNG; floats are taken as 0 … 255 and rounded. By sharp, or by fast-png where sharp is not installed. */
export async function encodePng(image: RasterImage): Promise<Uint8Array> {
  const { width, height, channels } = image
  if (width * height * channels !== image.data.length || width === 0 || height === 0) {
    throw new DataError({
      where: 'encodePng, image',
      got: `${image.data.length} values for ${width} × ${height} pixels of ${channels} channels`,
      expected: `${width * height * channels} values, and at least one pixel`,
      remedy: 'Hand in data of width × height × channels values.',
    })
  }
  const { data } = image
  const bytes =
    data instanceof Uint8Array || data instanceof Uint8ClampedArray
      ? data
      : Uint8ClampedArray.from(data)
  const sharp = await importSharp()
  if (sharp !== undefined) {
    const raw = { width, height, channels: channels as 1 | 2 | 3 | 4 }
    return new Uint8Array(
      await sharp(bytes as SharpInput, { raw } as SharpOptions)
        .png()
        .toBuffer(),
    )
  }
  try {
    const { encode } = await import('fast-png')
    return encode({ width, height, channels, data: new Uint8Array(bytes) })
  } catch (cause) {
    throw missing('encodePng', 'npm install sharp (or: npm install fast-png)', cause)
  }
}

/**
 * A picture in a data URL, reduced to at most `side` pixels along its longer side, as a WebP data URL: for pages that
 * show many. One that is small enough comes back as it is. Throws a DataError for what is no picture.
 */
export async function shrinkPicture(dataUrl: string, side = 160): Promise<string> {
  const where = 'shrinkPicture, dataUrl'
  const encoded = /^data:image\/(?:png|jpeg|webp);base64,([A-Za-z0-9+/=]+)$/.exec(dataUrl)?.[1]
  if (encoded === undefined) {
    throw new DataError({
      where,
      got: `${dataUrl.slice(0, 40)}\u2026`,
      expected: 'a PNG, JPEG or WebP as data:image/\u2026;base64,\u2026',
      remedy: 'Give the picture of an explanation, as keepPicture put it there.',
    })
  }
  const bytes = Buffer.from(encoded, 'base64')
  const sharp = await loadSharp(where)
  try {
    const { width, height } = await sharp(bytes, { limitInputPixels: PIXEL_LIMIT }).metadata()
    if (Math.max(width, height) <= side && dataUrl.length < 16_000) return dataUrl
    const small = await sharp(bytes, { limitInputPixels: PIXEL_LIMIT })
      .resize(side, side, { fit: 'inside', withoutEnlargement: true })
      .webp({ quality: 78 })
      .toBuffer()
    return `data:image/webp;base64,${small.toString('base64')}`
  } catch (cause) {
    throw new DataError({
      where,
      got: `a picture that cannot be decoded (${(cause as Error).message.split('\n')[0]})`,
      expected: 'a whole PNG, JPEG or WebP',
      remedy: 'Explain the picture again with keepPicture: true.',
      cause,
    })
  }
}

async function loadSharp(name: string): Promise<Sharp> {
  const sharp = await importSharp()
  if (sharp !== undefined) return sharp
  throw missing(name, 'npm install sharp', undefined)
}

async function importSharp(): Promise<Sharp | undefined> {
  try {
    return (await import('sharp')).default
  } catch {
    return undefined
  }
}

function missing(where: string, command: string, cause: unknown): MissingDependencyError {
  return new MissingDependencyError({
    where,
    got: 'no package sharp',
    expected: 'the library that reads and writes pictures',
    remedy: `Install it: ${command}`,
    cause,
  })
}

function checkSize(width: number, height: number, name: string, most: number | undefined): void {
  if (most === undefined || width * height <= most) return
  throw new DataError({
    where: name,
    got: `${width} × ${height} pixels`,
    expected: `at most ${most / 1e6} million`,
    remedy: 'Save a smaller copy, or let it be reduced by the option maxPixels.',
  })
}

function reducedSide(width: number, share: number): number {
  return Math.max(1, Math.floor(width * Math.sqrt(share)))
}

async function reduced(
  image: RasterImage,
  name: string,
  maxPixels: number | undefined,
  most: number | undefined,
): Promise<RasterImage> {
  const { width, height, channels } = image
  checkSize(width, height, name, most)
  if (maxPixels === undefined || width * height <= maxPixels) return image
  const sharp = await loadSharp(name)
  const raw = { width, height, channels: channels as 3 | 4 }
  const { data, info } = await sharp(image.data as SharpInput, { raw, limitInputPixels: false })
    .resize(reducedSide(width, maxPixels / (width * height)))
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data: new Uint8Array(data), width: info.width, height: info.height, channels }
}
