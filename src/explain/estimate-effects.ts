/**
 * The effects of switches under a design of equal weights: as precise as the answers allow.
 *
 * 1. Least squares with standard errors (`least-squares.ts`).
 * 2. For probabilities also with a model of the model, g(x) = σ(b₀ + Σ b x) (`logistic-control.ts`), as control variate:
 *    the effects of y are those of y − g, estimated from the answers, plus those of g, for which any number of samples
 *    can be had without asking the model. Each answer is compared with a g that was fitted without it (four folds), so
 *    that the estimate stays unbiased and the residuals honest (cross-fitting, Chernozhukov et al. 2018). Of each g only
 *    what is not linear is taken off: lines that differ from fold to fold would be noise in the residuals, but are none in
 *    the effects, to which each would be added again.
 * 3. The second is used where it leaves clearly less variance.
 */

import { selectRows } from '../math/bit-matrix.ts'
import { predictLinear } from '../math/linear-prediction.ts'
import { rangeOf } from '../math/range.ts'
import type { LinearFit } from '../math/ridge.ts'
import type { EvenDesign, LinearEstimate } from './least-squares.ts'
import { LogisticFitter, predictLogistic } from './logistic-control.ts'
import { logisticLines, type MoreSamples } from './logistic-lines.ts'

/** Folds of the cross-fitting. */
const FOLDS = 4
/** Newton steps of the fit to all answers, and from there of those without a fold. */
const STEPS = 12
const FOLD_STEPS = 2
/** The control is used where it leaves less than this share of the variance. */
const WORTH = 0.9
/** Columns beyond which fitting g takes too long. */
const MOST_COLUMNS = 300

/** Effects (d) of the switches on y (n), rows as in `samples`. `more` gives samples to evaluate g on. */
export function estimateEffects(
  samples: EvenDesign,
  y: Float64Array,
  more: (() => MoreSamples) | undefined,
): LinearEstimate {
  const plain = samples.estimate(y)
  if (more === undefined || !worthTrying(samples, y, plain)) return plain
  const folds = crossFit(samples, y)
  if (folds === undefined) return plain
  if (!(samples.estimate(less(y, folds)).residualVariance < WORTH * plain.residualVariance)) {
    return plain
  }
  const { lines, standardErrors } = logisticLines(
    more(),
    folds.map(({ fit }) => fit),
    samples.live,
  )
  const bent = folds.map((fold, f): Fold => {
    const line = predictLinear(selectRows(samples.columns, fold.rows), lines[f]!)
    return { ...fold, values: fold.values.map((value, k) => value - line[k]!) }
  })
  const rest = samples.estimate(less(y, bent))
  // The lines are known as well as so many samples tell.
  const known = samples.spread(standardErrors)
  return {
    ...rest,
    standardErrors: () => rest.standardErrors().map((value, j) => Math.hypot(value, known[j]!)),
  }
}

/** The samples of one fold, with what a g that was fitted without them says of them. */
interface Fold {
  readonly rows: Int32Array
  readonly values: Float64Array
  readonly fit: LinearFit
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

function worthTrying(
  { columns: { rows, cols }, paired }: EvenDesign,
  y: Float64Array,
  plain: LinearEstimate,
): boolean {
  const [low, high] = rangeOf(y)
  const enough = (rows * (FOLDS - 1)) / FOLDS > 1.1 * (cols + 1)
  return (
    enough &&
    cols <= MOST_COLUMNS &&
    low >= 0 &&
    high <= 1 &&
    plain.residualVariance > 1e-20 &&
    rows >= (paired ? 4 : 2) * FOLDS
  )
}

/** For each fold a g that was fitted without it, and what it says of it; undefined where none can be had. */
function crossFit(samples: EvenDesign, y: Float64Array): readonly Fold[] | undefined {
  const { columns, paired } = samples
  const n = y.length
  const fitter = new LogisticFitter(samples)
  const weights = new Float64Array(n).fill(1)
  const all = fitter.fit(y, weights, STEPS)
  if (all === undefined) return undefined
  const folds: Fold[] = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const rows: number[] = []
    for (let i = 0; i < n; i++) {
      const out = (paired ? i >> 1 : i) % FOLDS === fold
      weights[i] = out ? 0 : 1
      if (out) rows.push(i)
    }
    const fit = fitter.fit(y, weights, FOLD_STEPS, all)!
    const values = predictLogistic(selectRows(columns, rows), fit)
    if (!values.every(Number.isFinite)) return undefined
    folds.push({ rows: Int32Array.from(rows), values, fit })
  }
  return folds
}
