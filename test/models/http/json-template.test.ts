import { afterEach, describe, expect, it } from 'vitest'
import { valueAt } from '../../../src/models/http/json-template.ts'
import { connectJson, type JsonOptions, type ServerInput } from '../../../src/models/http.ts'
import { serve } from './test-server.ts'

const opened: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

async function exchange(
  instances: readonly ServerInput[],
  options: JsonOptions,
  answer: unknown,
): Promise<{ bodies: unknown[]; outputs: number[] }> {
  const server = await serve(() => ({ json: answer }))
  opened.push(server)
  const model = await connectJson(server.url, { concurrency: 1, ...options })
  const { data } = await model.predict(instances)
  return { bodies: server.seen.map(({ body }) => body), outputs: [...data] }
}

describe('connectJson', () => {
  it('puts all instances in the place of {{batch}}, and finds the only list of the answer', async () => {
    const request = { model: 'm', rows: '{{batch}}', deep: [{ same: '{{ batch }}' }] }
    const answer = { id: 1, scores: [[1], [2]] }
    const { bodies, outputs } = await exchange([[1], [2]], { request }, answer)
    expect(bodies).toEqual([{ model: 'm', rows: [[1], [2]], deep: [{ same: [[1], [2]] }] }])
    expect(outputs).toEqual([1, 2])
  })

  it('sends one request for each instance where the template holds {{instance}}', async () => {
    const request = { text: 'Rate: {{instance}}!' }
    const options = { request, output: 'result.score' }
    const { bodies, outputs } = await exchange(['a', 'b'], options, { result: { score: 0.5 } })
    expect(bodies).toEqual([{ text: 'Rate: a!' }, { text: 'Rate: b!' }])
    expect(outputs).toEqual([0.5, 0.5])
    const rows = await exchange([[1, 2]], { request: '{{instance}}' }, [0.1, 0.9])
    expect(rows.bodies).toEqual([[1, 2]])
    expect(rows.outputs).toEqual([0.1, 0.9])
  })

  it('never reads braces in an instance as a place', async () => {
    const { bodies } = await exchange(
      ['{{batch}} $& {{instance}}'],
      { request: ['{{batch}}'] },
      [1],
    )
    expect(bodies).toEqual([[['{{batch}} $& {{instance}}']]])
  })

  it('reads labels with scores, as text-classification servers answer', async () => {
    const answer = [
      [
        { label: 'POSITIVE', score: 0.9 },
        { label: 'NEGATIVE', score: 0.1 },
      ],
      [
        { label: 'NEGATIVE', score: 0.7 },
        { label: 'POSITIVE', score: 0.3 },
      ],
    ]
    const { outputs } = await exchange(['a', 'b'], {}, answer)
    expect(outputs).toEqual([0.1, 0.9, 0.7, 0.3])
    const named = await exchange(['a', 'b'], { classNames: ['POSITIVE', 'NEGATIVE'] }, answer)
    expect(named.outputs).toEqual([0.9, 0.1, 0.3, 0.7])
    await expect(
      exchange(['a', 'b'], { classNames: ['POSITIVE', 'NEUTRAL'] }, answer),
    ).rejects.toThrow(/expected scores for POSITIVE, NEUTRAL/)
  })

  it('says where nothing stands at the path', async () => {
    await expect(exchange([[1]], { output: 'a.b' }, { a: { c: 1 } })).rejects.toThrow(
      /nothing at a\.b .*"c":1/,
    )
  })
})

describe('a path into an answer', () => {
  const answer = { 'a/b': { '~': [10, 20] }, results: [{ score: 1 }, { score: 2 }] }
  it.each([
    ['', answer],
    ['/a~1b/~0/1', 20],
    ['results.1.score', 2],
    ['results.*.score', [1, 2]],
    ['results.*.other', undefined],
    ['results.9', undefined],
    ['constructor.name', undefined],
  ])('%j leads to %j', (path, expected) => {
    expect(valueAt(answer, path)).toEqual(expected)
  })
})
