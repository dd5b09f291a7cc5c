/**
 * What a linear surrogate answers for every sample: b₀ + Σ b x over its features.
 */
import { type DesignMatrix, isBitMatrix } from './bit-matrix.ts'
import { bitsTimes } from './bit-products.ts'
import type { LinearFit } from './ridge.ts'

/** Answers (n) for X (n, d); `subset` as in the fit: the features that the coefficients belong to. */
export function predictLinear(
  X: DesignMatrix,
  fit: LinearFit,
  subset?: ArrayLike<number>,
): Float64Array {
  const { coefficients, intercept } = fit
  const features = Int32Array.from(subset ?? coefficients.map((_, j) => j))
  if (isBitMatrix(X)) {
    const { words, rows, cols, stride } = X
    const b = new Float64Array(cols)
    features.forEach((j, f) => {
      b[j] = coefficients[f]!
    })
    const signed = new Int32Array(words.buffer, words.byteOffset, words.length)
    const answers = bitsTimes(signed, rows, stride, b)
    for (let i = 0; i < rows; i++) answers[i]! += intercept
    return answers
  }
  const k = features.length
  const answers = new Float64Array(X.rows)
  const { data, cols } = X
  for (let i = 0, base = 0; i < answers.length; i++, base += cols) {
    let sum = 0
    for (let f = 0; f < k; f++) sum += coefficients[f]! * data[base + features[f]!]!
    answers[i] = intercept + sum
  }
  return answers
}
