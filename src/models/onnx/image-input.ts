/**
 * Pictures to one tensor (n, channels, height, width), (n, height, width, channels) or (n, height, width).
 *
 * Each value v of channel c becomes v × scale[c] + shift[c] (or what `range`, `mean` and `std` say); a grey picture is repeated for a model of three channels,
 * an alpha channel is dropped where the model has none for it, and colours are averaged with the weights of ITU-R
 * BT.601 (0.299, 0.587, 0.114) for a model of one channel. A picture of another size is resized where `resize` says how.
 */
import {
  checkChoice,
  checkOptions,
  OptionError,
  type RasterImage,
  ShapeError,
} from '../../contract/index.ts'
import type { Slices } from '../../contract/slices.ts'
import {
  type Encoder,
  type GraphInput,
  inputText,
  numberArray,
  onlyInput,
  wrongKind,
} from './feeds.ts'
import { RESIZES, type Resize, resizeImage } from './resize-image.ts'
import type { Tensors } from './session.ts'

/** How a model for pictures wants its pixels. */
export interface ImageLayout {
  /** Channels before the pixels, or after them. Default: where the graph has the size 1, 3 or 4; else `nchw`. */
  readonly layout?: 'nchw' | 'nhwc' | undefined
  /** Factor for all channels or for each. Default 1. */
  readonly scale?: number | readonly number[] | undefined
  /** Added after scaling, for all channels or for each. Default 0. */
  readonly shift?: number | readonly number[] | undefined
  /** What bytes, 0 … 255, become, in place of `scale` and `shift`: `[0, 1]`, `[-1, 1]`. */
  readonly range?: readonly [low: number, high: number] | undefined
  /** Subtracted after `range`, for all channels or for each. Default 0. */
  readonly mean?: number | readonly number[] | undefined
  /** Divided by after that, for all channels or for each. Default 1. */
  readonly std?: number | readonly number[] | undefined
  /** Default `rgb`. */
  readonly channelOrder?: 'rgb' | 'bgr' | undefined
  /**
   * How a picture of another size becomes the model's: `stretch` it, `crop` its middle, `pad` it with 0. Default `none`:
   * it is an error.
   */
  readonly resize?: Resize | undefined
  /** The model's size in pixels, for graphs that leave it free: one side, or width and height. */
  readonly size?: number | readonly [width: number, height: number] | undefined
  /** With `resize: 'crop'`, the part of the shorter side that is kept, above 0 to 1: 0.875 = 224 of 256. Default 1. */
  readonly crop?: number | undefined
}

/** Names of the options above. */
export const IMAGE_OPTIONS = [
  'layout',
  'scale',
  'shift',
  'range',
  'mean',
  'std',
  'channelOrder',
  'resize',
  'size',
  'crop',
] as const

/** Throws an OptionError for options that do not exist or are out of range. */
export function checkImageLayout(where: string, options: ImageLayout | undefined): void {
  checkOptions(where, options, IMAGE_OPTIONS)
  if (options === undefined) return
  const { layout, channelOrder, resize, size, crop } = options
  if (layout !== undefined) checkChoice(`${where}.layout`, layout, ['nchw', 'nhwc'])
  if (channelOrder !== undefined) {
    checkChoice(`${where}.channelOrder`, channelOrder, ['rgb', 'bgr'])
  }
  for (const name of ['scale', 'shift', 'mean', 'std'] as const) {
    checkNumbers(`${where}.${name}`, options[name], name === 'std')
  }
  checkRange(where, options)
  if (resize !== undefined) checkChoice(`${where}.resize`, resize, RESIZES)
  const sides = typeof size === 'number' ? [size] : (size ?? [])
  if (!sides.every((side) => Number.isInteger(side) && side >= 1)) {
    throw new OptionError({
      where: `${where}.size`,
      got: String(size),
      expected: 'pixels, an integer from 1, or width and height',
      remedy: 'Leave it out where the graph fixes the size.',
    })
  }
  if (crop === undefined || (crop > 0 && crop <= 1 && resize === 'crop')) return
  throw new OptionError({
    where: `${where}.crop`,
    got: resize === 'crop' ? String(crop) : `${crop} with resize: '${resize ?? 'none'}'`,
    expected: "a number above 0 up to 1, with resize: 'crop'",
    remedy: 'Leave it out to crop no more than the proportions ask for.',
  })
}

function checkNumbers(
  where: string,
  value: number | readonly number[] | undefined,
  notZero: boolean,
): void {
  const list = value === undefined ? [] : [value].flat()
  if (list.every((one) => Number.isFinite(one) && !(notZero && one === 0))) return
  throw new OptionError({
    where,
    got: JSON.stringify(value) ?? String(value),
    expected: `a number, or one for each channel${notZero ? ', not 0' : ''}`,
    remedy: 'Take the numbers that the model was trained with.',
  })
}

function checkRange(where: string, { range, mean, std, scale, shift }: ImageLayout): void {
  const isRange =
    range === undefined ||
    (Array.isArray(range) && range.length === 2 && range.every((one) => Number.isFinite(one)))
  if (!isRange) {
    throw new OptionError({
      where: `${where}.range`,
      got: JSON.stringify(range) ?? String(range),
      expected: 'two numbers: what the bytes 0 and 255 become',
      remedy: 'Usual ranges are [0, 1], [-1, 1] and, left out, [0, 255].',
    })
  }
  const isStandard = [range, mean, std].some((one) => one !== undefined)
  if (!isStandard || (scale === undefined && shift === undefined)) return
  throw new OptionError({
    where: `${where}.${scale === undefined ? 'shift' : 'scale'}`,
    got: 'scale or shift together with range, mean or std',
    expected: 'one of the two ways to say it',
    remedy: 'value × scale + shift; or range first, then (value − mean) / std.',
  })
}

