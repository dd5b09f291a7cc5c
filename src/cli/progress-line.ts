/**
 * Progress on stderr: one line, redrawn, that appears only when a step takes more than a second, and leaves no trace.
 *
 * On a terminal the line is redrawn in place. Elsewhere nothing is shown, or, on request (`--verbose`), a line of its
 * own every five seconds.
 */
import type { Progress } from '../contract/progress.ts'
import type { TextOutput } from './context.ts'

/** How progress is shown. */
export interface ProgressLineOptions {
  /** Never show anything. */
  readonly quiet?: boolean | undefined
  /** Show sparse lines where there is no terminal. */
  readonly verbose?: boolean | undefined
}

/** The line of one command. */
export interface ProgressLine {
  /** Names the step that begins now. */
  readonly step: (name: string) => void
  /** How far the explanation is. */
  readonly onProgress: (progress: Progress) => void
  /** Takes the line away: before anything else is printed, and at the end. */
  readonly close: () => void
}

const QUIET_MS = 1000
const REDRAW_MS = 100
const SPARSE_MS = 5000

/** A progress line on `output`. */
export function progressLine(output: TextOutput, options: ProgressLineOptions = {}): ProgressLine {
  const drawn = output.isTerminal
  if (options.quiet === true || !(drawn || options.verbose === true)) return SILENT
  const began = performance.now()
  let name = ''
  let done: string | undefined
  let last = Number.NEGATIVE_INFINITY
  let visible = false
  const draw = () => {
    const now = performance.now()
    if (now - began < QUIET_MS || now - last < (drawn ? REDRAW_MS : SPARSE_MS)) return
    last = now
    const seconds = Math.round((now - began) / 1000)
    const text = `${name}${done === undefined ? '' : ` ${done}`} (${seconds} s)`
    if (!drawn) return output.write(`${text}\n`)
    output.write(`\r\x1b[2K${text.slice(0, Math.max(1, (output.columns ?? 80) - 1))}`)
    visible = true
  }
  // A step that reports nothing, such as the start of a program, still shows that time passes.
  const timer = setInterval(draw, 250)
  timer.unref()
  return {
    step: (next) => {
      name = next
      done = undefined
      draw()
    },
    onProgress: ({ stage, done: count, total }) => {
      name = STAGES[stage]
      done =
        stage === 'predicting' ? `${Math.floor((100 * count) / Math.max(1, total))} %` : undefined
      draw()
    },
    close: () => {
      clearInterval(timer)
      if (visible) output.write('\r\x1b[2K')
      visible = false
    },
  }
}

const STAGES = { sampling: 'Sampling', predicting: 'Asking the model', fitting: 'Fitting' } as const

const SILENT: ProgressLine = {
  step: () => undefined,
  onProgress: () => undefined,
  close: () => undefined,
}
