/**
 * The options that every explainer shares, checked, with their defaults.
 *
 * Names are Python LIME's in camelCase. What is fixed for many instances is given to the constructor
 * (`ExplainerOptions`), what belongs to one instance to `explain` (`ExplainOptions`).
 */
import { OptionError } from '../contract/errors.ts'
import type { Explanation } from '../contract/explanation.ts'
import { checkChoice, checkOptions } from '../contract/nearest.ts'
import type { Task } from '../contract/predictor.ts'
import type { Control } from '../contract/progress.ts'
import { DISTANCE_METRICS, type DistanceMetric } from '../math/distance-metrics.ts'
import { exponentialKernel, type KernelFunction } from '../math/kernel.ts'
import { RandomState } from '../math/random-state.ts'
import { FEATURE_SELECTIONS, type FeatureSelection, SURROGATES } from './choices.ts'
import type { LabelChoice } from './labels.ts'
import type { SurrogateChoice } from './surrogate.ts'

/** Whose rules hold: sodalime's own, or Python LIME's with its quirks. */
export type Compatibility = 'sodalime' | 'python'

/**
 * Ways to draw samples. `lime`: LIME's own draws, weighed by the kernel. `glime`: the kernel is in the draws. `factorial`:
 * two-level designs and their complements, each feature on half the time. `exhaustive`: all 2^d, with LIME's weights.
 * `conditional`: for tables, what is off comes from training rows like the instance. `auto`: one of the first four.
 */
export const SAMPLINGS = [
  'auto',
  'lime',
  'glime',
  'factorial',
  'exhaustive',
  'conditional',
] as const
export type Sampling = (typeof SAMPLINGS)[number]

/** What an explanation is. */
export const METHODS = ['lime', 'shap'] as const
export type Method = (typeof METHODS)[number]

/** Scales of the answers. */
export const LINKS = ['identity', 'logit'] as const
export type Link = (typeof LINKS)[number]

/** Options of every explainer's constructor. */
export interface ExplainerOptions {
  /** What the model's outputs mean; default: what the model says of itself, else `classification`. */
  readonly mode?: Task
  /** Names of the output columns; default: the model's own, else their indices. */
  readonly classNames?: readonly string[]
  /**
   * Width of the kernel, > 0; default: depends on the kind of instance. `auto`: the widest at which the surrogate still
   * explains nine tenths of the variance (OptiLIME, Visani et al. 2020), found by weighing one sample anew.
   */
  readonly kernelWidth?: number | 'auto'
  /** Weights (n) from distances (n) and the width; default √exp(−d²/width²). */
  readonly kernel?: KernelFunction
  /** Default `auto`. */
  readonly featureSelection?: FeatureSelection
  /**
   * An integer from 0 to 2³² − 1: every explain call starts from the same state. A `RandomState`: continued from call
   * to call, as in Python. Default 0.
   */
  readonly randomState?: number | RandomState
  /** `python` gives Python LIME's numbers, quirks included; default `sodalime`. */
  readonly compatibility?: Compatibility
}

/** Options of every explainer's `explain`. */
export interface ExplainOptions extends Control {
  /** Output columns to explain, by index or class name; default: the predicted class (`python`: label 1). */
  readonly labels?: LabelChoice
  /** Explain the k most likely classes instead, most likely first. */
  readonly topLabels?: number
  /** Most features in an explanation, ≥ 1; default depends on the kind of instance. */
  readonly numFeatures?: number
  /**
   * How samples are drawn; default `auto`, which chooses by the number of features and the budget and writes down what it
   * chose (`options.sampling`), or `lime` with `compatibility: 'python'`. See `SAMPLINGS`.
   */
  readonly sampling?: Sampling
  /**
   * Samples in the neighbourhood, the instance included, 2 to 10,000,000. `auto` (default): as many as it takes until the
   * weights are known to `tolerance`, at most `maxSamples`. With `compatibility: 'python'` the default is Python LIME's:
   * 5000 for tables and texts, 1000 for pictures and series.
   */
  readonly numSamples?: number | 'auto'
  /**
   * With `numSamples: 'auto'`: the largest standard error of a weight, in units of the distance between the largest and
   * the smallest weight, > 0; default 0.02.
   */
  readonly tolerance?: number
  /** With `numSamples: 'auto'`: most samples; default 5000 for tables and texts, 1000 for pictures and series. */
  readonly maxSamples?: number
  /**
   * `lime` (default): a surrogate of the model around the instance. `shap`: Shapley values, whose sum is the prediction less
   * that with everything off; exact where 2^d coalitions fit `numSamples`, else estimated (KernelSHAP).
   */
  readonly method?: Method
  /** For `method: 'shap'` of tables: the rows whose values stand for what is off; default: one typical row. */
  readonly background?: readonly unknown[]
  /** The scale on which a classifier's answers are fitted: as they are (default), or ln(p / (1 − p)). */
  readonly link?: Link
  /** Default depends on the kind of instance. */
  readonly distanceMetric?: DistanceMetric
  /** Default `ridge` with α = 1. */
  readonly surrogate?: SurrogateChoice
  /** Most instances that the model gets at once, ≥ 1. */
  readonly batchSize?: number
  /** Keep samples, outputs, distances and weights in the explanation; default false. */
  readonly keepNeighbourhood?: boolean
  /**
   * Called with the explanation of what the model has answered so far: after 64 answers, then whenever they have doubled
   * or a quarter of a second has passed, and at last where the call fails or is aborted. Errors carry that last one as
   * `partial` too.
   */
  readonly onPartial?: (explanation: Explanation) => void
}

