/**
 * The flags that say which model is asked, and how it is opened and closed.
 */
import type { Command } from 'commander'
import { joined } from '../batch/open-explainer.ts'
import type { Task } from '../contract/predictor.ts'
import type { Warning } from '../contract/progress.ts'
import type { Json } from '../models/http.ts'
import type { ImageLayout } from '../models/onnx/image-input.ts'
import { type OpenedModel, type OpenOptions, openModel } from '../models/open.ts'
import { mergeOptions } from '../models/preprocessing.ts'
import type { CommandContext } from './context.ts'
import { choice, namesValue, repeatedValue, secondsValue, wholeValue } from './option-values.ts'
import type { ProgressLine } from './progress-line.ts'
import { jsonValue, serverHeaders } from './server-flags.ts'

/** Milliseconds that a program gets to load its model, however short `--timeout` is. */
const LEAST_START = 10_000

/** What the flags below give. */
export interface ModelFlags {
  readonly model: string
  readonly mode?: Task
  readonly classNames?: readonly string[]
  readonly activation?: 'none' | 'softmax' | 'sigmoid'
  readonly output?: string
  /** Path of a `sodalime.json`. */
  readonly preprocessing?: string
  /** Seconds. */
  readonly timeout?: number
  readonly httpHeader?: readonly string[]
  readonly concurrency?: number
  readonly retries?: number
  readonly request?: Json
  readonly prompt?: string
  readonly chatSamples?: number
  /** Columns of a table that the model takes, where the command has such a flag. */
  readonly features?: readonly string[]
  readonly verbose?: boolean
  readonly quiet?: boolean
}

/** Photos have every size: on the command line they are brought to the model's, unless something else is said. */
const IMAGE_DEFAULTS: ImageLayout = { resize: 'stretch' }

/** Adds the flags to a command. */
export function addModelOptions(command: Command): Command {
  return command
    .requiredOption(
      '-m, --model <model>',
      'model.onnx, .h5, .keras, tfjs/model.json, "process:COMMAND", or a server (docs/models.md)',
    )
    .addOption(
      choice('--mode <mode>', 'what the model answers (default: what the model says)', [
        'classification',
        'regression',
      ]),
    )
    .option(
      '--preprocessing <file>',
      'a sodalime.json: sizes, scaling, tokens, class names (default: the one beside the model)',
    )
    .option(
      '--class-names <names>',
      'names of the classes, in the order of the outputs; @FILE: those in a file',
      namesValue,
    )
    .addOption(
      choice('--activation <function>', 'turn logits into probabilities (ONNX)', [
        'none',
        'softmax',
        'sigmoid',
      ]),
    )
    .option('--output <name>', 'the output to read (ONNX, servers; default: the probabilities)')
    .option(
      '--timeout <seconds>',
      'longest silence of a process: model, longest answer of a server (default: 60)',
      secondsValue,
    )
    .option(
      '--http-header <line>',
      "header for a server, such as 'authorization: Bearer $TOKEN' ($NAME: from the environment)",
      repeatedValue,
    )
    .option('--concurrency <n>', 'requests to a server at the same time (default: 4)', wholeValue)
    .option('--retries <n>', 'tries after a failed request to a server (default: 5)', wholeValue)
    .option(
      '--request <json>',
      'request of a json: server, with {{batch}} or {{instance}} in it',
      jsonValue,
    )
    .option('--prompt <text>', 'question to an openai: model, with {{text}} and {{classes}} in it')
    .option(
      '--chat-samples <n>',
      'count sampled answers in place of logprobs (openai:)',
      wholeValue,
    )
}

/** How the model is opened, as far as its answers depend on it: data. `image` = how it wants pictures. */
export function plannedModelOptions(flags: ModelFlags, image?: ImageLayout): OpenOptions {
  const { mode: task, classNames, activation, output } = flags
  return {
    onnx: { task, classNames, activation, output, image },
    ...(image !== undefined && { defaults: { image: IMAGE_DEFAULTS } }),
    server: {
      ...{ task, classNames, activation, output },
      image: mergeOptions({ image: IMAGE_DEFAULTS }, { image }).image,
      columns: flags.features,
      request: flags.request,
      prompt: flags.prompt,
      method: flags.chatSamples === undefined ? undefined : 'sampling',
      samples: flags.chatSamples,
    },
    process: { task, classNames },
  }
}

/** The connection to the model: secrets, times and a path, on which its answers do not depend. */
export function connectionOptions(flags: ModelFlags, env: CommandContext['env']): OpenOptions {
  const { timeout } = flags
  return {
    preprocessing: flags.preprocessing,
    server: {
      headers: serverHeaders(flags.httpHeader ?? [], env),
      timeout: timeout === undefined ? undefined : Math.round(timeout * 1000),
      concurrency: flags.concurrency,
      retries: flags.retries,
    },
    process: {
      timeout: timeout === undefined ? undefined : timeout * 1000,
      // A program may take longer to load its model than to answer.
      startTimeout: timeout === undefined ? undefined : Math.max(LEAST_START, timeout * 1000),
    },
  }
}

/** Opens the model, hands it to `use`, and closes it whatever happens. `image` = how it wants pictures. */
export async function withModel<Result>(
  flags: ModelFlags,
  context: CommandContext,
  progress: ProgressLine,
  use: (model: OpenedModel) => Promise<Result>,
  image?: ImageLayout,
): Promise<Result> {
  const onWarning = ({ message }: Warning): void => {
    if (flags.quiet !== true) context.stderr.write(`warning: ${message}\n`)
  }
  const onStderr =
    flags.verbose === true ? (text: string) => void context.stderr.write(text) : undefined
  progress.step('Opening the model')
  const planned = plannedModelOptions(flags, image)
  const connected = joined(planned, connectionOptions(flags, context.env))
  const model = await openModel(
    flags.model,
    joined(connected, {
      onnx: { onWarning },
      server: { onWarning },
      process: { onStderr },
    }),
  )
  try {
    context.signal.throwIfAborted()
    return await use(model)
  } finally {
    await model.close()
  }
}
