/**
 * One label's explanation from samples of equal weight, without a kernel.
 *
 * 1. Effects of all features (`estimate-effects.ts`). Under these designs features are independent, so that the effect of
 *    one does not depend on which others are in the surrogate: those of the largest |effect| are taken, and nothing is
 *    fitted again.
 * 2. R² on the samples, and on every fifth of them of a fit without these.
 */
import { selectColumns } from '../math/bit-matrix.ts'
import { predictLinear } from '../math/linear-prediction.ts'
import { weightedR2 } from '../math/weighted-statistics.ts'
import { estimateEffects } from './estimate-effects.ts'
import { heldOutScore, type LabelFit } from './fit-label.ts'
import { withIntervals } from './intervals.ts'
import { EvenDesign, type EvenSamples, type LinearEstimate } from './least-squares.ts'

/** A fit, and how well it is known. */
export interface EvenFit extends LabelFit {
  /** Largest standard error over the distance between the largest and the smallest effect; infinite where unknown. */
  readonly looseness: number
}

/** A fit of y (n), rows as in `samples` (without the instance); what does not depend on y is done once. */
export function evenFitter(
  samples: EvenSamples,
  numFeatures: number,
  more: (() => EvenSamples) | undefined,
): (y: Float64Array) => EvenFit {
  const design = new EvenDesign(samples)
  return (y) => fitEven(samples, estimateEffects(design, y, more), y, numFeatures)
}

function fitEven(
  { X }: EvenSamples,
  effects: LinearEstimate,
  y: Float64Array,
  numFeatures: number,
): EvenFit {
  const { coefficients, means, degrees } = effects
  const standardErrors = effects.standardErrors()
  const order = Array.from(coefficients.keys()).sort(
    (a, b) => Math.abs(coefficients[b]!) - Math.abs(coefficients[a]!) || a - b,
  )
  const shown = order.slice(0, numFeatures)
  let intercept = effects.mean
  let localPrediction = effects.mean
  for (const j of shown) {
    intercept -= coefficients[j]! * means[j]!
    localPrediction += coefficients[j]! * (1 - means[j]!)
  }
  const weights = shown.map((feature) => ({ feature, weight: coefficients[feature]! }))
  const columns = selectColumns(X, shown)
  const even = new Float64Array(y.length).fill(1)
  const answers = predictLinear(columns, {
    coefficients: Float64Array.from(shown, (j) => coefficients[j]!),
    intercept,
  })
  const known = degrees >= FEWEST_DEGREES
  const next = order[numFeatures]
  return {
    intercept,
    localPrediction,
    weights: known
      ? withIntervals({
          weights,
          standardErrors: shown.map((j) => standardErrors[j]!),
          degrees,
          next:
            next === undefined
              ? undefined
              : { size: Math.abs(coefficients[next]!), standardError: standardErrors[next]! },
        })
      : weights,
    score: weightedR2(y, answers, even),
    heldOutScore: heldOutScore(
      { X, y, weights: even, surrogate: 'ols' },
      Int32Array.from(shown),
      undefined,
    ),
    looseness: known ? loosenessOf(coefficients, standardErrors) : Number.POSITIVE_INFINITY,
  }
}

/** Samples or pairs that must be left over for errors to be told. */
const FEWEST_DEGREES = 2

/** Largest standard error over the range of the effects (0 among them). */
export function loosenessOf(effects: Float64Array, errors: ArrayLike<number>): number {
  let low = 0
  let high = 0
  let most = 0
  for (let j = 0; j < effects.length; j++) {
    low = Math.min(low, effects[j]!)
    high = Math.max(high, effects[j]!)
    most = Math.max(most, errors[j]!)
  }
  if (most === 0) return 0
  return high > low ? most / (high - low) : Number.POSITIVE_INFINITY
}
