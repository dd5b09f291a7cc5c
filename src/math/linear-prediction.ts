/**
 * What a linear surrogate answers for every sample: b₀ + Σ b x over its features.
 */
import { type DesignMatrix, isBitMatrix } from './bit-matrix.ts'
import type { LinearFit } from './ridge.ts'

/** Answers (n) for X (n, d); `subset` as in the fit: the features that the coefficients belong to. */
export function predictLinear(
  X: DesignMatrix,
  fit: LinearFit,
  subset?: ArrayLike<number>,
): Float64Array {
  const { coefficients, intercept } = fit
  const features = Int32Array.from(subset ?? coefficients.map((_, j) => j))
  const k = features.length
  const answers = new Float64Array(X.rows)
  if (isBitMatrix(X)) {
    const { words, stride } = X
    for (let i = 0, base = 0; i < answers.length; i++, base += stride) {
      let sum = intercept
      for (let f = 0; f < k; f++) {
        const j = features[f]!
        sum += ((words[base + (j >>> 5)]! >>> (j & 31)) & 1) * coefficients[f]!
      }
      answers[i] = sum
    }
    return answers
  }
  const { data, cols } = X
  for (let i = 0, base = 0; i < answers.length; i++, base += cols) {
    let sum = 0
    for (let f = 0; f < k; f++) sum += coefficients[f]! * data[base + features[f]!]!
    answers[i] = intercept + sum
  }
  return answers
}
