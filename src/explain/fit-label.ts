/**
 * One label's explanation: select features, fit the surrogate, see how well it holds.
 *
 * 1. Select features on the weighted moments.
 * 2. Fit the surrogate to all samples: intercept, weights, weighted R², the surrogate's answer for the instance.
 * 3. Fit it again without every fifth sample and score it on those: the R² on held-out samples. (Python LIME only has
 *    the first, which flatters: with as many features as samples it is 1 whatever the model does.)
 */
import type { FeatureWeight, TreeNode } from '../contract/explanation.ts'
import {
  bitsToMatrix,
  columnSums,
  type DesignMatrix,
  isBitMatrix,
  selectColumns,
} from '../math/bit-matrix.ts'
import { equationsWithout } from '../math/held-out.ts'
import { predictLinear } from '../math/linear-prediction.ts'
import { momentsAround } from '../math/moments-around.ts'
import { type LinearFit, normalEquations, solveNormal } from '../math/ridge.ts'

import {
  type WeightedCross,
  type WeightedMoments,
  weightedMoments,
} from '../math/weighted-moments.ts'
import { significantWeights, weightedMean, weightedR2 } from '../math/weighted-statistics.ts'
import type { FeatureSelection } from './choices.ts'
import { isConstant } from './diagnose.ts'
import { selectFeatures } from './select-features.ts'
import {
  columnSurrogate,
  isLeastSquares,
  linearSolver,
  ridgePenalty,
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

/** With the surrogate's answers (n) for all samples. */
export interface AnsweringFit extends LabelFit {
  readonly answers: Float64Array
}

/** Every fifth sample is held out. */
const FOLD = 5
/** Fewer samples than this, or more products than this, and none are held out. */
const FEWEST_SAMPLES = 20
const MOST_WORK = 2e9

/** With so many features, a few selected ones get moments of their own. */
export const WIDE = 500

/** Selects, fits and scores. Weights come by falling |weight|, equal ones in the order of selection. */
export function fitLabel(request: LabelFitRequest): AnsweringFit {
  const { X, moments, y, weights, numFeatures, featureSelection, surrogate } = request
  const cross = moments.cross(y)
  const features = selectFeatures(featureSelection, X, moments, cross, numFeatures)
  const known = linearSolver(surrogate) && momentsFor(request, cross, features)
  const fitted = known
    ? linearFit(request, features, known)
    : columnFit(surrogate, selectColumns(X, features), y, weights)
  return {
    intercept: fitted.intercept,
    weights: ranked(features, fitted.coefficients),
    answers: fitted.answers,
    localPrediction: fitted.answers[0]!,
    score: weightedR2(y, fitted.answers, weights),
    heldOutScore: heldOutScore(request, features, known),
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

/** Moments in which those of the selected columns stand; without `features` these are all their columns. */
interface KnownMoments {
  readonly moments: WeightedMoments
  readonly cross: WeightedCross
  readonly features?: Int32Array
}

/**
 * The selected columns' own moments where a column of the whole Gram matrix would cost more than all of theirs, and where
 * least squares without a penalty would fit samples exactly whose weights are but rounding.
 */
function momentsFor(
  { X, moments, y, weights, surrogate }: LabelFitRequest,
  cross: WeightedCross,
  features: Int32Array,
): KnownMoments {
  const significant = isLeastSquares(surrogate) ? significantWeights(weights) : weights
  const shared = features.length ** 2 > moments.cols || moments.cols < WIDE
  if (shared && significant === weights) return { moments, cross, features }
  const own = weightedMoments(selectColumns(X, features), significant)
  return { moments: own, cross: own.cross(y) }
}

function linearFit(
  { X, surrogate }: LabelFitRequest,
  features: Int32Array,
  known: KnownMoments,
): Fit {
  const fit = linearSolver(surrogate)!(known.moments, known.cross, known.features)
  return { ...fit, answers: predictLinear(X, fit, features) }
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
export function heldOutScore(
  { X, y, weights, surrogate }: Pick<LabelFitRequest, 'X' | 'y' | 'weights' | 'surrogate'>,
  features: Int32Array,
  known: KnownMoments | undefined,
): number | null {
  const n = X.rows
  if (n < FEWEST_SAMPLES || n * features.length ** 2 > MOST_WORK) return null
  const rows = new Int32Array(Math.floor(n / FOLD))
  for (let i = 0; i < rows.length; i++) rows[i] = FOLD * i + FOLD - 1
  const held: Held = {
    columns: selectColumns(X, features, rows),
    y: elements(y, rows),
    weights: elements(weights, rows),
  }
  // Of targets that are all alike there is no variance to explain, only rounding.
  const targets = held.y.filter((_, i) => held.weights[i]! > 0)
  if (targets.length === 0 || isConstant(targets)) return null
  const score = (predicted: Float64Array) => weightedR2(held.y, predicted, held.weights)
  const quick = known && ridgeWithout(known, held, ridgePenalty(surrogate))
  if (quick !== undefined) return score(predictLinear(held.columns, quick))
  const kept = weights.slice()
  for (const i of rows) kept[i] = 0
  const columns = selectColumns(X, features)
  const solve = linearSolver(surrogate)
  if (!solve) return score(elements(columnFit(surrogate, columns, y, kept).answers, rows))
  const moments = weightedMoments(
    columns,
    isLeastSquares(surrogate) ? significantWeights(kept) : kept,
  )
  return score(predictLinear(held.columns, solve(moments, moments.cross(y))))
}

function elements(values: Float64Array, at: Int32Array): Float64Array {
  const chosen = new Float64Array(at.length)
  for (let k = 0; k < at.length; k++) chosen[k] = values[at[k]!]!
  return chosen
}

/** The samples that are held out. */
interface Held {
  readonly columns: DesignMatrix
  readonly y: Float64Array
  readonly weights: Float64Array
}

/**
 * The ridge fitted to all but the held samples, from what is known of all of them; `undefined` where digits would be lost,
 * for many features, and without a penalty, which alone keeps rounding from telling columns apart that are alike.
 */
function ridgeWithout(
  { moments, cross, features }: KnownMoments,
  held: Held,
  alpha: number | undefined,
): LinearFit | undefined {
  const k = held.columns.cols
  if (!alpha || k > WIDE) return undefined
  const every = Int32Array.from({ length: k }, (_, j) => j)
  const all = normalEquations(moments, cross, features ?? every)
  const { sum, first, second } = momentsAround(held.columns, every, held.weights, all.mean)
  if (!(sum > 0)) return undefined
  const meanY = weightedMean(held.y, held.weights)
  const c = new Float64Array(k)
  const G = new Float64Array(k * k)
  const products = columnSums(
    held.columns,
    held.y.map((y, i) => held.weights[i]! * (y - meanY)),
  )
  for (let a = 0; a < k; a++) {
    // Σ w (y − ȳ) is 0, so that it does not matter where x is counted from.
    c[a] = products[a]!
    for (let b = 0; b < k; b++) G[a * k + b] = second[a * k + b]! - (first[a]! * first[b]!) / sum
  }
  const mean = all.mean.map((value, j) => value + first[j]! / sum)
  const equations = equationsWithout(all, moments.sumW, { G, c, mean, meanY }, sum)
  return equations && solveNormal(equations, alpha)
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
