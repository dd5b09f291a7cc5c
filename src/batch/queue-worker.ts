/**
 * A worker of a queue: takes shards, explains them in threads of its own, writes their files.
 *
 * 1. A batch is served if it speaks this protocol and holds this model; else the worker says so and ends.
 * 2. Results are written where the batch says, or where this worker is told (`out`), and only to a place that holds the
 *    manifest of that batch.
 * 3. A job whose worker died is found stalled and given to another. If that happens twice, each of its instances is tried
 *    alone first, while nothing else is underway in this process, with a strike in Redis while it is; with three strikes it
 *    becomes a row with an error.
 * 4. When it is told to stop, it finishes the shards that it has begun. Where Redis is away then, it ends when they are written:
 *    they are looked for in the place of results.
 */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { DataError, OptionError } from '../contract/errors.ts'
import type { OpenOptions } from '../models/open.ts'
import { carried } from './carried-error.ts'
import { Gate } from './gate.ts'
import { type Announcement, checkInstances, readAnnouncement, readJob } from './job-schema.ts'
import { writeShard } from './local-runner.ts'
import { readManifest } from './manifest.ts'
import { modelHash } from './model-hash.ts'
import { BATCH_PROTOCOL, type Shard } from './plan.ts'
import {
  aliveKey,
  begunChannel,
  keysLike,
  loadBullmq,
  PREFIX,
  planKey,
  RENEW_MS,
  refusedKey,
  strikesKey,
  WORKER_SECONDS,
  type WorkerEntry,
  workerKey,
} from './queue.ts'
import { connectRedis, type RedisPlace, secondConnection } from './redis.ts'
import { openResultStore, type ResultStore } from './result-store.ts'
import type { InstanceError, ShardSummary } from './shard-file.ts'
import { type Given, openWorkerPool, type WorkerPool } from './worker-pool.ts'

/** How a worker works. */
export interface QueueWorkerOptions {
  readonly redis: RedisPlace
  readonly name: string
  readonly sodalime: string
  readonly model: string
  readonly preprocessing?: string | undefined
  readonly connection: OpenOptions
  readonly workers: number
  readonly isolation: 'threads' | 'processes'
  /** In place of where the batch says. */
  readonly out?: string | undefined
  readonly inputRoot?: string | undefined
  readonly signal: AbortSignal
  readonly onEvent?: (text: string) => void
  /** Milliseconds after which a job without sign of life is given to another worker; default 10,000. */
  readonly lockMs?: number
}

interface Serving {
  readonly announcement: Announcement
  readonly store: ResultStore
  readonly pool: WorkerPool
}

const LOCK_MS = 10_000

/** Pause before a shard of another model is looked at again that no coordinator waits for. */
const LATER_MS = 10_000

/** Deaths of a job's workers before its instances are tried alone, and deaths at one instance before it is given up. */
const DEATHS = 2
const STRIKES = 3

/** How long, in milliseconds, a worker that is told to stop waits for a Redis that is away. */
const FAREWELL_MS = 5000

