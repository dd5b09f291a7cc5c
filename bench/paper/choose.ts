/**
 * Section 5.4: do explanations tell which of two models is better? Ten noise words are planted: in training and
 * validation data in 20 % of the positive and 10 % of the negative reviews, in test data in 10 % of each. Pairs of
 * forests (30 trees of depth 5) are taken whose validation accuracies differ by at most 0.1 % and whose test accuracies
 * differ by at least 5 %. A simulated user
 *
 * 1. sees B explained validation documents of each forest: picked by SP-LIME's greedy cover, or at random;
 * 2. holds the noise words seen there for untrustworthy;
 * 3. counts the validation documents whose prediction is not to be trusted without them, as in section 5.3;
 * 4. takes the forest with fewer of these; equal ones are decided by a coin.
 *
 * Reported is how often that is the one of higher test accuracy. Forests are drawn one after the other, each compared
 * with all before it, where the authors draw two new ones each time: a pair is found with fewer forests. Four pairs, no
 * forest in two of them, share a split and its noise words.
 */
import { RandomState } from '../../src/math/index.ts'
import {
  type Classifier,
  type Documents,
  documentAt,
  pickDocuments,
  toDocuments,
} from '../models/documents.ts'
import { type RandomForest, trainForest } from '../models/random-forest.ts'
import {
  explainGreedy,
  explainOurs,
  ourExplainer,
  type PrintedLime,
  type WordWeights,
} from './explainers.ts'
import { everyWord } from './parts.ts'
import type { Reviews } from './reviews.ts'

/** How the user sees explanations. */
export const CHOICES = [
  'SP-LIME',
  'RP-LIME',
  'SP-sodalime',
  'RP-sodalime',
  'SP-greedy',
  'RP-greedy',
] as const
export type ChoiceMethod = (typeof CHOICES)[number]

/** Documents that the user sees. */
export const SEEN = [10, 20, 30] as const

/** Whether the better forest was chosen, by method and documents seen: a share of the random picks where there are several. */
export type ChoiceRun = {
  readonly [Method in ChoiceMethod]: readonly number[]
}

const NOISE = 10
const RANDOM_PICKS = 10
const MOST_FORESTS = 500

/**
 * `pairs` pairs of forests of one split; the split's number is its seed, `printed` the reference; so many validation
 * documents are explained.
 */
export async function runChoices(
  reviews: Reviews,
  split: number,
  pairs: number,
  explained: number,
  printed: PrintedLime,
): Promise<ChoiceRun[]> {
  const random = new RandomState([54, split])
  const dirty = plant(reviews.train, reviews.trainClasses, [0.1, 0.2], random)
  const clean = plant(reviews.test, reviews.testClasses, [0.1, 0.1], random)
  const order = random.permutation(dirty.count)
  const held = Math.ceil(dirty.count * 0.2)
  const validation = pickDocuments(dirty, order.subarray(0, held))
  const validationClasses = classesAt(reviews.trainClasses, order.subarray(0, held))
  const training = pickDocuments(dirty, order.subarray(held))
  const trainingClasses = classesAt(reviews.trainClasses, order.subarray(held))
  const found = findPairs(
    pairs,
    () =>
      trainForest(training, trainingClasses, { numTrees: 30, maxDepth: 5, randomState: random }),
    (forest) => [
      accuracyOf(forest, validation, validationClasses),
      accuracyOf(forest, clean, reviews.testClasses),
    ],
  )
  const runs: ChoiceRun[] = []
  for (const pair of found) {
    runs.push(await choosePair(reviews, validation, pair, explained, printed, random))
  }
  return runs
}

async function choosePair(
  reviews: Reviews,
  validation: Documents,
  [one, two]: readonly [Candidate, Candidate],
  explained: number,
  printed: PrintedLime,
  random: RandomState,
): Promise<ChoiceRun> {
  const shown = Math.min(explained, validation.count)
  const ours = ourExplainer()
  const seen = async (forest: Classifier) => {
    const all: { LIME: WordWeights[]; sodalime: WordWeights[]; greedy: WordWeights[] } = {
      LIME: [],
      sodalime: [],
      greedy: [],
    }
    for (let i = 0; i < shown; i++) {
      const document = documentAt(validation, i)
      const local = forest.near(document)
      const label = local.predicted(everyWord(document))[0]!
      all.LIME.push(printed.explain(local, document.length))
      all.sodalime.push(await explainOurs(ours, local, document.length))
      all.greedy.push(explainGreedy(local, document.length, label, true))
    }
    return all
  }
  const first = await seen(one.classifier)
  const second = await seen(two.classifier)
  const isNoise = (i: number, place: number) =>
    documentAt(validation, i)[place]! >= reviews.train.vocabulary
  const wordAt = (i: number, place: number) => documentAt(validation, i)[place]!

  /** 1 where the better forest is chosen. */
  const choose = (kind: 'LIME' | 'sodalime' | 'greedy', picks: readonly ArrayLike<number>[]) => {
    const mistrusted = [first[kind], second[kind]].map((explained, which) => {
      const noticed = new Set<number>()
      for (const i of Array.from(picks[which]!)) {
        for (const place of explained[i]!.places) {
          if (isNoise(i, place)) noticed.add(wordAt(i, place))
        }
      }
      return explained.filter((explanation, i) => {
        const { places, weights, base } = explanation
        const bad = places.map((place) => noticed.has(wordAt(i, place)))
        if (kind === 'greedy') return bad.includes(true)
        const now = base + weights.reduce((sum, weight) => sum + weight, 0)
        const then = now - weights.reduce((sum, weight, k) => sum + (bad[k] ? weight : 0), 0)
        return then > 0.5 !== now > 0.5
      }).length
    })
    const better = one.test > two.test ? 0 : 1
    if (mistrusted[0] === mistrusted[1]) return random.randomSample() < 0.5 ? 1 : 0
    return mistrusted[better]! < mistrusted[1 - better]! ? 1 : 0
  }
  const result: { [method: string]: number[] } = {}
  for (const kind of ['LIME', 'sodalime', 'greedy'] as const) {
    const most = SEEN.at(-1)!
    const covers = [first[kind], second[kind]].map((explained) =>
      greedyCover(explained, wordAt, most),
    )
    result[`SP-${kind}`] = SEEN.map((count) =>
      choose(
        kind,
        covers.map((cover) => cover.slice(0, count)),
      ),
    )
    result[`RP-${kind}`] = SEEN.map((count) => {
      let right = 0
      for (let pick = 0; pick < RANDOM_PICKS; pick++) {
        const picks = random.choiceWithoutReplacement(shown, count)
        right += choose(kind, [picks, picks])
      }
      return right / RANDOM_PICKS
    })
  }
  return result as unknown as ChoiceRun
}

