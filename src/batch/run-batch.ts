/**
 * A batch from start to end.
 *
 * 1. Open the place of the results and lock it; refuse what holds something else.
 * 2. Find the shards that are there already.
 * 3. Read the input once, from the beginning; hand on the shards that are missing, a few at a time; write each when it is
 *    done. What is in memory does not grow with the input.
 * 4. Keep the manifest.
 *
 * Where the work is done is the runner's affair: workers of this machine (`local-runner.ts`) or a queue.
 */
import { DataError } from '../contract/errors.ts'
import type { BatchInput } from './batch-input.ts'
import { type BatchProgress, ProgressMeter } from './batch-progress.ts'
import { takeLock } from './lock.ts'
import {
  type BatchCounts,
  type BatchIdentity,
  batchId,
  checkSameBatch,
  MANIFEST_SCHEMA,
  type Manifest,
  readManifest,
  shardsAmong,
  writeManifest,
} from './manifest.ts'
import type { InputItem, Shard } from './plan.ts'
import { readShardSummaries } from './read-shards.ts'
import { openResultStore, type ResultStore } from './result-store.ts'
import type { Failure, ShardSummary } from './shard-file.ts'

/** Explains shards and writes their files. */
export interface ShardRunner {
  /** Shards that are worth handing over at once. */
  readonly capacity: number
  /** Makes one shard's files; resolves when they are written. */
  readonly run: (shard: Shard) => Promise<ShardSummary>
  /** Instances that are done in shards which are not. */
  readonly underway: () => Promise<number>
  readonly close: () => Promise<void>
}

/** What is to be done. */
export interface BatchRequest {
  readonly identity: BatchIdentity
  readonly input: BatchInput
  /** The place of the results. */
  readonly out: string
  /** Makes the runner when the first shard is missing. */
  readonly openRunner: (batch: string, store: ResultStore) => Promise<ShardRunner>
  /** Stop when more instances than this have failed; default: never. */
  readonly maxErrors?: number | undefined
  /** Do shards with failed instances again. */
  readonly retryFailed?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  /** Called about once a second, and at the end. */
  readonly onProgress?:
    | ((progress: BatchProgress, batch: string) => void | Promise<void>)
    | undefined
}

/** What came of it. */
export interface BatchOutcome {
  readonly manifest: Manifest
  readonly progress: BatchProgress
}

const TICK_MS = 1000

/** Failures that the manifest lists. */
const LISTED_FAILURES = 1000

/** Runs a batch to its end. Throws for a place or an input that cannot be used, and as the runner does; what is written stays. */
export async function runBatch(request: BatchRequest): Promise<BatchOutcome> {
  const store = await openResultStore(request.out)
  try {
    const lock = await takeLock(store)
    try {
      return await runLocked(request, store, lock.lost)
    } finally {
      await lock.release()
    }
  } finally {
    await store.close()
  }
}

