/**
 * Fidelity: does the surrogate answer as the model does?
 *
 * - `localFidelity`: weighted R² on samples with the model's answers (Ribeiro et al. 2016, section 3.2, as a share of the
 *   variance): on the fit, or, to compare methods, on held-out samples common to all of them.
 * - `infidelity`: E_I [(I·Φ − (f(x) − f(x − I)))²] (Yeh et al. 2019, definition 2.1; Quantus `Infidelity`), I = what is
 *   switched off. Scaled: the same with Φ multiplied by the best β = E[I·Φ Δ] / E[(I·Φ)²], as in the authors' code.
 * - `faithfulnessCorrelation`: Pearson's r between the weights' sum over random subsets and f(x) − f(x without the
 *   subset) (Bhatt, Weller, Moura 2020; Quantus `FaithfulnessCorrelation`).
 */
import { ShapeError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'
import { type BitMatrix, createBitMatrix, getBit, setBit } from '../math/bit-matrix.ts'
import type { RandomState } from '../math/random-state.ts'
import { weightedR2 } from '../math/weighted-statistics.ts'
import { type Attribution, surrogateAnswers } from './attribution.ts'
import { pearson } from './correlation.ts'

/** Weighted R² of the surrogate on rows X (n, d) with the model's answers (n) and weights (n; default all equal). */
export function localFidelity(
  attribution: Attribution,
  X: BitMatrix | Matrix,
  answers: Float64Array,
  weights: Float64Array = new Float64Array(answers.length).fill(1),
): number {
  checkLengths('localFidelity', X, answers, attribution.weights)
  return weightedR2(answers, surrogateAnswers(attribution, X), weights)
}

/** Infidelity, and infidelity after scaling the weights by their best factor. */
export interface Infidelity {
  readonly infidelity: number
  readonly scaled: number
}

/** Infidelity over rows of switches (n, d) with the model's answers (n); `whole` is its answer for the instance. */
export function infidelity(
  weights: Float64Array,
  masks: BitMatrix,
  answers: Float64Array,
  whole: number,
): Infidelity {
  checkLengths('infidelity', masks, answers, weights)
  const sums = offSums(weights, masks)
  let cross = 0
  let square = 0
  sums.forEach((sum, i) => {
    cross += sum * (whole - answers[i]!)
    square += sum * sum
  })
  const beta = square > 0 ? cross / square : 0
  const error = (factor: number) =>
    sums.reduce((total, sum, i) => total + (factor * sum - (whole - answers[i]!)) ** 2, 0) /
    sums.length
  return { infidelity: error(1), scaled: error(beta) }
}

/** Pearson's r over rows of switches (n, d), each a subset switched off; 0 where either side does not vary. */
export function faithfulnessCorrelation(
  weights: Float64Array,
  masks: BitMatrix,
  answers: Float64Array,
  whole: number,
): number {
  checkLengths('faithfulnessCorrelation', masks, answers, weights)
  return pearson(
    offSums(weights, masks),
    answers.map((answer) => whole - answer),
  )
}

/** Rows (n, d), each with `size` features off, drawn without repeats. */
export function subsetMasks(n: number, d: number, size: number, random: RandomState): BitMatrix {
  const masks = createBitMatrix(n, d)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) setBit(masks, i, j)
    for (const j of random.choiceWithoutReplacement(d, size)) setBit(masks, i, j, false)
  }
  return masks
}

/** Σ of the weights that are off, for each row (n). */
function offSums(weights: Float64Array, masks: BitMatrix): Float64Array {
  return Float64Array.from({ length: masks.rows }, (_, i) => {
    let sum = 0
    for (let j = 0; j < masks.cols; j++) if (getBit(masks, i, j) === 0) sum += weights[j]!
    return sum
  })
}

function checkLengths(
  where: string,
  X: BitMatrix | Matrix,
  answers: Float64Array,
  weights: Float64Array,
): void {
  if (X.rows === answers.length && X.cols === weights.length) return
  throw new ShapeError({
    where,
    got: `${X.rows} rows of ${X.cols} features, ${answers.length} answers, ${weights.length} weights`,
    expected: 'an answer for each row, and a weight for each feature',
    remedy: 'Give the answers for these rows, and all weights, 0 where there is none.',
  })
}
