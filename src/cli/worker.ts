/**
 * `sodalime worker`: works for others. With `--queue` it takes shards of a batch from Redis; with `--stdio` it answers
 * instances on stdin with explanations on stdout.
 */
import { Command } from 'commander'
import { openExplainer } from '../batch/open-explainer.ts'
import { BATCH_KINDS, type BatchKind } from '../batch/plan.ts'
import { runQueueWorker } from '../batch/queue-worker.ts'
import { runStdioWorker } from '../batch/stdio-worker.ts'
import { OptionError } from '../contract/errors.ts'
import { addWorkerOptions, type BatchFlags, checkBatchFlags } from './batch-options.ts'
import type { CommandContext } from './context.ts'
import { connectionOptions } from './model-options.ts'
import { secondsValue } from './option-values.ts'
import { addPlanOptions, type PlanFlags, planBatch } from './plan-options.ts'
import { progressLine } from './progress-line.ts'
import { addQueueOptions, type QueueFlags, redisPlace } from './queue-options.ts'
import { packageVersion } from './version.ts'

type WorkerFlags = PlanFlags &
  QueueFlags &
  Pick<BatchFlags, 'workers' | 'isolate'> & {
    readonly stdio?: boolean
    readonly out?: string
    readonly inputRoot?: string
    readonly stalledAfter?: number
  }

const EXAMPLES = `
Examples:
  Take shards of a batch, with the model at hand (docs/cluster.md):
    $ sodalime worker --queue redis://redis:6379 --model model.onnx

  Explain rows that another engine pipes through:
    $ sodalime worker --stdio tabular --model model.onnx --data train.csv --target income < rows.jsonl > why.jsonl

  GNU parallel:
    $ parallel --pipe --block 1M sodalime worker --stdio text --model spam.onnx < texts.jsonl > why.jsonl
`

/** The command. */
export function workerCommand(context: CommandContext): Command {
  const command = new Command('worker')
    .summary('explain instances for a queue, or for another engine')
    .description('Explain what a queue (--queue) or another engine (--stdio) hands over.')
    .option('--stdio', 'read instances on stdin, write explanations on stdout, as JSON lines')
    .addHelpText('after', EXAMPLES)
  for (const kind of BATCH_KINDS) {
    const below = new Command(kind).summary(
      kind === 'tabular' ? 'rows of a table (the default)' : `instances of the kind ${kind}`,
    )
    addPlanOptions(below, kind).optionsGroup('The worker:')
    addQueueOptions(below)
      .option('--stdio', 'read instances on stdin, write explanations on stdout')
      .option('-o, --out <place>', 'place of the results, where it is called otherwise here')
      .option('--input-root <folder>', 'folder of the pictures, where it is called otherwise here')
      .option(
        '--stalled-after <seconds>',
        'seconds without a sign of life after which a shard of this worker goes to another (default: 10)',
        secondsValue,
      )
      .option('-q, --quiet', 'print nothing but errors')
      .option('-v, --verbose', 'say more')
    addWorkerOptions(below).action(async (_: unknown, self: Command) =>
      work(kind, self.optsWithGlobals<WorkerFlags>(), context),
    )
    command.addCommand(below, { isDefault: kind === 'tabular' })
  }
  return command
}

async function work(kind: BatchKind, flags: WorkerFlags, context: CommandContext): Promise<void> {
  await checkBatchFlags(flags)
  if ((flags.stdio === true) === (flags.queue !== undefined)) {
    throw new OptionError({
      where: 'worker',
      got: flags.stdio === true ? 'both --stdio and --queue' : 'neither --stdio nor --queue',
      expected: 'one of them',
      remedy: 'Say where instances come from: --queue redis://host:6379, or --stdio.',
    })
  }
  const connection = JSON.parse(JSON.stringify(connectionOptions(flags, context.env)))
  if (flags.queue !== undefined) {
    const heard = await runQueueWorker({
      redis: redisPlace(flags, context.env),
      name: flags.queueName,
      sodalime: packageVersion(),
      model: flags.model,
      preprocessing: flags.preprocessing,
      connection,
      workers: flags.workers,
      isolation: flags.isolate,
      out: flags.out,
      inputRoot: flags.inputRoot,
      signal: context.signal,
      ...(flags.stalledAfter !== undefined && { lockMs: 1000 * flags.stalledAfter }),
      onEvent: (text) => {
        if (flags.quiet !== true) context.stderr.write(`${text}\n`)
      },
    })
    // Connections to a Redis that is away keep on trying, and would keep the process.
    if (!heard) setTimeout(() => process.exit(), 100)
    return
  }
  const line = progressLine(context.stderr, flags)
  const { plan, reading } = await planBatch(kind, flags, undefined, context, line)
  line.close()
  const inputRoot = flags.inputRoot ?? ''
  const opened = await openExplainer(plan, { model: flags.model, connection, inputRoot })
  try {
    const { answered, failed } = await runStdioWorker(opened, {
      plan,
      types: reading.types,
      input: process.stdin,
      output: process.stdout,
      signal: context.signal,
    })
    if (flags.verbose === true) context.stderr.write(`${answered} answered, ${failed} failed\n`)
  } finally {
    await opened.close()
  }
}
