/**
 * Layers that change the sizes of pictures and series: `ZeroPadding`, `Cropping`, `UpSampling`, `Resizing`,
 * `CenterCrop`.
 *
 * Bilinear and bicubic interpolation take pixel centres at half integers, as TensorFlow 2 does. Padding and cropping
 * work in whichever layout the tensor has.
 */
import { type Shape, type Tensor, toFirst } from '../graph.ts'
import type { Layer, Translator } from '../layer.ts'
import { channelled, isChannelsFirst } from './window.ts'

/** `ZeroPadding1D` to `3D`. */
export function zeroPadding(rank: number): Translator {
  return (layer, call) => {
    const input = layer.input(call)
    const { graph } = layer
    const pairs = readPairs(layer, 'padding', rank, 1)
    return alongPlaces(
      layer,
      input,
      rank,
      (value, axes) => {
        const begin = input.shape.map((_, axis) => pairs[axes.indexOf(axis)]?.[0] ?? 0)
        const end = input.shape.map((_, axis) => pairs[axes.indexOf(axis)]?.[1] ?? 0)
        return graph.node('Pad', [value, graph.ints([...begin, ...end]), graph.scalar(0)])
      },
      (size, place) => size + pairs[place]![0] + pairs[place]![1],
    )
  }
}

/** `Cropping1D` to `3D`. */
export function cropping(rank: number): Translator {
  return (layer, call) => {
    const input = layer.input(call)
    const pairs = readPairs(layer, 'cropping', rank, 1)
    return alongPlaces(
      layer,
      input,
      rank,
      (value, axes) => {
        const starts = pairs.map(([front]) => front)
        const ends = pairs.map(([, back]) => (back === 0 ? Number.MAX_SAFE_INTEGER : -back))
        return layer.graph.slice(value, starts, ends, axes)
      },
      (size, place) => {
        const left = size - pairs[place]![0] - pairs[place]![1]
        if (left < 1) throw layer.refusal(`an input of size ${size}`, 'more than is cropped away')
        return left
      },
    )
  }
}

/** `UpSampling1D` to `3D`: every place several times, or interpolated. */
export function upSampling(rank: number): Translator {
  return (layer, call) => {
    const input = channelled(layer, layer.input(call), rank)
    const { graph } = layer
    const factors = layer.sizes('size', rank, 2)
    const scales = graph.floats(`scales ${factors.join(' ')}`, [rank + 2], () =>
      Float32Array.of(1, 1, ...factors),
    )
    const attributes = interpolation(layer, layer.word('interpolation', 'nearest'))
    const value = graph.node('Resize', [input.value, '', scales], attributes)
    const sizes = input.sizes.map((size, i) => (size === null ? null : size * factors[i]!))
    return input.wrap(value, input.channels, sizes)
  }
}

/** `Resizing(height, width)`. */
export const resizing: Translator = (layer, call) => {
  const input = channelled(layer, layer.input(call), 2)
  const { graph } = layer
  const height = layer.count('height')
  const width = layer.count('width')
  for (const name of ['crop_to_aspect_ratio', 'pad_to_aspect_ratio', 'antialias']) {
    if (layer.flag(name, false)) throw layer.refusal(`${name}=True`, 'plain resizing')
  }
  const attributes = interpolation(layer, layer.word('interpolation', 'bilinear'))
  const sizes = graph.joinSizes([graph.sizes(input.value, 0, 2), graph.ints([height, width])])
  const value = graph.node('Resize', [input.value, '', '', sizes], attributes)
  return input.wrap(value, input.channels, [height, width])
}

/** `CenterCrop(height, width)` of pictures that are at least as large. */
export const centreCrop: Translator = (layer, call) => {
  const input = layer.input(call)
  const wanted = [layer.count('height'), layer.count('width')]
  const places = isChannelsFirst(layer) ? input.shape.slice(2) : input.shape.slice(1, 3)
  const starts = places.map((size, i) => {
    const known = layer.known(size, 'the size of the picture')
    if (known < wanted[i]!)
      throw layer.refusal(`a picture of size ${known}`, `at least ${wanted[i]}`)
    return Math.floor((known - wanted[i]!) / 2)
  })
  const ends = starts.map((start, i) => start + wanted[i]!)
  return alongPlaces(
    layer,
    input,
    2,
    (value, axes) => layer.graph.slice(value, starts, ends, axes),
    (_, place) => wanted[place]!,
  )
}

/** Runs `make` over the axes of places, in whichever layout there is; `resized` gives the new size of each. */
function alongPlaces(
  layer: Layer,
  input: Tensor,
  rank: number,
  make: (value: string, axes: readonly number[]) => string,
  resized: (size: number, place: number) => number,
): Tensor {
  const { graph } = layer
  if (input.shape.length !== rank + 2) {
    throw layer.refusal(`an input of ${input.shape.length} dimensions`, `${rank + 2} dimensions`)
  }
  const begin = rank > 1 && isChannelsFirst(layer) ? 2 : 1
  const shape: Shape = input.shape.map((size, axis) => {
    const place = axis - begin
    if (place < 0 || place >= rank) return size
    return size === null ? null : resized(size, place)
  })
  const axes = Array.from({ length: rank }, (_, place) => begin + place)
  if (input.plain !== undefined) return graph.tensor(make(input.plain, axes), shape)
  const order = toFirst(shape.length)
  const moved = axes.map((axis) => order.indexOf(axis))
  return graph.tensorFirst(make(input.first!, moved), shape)
}

/** `1`, `[1, 2]` or `[[1, 1], [2, 2]]`: zeros before and after for each of `rank` axes. */
function readPairs(
  layer: Layer,
  name: string,
  rank: number,
  otherwise: number,
): [before: number, after: number][] {
  const value = layer.config[name] ?? otherwise
  const isSize = (one: unknown): one is number => Number.isSafeInteger(one) && Number(one) >= 0
  const pair = (one: unknown): [number, number] => {
    if (isSize(one)) return [one, one]
    if (Array.isArray(one) && one.length === 2 && one.every(isSize)) return [one[0]!, one[1]!]
    throw layer.refusal(`${name} ${JSON.stringify(value)}`, 'sizes before and after')
  }
  if (isSize(value)) return Array.from({ length: rank }, () => pair(value))
  if (rank === 1) return [pair(Array.isArray(value) && value.length === 1 ? value[0] : value)]
  if (Array.isArray(value) && value.length === rank) return value.map(pair)
  throw layer.refusal(`${name} ${JSON.stringify(value)}`, `sizes for ${rank} axes`)
}

function interpolation(layer: Layer, mode: string) {
  if (mode === 'nearest') {
    return {
      mode: { string: 'nearest' },
      coordinate_transformation_mode: { string: 'asymmetric' },
      nearest_mode: { string: 'floor' },
    }
  }
  const half = { coordinate_transformation_mode: { string: 'half_pixel' } }
  if (mode === 'bilinear') return { mode: { string: 'linear' }, ...half }
  if (mode === 'bicubic') {
    const cubic = { cubic_coeff_a: { float: -0.5 }, exclude_outside: { int: 1 } }
    return { mode: { string: 'cubic' }, ...cubic, ...half }
  }
  throw layer.refusal(`the interpolation ${mode}`, 'nearest, bilinear or bicubic')
}
