/** A row that kills the process of each worker that tries it, in a queue over a real Redis. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { callCli } from '../cli/run-cli.ts'
import { hang, serve, type TestServer } from '../models/http/test-server.ts'
import { emptyFolder, manifestOf, resultRows, tableLines, training } from './batch-folder.ts'
import { type RunningCli, startCli, stopAll } from './child-cli.ts'
import { NO_REDIS, redisServer, startRedis, type TestRedis } from './redis-server.ts'

// Six workers are started, one after the other.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const ROWS = 8
const POISONED = 1
const POISON = 98_765

const folder = emptyFolder()
const input = join(folder, 'rows.csv')
const lines = tableLines(ROWS)
lines[POISONED + 1] = lines[POISONED + 1]!.replace(/^[^,]*/, String(POISON))
writeFileSync(input, `${lines.join('\n')}\n`)

describe.skipIf(redisServer === undefined)(
  `a poisoned row in a queue (skipped where ${NO_REDIS})`,
  () => {
    let redis: TestRedis | undefined
    let server: TestServer | undefined
    afterAll(async () => {
      await stopAll()
      await redis?.stop('SIGKILL')
      await server?.close()
    })

    it('is given up after its retries, and all others are explained', async () => {
      let worker: RunningCli | undefined
      // The model, whose calls about that row bring down whoever makes them.
      server = await serve(({ body }) => {
        const rows = (body as { inputs: number[][] }).inputs
        if (worker !== undefined && rows.some(([first]) => first === POISON)) {
          worker.child.kill('SIGKILL')
          return hang
        }
        const outputs = rows.map((row) => {
          const p = 1 / (1 + Math.exp(-(row[0]! - 14) / 3 - (row[1]! - 19) / 9))
          return [1 - p, p]
        })
        return { json: { outputs } }
      })
      const model = ['--model', `json:${server.url}`]
      // Two shards; while it is at the first, a worker of one thread has taken the second, which must not suffer for it.
      const command = (out: string, ...more: string[]) => [
        ...['batch', 'tabular', ...model, '--request', '{"inputs": "{{batch}}"}'],
        ...['--data', training, '--target', 'diagnosis', '--mode', 'classification'],
        ...['--input', input, '--out', out, '--num-samples', '60', '--shard-size', '4', '-q'],
        ...more,
      ]
      const undisturbed = join(folder, 'undisturbed')
      expect(await callCli(command(undisturbed, '--workers', '1'))).toMatchObject({ code: 0 })

      redis = await startRedis()
      const { url } = redis
      const start = () =>
        startCli(['worker', '--queue', url, ...model, '--workers', '1', '--stalled-after', '2'])
      worker = start()
      const out = join(folder, 'poisoned')
      let done = false
      const batch = callCli(command(out, '--queue', url)).finally(() => {
        done = true
      })
      // As whatever runs the workers would: one that died is started again.
      let deaths = 0
      while (!done && deaths < 20) {
        await Promise.race([worker.ended, batch])
        if (done) break
        deaths++
        worker = start()
      }
      expect(await batch).toMatchObject({ code: 0 })
      // Twice with its shard, three times alone.
      expect(deaths).toBeGreaterThanOrEqual(3)
      expect(deaths).toBeLessThanOrEqual(5)
      expect(manifestOf(out).counts).toMatchObject({ instances: ROWS, failed: 1 })
      const rows = await resultRows(out)
      const expected = await resultRows(undisturbed)
      expect(rows.map(({ index }) => index)).toEqual(Array.from({ length: ROWS }, (_, i) => i))
      expect(rows[POISONED]).toMatchObject({ error_code: 'worker-crashed' })
      expect(rows[POISONED]!.error).toContain(
        'each of the 3 times that this instance was tried alone',
      )
      expect(rows.toSpliced(POISONED, 1)).toEqual(expected.toSpliced(POISONED, 1))
    })
  },
)
