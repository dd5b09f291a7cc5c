/**
 * Feature selection: which interpretable features the surrogate may use (Ribeiro et al. 2016, section 3.4, K-LASSO;
 * Python LIME's `feature_selection`).
 *
 * - `forward_selection`: add the feature that explains most, one at a time; in order of selection.
 * - `highest_weights`: ridge (α = 0.01) on all features, the largest |coefficient × instance's value| first.
 * - `lasso_path`: the lasso's path from its end backwards until at most k features are left; ids ascending.
 * - `auto`: forward selection up to 6 features, highest weights beyond.
 * - `none`: all features.
 */
import { type DesignMatrix, denseRow } from '../math/bit-matrix.ts'
import { forwardSelection } from '../math/forward-selection.ts'
import { lassoPath } from '../math/lars.ts'
import { solveRidge } from '../math/ridge.ts'
import type { WeightedCross, WeightedMoments } from '../math/weighted-moments.ts'
import type { FeatureSelection } from './choices.ts'

/** Ids of at most `count` features. Of equally good features the lower id wins. */
export function selectFeatures(
  method: FeatureSelection,
  X: DesignMatrix,
  moments: WeightedMoments,
  cross: WeightedCross,
  count: number,
): Int32Array {
  switch (method) {
    case 'none':
      return allFeatures(X.cols)
    case 'auto':
      return selectFeatures(
        count <= 6 ? 'forward_selection' : 'highest_weights',
        X,
        moments,
        cross,
        count,
      )
    case 'forward_selection':
      return forwardSelection(moments, cross, count)
    case 'highest_weights':
      return highestWeights(X, moments, cross, count)
    case 'lasso_path':
      return lassoPathFeatures(moments, cross, count)
  }
}

function allFeatures(d: number): Int32Array {
  return Int32Array.from({ length: d }, (_, j) => j)
}

function highestWeights(
  X: DesignMatrix,
  moments: WeightedMoments,
  cross: WeightedCross,
  count: number,
): Int32Array {
  const { coefficients } = solveRidge(moments, cross, 0.01)
  const instance = denseRow(X, 0)
  const size = coefficients.map((coefficient, j) => Math.abs(coefficient * instance[j]!))
  return allFeatures(X.cols)
    .sort((a, b) => size[b]! - size[a]! || a - b)
    .slice(0, count)
}

function lassoPathFeatures(
  moments: WeightedMoments,
  cross: WeightedCross,
  count: number,
): Int32Array {
  const path = lassoPath(moments, cross)
  for (let step = path.length - 1; step > 0; step--) {
    const { coefficients } = path[step]!
    const nonzero = allFeatures(moments.cols).filter((j) => coefficients[j] !== 0)
    if (nonzero.length <= count) return nonzero
  }
  return allFeatures(moments.cols)
}
