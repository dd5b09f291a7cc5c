import { afterEach, describe, expect, it } from 'vitest'
import { labelOfAnswer, probabilitiesFromTokens } from '../../../src/models/http/chat-labels.ts'
import { type ChatOptions, connectChat } from '../../../src/models/http.ts'
import { type Answer, type Seen, serve, type TestServer } from './test-server.ts'

const opened: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

interface ChatBody {
  readonly messages: { readonly role: string; readonly content: string }[]
  readonly n?: number
  readonly seed?: number
}

const logs = (p: { readonly [token: string]: number }): { token: string; logprob: number }[] =>
  Object.entries(p).map(([token, value]) => ({ token, logprob: Math.log(value) }))

/** An answer whose first token has these candidates. */
const said = (p: { readonly [token: string]: number }): Answer => {
  const candidates = logs(p)
  return {
    json: {
      choices: [{ logprobs: { content: [{ ...candidates[0]!, top_logprobs: candidates }] } }],
    },
  }
}

async function start(answer: (body: ChatBody, request: Seen) => Answer): Promise<TestServer> {
  const server = await serve((request) => answer(request.body as ChatBody, request))
  opened.push(server)
  return server
}

const classNames = ['negative', 'positive']

describe('connectChat', () => {
  it('asks for the letter of a class, and renormalises the probabilities of the letters', async () => {
    const server = await start(() => said({ B: 0.5, ' A': 0.1, b: 0.1, The: 0.2, AB: 0.1 }))
    const model = await connectChat(`${server.url}/v1`, { classNames, model: 'tiny' })
    const { data, cols } = await model.predict(['lovely'])
    expect(cols).toBe(2)
    expect(data[0]).toBeCloseTo(0.1 / 0.7, 12)
    expect(data[1]).toBeCloseTo(0.6 / 0.7, 12)
    const { path, body } = server.seen[0]!
    expect(path).toBe('/v1/chat/completions')
    expect(body).toEqual({
      model: 'tiny',
      messages: [
        {
          role: 'user',
          content:
            'Which class does the text belong to?\n\nA: negative\nB: positive\n\nText:\nlovely\n\nAnswer with the letter of the class only.',
        },
      ],
      max_tokens: 3,
      temperature: 0,
      logprobs: true,
      top_logprobs: 20,
      seed: 0,
    })
  })

  it('takes a prompt, a message of the system, fields of texts, and more of the request', async () => {
    const server = await start(() => said({ neg: 0.4, positive: 0.6 }))
    const model = await connectChat(`${server.url}/v1/chat/completions`, {
      classNames,
      answers: 'names',
      prompt: '{{title}}|{{body}}|{{classes}}',
      system: 'Be brief.',
      body: { max_tokens: null, max_completion_tokens: 4 },
    })
    const { data } = await model.predict([{ title: 'T', body: 'B {{classes}}' }])
    expect(data[1]).toBeCloseTo(0.6, 12)
    expect(server.seen[0]!.body).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'T|B {{classes}}|- negative\n- positive' },
      ],
      max_completion_tokens: 4,
    })
    expect(server.seen[0]!.body).not.toHaveProperty('max_tokens')
  })

  it('asks for each text once, however often it comes', async () => {
    const server = await start(() => said({ A: 0.4, B: 0.6 }))
    const model = await connectChat(server.url, { classNames, concurrency: 1 })
    await model.predict(['a', 'b', 'a', 'a'])
    await model.predict(['b', 'a'])
    expect(server.seen.length).toBe(2)
  })

  it('counts sampled answers, and asks again for those that a server without n leaves out', async () => {
    const words = ['A', 'B.', 'The class is B', ' **b** ', 'Hmm']
    const server = await start((_body, { index }) => ({
      json: { choices: [{ message: { content: words[index % words.length] } }] },
    }))
    const model = await connectChat(server.url, { classNames, method: 'sampling', samples: 5 })
    expect([...(await model.predict(['x'])).data]).toEqual([0.25, 0.75])
    expect(server.seen.map(({ body }) => (body as ChatBody).n)).toEqual([5, 1, 1, 1, 1])
    expect(server.seen.map(({ body }) => (body as ChatBody).seed).sort()).toEqual([0, 1, 2, 3, 4])
  })

  it('takes all samples from one answer where the server knows n', async () => {
    const server = await start(({ n }) => ({
      json: {
        choices: Array.from({ length: n! }, (_, i) => ({
          message: { content: i < 3 ? 'A' : 'B' },
        })),
      },
    }))
    const model = await connectChat(server.url, { classNames, method: 'sampling' })
    expect([...(await model.predict(['x'])).data]).toEqual([0.3, 0.7])
    expect(server.seen.length).toBe(1)
  })

  it.each([
    ['no logprobs', { choices: [{ message: { content: 'A' } }] }, {}, /method: 'sampling'/],
    ['no choices', { object: 'list' }, {}, /no choices/],
    [
      'nothing about a class',
      { choices: [{ message: { content: 'I think it is good' } }] },
      { method: 'sampling', samples: 1 },
      /1 of 1 answers that name no class, such as "I think it is good"/,
    ],
  ] as [string, object, Partial<ChatOptions>, RegExp][])(
    'refuses an answer with %s, and says what to do',
    async (_name, json, options, message) => {
      const server = await start(() => ({ json }))
      const model = await connectChat(server.url, { classNames, ...options })
      await expect(model.predict(['x'])).rejects.toThrow(message)
    },
  )

  it('refuses an answer of other tokens, and warns where the labels have little mass', async () => {
    const lost = await start(() => said({ The: 0.999, A: 0.001 }))
    const model = await connectChat(lost.url, { classNames })
    await expect(model.predict(['x'])).rejects.toThrow(
      /the answer "The", with a probability of 0\.001/,
    )
    const weak = await start(() => said({ The: 0.7, A: 0.2, B: 0.1 }))
    const warnings: string[] = []
    const other = await connectChat(weak.url, {
      classNames,
      onWarning: ({ code }) => warnings.push(code),
    })
    await other.predict(['x', 'y'])
    expect(warnings).toEqual(['low-label-mass'])
  })

  it.each([
    [{ classNames: ['one'] }, /at least two classes/],
    [{}, /at least two classes/],
    [{ classNames: ['a', 'A'] }, /names that differ/],
    [{ classNames, prompt: 'Which of {{classes}}?' }, /a place for the text/],
    [{ classNames, method: 'logprob' }, /Did you mean logprobs/],
    [{ classNames, task: 'regression' }, /unknown option/],
  ])('refuses the options %j', async (options, message) => {
    await expect(connectChat('http://127.0.0.1:9', options as ChatOptions)).rejects.toThrow(message)
  })

  it('refuses instances that are no texts', async () => {
    const model = await connectChat('http://127.0.0.1:9', { classNames })
    await expect(model.predict([[1, 2] as never])).rejects.toMatchObject({ code: 'shape' })
  })
})

