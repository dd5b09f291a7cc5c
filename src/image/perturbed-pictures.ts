/**
 * Samples of a picture: the picture itself where a segment is on, the hidden one where it is off.
 *
 * 1. The pixels of both as 32-bit words, and the exclusive or of both: the bits by which they differ.
 * 2. For each segment the runs of words that it fills, and the words at the ends of its runs that it shares with
 *    another segment, with the bits of its own bytes.
 * 3. One picture is kept; it goes from one sample to the next by flipping the bits of the segments that differ between
 *    these samples, and each sample is a copy of it. Flipping is exact for every type of number.
 */
import type { RasterImage } from '../contract/instance.ts'
import type { Slices } from '../contract/slices.ts'
import type { BitMatrix } from '../math/bit-matrix.ts'
import type { LabelMap } from './segment/label-map.ts'

/** The samples named by rows of 0/1, as fresh pictures. */
export type PictureMaker = (samples: BitMatrix, rows: ArrayLike<number>) => RasterImage[]

/** Makes samples of a picture; `hidden` has its size, channels and type. */
export function* pictureMaker(
  image: RasterImage,
  hidden: RasterImage,
  map: LabelMap,
): Slices<PictureMaker> {
  const { width, height, channels } = image
  const difference = words(image)
  yield
  const other = words(hidden)
  yield
  for (let i = 0; i < difference.length; i++) difference[i]! ^= other[i]!
  yield
  const flips = yield* segmentFlips(difference, channels * image.data.BYTES_PER_ELEMENT, map)
  const current = words(image)
  const bytes = current.buffer as ArrayBuffer
  const length = image.data.byteLength
  const state = new Uint8Array(map.count).fill(1)

  return (samples, rows) =>
    Array.from(rows, (row) => {
      const base = row * samples.stride
      for (let s = 0; s < state.length; s++) {
        const on = (samples.words[base + (s >>> 5)]! >>> (s & 31)) & 1
        if (on === state[s]) continue
        state[s] = on
        flipSegment(current, difference, flips, s)
      }
      return { data: typed(image.data, bytes.slice(0, length)), width, height, channels }
    })
}

/** What to flip, segment by segment. */
interface SegmentFlips {
  /** Runs of segment s: `runs[2k] … runs[2k + 1] − 1` for k from `runsFrom[s]` to `runsFrom[s + 1] − 1`. */
  readonly runsFrom: Int32Array
  readonly runs: Int32Array
  /** Shared words of segment s: `bits[k]` of word `edges[k]` for k from `edgesFrom[s]` to `edgesFrom[s + 1] − 1`. */
  readonly edgesFrom: Int32Array
  readonly edges: Int32Array
  readonly bits: Int32Array
}

function flipSegment(
  current: Int32Array,
  difference: Int32Array,
  { runsFrom, runs, edgesFrom, edges, bits }: SegmentFlips,
  s: number,
): void {
  for (let k = runsFrom[s]!, end = runsFrom[s + 1]!; k < end; k++) {
    flipRun(current, difference, runs[2 * k]!, runs[2 * k + 1]!)
  }
  for (let k = edgesFrom[s]!, end = edgesFrom[s + 1]!; k < end; k++) {
    const w = edges[k]!
    current[w] = current[w]! ^ bits[k]!
  }
}

/** A function of its own: the compiler keeps so short a loop in registers, twice as fast as inside of others. */
function flipRun(current: Int32Array, difference: Int32Array, from: number, to: number): void {
  for (let w = from; w < to; w++) current[w] = current[w]! ^ difference[w]!
}

/** `size` is the bytes of a pixel. */
function* segmentFlips(difference: Int32Array, size: number, map: LabelMap): Slices<SegmentFlips> {
  const { labels, count } = map
  const runsFrom = new Int32Array(count + 1)
  const edgesFrom = new Int32Array(count + 1)
  forEachRun(labels, size, (label, first, last) => {
    if (last >> 2 > (first + 3) >> 2) runsFrom[label + 1]!++
    edgesFrom[label + 1]! += edgeWords(first, last).length
  })
  for (let s = 0; s < count; s++) {
    runsFrom[s + 1]! += runsFrom[s]!
    edgesFrom[s + 1]! += edgesFrom[s]!
  }
  yield
  const nextRun = runsFrom.slice()
  const nextEdge = edgesFrom.slice()
  const runs = new Int32Array(2 * runsFrom[count]!)
  const edges = new Int32Array(edgesFrom[count]!)
  const bits = new Int32Array(edges.length)
  const bytes = new Uint8Array(difference.buffer)
  const one = new Uint8Array(4)
  const word = new Int32Array(one.buffer)
  forEachRun(labels, size, (label, first, last) => {
    const from = (first + 3) >> 2
    const to = last >> 2
    if (to > from) {
      const k = nextRun[label]!++
      runs[2 * k] = from
      runs[2 * k + 1] = to
    }
    for (const w of edgeWords(first, last)) {
      for (let b = 0; b < 4; b++) {
        const inside = 4 * w + b >= first && 4 * w + b < last
        one[b] = inside ? bytes[4 * w + b]! : 0
      }
      const k = nextEdge[label]!++
      edges[k] = w
      bits[k] = word[0]!
    }
  })
  return { runsFrom, runs, edgesFrom, edges, bits }
}

/** The words of which bytes `first … last − 1` cover only a part: none, one or two. */
function edgeWords(first: number, last: number): readonly number[] {
  const start = first >> 2
  const end = (last - 1) >> 2
  const startCut = (first & 3) !== 0
  const endCut = (last & 3) !== 0
  if (start === end) return startCut || endCut ? [start] : []
  if (startCut) return endCut ? [start, end] : [start]
  return endCut ? [end] : []
}

/** Runs of equal labels in raster order: bytes `first … last − 1`. */
function forEachRun(
  labels: Int32Array,
  size: number,
  visit: (label: number, first: number, last: number) => void,
): void {
  for (let start = 0; start < labels.length; ) {
    const label = labels[start]!
    let end = start + 1
    while (end < labels.length && labels[end] === label) end++
    visit(label, start * size, end * size)
    start = end
  }
}

/** The picture's bytes as whole words, a copy. */
function words({ data }: RasterImage): Int32Array {
  const whole = new Int32Array(Math.ceil(data.byteLength / 4))
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  new Uint8Array(whole.buffer).set(bytes)
  return whole
}

/** The bytes as numbers of the picture's type. */
function typed(like: RasterImage['data'], buffer: ArrayBuffer): RasterImage['data'] {
  if (like instanceof Uint8ClampedArray) return new Uint8ClampedArray(buffer)
  if (like instanceof Uint8Array) return new Uint8Array(buffer)
  if (like instanceof Float32Array) return new Float32Array(buffer)
  return new Float64Array(buffer)
}
