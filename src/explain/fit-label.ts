/**
 * One label's explanation: select features, fit the surrogate, see how well it holds.
 *
 * 1. Select features on the weighted moments.
 * 2. Fit the surrogate to all samples: intercept, weights, weighted R², the surrogate's answer for the instance.
 * 3. Fit it again without every fifth sample and score it on those: the R² on held-out samples. (Python LIME only has
 *    the first, which flatters: with as many features as samples it is 1 whatever the model does.)
 */
import type { FeatureWeight, TreeNode } from '../contract/explanation.ts'
import type { Matrix } from '../contract/matrix.ts'
import { type DesignMatrix, isBitMatrix } from '../math/bit-matrix.ts'
import { predictLinear } from '../math/linear-prediction.ts'
import { type WeightedMoments, weightedMoments } from '../math/weighted-moments.ts'
import { weightedR2 } from '../math/weighted-statistics.ts'
import { type FeatureSelection, selectFeatures } from './select-features.ts'
import {
  columnSurrogate,
  type FittedSurrogate,
  linearSolver,
  type SurrogateChoice,
} from './surrogate.ts'

/** What is fitted to what. */
export interface LabelFitRequest {
  readonly X: DesignMatrix
  /** The moments of X under `weights`; shared by all labels. */
  readonly moments: WeightedMoments
  readonly y: Float64Array
  readonly weights: Float64Array
  readonly numFeatures: number
  readonly featureSelection: FeatureSelection
  readonly surrogate: SurrogateChoice
}

/** The surrogate of one label. */
export interface LabelFit {
  readonly intercept: number
  readonly weights: FeatureWeight[]
  readonly localPrediction: number
  readonly score: number
  readonly heldOutScore: number | null
  readonly tree?: TreeNode
}

/** Every fifth sample is held out. */
const FOLD = 5
/** Fewer samples than this, or more products than this, and none are held out. */
const FEWEST_SAMPLES = 20
const MOST_WORK = 2e9

/** Selects, fits and scores. Weights come by falling |weight|, equal ones in the order of selection. */
export function fitLabel(request: LabelFitRequest): LabelFit {
  const { X, moments, y, weights, numFeatures, featureSelection, surrogate } = request
  const cross = moments.cross(y)
  const features = selectFeatures(featureSelection, X, moments, cross, numFeatures)
  const solve = linearSolver(surrogate)
  const columns = selectedColumns(X, features)
  const fitted: FittedSurrogate = solve
    ? linearSurrogate(solve(moments, cross, features.length === X.cols ? undefined : features), features, X.cols)
    : columnSurrogate(surrogate).fit(columns, y, weights)
  const predicted = asDoubles(fitted.predict(columns))
  return {
    intercept: fitted.intercept,
    weights: ranked(features, fitted.coefficients),
    localPrediction: predicted[0]!,
    score: weightedR2(y, predicted, weights),
    heldOutScore: heldOutScore(columns, y, weights, surrogate),
    ...(fitted.tree && { tree: withFeatureIds(fitted.tree, features) }),
  }
}

function asDoubles(values: ArrayLike<number>): Float64Array {
  return values instanceof Float64Array ? values : Float64Array.from(values)
}

/** A linear fit over all features is put into the order of selection. */
function linearSurrogate(
  fit: { intercept: number; coefficients: Float64Array },
  features: Int32Array,
  d: number,
): FittedSurrogate {
  const coefficients =
    features.length === d
      ? Float64Array.from(features, (feature) => fit.coefficients[feature]!)
      : fit.coefficients
  const linear = { intercept: fit.intercept, coefficients }
  return { ...linear, predict: (columns) => predictLinear(columns, linear) }
}

/** Weighted R² on every fifth sample of the surrogate fitted to the others. */
function heldOutScore(
  columns: Matrix,
  y: Float64Array,
  weights: Float64Array,
  surrogate: SurrogateChoice,
): number | null {
  const { rows: n, cols: k } = columns
  if (n < FEWEST_SAMPLES || n * k * k > MOST_WORK) return null
  const kept = weights.slice()
  const held = new Float64Array(n)
  let heldWeight = 0
  for (let i = FOLD - 1; i < n; i += FOLD) {
    kept[i] = 0
    held[i] = weights[i]!
    heldWeight += weights[i]!
  }
  if (heldWeight === 0) return null
  const solve = linearSolver(surrogate)
  if (solve) {
    const moments = weightedMoments(columns, kept)
    const fit = solve(moments, moments.cross(y))
    return weightedR2(y, predictLinear(columns, fit), held)
  }
  const fitted = columnSurrogate(surrogate).fit(columns, y, kept)
  return weightedR2(y, asDoubles(fitted.predict(columns)), held)
}

function ranked(features: Int32Array, coefficients: ArrayLike<number>): FeatureWeight[] {
  return Array.from(features, (feature, k) => ({ feature, weight: coefficients[k]! })).sort(
    (a, b) => Math.abs(b.weight) - Math.abs(a.weight),
  )
}

/** (n, k): the columns named, dense. */
export function selectedColumns(X: DesignMatrix, features: Int32Array): Matrix {
  const k = features.length
  const data = new Float64Array(X.rows * k)
  for (let f = 0; f < k; f++) {
    const j = features[f]!
    if (isBitMatrix(X)) {
      const { words, stride } = X
      const word = j >>> 5
      const shift = j & 31
      for (let i = 0; i < X.rows; i++) data[i * k + f] = (words[i * stride + word]! >>> shift) & 1
    } else {
      for (let i = 0; i < X.rows; i++) data[i * k + f] = X.data[i * X.cols + j]!
    }
  }
  return { data, rows: X.rows, cols: k }
}

/** The tree in terms of the neighbourhood's features instead of the selected columns. */
function withFeatureIds(node: TreeNode, features: Int32Array): TreeNode {
  if (!('feature' in node)) return node
  return {
    ...node,
    feature: features[node.feature]!,
    left: withFeatureIds(node.left, features),
    right: withFeatureIds(node.right, features),
  }
}
