/**
 * Explanations of time series by segments (Guillemé et al. 2019, "LEFTIST"; TS-MULE 2021; LIMESegment 2022).
 *
 * 1. Cut the series into segments (`segmentation.ts`); make what stands in their place (`replacement.ts`).
 * 2. Switch segments on and off at random, each with probability ½ (`explain/random-switches.ts`).
 * 3. Hand the neighbourhood to the pipeline; series are made batch by batch (`perturbed-series.ts`).
 *
 * Distance and kernel are those of Python LIME's pictures, cosine with width 0.25, since segments are switched as
 * superpixels are. Python LIME has no explainer for series; `compatibility: 'python'` changes only the shared parts.
 */
import { OptionError } from '../contract/errors.ts'
import type { Explanation, InstanceData } from '../contract/explanation.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { Model } from '../contract/predictor.ts'
import type { Warning } from '../contract/progress.ts'
import type {
  Domain,
  Neighbourhood,
  Surroundings,
  SurroundRequest,
} from '../explain/neighbourhood.ts'
import { explainNeighbourhood } from '../explain/pipeline.ts'
import { drawSwitches, evenLaw } from '../explain/random-switches.ts'
import { resolveSettings, Streams } from '../explain/settings.ts'
import type { BitMatrix } from '../math/bit-matrix.ts'
import { perturbedSeries } from './perturbed-series.ts'
import { replacementSeries } from './replacement.ts'
import { type Segments, type SeriesPart, segmentSeries } from './segmentation.ts'
import { checkChannels, type SeriesLike, toSeries } from './series-input.ts'
import {
  checkSeriesExplainOptions,
  planSeries,
  type SeriesExplainerOptions,
  type SeriesExplainOptions,
  type SeriesPlan,
} from './series-options.ts'

const NAME = 'SeriesExplainer'

/** Values that one batch may hold by default: 32 MB. */
const BATCH_VALUES = 4_000_000

/** Samples × segments that one call may ask for. */
const MOST_SWITCHES = 500_000_000

/** Explains time series. */
export class SeriesExplainer implements Domain<SeriesLike, Matrix> {
  readonly domain = 'series'
  readonly #plan: SeriesPlan
  readonly #streams: Streams

  /** @throws OptionError, DataError, ShapeError for options and series in them that cannot be used. */
  constructor(options: SeriesExplainerOptions = {}) {
    this.#plan = planSeries(NAME, options)
    this.#streams = new Streams(options.randomState)
  }

