/**
 * Decision trees of documents by CART with Gini's impurity, split for split those of scikit-learn.
 *
 * 1. At each node words are tried in a random order (Fisher–Yates by a 32-bit xorshift); words that all documents of the
 *    node hold or lack are remembered for the nodes below and never tried again.
 * 2. A word scores Σ_c left_c² / |left| + Σ_c right_c² / |right|; the first of the highest scores wins, so that the
 *    random order breaks ties.
 * 3. Left is "lacks the word". Nodes are split depth first, left before right, until they are pure or `maxDepth` deep.
 *
 * Follows `BestSplitter` and `DepthFirstTreeBuilder` of scikit-learn (0.17 to 1.9 agree on these rules).
 */
import { type BitMatrix, RandomState } from '../../src/math/index.ts'
import {
  byHalf,
  type Classifier,
  type Documents,
  type LocalClassifier,
  type Postings,
  placesIn,
  postingsOf,
} from './documents.ts'

/** A tree as flat arrays: node k splits by `word[k]` (−1 for a leaf), lacking it goes to `left[k]`. */
export interface Tree {
  readonly word: Int32Array
  readonly left: Int32Array
  readonly right: Int32Array
  /** Share of class 1 among the training documents of the node. */
  readonly share: Float64Array
}

/** A trained tree. */
export interface DecisionTree extends Classifier {
  readonly tree: Tree
}

export interface TreeOptions {
  /** As scikit-learn's `random_state`: an integer from 0 to 2³² − 1. */
  readonly randomState: number
  /** Default: no limit. */
  readonly maxDepth?: number
  /** Words tried at a node; default all. */
  readonly maxFeatures?: number
  /** How often each document counts; default once. */
  readonly counts?: Int32Array
  /** The documents' postings where they are known already. */
  readonly postings?: Postings
}

/** RAND_R_MAX: seeds of the xorshift are drawn below it. */
const SEEDS = 0x7fffffff
const LEAF = -1

/** Trains a tree on documents with classes 0 and 1. */
export function trainTree(
  documents: Documents,
  classes: Uint8Array,
  options: TreeOptions,
): DecisionTree {
  const tree = growTree(documents, classes, options)
  return { tree, near: (document) => localTree(tree, document, documents.vocabulary) }
}

/** The tree around one document. */
export function localTree(tree: Tree, document: Int32Array, vocabulary: number): LocalClassifier {
  const pruned = pruneTree(tree, placesIn(document, vocabulary))
  return byHalf((kept) => {
    const out = new Float64Array(kept.rows)
    addTree(pruned, kept, out)
    return out
  })
}

/** A tree whose words are places in one document; words that it lacks are gone. Node 0 is the root. */
export interface PrunedTree {
  readonly place: number[]
  readonly left: number[]
  readonly right: number[]
  readonly share: number[]
}

/** Keeps the splits by words of the document; `places` as `placesIn` gives them. */
export function pruneTree(tree: Tree, places: Int32Array): PrunedTree {
  const pruned: PrunedTree = { place: [], left: [], right: [], share: [] }
  const add = (from: number): number => {
    let node = from
    while (tree.word[node]! >= 0 && places[tree.word[node]!]! < 0) node = tree.left[node]!
    const at = pruned.place.length
    const word = tree.word[node]!
    pruned.place.push(word < 0 ? LEAF : places[word]!)
    pruned.share.push(tree.share[node]!)
    pruned.left.push(LEAF)
    pruned.right.push(LEAF)
    if (word >= 0) {
      pruned.left[at] = add(tree.left[node]!)
      pruned.right[at] = add(tree.right[node]!)
    }
    return at
  }
  add(0)
  return pruned
}

/** Adds the tree's share of class 1 for every row to `out`. */
export function addTree(
  { place, left, right, share }: PrunedTree,
  { words, rows, stride }: BitMatrix,
  out: Float64Array,
): void {
  for (let i = 0, base = 0; i < rows; i++, base += stride) {
    let node = 0
    for (let p = place[0]!; p >= 0; p = place[node]!) {
      node = (words[base + (p >>> 5)]! >>> (p & 31)) & 1 ? right[node]! : left[node]!
    }
    out[i]! += share[node]!
  }
}

/** A stretch of `samples` that is still to be split. */
interface Pending {
  readonly start: number
  readonly end: number
  readonly depth: number
  readonly parent: number
  readonly isLeft: boolean
  readonly constants: number
}

