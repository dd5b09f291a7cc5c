/**
 * What a command may touch of the world: the only way to print, and the word to stop.
 *
 * Commands return when they are done and throw when they fail; `main.ts` alone turns that into exit codes.
 */

/** Where text goes: stdout or stderr. */
export interface TextOutput {
  readonly write: (text: string) => void
  readonly isTerminal: boolean
  /** Columns of the terminal; undefined where it is none. */
  readonly columns: number | undefined
}

/** Handed to every command. */
export interface CommandContext {
  readonly stdout: TextOutput
  readonly stderr: TextOutput
  readonly env: { readonly [name: string]: string | undefined }
  /** Aborted at Ctrl-C. */
  readonly signal: AbortSignal
}

/** The context of this process. Its outputs stay quiet when their reader has gone (`| head`). */
export function processContext(signal: AbortSignal): CommandContext {
  return {
    stdout: textOutput(process.stdout),
    stderr: textOutput(process.stderr),
    env: process.env,
    signal,
  }
}

/** Colours: `NO_COLOR` and `--no-color` forbid them, `FORCE_COLOR` wants them, else a terminal gets them. */
export function wantsColor(
  output: TextOutput,
  env: CommandContext['env'],
  flag: boolean | undefined,
): boolean {
  if (flag === false || (env.NO_COLOR ?? '') !== '') return false
  const forced = env.FORCE_COLOR
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  return output.isTerminal && env.TERM !== 'dumb'
}

function textOutput(stream: NodeJS.WriteStream): TextOutput {
  let gone = false
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    gone = true
  })
  return {
    write: (text) => {
      if (!gone) stream.write(text)
    },
    get isTerminal() {
      return stream.isTTY === true
    },
    get columns() {
      // Some terminals say 0.
      return stream.columns > 0 ? stream.columns : undefined
    },
  }
}
