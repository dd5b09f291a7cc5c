/**
 * Weighted regression tree (CART, squared error; Breiman et al. 1984, chapter 8), as a surrogate.
 *
 * 1. A node's value is the weighted mean of its targets.
 * 2. Its best split has the largest gain S_l²/W_l + S_r²/W_r − S²/W, with W = Σ w and S = Σ w (y − value): by how much
 *    Σ w (y − value)² falls. Features are split halfway between neighbouring values, found by one pass in sorted order.
 *    Samples are sorted once for each feature; a split keeps the order on either side.
 * 3. A split must gain more than rounding (1e-12 of the whole), keep `minSamplesLeaf` samples of positive weight on
 *    either side, and lie above depth `maxDepth`.
 *
 * Ties: the first feature, and in it the lowest threshold; gains within 1e-12 of the whole Σ w (y − ȳ)² are equal
 * (scikit-learn draws the order of features at random instead). Samples of weight 0 take no part. A constant target, or
 * constant features, give a single leaf.
 */
import type { TreeNode } from '../contract/explanation.ts'
import type { Matrix } from './matrix.ts'

export interface TreeOptions {
  /** Splits between root and leaf at most: 3 by default; 0 gives the mean. */
  readonly maxDepth?: number
  /** Samples of positive weight that a leaf must hold: 1 by default. */
  readonly minSamplesLeaf?: number
}

/** A fitted tree. */
export interface RegressionTree {
  readonly root: TreeNode
  /** For each feature (d) the gain of its splits as a share of all gain: they sum to 1, or are 0 without a split. */
  readonly importances: Float64Array
}

/** Gains that differ by less than this share of Σ w (y − ȳ)² are equal. */
const GAIN_TOLERANCE = 1e-12

/** Fits a tree to X (n, d), y (n), weights w (n; ≥ 0). All finite. */
export function fitRegressionTree(
  X: Matrix,
  y: Float64Array,
  w: Float64Array,
  { maxDepth = 3, minSamplesLeaf = 1 }: TreeOptions = {},
): RegressionTree {
  const { data, cols } = X
  const importances = new Float64Array(cols)
  const parts = new Float64Array(w.length)
  let tolerance = Number.NaN

  /** `orders`: the node's samples by rising value of each feature; the last entry by their number. */
  function grow(orders: readonly Int32Array[], depth: number): TreeNode {
    const samples = orders[cols]!
    const base = y[samples[0] ?? 0] ?? 0
    let weight = 0
    let value = 0
    for (const i of samples) {
      weight += w[i]!
      value += w[i]! * (y[i]! - base)
    }
    value = weight > 0 ? base + value / weight : base
    let squares = 0
    for (const i of samples) {
      parts[i] = w[i]! * (y[i]! - value)
      squares += parts[i]! * (y[i]! - value)
    }
    if (depth === 0) tolerance = GAIN_TOLERANCE * squares
    let feature = -1
    let threshold = 0
    let gain = 0
    const last = samples.length - Math.max(1, minSamplesLeaf)
    for (let j = 0; j < cols && depth < maxDepth && squares > 0; j++) {
      const order = orders[j]!
      let left = 0
      let sum = 0
      for (let s = 1; s <= last; s++) {
        const i = order[s - 1]!
        left += w[i]!
        sum += parts[i]!
        const low = data[i * cols + j]!
        const high = data[order[s]! * cols + j]!
        if (s < minSamplesLeaf || low === high) continue
        // S = 0 around the node's value, so that the gain is S_l² W / (W_l W_r); a W_r lost in rounding gains nothing.
        const right = weight - left
        const gained = right <= 1e-12 * weight ? 0 : sum * (sum / left) * (weight / right)
        if (gained <= gain + tolerance) continue
        gain = gained
        feature = j
        const middle = low / 2 + high / 2
        threshold = middle >= low && middle < high ? middle : low
      }
    }
    if (feature < 0) return { value, weight }
    importances[feature]! += gain
    const side = (left: boolean) =>
      grow(
        orders.map((order) => order.filter((i) => data[i * cols + feature]! <= threshold === left)),
        depth + 1,
      )
    return { feature, threshold, weight, value, left: side(true), right: side(false) }
  }

  const samples = Int32Array.from(w.keys()).filter((i) => w[i]! > 0)
  const root = grow([...sortedOrders(X, samples), samples], 0)
  const total = importances.reduce((sum, gain) => sum + gain, 0)
  return { root, importances: total > 0 ? importances.map((gain) => gain / total) : importances }
}

/** What the tree answers for every row of X (n, d). */
export function predictTree(root: TreeNode, { data, rows, cols }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => {
    let node = root
    while ('feature' in node) {
      node = data[i * cols + node.feature]! <= node.threshold ? node.left : node.right
    }
    return node.value
  })
}

/** For each feature the samples by rising value, equal ones in their own order. */
function sortedOrders({ data, cols }: Matrix, samples: Int32Array): Int32Array[] {
  return Array.from({ length: cols }, (_, j) =>
    samples.slice().sort((a, b) => data[a * cols + j]! - data[b * cols + j]! || a - b),
  )
}
