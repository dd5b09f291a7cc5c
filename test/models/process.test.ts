import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PredictorError } from '../../src/contract/index.ts'
import {
  type ProcessOptions,
  type ProcessPredictor,
  spawnPredictor,
} from '../../src/models/process.ts'

const program = fileURLToPath(new URL('../fixtures/programs/predict.mjs', import.meta.url))
const python = fileURLToPath(
  new URL('../../examples/process-predictor/predict.py', import.meta.url),
)
let folder = ''
let files = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sodalime-process-'))
})
afterAll(() => rm(folder, { recursive: true }))

function start(behaviour: string, options: ProcessOptions = {}): Promise<ProcessPredictor> {
  const file = join(folder, `file-${++files}`)
  return spawnPredictor([process.execPath, program, behaviour, file], { grace: 300, ...options })
}

/** The error of one prediction by a program that behaves so; the program is closed. */
async function failure(behaviour: string, options: ProcessOptions = {}): Promise<PredictorError> {
  const model = await start(behaviour, options)
  const error = await model.predict([[1, 2]]).then(
    () => new Error('it answered'),
    (reason: Error) => reason,
  )
  await model.close()
  return error as PredictorError
}

async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  // Orphans that nobody reaps, as in a container without an init, are dead but still listed.
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') X')
  return !/\) [ZX]/.test(status)
}

async function pidsIn(file: string): Promise<number[]> {
  for (let tries = 0; tries < 200; tries++) {
    const text = await readFile(file, 'utf8').catch(() => '')
    if (text.endsWith(']')) return JSON.parse(text) as number[]
    await wait(20)
  }
  throw new Error(`nothing in ${file}`)
}

