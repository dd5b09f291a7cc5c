/**
 * `sodalime batch tabular|text|image|series`: all instances of an input, explained.
 *
 * 1. Make the plan from the flags and the model (plan-options.ts).
 * 2. Run it: by workers of this machine, or by those that listen at a queue.
 * 3. Say what came of it, and which instances failed.
 */
import { Command } from 'commander'
import { openInput } from '../batch/batch-input.ts'
import { openLocalRunner } from '../batch/local-runner.ts'
import type { Surroundings } from '../batch/open-explainer.ts'
import { BATCH_KINDS, type BatchKind, type BatchPlan } from '../batch/plan.ts'
import { openQueueRunner } from '../batch/queue-runner.ts'
import { type BatchOutcome, type BatchRequest, runBatch } from '../batch/run-batch.ts'
import {
  addBatchOptions,
  type BatchFlags,
  checkBatchFlags,
  durationText,
  showProgress,
} from './batch-options.ts'
import type { CommandContext } from './context.ts'
import { connectionOptions } from './model-options.ts'
import { addPlanOptions, type PlanFlags, planBatch } from './plan-options.ts'
import { progressLine } from './progress-line.ts'
import { addQueueOptions, type QueueFlags, redisPlace } from './queue-options.ts'
import { packageVersion } from './version.ts'

const EXAMPLES: { readonly [kind in BatchKind]: string } = {
  tabular: `
Examples:
  All rows of a month, by all cores:
    $ sodalime batch tabular --model model.onnx --data train.csv --target income --input month.parquet --out results/

  The same command again goes on where it stopped.
`,
  text: `
Examples:
  The column of texts in a table:
    $ sodalime batch text --model spam.onnx --input messages.csv --text-column body --id number --out results/
`,
  image: `
Examples:
  A folder of pictures, with whole explanations:
    $ sodalime batch image --model model.onnx --input photos/ --out results/ --shard-size 10 --json-lines
`,
  series: `
Examples:
  The series of a UCR file:
    $ sodalime batch series --model ecg.onnx --input ECG200_TEST.txt --out results/
`,
}

const NOUNS = {
  tabular: 'rows of a table',
  text: 'texts',
  image: 'pictures',
  series: 'time series',
}

/** Failed instances that are named at the end. */
const NAMED = 5

/** The command. */
export function batchCommand(context: CommandContext): Command {
  const command = new Command('batch')
    .summary('explain all instances of an input')
    .description(
      'Explain many predictions, by all cores or many machines, and go on after any interruption.',
    )
  for (const kind of BATCH_KINDS) {
    const below = new Command(kind)
      .summary(`explain many ${NOUNS[kind]}`)
      .description(`Explain a model's predictions for many ${NOUNS[kind]}.`)
    addQueueOptions(addBatchOptions(addPlanOptions(below, kind)))
      .addHelpText('after', EXAMPLES[kind])
      .action(async (flags: BatchFlags & PlanFlags & QueueFlags) => batch(kind, flags, context))
    command.addCommand(below)
  }
  return command
}

async function batch(
  kind: BatchKind,
  flags: BatchFlags & PlanFlags & QueueFlags,
  context: CommandContext,
): Promise<void> {
  await checkBatchFlags(flags)
  const say = (line: string) => {
    if (flags.quiet !== true) context.stderr.write(`${line}\n`)
  }
  const line = progressLine(context.stderr, flags)
  const shown = showProgress(flags, context)
  try {
    const { plan, reading, notes } = await planBatch(kind, flags, flags.input, context, line)
    line.close()
    for (const note of notes) say(`note: ${note}`)
    const input = await openInput({ ...reading, path: flags.input })
    const surroundings: Surroundings = {
      model: flags.model,
      connection: JSON.parse(JSON.stringify(connectionOptions(flags, context.env))),
      inputRoot: input.root,
    }
    const outcome = await runBatch({
      identity: {
        sodalime: packageVersion(),
        plan,
        input: input.print,
        shardSize: flags.shardSize,
      },
      input,
      out: flags.out,
      openRunner: runnerOf(flags, surroundings, plan, context),
      maxErrors: flags.maxErrors,
      retryFailed: flags.retryFailed,
      signal: context.signal,
      onProgress: shown.show,
    })
    shown.close()
    if (flags.quiet !== true) context.stdout.write(outcomeText(outcome, flags.out))
  } finally {
    line.close()
    shown.close()
  }
}

function runnerOf(
  flags: BatchFlags & QueueFlags,
  surroundings: Surroundings,
  plan: BatchPlan,
  context: CommandContext,
): BatchRequest['openRunner'] {
  const { workers, isolate } = flags
  if (flags.queue !== undefined) {
    return (id, store) =>
      openQueueRunner(
        {
          redis: redisPlace(flags, context.env),
          name: flags.queueName,
          plan,
          out: flags.out,
          inputRoot: surroundings.inputRoot,
          onWarning: (message) => context.stderr.write(`warning: ${message}\n`),
        },
        id,
        store,
      )
  }
  return (id, store) =>
    openLocalRunner({ plan, surroundings }, { workers, isolation: isolate }, id, store)
}

function outcomeText({ manifest, progress }: BatchOutcome, out: string): string {
  const { counts, failures } = manifest
  const whole = (value: number) => value.toLocaleString('en')
  const resumed =
    progress.resumed === 0 ? '' : `, ${whole(progress.resumed)} of them by earlier runs`
  const lines = [
    `${whole(counts!.instances)} instances in ${durationText(progress.seconds)}${resumed}: ${whole(counts!.rows)} rows in ${whole(counts!.shards)} files of ${out}`,
  ]
  if (counts!.failed > 0) {
    lines.push(`${whole(counts!.failed)} failed:`)
    for (const { index, id, message } of failures.slice(0, NAMED)) {
      lines.push(`  ${id === String(index) ? index : `${id} (${index})`}: ${message}`)
    }
    if (counts!.failed > NAMED) lines.push('  …: the rows with an error in the results')
  }
  return `${lines.join('\n')}\n`
}