/** Names of the options above, for checks. */
export const EXPLAINER_OPTIONS = [
  'mode',
  'classNames',
  'kernelWidth',
  'kernel',
  'featureSelection',
  'randomState',
  'compatibility',
] as const
export const EXPLAIN_OPTIONS = [
  'labels',
  'topLabels',
  'numFeatures',
  'sampling',
  'numSamples',
  'tolerance',
  'maxSamples',
  'method',
  'background',
  'link',
  'distanceMetric',
  'surrogate',
  'batchSize',
  'keepNeighbourhood',
  'onPartial',
  'signal',
  'onProgress',
  'onWarning',
] as const

/** What depends on the kind of instance. */
export interface DomainDefaults {
  readonly kernelWidth: number
  readonly numFeatures: number
  readonly numSamples: number
  readonly distanceMetric: DistanceMetric
  /** What distances are multiplied by before the kernel: 100 for text, as in Python LIME; default 1. */
  readonly distanceScale?: number
  readonly batchSize: number
}

/** Every shared option with its value. */
export interface Settings {
  readonly mode: Task | undefined
  readonly classNames: readonly string[] | undefined
  readonly kernelWidth: number
  /** Whether the width is to be found. */
  readonly findWidth: boolean
  readonly kernel: KernelFunction
  readonly featureSelection: FeatureSelection
  readonly python: boolean
  readonly labels: LabelChoice | undefined
  readonly topLabels: number | undefined
  readonly numFeatures: number
  readonly sampling: Sampling
  /** Samples, where they are said. */
  readonly numSamples: number | 'auto'
  readonly tolerance: number
  /** Most samples: those said, or the most that `auto` may take. */
  readonly maxSamples: number
  readonly method: Method
  readonly background: readonly unknown[] | undefined
  readonly link: Link
  /** Whether a kernel, its width or a distance was asked for. */
  readonly kernelAsked: boolean
  /** Whether a surrogate or a selection was asked for. */
  readonly fitAsked: boolean
  readonly distanceMetric: DistanceMetric
  readonly distanceScale: number
  readonly surrogate: SurrogateChoice
  readonly batchSize: number
  readonly keepNeighbourhood: boolean
  readonly onPartial: ((explanation: Explanation) => void) | undefined
  readonly control: Control
}

/** Largest standard error in units of the weights’ range, by default. */
const TOLERANCE = 0.02

/** The most samples that one call may ask for. */
export const MOST_SAMPLES = 10_000_000

/** Checks the shared options of the constructor; `name` is the explainer's. */
export function checkExplainerOptions(name: string, options: ExplainerOptions): void {
  const where = (option: string) => `${name}, options.${option}`
  const { mode, kernelWidth, kernel, featureSelection, compatibility, classNames } = options
  const { randomState } = options
  if (mode !== undefined) checkChoice(where('mode'), mode, ['classification', 'regression'])
  if (compatibility !== undefined) {
    checkChoice(where('compatibility'), compatibility, ['sodalime', 'python'])
  }
  if (featureSelection !== undefined) {
    checkChoice(where('featureSelection'), featureSelection, FEATURE_SELECTIONS)
  }
  if (kernelWidth !== undefined && kernelWidth !== 'auto') {
    checkPositive(where('kernelWidth'), kernelWidth)
  }
  if (typeof kernel !== 'function') {
    const expected = 'a function of the distances and the width that returns weights'
    checkAbsent(where('kernel'), kernel, expected)
  }
  if (!Array.isArray(classNames)) {
    checkAbsent(where('classNames'), classNames, 'a list of names, one for each output column')
  }
  if (typeof randomState === 'number') {
    if (!Number.isInteger(randomState) || randomState < 0 || randomState >= 2 ** 32) {
      checkAbsent(where('randomState'), randomState, 'an integer from 0 to 4294967295')
    }
  } else if (!(randomState instanceof RandomState)) {
    checkAbsent(where('randomState'), randomState, 'a number or a RandomState')
  }
}