/** Works until the signal says stop; resolves to whether Redis was there to hear it. Rejects with an OptionError where it is refused, and where Redis cannot be reached. */
export async function runQueueWorker(options: QueueWorkerOptions): Promise<boolean> {
  const { name, signal, onEvent, lockMs = LOCK_MS } = options
  const hash = await modelHash(options.model, options.preprocessing)
  const { Worker, DelayedError } = await loadBullmq()
  const redis = await connectRedis(options.redis)
  const id = randomUUID()
  let shards = 0
  let underway = 0
  const entry = (): WorkerEntry => ({
    worker: id,
    host: hostname(),
    pid: process.pid,
    sodalime: options.sodalime,
    protocol: BATCH_PROTOCOL,
    model: options.model,
    hash,
    workers: options.workers,
    shards,
    draining: signal.aborted,
  })
  const serving = new Map<string, Promise<Serving>>()
  const stop = new AbortController()
  const refuse = async (error: unknown): Promise<void> => {
    if (stop.signal.aborted) return
    stop.abort(error)
    const text = `a worker on ${hostname()} (process ${process.pid}) was refused: ${(error as Error).message}`
    await redis.lpush(refusedKey(name), text)
    await redis.ltrim(refusedKey(name), 0, 19)
    await redis.expire(refusedKey(name), 600)
  }
  const serve = (batch: string): Promise<Serving> => {
    const known = serving.get(batch)
    if (known !== undefined) return known
    const made = openServing(options, hash, batch, redis.get(planKey(name, batch)))
    serving.set(batch, made)
    made.catch(() => serving.delete(batch))
    return made
  }
  const strikes = {
    get: async (batch: string): Promise<{ [index: string]: string }> =>
      redis.hgetall(strikesKey(batch)),
    add: (batch: string, index: number) => redis.hincrby(strikesKey(batch), String(index), 1),
    clear: (batch: string, index: number) => redis.hdel(strikesKey(batch), String(index)),
  }
  const gate = new Gate()
  const waiting = secondConnection(redis)
  const hearing = secondConnection(redis)
  hearing.on('message', (_, batch) => {
    // What is wrong with it is said when a shard of it comes.
    if (!stop.signal.aborted && !signal.aborted) serve(batch).catch(() => undefined)
  })
  const worker = new Worker<unknown, ShardSummary>(
    name,
    async (job, token) => {
      underway++
      try {
        const { batch, shard } = readJob(job.data)
        const { announcement, pool, store } = await serve(batch)
        checkInstances(shard, announcement.plan)
        // Where several were underway, a death would not tell which of them was to blame.
        const given =
          job.stalledCounter >= DEATHS
            ? await gate.alone(() => poisoned(pool, batch, shard, strikes))
            : {}
        const { files } = await gate.together(() => pool.run(batch, shard, given))
        await writeShard(store, files)
        shards++
        onEvent?.(
          `shard ${shard.shard}: ${files.summary.instances} instances, ${files.summary.failed} failed`,
        )
        return files.summary
      } catch (error) {
        if (error instanceof Refusal) {
          // Left behind by a coordinator that died, it is no reason to go.
          const wanted = (await redis.exists(aliveKey(name, error.batch))) === 1
          if (wanted) await refuse(error.reason)
          // Another worker may do it.
          await job.moveToDelayed(Date.now() + (wanted ? 1000 : LATER_MS), token)
          throw new DelayedError()
        }
        const data = carried(error)
        throw data === undefined ? error : new Error(JSON.stringify(data))
      } finally {
        underway--
      }
    },
    {
      connection: waiting,
      prefix: PREFIX,
      autorun: false,
      // One more than can be explained at once: files are written meanwhile.
      concurrency: options.workers + 1,
      lockDuration: lockMs,
      stalledInterval: lockMs / 2,
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      drainDelay: 2,
    },
  )
  worker.on('error', (error) => {
    if (!stop.signal.aborted) onEvent?.(`Redis: ${error.message}`)
  })
  /** Resolves when Redis has been away for a while, and nothing is underway. */
  const abandoned = async (): Promise<boolean> => {
    for (let since = Date.now(); Date.now() - since < FAREWELL_MS; ) {
      await sleep(100, undefined, { ref: false })
      if (redis.status === 'ready' || underway > 0) since = Date.now()
    }
    return false
  }
  const heard = (work: Promise<unknown>): Promise<boolean> =>
    Promise.race([work.then(() => true), abandoned()])
  const renew = () =>
    redis.set(workerKey(name, id), JSON.stringify(entry()), 'EX', WORKER_SECONDS).catch(() => null)
  const timer = setInterval(renew, RENEW_MS)
  try {
    await renew()
    await checkPlans(redis, name, hash)
    await hearing.subscribe(begunChannel(name))
    onEvent?.(`worker ${process.pid} on ${hostname()} listens at queue ${name}`)
    const running = worker.run()
    running.catch(() => undefined)
    await aborted(AbortSignal.any([signal, stop.signal]))
    onEvent?.('finishing the shards that are begun')
    const closed = await heard(renew().then(() => worker.close()))
    if (stop.signal.aborted) throw stop.signal.reason
    return closed
  } catch (error) {
    if (error instanceof Refusal) await refuse(error.reason)
    await heard(worker.close(true)).catch(() => undefined)
    throw error instanceof Refusal ? error.reason : error
  } finally {
    clearInterval(timer)
    for (const one of serving.values()) {
      const { pool, store } = (await one.catch(() => undefined)) ?? {}
      await pool?.close()
      await store?.close()
    }
    if (redis.status === 'ready') await redis.del(workerKey(name, id)).catch(() => undefined)
    waiting.disconnect()
    hearing.disconnect()
    redis.disconnect()
  }
}

