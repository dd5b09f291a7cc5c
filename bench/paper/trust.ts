/**
 * Section 5.3: can single predictions be trusted by their explanations? A quarter of all words is declared
 * untrustworthy, a hundred times; a prediction is to be trusted unless it changes when these words are removed. A user
 * who sees an explanation trusts it if
 *
 * - LIME, Parzen, sodalime: the surrogate's answer without the untrustworthy words falls on the side of one half that
 *   the model's (Parzen: the windows') is on;
 * - greedy, random: no untrustworthy word is named.
 *
 * F1 of trusting, mean over the rounds. To trust everything is the floor that matters: it names no word at all.
 *
 * The models are the authors': logistic regression (L2, C = 1), 5 nearest neighbours, an SVM (RBF, C = 10, γ = 0.001),
 * and a forest of 1000 trees of depth 5 over words, as in their code; the paper's forest is over word2vec vectors, which
 * are not public.
 */
import { createBitMatrix, fillBitRow, RandomState, setBit } from '../../src/math/index.ts'
import { crossPredicted, documentAt, type Trainer } from '../models/documents.ts'
import { trainLogistic } from '../models/logistic-regression.ts'
import { trainNeighbours } from '../models/nearest-neighbours.ts'
import { trainForest } from '../models/random-forest.ts'
import { trainSvm } from '../models/support-vector-machine.ts'
import {
  explainGreedy,
  explainOurs,
  explainRandomly,
  ourExplainer,
  Parzen,
  type PrintedLime,
  type WordWeights,
} from './explainers.ts'
import { everyWord, firstOfEach, meanOf, spreadOf } from './parts.ts'
import type { ReviewDomain, Reviews } from './reviews.ts'

export const TRUST_MODELS = ['LR', 'NN', 'RF', 'SVM'] as const
export type TrustModel = (typeof TRUST_MODELS)[number]

/** F1 in percent: mean and standard deviation over the rounds. */
export interface Trust {
  readonly f1: number
  readonly spread: number
}

/** One column of the table: the methods by name. */
export interface TrustRow {
  readonly domain: ReviewDomain
  readonly model: TrustModel
  readonly methods: { readonly [method: string]: Trust }
}

const TRAINERS: { readonly [Model in TrustModel]: (numTrees: number) => Trainer } = {
  LR: () => (documents, classes) => trainLogistic(documents, classes, { penalty: 'l2', C: 1 }),
  NN: () => (documents, classes) => trainNeighbours(documents, classes),
  RF: (numTrees) => (documents, classes) =>
    trainForest(documents, classes, { numTrees, randomState: SEED, maxDepth: 5 }),
  SVM: () => (documents, classes) =>
    trainSvm(documents, classes, { C: 10, gamma: 0.001, randomState: SEED }),
}

/** The authors' widths, found by cross-validation. */
const SIGMAS: { readonly [Domain in ReviewDomain]: { readonly [Model in TrustModel]: number } } = {
  books: { LR: 1, NN: 0.5, RF: 1, SVM: 7 },
  dvd: { LR: 0.75, NN: 0.5, RF: 0.5, SVM: 0.75 },
}
const SEED = 1
const UNTRUSTED = 0.25

/** How the methods decide. */
const BY_SUM = ['LIME as printed', 'parzen', 'sodalime']

/** Measures every method on the first `limit` test documents of each class. `printed` is the reference. */
export async function measureTrust(
  reviews: Reviews,
  domain: ReviewDomain,
  model: TrustModel,
  limit: number,
  { rounds, numTrees }: { readonly rounds: number; readonly numTrees: number },
  printed: PrintedLime,
): Promise<TrustRow> {
  const { train, trainClasses, test, testClasses } = reviews
  const trainer = TRAINERS[model](numTrees)
  const classifier = trainer(train, trainClasses)
  const predicted = crossPredicted(train, trainClasses, 5, trainer, everyWord)
  const parzen = new Parzen(train, predicted, SIGMAS[domain][model])
  const ours = ourExplainer()
  const random = new RandomState(SEED)
  const untrusted = Array.from({ length: rounds }, () => {
    const set = new Uint8Array(train.vocabulary)
    const size = Math.floor(UNTRUSTED * train.vocabulary)
    for (const word of random.choiceWithoutReplacement(train.vocabulary, size)) set[word] = 1
    return set
  })
  const tally: { [method: string]: Tally[] } = {}
  for (const i of firstOfEach(testClasses, limit)) {
    const document = documentAt(test, i)
    const d = document.length
    const local = classifier.near(document)
    const whole = everyWord(document)
    const answer = local.probability(whole)[0]!
    const label = local.predicted(whole)[0]!
    const explained: { [method: string]: WordWeights } = {
      random: explainRandomly(d, random),
      parzen: parzen.explain(document),
      greedy: explainGreedy(local, d, label, true),
      'LIME as printed': printed.explain(local, d),
      sodalime: await explainOurs(ours, local, document.length),
    }
    const kept = createBitMatrix(rounds, d)
    untrusted.forEach((set, round) => {
      fillBitRow(kept, round)
      document.forEach((word, place) => {
        if (set[word] === 1) setBit(kept, round, place, false)
      })
    })
    const after = local.predicted(kept)
    untrusted.forEach((set, round) => {
      const right = after[round] === label
      const count = (method: string, trusted: boolean) => {
        tally[method] ??= Array.from({ length: rounds }, () => new Tally())
        tally[method][round]!.count(trusted, right)
      }
      count('trust everything', true)
      for (const [method, explanation] of Object.entries(explained)) {
        const { places, weights, base } = explanation
        const bad = places.map((place) => set[document[place]!] === 1)
        if (BY_SUM.includes(method)) {
          // The Parzen windows' own answer is `base`; a surrogate's is its base and all weights.
          const now = method === 'parzen' ? base : base + sumOf(weights)
          const then = now - sumOf(weights.filter((_, k) => bad[k]))
          const before = method === 'parzen' ? base : answer
          count(method, then > 0.5 === before > 0.5)
        } else count(method, !bad.includes(true))
      }
    })
  }
  const methods = Object.fromEntries(
    Object.entries(tally).map(([method, all]): [string, Trust] => {
      const scores = all.map((one) => 100 * one.f1())
      return [method, { f1: meanOf(scores), spread: spreadOf(scores) }]
    }),
  )
  return { domain, model, methods }
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

/** Trust in predictions that deserved it or not. */
class Tally {
  #hits = 0
  #falseTrust = 0
  #missed = 0

  count(trusted: boolean, right: boolean): void {
    if (trusted && right) this.#hits++
    else if (trusted) this.#falseTrust++
    else if (right) this.#missed++
  }

  f1(): number {
    return this.#hits === 0
      ? 0
      : (2 * this.#hits) / (2 * this.#hits + this.#falseTrust + this.#missed)
  }
}
