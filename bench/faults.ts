/**
 * `npm run -s bench -- faults`: what a batch survives, at length. After each part every instance is there exactly once, and
 * the files equal those of a run that nobody disturbed; otherwise the benchmark fails.
 *
 * 1. Kills: a queue with two worker processes on a Redis with an append-only file; 50 times (--quick: 8) a worker, the
 *    coordinator or Redis gets SIGKILL at a random moment, and is started again (also where it finds no Redis while that is down). Batches follow each other until so many
 *    kills are done.
 * 2. Redis away for a whole minute (--quick: 10 s) in the middle of a batch, nothing else being touched.
 * 3. A disk that is full: a small tmpfs (it needs root), room made, the same command again.
 * 4. A model server that fails a third of its calls.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { RandomState } from '../src/index.ts'
import { redisServer, startRedis } from '../test/batch/redis-server.ts'
import { type AdultFiles, adultFiles, csvText, namesOf } from './adult-model.ts'
import type { BenchOptions } from './main.ts'

const NO_REDIS = 'which cannot be reached'

const root = fileURLToPath(new URL('..', import.meta.url))
const cli = join(root, 'dist', 'cli', 'main.mjs')

export async function run({ quick, emit }: BenchOptions): Promise<void> {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root })
  if (status !== 0) throw new Error('the build failed')
  const files = adultFiles()
  const rows = quick ? 600 : 2000
  const input = join(files.folder, 'rows.csv')
  writeFileSync(input, csvText(files.rows.slice(0, rows)))
  const reference = join(files.folder, 'reference')
  await finish(start(batchArguments(files, input, reference)))

  const told = (name: string, count: number, note: string) =>
    emit({ case: name, ours: count, reference: null, ratio: null, unit: 'calls', note })
  if (redisServer === undefined) told('kills', 0, 'skipped: there is no redis-server')
  else {
    const kills = quick ? 8 : 50
    const done = await survivedKills(files, input, reference, kills)
    told('kills', kills, `${done} batches of ${rows} rows, each equal to the undisturbed one`)
    const away = quick ? 10 : 60
    told(`Redis away for ${away} s`, 1, await redisAway(files, input, reference, away))
  }
  told('disk full', 1, await fullDisk(files, input, reference))
  told('a model server that fails a third of its calls', 1, await failingServer(files, rows))
}

function batchArguments(
  files: AdultFiles,
  input: string,
  out: string,
  ...more: string[]
): string[] {
  return [
    ...['batch', 'tabular', '--model', files.model, '--data', files.csv, '--quiet'],
    ...['--categorical', namesOf(files.categorical), '--num-samples', '5000', '--shard-size', '20'],
    ...['--input', input, '--out', out, ...more],
  ]
}

/** Batches under fire until so many kills are done; how many there were. */
async function survivedKills(
  files: AdultFiles,
  input: string,
  reference: string,
  kills: number,
): Promise<number> {
  const random = new RandomState(7)
  const redis = await startRedis({ appendOnly: true })
  const workers: ChildProcess[] = []
  // A worker that finds no Redis when it starts says so and ends; it is started again, as a container would be.
  const endings: string[] = []
  let over = false
  const begin = (slot: number): void => {
    const one = start([
      ...['worker', '--queue', redis.url, '--model', files.model, '--workers', '1', '--quiet'],
    ])
    workers[slot] = one
    one.on('close', (code, signal) => {
      if (signal !== 'SIGKILL') endings.push(`${code}: ${said.get(one)}`)
      if (!over) setTimeout(() => over || begin(slot), 500)
    })
  }
  begin(0)
  begin(1)
  let left = kills
  let batches = 0
  try {
    while (left > 0) {
      const out = join(files.folder, `killed-${batches++}`)
      const args = batchArguments(files, input, out, '--queue', redis.url)
      let coordinator = start(args)
      let ended = finished(coordinator)
      for (;;) {
        const code = await Promise.race([ended, sleep(300 + 1500 * random.randomSample())])
        if (code === 0) break
        if (code !== undefined) {
          // One that finds no Redis when it starts says so and ends, and is started again, as workers are.
          if (!said.get(coordinator)!.includes(NO_REDIS)) {
            throw new Error(`the coordinator ended with ${code}: ${said.get(coordinator)}`)
          }
          coordinator = start(args)
          ended = finished(coordinator)
          continue
        }
        if (left === 0) continue
        left--
        const which = random.randint(0, 4)
        if (which < 2) await killed(workers[which]!)
        else if (which === 2) {
          await killed(coordinator)
          coordinator = start(args)
          ended = finished(coordinator)
        } else {
          await redis.stop('SIGKILL')
          await sleep(500)
          await redis.start()
        }
      }
      checkEqual(out, reference)
      const strange = endings.find((text) => !text.includes(NO_REDIS))
      if (strange !== undefined) throw new Error(`a worker ended by itself: ${strange}`)
    }
  } finally {
    over = true
    for (const one of workers) one.kill('SIGKILL')
    await redis.stop('SIGKILL')
  }
  return batches
}

