/**
 * What runs inside of a worker, thread or process: shards, one after the other, with one model that is loaded once.
 *
 * Before each instance its index is written to the marker file of the shard: if the worker dies, that is the instance
 * it died of, and while it lives, that is how far it is.
 */
import { closeSync, openSync, writeSync } from 'node:fs'
import { isMainThread, parentPort } from 'node:worker_threads'
import { type CarriedError, carried } from './carried-error.ts'
import { explainShard, type ShardRequest } from './explain-shard.ts'
import { type OpenedExplainer, openExplainer, type Surroundings } from './open-explainer.ts'
import type { BatchPlan } from './plan.ts'
import type { ShardFiles } from './shard-file.ts'

/** What a worker is started with. */
export interface WorkerStart {
  readonly plan: BatchPlan
  readonly surroundings: Surroundings
}

/** A shard to explain. Without a request only the model is loaded. */
export interface WorkerRequest {
  readonly request: ShardRequest | null
  readonly marker: string
  /** For workers that are processes: what threads find where they are started. */
  readonly start?: WorkerStart
}

/** What comes back. */
export type WorkerAnswer =
  | { readonly files: ShardFiles | null; readonly seconds: number }
  | { readonly failed: CarriedError }

/** What the pool gave this thread; null in a process. */
const threadStart = (
  process as unknown as { __tinypool_state__: { workerData: WorkerStart | null } }
).__tinypool_state__.workerData

let opened: Promise<OpenedExplainer> | undefined

// The pool does not notice a thread that ends itself; a message that it does not expect tells it.
if (!isMainThread) process.once('exit', () => parentPort?.postMessage({ ended: true }))

export default async function work({
  request,
  marker,
  start,
}: WorkerRequest): Promise<WorkerAnswer> {
  const began = performance.now()
  try {
    const { plan, surroundings } = (threadStart ?? start)!
    opened ??= openExplainer(plan, surroundings)
    const explainer = await opened
    if (request === null) return { files: null, seconds: (performance.now() - began) / 1000 }
    const file = openSync(marker, 'w')
    try {
      const files = await explainShard(explainer, plan, request, (index, done) => {
        writeSync(file, markerText(index, done), 0)
      })
      return { files, seconds: (performance.now() - began) / 1000 }
    } finally {
      closeSync(file)
    }
  } catch (error) {
    const failed = carried(error)
    if (failed === undefined) throw error
    return { failed }
  }
}

/** Closes the model: the pool calls it before it ends a worker. */
export async function teardown(): Promise<void> {
  await (await opened?.catch(() => undefined))?.close()
}

/** The content of a marker file, of one length. */
function markerText(index: number, done: number): string {
  return `${String(index).padStart(12)} ${String(done).padStart(12)}\n`
}
