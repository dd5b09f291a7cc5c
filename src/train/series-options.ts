/** The options of training, their defaults and checks. */
import { OptionError } from '../contract/errors.ts'
import { checkChoice, checkOptions } from '../contract/nearest.ts'
import type { Warning } from '../contract/progress.ts'
import type { RandomState } from '../math/random-state.ts'

/** What is known after each epoch. */
export interface EpochReport {
  /** From 1. */
  readonly epoch: number
  readonly epochs: number
  /** Mean cross-entropy over the training series, as they were seen, shifts and noise included. */
  readonly loss: number
  /** Over the validation series; null where there are none. */
  readonly validationLoss: number | null
  readonly validationAccuracy: number | null
  /** Since training began. */
  readonly seconds: number
}

/** Options of `trainSeriesClassifier`. */
export interface TrainSeriesOptions {
  /** At most so many times all training series; default: as many as make 300 steps of Adam, from 20 to 150. */
  readonly epochs?: number | undefined
  /** Stop after so many epochs without a lower validation loss; default a third of `epochs`. */
  readonly patience?: number | undefined
  /** Series in one step; default 16, fewer where there are not so many. */
  readonly batchSize?: number | undefined
  /** The first step width of Adam, falling to nothing along half a cosine; default 0.003. */
  readonly learningRate?: number | undefined
  /** The share of each class that is put aside to tell when to stop, 0 to below 1; default 0.2. */
  readonly validationShare?: number | undefined
  /**
   * What a mistake costs: `none`, the same for all (default); `balanced`, the more the rarer the class, n / (k · n of the
   * class); or a weight for each class by name, > 0, 1 where it is left out.
   */
  readonly classWeights?: 'none' | 'balanced' | { readonly [className: string]: number } | undefined
  /** Filters of the three convolutions; default [32, 64, 32]. */
  readonly filters?: readonly [number, number, number] | undefined
  /** Training series are moved by up to so many steps, their ends drawn out; default 2 % of the length. */
  readonly shift?: number | undefined
  /** Deviation of the noise that is added to training series, ≥ 0, in deviations of the series; default 0.1. */
  readonly noise?: number | undefined
  /** Time steps of the network's input; default: the length that most series have. */
  readonly length?: number | undefined
  /** `series` (default): each channel of each series to mean 0 and deviation 1, within the network; `none`. */
  readonly normalise?: 'series' | 'none' | undefined
  /** The data's name in messages. Default: `trainSeriesClassifier, dataset`. */
  readonly name?: string | undefined
  /** Default 0. */
  readonly randomState?: number | RandomState | undefined
  /** Stops training: it rejects with the signal's `reason`. */
  readonly signal?: AbortSignal | undefined
  readonly onEpoch?: ((report: EpochReport) => void) | undefined
  readonly onWarning?: ((warning: Warning) => void) | undefined
}

/** The options with their defaults; those that may be undefined follow from the data then. */
export interface TrainPlan {
  readonly epochs: number | undefined
  readonly patience: number | undefined
  readonly batchSize: number
  readonly learningRate: number
  readonly validationShare: number
  readonly classWeights: NonNullable<TrainSeriesOptions['classWeights']>
  readonly filters: readonly [number, number, number]
  readonly shift: number | undefined
  readonly noise: number
  readonly length: number | undefined
  readonly normalise: 'series' | 'none'
}

const NAME = 'trainSeriesClassifier'

const OPTIONS = [
  'epochs',
  'patience',
  'batchSize',
  'learningRate',
  'validationShare',
  'classWeights',
  'filters',
  'shift',
  'noise',
  'length',
  'normalise',
  'name',
  'randomState',
  'signal',
  'onEpoch',
  'onWarning',
] as const satisfies readonly (keyof TrainSeriesOptions)[]

/** Checks the options; throws an OptionError. */
export function planTraining(options: TrainSeriesOptions): TrainPlan {
  checkOptions(`${NAME}, options`, options, OPTIONS)
  const { epochs, patience, batchSize = 16, learningRate = 0.003, noise = 0.1 } = options
  const { validationShare = 0.2, classWeights = 'none', filters = [32, 64, 32] } = options
  const { shift, length, normalise = 'series' } = options
  if (epochs !== undefined) checkWhole('epochs', epochs, 1)
  if (patience !== undefined) checkWhole('patience', patience, 1)
  checkWhole('batchSize', batchSize, 2)
  check('learningRate', learningRate, learningRate > 0 && learningRate < 1, 'a number from 0 to 1')
  check('noise', noise, noise >= 0 && noise < 10, 'a number from 0 to 10')
  const fits = validationShare >= 0 && validationShare < 1
  check('validationShare', validationShare, fits, 'a number from 0 to below 1')
  if (shift !== undefined) checkWhole('shift', shift, 0)
  if (length !== undefined) checkWhole('length', length, 8)
  check('filters', filters, Array.isArray(filters) && filters.length === 3, 'three counts')
  for (const count of filters) checkWhole('filters', count, 1, 1024)
  checkChoice(`${NAME}, options.normalise`, normalise, ['series', 'none'])
  if (typeof classWeights === 'string') {
    checkChoice(`${NAME}, options.classWeights`, classWeights, ['none', 'balanced'])
  }
  return {
    epochs,
    patience,
    batchSize,
    learningRate,
    validationShare,
    classWeights,
    filters,
    shift,
    noise,
    length,
    normalise,
  }
}

/** The weight of each class. Throws an OptionError for names that are no class, and weights that are not above 0. */
export function weightsOfClasses(
  classWeights: TrainPlan['classWeights'],
  classNames: readonly string[],
  counts: readonly number[],
): number[] {
  if (classWeights === 'none') return classNames.map(() => 1)
  if (classWeights === 'balanced') {
    const n = counts.reduce((sum, one) => sum + one, 0)
    return counts.map((count) => n / (counts.length * count))
  }
  checkOptions(`${NAME}, options.classWeights`, classWeights, classNames)
  for (const [name, weight] of Object.entries(classWeights)) {
    check(`classWeights.${name}`, weight, weight > 0 && weight < 1e6, 'a number above 0')
  }
  return classNames.map((name) => classWeights[name] ?? 1)
}

function checkWhole(name: string, value: number, least: number, most = 1e6): void {
  const fits = Number.isInteger(value) && value >= least && value <= most
  check(name, value, fits, `an integer from ${least} to ${most}`)
}

function check(name: string, value: unknown, fits: boolean, expected: string): void {
  if (fits) return
  throw new OptionError({
    where: `${NAME}, options.${name}`,
    got: typeof value === 'object' ? (JSON.stringify(value) ?? String(value)) : String(value),
    expected,
    remedy: 'Leave it out for the default.',
  })
}