/** An encoder of pictures, which must have the size that the graph fixes. Throws a ShapeError for a graph without room for pictures. */
export function imageEncoder(
  model: string,
  inputs: readonly GraphInput[],
  options: ImageLayout,
): Encoder<RasterImage> {
  const input = onlyInput(model, 'a picture', inputs)
  const { sizes } = input
  if (sizes.length !== 2 && sizes.length !== 3) throw wrongKind(model, 'a picture', inputs)
  const first = sizes.length === 3 && (options.layout ?? guessLayout(input)) === 'nchw'
  const channelSize = sizes.length === 2 ? 1 : sizes[first ? 0 : 2]!
  const [heightSize, widthSize] = first ? [sizes[1], sizes[2]] : [sizes[0], sizes[1]]

  const { resize = 'none', size: asked } = options
  const [askedWidth, askedHeight] = typeof asked === 'number' ? [asked, asked] : (asked ?? [])

  return function* (pictures): Slices<Tensors> {
    const height = sizeOf(heightSize, askedHeight ?? pictures[0]!.height)
    const width = sizeOf(widthSize, askedWidth ?? pictures[0]!.width)
    const images: RasterImage[] = []
    for (const one of pictures) {
      images.push(
        resize === 'none' ? one : yield* resizeImage(one, width, height, resize, options.crop),
      )
    }
    const channels = sizeOf(channelSize, Math.min(3, images[0]!.channels))
    const { scale, shift } = affine(options, channels)
    const pixels = height * width
    const size = pixels * channels
    const data = numberArray(model, input, images.length * size)
    const [pixelStep, channelStep] = first ? [1, pixels] : [channels, 1]
    for (let i = 0; i < images.length; i++) {
      yield
      const image = images[i]!
      checkImage(model, input, image, i, width, height)
      const sources = channelMixes(model, input, image, channels)
      const { data: source, channels: stride } = image
      for (let c = 0; c < channels; c++) {
        const to = options.channelOrder === 'bgr' && channels >= 3 && c < 3 ? 2 - c : c
        const factor = scale[to]!
        const add = shift[to]!
        // out[pixel, to] = scale[to] · Σ_k weight[k] · in[pixel, k] + shift[to]
        for (const { channel, weight } of sources[c]!) {
          const times = factor * weight
          let at = i * size + to * channelStep
          let from = channel
          for (let p = 0; p < pixels; p++, at += pixelStep, from += stride) {
            data[at] = data[at]! + times * source[from]!
          }
        }
        if (add === 0) continue
        for (let p = 0, at = i * size + to * channelStep; p < pixels; p++, at += pixelStep) {
          data[at] = data[at]! + add
        }
      }
    }
    const shape = first ? [channels, height, width] : [height, width, channels]
    const dims = [images.length, ...(sizes.length === 2 ? [height, width] : shape)]
    return { [input.name]: { type: input.type, data, dims } }
  }
}

function guessLayout({ sizes }: GraphInput): 'nchw' | 'nhwc' {
  const isChannels = (size: unknown): boolean => size === 1 || size === 3 || size === 4
  return !isChannels(sizes[0]) && isChannels(sizes[2]) ? 'nhwc' : 'nchw'
}

function sizeOf(size: unknown, otherwise: number): number {
  return typeof size === 'number' ? size : otherwise
}

/** value × scale + shift, from whichever way it was said: ((value × (high − low) / 255 + low) − mean) / std. */
function affine(options: ImageLayout, channels: number): { scale: number[]; shift: number[] } {
  const mean = perChannel(options.mean, 0, channels)
  const std = perChannel(options.std, 1, channels)
  const [low, high] = options.range ?? [0, 255]
  const scale = perChannel(options.scale, (high - low) / 255, channels)
  const shift = perChannel(options.shift, low, channels)
  return {
    scale: scale.map((one, c) => one / std[c]!),
    shift: shift.map((one, c) => (one - mean[c]!) / std[c]!),
  }
}

function perChannel(
  value: number | readonly number[] | undefined,
  otherwise: number,
  channels: number,
): number[] {
  return Array.from({ length: channels }, (_, c) =>
    typeof value === 'object' ? (value[c] ?? otherwise) : (value ?? otherwise),
  )
}

/** For each channel of the model the channels of the picture that it is made of. */
function channelMixes(
  model: string,
  input: GraphInput,
  image: RasterImage,
  channels: number,
): { channel: number; weight: number }[][] {
  const own = image.channels
  if (own === channels || (own === 4 && channels === 3)) {
    return Array.from({ length: channels }, (_, channel) => [{ channel, weight: 1 }])
  }
  if (own === 1) return Array.from({ length: channels }, () => [{ channel: 0, weight: 1 }])
  if (channels === 1 && own >= 3) {
    return [[0.299, 0.587, 0.114].map((weight, channel) => ({ channel, weight }))]
  }
  throw new ShapeError({
    where: `${model}, predict`,
    got: `a picture of ${own} channels`,
    expected: `${channels} channels for ${inputText(input)}`,
    remedy: 'Convert the picture, or set the option image.layout.',
  })
}

function checkImage(
  model: string,
  input: GraphInput,
  image: RasterImage,
  index: number,
  width: number,
  height: number,
): void {
  const fits = image.width === width && image.height === height
  if (fits && image.data.length === width * height * image.channels) return
  throw new ShapeError({
    where: `${model}, predict, image ${index}`,
    got: `${image.width} × ${image.height} pixels, ${image.channels} channels, ${image.data.length} values`,
    expected: `${width} × ${height} pixels for ${inputText(input)}`,
    remedy:
      "Set the option image.resize to 'stretch', 'crop' or 'pad', or give pictures of the size that the model takes.",
  })
}
