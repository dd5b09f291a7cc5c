/**
 * One label's explanation: select features, fit the surrogate, see how well it holds.
 *
 * 1. Select features on the weighted moments.
 * 2. Fit the surrogate to all samples: intercept, weights, weighted R², the surrogate's answer for the instance.
 * 3. Fit it again without every fifth sample and score it on those: the R² on held-out samples. (Python LIME only has
 *    the first, which flatters: with as many features as samples it is 1 whatever the model does.)
 */
import type { FeatureWeight, TreeNode } from '../contract/explanation.ts'
import { bitsToMatrix, type DesignMatrix, isBitMatrix, selectColumns } from '../math/bit-matrix.ts'
import { predictLinear } from '../math/linear-prediction.ts'
import type { LinearFit } from '../math/ridge.ts'
import {
  type WeightedCross,
  type WeightedMoments,
  weightedMoments,
} from '../math/weighted-moments.ts'
import { weightedR2 } from '../math/weighted-statistics.ts'
import { isConstant } from './diagnose.ts'
import { type FeatureSelection, selectFeatures } from './select-features.ts'
import {
  columnSurrogate,
  type LinearSolver,
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

/** With so many features, a few selected ones get moments of their own. */
const WIDE = 500

/** Selects, fits and scores. Weights come by falling |weight|, equal ones in the order of selection. */
export function fitLabel(request: LabelFitRequest): LabelFit {
  const { X, moments, y, weights, numFeatures, featureSelection, surrogate } = request
  const cross = moments.cross(y)
  const features = selectFeatures(featureSelection, X, moments, cross, numFeatures)
  const columns = selectColumns(X, features)
  const solve = linearSolver(surrogate)
  const fitted = solve
    ? linearFit(solveColumns(solve, request, cross, features, columns), columns)
    : columnFit(surrogate, columns, y, weights)
  return {
    intercept: fitted.intercept,
    weights: ranked(features, fitted.coefficients),
    localPrediction: fitted.answers[0]!,
    score: weightedR2(y, fitted.answers, weights),
    heldOutScore: heldOutScore(columns, y, weights, surrogate),
    ...(fitted.tree && { tree: withFeatureIds(fitted.tree, features) }),
  }
}

/** A surrogate and its answers for all samples. */
interface Fit {
  readonly intercept: number
  readonly coefficients: ArrayLike<number>
  readonly answers: Float64Array
  readonly tree?: TreeNode
}

/** The selected columns' own moments where a column of the whole Gram matrix would cost more than all of theirs. */
function solveColumns(
  solve: LinearSolver,
  { moments, y, weights }: LabelFitRequest,
  cross: WeightedCross,
  features: Int32Array,
  columns: DesignMatrix,
): LinearFit {
  if (features.length ** 2 > moments.cols || moments.cols < WIDE) {
    return solve(moments, cross, features)
  }
  const own = weightedMoments(columns, weights)
  return solve(own, own.cross(y))
}

function linearFit(fit: LinearFit, columns: DesignMatrix): Fit {
  return { ...fit, answers: predictLinear(columns, fit) }
}

function columnFit(
  surrogate: SurrogateChoice,
  columns: DesignMatrix,
  y: Float64Array,
  weights: Float64Array,
): Fit {
  const dense = isBitMatrix(columns) ? bitsToMatrix(columns) : columns
  const { predict, ...fitted } = columnSurrogate(surrogate).fit(dense, y, weights)
  return { ...fitted, answers: Float64Array.from(predict(dense)) }
}

/** Weighted R² on every fifth sample of the surrogate fitted to the others. */
function heldOutScore(
  columns: DesignMatrix,
  y: Float64Array,
  weights: Float64Array,
  surrogate: SurrogateChoice,
): number | null {
  const { rows: n, cols: k } = columns
  if (n < FEWEST_SAMPLES || n * k * k > MOST_WORK) return null
  const kept = weights.slice()
  const held = new Float64Array(n)
  const heldTargets: number[] = []
  for (let i = FOLD - 1; i < n; i += FOLD) {
    kept[i] = 0
    held[i] = weights[i]!
    if (weights[i]! > 0) heldTargets.push(y[i]!)
  }
  // Of targets that are all alike there is no variance to explain, only rounding.
  if (heldTargets.length === 0 || isConstant(Float64Array.from(heldTargets))) return null
  const solve = linearSolver(surrogate)
  if (!solve) return weightedR2(y, columnFit(surrogate, columns, y, kept).answers, held)
  const moments = weightedMoments(columns, kept)
  return weightedR2(y, predictLinear(columns, solve(moments, moments.cross(y))), held)
}

function ranked(features: Int32Array, coefficients: ArrayLike<number>): FeatureWeight[] {
  return Array.from(features, (feature, k) => ({ feature, weight: coefficients[k]! })).sort(
    (a, b) => Math.abs(b.weight) - Math.abs(a.weight),
  )
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
