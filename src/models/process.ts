/**
 * A predictor over any program that reads batches on stdin and answers on stdout, one JSON object a line.
 *
 * The protocol: docs/process-protocol.md. The program's life: process/program.ts.
 */
import {
  checkOptions,
  type Matrix,
  OptionError,
  type PredictContext,
  type Predictor,
  type Task,
} from '../contract/index.ts'
import type { ProcessInput } from './process/messages.ts'
import { Program } from './process/program.ts'
import { splitCommand } from './process/split-command.ts'

export { PROTOCOL, type ProcessInput } from './process/messages.ts'

/** How a program is run. */
export interface ProcessOptions {
  /** Milliseconds without any answer after which a batch is given up. Default 60000. */
  readonly timeout?: number | undefined
  /** Milliseconds that the program has to load its model and answer the first line. Default: `timeout`, at least 60000. */
  readonly startTimeout?: number | undefined
  /** Milliseconds between asking it to end and the next, harder step. Default 2000. */
  readonly grace?: number | undefined
  /** Its working directory. Default: this one. */
  readonly cwd?: string | undefined
  /** Environment variables beside those of this process. */
  readonly env?: { readonly [name: string]: string } | undefined
  /** What its outputs mean. Default: what it says itself. */
  readonly task?: Task | undefined
  /** Names of its classes. Default: what it says itself. */
  readonly classNames?: readonly string[] | undefined
  /** Called with what it writes to stderr. */
  readonly onStderr?: ((text: string) => void) | undefined
}

/** A running program as a predictor. */
export interface ProcessPredictor extends Predictor<ProcessInput> {
  readonly predict: (inputs: readonly ProcessInput[], context?: PredictContext) => Promise<Matrix>
  readonly close: () => Promise<void>
}

const OPTIONS = [
  'timeout',
  'startTimeout',
  'grace',
  'cwd',
  'env',
  'task',
  'classNames',
  'onStderr',
] as const satisfies readonly (keyof ProcessOptions)[]

/**
 * Starts a program and waits until it answers the first line.
 *
 * `command` is split like a shell's (no shell is run), or given as words. Rejects with an OptionError for a command or
 * option that cannot be, and with a PredictorError, with the end of its stderr, where the program does not start.
 */
export async function spawnPredictor(
  command: string | readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessPredictor> {
  checkProcessOptions(options)
  const words = typeof command === 'string' ? splitCommand(command) : [...command]
  if (words.length === 0) splitCommand('')
  const timeout = options.timeout ?? 60_000
  const program = new Program(words, {
    timeout,
    startTimeout: options.startTimeout ?? Math.max(60_000, timeout),
    grace: options.grace ?? 2000,
    cwd: options.cwd,
    env: options.env,
    onStderr: options.onStderr,
  })
  const greeting = await program.greet()
  return {
    task: options.task ?? greeting.task,
    classNames: options.classNames ?? greeting.classNames,
    inputNames: greeting.inputNames,
    maxBatchSize: greeting.maxBatchSize,
    predict: async (inputs, context = {}) => program.predict(inputs, context),
    close: () => program.close(),
  }
}

function checkProcessOptions(options: ProcessOptions): void {
  checkOptions('spawnPredictor, options', options, OPTIONS)
  for (const name of ['timeout', 'startTimeout', 'grace'] as const) {
    const value = options[name]
    if (value === undefined || (Number.isFinite(value) && value > 0 && value < 2 ** 31)) continue
    throw new OptionError({
      where: `spawnPredictor, options.${name}`,
      got: String(value),
      expected: 'milliseconds greater than 0',
      remedy: 'Leave it out for the default.',
    })
  }
}
