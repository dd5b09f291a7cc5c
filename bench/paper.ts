/**
 * `npm run -s bench -- paper`: the experiments of the LIME paper (Ribeiro, Singh, Guestrin 2016, sections 5.2 to 5.4) by
 * its authors' protocol, with sodalime beside LIME as they printed it and the paper's other explainers.
 *
 * Two worker threads, one for the books and one for the DVDs. `ours` is sodalime's number, `reference` that of LIME as
 * printed, computed here on the same split; the paper's own number stands in the note. Needs the reviews of Blitzer et
 * al. 2007 under `../shared/data` or `SODALIME_DATA`.
 */
import { Worker } from 'node:worker_threads'
import type { BenchOptions } from './main.ts'
import { CHOICES, type ChoiceRun, SEEN } from './paper/choose.ts'
import { meanOf } from './paper/parts.ts'
import type { RecallRow } from './paper/recall.ts'
import { DOMAINS, type ReviewDomain, reviewsFolder } from './paper/reviews.ts'
import type { TrustRow } from './paper/trust.ts'
import type { PaperAnswer, PaperTask } from './paper/worker.ts'

/** What the paper prints of recall, in percent: random, parzen, greedy, LIME (section 5.2, figures 6 and 7). */
const PRINTED: { readonly [key: string]: readonly [number, number, number, number] } = {
  'books sparse LR': [17.4, 72.8, 64.3, 92.1],
  'books tree': [20.6, 78.9, 37.0, 97.0],
  'dvd sparse LR': [19.2, 60.8, 63.4, 90.2],
  'dvd tree': [17.4, 80.6, 47.6, 97.8],
}
/** What it prints of trust by LIME, F1 in percent (section 5.3, table 1). */
const PRINTED_TRUST: { readonly [key: string]: number } = {
  'books LR': 96.6,
  'books NN': 94.5,
  'books RF': 96.2,
  'books SVM': 96.7,
  'dvd LR': 96.6,
  'dvd NN': 91.8,
  'dvd RF': 96.1,
  'dvd SVM': 95.6,
}
const ALL = Number.POSITIVE_INFINITY
const NAMES = { books: 'Books', dvd: 'DVDs' } as const

export async function run({ quick, emit }: BenchOptions): Promise<void> {
  const folder = reviewsFolder()
  if (folder === undefined) {
    console.error('paper: skipped, the reviews are not at ../shared/data/text/blitzer')
    return
  }
  const size = quick
    ? { limit: 4, rounds: 20, numTrees: 50, runs: 1, explained: 30 }
    : { limit: ALL, rounds: 100, numTrees: 1000, runs: 24, explained: ALL }
  await Promise.all(
    DOMAINS.map((domain) =>
      inWorker({ folder, domain, ...size }, (answer) => {
        if (answer.kind === 'recall') emitRecall(answer.row, emit)
        else if (answer.kind === 'trust') emitTrust(answer.row, emit)
        else emitChoices(answer.domain, answer.runs, emit)
      }),
    ),
  )
}

function inWorker(task: PaperTask, onAnswer: (answer: PaperAnswer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./paper/start-worker.mjs', import.meta.url), {
      workerData: task,
    })
    worker.on('message', onAnswer)
    worker.once('error', reject)
    worker.once('exit', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`the worker for ${task.domain} ended with ${code}`)),
    )
  })
}

function emitRecall(row: RecallRow, emit: BenchOptions['emit']): void {
  const { methods, domain, model, documents } = row
  const ours = methods.sodalime!
  const of = (method: string) => methods[method]!
  const [random, parzen, greedy, lime] = PRINTED[`${domain} ${model}`]!
  const name = `5.2 recall, ${NAMES[domain]}, ${model}`
  const line = (
    what: string,
    reference: string,
    way: 'printed' | 'asMisses' | 'leftOut',
    note?: string,
  ) =>
    emit({
      case: `${name}${what}`,
      ours: ours[way],
      reference: of(reference)[way],
      ratio: ours[way] / of(reference)[way],
      unit: '%',
      group: '5.2',
      ...(note !== undefined && { note }),
    })
  const beside = (['random', 'parzen', 'greedy'] as const)
    .map((method, k) => `${method} ${percent(of(method).printed)} (${[random, parzen, greedy][k]})`)
    .join(', ')
  const calls = `${Math.round(ours.calls)} calls against ${of('LIME as printed').calls}`
  line(
    '',
    'LIME as printed',
    'printed',
    `printed ${lime}; ${beside}; ${documents} documents; ${calls}`,
  )
  const equal = 'LIME at equal calls'
  line(', equal calls', equal, 'printed')
  const constant = `constant documents: ours ${ours.constant}, reference ${of(equal).constant}`
  line(', equal calls, constant as misses', equal, 'asMisses', constant)
  line(', equal calls, constant left out', equal, 'leftOut', constant)
  if (model === 'tree') {
    const all = of('LIME as printed')
    line(', constant as misses', 'LIME as printed', 'asMisses', `reference ${all.constant}`)
    line(', constant left out', 'LIME as printed', 'leftOut')
  }
}

function emitTrust({ domain, model, methods }: TrustRow, emit: BenchOptions['emit']): void {
  const text = (method: string) => {
    const { f1, spread } = methods[method]!
    return `${percent(f1)} ± ${percent(spread)}`
  }
  emit({
    case: `5.3 trust, F1, ${NAMES[domain]}, ${model}`,
    ours: methods.sodalime!.f1,
    reference: methods['LIME as printed']!.f1,
    ratio: methods.sodalime!.f1 / methods['LIME as printed']!.f1,
    unit: '%',
    group: '5.3',
    note: [
      `printed ${PRINTED_TRUST[`${domain} ${model}`]}`,
      `ours ${text('sodalime')}`,
      `reference ${text('LIME as printed')}`,
      `trust everything ${text('trust everything')}`,
      `random ${text('random')}`,
      `parzen ${text('parzen')}`,
      `greedy ${text('greedy')}`,
    ].join('; '),
  })
}

function emitChoices(
  domain: ReviewDomain,
  runs: readonly ChoiceRun[],
  emit: BenchOptions['emit'],
): void {
  SEEN.forEach((seen, at) => {
    const share = (method: (typeof CHOICES)[number]) =>
      100 * meanOf(runs.map((run) => run[method][at]!))
    const error = (value: number) => Math.sqrt((value * (100 - value)) / runs.length)
    const reference = share('SP-LIME')
    const ours = share('SP-sodalime')
    emit({
      case: `5.4 choosing a model, ${NAMES[domain]}, ${seen} seen`,
      ours,
      reference,
      // Few pairs of forests say little: no part of the mean.
      ratio: reference > 0 && ours > 0 ? ours / reference : null,
      unit: '%',
      aside: true,
      note: `${CHOICES.map((method) => `${method} ${percent(share(method))} ± ${percent(error(share(method)))}`).join('; ')}; ${runs.length} pairs`,
    })
  })
}

function percent(value: number): string {
  return value.toFixed(1)
}
