/**
 * `sodalime train series`: a network for series, trained here, from labelled series or from beats of WFDB records.
 *
 * 1. Read the training series and, where there are any, the test series; or cut the annotated beats out of records and part
 *    them by time or by record.
 * 2. Train, with progress on stderr; score on the test series.
 * 3. Write the model's folder, whole or not at all; print what came out.
 */
import { join } from 'node:path'
import { Command } from 'commander'
import { OptionError } from '../contract/errors.ts'
import { readSeries } from '../data/read-series.ts'
import type { SeriesDataset } from '../data/series-dataset.ts'
import { readWfdb } from '../data/wfdb.ts'
import { renderLossSvg } from '../render/loss-svg.ts'
import { visibleText } from '../render/visible-text.ts'
import { splitByPatient, splitByTime } from '../train/beats.ts'
import { targetsOf } from '../train/labelled-series.ts'
import { beatsOfRecord, joinDatasets, takeSeries } from '../train/record-beats.ts'
import { checkModelFolder, reportTraining, saveSeriesModel } from '../train/save-series-model.ts'
import { type Scores, scoreClasses } from '../train/scores.ts'
import { type TrainedSeriesClassifier, trainSeriesClassifier } from '../train/train-series.ts'
import type { CommandContext } from './context.ts'
import {
  choice,
  listValue,
  numberValue,
  repeatedValue,
  secondsValue,
  wholeValue,
} from './option-values.ts'
import { type ProgressLine, progressLine } from './progress-line.ts'
import { scoreLines } from './score-lines.ts'
import { seriesText } from './series-text.ts'

interface TrainSeriesFlags {
  readonly data?: string
  readonly test?: string
  readonly labels?: 'first' | 'last'
  readonly layout?: 'channels' | 'instances'
  readonly record?: readonly string[]
  readonly annotations: string
  readonly classes?: readonly string[]
  readonly channels?: readonly string[]
  readonly before?: number
  readonly after?: number
  readonly split: 'time' | 'record'
  readonly testShare: number
  readonly length?: number
  readonly epochs?: number
  readonly patience?: number
  readonly batchSize?: number
  readonly learningRate?: number
  readonly validationShare?: number
  readonly classWeights?: string
  readonly seed: number
  readonly out: string
  readonly quiet?: boolean
  readonly verbose?: boolean
}

const EXAMPLES = `
Examples:
  Labelled series in a UCR file:
    $ sodalime train series --data ECG200_TRAIN.txt --test ECG200_TEST.txt --out model

  Normal and other beats of a WFDB record; its last quarter is the test:
    $ sodalime train series --record mitdb/100 --out beats --class-weights balanced

  Three classes, tested on records (patients) that were not trained on:
    $ sodalime train series --record 105 --record 106 --record 119 --classes N,V --split record --out beats

  Then, why?
    $ sodalime explain series --model model/model.onnx --data ECG200_TEST.txt --row 3 --out why.png
`

