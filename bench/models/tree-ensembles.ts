/**
 * Ensembles of regression trees over tables of numbers: random forests and gradient boosting, for benchmarks.
 *
 * 1. Every column is cut into at most 64 bins at its quantiles once; trees split between bins.
 * 2. A node is split where G_L²/(H_L + λ) + G_R²/(H_R + λ) is largest (Chen and Guestrin 2016, XGBoost, equation 7),
 *    among a random share of the columns; a leaf answers G/(H + λ).
 * 3. Forest (Breiman 2001): G = Σ y over a bootstrap sample, H = its size, √d columns a node, deep trees, mean of the
 *    leaves. Boosting (Friedman 2001): of the logistic loss or of squares, one step of `rate` along each tree.
 */
import { type Matrix, RandomState } from '../../src/math/index.ts'

/** Trees as flat arrays: node k splits by `feature[k]` (−1: a leaf); x ≤ threshold goes to `left[k]`, else to the next. */
interface Tree {
  readonly feature: number[]
  readonly threshold: number[]
  readonly left: number[]
  readonly value: number[]
}

/** A trained ensemble: one number for each row of `X`. */
export type Ensemble = (X: Matrix) => Float64Array

export interface EnsembleOptions {
  readonly trees: number
  readonly depth: number
  readonly seed: number
  /** Share of the columns tried at a node; default 1 for boosting, 1/√d for forests. */
  readonly columns?: number
  /** Step of boosting; default 0.1. */
  readonly rate?: number
}

const MOST_BINS = 64

/** P(class 1), or the mean, from trees on bootstrap samples; y (n) is 0/1 or a value. */
export function trainForest(X: Matrix, y: Float64Array, options: EnsembleOptions): Ensemble {
  const { trees, depth, seed, columns = 1 / Math.sqrt(X.cols) } = options
  const random = new RandomState(seed)
  const binned = binColumns(X)
  const grown = Array.from({ length: trees }, () => {
    const h = new Float64Array(X.rows)
    for (let i = 0; i < X.rows; i++) h[random.randint(0, X.rows)]! += 1
    const g = y.map((value, i) => value * h[i]!)
    return growTree(binned, g, h, depth, columns, 1e-9, 1, random)
  })
  return (rows) => sumTrees(grown, rows).map((sum) => sum / trees)
}

/** P(class 1) (`logistic`) or a value, from boosted trees. */
export function trainBoosting(
  X: Matrix,
  y: Float64Array,
  logistic: boolean,
  options: EnsembleOptions,
): Ensemble {
  const { trees, depth, seed, columns = 1, rate = 0.1 } = options
  const random = new RandomState(seed)
  const binned = binColumns(X)
  const mean = y.reduce((sum, value) => sum + value, 0) / X.rows
  const start = logistic ? Math.log(mean / (1 - mean)) : mean
  const score = new Float64Array(X.rows).fill(start)
  const grown: Tree[] = []
  for (let t = 0; t < trees; t++) {
    const p = logistic ? score.map(sigmoid) : score
    const g = y.map((value, i) => value - p[i]!)
    const h = logistic ? p.map((value) => value * (1 - value)) : new Float64Array(X.rows).fill(1)
    const tree = growTree(binned, g, h, depth, columns, 1, 1e-3, random)
    for (let k = 0; k < tree.value.length; k++) tree.value[k]! *= rate
    grown.push(tree)
    sumTrees([tree], X).forEach((value, i) => {
      score[i]! += value
    })
  }
  return (rows) => {
    const sums = sumTrees(grown, rows)
    return sums.map((sum) => (logistic ? sigmoid(start + sum) : start + sum))
  }
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z))
}

interface Binned {
  readonly bins: Uint8Array[]
  readonly cuts: Float64Array[]
  readonly rows: number
}

