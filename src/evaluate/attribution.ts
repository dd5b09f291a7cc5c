/**
 * An explanation as the measures see it: one weight for each feature, and the intercept.
 */
import { OptionError } from '../contract/errors.ts'
import type { ExplanationData } from '../contract/explanation.ts'
import type { Matrix } from '../contract/matrix.ts'
import { type BitMatrix, isBitMatrix } from '../math/bit-matrix.ts'

/** Weights (d), 0 where the explanation says nothing. */
export interface Attribution {
  readonly weights: Float64Array
  readonly intercept: number
}

/** The attribution of one label; default: the first. Throws an OptionError for a label that was not explained. */
export function attributionOf(explanation: ExplanationData, label?: number): Attribution {
  const found = explanation.labels.find((one) => label === undefined || one.label === label)
  if (found === undefined) {
    throw new OptionError({
      where: 'attributionOf, label',
      got: String(label),
      expected: `one of the labels explained: ${explanation.labels.map((one) => one.label).join(', ')}`,
      remedy: 'Leave it out for the first.',
    })
  }
  const weights = new Float64Array(explanation.features.length)
  for (const { feature, weight } of found.weights) weights[feature] = weight
  return { weights, intercept: found.intercept }
}

/** The linear surrogate's answers (n) for rows (n, d): intercept + x·w. */
export function surrogateAnswers(
  { weights, intercept }: Attribution,
  X: BitMatrix | Matrix,
): Float64Array {
  const { rows, cols } = X
  const answers = new Float64Array(rows).fill(intercept)
  for (let i = 0; i < rows; i++) {
    let sum = intercept
    if (isBitMatrix(X)) {
      for (let j = 0; j < cols; j++) {
        if ((X.words[i * X.stride + (j >>> 5)]! >>> (j & 31)) & 1) sum += weights[j]!
      }
    } else for (let j = 0; j < cols; j++) sum += weights[j]! * X.data[i * cols + j]!
    answers[i] = sum
  }
  return answers
}

/** Features by falling |weight|, the first of equals first; those of weight 0 last, in their order. */
export function ranking(weights: Float64Array): Int32Array {
  return Int32Array.from(weights.keys()).sort(
    (a, b) => Math.abs(weights[b]!) - Math.abs(weights[a]!) || a - b,
  )
}
