/**
 * The flags of a batch that belong to no kind of instance: where from, where to, by how many workers; and its progress.
 */
import { rename, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { type BatchProgress, prometheusText } from '../batch/batch-progress.ts'
import { OptionError } from '../contract/errors.ts'
import type { CommandContext } from './context.ts'
import { choice, wholeValue } from './option-values.ts'
import { checkOutputPath } from './output-file.ts'

/** What the flags below give. */
export interface BatchFlags {
  readonly input: string
  readonly out: string
  readonly workers: number
  readonly isolate: 'threads' | 'processes'
  readonly shardSize: number
  readonly maxErrors?: number
  readonly retryFailed?: boolean
  readonly progress: 'text' | 'json' | 'none'
  readonly metrics?: string
  readonly queue?: string
  readonly quiet?: boolean
}

/** Adds the flags to a command. */
export function addBatchOptions(command: Command): Command {
  command
    .optionsGroup('The batch:')
    .requiredOption(
      '-i, --input <path>',
      'the instances: .csv, .tsv, .parquet, .jsonl, or a folder',
    )
    .requiredOption('-o, --out <place>', 'where results go: a folder, or s3://bucket/prefix')
    .option('--shard-size <n>', 'instances in a file of results', wholeValue, 200)
    .option('--max-errors <n>', 'stop when more instances have failed (default: go on)', wholeValue)
    .option('--retry-failed', 'do shards with failed instances again')
    .addOption(
      choice(
        '--progress <form>',
        'progress on stderr: for people, one JSON object a line, or none',
        ['text', 'json', 'none'],
      ).default('text'),
    )
    .option('--metrics <file>', "metrics in Prometheus' text format, written again each second")
    .option('-q, --quiet', 'print nothing but errors')
    .option('-v, --verbose', 'say more')
  return addWorkerOptions(command)
}

/** Adds the flags about the workers of this machine. */
export function addWorkerOptions(command: Command): Command {
  return command
    .option(
      '--workers <n>',
      'workers of this machine, each with the model (default: one for each core)',
      wholeValue,
      availableParallelism(),
    )
    .addOption(
      choice('--isolate <how>', 'processes survive a model that crashes its process', [
        'threads',
        'processes',
      ]).default('threads'),
    )
}

/** Throws an OptionError for numbers and paths that cannot be meant. */
export async function checkBatchFlags(
  flags: Pick<BatchFlags, 'workers'> & Partial<BatchFlags>,
): Promise<void> {
  const least = (flag: string, value: number | undefined, from: number) => {
    if (value === undefined || value >= from) return
    throw new OptionError({
      where: flag,
      got: String(value),
      expected: `an integer from ${from}`,
      remedy: 'Leave it out for the default.',
    })
  }
  least('--workers', flags.workers, 1)
  least('--shard-size', flags.shardSize, 1)
  least('--max-errors', flags.maxErrors, 0)
  if (flags.metrics !== undefined) await checkOutputPath(flags.metrics, '--metrics')
}

/** Shows how a batch goes, as the flags say. */
export interface ProgressShow {
  readonly show: (progress: BatchProgress, batch: string) => Promise<void>
  readonly close: () => void
}

/** Milliseconds between lines where there is no terminal. */
const SPARSE_MS = 10_000

/** Progress on stderr, and in the file of metrics. */
export function showProgress(flags: BatchFlags, { stderr }: CommandContext): ProgressShow {
  const { metrics, progress: form } = flags
  let last = Number.NEGATIVE_INFINITY
  let drawn = false
  const draw = (progress: BatchProgress) => {
    const now = performance.now()
    const due = stderr.isTerminal || progress.state === 'done' || now - last > SPARSE_MS
    if (!due || (progress.instances === 0 && !stderr.isTerminal)) return
    last = now
    const line = progressText(progress)
    if (!stderr.isTerminal) return stderr.write(`${line}\n`)
    stderr.write(`\r\x1b[2K${line.slice(0, Math.max(1, (stderr.columns ?? 80) - 1))}`)
    drawn = true
  }
  return {
    show: async (progress, batch) => {
      if (metrics !== undefined) {
        const beside = `${metrics}.${process.pid}.part`
        await writeFile(beside, prometheusText(progress, batch))
        await rename(beside, metrics)
      }
      if (flags.quiet === true || form === 'none') return
      if (form === 'json') stderr.write(`${JSON.stringify({ batch, ...progress })}\n`)
      else draw(progress)
    },
    close: () => {
      if (drawn) stderr.write('\r\x1b[2K')
      drawn = false
    },
  }
}

/** One line: `12,000 of about 32,561 (37 %), 812 a second, 25 s left, 3 failed`. */
function progressText({ instances, total, estimated, rate, left, failed }: BatchProgress): string {
  const whole = (value: number) => Math.round(value).toLocaleString('en')
  const of =
    total === null
      ? ''
      : ` of ${estimated ? 'about ' : ''}${whole(total)} (${Math.floor((100 * instances) / Math.max(1, total))} %)`
  const parts = [
    `${whole(instances)}${of}`,
    `${rate >= 10 ? whole(rate) : rate.toPrecision(2)} a second`,
    ...(left === null || left === 0 ? [] : [`${durationText(left)} left`]),
    ...(failed === 0 ? [] : [`${whole(failed)} failed`]),
  ]
  return parts.join(', ')
}

/** `45 s`, `12 min`, `3 h 20 min`. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
