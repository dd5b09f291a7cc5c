/**
 * Python LIME beside ours in the same run: one Python process that is asked to explain, and times itself.
 *
 * The interpreter is `SODALIME_PYTHON`, else `python3`; where it cannot `import lime` there is no reference. Questions
 * and answers are JSON lines; `tools/lime-reference.py` is the other side. A call that exceeds its limit ends the
 * process; the next `prepare` starts another.
 */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PYTHON = process.env.SODALIME_PYTHON ?? 'python3'

/** Asks Python LIME; `seconds` are measured inside Python, around the one call. */
export interface PythonLime {
  /** Makes an explainer; `setup` is given to the function of that name in `lime-reference.py`. */
  readonly prepare: (domain: string, setup: unknown) => Promise<void>
  /** Explains once; milliseconds. Rejects after `limit` seconds, without limit by default. */
  readonly explain: (request: unknown, limit?: number) => Promise<number>
  readonly close: () => void
}

/** Starts Python LIME; `undefined` where it is not installed. */
export async function startPythonLime(): Promise<PythonLime | undefined> {
  if (spawnSync(PYTHON, ['-c', 'import lime'], { stdio: 'ignore' }).status !== 0) return undefined
  const script = fileURLToPath(new URL('../../tools/lime-reference.py', import.meta.url))
  let started = start(script)
  return {
    prepare: async (domain, setup) => {
      if (started.child.killed) started = start(script)
      await started.ask({ prepare: domain, setup })
    },
    explain: async (request, limit) => {
      const { child, ask } = started
      const timer = limit === undefined ? undefined : setTimeout(() => child.kill(), 1000 * limit)
      return await ask({ explain: request }).finally(() => clearTimeout(timer))
    },
    close: () => {
      started.child.stdin.end()
    },
  }
}

function start(script: string) {
  const child = spawn(PYTHON, [script], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ended = once(child, 'exit').then(([code, signal]): never => {
    throw new Error(`lime-reference.py ended with ${code ?? signal}`)
  })
  ended.catch(() => {})
  const ask = async (question: unknown): Promise<number> => {
    child.stdin.write(`${JSON.stringify(question)}\n`)
    const line = await Promise.race([lines.next(), ended])
    if (line.done) return ended
    return (JSON.parse(line.value) as { ms: number }).ms
  }
  return { child, ask }
}
