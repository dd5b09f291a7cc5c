/**
 * From answered samples to the data of an explanation (Ribeiro, Singh, Guestrin 2016, algorithm 1).
 *
 * 1. Distances to the instance (row 0), weights by the kernel.
 * 2. For each label select features and fit the surrogate (`fit-label.ts`); moments are made once for all labels.
 * 3. Say how far to trust it (`diagnose.ts`).
 *
 * Where the model's answer is constant over the neighbourhood no features are ranked, which Python LIME does (by rounding
 * errors).
 */
import { OptionError } from '../contract/errors.ts'
import {
  type DomainName,
  EXPLANATION_SCHEMA,
  type ExplanationData,
  type LabelExplanation,
  type NeighbourhoodData,
} from '../contract/explanation.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { Task } from '../contract/predictor.ts'
import type { Warning } from '../contract/progress.ts'
import { bitsToMatrix, type DesignMatrix, isBitMatrix } from '../math/bit-matrix.ts'
import { distancesToFirst } from '../math/distance.ts'
import { columnOf, rowsOf } from '../math/matrix.ts'
import { rangeOf } from '../math/range.ts'
import { weightedMoments } from '../math/weighted-moments.ts'
import { effectiveSampleSize } from '../math/weighted-statistics.ts'
import {
  convergenceWarning,
  droppedWarning,
  fitWarnings,
  isConstant,
  probabilityWarning,
  sampleSizeWarning,
} from './diagnose.ts'
import { fitLabel } from './fit-label.ts'
import type { Surroundings } from './neighbourhood.ts'
import { describeSettings, type Settings } from './settings.ts'

/** The largest weight whose squares can still be added up. */
const MOST_WEIGHT = 1e100

/** Samples with what the model answered, and what is known of the call. */
export interface AnsweredSamples {
  readonly name: string
  readonly domain: DomainName
  readonly surroundings: Pick<
    Surroundings<unknown>,
    'instance' | 'features' | 'options' | 'warnings'
  >
  readonly settings: Settings
  readonly task: Task
  readonly classNames: readonly string[]
  /** The output columns to explain. */
  readonly chosen: readonly number[]
  /** (n, d), row 0 the instance. */
  readonly X: DesignMatrix
  /** (n, labels). */
  readonly outputs: Matrix
  /** Samples left out because the model had no finite answer. */
  readonly dropped: number
  readonly calls: number
  readonly batches: number
  readonly modelSeconds: number
  /** When the call began: `performance.now()`. */
  readonly began: number
}

/** Distances, weights, fits and diagnostics of answered samples. */
export function buildExplanation(answered: AnsweredSamples): ExplanationData {
  const { name, settings, surroundings, task, classNames, chosen, X, outputs } = answered
  const n = outputs.rows
  const prediction = Array.from(outputs.data.subarray(0, outputs.cols))
  const distances = distancesToFirst(X, settings.distanceMetric)
  if (settings.distanceScale !== 1) {
    for (let i = 0; i < n; i++) distances[i]! *= settings.distanceScale
  }
  const weights = kernelWeights(distances, settings, name)
  const moments = weightedMoments(X, weights)
  const effective = effectiveSampleSize(weights)
  const warnings: Warning[] = [...surroundings.warnings]
  const warn = (warning: Warning | undefined) => {
    if (warning !== undefined) warnings.push(warning)
  }
  warn(droppedWarning(answered.dropped, n + answered.dropped))
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
    warnings.push(...fitWarnings(explained, constant, task))
    return explained
  })
  warn(convergenceWarning(moments.converged, X.cols))
  if (task === 'regression' && settings.python) labels = pythonRegression(labels[0]!)

  const range = task === 'regression' ? rangeOf(columnOf(outputs, chosen[0]!)) : undefined
  return {
    schema: EXPLANATION_SCHEMA,
    domain: answered.domain,
    task,
    classNames,
    prediction,
    ...(range && { predictionRange: range }),
    instance: surroundings.instance,
    features: surroundings.features,
    labels,
    options: { ...describeSettings(settings), ...surroundings.options },
    diagnostics: {
      samples: n,
      effectiveSampleSize: effective,
      modelCalls: answered.calls,
      batches: answered.batches,
      seconds: (performance.now() - answered.began) / 1000,
      modelSeconds: answered.modelSeconds,
      warnings,
    },
    ...(settings.keepNeighbourhood && {
      neighbourhood: keep(isBitMatrix(X) ? bitsToMatrix(X) : X, outputs, distances, weights),
    }),
  }
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