/** The command. */
export function trainSeriesCommand(context: CommandContext): Command {
  const command = new Command('series')
    .summary('train a network for time series')
    .description(
      'Train a convolutional network that tells classes of time series apart, and save it as ONNX.',
    )
  command
    .optionsGroup('The data, as series:')
    .option('-d, --data <file>', 'labelled series to train on: UCR .txt or .tsv, .ts, .arff, .csv')
    .option('--test <file>', 'series of the same form that are only tested on')
    .addOption(
      choice('--labels <place>', 'where labels stand in .txt, .tsv and .csv (default: first)', [
        'first',
        'last',
      ]),
    )
    .addOption(
      choice('--layout <layout>', 'of a CSV: columns are channels, or lines are series', [
        'channels',
        'instances',
      ]),
    )
  command
    .optionsGroup('The data, as beats of records:')
    .option('--record <path>', 'WFDB record with annotations; may be repeated', repeatedValue)
    .option('--annotations <ending>', 'ending of the annotation file', 'atr')
    .option('--classes <symbols>', 'such as N,A,V (default: normal and other beats)', listValue)
    .option('--channels <names>', 'channels to take (default: all)', listValue)
    .option('--before <seconds>', 'before each beat’s annotation (default: 0.25)', numberValue)
    .option('--after <seconds>', 'after it (default: 0.45)', secondsValue)
    .addOption(
      choice('--split <way>', 'test on the end of each record, or on the last records', [
        'time',
        'record',
      ]).default('time'),
    )
    .option(
      '--test-share <share>',
      'share of the beats, or records, for testing',
      numberValue,
      0.25,
    )
  command
    .optionsGroup('The training:')
    .option('--length <steps>', 'time steps of the network (default: as the series)', wholeValue)
    .option('--epochs <n>', 'at most so many times all series (default: 20 to 150)', wholeValue)
    .option(
      '--patience <n>',
      'stop after so many epochs without gain (default: a third)',
      wholeValue,
    )
    .option('--batch-size <n>', 'series in one step (default: 16)', wholeValue)
    .option('--learning-rate <rate>', 'first step width (default: 0.003)', numberValue)
    .option(
      '--validation-share <share>',
      'share that tells when to stop (default: 0.2)',
      numberValue,
    )
    .option('--class-weights <weights>', 'none, balanced, or such as normal=1,other=5')
    .option('--seed <n>', 'same seed, same network', wholeValue, 0)
  command
    .optionsGroup('Output:')
    .requiredOption('-o, --out <folder>', 'where model.onnx and what belongs to it go')
    .option('-q, --quiet', 'print nothing but errors')
    .option('-v, --verbose', 'say what happens, also where there is no terminal')
  return command.addHelpText('after', EXAMPLES).action(async (flags: TrainSeriesFlags) => {
    const progress = progressLine(context.stderr, flags)
    try {
      await trainSeries(flags, context, progress)
    } finally {
      progress.close()
    }
  })
}

async function trainSeries(
  flags: TrainSeriesFlags,
  context: CommandContext,
  progress: ProgressLine,
): Promise<void> {
  await checkModelFolder(flags.out, '--out')
  progress.step('Reading')
  const { train, test, cutHere } = await readData(flags)
  progress.step('Starting')
  const trained = await trainSeriesClassifier(train, {
    epochs: flags.epochs,
    patience: flags.patience,
    batchSize: flags.batchSize,
    learningRate: flags.learningRate,
    validationShare: flags.validationShare,
    classWeights: classWeightsOf(flags.classWeights),
    length: flags.length,
    name: flags.data ?? flags.record!.join(', '),
    randomState: flags.seed,
    signal: context.signal,
    onEpoch: ({ epoch, epochs, loss, validationLoss }) => {
      const checked = validationLoss === null ? '' : `, validation ${validationLoss.toFixed(3)}`
      progress.step(`Epoch ${epoch} of ${epochs}: loss ${loss.toFixed(3)}${checked}`)
    },
    onWarning: ({ message }) => {
      if (flags.quiet !== true) context.stderr.write(`warning: ${message}\n`)
    },
  })
  try {
    const scores =
      test === undefined ? null : await scoresOf(trained, test, flags.test ?? 'the test')
    const files = await saveSeriesModel(flags.out, trained, reportTraining(trained, scores), {
      'loss.svg': renderLossSvg(trained.history, { bestEpoch: trained.bestEpoch }),
      ...(cutHere && test !== undefined && { 'test-beats.ts': seriesText(test) }),
    })
    progress.close()
    if (flags.quiet !== true) {
      const explained = cutHere ? join(flags.out, 'test-beats.ts') : (flags.test ?? flags.data!)
      context.stdout.write(outcome(trained, train, scores, files, explained))
    }
  } finally {
    await trained.close()
  }
}

interface TrainingData {
  readonly train: SeriesDataset
  readonly test: SeriesDataset | undefined
  /** True where they are beats that were cut here. */
  readonly cutHere: boolean
}