async function runLocked(
  request: BatchRequest,
  store: ResultStore,
  lost: AbortSignal,
): Promise<BatchOutcome> {
  const { identity, maxErrors = Number.POSITIVE_INFINITY } = request
  const batch = batchId(identity)
  const files = await store.list()
  checkSameBatch(store, files, await readManifest(store), identity)
  const done = await finishedShards(store, files, batch, request.retryFailed === true)
  const started = new Date().toISOString()
  const manifest = (rest: Partial<Manifest>): Manifest => ({
    schema: MANIFEST_SCHEMA,
    id: batch,
    state: 'running',
    identity,
    counts: null,
    failures: [],
    started,
    ended: null,
    seconds: null,
    ...rest,
  })
  await writeManifest(store, manifest({}))

  const meter = new ProgressMeter()
  const failures: Failure[] = []
  const counts = { shards: 0, instances: 0, rows: 0, failed: 0 }
  const count = (summary: ShardSummary, resumed: boolean) => {
    meter.shard(summary, resumed)
    counts.shards++
    counts.instances += summary.instances
    counts.rows += summary.rows
    counts.failed += summary.failed
    if (failures.length < LISTED_FAILURES) failures.push(...summary.failures)
    if (counts.failed > maxErrors) throw tooMany(counts, maxErrors, failures)
  }
  const stop = AbortSignal.any([lost, ...(request.signal === undefined ? [] : [request.signal])])
  let runner: ShardRunner | undefined
  const report = async () =>
    request.onProgress?.(meter.now(await runner?.underway().catch(() => 0)), batch)
  let reporting: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    reporting = reporting.then(report)
  }, TICK_MS)
  const state = (name: Manifest['state']): Promise<void> => {
    failures.sort((a, b) => a.index - b.index)
    return writeManifest(
      store,
      manifest({
        state: name,
        counts: { ...counts },
        failures: failures.slice(0, LISTED_FAILURES),
        ended: new Date().toISOString(),
        seconds: meter.now().seconds,
      }),
    )
  }
  try {
    const open = new Set<Promise<void>>()
    let failed: { readonly reason: unknown } | undefined
    const interrupted = new Promise<void>((resolve) => {
      if (stop.aborted) resolve()
      stop.addEventListener('abort', () => resolve(), { once: true })
    })
    const check = () => {
      stop.throwIfAborted()
      if (failed !== undefined) throw failed.reason
    }
    for await (const shard of shardsOf(request.input, identity.shardSize, meter)) {
      check()
      const before = done.get(shard.shard)
      if (before !== undefined && before.instances === shard.items.length) {
        count(before, true)
        continue
      }
      runner ??= await request.openRunner(batch, store)
      const work = runner
        .run(shard)
        .then((summary) => count(summary, false))
        .catch((reason: unknown) => {
          failed ??= { reason }
        })
        .finally(() => open.delete(work))
      open.add(work)
      while (open.size >= runner.capacity && failed === undefined && !stop.aborted) {
        await Promise.race([...open, interrupted])
      }
    }
    while (open.size > 0 && failed === undefined && !stop.aborted) {
      await Promise.race([...open, interrupted])
    }
    check()
    meter.end()
    await state('done')
  } catch (error) {
    await state('stopped').catch(() => undefined)
    throw error
  } finally {
    clearInterval(timer)
    await reporting
    await runner?.close()
  }
  runner = undefined
  await report()
  return { manifest: (await readManifest(store))!, progress: meter.now() }
}

/** The shards of this batch that are written. */
async function finishedShards(
  store: ResultStore,
  files: readonly string[],
  batch: string,
  retryFailed: boolean,
): Promise<Map<number, ShardSummary>> {
  const summaries = await readShardSummaries(store, shardsAmong(files))
  for (const [shard, summary] of summaries) {
    const ours = summary.batch === batch && summary.shard === shard
    if (!ours || (retryFailed && summary.failed > 0)) summaries.delete(shard)
  }
  return summaries
}

/** The instances of an input, cut into shards. */
async function* shardsOf(
  input: BatchInput,
  size: number,
  meter: ProgressMeter,
): AsyncGenerator<Shard> {
  let items: InputItem[] = []
  let read = 0
  for await (const chunk of input.read()) {
    for (const item of chunk.items) {
      items.push(item)
      read++
      if (items.length < size) continue
      yield { shard: read / size - 1, first: read - size, items }
      items = []
    }
    meter.read(read, chunk.share, chunk.total)
  }
  if (read === 0) {
    throw new DataError({
      where: input.print.path,
      got: 'no instances',
      expected: 'at least one',
      remedy: 'Check that the input was written to the end.',
    })
  }
  const first = read - items.length
  if (items.length > 0) yield { shard: first / size, first, items }
}

function tooMany(counts: BatchCounts, most: number, failures: readonly Failure[]): DataError {
  const first = failures.slice(0, 3).map(({ index, message }) => `instance ${index}: ${message}`)
  return new DataError({
    where: '--max-errors',
    got: `${counts.failed} instances that failed (${first.join('; ')})`,
    expected: `at most ${most}`,
    remedy:
      'Mend the input or the model. The same command goes on from here; --max-errors may be raised, and --retry-failed tries failed instances again.',
  })
}
