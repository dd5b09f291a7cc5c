/**
 * The pipeline: from a neighbourhood and a model to an explanation (Ribeiro, Singh, Guestrin 2016, algorithm 1).
 *
 * 1. Ask the model about every perturbation (`ask-model.ts`).
 * 2. Distances to the instance, weights by the kernel.
 * 3. For each label select features and fit the surrogate (`fit-label.ts`); moments are made once for all labels.
 * 4. Say how far to trust it (`diagnose.ts`).
 *
 * It never knows which kind of instance it serves. Where the model's answer is constant over the neighbourhood no
 * features are ranked, which Python LIME does (by rounding errors).
 */
import { OptionError, PredictorOutputError } from '../contract/errors.ts'
import {
  type DomainName,
  EXPLANATION_SCHEMA,
  Explanation,
  type InstanceData,
  type LabelExplanation,
  type NeighbourhoodData,
} from '../contract/explanation.ts'
import type { Matrix } from '../contract/matrix.ts'
import { type Model, type Predictor, type Task, toPredictor } from '../contract/predictor.ts'
import type { Warning } from '../contract/progress.ts'
import { bitsToMatrix, isBitMatrix } from '../math/bit-matrix.ts'
import { distancesToFirst } from '../math/distance.ts'
import { columnOf, rowsOf } from '../math/matrix.ts'
import { rangeOf } from '../math/range.ts'
import { weightedMoments } from '../math/weighted-moments.ts'
import { effectiveSampleSize } from '../math/weighted-statistics.ts'
import { askModel } from './ask-model.ts'
import { fitWarnings, isConstant, probabilityWarning, sampleSizeWarning } from './diagnose.ts'
import { fitLabel } from './fit-label.ts'
import { resolveLabels, topLabels } from './labels.ts'
import type { Neighbourhood } from './neighbourhood.ts'
import { describeSettings, type Settings } from './settings.ts'

/** The largest weight whose squares can still be added up. */
const MOST_WEIGHT = 1e100

/** What a domain hands over. */
export interface ExplainRequest<Input> {
  /** The explainer's name, for messages. */
  readonly name: string
  readonly domain: DomainName
  /** What is explained, with what is needed to draw it. */
  readonly instance: InstanceData
  readonly neighbourhood: Neighbourhood<Input>
  readonly model: Model<Input>
  readonly settings: Settings
  /** The domain's own options, for the explanation's record. */
  readonly options?: { readonly [name: string]: unknown }
  /** What the domain itself has to warn about; stands first in the diagnostics. */
  readonly warnings?: readonly Warning[]
  /** When the call began: `performance.now()`. */
  readonly began: number
}

/** Runs the pipeline. */
export async function explainNeighbourhood<Input>(
  request: ExplainRequest<Input>,
): Promise<Explanation> {
  const { name, settings, neighbourhood, began } = request
  const { control } = settings
  const predictor = toPredictor(request.model)
  checkPredictor(predictor, name)
  const task = settings.mode ?? predictor.task ?? 'classification'
  const answers = await askModel(neighbourhood, predictor, task, settings.batchSize, control, began)
  const { outputs } = answers
  const classNames = nameOutputs(outputs.cols, task, settings, predictor)
  const prediction = Array.from(outputs.data.subarray(0, outputs.cols))
  const chosen = chooseLabels(prediction, task, classNames, settings, name)

  const n = outputs.rows
  control.onProgress?.({ stage: 'fitting', done: n, total: n, seconds: since(began) })
  const X = neighbourhood.interpretable
  const distances = distancesToFirst(X, settings.distanceMetric)
  if (settings.distanceScale !== 1) {
    for (let i = 0; i < n; i++) distances[i]! *= settings.distanceScale
  }
  const weights = kernelWeights(distances, settings, name)
  const moments = weightedMoments(X, weights)
  const effective = effectiveSampleSize(weights)
  const warnings: Warning[] = []
  const warn = (warning: Warning | undefined) => {
    if (warning === undefined) return
    warnings.push(warning)
    control.onWarning?.(warning)
  }
  for (const warning of request.warnings ?? []) warn(warning)
  if (task === 'classification') warn(probabilityWarning(outputs))
  warn(sampleSizeWarning(effective, n, Math.min(settings.numFeatures, X.cols)))

  let labels: LabelExplanation[] = chosen.map((label) => {
    const y = columnOf(outputs, label)
    const constant = isConstant(y)
    const fit = fitLabel({ ...settings, X, moments, y, weights })
    const explained: LabelExplanation = {
      label,
      name: classNames[label]!,
      prediction: prediction[label]!,
      ...fit,
      ...(constant && !settings.python && { weights: [] }),
    }
    for (const warning of fitWarnings(explained, constant, task)) warn(warning)
    return explained
  })
  if (task === 'regression' && settings.python) labels = pythonRegression(labels[0]!)

  const range = task === 'regression' ? rangeOf(columnOf(outputs, chosen[0]!)) : undefined
  return new Explanation({
    schema: EXPLANATION_SCHEMA,
    domain: request.domain,
    task,
    classNames,
    prediction,
    ...(range && { predictionRange: range }),
    instance: request.instance,
    features: neighbourhood.features,
    labels,
    options: { ...describeSettings(settings), ...request.options },
    diagnostics: {
      samples: n,
      effectiveSampleSize: effective,
      modelCalls: answers.calls,
      batches: answers.batches,
      seconds: since(began),
      modelSeconds: answers.seconds,
      warnings,
    },
    ...(settings.keepNeighbourhood && {
      neighbourhood: keep(isBitMatrix(X) ? bitsToMatrix(X) : X, outputs, distances, weights),
    }),
  })
}

