/**
 * The flags that say how series are read, cut and replaced: for `explain series`, `batch series` and `worker series` alike.
 */
import { type Command, InvalidArgumentError } from 'commander'
import { OptionError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'
import { didYouMean } from '../contract/nearest.ts'
import { readSeries } from '../data/read-series.ts'
import type { SeriesDataset } from '../data/series-dataset.ts'
import type { SeriesExplainerOptions } from '../series/index.ts'
import { SERIES_REPLACEMENTS, type SeriesReplacement } from '../series/replacement.ts'
import { SERIES_SEGMENTATIONS, type SeriesSegmentation } from '../series/segmentation.ts'
import { type ExplainFlags, given } from './explain-options.ts'
import type { ModelFlags } from './model-options.ts'
import { choice, listValue, numberValue, wholeValue } from './option-values.ts'

/** What the flags below give. */
export interface SeriesChoices {
  readonly labels?: 'first' | 'last' | 'none'
  readonly layout?: 'channels' | 'instances'
  readonly textEncoding?: string
  readonly channels?: readonly string[]
  readonly channelNames?: readonly string[]
  readonly samplingRate?: number
  readonly segmentation: SeriesSegmentation
  readonly numSegments?: number
  readonly window?: number
  readonly perChannel?: boolean
  readonly replacement?: SeriesReplacement
  readonly training?: string
  readonly background?: string
}

/** Adds the flags to a command. */
export function addSeriesOptions(command: Command): Command {
  return command
    .addOption(
      choice('--labels <place>', 'where labels stand in .txt, .tsv and .csv (default: first)', [
        'first',
        'last',
        'none',
      ]),
    )
    .addOption(
      choice('--layout <layout>', 'of a CSV: columns are channels, or lines are series', [
        'channels',
        'instances',
      ]),
    )
    .option('--text-encoding <name>', 'encoding of the file, such as latin1 (default: UTF-8)')
    .option('--channels <channels>', 'explain these channels only, by name or number', listValue)
    .option(
      '--channel-names <names>',
      'names of the channels, in place of those in the file',
      listValue,
    )
    .option('--sampling-rate <hz>', 'samples a second, in place of what the file says', numberValue)
    .optionsGroup('The segments:')
    .option(
      '--segmentation <way>',
      `how the series is cut: ${SERIES_SEGMENTATIONS.join(', ')}, or borders such as 20,35,60`,
      segmentationValue,
      'uniform',
    )
    .option('--num-segments <n>', 'so many segments (default: 10 to 20, by the length)', wholeValue)
    .option('--window <steps>', 'steps that change-points and slopes compare', wholeValue)
    .option('--per-channel', 'cut and switch each channel by itself')
    .addOption(
      choice(
        '--replacement <what>',
        'what stands in place of a segment that is off (default: local-mean)',
        SERIES_REPLACEMENTS,
      ),
    )
    .option('--training <file>', 'training series, for training-mean and noise')
    .option('--background <file>', 'a series that stands in place of segments that are off')
}

/** The series in a file, as the flags say. */
export function readSeriesFile(path: string, flags: SeriesChoices): Promise<SeriesDataset> {
  return readSeries(path, {
    layout: flags.layout,
    label: flags.labels,
    encoding: flags.textEncoding,
  })
}

/** The explainer's options, without the seed; `dataset` is one of those to be explained. */
export async function seriesExplainerOptions(
  flags: SeriesChoices & ExplainFlags & ModelFlags,
  dataset: SeriesDataset | undefined,
  channels: readonly number[] | undefined,
): Promise<SeriesExplainerOptions> {
  const choose = (one: Matrix) => (channels === undefined ? one : channelsOf(one, channels))
  const read = (path: string | undefined) =>
    path === undefined ? undefined : readSeriesFile(path, flags)
  const training = await read(flags.training)
  const background = await read(flags.background)
  const names =
    dataset === undefined || channels === undefined ? undefined : namesOf(dataset, channels)
  return given({
    mode: flags.mode,
    classNames: flags.classNames,
    segmentation: flags.segmentation,
    numSegments: flags.numSegments,
    window: flags.window,
    perChannel: flags.perChannel,
    replacement: flags.replacement,
    trainingData: training?.instances.map(choose),
    background: background?.instances.slice(0, 1).map(choose)[0],
    channelNames: flags.channelNames ?? names,
    samplingRate: flags.samplingRate ?? dataset?.samplingRate,
    kernelWidth: flags.kernelWidth,
    featureSelection: flags.featureSelection,
    compatibility: flags.compatibility,
  })
}

/** Indices of the channels that `--channels` names, or all. */
export function chosenChannels(
  { channelNames }: SeriesDataset,
  { channels }: SeriesChoices,
): number[] {
  if (channels === undefined) return Array.from(channelNames.keys())
  return channels.map((channel) => {
    const named = channelNames.indexOf(channel)
    const index = named < 0 && /^\d+$/.test(channel) ? Number(channel) : named
    if (index >= 0 && index < channelNames.length) return index
    throw new OptionError({
      where: '--channels',
      got: channel,
      expected: `names or numbers of channels: ${channelNames.join(', ')}`,
      remedy: didYouMean(channel, channelNames, 'Numbers are counted from 0.'),
    })
  })
}

/** The chosen channels of a series. */
export function channelsOf(series: Matrix, channels: readonly number[]): Matrix {
  const { data, rows, cols } = series
  const same = channels.length === cols && channels.every((channel, c) => channel === c)
  // A series of another file that lacks a channel is for the explainer to refuse.
  if (same || channels.some((channel) => channel >= cols)) return series
  const chosen = new Float64Array(rows * channels.length)
  for (let t = 0, at = 0; t < rows; t++) {
    for (const channel of channels) chosen[at++] = data[t * cols + channel]!
  }
  return { data: chosen, rows, cols: channels.length }
}

/** The channels' names in the file; none for the single channel of formats that have no names. */
function namesOf(
  { channelNames }: SeriesDataset,
  channels: readonly number[],
): readonly string[] | undefined {
  const names = channels.map((channel) => channelNames[channel]!)
  return names.length === 1 && names[0] === 'channel 0' ? undefined : names
}

function segmentationValue(text: string): SeriesSegmentation {
  if (/^\s*\d+(\s*,\s*\d+)*\s*$/.test(text)) return text.split(',').map(Number)
  if ((SERIES_SEGMENTATIONS as readonly string[]).includes(text)) return text as SeriesSegmentation
  throw new InvalidArgumentError(
    `Expected one of ${SERIES_SEGMENTATIONS.join(', ')}, or borders such as 20,35,60.`,
  )
}
