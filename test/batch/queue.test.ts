import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { callCli } from '../cli/run-cli.ts'
import { emptyFolder, manifestOf, model, shardBytes, tableLines, training } from './batch-folder.ts'
import { startCli, stopAll } from './child-cli.ts'
import { freePort, NO_REDIS, redisServer, startRedis, type TestRedis } from './redis-server.ts'

// Processes start slowly on a machine that is busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

const folder = emptyFolder()
const input = join(folder, 'rows.csv')
writeFileSync(input, `${tableLines(24).join('\n')}\n`)
const reference = join(folder, 'reference')

const command = (out: string, ...more: string[]) => [
  ...['batch', 'tabular', '--model', model, '--data', training, '--target', 'diagnosis'],
  ...['--input', input, '--out', out, '--num-samples', '100', '--shard-size', '4', '-q'],
  ...more,
]
const worker = (url: string, ...more: string[]) => [
  // What a worker that was killed had begun is found within some seconds.
  ...['worker', '--queue', url, '--model', model, '--workers', '1', '--stalled-after', '2'],
  ...more,
]

if (redisServer === undefined) console.warn(`Skipping tests of the queue: ${NO_REDIS}`)

describe.skipIf(redisServer === undefined)(
  `sodalime batch --queue (skipped where ${NO_REDIS})`,
  () => {
    let server: TestRedis
    let url: string

    beforeAll(async () => {
      server = await startRedis({ appendOnly: true })
      url = server.url
      expect((await callCli(command(reference, '--workers', '1'))).code).toBe(0)
    })
    afterEach(stopAll)
    afterAll(() => server?.stop('SIGKILL'))

    /** A worker in this process, until the test's end or `stop`. */
    const beginWorker = (...args: Parameters<typeof worker>) => {
      const controller = new AbortController()
      const run = callCli(worker(...args), {}, controller.signal)
      const stop = () => {
        controller.abort()
        return run
      }
      onTestFinished(async () => {
        await stop()
      })
      return stop
    }

    it('gives the same bytes by two worker processes, and leaves nothing in the queue', async () => {
      const workers = [startCli(worker(url)), startCli(worker(url))]
      await Promise.all(workers.map((one) => one.until(/listens/)))
      const out = join(folder, 'queued')
      const { code, stderr } = await callCli(command(out, '--queue', url))
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(shardBytes(out)).toEqual(shardBytes(reference))
      expect(manifestOf(out).counts).toMatchObject({ instances: 24, failed: 0 })
      const status = await callCli(['queue', 'status', '--queue', url, '--json'])
      const state = JSON.parse(status.stdout)
      expect(state.jobs).toEqual({ waiting: 0, active: 0, delayed: 0, failed: 0 })
      expect(state.batches).toEqual([])
      expect(state.workers).toHaveLength(2)
      expect(await Promise.all(workers.map((one) => one.stop('SIGTERM')))).toEqual([0, 0])
      for (const one of workers) {
        expect(one.said()).toContain('finishing the shards that are begun')
      }
      const after = await callCli(['queue', 'status', '--queue', url])
      expect(after.stdout).toContain('Workers: none')
    })

    it('goes on after worker and coordinator were killed', async () => {
      const out = join(folder, 'killed')
      const args = command(out, '--queue', url)
      const first = startCli(worker(url))
      const coordinator = startCli(args)
      await first.until(/shard \d/)
      await first.stop('SIGKILL')
      await coordinator.stop('SIGKILL')
      startCli(worker(url))
      const { code, stderr } = await callCli(args)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(shardBytes(out)).toEqual(shardBytes(reference))
    })

    it('goes on after Redis was killed and came back', async () => {
      const out = join(folder, 'redis-killed')
      const one = startCli(worker(url))
      const coordinator = callCli(command(out, '--queue', url))
      await one.until(/shard \d/)
      await server.stop('SIGKILL')
      await server.start()
      expect(await coordinator).toMatchObject({ code: 0 })
      expect(shardBytes(out)).toEqual(shardBytes(reference))
    })

    it('lets a worker that is told to stop end while Redis is away', async () => {
      const other = await startRedis()
      const one = startCli(worker(other.url))
      await one.until(/listens/)
      await other.stop('SIGKILL')
      expect(await one.stop('SIGTERM')).toBe(0)
      expect(one.said()).toContain('finishing the shards that are begun')
    })

    it('goes on where Redis came back empty', async () => {
      const out = join(folder, 'redis-emptied')
      const one = startCli(worker(url))
      const coordinator = callCli(command(out, '--queue', url))
      await one.until(/shard \d/)
      await server.stop('SIGKILL')
      rmSync(join(server.folder, 'appendonlydir'), { recursive: true })
      await server.start()
      expect(await coordinator).toMatchObject({ code: 0 })
      expect(shardBytes(out)).toEqual(shardBytes(reference))
    })

    it('refuses workers with another model or another protocol, and says so on both sides', async () => {
      const out = join(folder, 'refused')
      const coordinator = startCli(command(out, '--queue', url))
      const redis = new Redis(url)
      onTestFinished(() => redis.disconnect())
      let plan: string | undefined
      while (plan === undefined) [plan] = await redis.keys('sodalime-plan:*')
      const wrong = startCli(
        worker(url).map((word) => (word === model ? join(folder, 'other.onnx') : word)),
      )
      writeFileSync(join(folder, 'other.onnx'), 'another')
      expect(await wrong.ended).toBe(2)
      expect(wrong.said()).toMatch(
        /--model: got a model with the hash [0-9a-f]+…, expected the model of the batch/,
      )
      await coordinator.until(/warning: a worker on .* was refused/)
      await coordinator.stop('SIGKILL')
      const text = JSON.parse((await redis.get(plan))!)
      await redis.set(plan, JSON.stringify({ ...text, protocol: 99 }))
      const old = startCli(worker(url))
      expect(await old.ended).toBe(2)
      expect(old.said()).toContain('a batch that speaks version 99 of the protocol')
      // The batches of other tests begin without it.
      await redis.flushall()
    })

    it('lets workers of another model work on beside what a dead coordinator left', async () => {
      const left = startCli(command(join(folder, 'left'), '--queue', url, '--seed', '9'))
      const redis = new Redis(url)
      onTestFinished(async () => {
        await redis.flushall()
        redis.disconnect()
      })
      while ((await redis.keys('sodalime:sodalime:*-5')).length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      await left.stop('SIGKILL')
      const [plan] = await redis.keys('sodalime-plan:*')
      const [alive] = await redis.keys('sodalime-alive:*')
      const text = JSON.parse((await redis.get(plan!))!)
      text.plan.model.hash = 'f'.repeat(text.plan.model.hash.length)
      await redis.set(plan!, JSON.stringify(text))
      // Its time is up.
      await redis.del(alive!)
      const one = startCli(worker(url))
      await one.until(/listens/)
      const out = join(folder, 'beside')
      const { code, stderr } = await callCli(command(out, '--queue', url))
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(shardBytes(out)).toEqual(shardBytes(reference))
      expect(await one.stop('SIGTERM')).toBe(0)
    })

    it('takes nothing from Redis that is no job of a batch', async () => {
      const stop = beginWorker(url)
      const redis = new Redis(url, { maxRetriesPerRequest: null })
      const queue = new Queue('sodalime', { connection: redis, prefix: 'sodalime' })
      const bad = { protocol: 1, batch: '../../etc', shard: { shard: 0, first: 0, items: [] } }
      const job = await queue.add('shard', bad, { attempts: 1 })
      let state = await job.getState()
      while (state !== 'failed') state = await job.getState()
      const failed = await queue.getJob(job.id!)
      expect(failed!.failedReason).toContain('what sodalime batch --queue put there')
      await queue.close()
      redis.disconnect()
      // It went on until it was told to stop.
      expect(await stop()).toMatchObject({ code: 0 })
    })

    it('reaches Redis by password and TLS, and says what is wrong without them', async () => {
      const secure = await startRedis({ password: 'fish&chips', tls: true })
      onTestFinished(() => secure.stop('SIGKILL'))
      const ca = join(secure.folder, 'ca.crt')
      const withPassword = secure.url.replace('//', `//:${encodeURIComponent('fish&chips')}@`)
      const stop = beginWorker(withPassword, '--queue-ca', ca)
      const out = join(folder, 'secure')
      const env = { SODALIME_REDIS_PASSWORD: 'fish&chips' }
      const { code, stderr } = await callCli(
        command(out, '--queue', secure.url, '--queue-ca', ca),
        env,
      )
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(shardBytes(out)).toEqual(shardBytes(reference))
      const wrong = await callCli([
        'queue',
        'status',
        '--queue',
        secure.url.replace('//', '//:guess@'),
        '--queue-ca',
        ca,
      ])
      expect(wrong.code).toBe(2)
      expect(wrong.stderr).toMatch(/which cannot be reached \(.*(WRONGPASS|invalid)/)
      expect(wrong.stderr).not.toContain('guess')
      const untrusted = await callCli(['queue', 'status', '--queue', withPassword])
      expect(untrusted.stderr).toMatch(/certificate/)
      expect(untrusted.stderr).not.toContain('fish')
      expect(await stop()).toMatchObject({ code: 0 })
    })
  },
)

describe('sodalime batch --queue without Redis', () => {
  it('says that nobody answers', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`
    const { code, stderr } = await callCli(command(join(folder, 'nobody'), '--queue', url))
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /--queue: got redis:\/\/127\.0\.0\.1:\d+\/?, which cannot be reached \(.*ECONNREFUSED/,
    )
  })

  it('refuses an address that is none', async () => {
    const { code, stderr } = await callCli(['queue', 'status', '--queue', 'http://:secret@host'])
    expect(code).toBe(2)
    expect(stderr).toContain('expected redis://host:6379')
    expect(stderr).not.toContain('secret')
  })
})