/** Weights by the kernel; a kernel of the user's own is checked. */
function kernelWeights(distances: Float64Array, settings: Settings, name: string): Float64Array {
  const weights = settings.kernel(distances, settings.kernelWidth)
  const bad =
    weights.length === distances.length
      ? weights.findIndex((w) => !(w >= 0 && w <= MOST_WEIGHT))
      : 0
  if (bad < 0) return weights
  throw new OptionError({
    where: `${name}, options.kernel`,
    got:
      weights.length === distances.length
        ? `the weight ${weights[bad]} for the distance ${distances[bad]}`
        : `${weights.length} weights`,
    expected: `${distances.length} weights from 0 to ${MOST_WEIGHT}`,
    remedy: 'A kernel gets all distances and the width, and returns one weight for each distance.',
  })
}

function checkPredictor<Input>(predictor: Predictor<Input>, name: string): void {
  if (typeof predictor?.predict === 'function') return
  throw new OptionError({
    where: `${name}.explain, model`,
    got: predictor === null ? 'null' : `a value of type ${typeof predictor}`,
    expected: 'a function of a batch, or a predictor with the method predict',
    remedy: 'Give (rows) => outputs, or what a loader such as loadOnnx returns.',
  })
}

/** A name for each output column; given names must be as many as the columns. */
function nameOutputs<Input>(
  cols: number,
  task: Task,
  settings: Settings,
  predictor: Predictor<Input>,
): readonly string[] {
  if (task === 'regression' && settings.python) return ['negative', 'positive']
  const names = settings.classNames ?? predictor.classNames
  if (names === undefined) {
    return Array.from({ length: cols }, (_, j) =>
      task === 'regression' && cols === 1 ? 'prediction' : String(j),
    )
  }
  if (names.length === cols) return names
  throw new PredictorOutputError({
    where: 'model, output columns',
    got: `${cols} columns`,
    expected: `${names.length}, one for each of classNames (${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''})`,
    remedy: 'Name every output column, or leave classNames out.',
  })
}

function chooseLabels(
  prediction: number[],
  task: Task,
  classNames: readonly string[],
  settings: Settings,
  name: string,
): number[] {
  if (task === 'regression' && settings.python) return [0]
  if (settings.topLabels !== undefined) return topLabels(prediction, settings.topLabels)
  const labels = settings.labels ?? (settings.python ? [1] : undefined)
  if (labels !== undefined)
    return resolveLabels(labels, classNames, `${name}.explain, options.labels`)
  return task === 'regression' ? Array.from(prediction.keys()) : topLabels(prediction, 1)
}

/** Python LIME's pair for regression: label 1 is the fit, label 0 the same with its weights negated. */
function pythonRegression(fit: LabelExplanation): LabelExplanation[] {
  const negated = fit.weights.map((one) => ({ ...one, weight: -one.weight }))
  return [
    { ...fit, label: 1, name: 'positive' },
    { ...fit, label: 0, name: 'negative', weights: negated },
  ]
}

function keep(
  interpretable: Matrix,
  outputs: Matrix,
  distances: Float64Array,
  weights: Float64Array,
): NeighbourhoodData {
  return {
    interpretable: rowsOf(interpretable),
    outputs: rowsOf(outputs),
    distances: Array.from(distances),
    weights: Array.from(weights),
  }
}

function since(began: number): number {
  return (performance.now() - began) / 1000
}