  /**
   * Explains one series.
   *
   * @param series (T, C): a Matrix, a list of steps with a value for each channel, or the values of the only channel.
   *   Lengths may differ from call to call.
   * @param model gets every series as a Matrix { data, rows: T, cols: C }, step by step. Forecasts are regressions with
   *   one output column for each step ahead: `labels` chooses among them; by default each is explained.
   * @param options defaults: all segments, as many samples as the weights need up to 1000; of LIME's draws cosine distance,
   *   kernel width 0.25.
   * @throws DataError for a series of length 0 or with values that are not finite, ShapeError for channels that do not
   *   fit, OptionError for options, PredictorError and PredictorOutputError for the model; rejects with the signal's
   *   reason when aborted.
   */
  async explain(
    series: SeriesLike,
    model: Model<Matrix>,
    options: SeriesExplainOptions = {},
  ): Promise<Explanation> {
    const began = performance.now()
    checkSeriesExplainOptions(NAME, options)
    const values = toSeries(series, `${NAME}.explain, series`)
    const settings = resolveSettings(NAME, this.#plan.options, options, {
      kernelWidth: 0.25,
      numFeatures: 100_000,
      numSamples: 1000,
      distanceMetric: 'cosine',
      batchSize: Math.max(1, Math.min(1000, Math.floor(BATCH_VALUES / values.data.length))),
    })
    settings.control.signal?.throwIfAborted()
    const surroundings = this.#around(values, {}, options)
    return explainNeighbourhood({
      name: NAME,
      domain: 'series',
      surroundings,
      model,
      settings,
      began,
    })
  }

  /** One series amid its perturbations, without a model. Throws as `explain` does. */
  surround(series: SeriesLike, request: SurroundRequest = {}): Surroundings<Matrix> {
    return this.#around(toSeries(series, `${NAME}.explain, series`), request, {})
  }

  #around(
    series: Matrix,
    { random = this.#streams.next() }: SurroundRequest,
    call: Pick<SeriesExplainOptions, 'segmentation' | 'numSegments'>,
  ): Surroundings<Matrix> {
    const { options, replacement, training, background } = this.#plan
    const { perChannel = false, samplingRate, window } = options
    this.#checkChannels(series)
    const channelNames = options.channelNames ?? defaultNames(series.cols)
    const segmentation = call.segmentation ?? options.segmentation ?? 'uniform'
    const segments = segmentSeries(series, {
      segmentation,
      numSegments: call.numSegments ?? options.numSegments,
      window,
      perChannel,
      channelNames,
      samplingRate,
      where:
        call.segmentation === undefined && call.numSegments === undefined
          ? NAME
          : `${NAME}.explain`,
    })
    const { features } = segments
    const parts = features.map(({ part }) => part)
    const sources = { training, background }
    const replaced = replacementSeries(series, parts, replacement, sources, random)
    const instance: InstanceData = {
      kind: 'series',
      values: channelLists(series),
      channelNames,
      ...(samplingRate !== undefined && { samplingRate }),
      replacement: channelLists(replaced),
    }
    const switched = (masks: BitMatrix): Neighbourhood<Matrix> => ({
      interpretable: masks,
      codes: masks,
      inputs: perturbedSeries(series, replaced, parts, masks),
    })
    return {
      instance,
      features,
      law: evenLaw(features.length),
      inert: Uint8Array.from(features, ({ part }) => (sameValues(part, series, replaced) ? 1 : 0)),
      fixed: true,
      random,
      checkSize: (n) => checkSize(n, features.length),
      draw: (n) => switched(drawSwitches(n, features.length, random)),
      switched,
      options: {
        segmentation: typeof segmentation === 'function' ? 'custom' : segmentation,
        ...(segments.asked !== undefined && { numSegments: segments.asked }),
        ...(segments.window !== undefined && { window: segments.window }),
        perChannel,
        replacement,
      },
      warnings: [...segments.warnings, ...unchanged(segments, series, replaced, replacement)],
    }
  }

  #checkChannels(series: Matrix): void {
    const { options, training, background } = this.#plan
    const where = `${NAME}.explain, series`
    const { channelNames } = options
    if (channelNames) checkChannels(series, channelNames.length, where, 'named by channelNames')
    if (training) checkChannels(series, training.means.length, where, 'in the training data')
    if (background) checkChannels(series, background.cols, where, 'in the background series')
  }
}

function defaultNames(channels: number): string[] {
  return channels === 1 ? ['value'] : Array.from({ length: channels }, (_, c) => `channel ${c}`)
}

/** One list of values for each channel. */
function channelLists({ data, rows, cols }: Matrix): number[][] {
  return Array.from({ length: cols }, (_, c) =>
    Array.from({ length: rows }, (_, t) => data[t * cols + c]!),
  )
}

/** A warning where switching some segments off changes nothing: constant stretches, a series of one step. */
function unchanged(
  { features }: Segments,
  series: Matrix,
  replaced: Matrix,
  replacement: string,
): Warning[] {
  const same = features.filter(({ part }) => sameValues(part, series, replaced))
  if (same.length === 0) return []
  const which =
    same.length === features.length
      ? 'any segment'
      : same
          .map(({ name }) => name)
          .slice(0, 5)
          .join(', ')
  return [
    {
      code: 'replacement-changes-nothing',
      message: `The replacement ${replacement} equals the series in ${which}${same.length > 5 && same.length < features.length ? ` and ${same.length - 5} more segments` : ''}, so switching it off changes nothing there. Take another replacement, such as zero or noise, to see its effect.`,
    },
  ]
}

/** Whether a segment has the same values switched off and not, up to rounding. */
function sameValues(
  { start, end, channels }: SeriesPart,
  { data, cols }: Matrix,
  replaced: Matrix,
): boolean {
  return channels.every((c) => {
    for (let t = start; t < end; t++) {
      const at = t * cols + c
      const difference = Math.abs(data[at]! - replaced.data[at]!)
      if (difference > 1e-12 * Math.abs(data[at]!)) return false
    }
    return true
  })
}

function checkSize(n: number, d: number): void {
  if (n * d <= MOST_SWITCHES) return
  throw new OptionError({
    where: `${NAME}.explain, options.numSamples`,
    got: `${n} samples of ${d} segments`,
    expected: `at most ${Math.floor(MOST_SWITCHES / d)} samples for so many segments`,
    remedy: 'A few thousand samples are usually enough; fewer segments need fewer samples.',
  })
}
