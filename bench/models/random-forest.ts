/**
 * Random forests of documents (Breiman 2001), tree for tree those of scikit-learn's `RandomForestClassifier`: each tree
 * has a seed drawn from the forest's, a bootstrap sample drawn from its own seed, and tries √vocabulary words a node.
 */
import { type BitMatrix, RandomState } from '../../src/math/index.ts'
import { addTree, growTree, type PrunedTree, pruneTree, type Tree } from './decision-tree.ts'
import { byHalf, type Classifier, type Documents, placesIn, postingsOf } from './documents.ts'

/** A trained forest. */
export interface RandomForest extends Classifier {
  readonly trees: readonly Tree[]
}

export interface ForestOptions {
  readonly numTrees: number
  /** As scikit-learn's `random_state`, or a stream to go on with. */
  readonly randomState: number | RandomState
  readonly maxDepth?: number
}

/** Where so few words of a document matter, answers are kept by which of them are there. */
const MOST_KEPT = 16

/** Trains on documents with classes 0 and 1. */
export function trainForest(
  documents: Documents,
  classes: Uint8Array,
  { numTrees, randomState, maxDepth }: ForestOptions,
): RandomForest {
  const stream = typeof randomState === 'number' ? new RandomState(randomState) : randomState
  const n = documents.count
  const maxFeatures = Math.max(1, Math.floor(Math.sqrt(documents.vocabulary)))
  const postings = postingsOf(documents)
  const seeds = Array.from({ length: numTrees }, () => stream.randint(0, 2 ** 31 - 1))
  const trees = seeds.map((seed) => {
    const drawn = new Int32Array(n)
    new RandomState(seed).randintInto(drawn, 0, n)
    const counts = new Int32Array(n)
    for (const i of drawn) counts[i]!++
    const limit = maxDepth === undefined ? {} : { maxDepth }
    return growTree(documents, classes, {
      randomState: seed,
      maxFeatures,
      counts,
      postings,
      ...limit,
    })
  })
  return {
    trees,
    near: (document) => {
      const places = placesIn(document, documents.vocabulary)
      const pruned = trees.map((tree) => pruneTree(tree, places))
      return byHalf((kept) => averageOf(pruned, kept))
    },
  }
}

/** Mean share of class 1 over the trees. */
function averageOf(trees: readonly PrunedTree[], kept: BitMatrix): Float64Array {
  let settled = 0
  const open: PrunedTree[] = []
  const used = new Set<number>()
  for (const tree of trees) {
    if (tree.place.length === 1) settled += tree.share[0]!
    else open.push(tree)
    for (const place of tree.place) if (place >= 0) used.add(place)
  }
  const count = trees.length
  const places = Int32Array.from(used).sort()
  if (places.length > MOST_KEPT || 2 ** places.length > kept.rows) {
    const out = new Float64Array(kept.rows).fill(settled)
    for (const tree of open) addTree(tree, kept, out)
    return out.map((sum) => sum / count)
  }
  // Every combination of the words that matter is a row of a small table.
  const table = combinations(places, kept)
  const answers = new Float64Array(table.rows).fill(settled)
  for (const tree of open) addTree(tree, table, answers)
  const { words, rows, stride } = kept
  const out = new Float64Array(rows)
  for (let i = 0, base = 0; i < rows; i++, base += stride) {
    let code = 0
    for (let k = 0; k < places.length; k++) {
      const p = places[k]!
      code |= ((words[base + (p >>> 5)]! >>> (p & 31)) & 1) << k
    }
    out[i] = answers[code]! / count
  }
  return out
}

function combinations(places: Int32Array, { cols, stride }: BitMatrix): BitMatrix {
  const rows = 2 ** places.length
  const words = new Uint32Array(rows * stride)
  for (let code = 0; code < rows; code++) {
    places.forEach((p, k) => {
      if ((code >>> k) & 1) words[code * stride + (p >>> 5)]! |= 1 << (p & 31)
    })
  }
  return { words, rows, cols, stride }
}