/** Why this worker cannot serve a batch. */
class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly batch: string
  readonly reason: unknown

  constructor(batch: string, reason: unknown) {
    super('refused')
    this.batch = batch
    this.reason = reason
  }
}

/** Refuses before a job is taken where every batch of the queue whose coordinator lives is of another protocol or model. */
async function checkPlans(
  redis: Awaited<ReturnType<typeof connectRedis>>,
  name: string,
  hash: string,
): Promise<void> {
  let refusal: Refusal | undefined
  for (const key of await keysLike(redis, planKey(name, '*'))) {
    const batch = key.slice(planKey(name, '').length)
    try {
      const text = await redis.get(key)
      if (text === null || (await redis.exists(aliveKey(name, batch))) === 0) continue
      checkModel(readAnnouncement(text), hash)
      return
    } catch (reason) {
      refusal = new Refusal(batch, reason)
    }
  }
  if (refusal !== undefined) throw refusal
}

function checkModel({ plan }: Announcement, hash: string): void {
  if (plan.model.hash === hash) return
  throw new OptionError({
    where: '--model',
    got: `a model with the hash ${hash.slice(0, 12)}…`,
    expected: `the model of the batch, ${plan.model.name}, with the hash ${plan.model.hash.slice(0, 12)}…`,
    remedy: 'Give every worker the very file (and sodalime.json) that the batch was started with.',
  })
}

async function openServing(
  options: QueueWorkerOptions,
  hash: string,
  batch: string,
  plan: Promise<string | null>,
): Promise<Serving> {
  const text = await plan
  if (text === null) {
    throw new DataError({
      where: '--queue',
      got: `a job of the batch ${batch}, whose plan is gone`,
      expected: 'a coordinator that is at work',
      remedy: 'Start the batch again with the same command.',
    })
  }
  let announcement: Announcement
  try {
    announcement = readAnnouncement(text)
    checkModel(announcement, hash)
  } catch (error) {
    throw new Refusal(batch, error)
  }
  const place = options.out ?? announcement.out
  const store = await openResultStore(place)
  const manifest = await readManifest(store)
  if (manifest?.id !== batch) {
    await store.close()
    throw new Refusal(
      batch,
      new OptionError({
        where: '--out',
        got: `${place}, which does not hold the manifest of the batch`,
        expected: 'the same place of results for the batch and its workers',
        remedy:
          'Share the folder between the machines, or name it as it is called here with --out.',
      }),
    )
  }
  const surroundings = {
    model: options.model,
    connection: options.connection,
    inputRoot: options.inputRoot ?? announcement.inputRoot,
  }
  const { workers, isolation } = options
  const pool = await openWorkerPool(
    { plan: announcement.plan, surroundings },
    { workers, isolation },
  )
  try {
    await pool.start()
  } catch (error) {
    await pool.close()
    await store.close()
    throw error
  }
  return { announcement, store, pool }
}

/** Tries each instance alone; those that workers died of too often come back with their error. */
async function poisoned(
  pool: WorkerPool,
  batch: string,
  shard: Shard,
  strikes: {
    readonly get: (batch: string) => Promise<{ [index: string]: string }>
    readonly add: (batch: string, index: number) => Promise<unknown>
    readonly clear: (batch: string, index: number) => Promise<unknown>
  },
): Promise<Given> {
  const counted = await strikes.get(batch)
  const given: { [index: number]: InstanceError } = {}
  for (const [offset, item] of shard.items.entries()) {
    const index = shard.first + offset
    if (Number(counted[index] ?? 0) >= STRIKES) {
      given[index] = {
        code: 'worker-crashed',
        message: `the process of the worker ended each of the ${STRIKES} times that this instance was tried alone`,
      }
      continue
    }
    await strikes.add(batch, index)
    await pool.run(batch, { shard: shard.shard, first: index, items: [item] })
    await strikes.clear(batch, index)
  }
  return given
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
