/**
 * The effects of switches under a design of equal weights: as precise as the answers allow.
 *
 * 1. Least squares with standard errors (`least-squares.ts`).
 * 2. For probabilities also with a model of the model, g(x) = σ(b₀ + Σ b x) (`logistic-control.ts`), as control variate:
 *    the effects of y are those of y − g, estimated from the answers, plus those of g, for which any number of samples
 *    can be had without asking the model. Each answer is compared with a g that was fitted without it (four folds), so
 *    that the estimate stays unbiased and the residuals honest (cross-fitting, Chernozhukov et al. 2018).
 * 3. The second is used where it leaves clearly less variance.
 */
import type { DesignMatrix } from '../math/bit-matrix.ts'
import { rangeOf } from '../math/range.ts'
import type { LinearFit } from '../math/ridge.ts'
import { type EvenSamples, joined, type LinearEstimate, leastSquares } from './least-squares.ts'
import { fitLogistic, predictLogistic } from './logistic-control.ts'

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
export type MoreSamples = () => EvenSamples

/** Effects (d) of the switches on y (n), rows as in `samples`. `more` gives samples to evaluate g on. */
export function estimateEffects(
  samples: EvenSamples,
  y: Float64Array,
  more: MoreSamples | undefined,
): LinearEstimate {
  const plain = leastSquares(samples, y)
  const A = samples.Z === undefined ? samples.X : joined(samples.X, samples.Z)
  if (more === undefined || !worthTrying(A, samples.paired, y, plain)) return plain
  const fits = crossFit(A, y, samples.paired)
  if (fits === undefined) return plain
  const rest = leastSquares(samples, fits.residuals)
  if (!(rest.residualVariance < WORTH * plain.residualVariance)) return plain
  const many = more()
  const B = many.Z === undefined ? many.X : joined(many.X, many.Z)
  const g = new Float64Array(B.rows)
  for (const fit of fits.folds) {
    predictLogistic(B, fit).forEach((value, i) => {
      g[i]! += value / FOLDS
    })
  }
  const known = leastSquares(many, g)
  return {
    ...rest,
    coefficients: rest.coefficients.map((value, j) => value + known.coefficients[j]!),
    standardErrors: rest.standardErrors.map((value, j) =>
      Math.hypot(value, known.standardErrors[j]!),
    ),
    mean: rest.mean + known.mean,
    means: known.means,
  }
}

function worthTrying(
  A: DesignMatrix,
  paired: boolean,
  y: Float64Array,
  plain: LinearEstimate,
): boolean {
  const [low, high] = rangeOf(y)
  const enough = (A.rows * (FOLDS - 1)) / FOLDS > 1.1 * (A.cols + 1)
  return (
    enough &&
    A.cols <= MOST_COLUMNS &&
    low >= 0 &&
    high <= 1 &&
    plain.residualVariance > 1e-20 &&
    A.rows >= (paired ? 4 : 2) * FOLDS
  )
}

/** y less a g that was fitted without it, and the g of each fold. */
function crossFit(
  A: DesignMatrix,
  y: Float64Array,
  paired: boolean,
): { readonly residuals: Float64Array; readonly folds: readonly LinearFit[] } | undefined {
  const n = y.length
  const foldOf = (i: number) => (paired ? i >> 1 : i) % FOLDS
  const all = fitLogistic(A, y, new Float64Array(n).fill(1), STEPS)
  const residuals = new Float64Array(n)
  const folds: LinearFit[] = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const weights = Float64Array.from({ length: n }, (_, i) => (foldOf(i) === fold ? 0 : 1))
    const fit = fitLogistic(A, y, weights, FOLD_STEPS, all)
    const g = predictLogistic(A, fit)
    for (let i = 0; i < n; i++) {
      if (foldOf(i) !== fold) continue
      residuals[i] = y[i]! - g[i]!
      if (!Number.isFinite(g[i])) return undefined
    }
    folds.push(fit)
  }
  return { residuals, folds }
}
