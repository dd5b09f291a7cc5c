/** `sodalime …` as a process that runs until it is told to stop. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const tsx = import.meta.resolve('tsx')

/** A running command. */
export interface RunningCli {
  readonly child: ChildProcess
  /** What it wrote so far, both outputs. */
  readonly said: () => string
  /** Resolves when it has said something of that form; rejects when it ends before. */
  readonly until: (pattern: RegExp) => Promise<void>
  readonly ended: Promise<number | null>
  /** Sends a signal and waits for the end. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>
}

const running = new Set<RunningCli>()

/** Starts a command. */
export function startCli(
  args: readonly string[],
  env: { readonly [name: string]: string } = {},
): RunningCli {
  const child = spawn(process.execPath, ['--import', tsx, main, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const waiting = new Set<() => void>()
  const hear = (chunk: Buffer) => {
    said += chunk.toString()
    for (const look of waiting) look()
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))
  const one: RunningCli = {
    child,
    said: () => said,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!pattern.test(said)) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
        ended.then((code) => reject(new Error(`ended with ${code} before ${pattern}: ${said}`)))
      }),
    ended,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal)
      return ended
    },
  }
  running.add(one)
  ended.then(() => running.delete(one))
  return one
}

/** Ends what a test left running. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((one) => one.stop('SIGKILL')))
}
