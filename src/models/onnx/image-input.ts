/**
 * Pictures to one tensor (n, channels, height, width), (n, height, width, channels) or (n, height, width).
 *
 * Each value v of channel c becomes v × scale[c] + shift[c]; a grey picture is repeated for a model of three channels,
 * an alpha channel is dropped where the model has none for it, and colours are averaged with the weights of ITU-R
 * BT.601 (0.299, 0.587, 0.114) for a model of one channel.
 */
import { type RasterImage, ShapeError } from '../../contract/index.ts'
import {
  type Encoder,
  type GraphInput,
  inputText,
  numberArray,
  onlyInput,
  wrongKind,
} from './feeds.ts'

/** How a model for pictures wants its pixels. */
export interface ImageLayout {
  /** Channels before the pixels, or after them. Default: where the graph has the size 1, 3 or 4; else `nchw`. */
  readonly layout?: 'nchw' | 'nhwc' | undefined
  /** Factor for all channels or for each. Default 1. */
  readonly scale?: number | readonly number[] | undefined
  /** Added after scaling, for all channels or for each. Default 0. */
  readonly shift?: number | readonly number[] | undefined
  /** Default `rgb`. */
  readonly channelOrder?: 'rgb' | 'bgr' | undefined
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

  return (images) => {
    const height = sizeOf(heightSize, images[0]!.height)
    const width = sizeOf(widthSize, images[0]!.width)
    const channels = sizeOf(channelSize, Math.min(3, images[0]!.channels))
    const scale = perChannel(options.scale, 1, channels)
    const shift = perChannel(options.shift, 0, channels)
    const pixels = height * width
    const size = pixels * channels
    const data = numberArray(model, input, images.length * size)
    const [pixelStep, channelStep] = first ? [1, pixels] : [channels, 1]
    for (let i = 0; i < images.length; i++) {
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
    remedy: 'Resize the picture to the size that the model takes.',
  })
}
