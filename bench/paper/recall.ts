/**
 * Section 5.2: are explanations faithful to the model? Models that use few words are explained, and the share of the
 * words they use that an explanation of ten words names is its recall.
 *
 * The words used: for sparse logistic regression (L1, the largest C of 0.1, 0.09, … at which no training document holds
 * more than ten words with a weight) those with a weight; for the unpruned tree those on the document's path that it
 * holds. Documents without any are skipped.
 *
 * Where a model answers the same for all samples the authors' code names every word (recall 1). Each method is counted
 * three ways: such documents as printed (1), as misses (0), and left out.
 */
import { RandomState } from '../../src/math/index.ts'
import { type Tree, trainTree } from '../models/decision-tree.ts'
import {
  type Classifier,
  crossPredicted,
  type Documents,
  documentAt,
  placesIn,
  type Trainer,
} from '../models/documents.ts'
import { type LogisticRegression, trainLogistic } from '../models/logistic-regression.ts'
import {
  explainGreedy,
  explainOurs,
  explainRandomly,
  ourExplainer,
  Parzen,
  PrintedLime,
  type WordWeights,
} from './explainers.ts'
import { everyWord, firstOfEach, meanOf } from './parts.ts'
import type { ReviewDomain, Reviews } from './reviews.ts'

export const RECALL_MODELS = ['sparse LR', 'tree'] as const
export type RecallModel = (typeof RECALL_MODELS)[number]

/** Recall of one method in percent, counted three ways. */
export interface Recall {
  readonly printed: number
  readonly asMisses: number
  readonly leftOut: number
  /** Documents over whose samples the model was constant. */
  readonly constant: number
  /** Model calls a document, mean. */
  readonly calls: number
}

/** One row of the table: the methods by name, over so many documents. */
export interface RecallRow {
  readonly domain: ReviewDomain
  readonly model: RecallModel
  readonly documents: number
  readonly methods: { readonly [method: string]: Recall }
}

/** The authors' widths, found by cross-validation. */
const SIGMAS = { books: { 'sparse LR': 2, tree: 2 }, dvd: { 'sparse LR': 1, tree: 8 } }
const SEED = 1

/** Measures the recall of every method on the first `limit` test documents of each class; `printed` is the reference. */
export async function measureRecall(
  reviews: Reviews,
  domain: ReviewDomain,
  model: RecallModel,
  limit: number,
  printed: PrintedLime,
): Promise<RecallRow> {
  const { train, trainClasses, test, testClasses } = reviews
  const trainer: Trainer =
    model === 'tree'
      ? (documents, classes) => trainTree(documents, classes, { randomState: SEED })
      : (documents, classes) => trainLogistic(documents, classes, { penalty: 'l1', C })
  const C = model === 'tree' ? 0 : sparseC(train, trainClasses)
  const classifier = trainer(train, trainClasses)
  const predicted = crossPredicted(train, trainClasses, 3, trainer, everyWord)
  const parzen = new Parzen(train, predicted, SIGMAS[domain][model])
  const ours = ourExplainer()
  const random = new RandomState(SEED)
  const found: { [method: string]: { recall: number; constant: boolean; calls: number }[] } = {}
  const equalCalls = new Map<number, PrintedLime>()
  let documents = 0
  for (const i of firstOfEach(testClasses, limit)) {
    const document = documentAt(test, i)
    const gold = goldPlaces(classifier, document, train.vocabulary)
    if (gold.length === 0) continue
    documents++
    const local = classifier.near(document)
    const d = document.length
    const mine = await explainOurs(ours, local, document.length)
    const size = Math.max(100, 100 * Math.round(mine.calls / 100))
    let equal = equalCalls.get(size)
    if (equal === undefined) {
      equal = new PrintedLime(size, SEED)
      equalCalls.set(size, equal)
    }
    const explained: { [method: string]: WordWeights } = {
      random: explainRandomly(d, random),
      parzen: parzen.explain(document),
      greedy: explainGreedy(local, d, testClasses[i]!, false),
      'LIME as printed': printed.explain(local, d),
      'LIME at equal calls': equal.explain(local, d),
      sodalime: mine,
    }
    for (const [method, { places, constant, calls }] of Object.entries(explained)) {
      const named = new Set(places)
      const recall = gold.filter((place) => named.has(place)).length / gold.length
      found[method] = [...(found[method] ?? []), { recall, constant, calls }]
    }
  }
  const methods = Object.fromEntries(
    Object.entries(found).map(([method, all]): [string, Recall] => {
      const rest = all.filter(({ constant }) => !constant)
      return [
        method,
        {
          printed: 100 * meanOf(all.map(({ recall, constant }) => (constant ? 1 : recall))),
          asMisses: 100 * meanOf(all.map(({ recall, constant }) => (constant ? 0 : recall))),
          leftOut: 100 * meanOf(rest.map(({ recall }) => recall)),
          constant: all.length - rest.length,
          calls: meanOf(all.map(({ calls }) => calls)),
        },
      ]
    }),
  )
  return { domain, model, documents, methods }
}

/** The largest C of 0.1, 0.09, … with at most ten words with a weight in any training document. */
function sparseC(documents: Documents, classes: Uint8Array): number {
  for (let hundredths = 10; hundredths > 1; hundredths--) {
    const { weights } = trainLogistic(documents, classes, { penalty: 'l1', C: hundredths / 100 })
    let most = 0
    for (let i = 0; i < documents.count; i++) {
      const used = documentAt(documents, i).filter((word) => weights[word] !== 0)
      most = Math.max(most, used.length)
    }
    if (most <= 10) return hundredths / 100
  }
  return 0.01
}

/** Places of the document's words that the model uses. */
function goldPlaces(classifier: Classifier, document: Int32Array, vocabulary: number): number[] {
  if ('weights' in classifier) {
    const { weights } = classifier as LogisticRegression
    return Array.from(document.keys()).filter((place) => weights[document[place]!] !== 0)
  }
  const { tree } = classifier as Classifier & { readonly tree: Tree }
  const places = placesIn(document, vocabulary)
  const gold = new Set<number>()
  for (let node = 0; tree.word[node]! >= 0; ) {
    const place = places[tree.word[node]!]!
    if (place >= 0) gold.add(place)
    node = place >= 0 ? tree.right[node]! : tree.left[node]!
  }
  return [...gold]
}
