/**
 * The queue of shards in Redis, by BullMQ: what coordinator, workers and `queue status` share.
 *
 * | key                             | holds                                                         |
 * | ------------------------------- | ------------------------------------------------------------- |
 * | `sodalime:NAME:…`               | BullMQ's own: jobs, one a shard, with the id `BATCH-SHARD`     |
 * | `sodalime-plan:NAME:BATCH`      | the plan of a batch, kept alive by its coordinator             |
 * | `sodalime-alive:NAME:BATCH`     | its coordinator lives                                          |
 * | `sodalime-worker:NAME:WORKER`   | a worker that lives                                            |
 * | `sodalime-refused:NAME`         | the last workers that were refused, for the coordinator to say |
 * | `sodalime-strikes:BATCH`        | instances that workers died of                                 |
 */

import { MissingDependencyError } from '../contract/errors.ts'
import type { Redis } from './redis.ts'

export type Bullmq = typeof import('bullmq')

/** Name of the queue without another wish. */
export const QUEUE_NAME = 'sodalime'

/** BullMQ's prefix. */
export const PREFIX = 'sodalime'

/** Seconds that a plan outlives its coordinator, and a worker's entry its worker. */
export const PLAN_SECONDS = 600
export const WORKER_SECONDS = 20

/** Seconds after which a coordinator that no longer says so is dead. */
export const ALIVE_SECONDS = 20

/** How often both are renewed, in milliseconds. */
export const RENEW_MS = 5000

export const planKey = (queue: string, batch: string) => `sodalime-plan:${queue}:${batch}`
export const aliveKey = (queue: string, batch: string) => `sodalime-alive:${queue}:${batch}`
/** The channel on which coordinators name their batches, so that workers open the model before the first shard comes. */
export const begunChannel = (queue: string) => `sodalime-begun:${queue}`
export const workerKey = (queue: string, worker: string) => `sodalime-worker:${queue}:${worker}`
export const refusedKey = (queue: string) => `sodalime-refused:${queue}`
export const strikesKey = (batch: string) => `sodalime-strikes:${batch}`
export const jobId = (batch: string, shard: number) => `${batch}-${shard}`

/** BullMQ, loaded when it is needed. */
export async function loadBullmq(): Promise<Bullmq> {
  try {
    return await import('bullmq')
  } catch (cause) {
    throw new MissingDependencyError({
      where: '--queue',
      got: 'no package bullmq',
      expected: 'the queue over Redis',
      remedy: 'Install it: npm install bullmq ioredis',
      cause,
    })
  }
}

/** What is known of a worker. */
export interface WorkerEntry {
  readonly worker: string
  readonly host: string
  readonly pid: number
  readonly sodalime: string
  readonly protocol: number
  readonly model: string
  /** The model's hash. */
  readonly hash: string
  readonly workers: number
  /** Shards that it has done. */
  readonly shards: number
  readonly draining: boolean
}

/** Keys of a form, without stopping Redis. */
export async function keysLike(redis: Redis, pattern: string): Promise<string[]> {
  const keys: string[] = []
  let cursor = '0'
  do {
    const [next, some] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 200)
    cursor = next
    keys.push(...some)
  } while (cursor !== '0')
  return keys.sort()
}

/** The state of a queue. */
export interface QueueStatus {
  readonly jobs: { readonly [state: string]: number }
  readonly workers: readonly WorkerEntry[]
  readonly batches: readonly string[]
}

/** Reads the state of a queue. */
export async function queueStatus(redis: Redis, name: string): Promise<QueueStatus> {
  const { Queue } = await loadBullmq()
  const queue = new Queue(name, { connection: redis, prefix: PREFIX })
  try {
    const jobs = await queue.getJobCounts('waiting', 'active', 'delayed', 'failed')
    const texts = await Promise.all(
      (await keysLike(redis, workerKey(name, '*'))).map((key) => redis.get(key)),
    )
    const plans = await keysLike(redis, planKey(name, '*'))
    return {
      jobs,
      workers: texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as WorkerEntry])),
      batches: plans.map((key) => key.slice(planKey(name, '').length)),
    }
  } finally {
    await queue.close()
  }
}
