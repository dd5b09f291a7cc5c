/**
 * The options of series explainers, and their checks.
 */
import { OptionError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'
import { checkChoice, checkOptions } from '../contract/nearest.ts'
import {
  checkExplainerOptions,
  checkPositive,
  checkWhole,
  EXPLAIN_OPTIONS,
  EXPLAINER_OPTIONS,
  type ExplainerOptions,
  type ExplainOptions,
} from '../explain/settings.ts'
import {
  type ChannelMoments,
  channelMoments,
  SERIES_REPLACEMENTS,
  type SeriesReplacement,
} from './replacement.ts'
import { SERIES_SEGMENTATIONS, type SeriesSegmentation } from './segmentation.ts'
import { checkChannels, type SeriesLike, toSeries } from './series-input.ts'

/** Options of the constructor. */
export interface SeriesExplainerOptions extends ExplainerOptions {
  /** How series are cut: by name, at given borders, or by a function; default `uniform`. */
  readonly segmentation?: SeriesSegmentation
  /**
   * Segments of a series (of each channel with `perChannel`), 1 to its length; borders that follow the values may make
   * fewer. Default: one for each ten steps, from 10 to 20, of at least two steps each.
   */
  readonly numSegments?: number
  /** Steps of the windows that `change-points` and `slopes` compare, ≥ 2, at most a third of the series; default: one segment’s length. */
  readonly window?: number
  /** Cut every channel by itself, and switch it by itself; default false: all channels together. */
  readonly perChannel?: boolean
  /** What stands in place of a segment that is off; default `local-mean`, with `background` given `background`. */
  readonly replacement?: SeriesReplacement
  /** Training series, of any lengths: for `training-mean` and `noise`. */
  readonly trainingData?: readonly SeriesLike[]
  /** The series of `replacement: 'background'`: a quiet one, or the mean of a class. */
  readonly background?: SeriesLike
  /** Default: `channel 0`, `channel 1`, …; `value` for the only one. */
  readonly channelNames?: readonly string[]
  /** Samples a second, > 0; segments are then named by time. */
  readonly samplingRate?: number
}

/** Options of `explain`. */
export interface SeriesExplainOptions extends ExplainOptions {
  /** For this instance, in place of the constructor's. */
  readonly segmentation?: SeriesSegmentation
  /** For this instance, in place of the constructor's. */
  readonly numSegments?: number
}

const OWN_OPTIONS = [
  'segmentation',
  'numSegments',
  'window',
  'perChannel',
  'replacement',
  'trainingData',
  'background',
  'channelNames',
  'samplingRate',
] as const

/** The checked options, with what was learnt from data. */
export interface SeriesPlan {
  readonly options: SeriesExplainerOptions
  readonly replacement: SeriesReplacement
  readonly training: ChannelMoments | undefined
  readonly background: Matrix | undefined
}

/** Checks the options and reads the series among them; throws an OptionError, DataError or ShapeError. */
export function planSeries(name: string, options: SeriesExplainerOptions): SeriesPlan {
  checkOptions(`${name}, options`, options, [...EXPLAINER_OPTIONS, ...OWN_OPTIONS])
  checkExplainerOptions(name, options)
  const where = (option: string) => `${name}, options.${option}`
  const { window, samplingRate, perChannel, channelNames, trainingData } = options
  checkSegmentation(name, options)
  if (window !== undefined) checkWhole(where('window'), window, 2)
  if (samplingRate !== undefined) checkPositive(where('samplingRate'), samplingRate)
  if (perChannel !== undefined && typeof perChannel !== 'boolean') {
    throw wrongType(where('perChannel'), perChannel, 'true or false')
  }
  if (channelNames !== undefined && !Array.isArray(channelNames)) {
    throw wrongType(where('channelNames'), channelNames, 'a list of names, one for each channel')
  }
  const replacement =
    options.replacement ?? (options.background === undefined ? 'local-mean' : 'background')
  checkChoice(where('replacement'), replacement, SERIES_REPLACEMENTS)
  if (trainingData !== undefined && !Array.isArray(trainingData)) {
    throw wrongType(where('trainingData'), trainingData, 'a list of series')
  }
  if (replacement === 'training-mean' && !trainingData?.length) {
    throw missing(where('trainingData'), replacement, 'the training series')
  }
  if (replacement === 'background' && options.background === undefined) {
    throw missing(where('background'), replacement, 'a series')
  }
  return {
    options,
    replacement,
    training: trainingData?.length
      ? trainingMoments(trainingData, where('trainingData'))
      : undefined,
    background:
      options.background === undefined
        ? undefined
        : toSeries(options.background, where('background')),
  }
}

/** Checks the options of one call. */
export function checkSeriesExplainOptions(name: string, options: SeriesExplainOptions): void {
  checkOptions(`${name}.explain, options`, options, [
    ...EXPLAIN_OPTIONS,
    'segmentation',
    'numSegments',
  ])
  checkSegmentation(`${name}.explain`, options)
}

function checkSegmentation(
  call: string,
  { segmentation, numSegments }: Pick<SeriesExplainOptions, 'segmentation' | 'numSegments'>,
): void {
  const where = `${call}, options.segmentation`
  if (typeof segmentation === 'string') checkChoice(where, segmentation, SERIES_SEGMENTATIONS)
  else if (
    segmentation !== undefined &&
    typeof segmentation !== 'function' &&
    !Array.isArray(segmentation)
  ) {
    throw wrongType(where, segmentation, 'a name, a list of borders or a function')
  }
  if (numSegments !== undefined) checkWhole(`${call}, options.numSegments`, numSegments, 1)
}

function trainingMoments(trainingData: readonly SeriesLike[], where: string): ChannelMoments {
  const all = trainingData.map((one, i) => toSeries(one, `${where}[${i}]`))
  all.forEach((one, i) => {
    checkChannels(one, all[0]!.cols, `${where}[${i}]`, 'in the first series')
  })
  return channelMoments(all)
}

function wrongType(where: string, value: unknown, expected: string): OptionError {
  return new OptionError({
    where,
    got: value === null ? 'null' : `a value of type ${typeof value}`,
    expected,
    remedy: 'Leave it out for the default.',
  })
}

function missing(where: string, replacement: SeriesReplacement, expected: string): OptionError {
  return new OptionError({
    where,
    got: 'nothing',
    expected: `${expected} for replacement: '${replacement}'`,
    remedy: 'Give it, or take another replacement, such as local-mean.',
  })
}
