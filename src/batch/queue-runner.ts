/**
 * Shards by the workers of a queue: the coordinator's side.
 *
 * 1. The plan is put into Redis and kept alive. Shards become jobs, some hundred at a time, whose ids follow from batch
 *    and shard: a coordinator that comes back finds its own.
 * 2. A job is done when its file is there. Events tell of it at once; every few seconds the truth is looked up, since events
 *    and jobs can be lost with a Redis that dies: what is neither done nor in the queue is put there again.
 */
import { isAbsolute, resolve } from 'node:path'
import { DataError, type SodalimeError } from '../contract/errors.ts'
import { type CarriedError, uncarried } from './carried-error.ts'
import { type Announcement, readSummary, type ShardJob } from './job-schema.ts'
import { BATCH_PROTOCOL, type BatchPlan, type Shard } from './plan.ts'
import {
  ALIVE_SECONDS,
  aliveKey,
  begunChannel,
  jobId,
  loadBullmq,
  PLAN_SECONDS,
  PREFIX,
  planKey,
  refusedKey,
  strikesKey,
} from './queue.ts'
import { readShardSummary } from './read-shards.ts'
import { connectRedis, type RedisPlace, secondConnection } from './redis.ts'
import type { ResultStore } from './result-store.ts'
import type { ShardRunner } from './run-batch.ts'
import type { ShardSummary } from './shard-file.ts'

/** How the queue is used. */
export interface QueueRunnerOptions {
  readonly redis: RedisPlace
  readonly name: string
  readonly plan: BatchPlan
  readonly out: string
  readonly inputRoot: string
  /** Called with what the user should know: workers that were refused. */
  readonly onWarning?: (message: string) => void
}

/** Shards in the queue at once: enough for many workers, and little enough for Redis' memory. */
const WINDOW = 256

/** Tries of a shard whose worker reports an error, and the first pause between them. */
const ATTEMPTS = 5
const BACKOFF_MS = 1000

/** Milliseconds between looks at the truth. */
const LOOK_MS = 3000

interface Pending {
  readonly job: ShardJob
  readonly resolve: (summary: ShardSummary) => void
  readonly reject: (error: unknown) => void
}

/** Connects to the queue and announces the batch. */
export async function openQueueRunner(
  { redis: place, name, plan, out, inputRoot, onWarning }: QueueRunnerOptions,
  batch: string,
  store: ResultStore,
): Promise<ShardRunner> {
  const redis = await connectRedis(place)
  const announcement: Announcement = {
    protocol: BATCH_PROTOCOL,
    plan,
    out: out.startsWith('s3://') ? out : resolve(out),
    inputRoot: inputRoot === '' || isAbsolute(inputRoot) ? inputRoot : resolve(inputRoot),
  }
  const announce = async () => {
    await redis.set(planKey(name, batch), JSON.stringify(announcement), 'EX', PLAN_SECONDS)
    await redis.set(aliveKey(name, batch), '1', 'EX', ALIVE_SECONDS)
  }
  await announce()
  // Workers open the model while the queue is being opened here.
  await redis.publish(begunChannel(name), batch)
  const { Queue, QueueEvents } = await loadBullmq().catch((error: unknown) => {
    redis.disconnect()
    throw error
  })
  const queue = new Queue<ShardJob>(name, { connection: redis, prefix: PREFIX })
  const listening = secondConnection(redis)
  const events = new QueueEvents(name, { connection: listening, prefix: PREFIX })
  // Connections come back by themselves; what was lost is found at the next look.
  queue.on('error', () => undefined)
  events.on('error', () => undefined)
  const pending = new Map<string, Pending>()
  const settle = async (id: string, answered?: unknown): Promise<boolean> => {
    const found = pending.get(id)
    if (found === undefined) return true
    const { shard } = found.job.shard
    const told = readSummary(answered)
    const summary =
      told?.batch === batch && told.shard === shard ? told : await readShardSummary(store, shard)
    if (summary?.batch !== batch) return false
    pending.delete(id)
    found.resolve(summary)
    return true
  }
  const put = ({ job }: Pending) =>
    queue.add('shard', job, {
      jobId: jobId(batch, job.shard.shard),
      attempts: ATTEMPTS,
      backoff: { type: 'exponential', delay: BACKOFF_MS },
      removeOnComplete: true,
      removeOnFail: true,
    })
  events.on('completed', ({ jobId: id, returnvalue }) => {
    settle(id, returnvalue).catch(() => undefined)
  })
  events.on('failed', ({ jobId: id, failedReason }) => {
    const found = pending.get(id)
    pending.delete(id)
    found?.reject(reported(failedReason))
  })
  await events.waitUntilReady()

  const look = async (): Promise<void> => {
    await announce()
    for (
      let text = await redis.rpop(refusedKey(name));
      text !== null;
      text = await redis.rpop(refusedKey(name))
    ) {
      onWarning?.(text)
    }
    for (const [id, one] of [...pending]) {
      const job = await queue.getJob(id)
      if (job !== undefined) continue
      if (!(await settle(id)) && pending.has(id)) await put(one)
    }
  }
  let looking: Promise<void> = Promise.resolve()
  let closed = false
  const timer = setInterval(() => {
    looking = looking.then(() => (closed ? undefined : look())).catch(() => undefined)
  }, LOOK_MS)
  return {
    capacity: WINDOW,
    run: (shard: Shard) =>
      new Promise<ShardSummary>((resolveShard, reject) => {
        const job: ShardJob = { protocol: BATCH_PROTOCOL, batch, shard }
        const one: Pending = { job, resolve: resolveShard, reject }
        pending.set(jobId(batch, shard.shard), one)
        put(one).catch(reject)
      }),
    underway: async () => 0,
    close: async () => {
      closed = true
      clearInterval(timer)
      // Without Redis there is nobody to say goodbye to.
      if (redis.status === 'ready') {
        await looking
        await withdraw(pending, queue)
        await redis
          .del(planKey(name, batch), aliveKey(name, batch), strikesKey(batch))
          .catch(() => undefined)
        await queue.close().catch(() => undefined)
      }
      await events.close().catch(() => undefined)
      listening.disconnect()
      redis.disconnect()
    },
  }
}

/** Takes back the shards that nobody has begun. */
async function withdraw(
  pending: ReadonlyMap<string, Pending>,
  queue: { remove(id: string): Promise<number> },
): Promise<void> {
  for (const id of pending.keys()) await queue.remove(id).catch(() => undefined)
}

function reported(reason: string): SodalimeError {
  try {
    return uncarried(JSON.parse(reason) as CarriedError)
  } catch {
    return new DataError({
      where: '--queue, a worker',
      got: `an error (${reason})`,
      expected: 'a shard that is explained and written',
      remedy: 'Look at what the workers say. The same command goes on from here.',
    })
  }
}
