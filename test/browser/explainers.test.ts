import { describe, expect, it } from 'vitest'
import { explainAll } from './explanations.ts'

describe('the built package in a browser', () => {
  it('explains rows, texts, pictures and series in a page', async () => {
    const explained = await explainAll()
    for (const kind of ['tabular', 'text', 'image', 'series']) {
      const list = explained[kind] as [string, number][]
      expect(list.length, kind).toBeGreaterThan(0)
      expect(Math.abs(list[0]![1]), kind).toBeGreaterThan(0.01)
    }
    expect(explained.picture).toMatch(/^data:image\/png;base64,iVBOR/)
  })

  it('gives the same in a web worker', async () => {
    const worker = new Worker(new URL('./explanations-worker.ts', import.meta.url), {
      type: 'module',
    })
    try {
      const answer = await new Promise<{ explained?: unknown; error?: string }>(
        (resolve, reject) => {
          worker.onmessage = ({ data }) => resolve(data)
          worker.onerror = ({ message }) => reject(new Error(message))
        },
      )
      expect(answer.error).toBeUndefined()
      expect(answer.explained).toEqual(await explainAll())
    } finally {
      worker.terminate()
    }
  })
})
