/**
 * `npm run -s bench -- batch`: 10,000 rows of Adult with a small ONNX model, 1000 samples each in LIME's own way
 * (`--sampling lime`), as Python LIME takes them, by the command as it is built.
 *
 * 1. In rounds: the bare loop of explain calls in one process; a batch with one worker (its overhead), with two, by a queue
 *    with two worker processes; Python LIME's loop over the first rows of the same, with the same file in ONNX Runtime.
 *    All times begin when training data are known, and include opening the model and reading the rows; those of
 *    batches are the manifest's, from the start of the run to the last file. Ratios are taken within rounds.
 * 2. The same without `immutable`, so that each row asks the model about all its samples.
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
  const python = await startPythonLime()
  const pythonRows = quick ? 50 : 200
  await python?.prepare('onnx_rows', {
    data: files.rows,
    model: files.model,
    categorical: files.categorical,
    seed: 0,
  })
  const times: Times[] = []
  for (let round = 0; round < rounds; round++) {
    const request = { first: round * pythonRows, rows: pythonRows, num_samples: SAMPLES }
    times.push({
      bare: bareLoop(files, input),
      one: (await batch(files, input, ['--workers', '1'])).seconds,
      two: (await batch(files, input, ['--workers', '2'])).seconds,
      queue: redisServer === undefined ? null : await queued(files, input),
      python: python && ((await python.explain(request)) / 1000 / pythonRows) * rows,
      asking: bareLoop(files, input, 'asking'),
    })
  }
  python?.close()
  const told = (name: string, side: Side, beside: Side | null, goal: string, aside = true) => {
    const ours = median(times.map((one) => one[side] ?? Number.NaN))
    const pairs = times.flatMap((one) =>
      beside === null || one[side] == null || one[beside] == null
        ? []
        : [one[beside]! / one[side]!],
    )
    if (beside !== null && pairs.length === 0) return
    emit({
      case: name,
      ours,
      reference: beside && median(times.map((one) => one[beside]!)),
      ratio: beside && median(pairs),
      unit: 's',
      ...(aside && { aside: true }),
      note: [
        goal,
        ...(pairs.length > 1
          ? [
              `${Math.min(...pairs).toFixed(2)} to ${Math.max(...pairs).toFixed(2)} in ${rounds} rounds`,
            ]
          : []),
      ].join('; '),
    })
  }
  told(`bare loop of explain calls, ${rows} rows`, 'bare', null, '')
  told('batch, one worker, beside the bare loop', 'one', 'bare', 'goal 0.91: at most 10 % overhead')
  told('batch, two workers, beside one', 'two', 'one', 'goal 1.7')
  told('queue, two worker processes, beside two threads', 'queue', 'two', 'goal 0.91: within 10 %')
  told(
    'bare loop that asks about all samples of each row, beside the one that need not',
    'asking',
    'bare',
    '',
  )
  const scaled = `Python's time from ${pythonRows} rows a round, scaled to all`
  told("bare loop, beside Python LIME's", 'bare', 'python', scaled)
  told("bare loop that asks about all samples, beside Python LIME's", 'asking', 'python', scaled)
  told(
    `batch, two workers, beside Python LIME's loop, ${rows} rows`,
    'two',
    'python',
    `goal 20; ${scaled}`,
    false,
  )
  await growth(files, quick, emit)
}

/** Seconds for all rows in one round. */
interface Times {
  readonly bare: number
  readonly one: number
  readonly two: number
  readonly queue: number | null
  readonly python: number | undefined
  readonly asking: number
}

type Side = keyof Times

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

function bareLoop(files: AdultFiles, input: string, ...how: 'asking'[]): number {
  const script = fileURLToPath(new URL('./reference/bare-loop.mjs', import.meta.url))
  const args = [script, files.model, files.csv, input, namesOf(files.categorical), String(SAMPLES)]
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args, ...how], {
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
    ...['--sampling', 'lime'],
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
