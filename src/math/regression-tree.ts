/**
 * Weighted regression tree (CART, squared error; Breiman et al. 1984, chapter 8), as a surrogate.
 *
 * 1. A node's value is the weighted mean of its targets.
 * 2. Its best split has the largest gain S_l²/W_l + S_r²/W_r − S²/W, with W = Σ w and S = Σ w (y − ȳ): by how much
 *    Σ w (y − value)² falls. Bits have one split, at 0.5; other features are split halfway between neighbouring values,
 *    found by one pass in sorted order for all nodes of a level.
 * 3. A split must gain more than rounding (1e-12 of the whole), keep `minSamplesLeaf` samples of positive weight on
 *    either side, and lie above depth `maxDepth`.
 *
 * Ties: the first feature, and in it the lowest threshold; gains within 1e-12 of the whole Σ w (y − ȳ)² are equal
 * (scikit-learn draws the order of features at random instead). Samples of weight 0 take no part. A constant target, or
 * constant features, give a single leaf.
 */
import type { TreeNode } from '../contract/explanation.ts'
import { type BitMatrix, type DesignMatrix, isBitMatrix } from './bit-matrix.ts'
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

/** Orders of columns kept in memory rather than sorted again for every level. */
const KEPT_ENTRIES = 8_000_000

/** Fits a tree to X (n, d), y (n), weights w (n; ≥ 0). All finite. */
export function fitRegressionTree(
  X: DesignMatrix,
  y: Float64Array,
  w: Float64Array,
  options: TreeOptions = {},
): RegressionTree {
  const { maxDepth = 3, minSamplesLeaf = 1 } = options
  const samples = Int32Array.from(w.keys()).filter((i) => w[i]! > 0)
  const root = makeNode(samples, y, w)
  const importances = new Float64Array(X.cols)
  const whole = squaresAround(root.value, samples, y, w)
  const scan = isBitMatrix(X) ? bitScan(X, y, w) : denseScan(X, y, w, samples)
  const place = new Int32Array(X.rows).fill(-1)
  let level: GrowingNode[] = whole > 0 ? [root] : []
  for (let depth = 0; depth < maxDepth && level.length > 0; depth++) {
    level.forEach((node, at) => {
      for (const i of node.samples) place[i] = at
    })
    const splits = scan(level, place, Math.max(1, minSamplesLeaf), GAIN_TOLERANCE * whole)
    const next: GrowingNode[] = []
    level.forEach((node, at) => {
      const split = splits[at]!
      for (const i of node.samples) place[i] = -1
      if (split.feature < 0) return
      importances[split.feature]! += split.gain
      const goesLeft = (i: number) => valueAt(X, i, split.feature) <= split.threshold
      const left = makeNode(node.samples.filter(goesLeft), y, w)
      const right = makeNode(
        node.samples.filter((i) => !goesLeft(i)),
        y,
        w,
      )
      node.split = { feature: split.feature, threshold: split.threshold, left, right }
      next.push(left, right)
    })
    level = next
  }
  let total = 0
  for (const gain of importances) total += gain
  if (total > 0) for (let j = 0; j < importances.length; j++) importances[j]! /= total
  return { root: finished(root), importances }
}

/** What the tree answers for every row of X (n, d). */
export function predictTree(root: TreeNode, X: DesignMatrix): Float64Array {
  const answers = new Float64Array(X.rows)
  for (let i = 0; i < answers.length; i++) {
    let node = root
    while ('feature' in node) {
      node = valueAt(X, i, node.feature) <= node.threshold ? node.left : node.right
    }
    answers[i] = node.value
  }
  return answers
}

interface GrowingNode {
  readonly samples: Int32Array
  readonly weight: number
  readonly value: number
  split?: {
    readonly feature: number
    readonly threshold: number
    readonly left: GrowingNode
    readonly right: GrowingNode
  }
}

interface Split {
  /** −1 where there is none. */
  feature: number
  threshold: number
  gain: number
}

/** The best split of each node of a level; `place` tells each sample's node, or −1. */
type LevelScan = (
  level: readonly GrowingNode[],
  place: Int32Array,
  minSamples: number,
  tolerance: number,
) => Split[]

function makeNode(samples: Int32Array, y: Float64Array, w: Float64Array): GrowingNode {
  const base = y[samples[0] ?? 0] ?? 0
  let weight = 0
  let sum = 0
  for (const i of samples) {
    weight += w[i]!
    sum += w[i]! * (y[i]! - base)
  }
  return { samples, weight, value: weight > 0 ? base + sum / weight : base }
}

function squaresAround(
  value: number,
  samples: Int32Array,
  y: Float64Array,
  w: Float64Array,
): number {
  let squares = 0
  for (const i of samples) squares += w[i]! * (y[i]! - value) * (y[i]! - value)
  return squares
}

function finished(node: GrowingNode): TreeNode {
  const { weight, value, split } = node
  if (split === undefined) return { value, weight }
  const { feature, threshold, left, right } = split
  return { feature, threshold, weight, value, left: finished(left), right: finished(right) }
}

