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
import {
  bitsToMatrix,
  type DesignMatrix,
  isBitMatrix,
  rowsFrom,
  selectColumns,
} from '../math/bit-matrix.ts'
import { distancesToFirst } from '../math/distance.ts'
import { columnOf, rowsOf } from '../math/matrix.ts'
import { rangeOf } from '../math/range.ts'
import { momentsOf } from '../math/ridge.ts'
import { type WeightedMoments, weightedMoments } from '../math/weighted-moments.ts'
import { effectiveSampleSize } from '../math/weighted-statistics.ts'
import { describeSettings } from './describe-settings.ts'
import {
  budgetWarning,
  coalitionsWarning,
  convergenceWarning,
  droppedWarning,
  fitWarnings,
  isConstant,
  noiseWarning,
  probabilityWarning,
  sampleSizeWarning,
} from './diagnose.ts'
import { evenFitter, loosenessOf } from './even-fit.ts'
import { type AnsweringFit, fitLabel, type LabelFit, WIDE } from './fit-label.ts'
import { weightedErrors, withIntervals } from './intervals.ts'
import type { EvenSamples } from './least-squares.ts'
import type { Cells, Surroundings } from './neighbourhood.ts'
import type { Sampler } from './samplers/sampler.ts'
import type { Settings } from './settings.ts'
import { linearSolver } from './surrogate.ts'

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
  /** Of n samples, where the domain tells them. */
  readonly cells: Cells | undefined
  readonly sampler: Pick<
    Sampler<unknown>,
    'name' | 'why' | 'weighting' | 'paired' | 'pairs' | 'more'
  > & {
    readonly solve: ((y: Float64Array) => Fitted) | undefined
  }
  /** The second answer about the instance. */
  readonly again: Float64Array | undefined
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

/** The data of an explanation, and how well its weights are known. */
export interface BuiltExplanation {
  readonly data: ExplanationData
  /** Largest standard error of a weight over the range of the weights; infinite where unknown. */
  readonly looseness: number
}

