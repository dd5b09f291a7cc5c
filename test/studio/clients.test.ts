/** Ten clients at once, one slow, one that goes away: by HTTP, as pages would ask. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Studio, startStudio } from '../../src/serve/start.ts'
import type { RunEvent, Setup } from '../../src/workbench/index.ts'

/** Bytes by which the heap may stay above its base: caches of eight explainers and setups. */
const KEPT = 30_000_000

const setup = (seed: number): Setup => ({
  kind: 'tabular',
  model: 'demo-breast-cancer',
  data: 'demo-tumours',
  row: seed,
  options: { randomState: seed, numSamples: 1000, batchSize: 50 },
})

describe('ten clients of one studio', () => {
  let studio: Studio

  beforeAll(async () => {
    studio = await startStudio({ port: 0 })
  })
  afterAll(() => studio.close())

  async function ask(of: Setup, signal?: AbortSignal): Promise<Response> {
    return fetch(`http://127.0.0.1:${studio.port}/api/explain`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(of),
      ...(signal && { signal }),
    })
  }

  /** All events of an answer; `pause` is waited for after the first bytes. */
  async function events(response: Response, pause?: Promise<unknown>): Promise<RunEvent[]> {
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      if (text === '') await pause
      text += value
    }
    return text
      .split('\n\n')
      .filter((block) => block.startsWith('data: '))
      .map((block) => JSON.parse(block.slice(6)) as RunEvent)
  }

  function weights(all: readonly RunEvent[]): string {
    const last = all.at(-1)
    if (last?.type !== 'done') throw new Error(`ended with ${JSON.stringify(last)}`)
    const subject = all.find((event) => event.type === 'subject')
    if (subject?.type !== 'subject') throw new Error('no subject')
    const { labels } = last.finding
    return JSON.stringify([subject.subject.features.map(({ name }) => name), labels])
  }

  it('get each their own explanation, whole, whatever the others do', async () => {
    const alone: string[] = []
    for (let seed = 0; seed < 10; seed++) alone.push(weights(await events(await ask(setup(seed)))))
    expect(new Set(alone).size).toBe(10)

    const leave = new AbortController()
    const quick = [0, 1, 2, 3, 4, 5, 6, 7].map(async (seed) => events(await ask(setup(seed))))
    const others = Promise.all(quick)
    // One takes nothing more after the first bytes until all the others have ended.
    const slow = ask(setup(8)).then((response) => events(response, others))
    // One goes away after the first bytes.
    const gone = ask({ ...setup(9), options: { numSamples: 100_000, batchSize: 10 } }, leave.signal)
      .then(async (response) => {
        await response.body!.getReader().read()
        leave.abort()
      })
      .catch(() => {})

    expect((await others).map(weights)).toEqual(alone.slice(0, 8))
    expect(weights(await slow)).toBe(alone[8])
    await gone
    // The one that has gone holds no turn: the next eight begin at once.
    const next = await Promise.all(
      [0, 1, 2, 3, 4, 5, 6, 7].map(async (seed) => events(await ask(setup(seed)))),
    )
    expect(next.map(weights)).toEqual(alone.slice(0, 8))
  })

  it('leave the server’s memory as it was', async () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const used = async () => {
      for (let i = 0; i < 3; i++) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        collect()
      }
      const { heapUsed, external, arrayBuffers } = process.memoryUsage()
      return heapUsed + external + arrayBuffers
    }
    const round = async () => {
      await Promise.all(
        Array.from({ length: 10 }, async (_, seed) => {
          if (seed > 0) return events(await ask(setup(seed)))
          const leave = new AbortController()
          const response = await ask(setup(seed), leave.signal)
          await response.body!.getReader().read()
          leave.abort()
          return []
        }),
      )
    }
    await round()
    const base = await used()
    for (let i = 0; i < 3; i++) await round()
    expect((await used()) - base).toBeLessThan(KEPT)
  })

  it('wait for their turn where more than eight ask at once, and are told so', async () => {
    const all = await Promise.all(
      Array.from({ length: 12 }, async (_, seed) => events(await ask(setup(seed)))),
    )
    expect(all.every((one) => one.at(-1)?.type === 'done')).toBe(true)
    expect(all.some((one) => one[0]?.type === 'waiting')).toBe(true)
  })
})