/** Redis is killed in the middle of a batch, and started again so many seconds later. */
async function redisAway(
  files: AdultFiles,
  input: string,
  reference: string,
  seconds: number,
): Promise<string> {
  const redis = await startRedis({ appendOnly: true })
  const worker = start([
    ...['worker', '--queue', redis.url, '--model', files.model, '--workers', '1', '--quiet'],
  ])
  const out = join(files.folder, 'away')
  try {
    const coordinator = start(batchArguments(files, input, out, '--queue', redis.url))
    const ended = finished(coordinator)
    while (partsIn(out) < 2) await sleep(20)
    await redis.stop('SIGKILL')
    const before = partsIn(out)
    await sleep(1000 * seconds)
    if (coordinator.exitCode !== null || worker.exitCode !== null) {
      throw new Error(`ended without Redis: ${said.get(coordinator)} ${said.get(worker)}`)
    }
    await redis.start()
    const began = performance.now()
    if ((await ended) !== 0) throw new Error(said.get(coordinator))
    checkEqual(out, reference)
    const rest = ((performance.now() - began) / 1000).toFixed(1)
    return `${before} shards were done when it went; ${rest} s after it came back the batch was whole, equal to the undisturbed run`
  } finally {
    worker.kill('SIGKILL')
    await redis.stop('SIGKILL')
  }
}

function partsIn(out: string): number {
  if (!existsSync(out)) return 0
  return readdirSync(out).filter((name) => name.endsWith('.parquet')).length
}

async function fullDisk(files: AdultFiles, input: string, reference: string): Promise<string> {
  const disk = join(files.folder, 'disk')
  mkdirSync(disk)
  const mount = (...options: string[]) => spawnSync('mount', options).status === 0
  if (!mount('-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk)) {
    return 'skipped: a small file system cannot be mounted here (it needs root)'
  }
  try {
    const args = batchArguments(files, input, join(disk, 'results'))
    const full = start(args)
    if ((await finished(full)) !== 3 || !said.get(full)!.includes('The disk is full')) {
      throw new Error(`a full disk went unnoticed: ${said.get(full)}`)
    }
    mount('-o', 'remount,size=64m', disk)
    await finish(start(args))
    checkEqual(join(disk, 'results'), reference)
    return 'stopped with a clear error, went on when there was room, equal to the undisturbed run'
  } finally {
    spawnSync('umount', [disk])
  }
}

async function failingServer(files: AdultFiles, rows: number): Promise<string> {
  const outs: string[] = []
  let failures = 0
  const input = join(files.folder, 'server-rows.csv')
  writeFileSync(input, csvText(files.rows.slice(0, Math.min(rows, 400))))
  for (const failing of [false, true]) {
    let calls = 0
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      if (failing && calls++ % 3 === 1) {
        failures++
        response.writeHead(503).end('{}')
        return
      }
      const { inputs } = JSON.parse(Buffer.concat(chunks).toString()) as { inputs: number[][] }
      const outputs = inputs.map((row) => {
        const p = 1 / (1 + Math.exp(-(row[0]! - 38) / 20 - (row[4]! - 10) / 3))
        return [1 - p, p]
      })
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ outputs }))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const out = join(files.folder, `server-${failing}`)
    outs.push(out)
    const args = batchArguments(files, input, out, '--request', '{"inputs": "{{batch}}"}')
    const model = args.indexOf('--model') + 1
    args[model] = `json:http://127.0.0.1:${port}`
    await finish(start([...args, '--mode', 'classification', '--max-errors', '0']))
    await new Promise((resolve) => server.close(resolve))
  }
  checkEqual(outs[1]!, outs[0]!)
  return `${failures} calls failed; equal to the undisturbed run`
}

const said = new WeakMap<ChildProcess, string>()

function start(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  said.set(child, '')
  child.stderr!.on('data', (chunk) => said.set(child, said.get(child)! + chunk))
  return child
}

function finished(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? -1)))
}

async function finish(child: ChildProcess): Promise<void> {
  const code = await finished(child)
  if (code !== 0) throw new Error(`ended with ${code}: ${said.get(child)}`)
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = finished(child)
  child.kill('SIGKILL')
  await ended
}

/** Throws unless both places hold the same files of results; the batch's own id apart, where it differs. */
function checkEqual(out: string, reference: string): void {
  const id = (place: string) =>
    JSON.parse(readFileSync(join(place, 'manifest.json'), 'utf8')).id as string
  const parts = (place: string) =>
    readdirSync(place)
      .filter((name) => name.startsWith('part-'))
      .sort()
      .map(
        (name) => `${name} ${readFileSync(join(place, name), 'latin1').replaceAll(id(place), '')}`,
      )
  const [a, b] = [parts(out), parts(reference)]
  if (a.length === b.length && a.every((part, i) => part === b[i])) return
  throw new Error(`the results in ${out} differ from those in ${reference}`)
}
