/**
 * `sodalime evaluate series`: how good are explanations of a model's predictions for time series, and do they lie where
 * the event is?
 */
import { readFile } from 'node:fs/promises'
import { Command } from 'commander'
import { DataError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'
import { decodeText, unreadable } from '../data/bytes.ts'
import { readSeries } from '../data/read-series.ts'
import { intervalCoverage } from '../evaluate/index.ts'
import type { RandomState } from '../math/random-state.ts'
import { SERIES_REPLACEMENTS, SERIES_SEGMENTATIONS, SeriesExplainer } from '../series/index.ts'
import type { CommandContext } from './context.ts'
import {
  addEvaluateOptions,
  checkEvaluateOutputs,
  drawnInstances,
  type EvaluateFlags,
  runEvaluation,
} from './evaluate-options.ts'
import { given } from './explain-options.ts'
import { addModelOptions, type ModelFlags, withModel } from './model-options.ts'
import { choice, numberValue, wholeValue } from './option-values.ts'
import { progressLine } from './progress-line.ts'

interface SeriesFlags extends ModelFlags, EvaluateFlags {
  readonly data: string
  readonly segmentation?: (typeof SERIES_SEGMENTATIONS)[number]
  readonly numSegments?: number
  readonly replacement?: (typeof SERIES_REPLACEMENTS)[number]
  readonly masks?: string
  readonly radius: number
}

type Intervals = readonly (readonly [start: number, end: number])[]

const EXAMPLES = `
Examples:
  Twenty beats of a test set:
    $ sodalime evaluate series --model beats.onnx --data ECG200_TEST.txt

  Does the weight lie on the QRS complex? One list of [start, end) for each series of the data, or one for all:
    $ sodalime evaluate series --model beats.onnx --data beats.tsv --masks '[[36, 50]]'
`

/** The command. */
export function evaluateSeriesCommand(context: CommandContext): Command {
  const command = new Command('series')
    .summary('evaluate explanations of time series')
    .description('Measure how good explanations of a model’s predictions for time series are.')
  command.optionsGroup('The model:')
  addModelOptions(command)
    .optionsGroup('The series:')
    .requiredOption('-d, --data <file>', 'the series: .ts, .arff, .txt, .tsv, .csv, WFDB')
    .addOption(
      choice('--segmentation <way>', 'how series are cut (default: uniform)', SERIES_SEGMENTATIONS),
    )
    .option('--num-segments <n>', 'so many segments (default: 10 to 20, by the length)', wholeValue)
    .addOption(
      choice(
        '--replacement <what>',
        'what stands in place of a segment that is off',
        SERIES_REPLACEMENTS.filter(
          (name) => name === 'zero' || name.includes('local') || name.includes('interpol'),
        ),
      ),
    )
    .option(
      '--masks <json>',
      'where the event is, as JSON or a JSON file: [[start, end], …] for all series, or a list of these, one for each',
    )
    .option(
      '--radius <share>',
      'max-sensitivity: how far values move, in standard deviations of the series',
      numberValue,
      0.02,
    )
  addEvaluateOptions(command)
  return command.addHelpText('after', EXAMPLES).action(async (flags: SeriesFlags) => {
    const progress = progressLine(context.stderr, flags)
    try {
      await checkEvaluateOutputs(flags)
      progress.step(`Reading ${flags.data}`)
      const { instances } = await readSeries(flags.data)
      const masks = await masksOf(flags.masks, instances.length)
      const chosen = drawnInstances(instances.length, flags)
      await withModel(flags, context, progress, async (model) => {
        const { mode, segmentation, numSegments, replacement } = flags
        await runEvaluation<Matrix, Matrix>(
          {
            make: (seed) => {
              const explainer = new SeriesExplainer(
                given({ mode, segmentation, numSegments, replacement, randomState: seed }),
              )
              return {
                explainer: explainer as never,
                explain: (series, call) => explainer.explain(series, model, call),
              }
            },
            model,
            instances: chosen.map((i) => instances[i]!),
            kernel: { metric: 'cosine', width: () => 0.25 },
            numSamples: 1000,
            // Segments cut at the series' own turns may move with its values.
            ...((segmentation ?? 'uniform') === 'uniform' && { nearby: near(flags.radius) }),
            ...(masks && {
              coverage: (explanation, index) =>
                intervalCoverage(explanation.features, masks(chosen[index]!)),
            }),
            head: `${chosen.length} of ${instances.length} series of ${flags.data}`,
          },
          flags,
          context,
          progress,
        )
      })
    } finally {
      progress.close()
    }
  })
}

function near(radius: number) {
  return (series: Matrix, random: RandomState): Matrix => {
    const { data } = series
    const mean = data.reduce((sum, value) => sum + value, 0) / data.length
    const spread = Math.sqrt(data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / data.length)
    return { ...series, data: data.map((v) => v + random.uniform(-radius, radius) * spread) }
  }
}

/** The intervals of each series. */
async function masksOf(
  masks: string | undefined,
  count: number,
): Promise<((index: number) => Intervals) | undefined> {
  if (masks === undefined) return undefined
  const text = masks.trim().startsWith('[')
    ? masks
    : decodeText(
        await readFile(masks).catch((cause: unknown) => {
          throw unreadable(masks, cause)
        }),
        masks,
      )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw masksError(`no JSON (${(cause as Error).message})`, count)
  }
  if (isIntervals(value)) return () => value
  if (Array.isArray(value) && value.length === count && value.every(isIntervals)) {
    const each = value as Intervals[]
    return (index) => each[index]!
  }
  throw masksError(Array.isArray(value) ? `a list of ${value.length}` : typeof value, count)
}

function isIntervals(value: unknown): value is Intervals {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (one) =>
        Array.isArray(one) &&
        one.length === 2 &&
        one.every((step) => Number.isInteger(step)) &&
        one[0] < one[1],
    )
  )
}

function masksError(got: string, count: number): DataError {
  return new DataError({
    where: '--masks',
    got,
    expected: `[[start, end], …] with start < end, or a list of ${count} of these, one for each series`,
    remedy: 'Steps count from 0; end is not part of the interval.',
  })
}
