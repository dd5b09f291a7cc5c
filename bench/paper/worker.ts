/**
 * A worker of `bench/paper.ts`: runs the experiments of one domain and posts their rows as they are done.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { type ChoiceRun, runChoices } from './choose.ts'
import { PrintedLime } from './explainers.ts'
import { measureRecall, RECALL_MODELS, type RecallRow } from './recall.ts'
import { loadReviews, type ReviewDomain } from './reviews.ts'
import { measureTrust, TRUST_MODELS, type TrustRow } from './trust.ts'

/** What a worker is asked. */
export interface PaperTask {
  readonly folder: string
  readonly domain: ReviewDomain
  /** Test documents of each class that are explained. */
  readonly limit: number
  /** Rounds of 5.3. */
  readonly rounds: number
  /** Trees of the forest in 5.3. */
  readonly numTrees: number
  /** Pairs of forests in 5.4. */
  readonly runs: number
  /** Validation documents that are explained in 5.4. */
  readonly explained: number
}

/** What it answers. */
export type PaperAnswer =
  | { readonly kind: 'recall'; readonly row: RecallRow }
  | { readonly kind: 'trust'; readonly row: TrustRow }
  | { readonly kind: 'choice'; readonly domain: ReviewDomain; readonly runs: readonly ChoiceRun[] }

const { folder, domain, limit, rounds, numTrees, runs, explained } = workerData as PaperTask
const reviews = loadReviews(folder, domain)
const answer = (message: PaperAnswer) => parentPort!.postMessage(message)

const draws = new PrintedLime(15_000, 1)
for (const model of RECALL_MODELS) {
  answer({ kind: 'recall', row: await measureRecall(reviews, domain, model, limit, draws) })
}
for (const model of TRUST_MODELS) {
  answer({
    kind: 'trust',
    row: await measureTrust(reviews, domain, model, limit, { rounds, numTrees }, draws),
  })
}
/** Pairs of forests that share a split. */
const PAIRS = 4
const choices: ChoiceRun[] = []
for (let split = 0; split * PAIRS < runs; split++) {
  const pairs = Math.min(PAIRS, runs - split * PAIRS)
  choices.push(...(await runChoices(reviews, split, pairs, explained, draws)))
}
answer({ kind: 'choice', domain, runs: choices })