async function readData(flags: TrainSeriesFlags): Promise<TrainingData> {
  const { data, test, record, labels: label, layout } = flags
  if ((data === undefined) === (record === undefined)) {
    throw new OptionError({
      where: '--data, --record',
      got: data === undefined ? 'neither' : 'both',
      expected: 'series to train on, or records to cut beats from',
      remedy: 'Give one of the two.',
    })
  }
  if (record !== undefined) return { ...(await beatsOfRecords(record, flags)), cutHere: true }
  const read = (path: string) => readSeries(path, { label, layout })
  return {
    train: await read(data!),
    test: test === undefined ? undefined : await read(test),
    cutHere: false,
  }
}

async function beatsOfRecords(
  paths: readonly string[],
  flags: TrainSeriesFlags,
): Promise<Pick<TrainingData, 'train' | 'test'>> {
  const { annotations, classes, channels, before, after, length, split, testShare } = flags
  const share = 1 - testShare
  const records = []
  for (const path of paths) {
    const record = await readWfdb(path, { annotator: annotations })
    const beats = beatsOfRecord(record, {
      classes,
      channels,
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
      ...(length !== undefined && { length }),
    })
    records.push(beats)
  }
  if (split === 'record') {
    const all = joinDatasets(records)
    const patients = records.flatMap(({ instances }, i) => instances.map(() => paths[i]!))
    const parts = splitByPatient(patients, share)
    return { train: takeSeries(all, parts.train), test: takeSeries(all, parts.test) }
  }
  const parts = records.map((beats) => splitByTime(beats.instances.length, share))
  return {
    train: joinDatasets(records.map((beats, i) => takeSeries(beats, parts[i]!.train))),
    test: joinDatasets(records.map((beats, i) => takeSeries(beats, parts[i]!.test))),
  }
}

async function scoresOf(
  trained: TrainedSeriesClassifier,
  test: SeriesDataset,
  name: string,
): Promise<Scores> {
  const truth = targetsOf(test, trained.classNames, name)
  return scoreClasses(await trained.predict(test.instances), truth, trained.classNames)
}

/** What is printed in the end. */
function outcome(
  trained: TrainedSeriesClassifier,
  train: SeriesDataset,
  scores: Scores | null,
  files: readonly string[],
  explained: string,
): string {
  const { classNames, form, history, bestEpoch, seconds, validated } = trained
  const counts = classNames.map((name) => {
    const count = train.labels!.filter((label) => String(label) === name).length
    return `${visibleText(name)} (${count})`
  })
  const channels = form.channels === 1 ? '' : ` × ${form.channels} channels`
  const best = history[bestEpoch - 1]!
  // Beats are kept in a form that has no place for it.
  const rate =
    trained.samplingRate === undefined
      ? ''
      : ` --sampling-rate ${Number(trained.samplingRate.toPrecision(6))}`
  const lines = [
    `${train.instances.length} series of ${form.length} steps${channels}: ${counts.join(', ')}`,
    `${history.length} epochs in ${seconds.toFixed(1)} s; kept epoch ${bestEpoch}${
      best.validationAccuracy === null
        ? ''
        : `, with accuracy ${best.validationAccuracy.toFixed(2)} on ${validated} validation series`
    }`,
    '',
    ...(scores === null
      ? ['No test series: give --test for a score that can be trusted.']
      : scoreLines('Test', scores, 'series')),
    '',
    ...files.map((file) => `Wrote ${file}`),
    '',
    `Why? sodalime explain series --model ${files[0]} --data ${explained} --row 0${rate}`,
  ]
  return `${lines.join('\n')}\n`
}

/** `none`, `balanced`, or `class=weight,…`. */
function classWeightsOf(
  text: string | undefined,
): 'none' | 'balanced' | { [name: string]: number } | undefined {
  if (text === undefined || text === 'none' || text === 'balanced') return text
  const weights: { [name: string]: number } = {}
  for (const part of text.split(',')) {
    const at = part.lastIndexOf('=')
    const weight = Number(part.slice(at + 1))
    if (at <= 0 || !(weight > 0)) {
      throw new OptionError({
        where: '--class-weights',
        got: JSON.stringify(part),
        expected: 'none, balanced, or CLASS=WEIGHT,CLASS=WEIGHT,… with weights above 0',
        remedy: 'Classes that are left out weigh 1.',
      })
    }
    weights[part.slice(0, at).trim()] = weight
  }
  return weights
}
