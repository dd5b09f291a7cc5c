/**
 * The effects of switches under a design of equal weights: as precise as the answers allow.
 *
 * 1. Least squares with standard errors (`least-squares.ts`).
 * 2. Also with a model of the model g as control variate: for probabilities of a logistic function, of the switches
 *    (`logistic-control.ts`) or, where samples tell more than these, of their cells (`additive-control.ts`). The effects of
 *    y are those of y − g, estimated from the answers, plus those of g, for which the model need not be asked
 *    (`control-lines.ts`). Each answer is compared with a g that was fitted without it (four folds), so that the estimate
 *    stays unbiased and the residuals honest (cross-fitting, Chernozhukov et al. 2018). Of each g only what is not linear
 *    is taken off: lines that differ from fold to fold would be noise in the residuals, but are none in the effects, to
 *    which each would be added again.
 * 3. The second is used where it leaves clearly less variance.
 */
import { predictLinear } from '../math/linear-prediction.ts'
import { rangeOf } from '../math/range.ts'
import { type AdditiveFit, additiveScores, fitAdditive } from './additive-control.ts'
import { answer, controlLines } from './control-lines.ts'
import type { EvenDesign, EvenSamples, LinearEstimate } from './least-squares.ts'
import { LogisticFitter } from './logistic-control.ts'

/** Folds of the cross-fitting. */
const FOLDS = 4
/** Steps of the fit to all answers, and from there of those without a fold. */
const STEPS = 12
const FOLD_STEPS = 2
/** Times round of additive fits. */
const ROUNDS = 6
const FOLD_ROUNDS = 3
/** The control is used where it leaves less than this share of the variance. */
const WORTH = 0.9
/** Columns beyond which fitting g takes too long. */
const MOST_COLUMNS = 300

/** Effects (d) of the switches on y (n), rows as in `samples`. `more` gives samples to evaluate g on. */
export function estimateEffects(
  samples: EvenDesign,
  y: Float64Array,
  more: (() => EvenSamples) | undefined,
): LinearEstimate {
  const plain = samples.estimate(y)
  if (more === undefined || !(plain.residualVariance > 1e-20)) return plain
  const { pairs = Number.POSITIVE_INFINITY } = samples.samples
  if (y.length / 2 === pairs) return plain
  const fit = controlFitter(samples, y)
  const folds = fit && crossFit(samples, y, fit)
  if (folds === undefined) return plain
  if (!(samples.estimate(less(y, folds)).residualVariance < WORTH * plain.residualVariance)) {
    return plain
  }
  const { lines, standardErrors } = controlLines(
    more(),
    folds.map((fold) => fold.fit),
  )
  const bent = folds.map((fold, f): Fold => {
    const line = predictLinear(samples.samples.X, lines[f]!)
    return { ...fold, values: fold.values.map((value, k) => value - line[fold.rows[k]!]!) }
  })
  const rest = samples.estimate(less(y, bent))
  // The lines are known as well as so many samples tell.
  return {
    ...rest,
    standardErrors: () =>
      rest.standardErrors().map((value, j) => Math.hypot(value, standardErrors[j]!)),
  }
}

/** The samples of one fold, with what a g that was fitted without them says of them. */
interface Fold {
  readonly rows: Int32Array
  readonly values: Float64Array
  readonly fit: AdditiveFit
}

function less(y: Float64Array, folds: readonly Fold[]): Float64Array {
  const rest = y.slice()
  for (const { rows, values } of folds) {
    rows.forEach((i, k) => {
      rest[i]! -= values[k]!
    })
  }
  return rest
}

/** A fit to the samples of some weight, from a start. */
type ControlFitter = (weights: Float64Array, start?: AdditiveFit) => AdditiveFit | undefined

/** How a g is fitted; undefined where there is none, or it is not worth its time. */
function controlFitter(samples: EvenDesign, y: Float64Array): ControlFitter | undefined {
  const { columns, paired, live } = samples
  const { cells } = samples.samples
  const { rows, cols } = columns
  const probabilities = areProbabilities(y)
  if (rows < (paired ? 4 : 2) * FOLDS) return undefined
  if (cells !== undefined) {
    const link = probabilities ? 'logit' : 'identity'
    const request = { samples: samples.samples, cells, y, link } as const
    return (weights, start) => fitAdditive(request, weights, start ? FOLD_ROUNDS : ROUNDS, start)
  }
  const enough = (rows * (FOLDS - 1)) / FOLDS > 1.1 * (cols + 1)
  if (!enough || !probabilities || cols > MOST_COLUMNS) return undefined
  const fitter = new LogisticFitter(samples)
  return (weights, start) => {
    const known = start && {
      intercept: start.intercept,
      coefficients: Float64Array.from(live, (j) => start.effects[j]![1]!),
    }
    const fit = fitter.fit(y, weights, start ? FOLD_STEPS : STEPS, known)
    if (fit === undefined) return undefined
    const { intercept } = fit
    const effects = Array.from(samples.spread(fit.coefficients), (b) => Float64Array.of(0, b))
    return { link: 'logit', intercept, effects }
  }
}

/**
 * Whether a logistic function may follow them: answers in [0, 1], of which not nearly all are 0 or 1. Those of a hard
 * classifier are often parted without an error by some logistic function, which then is sure of all others too.
 */
function areProbabilities(y: Float64Array): boolean {
  const [low, high] = rangeOf(y)
  if (!(low >= 0 && high <= 1)) return false
  let hard = 0
  for (let i = 0; i < y.length; i++) if (y[i]! < HARD || y[i]! > 1 - HARD) hard++
  return hard <= MOST_HARD * y.length
}

const HARD = 1e-6
const MOST_HARD = 0.9

/** For each fold a g that was fitted without it, and what it says of it; undefined where none can be had. */
function crossFit(
  samples: EvenDesign,
  y: Float64Array,
  fitTo: ControlFitter,
): readonly Fold[] | undefined {
  const { paired } = samples
  const n = y.length
  const weights = new Float64Array(n).fill(1)
  const all = fitTo(weights)
  if (all === undefined) return undefined
  const folds: Fold[] = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const rows: number[] = []
    for (let i = 0; i < n; i++) {
      const out = (paired ? i >> 1 : i) % FOLDS === fold
      weights[i] = out ? 0 : 1
      if (out) rows.push(i)
    }
    const fit = fitTo(weights, all)!
    const scores = additiveScores(samples.samples, fit)
    const values = Float64Array.from(rows, (i) => answer(fit, scores[i]!))
    if (!values.every(Number.isFinite)) return undefined
    folds.push({ rows: Int32Array.from(rows), values, fit })
  }
  return folds
}
