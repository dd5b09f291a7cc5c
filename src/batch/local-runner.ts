/**
 * Shards by workers of this machine. While files are written and flushed, the workers are at the next shards.
 */

import type { ResultStore } from './result-store.ts'
import type { ShardRunner } from './run-batch.ts'
import { type ShardFiles, shardName } from './shard-file.ts'
import { openWorkerPool, type PoolOptions } from './worker-pool.ts'
import type { WorkerStart } from './worker-thread.ts'

/** Starts the workers; each has loaded the model when this resolves. */
export async function openLocalRunner(
  start: WorkerStart,
  options: PoolOptions,
  batch: string,
  store: ResultStore,
): Promise<ShardRunner> {
  const pool = await openWorkerPool(start, options)
  try {
    await pool.start()
  } catch (error) {
    await pool.close()
    throw error
  }
  return {
    capacity: 2 * options.workers + 1,
    run: async (shard) => {
      const { files } = await pool.run(batch, shard)
      await writeShard(store, files)
      return files.summary
    },
    underway: pool.underway,
    close: pool.close,
  }
}

/** Writes the files of a shard; the one that counts as the sign that it is done comes last. */
export async function writeShard(store: ResultStore, files: ShardFiles): Promise<void> {
  const name = shardName(files.summary.shard)
  if (files.jsonLines !== null) await store.write(`${name}.jsonl`, files.jsonLines)
  await store.write(`${name}.parquet`, files.parquet)
}
