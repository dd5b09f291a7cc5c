/** Runs the command line: as a child process, from its sources, or, much faster, inside of the test. */
import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCommandLine } from '../../src/cli/program.ts'

/** What a run left behind. */
export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: { readonly [name: string]: string }
  readonly stdin?: string
  /** Sends SIGINT as often as the list says, each so many milliseconds after `until` was seen on stderr or the last one. */
  readonly interrupt?: { readonly until: RegExp; readonly after: readonly number[] }
}

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const tsx = import.meta.resolve('tsx')

/** An empty folder. */
export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'sodalime-cli-'))
}

/** A file of `test/fixtures`. */
export function fixture(path: string): string {
  return fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url))
}

/** `sodalime …args` in this process, its outputs collected. */
export async function callCli(
  args: readonly string[],
  env: { readonly [name: string]: string } = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Run> {
  const written = { stdout: '', stderr: '' }
  const output = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text
    },
    isTerminal: false,
    columns: undefined,
  })
  const context = { stdout: output('stdout'), stderr: output('stderr'), env, signal }
  const code = await runCommandLine(args, context)
  return { code, ...written }
}

/** `sodalime …args` as a child process. */
export function runCli(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { NO_COLOR, FORCE_COLOR, SODALIME_DEBUG, ...env } = process.env
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', tsx, main, ...args], {
      cwd: options.cwd,
      env: { ...env, ...options.env },
    })
    let stdout = ''
    let stderr = ''
    let interrupted = false
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
      const { interrupt } = options
      if (interrupt === undefined || interrupted || !interrupt.until.test(stderr)) return
      interrupted = true
      let wait = 0
      for (const after of interrupt.after) {
        wait += after
        setTimeout(() => child.kill('SIGINT'), wait)
      }
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
    child.stdin.end(options.stdin ?? '')
  })
}
