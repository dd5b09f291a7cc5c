import { describe, expect, it } from 'vitest'
import type { Shard } from '../../src/batch/plan.ts'
import { openWorkerPool } from '../../src/batch/worker-pool.ts'
import type { WorkerStart } from '../../src/batch/worker-thread.ts'

const module = new URL('./crashing-worker.mjs', import.meta.url).href

const shard = (number: number): Shard => ({
  shard: number,
  first: 10 * number,
  items: Array.from({ length: 10 }, (_, i) => ({ id: String(10 * number + i), instance: 'x' })),
})

describe('openWorkerPool', () => {
  it.each(['threads', 'processes'] as const)(
    'gives up the one instance that its %s die of, and goes on with the rest',
    async (isolation) => {
      const pool = await openWorkerPool({} as WorkerStart, { workers: 2, isolation, module })
      try {
        await pool.start()
        const works = await Promise.all([0, 1, 2, 3].map((number) => pool.run('b', shard(number))))
        const summaries = works.map(({ files }) => files.summary)
        expect(summaries.map(({ instances }) => instances)).toEqual([10, 10, 10, 10])
        expect(summaries.map(({ failed }) => failed)).toEqual([0, 1, 0, 0])
        expect(summaries[1]!.failures).toEqual([
          expect.objectContaining({ index: 13, code: 'worker-crashed' }),
        ])
        expect(await pool.underway()).toBe(0)
      } finally {
        await pool.close()
      }
    },
  )
})
