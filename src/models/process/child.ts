/**
 * One running program: lines in, lines out, the tail of its stderr, and its end.
 *
 * The program leads a process group of its own, so that whatever it started ends with it. An idle program does not keep
 * Node alive, and Node's exit kills it; should Node itself be killed, the program sees the end of its stdin.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'

/** What happens to a program. */
export interface ChildEvents {
  readonly onLine: (line: string) => void
  readonly onStderr: (text: string) => void
  /** Called once, whether it exited, was killed, or never started. */
  readonly onEnd: (end: ChildEnd) => void
}

/** How a program ended. */
export interface ChildEnd {
  readonly code: number | null
  readonly signal: string | null
  /** Set where it never started. */
  readonly cause?: Error
}

/** A running program. */
export interface Child {
  write(line: string): void
  /** Whether the program keeps Node alive. */
  setBusy(busy: boolean): void
  /** The last of what it wrote to stderr. */
  stderrTail(): string
  /** Ends stdin, waits `graceMs`, sends SIGTERM, waits again, sends SIGKILL. Resolves when it is gone. */
  stop(graceMs: number): Promise<void>
  /** SIGTERM now, SIGKILL after `graceMs`. Resolves when it is gone. */
  kill(graceMs: number): Promise<void>
}

const TAIL = 4000
const LONGEST_LINE = 2 ** 28
const ownGroup = process.platform !== 'win32'
/** What kills each program that is running, for when Node exits. */
const running = new Set<() => void>()

/** Starts `words[0]` with the other words as its arguments. Never throws: a failed start is an end. */
export function startChild(
  words: readonly string[],
  options: { readonly cwd?: string | undefined; readonly env?: NodeJS.ProcessEnv | undefined },
  events: ChildEvents,
): Child {
  const program: ChildProcessByStdio<Writable, Readable, Readable> = spawn(
    words[0]!,
    words.slice(1),
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: ownGroup,
      windowsHide: true,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: { ...process.env, ...options.env } }),
    },
  )
  let tail = ''
  let over = false
  let ended: () => void
  const gone = new Promise<void>((resolve) => {
    ended = resolve
  })
  const signalAll = (signal: NodeJS.Signals): void => {
    try {
      if (ownGroup && program.pid !== undefined) process.kill(-program.pid, signal)
      else program.kill(signal)
    } catch {
      // Nobody is left in the group.
    }
  }
  const killNow = (): void => signalAll('SIGKILL')
  running.add(killNow)
  if (running.size === 1) process.on('exit', killAll)

  const finish = (end: ChildEnd): void => {
    if (over) return
    over = true
    running.delete(killNow)
    if (running.size === 0) process.off('exit', killAll)
    killNow()
    for (const stream of [program.stdin, program.stdout, program.stderr]) stream.destroy()
    ended()
    events.onEnd(end)
  }
  program.on('error', (cause) => {
    if (program.pid === undefined) finish({ code: null, signal: null, cause })
  })
  // 'close' comes when all output was read; something the program started may keep that open.
  program.on('close', (code, signal) => finish({ code, signal }))
  program.on('exit', (code, signal) => {
    setTimeout(() => finish({ code, signal }), 200).unref()
  })
  // Writing to a program that has ended fails; its end is reported by itself.
  program.stdin.on('error', () => undefined)
  program.stdout.on('error', () => undefined)
  program.stderr.on('error', () => undefined)
  program.stderr.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-TAIL)
    events.onStderr(text)
  })
  readLines(program.stdout, events.onLine)

  const waitGone = (ms: number): Promise<boolean> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve(over), ms)
      void gone.then(() => {
        clearTimeout(timer)
        resolve(true)
      })
    })
  const kill = async (graceMs: number): Promise<void> => {
    if (over) return
    setBusy(true)
    signalAll('SIGTERM')
    if (await waitGone(graceMs)) return
    signalAll('SIGKILL')
    await gone
  }
  const setBusy = (busy: boolean): void => {
    const handles = [program, program.stdin, program.stdout, program.stderr]
    for (const handle of handles) {
      if (handle !== program && !(handle instanceof Socket)) continue
      const counted = handle as { ref(): unknown; unref(): unknown }
      if (busy) counted.ref()
      else counted.unref()
    }
  }
  return {
    write: (line) => {
      if (!over) program.stdin.write(line)
    },
    setBusy,
    stderrTail: () => tail.trim(),
    kill,
    stop: async (graceMs) => {
      if (over) return
      setBusy(true)
      program.stdin.end()
      if (!(await waitGone(graceMs))) await kill(graceMs)
    },
  }
}

function killAll(): void {
  for (const kill of running) kill()
}

/** Hands out whole lines; what stands after the last line break is handed out at the end. */
function readLines(stream: Readable, onLine: (line: string) => void): void {
  let pieces: string[] = []
  let length = 0
  const flush = (last: string): void => {
    pieces.push(last)
    const line = pieces.join('').trim()
    pieces = []
    length = 0
    if (line !== '') onLine(line)
  }
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const parts = text.split('\n')
    const open = parts.pop()!
    for (const part of parts) flush(part)
    if (open === '') return
    pieces.push(open)
    length += open.length
    if (length > LONGEST_LINE) flush('')
  })
  stream.on('end', () => flush(''))
}
