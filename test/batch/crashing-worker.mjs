/** A worker of the pool that ends itself at one instance each time, as a model that crashes its process does. */
import { writeFileSync } from 'node:fs'
import { isMainThread, parentPort } from 'node:worker_threads'

const POISONED = 13

if (!isMainThread) process.once('exit', () => parentPort?.postMessage({ ended: true }))

/** @param {import('../../src/batch/worker-thread.ts').WorkerRequest} request */
export default async function work({ request, marker }) {
  if (request === null) return { files: null, seconds: 0 }
  const { batch, shard, given } = request
  const indices = shard.items.map((_, offset) => shard.first + offset)
  for (const [offset, index] of indices.entries()) {
    writeFileSync(marker, `${String(index).padStart(12)} ${String(offset).padStart(12)}\n`)
    if (index === POISONED && given[index] === undefined) {
      if (isMainThread) process.kill(process.pid, 'SIGKILL')
      process.exit(3)
    }
  }
  const failures = Object.entries(given).map(([index, error]) => ({
    index: Number(index),
    id: index,
    ...error,
  }))
  const summary = {
    batch,
    shard: shard.shard,
    first: shard.first,
    instances: indices.length,
    rows: indices.length,
    failed: failures.length,
    failures,
  }
  return { files: { parquet: new Uint8Array(), jsonLines: null, summary }, seconds: 0 }
}

export function teardown() {}
