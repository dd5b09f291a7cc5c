import { afterAll, beforeAll } from 'vitest'
import type { TextInput } from '../../../src/contract/index.ts'
import {
  connectChat,
  connectInference,
  connectJson,
  connectMlflow,
  connectTensorFlowServing,
  type ServerInput,
} from '../../../src/models/http.ts'
import { openModel } from '../../../src/models/open.ts'
import { predictorSuite } from '../predictor-suite.ts'
import { type Answer, probabilities, type Seen, serve, type TestServer } from './test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await serve(answer)
})
afterAll(() => server.close())

/** One model, p = 1 / (1 + exp(−Σ x)), in every protocol; every 20th request fails first. */
function answer({ method, path, body, index }: Seen): Answer {
  if (index % 20 === 7) return { status: 503, text: 'busy' }
  const json = (body ?? {}) as Record<string, unknown>
  const rows = (list: number[][]): number[][] => list.map(probabilities)
  switch (path) {
    case '/v2/models/m':
      return { json: { inputs: [{ name: 'x', datatype: 'FP64', shape: [-1, 2] }] } }
    case '/v2/models/m/infer': {
      const { shape, data } = (json.inputs as unknown[])[0] as { shape: number[]; data: number[] }
      const sent = Array.from({ length: shape[0]! }, (_, i) => data.slice(2 * i, 2 * i + 2))
      return { json: { outputs: [{ name: 'p', shape, data: rows(sent).flat() }] } }
    }
    case '/v1/models/m:predict':
      return { json: { predictions: rows(json.instances as number[][]) } }
    case '/invocations':
      return { json: { predictions: rows((json.dataframe_split as { data: number[][] }).data) } }
    case '/score':
      return { json: { scores: rows(json.batch as number[][]) } }
    case '/v1/chat/completions': {
      const text = (json.messages as { content: string }[])[0]!.content
      const logprobs = probabilities([text.length / 10]).map(Math.log)
      const content = [
        {
          token: 'A',
          logprob: logprobs[0],
          top_logprobs: [{ token: 'B', logprob: logprobs[1] }],
        },
      ]
      return { json: { choices: [{ logprobs: { content } }] } }
    }
    default:
      return method === 'GET' ? { status: 404, json: {} } : { status: 500, json: { path } }
  }
}

const rows = {
  instances: [[0.5, 1.5], [-1, 0], Float64Array.of(2, 2)],
  columns: 2,
  sumsToOne: true,
  tolerance: 0,
} as const
const options = { maxWait: 1, batchSize: 100 }

predictorSuite<ServerInput>('Open Inference Protocol', {
  ...rows,
  open: () => connectInference(`${server.url}/v2/models/m`, options),
  unfit: [1],
})

predictorSuite<ServerInput>('TensorFlow Serving', {
  ...rows,
  open: () => connectTensorFlowServing(`${server.url}/v1/models/m`, options),
})

predictorSuite<ServerInput>('MLflow', {
  ...rows,
  open: () => connectMlflow(server.url, { ...options, columns: ['a', 'b'] }),
  unfit: [1, 2, 3],
})

predictorSuite<ServerInput>('JSON by a template', {
  ...rows,
  open: () => connectJson(`${server.url}/score`, { ...options, request: { batch: '{{batch}}' } }),
})

predictorSuite<TextInput>('chat model', {
  open: () =>
    connectChat(`${server.url}/v1`, {
      maxWait: 1,
      classNames: ['bad', 'good'],
      prompt: '{{text}}',
    }),
  instances: ['', 'ok', 'very good', { title: 'a', body: 'b' }],
  columns: 2,
  sumsToOne: true,
  tolerance: 0,
  unfit: [1, 2] as never,
})

predictorSuite<ServerInput>('openModel, a server', {
  ...rows,
  open: () => openModel(`kserve:${server.url}#m`, { server: options }),
  unfit: [1],
})

predictorSuite<ServerInput>('openModel, an address whose path tells the protocol', {
  ...rows,
  open: () => openModel(`${server.url}/v1/models/m`, { server: { ...options, prompt: undefined } }),
})