describe('labels of a chat model', () => {
  it('are found through case, blanks, marks of tokenizers and quotes', () => {
    for (const token of ['A', ' a', '\u0120A', '\u2581a', '"A', 'A.']) {
      const { mass } = probabilitiesFromTokens([{ token, logprob: 0 }], ['A', 'B'])
      expect(mass).toBe(1)
    }
  })

  it('skip blank tokens at the beginning, and beginnings that several names share', () => {
    const tokens = [
      { token: '\n', logprob: 0 },
      { token: 'po', logprob: -1, top_logprobs: logs({ po: 0.3, neg: 0.2, politics: 0.1 }) },
    ]
    const { probabilities, mass } = probabilitiesFromTokens(tokens, [
      'politics',
      'positive',
      'negative',
    ])
    expect(mass).toBeCloseTo(0.3, 12)
    expect(probabilities[0]).toBeCloseTo(1 / 3, 12)
    expect(probabilities[2]).toBeCloseTo(2 / 3, 12)
  })

  it.each([
    ['Positive', 1],
    ['"not positive"', 2],
    ['It is negative.', 0],
    ['negative or positive', 0],
    ['either negative or positive', -1],
    ['positively', -1],
    ['', -1],
  ])('in the answer %j: %i', (answer, expected) => {
    expect(labelOfAnswer(answer, ['negative', 'positive', 'not positive'])).toBe(expected)
  })
})
