/**
 * `sodalime explain series`: one time series, explained by segments.
 *
 * 1. Read the series and pick one, and a stretch of it (`--row`, `--from`, `--to`).
 * 2. Open the model, explain, with progress on stderr.
 * 3. Write files, of which `--svg`, `--png` and `--out` hold the series itself, then the terminal (deliver.ts).
 */
import { basename, extname } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { DataError, OptionError } from '../contract/errors.ts'
import { Explanation, type ExplanationData } from '../contract/explanation.ts'
import type { Matrix } from '../contract/matrix.ts'
import { didYouMean } from '../contract/nearest.ts'
import { readSeries } from '../data/read-series.ts'
import type { SeriesDataset } from '../data/series-dataset.ts'
import { renderSeriesSvg } from '../render/series-svg.ts'
import { SERIES_REPLACEMENTS, type SeriesReplacement } from '../series/replacement.ts'
import { SERIES_SEGMENTATIONS, type SeriesSegmentation } from '../series/segmentation.ts'
import { SeriesExplainer } from '../series/series-explainer.ts'
import type { CommandContext } from './context.ts'
import { addOutputOptions, checkOutputs, deliver, type OutputFlags } from './deliver.ts'
import {
  addExplainOptions,
  type ExplainFlags,
  explainCallOptions,
  given,
} from './explain-options.ts'
import { addModelOptions, type ModelFlags, withModel } from './model-options.ts'
import { choice, listValue, numberValue, wholeValue } from './option-values.ts'
import { type ProgressLine, progressLine } from './progress-line.ts'

interface SeriesFlags extends ModelFlags, ExplainFlags, OutputFlags {
  readonly data: string
  readonly row: number
  readonly from?: number
  readonly to?: number
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
  readonly perturbations: number
  readonly out?: string
}

const EXAMPLES = `
Examples:
  The fourth series of a UCR file, as a picture:
    $ sodalime explain series --model ecg.onnx --data ECG200_TEST.txt --row 3 --out explanation.png

  Segments where the series changes, replaced by straight lines:
    $ sodalime explain series --model ecg.onnx --data ECG200_TEST.txt --segmentation change-points --replacement linear

  Three seconds of a WFDB record, both leads by themselves, with a report to share:
    $ sodalime explain series --model beats.onnx --data 100.hea --from 0 --to 1080 --per-channel --html why.html

  Segments of your own, and what the model was asked, drawn over the series:
    $ sodalime explain series --model m.onnx --data s.csv --segmentation 20,35,60 --perturbations 5 --svg why.svg
`

/** The command. */
export function explainSeriesCommand(context: CommandContext): Command {
  const command = new Command('series')
    .summary('explain a prediction for a time series')
    .description(
      'Explain what a model predicts for a time series: which segments speak for and against it.',
    )
  command.optionsGroup('The model:')
  addModelOptions(command)
    .optionsGroup('The data:')
    .requiredOption(
      '-d, --data <file>',
      'series: UCR .txt or .tsv, .ts, .arff, .csv, WFDB .hea or .dat',
    )
    .option('-r, --row <n>', 'the series to explain, from 0', wholeValue, 0)
    .option('--from <step>', 'explain the series from this step on', wholeValue)
    .option('--to <step>', 'explain the series up to this step', wholeValue)
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
  command
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
  command.optionsGroup('The explanation:')
  addExplainOptions(command, { numFeatures: 1000, numSamples: 1000 })
  command.optionsGroup('Output:')
  addOutputOptions(command)
    .option('-o, --out <file>', 'the same by its ending: .png, .svg, .html or .json')
    .option('--perturbations <n>', 'draw so many perturbations, up to 50', wholeValue, 0)
  return command.addHelpText('after', EXAMPLES).action(async (flags: SeriesFlags) => {
    const progress = progressLine(context.stderr, flags)
    try {
      await explainSeries(withOut(flags), context, progress)
    } finally {
      progress.close()
    }
  })
}

