/**
 * The flags that say which model is asked, and how it is opened and closed.
 */
import type { Command } from 'commander'
import type { Task } from '../contract/predictor.ts'
import type { ImageLayout } from '../models/onnx/image-input.ts'
import { type OpenedModel, openModel } from '../models/open.ts'
import type { CommandContext } from './context.ts'
import { choice, listValue, secondsValue } from './option-values.ts'
import type { ProgressLine } from './progress-line.ts'

/** What the flags below give. */
export interface ModelFlags {
  readonly model: string
  readonly mode?: Task
  readonly classNames?: readonly string[]
  readonly activation?: 'none' | 'softmax' | 'sigmoid'
  readonly output?: string
  /** Seconds. */
  readonly timeout?: number
  readonly verbose?: boolean
  readonly quiet?: boolean
}

/** Adds the flags to a command. */
export function addModelOptions(command: Command): Command {
  return command
    .requiredOption(
      '-m, --model <model>',
      'model.onnx, or "process:COMMAND" for a program in any language',
    )
    .addOption(
      choice('--mode <mode>', 'what the model answers (default: what the model says)', [
        'classification',
        'regression',
      ]),
    )
    .option('--class-names <names>', 'names of the classes, in the order of the outputs', listValue)
    .addOption(
      choice('--activation <function>', 'turn logits into probabilities (ONNX)', [
        'none',
        'softmax',
        'sigmoid',
      ]),
    )
    .option('--output <name>', 'the output to read (ONNX; default: the probabilities)')
    .option(
      '--timeout <seconds>',
      'longest silence of a process: model (default: 60)',
      secondsValue,
    )
}

/** Opens the model, hands it to `use`, and closes it whatever happens. `image` = how it wants pictures. */
export async function withModel<Result>(
  flags: ModelFlags,
  context: CommandContext,
  progress: ProgressLine,
  use: (model: OpenedModel) => Promise<Result>,
  image?: ImageLayout,
): Promise<Result> {
  const { mode: task, classNames, activation, output, timeout } = flags
  progress.step('Opening the model')
  const model = await openModel(flags.model, {
    onnx: {
      task,
      classNames,
      activation,
      output,
      image,
      onWarning: ({ message }) => {
        if (flags.quiet !== true) context.stderr.write(`warning: ${message}\n`)
      },
    },
    process: {
      task,
      classNames,
      timeout: timeout === undefined ? undefined : timeout * 1000,
      onStderr: flags.verbose === true ? (text) => context.stderr.write(text) : undefined,
    },
  })
  try {
    context.signal.throwIfAborted()
    return await use(model)
  } finally {
    await model.close()
  }
}