function binColumns({ data, rows, cols }: Matrix): Binned {
  const cuts: Float64Array[] = []
  const bins = Array.from({ length: cols }, (_, c) => {
    const values = Float64Array.from({ length: rows }, (_, i) => data[i * cols + c]!)
    const sorted = values.slice().sort()
    const own = new Set<number>()
    for (let q = 1; q < MOST_BINS; q++) {
      const at = Math.floor((q * rows) / MOST_BINS)
      if (at > 0 && sorted[at]! > sorted[0]!) {
        let below = at - 1
        while (below > 0 && sorted[below] === sorted[at]) below--
        own.add((sorted[at]! + sorted[below]!) / 2)
      }
    }
    const edges = Float64Array.from(own).sort()
    cuts.push(edges)
    return Uint8Array.from(values, (value) => {
      let bin = 0
      while (bin < edges.length && value > edges[bin]!) bin++
      return bin
    })
  })
  return { bins, cuts, rows }
}

function growTree(
  { bins, cuts, rows }: Binned,
  g: Float64Array,
  h: Float64Array,
  depth: number,
  share: number,
  lambda: number,
  least: number,
  random: RandomState,
): Tree {
  const tree: Tree = { feature: [], threshold: [], left: [], value: [] }
  const tried = Math.max(1, Math.round(share * bins.length))
  const add = (): number => {
    tree.feature.push(-1)
    tree.threshold.push(0)
    tree.left.push(0)
    return tree.value.push(0) - 1
  }
  const all: number[] = []
  for (let i = 0; i < rows; i++) if (h[i]! > 0) all.push(i)
  const open = [{ node: add(), members: Int32Array.from(all), level: 0 }]
  const sumG = new Float64Array(MOST_BINS)
  const sumH = new Float64Array(MOST_BINS)
  while (open.length > 0) {
    const { node, members, level } = open.pop()!
    let G = 0
    let H = 0
    for (const i of members) {
      G += g[i]!
      H += h[i]!
    }
    tree.value[node] = G / (H + lambda)
    if (level === depth || members.length < 2) continue
    let best = (G * G) / (H + lambda) + 1e-9
    let feature = -1
    let cut = 0
    const order = tried < bins.length ? random.permutation(bins.length) : undefined
    for (let k = 0; k < tried; k++) {
      const c = order ? order[k]! : k
      const count = cuts[c]!.length + 1
      if (count === 1) continue
      sumG.fill(0, 0, count)
      sumH.fill(0, 0, count)
      const column = bins[c]!
      for (const i of members) {
        sumG[column[i]!]! += g[i]!
        sumH[column[i]!]! += h[i]!
      }
      let left = 0
      let leftH = 0
      for (let b = 0; b < count - 1; b++) {
        left += sumG[b]!
        leftH += sumH[b]!
        if (leftH < least || H - leftH < least) continue
        const gain = left ** 2 / (leftH + lambda) + (G - left) ** 2 / (H - leftH + lambda)
        if (gain > best) {
          best = gain
          feature = c
          cut = b
        }
      }
    }
    if (feature < 0) continue
    const column = bins[feature]!
    tree.feature[node] = feature
    tree.threshold[node] = cuts[feature]![cut]!
    const leftNode = add()
    const rightNode = add()
    tree.left[node] = leftNode
    open.push({
      node: rightNode,
      members: members.filter((i) => column[i]! > cut),
      level: level + 1,
    })
    open.push({
      node: leftNode,
      members: members.filter((i) => column[i]! <= cut),
      level: level + 1,
    })
  }
  return tree
}

function sumTrees(trees: readonly Tree[], { data, rows, cols }: Matrix): Float64Array {
  const sums = new Float64Array(rows)
  for (const { feature, threshold, left, value } of trees) {
    for (let i = 0, base = 0; i < rows; i++, base += cols) {
      let k = 0
      for (let f = feature[0]!; f >= 0; f = feature[k]!) {
        k = left[k]! + (data[base + f]! <= threshold[k]! ? 0 : 1)
      }
      sums[i]! += value[k]!
    }
  }
  return sums
}