/** Checks the shared options of one explain call and fills in the defaults. */
export function resolveSettings(
  name: string,
  fixed: ExplainerOptions,
  options: ExplainOptions,
  defaults: DomainDefaults,
): Settings {
  const where = (option: string) => `${name}.explain, options.${option}`
  const { distanceMetric, surrogate, labels, signal } = options
  if (distanceMetric !== undefined && typeof distanceMetric !== 'function') {
    checkChoice(where('distanceMetric'), distanceMetric, DISTANCE_METRICS)
  }
  if (!Array.isArray(labels)) {
    checkAbsent(where('labels'), labels, 'a list of indices or class names, such as [1]')
  }
  if (labels !== undefined && options.topLabels !== undefined && fixed.compatibility !== 'python') {
    throw new OptionError({
      where: where('topLabels'),
      got: 'topLabels together with labels',
      expected: 'one of them',
      remedy: 'topLabels chooses the labels by itself.',
    })
  }
  for (const option of ['onProgress', 'onWarning', 'onPartial'] as const) {
    if (typeof options[option] !== 'function') {
      checkAbsent(where(option), options[option], 'a function')
    }
  }
  if (typeof options.keepNeighbourhood !== 'boolean') {
    checkAbsent(where('keepNeighbourhood'), options.keepNeighbourhood, 'true or false')
  }
  if (typeof signal?.aborted !== 'boolean') {
    checkAbsent(where('signal'), signal, 'the signal of an AbortController')
  }
  if (surrogate !== undefined) checkSurrogate(where('surrogate'), surrogate)
  const { sampling, link, tolerance, numSamples } = options
  if (sampling !== undefined) checkChoice(where('sampling'), sampling, SAMPLINGS)
  if (link !== undefined) checkChoice(where('link'), link, LINKS)
  if (tolerance !== undefined) checkPositive(where('tolerance'), tolerance)
  if (numSamples !== undefined && numSamples !== 'auto') {
    checkWhole(where('numSamples'), numSamples, 2)
  }
  const whole = (option: 'topLabels' | 'numFeatures' | 'batchSize' | 'maxSamples') => {
    const value = options[option]
    if (value !== undefined) checkWhole(where(option), value, option === 'maxSamples' ? 2 : 1)
    return value
  }
  const { method = 'lime', background } = options
  checkChoice(where('method'), method, METHODS)
  if (!Array.isArray(background)) {
    checkAbsent(where('background'), background, 'a list of rows')
  }
  if (background !== undefined && method !== 'shap') {
    throw new OptionError({
      where: where('background'),
      got: `background with method: '${method}'`,
      expected: "method: 'shap'",
      remedy: "Add method: 'shap', or leave it out: other explanations draw what is off.",
    })
  }
  const python = fixed.compatibility === 'python'
  checkReference(python, fixed, options, where)
  const samples = numSamples ?? (python ? defaults.numSamples : 'auto')
  const { kernelWidth } = fixed
  return {
    mode: fixed.mode,
    classNames: fixed.classNames,
    kernelWidth: typeof kernelWidth === 'number' ? kernelWidth : defaults.kernelWidth,
    findWidth: kernelWidth === 'auto',
    kernel: fixed.kernel ?? exponentialKernel,
    featureSelection: fixed.featureSelection ?? 'auto',
    python,
    labels: options.labels,
    topLabels: whole('topLabels'),
    numFeatures: whole('numFeatures') ?? (method === 'shap' ? MOST_SAMPLES : defaults.numFeatures),
    sampling: sampling ?? (python ? 'lime' : 'auto'),
    numSamples: samples,
    tolerance: tolerance ?? TOLERANCE,
    maxSamples: samples === 'auto' ? (whole('maxSamples') ?? defaults.numSamples) : samples,
    method,
    background: options.background,
    link: link ?? 'identity',
    kernelAsked:
      fixed.kernel !== undefined || kernelWidth !== undefined || distanceMetric !== undefined,
    fitAsked: surrogate !== undefined || fixed.featureSelection !== undefined,
    distanceMetric: distanceMetric ?? defaults.distanceMetric,
    distanceScale: defaults.distanceScale ?? 1,
    surrogate: surrogate ?? 'ridge',
    batchSize: whole('batchSize') ?? defaults.batchSize,
    keepNeighbourhood: options.keepNeighbourhood ?? false,
    onPartial: options.onPartial,
    control: options,
  }
}

