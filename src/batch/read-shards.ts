/** The results of a batch, read back: the counts in the footers, and the rows. */
import { rm } from 'node:fs/promises'
import { loadParquet } from '../data/parquet.ts'
import { openParquet } from '../data/stream-parquet.ts'
import type { ResultStore } from './result-store.ts'
import { SHARD_KEY, type ShardSummary, shardName } from './shard-file.ts'

/** Longer than any footer of ours. */
const FOOTER_BYTES = 1 << 17

/** Footers that are read at the same time. */
const AT_ONCE = 16

/** What the footer of a shard says; undefined for a file that is no shard of ours or is damaged. */
export async function readShardSummary(
  store: ResultStore,
  shard: number,
): Promise<ShardSummary | undefined> {
  const bytes = await store.tail(`${shardName(shard)}.parquet`, FOOTER_BYTES)
  if (bytes === undefined) return undefined
  try {
    const { parquet } = await loadParquet()
    const { key_value_metadata } = parquet.parquetMetadata(new Uint8Array(bytes).buffer)
    const text = key_value_metadata?.find(({ key }) => key === SHARD_KEY)?.value
    return text === undefined ? undefined : (JSON.parse(text) as ShardSummary)
  } catch {
    return undefined
  }
}

/** The summaries of those shards that can be read, by number. */
export async function readShardSummaries(
  store: ResultStore,
  shards: readonly number[],
): Promise<Map<number, ShardSummary>> {
  const summaries = new Map<number, ShardSummary>()
  for (let from = 0; from < shards.length; from += AT_ONCE) {
    await Promise.all(
      shards.slice(from, from + AT_ONCE).map(async (shard) => {
        const summary = await readShardSummary(store, shard)
        if (summary !== undefined) summaries.set(shard, summary)
      }),
    )
  }
  return summaries
}

/** The rows of shards in order, some at a time: lists of raw values of the named columns. */
export async function* readShardRows(
  store: ResultStore,
  shards: readonly number[],
  columns: readonly string[],
): AsyncGenerator<unknown[][]> {
  for (const shard of shards) {
    const name = `${shardName(shard)}.parquet`
    const path = await store.path(name)
    const file = await openParquet(path)
    try {
      yield* file.read(columns)
    } finally {
      await file.close()
      if (store.place.startsWith('s3://')) await rm(path, { force: true })
    }
  }
}