async function explainSeries(
  flags: SeriesFlags,
  context: CommandContext,
  progress: ProgressLine,
): Promise<void> {
  await checkOutputs(flags)
  const read = (path: string) =>
    readSeries(path, { layout: flags.layout, label: flags.labels, encoding: flags.textEncoding })
  progress.step(`Reading ${flags.data}`)
  const dataset = await read(flags.data)
  const channels = chosenChannels(dataset, flags)
  const choose = (one: Matrix) => channelsOf(one, channels)
  const series = stretchOf(choose(seriesAt(dataset, flags)), flags)
  const training = flags.training === undefined ? undefined : await read(flags.training)
  const background = flags.background === undefined ? undefined : await read(flags.background)
  const explainer = new SeriesExplainer(
    given({
      mode: flags.mode,
      classNames: flags.classNames,
      segmentation: flags.segmentation,
      numSegments: flags.numSegments,
      window: flags.window,
      perChannel: flags.perChannel,
      replacement: flags.replacement,
      trainingData: training?.instances.map(choose),
      background: background?.instances.slice(0, 1).map(choose)[0],
      channelNames: flags.channelNames ?? namesOf(dataset, channels),
      samplingRate: flags.samplingRate ?? dataset.samplingRate,
      kernelWidth: flags.kernelWidth,
      featureSelection: flags.featureSelection,
      compatibility: flags.compatibility,
      randomState: flags.seed,
    }),
  )
  await withModel(flags, context, progress, async (model) => {
    progress.step('Asking the model')
    const control = { signal: context.signal, onProgress: progress.onProgress }
    const draws = flags.perturbations > 0
    const explanation = await explainer.explain(series, model, {
      ...explainCallOptions(flags, flags.classNames ?? model.classNames, control),
      ...(draws && { keepNeighbourhood: true }),
    })
    progress.close()
    await deliver(named(explanation, dataset), flags, context, headline(flags, dataset, series), {
      svg: (data: ExplanationData) => renderSeriesSvg(data, { perturbations: flags.perturbations }),
    })
  })
}

/** The flags with `--out` as the flag of its ending. */
function withOut(flags: SeriesFlags): SeriesFlags {
  const { out } = flags
  if (out === undefined) return flags
  const ending = extname(out).toLowerCase().slice(1)
  if (ending === 'png' || ending === 'svg' || ending === 'html' || ending === 'json') {
    if (flags[ending] === undefined) return { ...flags, [ending]: out }
    throw new OptionError({
      where: '--out',
      got: `${out} beside --${ending} ${flags[ending]}`,
      expected: 'one file of a kind',
      remedy: `Leave out --out or --${ending}.`,
    })
  }
  throw new OptionError({
    where: '--out',
    got: out,
    expected: 'a file that ends with .png, .svg, .html or .json',
    remedy: 'The ending says what is written.',
  })
}

function seriesAt(dataset: SeriesDataset, { row, data }: SeriesFlags): Matrix {
  const found = row >= 0 ? dataset.instances[row] : undefined
  if (found !== undefined) return found
  throw new DataError({
    where: '--row',
    got: String(row),
    expected: `an integer from 0 to ${dataset.instances.length - 1}, since ${basename(data)} holds ${dataset.instances.length} series`,
    remedy: 'Series are counted from 0.',
  })
}

function stretchOf(series: Matrix, { from = 0, to = series.rows }: SeriesFlags): Matrix {
  if (from < 0 || to > series.rows || from >= to) {
    throw new OptionError({
      where: '--from, --to',
      got: `${from} to ${to}`,
      expected: `steps from 0 to ${series.rows}, the length of the series, in ascending order`,
      remedy: 'Both count steps; leave them out for the whole series.',
    })
  }
  const { data, cols } = series
  return { data: data.slice(from * cols, to * cols), rows: to - from, cols }
}

/** Indices of the channels that `--channels` names, or all. */
function chosenChannels({ channelNames }: SeriesDataset, { channels }: SeriesFlags): number[] {
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

function channelsOf(series: Matrix, channels: readonly number[]): Matrix {
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

/** The explanation with the data's names of classes where the model has only numbers for as many. */
function named(explanation: Explanation, { classNames: names }: SeriesDataset): Explanation {
  const { task, classNames, labels } = explanation
  const numbered = classNames.every((name, index) => name === String(index))
  if (task !== 'classification' || !numbered || names.length !== classNames.length) {
    return explanation
  }
  return new Explanation({
    ...explanation,
    classNames: names,
    labels: labels.map((label) => ({ ...label, name: names[label.label]! })),
  })
}

function headline(
  flags: SeriesFlags,
  { instances, labels }: SeriesDataset,
  series: Matrix,
): string {
  const { from = 0, row } = flags
  const which = instances.length > 1 ? `Series ${row} of ` : ''
  const stretch = `steps ${from} to ${from + series.rows}`
  const label = labels === null ? '' : `; label in the data: ${labels[row]}`
  return `${which}${basename(flags.data)}, ${stretch}${label}`
}

function segmentationValue(text: string): SeriesSegmentation {
  if (/^\s*\d+(\s*,\s*\d+)*\s*$/.test(text)) return text.split(',').map(Number)
  if ((SERIES_SEGMENTATIONS as readonly string[]).includes(text)) return text as SeriesSegmentation
  throw new InvalidArgumentError(
    `Expected one of ${SERIES_SEGMENTATIONS.join(', ')}, or borders such as 20,35,60.`,
  )
}