describe('spawnPredictor', () => {
  it('learns task, class names and batch size from the first answer', async () => {
    const model = await start('sum')
    const { task, classNames, maxBatchSize } = model
    await model.close()
    expect({ task, classNames, maxBatchSize }).toEqual({
      task: 'classification',
      classNames: ['no', 'yes'],
      maxBatchSize: 500,
    })
  })

  it('lets options overrule what the program says', async () => {
    const model = await start('sum', { classNames: ['bad', 'good'] })
    await model.close()
    expect(model.classNames).toEqual(['bad', 'good'])
  })

  it('matches answers to batches by id, in whatever order they come', async () => {
    const model = await start('backwards')
    const answers = await Promise.all([-1, 0, 1].map((x) => model.predict([[x]])))
    await model.close()
    const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
    expect(answers.map(({ data }) => data[1])).toEqual([-1, 0, 1].map(sigmoid))
  })

  it('writes every kind of instance as the protocol has it', async () => {
    const model = await start('echo')
    const seen = async (input: Parameters<typeof model.predict>[0][number]): Promise<unknown> => {
      const error = await model.predict([input]).catch((reason: PredictorError) => reason)
      const text = /^the error (.*)$/s.exec((error as PredictorError).got)![1]!
      return (JSON.parse(JSON.parse(text) as string) as unknown[])[0]
    }
    expect(await seen([1, 'a', null, Number.NaN])).toEqual([1, 'a', null, null])
    expect(await seen(Float64Array.of(1, 2))).toEqual([1, 2])
    expect(await seen({ age: 3, job: null })).toEqual({ age: 3, job: null })
    expect(await seen('ein Täxt 🙂\n')).toBe('ein Täxt 🙂\n')
    expect(await seen({ data: Float64Array.of(1, 2), rows: 2, cols: 1 })).toEqual({
      rows: 2,
      cols: 1,
      data: [1, 2],
    })
    const image = { data: Uint8Array.of(0, 255), width: 2, height: 1, channels: 1 }
    expect(await seen(image)).toEqual({
      width: 2,
      height: 1,
      channels: 1,
      dtype: 'uint8',
      data: 'AP8=',
    })
    await model.close()
  })

  it('reads NaN as Python writes it', async () => {
    const model = await start('nan')
    const { data } = await model.predict([[1]])
    await model.close()
    expect([...data]).toEqual([Number.NaN, 0.5])
  })

  it('starts a program again that has died, and sends it the open batches again', async () => {
    const model = await start('dies-once')
    const answers = await Promise.all([model.predict([[0]]), model.predict([[0]])])
    await model.close()
    expect(answers.map(({ data }) => data[0])).toEqual([0.5, 0.5])
  })

  it('shows exit code and stderr of a program that keeps dying', async () => {
    const error = await failure('dies')
    expect(error).toMatchObject({ code: 'predictor' })
    expect(error.message).toMatch(/exit code 9.*the memory is full/s)
  })

  it('shows the stderr of a program that dies at the start', async () => {
    await expect(start('dies-at-start')).rejects.toThrow(/exit code 3.*there is no model here/s)
  })

  it('says when there is no such program', async () => {
    await expect(spawnPredictor('no-such-program-anywhere --x')).rejects.toMatchObject({
      code: 'predictor',
      message: expect.stringContaining('cannot be started'),
    })
  })

  it('quotes a line that is no answer', async () => {
    const error = await failure('garbage')
    expect(error).toMatchObject({ code: 'predictor' })
    expect(error.message).toMatch(/the line "Loading model… 100%" on stdout/)
  })

  it('gives up a program that hangs, and says how long it waited', async () => {
    const error = await failure('hangs', { timeout: 200 })
    expect(error.message).toMatch(/got no answer for 0\.2 seconds/)
  })

  it('gives up a program that never answers the first line', async () => {
    await expect(start('silent', { startTimeout: 300 })).rejects.toThrow(/first line/)
  })

  it('refuses answers with another number of rows', async () => {
    const model = await start('short')
    await expect(model.predict([[1], [2]])).rejects.toMatchObject({
      code: 'predictor-output',
      message: expect.stringContaining('got 1 rows, expected 2 rows'),
    })
    await model.close()
  })

  it('goes on after a timeout with a new program', async () => {
    const model = await start('hangs', { timeout: 200 })
    await expect(model.predict([[1]])).rejects.toThrow(/no answer/)
    await expect(model.predict([[1]])).rejects.toThrow(/no answer/)
    await model.close()
  })

  it('kills the whole group of a program on abort, however stubborn', async () => {
    const file = join(folder, 'stubborn')
    const model = await spawnPredictor([process.execPath, program, 'stubborn', file], {
      grace: 200,
    })
    const controller = new AbortController()
    const running = model.predict([[1]], { signal: controller.signal })
    const pids = await pidsIn(file)
    expect(await Promise.all(pids.map(isAlive))).toEqual([true, true])
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(running).rejects.toBe(reason)
    await model.close()
    expect(await Promise.all(pids.map(isAlive))).toEqual([false, false])
  })

  it('sends the open batches of other calls to a new program after an abort', async () => {
    const model = await start('sum')
    const controller = new AbortController()
    const aborted = model.predict([[1]], { signal: controller.signal })
    const other = model.predict([[0]])
    controller.abort()
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' })
    expect((await other).data[0]).toBe(0.5)
    await model.close()
  })

  it('fails the open batches when closed', async () => {
    const model = await start('hangs')
    const running = expect(model.predict([[1]])).rejects.toThrow(/after close/)
    await model.close()
    await running
  })

  it('does not keep Node alive when idle, and leaves no program behind', async () => {
    const script = join(folder, 'forgets-to-close.mts')
    const source = new URL('../../src/models/process.ts', import.meta.url).href
    await writeFile(
      script,
      `import { spawnPredictor } from ${JSON.stringify(source)}
       const words = ${JSON.stringify([process.execPath, program, 'stubborn', join(folder, 'left')])}
       await spawnPredictor(words)
       console.log('done')`,
    )
    const { execFile } = await import('node:child_process')
    const { promisify } = await import('node:util')
    const run = promisify(execFile)
    const { stdout } = await run(process.execPath, ['--import', 'tsx', script], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      timeout: 20_000,
    })
    expect(stdout.trim()).toBe('done')
    const pids = await pidsIn(join(folder, 'left'))
    await wait(100)
    expect(await Promise.all(pids.map(isAlive))).toEqual([false, false])
  })

  it('speaks with the Python helper', async ({ skip }) => {
    const model = await spawnPredictor(['python3', python]).catch((error: PredictorError) => {
      if (error.message.includes('cannot be started')) skip('python3 is not installed')
      throw error
    })
    const { data } = await model.predict([[0.5, -0.5]])
    await expect(model.predict([['text']])).rejects.toThrow(/TypeError/)
    await model.close()
    expect(model.classNames).toEqual(['no', 'yes'])
    expect([...data]).toEqual([0.5, 0.5])
  })

  it('refuses unknown options and empty commands', async () => {
    await expect(spawnPredictor('x', { timeOut: 3 } as ProcessOptions)).rejects.toThrow(
      /Did you mean timeout/,
    )
    await expect(spawnPredictor('')).rejects.toMatchObject({ code: 'option' })
    await expect(spawnPredictor([])).rejects.toMatchObject({ code: 'option' })
    await expect(spawnPredictor('x', { timeout: -1 })).rejects.toMatchObject({ code: 'option' })
  })
})