/** Distances, weights, fits and diagnostics of answered samples. */
export function buildExplanation(answered: AnsweredSamples): BuiltExplanation {
  const { name, settings, surroundings, task, classNames, chosen, X, outputs, sampler } = answered
  const n = outputs.rows
  const prediction = Array.from(outputs.data.subarray(0, outputs.cols))
  const distances = distancesToFirst(X, settings.distanceMetric)
  if (settings.distanceScale !== 1) {
    for (let i = 0; i < n; i++) distances[i]! *= settings.distanceScale
  }
  const { kernelWidth, weights } = sampleWeights(distances, answered)
  const effective = effectiveSampleSize(weights)
  const warnings: Warning[] = [...surroundings.warnings]
  const warn = (warning: Warning | undefined) => {
    if (warning !== undefined) warnings.push(warning)
  }
  warn(droppedWarning(answered.dropped, n + answered.dropped))
  if (task === 'classification') warn(probabilityWarning(outputs))
  // All combinations are weighed exactly, however little weight some have.
  if (sampler.solve === undefined && typeof sampler.weighting === 'string') {
    warn(
      sampler.weighting === 'even'
        ? budgetWarning(n - 1, X.cols)
        : sampleSizeWarning(effective, n, Math.min(settings.numFeatures, X.cols)),
    )
  }
  if (sampler.name === 'shap')
    warn(coalitionsWarning(n + answered.dropped, X.cols, settings.maxSamples))
  warn(noiseWarning(outputs, answered.again))

  const { fitted, moments } = fitter(answered, weights)
  let looseness = 0
  let labels: LabelExplanation[] = chosen.map((label) => {
    const y = columnOf(outputs, label)
    const constant = isConstant(y)
    const { looseness: own, ...fit } = fitted(linked(y, settings, task, name))
    if (!constant) looseness = Math.max(looseness, own)
    const explained: LabelExplanation = {
      label,
      name: classNames[label]!,
      prediction: prediction[label]!,
      ...fit,
      localPrediction: unlinked(fit.localPrediction, settings),
      ...(constant && !settings.python && { weights: [] }),
    }
    warnings.push(...fitWarnings(explained, constant, task))
    return explained
  })
  warn(convergenceWarning(moments?.converged ?? true, X.cols))
  if (task === 'regression' && settings.python) labels = pythonRegression(labels[0]!)

  const range = task === 'regression' ? rangeOf(columnOf(outputs, chosen[0]!)) : undefined
  const data: ExplanationData = {
    schema: EXPLANATION_SCHEMA,
    domain: answered.domain,
    task,
    classNames,
    prediction,
    ...(range && { predictionRange: range }),
    instance: surroundings.instance,
    features: surroundings.features,
    labels,
    options: {
      ...describeSettings(settings),
      sampling: sampler.name,
      ...(sampler.why && { samplingReason: sampler.why }),
      ...(sampler.weighting === 'kernel' && { kernelWidth }),
      ...surroundings.options,
    },
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
  return { data, looseness }
}

/** A fit of one label, and how well its weights are known. */
export type Fitted = LabelFit & { readonly looseness: number }

/** A fit of each label's answers, and the moments that labels share, where they do. */
interface Fitter {
  readonly fitted: (y: Float64Array) => Fitted
  readonly moments?: WeightedMoments
}

/** How labels are fitted: by the design where it has its own way, else by selection and surrogate. */
function fitter(
  { X, cells, settings, sampler, outputs }: AnsweredSamples,
  weights: Float64Array,
): Fitter {
  const { solve } = sampler
  if (solve !== undefined) {
    const fitted = (y: Float64Array) => {
      const found = solve(y)
      return { ...found, weights: found.weights.slice(0, settings.numFeatures) }
    }
    return { fitted }
  }
  const n = outputs.rows
  const even = sampler.weighting === 'even' && !settings.fitAsked
  if (even && n - 1 >= AMPLE * X.cols) {
    const samples: EvenSamples = {
      X: rowsFrom(X, 1),
      cells: cells && {
        ...cells,
        codes: cells.codes.subarray(X.cols),
        within: cells.within.subarray(X.cols),
      },
      paired: sampler.paired,
      ...(sampler.pairs !== undefined && { pairs: sampler.pairs }),
    }
    const more = settings.link === 'identity' ? sampler.more : undefined
    const fitted = evenFitter(samples, settings.numFeatures, more)
    return { fitted: (y) => fitted(y.subarray(1)) }
  }
  const moments = weightedMoments(X, weights)
  const request = {
    ...settings,
    ...(sampler.name !== 'lime' && !settings.fitAsked && { surrogate: 'ols' as const }),
    // With few samples, a few features: the rest cannot be told from noise.
    ...(even && {
      featureSelection: 'forward_selection' as const,
      numFeatures: Math.max(1, Math.min(settings.numFeatures, Math.floor(n / SPARSE))),
    }),
  }
  const fitted = (y: Float64Array) =>
    withErrors(fitLabel({ ...request, X, moments, y, weights }), y)
  return { fitted, moments }

  function withErrors({ answers, ...fit }: AnsweringFit, y: Float64Array): Fitted {
    if (typeof sampler.weighting !== 'string') return exactly(fit)
    if (settings.python || linearSolver(request.surrogate) === undefined) {
      return { ...fit, looseness: Number.POSITIVE_INFINITY }
    }
    const e = new Float64Array(n)
    for (let i = 0; i < n; i++) e[i] = y[i]! - answers[i]!
    const features = fit.weights.map(({ feature }) => feature)
    // Of wide designs the moments of the few features alone are quicker than their columns of the whole.
    const errors =
      moments.cols < WIDE
        ? weightedErrors(X, e, weights, { features, ...momentsOf(moments, features) })
        : weightedErrors(selectColumns(X, features), e, weights)
    if (errors === undefined) return { ...fit, looseness: Number.POSITIVE_INFINITY }
    const coefficients = Float64Array.from(fit.weights, ({ weight }) => weight)
    return {
      ...fit,
      weights: withIntervals({ weights: fit.weights, ...errors }),
      looseness: loosenessOf(coefficients, errors.standardErrors),
    }
  }
}

/** Samples for each feature from which on all features are fitted. */
const AMPLE = 1.3
/** Samples for each feature of a sparse fit. */
const SPARSE = 8

/** All combinations are known: nothing is left to chance. */
function exactly(fit: LabelFit): Fitted {
  const weights = fit.weights.map((one) => ({
    ...one,
    standardError: 0,
    interval: [one.weight, one.weight] as const,
  }))
  return { ...fit, weights, looseness: 0 }
}

/** y on the scale of the link. */
function linked(y: Float64Array, { link }: Settings, task: Task, name: string): Float64Array {
  if (link === 'identity') return y
  const [low, high] = rangeOf(y)
  if (task === 'regression' || low < 0 || high > 1) {
    throw new OptionError({
      where: `${name}.explain, options.link`,
      got: `logit for answers from ${low.toPrecision(3)} to ${high.toPrecision(3)}${task === 'regression' ? ' of a regression' : ''}`,
      expected: 'probabilities, from 0 to 1',
      remedy: "Take link: 'identity' where the model answers with values or logits.",
    })
  }
  return y.map((p) => Math.log(Math.max(p, LEAST_SHARE) / Math.max(1 - p, LEAST_SHARE)))
}

/** Probabilities nearer to 0 or 1 count as if they were no nearer: their logits have no digits left. */
const LEAST_SHARE = 1e-9

function unlinked(value: number, { link }: Settings): number {
  return link === 'identity' ? value : 1 / (1 + Math.exp(-value))
}

/** The weights of the samples, and the kernel's width where a kernel has a say. */
function sampleWeights(
  distances: Float64Array,
  answered: AnsweredSamples,
): { readonly weights: Float64Array; readonly kernelWidth: number } {
  const { settings, sampler, name } = answered
  const { kernelWidth } = settings
  if (sampler.weighting === 'even') {
    const weights = new Float64Array(distances.length).fill(1)
    weights[0] = 0
    return { weights, kernelWidth }
  }
  const found = settings.findWidth ? widestKernel(distances, answered) : kernelWidth
  const weights = kernelWeights(distances, { ...settings, kernelWidth: found }, name)
  const { weighting } = sampler
  if (weighting === 'kernel') return { weights, kernelWidth: found }
  return { weights: weights.map((weight, i) => weight * weighting[i]!), kernelWidth: found }
}

/** The fit of the surrogate that `kernelWidth: 'auto'` wants. */
const WANTED_SCORE = 0.9
/** Widths tried, in units of the default one, from the widest on: 4, 2.8, 2, … 1/16. */
const WIDTHS = Array.from({ length: 13 }, (_, k) => 2 ** (2 - k / 2))

/** The widest kernel under which the surrogate of the first label explains enough; else the one that explains most. */
function widestKernel(distances: Float64Array, answered: AnsweredSamples): number {
  const { settings, X, outputs, chosen, task, name } = answered
  const y = linked(columnOf(outputs, chosen[0]!), settings, task, name)
  let best = settings.kernelWidth
  let most = Number.NEGATIVE_INFINITY
  for (const factor of WIDTHS) {
    const kernelWidth = factor * settings.kernelWidth
    const weights = kernelWeights(distances, { ...settings, kernelWidth }, name)
    if (effectiveSampleSize(weights) < 3 * Math.min(settings.numFeatures, X.cols) + 10) break
    const fit = fitLabel({ ...settings, X, moments: weightedMoments(X, weights), y, weights })
    const score = fit.heldOutScore ?? fit.score
    if (score > most) {
      most = score
      best = kernelWidth
    }
    if (score >= WANTED_SCORE) break
  }
  return best
}

/** Weights by the kernel; a kernel of the user's own is checked. */
function kernelWeights(distances: Float64Array, settings: Settings, name: string): Float64Array {
  const weights = settings.kernel(distances, settings.kernelWidth)
  let bad = 0
  if (weights.length === distances.length) {
    while (bad < weights.length && weights[bad]! >= 0 && weights[bad]! <= MOST_WEIGHT) bad++
    if (bad === weights.length) return weights
  }
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
