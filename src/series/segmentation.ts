/**
 * Cuts a series into segments, the interpretable features: every value belongs to exactly one.
 *
 * 1. Borders, for all channels together or for each by itself: without looking at the values (`plain-borders.ts`), after
 *    them (`data-borders.ts`), given, or by a function.
 * 2. Features in order of time; per channel, channel after channel.
 *
 * Where borders follow the values and none are found (a constant series), segments are uniform, and a warning says so.
 */
import { OptionError } from '../contract/errors.ts'
import type { Feature } from '../contract/explanation.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { Warning } from '../contract/progress.ts'
import { changePointBorders, saxBorders, slopeBorders } from './data-borders.ts'
import { exponentialBorders, givenBorders, uniformBorders } from './plain-borders.ts'
import { segmentNames } from './segment-names.ts'

/** Ways to find borders. */
export const SERIES_SEGMENTATIONS = [
  'uniform',
  'exponential',
  'change-points',
  'slopes',
  'sax',
] as const
export type SeriesSegmentationName = (typeof SERIES_SEGMENTATIONS)[number]

/**
 * The borders of one series: steps at which a segment begins, ascending; 0 and the length may be left out. `channel` is
 * the channel that `series` (T, 1) holds, or null where it holds all (T, C).
 */
export type SeriesSegmentationFunction = (
  series: Matrix,
  channel: number | null,
) => readonly number[]

/** A way by name, the borders themselves, or a function that finds them. */
export type SeriesSegmentation =
  | SeriesSegmentationName
  | readonly number[]
  | SeriesSegmentationFunction

/** How a series is cut. */
export interface SegmentationPlan {
  readonly segmentation: SeriesSegmentation
  /** Segments of a channel; undefined: by the length. */
  readonly numSegments: number | undefined
  /** Steps that are compared with others; undefined: by the length. */
  readonly window: number | undefined
  readonly perChannel: boolean
  readonly channelNames: readonly string[]
  readonly samplingRate: number | undefined
  /** The call, for messages. */
  readonly where: string
}

/** The segments of one series. */
export interface Segments {
  readonly features: readonly (Feature & { readonly part: SeriesPart })[]
  readonly warnings: readonly Warning[]
  /** Segments asked for of each channel, or of all together; undefined where borders were given or by a function. */
  readonly asked: number | undefined
  /** Steps that were compared; undefined where none were. */
  readonly window: number | undefined
}

/** A segment's place. */
export interface SeriesPart {
  readonly kind: 'series'
  readonly start: number
  readonly end: number
  readonly channels: readonly number[]
}

/** The longest series whose windows are compared with all others: a few seconds. */
const MOST_COMPARED = 30_000

/** Segments of a series (T, C) without NaN. Throws an OptionError for more segments than steps and for borders that do not fit. */
export function segmentSeries(series: Matrix, plan: SegmentationPlan): Segments {
  const { segmentation, perChannel, where } = plan
  const { rows, cols } = series
  const named = typeof segmentation === 'string'
  const asked = named ? segmentCount(rows, plan) : undefined
  const compares = segmentation === 'change-points' || segmentation === 'slopes'
  const windowed = compares || segmentation === 'sax'
  const window = windowed ? windowLength(rows, asked!, plan) : undefined
  if (compares && rows > MOST_COMPARED) {
    throw new OptionError({
      where: `${where}, options.segmentation`,
      got: `${segmentation} for ${rows} steps`,
      expected: `at most ${MOST_COMPARED} steps, since all windows are compared`,
      remedy: 'Explain a part of the series, or cut it by uniform, exponential or sax.',
    })
  }
  const groups = perChannel
    ? Array.from({ length: cols }, (_, c) => ({ of: channelOf(series, c), channels: [c] }))
    : [{ of: series, channels: Array.from({ length: cols }, (_, c) => c) }]
  const uniform: number[][] = []
  const parts = groups.flatMap(({ of, channels }): SeriesPart[] => {
    let borders = named
      ? namedBorders(of, segmentation, asked!, window ?? 0)
      : givenBorders(
          typeof segmentation === 'function'
            ? segmentation(of, perChannel ? channels[0]! : null)
            : segmentation,
          rows,
          `${where}, options.segmentation`,
        )
    if (windowed && borders.length === 0 && asked! > 1) {
      borders = uniformBorders(rows, asked!)
      uniform.push(channels)
    }
    const ends = [...borders, rows]
    return ends.map((end, k) => ({
      kind: 'series',
      start: k === 0 ? 0 : ends[k - 1]!,
      end,
      channels,
    }))
  })
  const names = segmentNames(parts, plan)
  return {
    features: parts.map((part, j) => ({ name: names[j]!, part })),
    warnings: uniform.length > 0 ? [noBorders(segmentation as string, uniform, plan)] : [],
    asked,
    window,
  }
}

/** How many segments where nobody says: one for each ten steps, from 10 to 20, but of at least two steps. */
export function defaultSegments(length: number): number {
  return Math.max(
    1,
    Math.min(Math.floor(length / 2), Math.max(10, Math.min(20, Math.round(length / 10)))),
  )
}

function segmentCount(length: number, { numSegments, where }: SegmentationPlan): number {
  if (numSegments === undefined) return defaultSegments(length)
  if (numSegments <= length) return numSegments
  throw new OptionError({
    where: `${where}, options.numSegments`,
    got: `${numSegments} segments for ${length} steps`,
    expected: `an integer from 1 to ${length}`,
    remedy: `A segment has at least one step. Leave it out for ${defaultSegments(length)}.`,
  })
}

/** The window as asked for, or about one segment long, at least 3 steps and at most a third of the series. */
function windowLength(
  length: number,
  segments: number,
  { window, where }: SegmentationPlan,
): number {
  const most = Math.max(2, Math.floor(length / 3))
  if (window === undefined) return Math.min(most, Math.max(3, Math.round(length / segments)))
  if (window <= most) return window
  throw new OptionError({
    where: `${where}, options.window`,
    got: `${window} steps for a series of ${length}`,
    expected: `an integer from 2 to ${most}, a third of the series`,
    remedy:
      'Windows are compared with others that do not overlap them. Leave it out for one segment’s length.',
  })
}

function namedBorders(
  series: Matrix,
  name: SeriesSegmentationName,
  segments: number,
  window: number,
): number[] {
  if (name === 'uniform') return uniformBorders(series.rows, segments)
  if (name === 'exponential') return exponentialBorders(series.rows, segments)
  if (series.rows < window) return []
  if (name === 'change-points') return changePointBorders(series, segments, window)
  if (name === 'slopes') return slopeBorders(series, segments, window)
  return saxBorders(series, segments, window)
}

/** Channel c as (T, 1). */
function channelOf({ data, rows, cols }: Matrix, c: number): Matrix {
  const values = new Float64Array(rows)
  for (let t = 0; t < rows; t++) values[t] = data[t * cols + c]!
  return { data: values, rows, cols: 1 }
}

function noBorders(
  name: string,
  groups: readonly (readonly number[])[],
  { perChannel, channelNames }: SegmentationPlan,
): Warning {
  const which = perChannel
    ? ` in ${groups.map(([channel]) => channelNames[channel!]).join(', ')}`
    : ''
  return {
    code: 'no-borders-found',
    message: `${name} found no borders${which}: nothing changes enough there. Uniform segments were taken.`,
  }
}