/** Grows the tree. */
export function growTree(documents: Documents, classes: Uint8Array, options: TreeOptions): Tree {
  const { maxDepth = Number.POSITIVE_INFINITY, counts } = options
  const d = documents.vocabulary
  const maxFeatures = options.maxFeatures ?? d
  const { documents: holders, starts } = options.postings ?? postingsOf(documents)
  let seed = new RandomState(options.randomState).randint(0, SEEDS)
  const randomInt = (low: number, high: number): number => {
    seed = seed === 0 ? 1 : seed
    seed ^= seed << 13
    seed ^= seed >>> 17
    seed ^= seed << 5
    return low + (((seed >>> 0) % 0x80000000) % (high - low))
  }
  const weight = counts ?? new Int32Array(documents.count).fill(1)
  const samples = Int32Array.from(weight.keys()).filter((i) => weight[i]! > 0)
  /** The stretch that a document stands in: its first place. */
  const owner = new Int32Array(documents.count).fill(-1)
  const features = Int32Array.from({ length: d }, (_, j) => j)
  const known = new Int32Array(d)

  const word: number[] = []
  const left: number[] = []
  const right: number[] = []
  const share: number[] = []
  const stack: Pending[] = [
    { start: 0, end: samples.length, depth: 0, parent: -1, isLeft: false, constants: 0 },
  ]
  for (;;) {
    const pending = stack.pop()
    if (pending === undefined) break
    const { start, end, depth, parent, isLeft } = pending
    const total = [0, 0]
    for (let at = start; at < end; at++) {
      const i = samples[at]!
      owner[i] = start
      total[classes[i]!]! += weight[i]!
    }
    const size = total[0]! + total[1]!
    const node = word.length
    if (parent >= 0) (isLeft ? left : right)[parent] = node
    word.push(LEAF)
    left.push(LEAF)
    right.push(LEAF)
    share.push(total[1]! / size)
    if (depth >= maxDepth || end - start < 2 || total[0] === 0 || total[1] === 0) continue

    let found = 0
    let drawn = 0
    let best = Number.NEGATIVE_INFINITY
    let bestWord = LEAF
    let last = d
    let visited = 0
    const knownCount = pending.constants
    let constants = knownCount
    while (last > constants && (visited < maxFeatures || visited <= found + drawn)) {
      visited++
      let at = randomInt(drawn, last - found)
      if (at < knownCount) {
        swap(features, drawn, at)
        drawn++
        continue
      }
      at += found
      const j = features[at]!
      let holders0 = 0
      let holders1 = 0
      let held = 0
      for (let p = starts[j]!; p < starts[j + 1]!; p++) {
        const i = holders[p]!
        if (owner[i] !== start) continue
        held++
        if (classes[i] === 1) holders1 += weight[i]!
        else holders0 += weight[i]!
      }
      if (held === 0 || held === end - start) {
        swap(features, at, constants)
        found++
        constants++
        continue
      }
      last--
      swap(features, last, at)
      const lacking0 = total[0]! - holders0
      const lacking1 = total[1]! - holders1
      const score =
        (lacking0 * lacking0 + lacking1 * lacking1) / (lacking0 + lacking1) +
        (holders0 * holders0 + holders1 * holders1) / (holders0 + holders1)
      if (score > best) {
        best = score
        bestWord = j
      }
    }
    // The constants known before keep their order for this node's children and siblings.
    features.set(known.subarray(0, knownCount))
    known.set(features.subarray(knownCount, knownCount + found), knownCount)
    if (bestWord < 0) continue

    word[node] = bestWord
    const holds = new Set(holders.subarray(starts[bestWord]!, starts[bestWord + 1]!))
    const stretch = Array.from(samples.subarray(start, end))
    const lacking = stretch.filter((i) => !holds.has(i))
    const middle = start + lacking.length
    samples.set(lacking, start)
    samples.set(
      stretch.filter((i) => holds.has(i)),
      middle,
    )
    for (let at = start; at < end; at++) owner[samples[at]!] = -1
    const child = { depth: depth + 1, parent: node, constants }
    stack.push({ start: middle, end, isLeft: false, ...child })
    stack.push({ start, end: middle, isLeft: true, ...child })
  }
  return {
    word: Int32Array.from(word),
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    share: Float64Array.from(share),
  }
}

function swap(list: Int32Array, a: number, b: number): void {
  const kept = list[a]!
  list[a] = list[b]!
  list[b] = kept
}
