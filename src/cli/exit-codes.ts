/** The exit codes of every command; docs/cli.md lists them for users. */
import { CommanderError } from 'commander'
import { SodalimeError } from '../contract/errors.ts'

export const EXIT = {
  /** All was done. */
  ok: 0,
  /** A failure that nobody foresaw: a bug. */
  unexpected: 1,
  /** A command or option that does not exist or has a wrong value. */
  usage: 2,
  /** Data that cannot be used. */
  data: 3,
  /** A model that cannot be loaded or fails. */
  model: 4,
  /** A library that is not installed. */
  dependency: 5,
  /** Ctrl-C. */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const

/** The text of `--help` that explains the codes. */
export const EXIT_CODES_HELP = `Exit codes:
  0 done   1 bug   2 wrong usage   3 wrong data   4 the model failed   5 a library is missing   130 interrupted`

/** A word from outside to stop; `signal` says which. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
  readonly signal: 'SIGINT' | 'SIGTERM'

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`interrupted by ${signal}`)
    this.signal = signal
  }
}

/** The exit code for what a command threw. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Interruption) {
    return error.signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  if (!(error instanceof SodalimeError)) return EXIT.unexpected
  switch (error.code) {
    case 'option':
      return EXIT.usage
    case 'data':
    case 'shape':
      return EXIT.data
    case 'predictor':
    case 'predictor-output':
      return EXIT.model
    case 'missing-dependency':
      return EXIT.dependency
  }
}
