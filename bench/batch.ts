/**
 * `npm run -s bench -- batch`: 10,000 rows of Adult with a small ONNX model, 1000 samples each, by the command as it is
 * built.
 *
 * 1. The bare loop of explain calls in one process; a batch with one worker (its overhead), with two, by a queue with two
 *    worker processes. Times are those of the manifest: from the start of the run, models being loaded, to the last file.
 * 2. Python LIME's loop over the first rows of the same, with the same file in ONNX Runtime.
 * 3. Resident memory of the coordinator, and time, at 1,000, 10,000 and 100,000 rows.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { redisServer, startRedis } from '../test/batch/redis-server.ts'
import { type AdultFiles, adultFiles, csvText, namesOf } from './adult-model.ts'
import type { BenchOptions } from './main.ts'
import { median } from './reference/interleave.ts'
import { startPythonLime } from './reference/python-lime.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const cli = join(root, 'dist', 'cli', 'main.mjs')
const SAMPLES = 1000

export async function run({ quick, emit }: BenchOptions): Promise<void> {
  build()
  const files = adultFiles()
  const rows = quick ? 1000 : 10_000
  const input = inputOf(files, rows)
  const rounds = quick ? 1 : 3
  const times: { [side: string]: number[] } = { bare: [], one: [], two: [], queue: [] }
  const python = await startPythonLime()
  const pythonRows = quick ? 20 : 200
  const theirs: number[] = []
  await python?.prepare('onnx_rows', {
    data: files.rows,
    model: files.model,
    categorical: files.categorical,
    seed: 0,
  })
  for (let round = 0; round < rounds; round++) {
    times.bare!.push(bareLoop(files, input))
    times.one!.push((await batch(files, input, ['--workers', '1'])).seconds)
    times.two!.push((await batch(files, input, ['--workers', '2'])).seconds)
    if (redisServer !== undefined) times.queue!.push(await queued(files, input))
    if (python !== undefined) {
      const request = { first: round * pythonRows, rows: pythonRows, num_samples: SAMPLES }
      theirs.push(((await python.explain(request)) / 1000 / pythonRows) * rows)
    }
  }
  python?.close()
  const [bare, one, two] = [median(times.bare!), median(times.one!), median(times.two!)]
  const said = `${rows} rows`
  const row = { unit: 's' as const, aside: true as const }
  emit({
    ...row,
    case: `bare loop of explain calls, ${said}`,
    ours: bare,
    reference: null,
    ratio: null,
  })
  emit({
    ...row,
    case: `batch, one worker, beside the bare loop`,
    ours: one,
    reference: bare,
    ratio: bare / one,
    note: `overhead ${(100 * (one / bare - 1)).toFixed(1)} % (goal: at most 10)`,
  })
  emit({
    ...row,
    case: 'batch, two workers, beside one',
    ours: two,
    reference: one,
    ratio: one / two,
    note: 'goal 1.7',
  })
  if (redisServer !== undefined) {
    const queue = median(times.queue!)
    emit({
      ...row,
      case: 'queue, two worker processes, beside two threads',
      ours: queue,
      reference: two,
      ratio: two / queue,
      note: `${(100 * (queue / two - 1)).toFixed(1)} % more time (goal: at most 10)`,
    })
  }
  const reference = theirs.length === 0 ? null : median(theirs)
  emit({
    case: `batch, two workers, beside Python LIME's loop, ${said}`,
    ours: two,
    reference,
    ratio: reference === null ? null : reference / two,
    unit: 's',
    note: `goal 20; Python's time from ${pythonRows} rows a round, scaled to all`,
  })
  await growth(files, quick, emit)
}

/** Time and memory of the coordinator as the input grows; the workers are processes of their own here. */
async function growth(
  files: AdultFiles,
  quick: boolean,
  emit: BenchOptions['emit'],
): Promise<void> {
  const sizes = quick ? [1000, 3000] : [1000, 10_000, 100_000]
  const seconds: number[] = []
  for (const size of sizes) {
    const done = await batch(
      files,
      inputOf(files, size),
      ['--workers', '2', '--isolate', 'processes'],
      100,
    )
    seconds.push(done.seconds)
    emit({
      case: `${size} rows, 100 samples each: memory of the coordinator, peak`,
      ours: done.peak,
      reference: null,
      ratio: null,
      unit: 'MB',
      note: `${done.seconds.toFixed(1)} s; goal 250 MB`,
    })
  }
  const last = sizes.length - 1
  const slope = (seconds[last]! - seconds[0]!) / (sizes[last]! - sizes[0]!)
  emit({
    case: '1,000,000 rows, 100 samples each, extrapolated',
    ours: seconds[0]! + slope * (1_000_000 - sizes[0]!),
    reference: null,
    ratio: null,
    unit: 's',
    note: `not measured: a line through ${sizes[0]} and ${sizes[last]} rows`,
  })
}

function build(): void {
  const { status, stderr } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`the build failed: ${stderr}`)
}

/** A CSV with so many rows; after the last of the data the first come again. */
function inputOf(files: AdultFiles, rows: number): string {
  const path = join(files.folder, `rows-${rows}.csv`)
  if (!existsSync(path)) {
    const { rows: all } = files
    writeFileSync(path, csvText(Array.from({ length: rows }, (_, i) => all[i % all.length]!)))
  }
  return path
}

function bareLoop(files: AdultFiles, input: string): number {
  const script = fileURLToPath(new URL('./reference/bare-loop.ts', import.meta.url))
  const args = [script, files.model, files.csv, input, namesOf(files.categorical), String(SAMPLES)]
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', ...args], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return Number(stdout) / 1000
}

let runs = 0

/** Runs a batch; seconds of its manifest, and the peak of its resident memory in MB. */
async function batch(
  files: AdultFiles,
  input: string,
  more: readonly string[],
  samples = SAMPLES,
): Promise<{ seconds: number; peak: number }> {
  const out = join(files.folder, `results-${runs++}`)
  const child = spawn(process.execPath, [
    cli,
    ...['batch', 'tabular', '--model', files.model, '--data', files.csv, '--quiet'],
    ...['--categorical', namesOf(files.categorical), '--num-samples', String(samples)],
    ...['--input', input, '--out', out, ...more],
  ])
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  let peak = 0
  const timer = setInterval(() => {
    peak = Math.max(peak, residentPeak(child))
  }, 200)
  const code = await new Promise((resolve) => child.on('close', resolve))
  clearInterval(timer)
  if (code !== 0) throw new Error(said)
  const { seconds } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))
  return { seconds, peak }
}

/** VmHWM: what the process held at most, in MB. */
function residentPeak({ pid }: ChildProcess): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
  } catch {
    return 0
  }
}

async function queued(files: AdultFiles, input: string): Promise<number> {
  const redis = await startRedis()
  const workers = [1, 2].map(() =>
    spawn(process.execPath, [
      cli,
      ...['worker', '--queue', redis.url, '--model', files.model, '--workers', '1'],
    ]),
  )
  try {
    for (const worker of workers) {
      let said = ''
      worker.stderr.on('data', (chunk) => {
        said += chunk
      })
      while (!said.includes('listens')) await sleep(50)
    }
    return (await batch(files, input, ['--queue', redis.url])).seconds
  } finally {
    for (const worker of workers) worker.kill('SIGKILL')
    await redis.stop('SIGKILL')
  }
}
