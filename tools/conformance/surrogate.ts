/**
 * `surrogate` cases: samples, targets and distances are given; select features and fit, once for each selection.
 */

import type { FeatureSelection } from '../../src/explain/choices.ts'
import { fitLabel } from '../../src/explain/fit-label.ts'
import { matrixToBits } from '../../src/math/bit-matrix.ts'
import { exponentialKernel } from '../../src/math/kernel.ts'
import { columnOf } from '../../src/math/matrix.ts'
import { weightedMoments } from '../../src/math/weighted-moments.ts'
import { type EncodedArray, readArray } from './arrays.ts'
import type { Comparison } from './compare.ts'
import type { ExpectedLabel } from './explanations.ts'
import { surrogateOf } from './python-options.ts'

export interface SurrogateCase {
  readonly interpretable: EncodedArray
  readonly targets: EncodedArray
  readonly label: number
  readonly distances: EncodedArray
  readonly kernel_width: number
  readonly num_features: number
  readonly model_regressor?: string | null
  readonly expected: { readonly [selection: string]: ExpectedLabel }
}

/** Dense rows, and packed rows as well where all values are 0 or 1. */
export function runSurrogate(test: SurrogateCase, comparison: Comparison): void {
  const dense = matrixOf(test.interpretable)
  const targets = matrixOf(test.targets)
  const distances = Float64Array.from(readArray(test.distances).data)
  const weights = exponentialKernel(distances, test.kernel_width)
  const packed = matrixToBits(dense)
  for (const X of packed ? [dense, packed] : [dense]) {
    const moments = weightedMoments(X, weights)
    for (const [selection, expected] of Object.entries(test.expected)) {
      const what = `${selection}${X === dense ? '' : ', packed rows'}`
      const fit = fitLabel({
        X,
        moments,
        y: columnOf(targets, test.label),
        weights,
        numFeatures: test.num_features,
        featureSelection: selection as FeatureSelection,
        surrogate: surrogateOf(test.model_regressor) ?? 'ridge',
      })
      comparison.weights(
        `${what}, weights`,
        fit.weights.map(({ feature, weight }) => [feature, weight]),
        expected.weights,
      )
      comparison.number(`${what}, intercept`, fit.intercept, expected.intercept)
      comparison.number(`${what}, score`, fit.score, expected.score!, 1e-9)
      comparison.number(
        `${what}, local_prediction`,
        fit.localPrediction,
        expected.local_prediction!,
      )
    }
  }
}

function matrixOf(encoded: EncodedArray) {
  const { shape, data } = readArray(encoded)
  return { data: Float64Array.from(data), rows: shape[0]!, cols: shape[1]! }
}
