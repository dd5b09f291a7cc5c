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
import { predictLinear } from '../math/linear-prediction.ts'
import { rangeOf } from '../math/range.ts'
import type { LinearFit } from '../math/ridge.ts'
import type { EvenDesign, LinearEstimate } from './least-squares.ts'
import { fitLogistic, logit, preconditionerAt, predictLogistic } from './logistic-control.ts'

/** Folds of the cross-fitting. */
const FOLDS = 4
/** Newton steps of the fit to all answers, and from there of those without a fold. */
const STEPS = 12
const FOLD_STEPS = 4
/** The control is used where it leaves less than this share of the variance. */
const WORTH = 0.9
/** Columns beyond which fitting g takes too long. */
const MOST_COLUMNS = 300

/** Samples without answers, as many as one likes: of the same design. */
export type MoreSamples = () => EvenDesign

/** Effects (d) of the switches on y (n), rows as in `samples`. `more` gives samples to evaluate g on. */
export function estimateEffects(
  samples: EvenDesign,
  y: Float64Array,
  more: MoreSamples | undefined,
): LinearEstimate {
  const plain = samples.estimate(y)
  if (more === undefined || !worthTrying(samples, y, plain)) return plain
  const folds = crossFit(samples, y)
  if (folds === undefined) return plain
  if (!(samples.estimate(less(y, folds)).residualVariance < WORTH * plain.residualVariance)) {
    return plain
  }
  const many = more()
  if (many.columns.cols !== samples.columns.cols) return plain
  const g = new Float64Array(many.columns.rows)
  const bent = folds.map(({ rows, values, fit }): Fold => {
    const answers = predictLogistic(many.columns, fit)
    answers.forEach((value, i) => {
      g[i]! += value / FOLDS
    })
    const line = predictLinear(samples.columns, many.fit(answers)!)
    return { rows, values: values.map((value, k) => value - line[rows[k]!]!), fit }
  })
  const rest = samples.estimate(less(y, bent))
  // The lines are known as well as so many samples tell.
  const { standardErrors } = many.estimate(g, true)
  return {
    ...rest,
    standardErrors: rest.standardErrors.map((value, j) => Math.hypot(value, standardErrors[j]!)),
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
  const foldOf = (i: number) => (paired ? i >> 1 : i) % FOLDS
  const ones = new Float64Array(n).fill(1)
  // Least squares on the logits: exact for a logistic model, however near to 0 and 1 its answers are.
  const first = samples.fit(y.map(logit))
  if (first === undefined) return undefined
  const all = fitLogistic(columns, y, ones, { start: first, steps: STEPS })
  const near = preconditionerAt(columns, y, ones, all)
  const every = Int32Array.from({ length: n }, (_, i) => i)
  const folds: Fold[] = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const weights = Float64Array.from({ length: n }, (_, i) => (foldOf(i) === fold ? 0 : 1))
    const fit = fitLogistic(columns, y, weights, { start: all, steps: FOLD_STEPS, near })
    const g = predictLogistic(columns, fit)
    const rows = every.filter((i) => foldOf(i) === fold)
    const values = Float64Array.from(rows, (i) => g[i]!)
    if (!values.every(Number.isFinite)) return undefined
    folds.push({ rows, values, fit })
  }
  return folds
}