/** The documents with the noise words in exactly these shares of each class, chosen at random for each word. */
function plant(
  documents: Documents,
  classes: Uint8Array,
  shares: readonly [number, number],
  random: RandomState,
): Documents {
  const lists = Array.from({ length: documents.count }, (_, i) =>
    Array.from(documentAt(documents, i)),
  )
  for (let k = 0; k < NOISE; k++) {
    for (const label of [0, 1] as const) {
      const rows = Array.from(classes.keys()).filter((i) => classes[i] === label)
      const count = Math.floor(shares[label] * rows.length)
      for (const at of random.choiceWithoutReplacement(rows.length, count)) {
        lists[rows[at]!]!.push(documents.vocabulary + k)
      }
    }
  }
  return toDocuments(lists, documents.vocabulary + NOISE)
}

interface Candidate {
  readonly classifier: RandomForest
  readonly validation: number
  readonly test: number
}

/** Draws forests until so many pairs of them look alike in validation and differ in the test, each in one pair only. */
function findPairs(
  count: number,
  draw: () => RandomForest,
  accuracies: (forest: RandomForest) => readonly [number, number],
): (readonly [Candidate, Candidate])[] {
  const pairs: (readonly [Candidate, Candidate])[] = []
  const pool = new Set<Candidate>()
  for (let drawn = 0; drawn < count * MOST_FORESTS; drawn++) {
    const classifier = draw()
    const [validation, test] = accuracies(classifier)
    const candidate = { classifier, validation, test }
    const partner = [...pool].find(
      (other) =>
        Math.abs(other.validation - validation) <= 0.001 && Math.abs(other.test - test) >= 0.05,
    )
    if (partner === undefined) {
      pool.add(candidate)
      continue
    }
    pool.delete(partner)
    if (pairs.push([partner, candidate]) === count) return pairs
  }
  throw new Error(`section 5.4: no ${count} pairs among ${count * MOST_FORESTS} forests`)
}

/** Share of documents on whose class the forest is right. */
function accuracyOf({ trees }: RandomForest, documents: Documents, classes: Uint8Array): number {
  const present = new Uint8Array(documents.vocabulary)
  let right = 0
  for (let i = 0; i < documents.count; i++) {
    const document = documentAt(documents, i)
    for (const word of document) present[word] = 1
    let sum = 0
    for (const { word, left, right: on, share } of trees) {
      let node = 0
      while (word[node]! >= 0) node = present[word[node]!] === 1 ? on[node]! : left[node]!
      sum += share[node]!
    }
    if (Number(sum / trees.length > 0.5) === classes[i]) right++
    for (const word of document) present[word] = 0
  }
  return right / documents.count
}

function classesAt(classes: Uint8Array, rows: Int32Array): Uint8Array {
  return Uint8Array.from(rows, (row) => classes[row]!)
}

/** SP-LIME's pick: documents that cover most importance √Σ|w| of words not yet covered, one after the other. */
function greedyCover(
  explained: readonly WordWeights[],
  wordAt: (i: number, place: number) => number,
  count: number,
): number[] {
  const importance = new Map<number, number>()
  explained.forEach(({ places, weights }, i) => {
    places.forEach((place, k) => {
      const word = wordAt(i, place)
      importance.set(word, (importance.get(word) ?? 0) + Math.abs(weights[k]!))
    })
  })
  for (const [word, value] of importance) importance.set(word, Math.sqrt(value))
  const covered = new Set<number>()
  const picked: number[] = []
  const left = new Set(explained.keys())
  while (picked.length < count) {
    let best = -1
    let most = -1
    for (const i of left) {
      let gain = 0
      for (const place of explained[i]!.places) {
        const word = wordAt(i, place)
        if (!covered.has(word)) gain += importance.get(word)!
      }
      if (gain > most) {
        most = gain
        best = i
      }
    }
    picked.push(best)
    left.delete(best)
    for (const place of explained[best]!.places) covered.add(wordAt(best, place))
  }
  return picked
}
