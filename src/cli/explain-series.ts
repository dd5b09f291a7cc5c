/**
 * `sodalime explain series`: one time series, explained by segments.
 *
 * 1. Read the series and pick one, and a stretch of it (`--row`, `--from`, `--to`).
 * 2. Open the model, explain, with progress on stderr.
 * 3. Write files, of which `--svg`, `--png` and `--out` hold the series itself, then the terminal (deliver.ts).
 */
import { basename, extname } from 'node:path'
import { Command } from 'commander'
import { DataError, OptionError } from '../contract/errors.ts'
import { Explanation, type ExplanationData } from '../contract/explanation.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { SeriesDataset } from '../data/series-dataset.ts'
import { renderSeriesSvg } from '../render/series-svg.ts'
import { SeriesExplainer } from '../series/series-explainer.ts'
import type { CommandContext } from './context.ts'
import { addOutputOptions, checkOutputs, deliver, type OutputFlags } from './deliver.ts'
import { addExplainOptions, type ExplainFlags, explainCallOptions } from './explain-options.ts'
import { addModelOptions, type ModelFlags, withModel } from './model-options.ts'
import { wholeValue } from './option-values.ts'
import { type ProgressLine, progressLine } from './progress-line.ts'
import {
  addSeriesOptions,
  channelsOf,
  chosenChannels,
  readSeriesFile,
  type SeriesChoices,
  seriesExplainerOptions,
} from './series-options.ts'

interface SeriesFlags extends ModelFlags, ExplainFlags, OutputFlags, SeriesChoices {
  readonly data: string
  readonly row: number
  readonly from?: number
  readonly to?: number
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
  addSeriesOptions(command)
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
  progress.step(`Reading ${flags.data}`)
  const dataset = await readSeriesFile(flags.data, flags)
  const channels = chosenChannels(dataset, flags)
  const series = stretchOf(channelsOf(seriesAt(dataset, flags), channels), flags)
  const options = await seriesExplainerOptions(flags, dataset, channels)
  const explainer = new SeriesExplainer({ ...options, randomState: flags.seed })
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
