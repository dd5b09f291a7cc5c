/**
 * Samples of a picture: the picture itself where a segment is on, the hidden one where it is off.
 *
 * 1. For each segment, which 32-bit words of the pixels differ between the two pictures, and by which bits: the
 *    exclusive or of both. A word that holds pixels of two segments stands under each of them, with its own bytes' bits.
 * 2. One picture is kept; it goes from one sample to the next by flipping the words of the segments that differ between
 *    these samples, and each sample is a copy of it. Flipping is exact for every type of number.
 *
 * The lists take twice the picture's memory, whatever the number of samples.
 */
import type { RasterImage } from '../contract/instance.ts'
import type { BitMatrix } from '../math/bit-matrix.ts'
import type { LabelMap } from './segment/label-map.ts'

/** The samples named by rows of 0/1, as fresh pictures. */
export type PictureMaker = (samples: BitMatrix, rows: ArrayLike<number>) => RasterImage[]

/** Makes samples of a picture; `hidden` has its size, channels and type. */
export function pictureMaker(image: RasterImage, hidden: RasterImage, map: LabelMap): PictureMaker {
  const { width, height, channels } = image
  const { from, at, bits } = wordFlips(image, hidden, map)
  const current = padded(image)
  const bytes = current.buffer as ArrayBuffer
  const length = image.data.byteLength
  let state = new Uint32Array(0)

  return (samples, rows) => {
    const { words, stride, cols } = samples
    if (state.length !== stride) {
      // The picture itself has all segments on.
      state = new Uint32Array(stride).fill(0xffffffff)
      current.set(padded(image))
      const left = cols - 32 * (stride - 1)
      if (left < 32) state[stride - 1] = 2 ** left - 1
    }
    return Array.from(rows, (row) => {
      for (let k = 0; k < stride; k++) {
        const wanted = words[row * stride + k]!
        for (let flips = state[k]! ^ wanted; flips !== 0; flips &= flips - 1) {
          const segment = 32 * k + 31 - Math.clz32(flips & -flips)
          const end = from[segment + 1]!
          for (let i = from[segment]!; i < end; i++) current[at[i]!]! ^= bits[i]!
        }
        state[k] = wanted
      }
      return { data: typed(image.data, bytes.slice(0, length)), width, height, channels }
    })
  }
}

/** The words to flip, segment by segment: those of segment s stand at `from[s] … from[s + 1] − 1`. */
interface WordFlips {
  readonly from: Int32Array
  readonly at: Int32Array
  readonly bits: Int32Array
}

function wordFlips(image: RasterImage, hidden: RasterImage, map: LabelMap): WordFlips {
  const difference = padded(image)
  const other = padded(hidden)
  for (let i = 0; i < difference.length; i++) difference[i]! ^= other[i]!
  const bytes = new Uint8Array(difference.buffer)
  const size = image.channels * image.data.BYTES_PER_ELEMENT
  const { labels, count } = map
  // A run of pixels of one segment covers words from start >> 2 to (end − 1) >> 2; those that do not differ are left out.
  const from = new Int32Array(count + 1)
  forEachRun(labels, (label, start, end) => {
    for (let w = (start * size) >> 2; w <= (end * size - 1) >> 2; w++) {
      if (difference[w] !== 0) from[label + 1]!++
    }
  })
  for (let s = 0; s < count; s++) from[s + 1]! += from[s]!
  const next = from.slice()
  const at = new Int32Array(from[count]!)
  const bits = new Int32Array(at.length)
  const one = new Uint8Array(4)
  const word = new Int32Array(one.buffer)
  forEachRun(labels, (label, start, end) => {
    const first = start * size
    const last = end * size
    for (let w = first >> 2; w <= (last - 1) >> 2; w++) {
      const whole = difference[w]!
      if (whole === 0) continue
      const k = next[label]!++
      at[k] = w
      if (4 * w >= first && 4 * w + 4 <= last) {
        bits[k] = whole
        continue
      }
      for (let b = 0; b < 4; b++) {
        const inside = 4 * w + b >= first && 4 * w + b < last
        one[b] = inside ? bytes[4 * w + b]! : 0
      }
      bits[k] = word[0]!
    }
  })
  return { from, at, bits }
}

/** Runs of equal labels in raster order: pixels `start … end − 1`. */
function forEachRun(
  labels: Int32Array,
  visit: (label: number, start: number, end: number) => void,
): void {
  for (let start = 0; start < labels.length; ) {
    const label = labels[start]!
    let end = start + 1
    while (end < labels.length && labels[end] === label) end++
    visit(label, start, end)
    start = end
  }
}

/** The picture's bytes as whole words, a copy. */
function padded({ data }: RasterImage): Int32Array {
  const words = new Int32Array(Math.ceil(data.byteLength / 4))
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  new Uint8Array(words.buffer).set(bytes)
  return words
}

/** The bytes as numbers of the picture's type. */
function typed(like: RasterImage['data'], buffer: ArrayBuffer): RasterImage['data'] {
  if (like instanceof Uint8ClampedArray) return new Uint8ClampedArray(buffer)
  if (like instanceof Uint8Array) return new Uint8Array(buffer)
  if (like instanceof Float32Array) return new Float32Array(buffer)
  return new Float64Array(buffer)
}
