/**
 * What stands in place of a segment that is off: one replacement series r (T, C) for each instance x.
 *
 * A perturbation is x where its segments are on and r where they are off, so that equal switches are equal inputs, and
 * whoever has x and r can draw every perturbation.
 *
 * | replacement     | r                                                                                          |
 * | --------------- | ------------------------------------------------------------------------------------------ |
 * | `linear`        | in each segment the straight line from the value before it to the value after it           |
 * | `local-mean`    | the mean of the segment                                                                    |
 * | `zero`          | 0                                                                                          |
 * | `mean`          | the mean of the channel                                                                    |
 * | `inverse-mean`  | the mean of the channel minus the value (TS-MULE)                                          |
 * | `training-mean` | the mean of the channel over all training series                                           |
 * | `noise`         | N(mean, deviation) of the channel over all training series; without them, of the instance  |
 * | `background`    | another series, stretched to this one's length                                             |
 * | `low-pass`      | the steadiest frequency band of the channel (`background-band.ts`)                         |
 *
 * None wins everywhere. `local-mean` is the default because on two networks with class activation maps it agreed with these
 * better than `linear` did (docs/series.md), and because, unlike `zero`, it stays among the values of the series.
 * The line of a segment at either end of the series begins, or ends, at its own first, or last, value.
 */
import type { Matrix } from '../contract/matrix.ts'
import type { RandomState } from '../math/random-state.ts'
import { backgroundBand } from './background-band.ts'
import type { SeriesPart } from './segmentation.ts'

/** Ways to replace. */
export const SERIES_REPLACEMENTS = [
  'linear',
  'local-mean',
  'zero',
  'mean',
  'inverse-mean',
  'training-mean',
  'noise',
  'background',
  'low-pass',
] as const
export type SeriesReplacement = (typeof SERIES_REPLACEMENTS)[number]

/** Mean and standard deviation of each channel. */
export interface ChannelMoments {
  readonly means: Float64Array
  readonly deviations: Float64Array
}

/** What a replacement may need beside the instance. */
export interface ReplacementSources {
  /** Of the training series; undefined where there are none. */
  readonly training: ChannelMoments | undefined
  /** The other series, of as many channels. */
  readonly background: Matrix | undefined
}

/** The replacement series (T, C) of a series (T, C) cut into `parts`. */
export function replacementSeries(
  series: Matrix,
  parts: readonly SeriesPart[],
  replacement: SeriesReplacement,
  sources: ReplacementSources,
  random: RandomState,
): Matrix {
  const { data, rows, cols } = series
  const out = new Float64Array(data.length)
  const each = (value: (x: number, c: number) => number) => {
    for (let at = 0; at < out.length; at++) out[at] = value(data[at]!, at % cols)
  }
  switch (replacement) {
    case 'linear':
    case 'local-mean': {
      const fill = replacement === 'linear' ? fillLine : fillMean
      for (const { start, end, channels } of parts) {
        for (const c of channels) fill(out, series, start, end, c)
      }
      break
    }
    case 'zero':
      break
    case 'mean':
    case 'inverse-mean': {
      const { means } = channelMoments([series])
      each(replacement === 'mean' ? (_, c) => means[c]! : (x, c) => means[c]! - x)
      break
    }
    case 'training-mean':
      each((_, c) => sources.training!.means[c]!)
      break
    case 'noise': {
      const { means, deviations } = sources.training ?? channelMoments([series])
      random.standardNormalInto(out)
      for (let at = 0; at < out.length; at++) {
        out[at] = means[at % cols]! + deviations[at % cols]! * out[at]!
      }
      break
    }
    case 'background':
      out.set(stretched(sources.background!, rows).data)
      break
    case 'low-pass':
      for (let c = 0; c < cols; c++) {
        const channel = Float64Array.from({ length: rows }, (_, t) => data[t * cols + c]!)
        backgroundBand(channel).forEach((value, t) => {
          out[t * cols + c] = value
        })
      }
  }
  return { data: out, rows, cols }
}

/** Moments of each channel over all values of all series, which have equally many channels; two passes. */
export function channelMoments(all: readonly Matrix[]): ChannelMoments {
  const channels = all[0]!.cols
  const means = new Float64Array(channels)
  const deviations = new Float64Array(channels)
  let steps = 0
  for (const { data, rows } of all) {
    steps += rows
    for (let at = 0; at < data.length; at++) means[at % channels]! += data[at]!
  }
  for (let c = 0; c < channels; c++) means[c]! /= steps
  for (const { data } of all) {
    for (let at = 0; at < data.length; at++) {
      deviations[at % channels]! += (data[at]! - means[at % channels]!) ** 2
    }
  }
  for (let c = 0; c < channels; c++) deviations[c] = Math.sqrt(deviations[c]! / steps)
  return { means, deviations }
}

function fillLine(
  out: Float64Array,
  { data, rows, cols }: Matrix,
  start: number,
  end: number,
  c: number,
) {
  const before = Math.max(0, start - 1)
  const after = Math.min(rows - 1, end)
  const from = data[before * cols + c]!
  const slope = after > before ? (data[after * cols + c]! - from) / (after - before) : 0
  for (let t = start; t < end; t++) out[t * cols + c] = from + slope * (t - before)
}

function fillMean(
  out: Float64Array,
  { data, cols }: Matrix,
  start: number,
  end: number,
  c: number,
) {
  let sum = 0
  for (let t = start; t < end; t++) sum += data[t * cols + c]!
  for (let t = start; t < end; t++) out[t * cols + c] = sum / (end - start)
}

/** A series brought to `length` steps by linear interpolation; ends stay ends. */
function stretched(series: Matrix, length: number): Matrix {
  const { data, rows, cols } = series
  if (rows === length) return series
  const out = new Float64Array(length * cols)
  for (let t = 0; t < length; t++) {
    const place = length === 1 ? 0 : (t * (rows - 1)) / (length - 1)
    const left = Math.min(rows - 1, Math.floor(place))
    const right = Math.min(rows - 1, left + 1)
    for (let c = 0; c < cols; c++) {
      const from = data[left * cols + c]!
      out[t * cols + c] = from + (data[right * cols + c]! - from) * (place - left)
    }
  }
  return { data: out, rows: length, cols }
}
