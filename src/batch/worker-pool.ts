/**
 * Workers that explain shards: threads, or processes where a model may bring a process down, by tinypool.
 *
 * 1. Each worker loads the model once. A shard goes to whichever is free.
 * 2. A worker that dies is replaced, and its shard is done again. The instance that it was at gets a strike; with the third
 *    it is not tried again but becomes a row with the error `worker-crashed`, and the rest of its shard goes on.
 * 3. Memory of a thread is bounded, so that one that runs out of it dies alone.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Tinypool from 'tinypool'
import { PredictorError } from '../contract/errors.ts'
import { uncarried } from './carried-error.ts'
import type { Shard } from './plan.ts'
import type { InstanceError, ShardFiles } from './shard-file.ts'
import type { WorkerAnswer, WorkerRequest, WorkerStart } from './worker-thread.ts'

/** How the workers run. */
export interface PoolOptions {
  readonly workers: number
  /** `processes` survive models that crash a whole process; threads start faster. Default `threads`. */
  readonly isolation?: 'threads' | 'processes'
  /** The module that a worker runs; for tests. */
  readonly module?: string
}

/** The workers. */
export interface WorkerPool {
  /** Loads the model in every worker; rejects where it cannot be loaded. */
  readonly start: () => Promise<void>
  /** The files of one shard, and the seconds that they took. */
  readonly run: (batch: string, shard: Shard, given?: Given) => Promise<ShardWork>
  /** Instances that are done in shards which are not. */
  readonly underway: () => Promise<number>
  readonly close: () => Promise<void>
}

/** Files of a shard, and how long they took. */
export interface ShardWork {
  readonly files: ShardFiles
  readonly seconds: number
}

/** Errors of instances that are not to be tried, by index. */
export type Given = { readonly [index: number]: InstanceError }

/** Workers that die at one instance before it is given up. */
const STRIKES = 3

/** Workers that die before they begin an instance, one after the other, before the batch is given up. */
const FALSE_STARTS = 3

/** Starts workers for a plan. */
export async function openWorkerPool(
  start: WorkerStart,
  { workers, isolation = 'threads', module = workerModule() }: PoolOptions,
): Promise<WorkerPool> {
  const folder = await mkdtemp(join(tmpdir(), 'sodalime-batch-'))
  const pool = new Tinypool({
    filename: module,
    runtime: isolation === 'threads' ? 'worker_threads' : 'child_process',
    minThreads: workers,
    maxThreads: workers,
    idleTimeout: Number.MAX_SAFE_INTEGER,
    terminateTimeout: 10_000,
    // Without the flags of this process: a loader of TypeScript has no work there and takes long to start.
    execArgv: [],
    serialization: 'advanced',
    // A process that died cannot be asked to tidy up, and the pool would ask it for ever; one that is ended tidies itself.
    ...(isolation === 'threads' && { teardown: 'teardown' }),
    workerData: start,
  })
  // Workers that die without a task are replaced; those with one are noticed where it was asked for.
  pool.on('error', () => undefined)
  const markers = new Set<string>()
  let tasks = 0
  // Processes get what they need with each shard: there is no other way through the pool.
  const carriedStart = isolation === 'processes' ? { start } : {}
  const ask = async (
    request: WorkerRequest,
  ): Promise<Exclude<WorkerAnswer, { failed: unknown }>> => {
    const answer = (await pool.run({ ...request, ...carriedStart })) as WorkerAnswer
    if ('failed' in answer) throw uncarried(answer.failed)
    return answer
  }
  return {
    start: async () => {
      try {
        await Promise.all(Array.from({ length: workers }, () => ask({ request: null, marker: '' })))
      } catch (error) {
        throw isDeath(error) ? neverStarts(error, 1) : error
      }
    },
    run: async (batch, shard, given = {}) => {
      const known: { [index: number]: InstanceError } = { ...given }
      const strikes = new Map<number, number>()
      for (let falseStarts = 0; ; ) {
        const marker = join(folder, String(tasks++))
        markers.add(marker)
        try {
          const { files, seconds } = await ask({ request: { batch, shard, given: known }, marker })
          return { files: files!, seconds }
        } catch (error) {
          if (!isDeath(error)) throw error
          const at = (await readMarker(marker))?.index
          if (at === undefined) {
            if (++falseStarts === FALSE_STARTS) throw neverStarts(error, FALSE_STARTS)
            continue
          }
          const count = (strikes.get(at) ?? 0) + 1
          strikes.set(at, count)
          if (count === STRIKES) known[at] = crashed(error)
        } finally {
          markers.delete(marker)
          await rm(marker, { force: true })
        }
      }
    },
    underway: async () => {
      const read = await Promise.all([...markers].map(readMarker))
      return read.reduce((sum, one) => sum + (one?.done ?? 0), 0)
    },
    close: async () => {
      await pool.destroy()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Where the module of the workers is: beside this file, in TypeScript or built. */
function workerModule(): string {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
  const beside = new URL(`./worker-thread${extension}`, import.meta.url).href
  if (extension !== '.ts') return beside
  // From the sources, as tests run it, a worker needs the loader of TypeScript.
  const loader = import.meta.resolve('tsx/esm/api')
  const code = `import { register } from ${JSON.stringify(loader)}; register(); const { default: work, teardown } = await import(${JSON.stringify(beside)}); export { work as default, teardown }`
  return `data:text/javascript,${encodeURIComponent(code)}`
}

/** True for a worker that ended; false for what it threw, and for our own word to stop. */
function isDeath(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  const { code } = error as { code?: string }
  return (
    code === 'ERR_WORKER_OUT_OF_MEMORY' ||
    error.message.startsWith('Worker exited') ||
    error.message.startsWith('Unexpected message on Worker')
  )
}

async function readMarker(path: string): Promise<{ index: number; done: number } | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const [index, done] = text.trim().split(/\s+/).map(Number)
  return index === undefined || done === undefined || text === '' ? undefined : { index, done }
}

function crashed(error: Error): InstanceError {
  const why =
    (error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY' ? ' (out of memory)' : ''
  return {
    code: 'worker-crashed',
    message: `the worker ended${why} each of the ${STRIKES} times that this instance was tried`,
  }
}

function neverStarts(cause: Error, times: number): PredictorError {
  return new PredictorError({
    where: 'batch, worker',
    got: `a worker that ended before its first instance, ${times === 1 ? 'once' : `${times} times`} (${cause.message})`,
    expected: 'a worker that loads the model and stays',
    remedy: 'Explain one instance with sodalime explain to see what the model does.',
    cause,
  })
}