function valueAt(X: DesignMatrix, i: number, j: number): number {
  return isBitMatrix(X)
    ? (X.words[i * X.stride + (j >>> 5)]! >>> (j & 31)) & 1
    : X.data[i * X.cols + j]!
}

function noSplits(level: readonly GrowingNode[]): Split[] {
  return level.map(() => ({ feature: -1, threshold: 0, gain: 0 }))
}

/** With y taken around the node's value S = 0, so that the gain is S_l² W / (W_l W_r); a W_r lost in rounding gains nothing. */
function gainOf(leftSum: number, leftWeight: number, weight: number): number {
  const rightWeight = weight - leftWeight
  if (rightWeight <= 1e-12 * weight) return 0
  return leftSum * (leftSum / leftWeight) * (weight / rightWeight)
}

/** Bits: the sums over the ones of every feature, node by node. */
function bitScan(X: BitMatrix, y: Float64Array, w: Float64Array): LevelScan {
  const { words, cols, stride } = X
  return (level, _place, minSamples, tolerance) => {
    const splits = noSplits(level)
    level.forEach((node, at) => {
      const ones = new Int32Array(cols)
      const weights = new Float64Array(cols)
      const sums = new Float64Array(cols)
      for (const i of node.samples) {
        const weight = w[i]!
        const part = weight * (y[i]! - node.value)
        for (let k = 0, from = i * stride; k < stride; k++) {
          for (let v = words[from + k]!; v !== 0; v &= v - 1) {
            const j = 32 * k + 31 - Math.clz32(v & -v)
            ones[j]! += 1
            weights[j]! += weight
            sums[j]! += part
          }
        }
      }
      const best = splits[at]!
      const count = node.samples.length
      for (let j = 0; j < cols; j++) {
        if (ones[j]! < minSamples || count - ones[j]! < minSamples) continue
        const gain = gainOf(sums[j]!, weights[j]!, node.weight)
        if (gain > best.gain + tolerance) splits[at] = Object.assign(best, { feature: j, gain })
      }
      best.threshold = 0.5
    })
    return splits
  }
}

/** Values: one pass in sorted order for each feature serves all nodes of the level. */
function denseScan(X: Matrix, y: Float64Array, w: Float64Array, samples: Int32Array): LevelScan {
  const { data, cols } = X
  const kept: SortedColumn[] = []
  const keep = cols * samples.length <= KEPT_ENTRIES

  function sorted(j: number): SortedColumn {
    const known = kept[j]
    if (known !== undefined) return known
    const column = sortedBy(data, cols, j, samples)
    if (keep) kept[j] = column
    return column
  }

  return (level, place, minSamples, tolerance) => {
    const splits = noSplits(level)
    const nodes = level.length
    const sizes = Int32Array.from(level, (node) => node.samples.length)
    const totals = Float64Array.from(level, (node) => node.weight)
    const gains = new Float64Array(nodes)
    const counts = new Int32Array(nodes)
    const weights = new Float64Array(nodes)
    const sums = new Float64Array(nodes)
    const last = new Float64Array(nodes)
    const parts = new Float64Array(w.length)
    for (const node of level) for (const i of node.samples) parts[i] = w[i]! * (y[i]! - node.value)
    for (let j = 0; j < cols; j++) {
      counts.fill(0)
      weights.fill(0)
      sums.fill(0)
      const { order, values } = sorted(j)
      for (let s = 0; s < order.length; s++) {
        const i = order[s]!
        const at = place[i]!
        if (at < 0) continue
        const value = values[s]!
        const count = counts[at]!
        const left = last[at]!
        if (value > left && count >= minSamples && sizes[at]! - count >= minSamples) {
          const gain = gainOf(sums[at]!, weights[at]!, totals[at]!)
          if (gain > gains[at]! + tolerance) {
            gains[at] = gain
            splits[at] = { feature: j, gain, threshold: halfway(left, value) }
          }
        }
        counts[at] = count + 1
        weights[at]! += w[i]!
        sums[at]! += parts[i]!
        last[at] = value
      }
    }
    return splits
  }
}

interface SortedColumn {
  readonly order: Int32Array
  readonly values: Float64Array
}

/**
 * Samples by rising value of column j, equal ones in their own order. Values are sorted alone, which engines do many
 * times faster than with a comparison of our own; then each sample looks up its place.
 */
function sortedBy(data: Float64Array, cols: number, j: number, samples: Int32Array): SortedColumn {
  const n = samples.length
  const values = new Float64Array(n)
  for (let s = 0; s < n; s++) values[s] = data[samples[s]! * cols + j]! + 0
  const sorted = values.slice().sort()
  const taken = new Int32Array(n)
  const order = new Int32Array(n)
  for (let s = 0; s < n; s++) {
    const value = values[s]!
    let low = 0
    let high = n
    while (low < high) {
      const middle = (low + high) >>> 1
      if (sorted[middle]! < value) low = middle + 1
      else high = middle
    }
    order[low + taken[low]!] = samples[s]!
    taken[low]! += 1
  }
  return { order, values: sorted }
}

/** A threshold t with low ≤ t < high. */
function halfway(low: number, high: number): number {
  const middle = low / 2 + high / 2
  return middle >= low && middle < high ? middle : low
}
