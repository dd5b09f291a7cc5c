/**
 * The options of tabular explainers, and their checks.
 */
import { OptionError } from '../contract/errors.ts'
import { checkChoice, checkOptions } from '../contract/nearest.ts'
import {
  checkAbsent,
  checkExplainerOptions,
  checkPositive,
  EXPLAINER_OPTIONS,
  type ExplainerOptions,
  type ExplainOptions,
} from '../explain/settings.ts'
import { DISCRETIZERS, type Discretizer } from './discretize.ts'
import type { SamplingMethod } from './draws.ts'
import type { TrainingDataStats } from './training-stats.ts'

/** Options of the constructor. Names as in Python LIME. */
export interface TabularExplainerOptions extends ExplainerOptions {
  /** Names of the columns; default: the keys of row objects, else the indices. */
  readonly featureNames?: readonly string[]
  /** Columns that hold categories, by name or index. Columns with texts or booleans are found without being named. */
  readonly categoricalFeatures?: readonly (number | string)[]
  /** Names of numbered categories, by column name or index: category v is called `names[v]`. */
  readonly categoricalNames?: { readonly [column: string]: readonly string[] }
  /** Columns that together stand for one category, by the name it shall have. */
  readonly oneHotGroups?: { readonly [group: string]: readonly (number | string)[] }
  /** Cut numbers into bins; default true, false for sparse rows and with `sigma`. */
  readonly discretizeContinuous?: boolean
  /** How numbers are cut; default `quartile`. */
  readonly discretizer?: Discretizer
  /** Sample numbers around the instance instead of around the training mean; without bins only. Default false. */
  readonly sampleAroundInstance?: boolean
  /**
   * Sample numbers from N(instance, sigma²), in the columns' own units: one number, or one for each attribute. Distances
   * are measured in sigmas, the kernel is exp(−d²/2), and the fit sees the numbers as they are.
   */
  readonly sigma?: number | readonly number[]
  /** The class of each training row; the entropy discretizer needs them. */
  readonly trainingLabels?: ArrayLike<number | string>
  /** Statistics instead of training data, which is then `null`. */
  readonly trainingDataStats?: TrainingDataStats
}

/** Options of `explain`. */
export interface TabularExplainOptions extends ExplainOptions {
  /** `gaussian` (default) draws independently, `lhs` by a Latin hypercube. */
  readonly samplingMethod?: SamplingMethod
  /**
   * Say whether the explanation can be fooled: a classifier's power to tell the samples from training rows, and a second
   * explanation on samples that look like these (up to 1000 more calls). Default false.
   */
  readonly audit?: boolean
}

const OWN_OPTIONS = [
  'featureNames',
  'categoricalFeatures',
  'categoricalNames',
  'oneHotGroups',
  'discretizeContinuous',
  'discretizer',
  'sampleAroundInstance',
  'sigma',
  'trainingLabels',
  'trainingDataStats',
] as const

/** Checks what can be checked without the data; throws an OptionError. `name` is the explainer's. */
export function checkTabularOptions(name: string, options: TabularExplainerOptions): void {
  checkOptions(`${name}, options`, options, [...EXPLAINER_OPTIONS, ...OWN_OPTIONS])
  checkExplainerOptions(name, options)
  const { discretizer, sigma, discretizeContinuous } = options
  const where = (option: string) => `${name}, options.${option}`
  if (
    typeof discretizer !== 'function' &&
    (discretizer === null || typeof discretizer !== 'object')
  ) {
    if (discretizer !== undefined) checkChoice(where('discretizer'), discretizer, DISCRETIZERS)
  }
  for (const option of ['discretizeContinuous', 'sampleAroundInstance'] as const) {
    if (typeof options[option] !== 'boolean') {
      checkAbsent(where(option), options[option], 'true or false')
    }
  }
  for (const option of ['featureNames', 'categoricalFeatures'] as const) {
    if (!Array.isArray(options[option])) {
      checkAbsent(where(option), options[option], 'a list of columns')
    }
  }
  if (sigma === undefined) return
  for (const one of typeof sigma === 'number' ? [sigma] : sigma) checkPositive(where('sigma'), one)
  if (discretizeContinuous) {
    throw new OptionError({
      where: where('sigma'),
      got: 'sigma together with discretizeContinuous: true',
      expected: 'one of them',
      remedy: 'Numbers are either cut into bins or sampled around the instance.',
    })
  }
}

/** The domain's own options as JSON, for the explanation's record; `discretize`: whether numbers are cut into bins. */
export function describeTabularOptions(
  options: TabularExplainerOptions,
  discretize: boolean,
): { [name: string]: unknown } {
  const { discretizer, sampleAroundInstance, sigma, oneHotGroups } = options
  const described = {
    discretizeContinuous: discretize,
    discretizer: discretize
      ? typeof discretizer === 'function'
        ? 'custom'
        : (discretizer ?? 'quartile')
      : undefined,
    sampleAroundInstance: discretize ? undefined : (sampleAroundInstance ?? sigma !== undefined),
    sigma,
    oneHotGroups,
  }
  return Object.fromEntries(Object.entries(described).filter(([, value]) => value !== undefined))
}