/** The reference mode knows only Python LIME's own ways. */
function checkReference(
  python: boolean,
  { kernelWidth }: ExplainerOptions,
  { sampling = 'lime', numSamples, method = 'lime', link = 'identity' }: ExplainOptions,
  where: (option: string) => string,
): void {
  if (!python) return
  const beyond = [
    ['sampling', sampling, sampling !== 'lime'],
    ['numSamples', numSamples, numSamples === 'auto'],
    ['method', method, method !== 'lime'],
    ['link', link, link !== 'identity'],
    ['kernelWidth', kernelWidth, kernelWidth === 'auto'],
  ] as const
  const found = beyond.find(([, , wrong]) => wrong)
  if (found === undefined) return
  throw new OptionError({
    where: where(found[0]),
    got: `${JSON.stringify(found[1])} beside compatibility: 'python'`,
    expected: 'what Python LIME knows',
    remedy: "Leave it out, or leave compatibility: 'python' out.",
  })
}

/** A stream for each explain call: a continued one as it is, a seed's from its beginning. */
export class Streams {
  /** The stream that a constructor draws from; explain calls go on from where it leaves off. */
  readonly start: RandomState
  /** Whether every call starts from the same state, so that its draws may be kept. */
  readonly repeats: boolean

  /** `randomState` as in `ExplainerOptions`. */
  constructor(randomState: number | RandomState = 0, repeats = typeof randomState === 'number') {
    this.start = typeof randomState === 'number' ? new RandomState(randomState) : randomState
    this.repeats = repeats
  }

  /** The stream of the next explain call. */
  next(): RandomState {
    return this.repeats ? this.start.clone() : this.start
  }
}

/** Throws an OptionError unless `value` is undefined; for values that were found to be nothing that they could be. */
export function checkAbsent(where: string, value: unknown, expected: string): void {
  if (value === undefined) return
  const simple = value === null || ['number', 'boolean'].includes(typeof value)
  throw new OptionError({
    where,
    got:
      typeof value === 'string'
        ? JSON.stringify(value)
        : simple
          ? String(value)
          : `a value of type ${typeof value}`,
    expected,
    remedy: 'Leave it out for the default.',
  })
}

/** Throws an OptionError unless `value` is an integer from `least` to 10,000,000. */
export function checkWhole(where: string, value: unknown, least: number): asserts value is number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= MOST_SAMPLES) {
    return
  }
  throw new OptionError({
    where,
    got: typeof value === 'string' ? JSON.stringify(value) : String(value),
    expected: `an integer from ${least} to ${MOST_SAMPLES}`,
    remedy: 'Leave it out for the default.',
  })
}

/** Throws an OptionError unless `value` is a finite number above 0. */
export function checkPositive(where: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return
  throw new OptionError({
    where,
    got: String(value),
    expected: 'a finite number above 0',
    remedy: 'Leave it out for the default.',
  })
}

const SURROGATE_PARAMETERS = {
  ridge: ['alpha'],
  lasso: ['alpha'],
  ols: [],
  tree: ['maxDepth', 'minSamplesLeaf'],
} as const

function checkSurrogate(where: string, surrogate: SurrogateChoice): void {
  if (typeof surrogate === 'string') {
    checkChoice(where, surrogate, SURROGATES)
    return
  }
  if (surrogate === null || typeof surrogate !== 'object') {
    throw new OptionError({
      where,
      got: surrogate === null ? 'null' : `a value of type ${typeof surrogate}`,
      expected: `one of ${SURROGATES.join(', ')}, or an object with fit`,
      remedy: 'Leave it out for ridge.',
    })
  }
  if ('fit' in surrogate) return
  checkChoice(`${where}.type`, surrogate.type, SURROGATES)
  checkOptions(where, surrogate, ['type', ...SURROGATE_PARAMETERS[surrogate.type]])
  const { alpha, maxDepth, minSamplesLeaf } = surrogate as {
    alpha?: number
    maxDepth?: number
    minSamplesLeaf?: number
  }
  if (alpha !== undefined && !(surrogate.type === 'ridge' && alpha === 0)) {
    checkPositive(`${where}.alpha`, alpha)
  }
  if (maxDepth !== undefined) checkWhole(`${where}.maxDepth`, maxDepth, 1)
  if (minSamplesLeaf !== undefined) checkWhole(`${where}.minSamplesLeaf`, minSamplesLeaf, 1)
}
