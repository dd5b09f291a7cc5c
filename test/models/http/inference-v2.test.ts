import { afterEach, describe, expect, it } from 'vitest'
import type { ServerInput } from '../../../src/models/http.ts'
import { connectInference, type InferenceOptions } from '../../../src/models/http.ts'
import { type Answer, probabilities, type Seen, serve, type TestServer } from './test-server.ts'

const opened: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

const matrixInput = { name: 'x', datatype: 'FP32', shape: [-1, 2] }
const metadata = {
  name: 'm',
  platform: 'test',
  inputs: [matrixInput],
  outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 2] }],
}

interface InferBody {
  readonly inputs: {
    readonly name: string
    readonly shape: number[]
    readonly datatype: string
    readonly data: unknown[]
    readonly parameters?: object
  }[]
  readonly outputs?: { name: string }[]
  readonly parameters?: object
}

/** Answers metadata, and inference with [0.25, 0.75] for each instance or by `infer`. */
async function start(
  about: object | undefined,
  infer: (body: InferBody, n: number) => object = (_body, n) => ({
    outputs: [
      {
        name: 'probabilities',
        shape: [n, 2],
        datatype: 'FP32',
        data: Array.from({ length: n }, () => [0.25, 0.75]).flat(),
      },
    ],
  }),
): Promise<TestServer> {
  const server = await serve(({ path, body }: Seen): Answer => {
    if (path === '/v2/models/m' || path === '/v2/models/m/versions/3') {
      return about === undefined ? { status: 404, json: { error: 'no metadata' } } : { json: about }
    }
    if (path === '/v2/repository/index') return { json: [{ name: 'm' }] }
    if (!/^\/v2\/models\/m(\/versions\/3)?\/infer$/.test(path)) {
      return { status: 404, json: { error: 'no such path' } }
    }
    const sent = body as InferBody
    return { json: infer(sent, sent.inputs[0]!.shape[0]!) }
  })
  opened.push(server)
  return server
}

async function sentFor(
  about: object | undefined,
  instances: readonly ServerInput[],
  options: InferenceOptions = {},
): Promise<InferBody> {
  const server = await start(about)
  const model = await connectInference(`${server.url}/v2/models/m`, options)
  opened.push(model)
  await model.predict(instances)
  const { id, ...body } = server.seen.at(-1)!.body as InferBody & { id: string }
  expect(id).toBe('sodalime')
  return body
}

describe('connectInference', () => {
  it('sends rows as one matrix, as the metadata has it, and asks for the probabilities', async () => {
    expect(await sentFor(metadata, [[0.1, 2], Float64Array.of(3, 4)])).toEqual({
      inputs: [{ name: 'x', shape: [2, 2], datatype: 'FP32', data: [0.1, 2, 3, 4] }],
      outputs: [{ name: 'probabilities' }],
    })
  })

  it('sends rows as one tensor for each column, by name, with the types of the metadata', async () => {
    const about = {
      inputs: [
        { name: 'age', datatype: 'INT64', shape: [-1, 1] },
        { name: 'job', datatype: 'BYTES', shape: [-1, 1] },
        { name: 'married', datatype: 'BOOL', shape: [-1, 1] },
      ],
    }
    const sent = await sentFor(about, [[39, 'clerk', true], { married: false, age: 40, job: null }])
    expect(sent.inputs).toEqual([
      { name: 'age', shape: [2, 1], datatype: 'INT64', data: [39, 40] },
      { name: 'job', shape: [2, 1], datatype: 'BYTES', data: ['clerk', ''] },
      { name: 'married', shape: [2, 1], datatype: 'BOOL', data: [true, false] },
    ])
  })

  it('tells the names of the columns where there is one input for each', async () => {
    const inputs = ['a', 'b'].map((name) => ({ name, datatype: 'FP64', shape: [-1, 1] }))
    const server = await start({ inputs })
    const model = await connectInference(`${server.url}/v2/models/m`)
    expect(model.inputNames).toEqual(['a', 'b'])
  })

  it('sends texts as BYTES', async () => {
    const about = { inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }] }
    const options = { inputParameters: { content_type: 'str' }, parameters: { p: 1 } }
    expect(await sentFor(about, ['ein', 'Täxt'], options)).toEqual({
      parameters: { p: 1 },
      inputs: [
        {
          name: 'text',
          shape: [2],
          datatype: 'BYTES',
          parameters: { content_type: 'str' },
          data: ['ein', 'Täxt'],
        },
      ],
    })
  })

  it('sends pictures in the layout of the metadata, and series in that of the option', async () => {
    const picture = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 2, height: 1, channels: 3 }
    const nchw = { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3, 1, 2] }] }
    expect((await sentFor(nchw, [picture])).inputs[0]).toMatchObject({
      shape: [1, 3, 1, 2],
      data: [1, 4, 2, 5, 3, 6],
    })
    const nhwc = { inputs: [{ name: 'x', datatype: 'UINT8', shape: [-1, -1, 2, 3] }] }
    expect((await sentFor(nhwc, [picture])).inputs[0]).toMatchObject({
      shape: [1, 1, 2, 3],
      datatype: 'UINT8',
      data: [1, 2, 3, 4, 5, 6],
    })
    const series = { data: Float64Array.of(1, 2, 3, 4), rows: 2, cols: 2 }
    const any = { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, -1, -1] }] }
    const sent = await sentFor(any, [series], { series: { layout: 'nct' } })
    expect(sent.inputs[0]).toMatchObject({ shape: [1, 2, 2], data: [1, 3, 2, 4] })
  })

  it('fills a batch that the model fixes, and drops what was filled', async () => {
    const fixed = { inputs: [{ name: 'x', datatype: 'FP32', shape: [4, 1] }] }
    const server = await start(fixed, ({ inputs }, n) => ({
      outputs: [{ name: 'y', shape: [n, 1], datatype: 'FP32', data: inputs[0]!.data }],
    }))
    const model = await connectInference(`${server.url}/v2/models/m`)
    opened.push(model)
    const { data } = await model.predict([[1], [2], [3], [4], [5]])
    expect([...data]).toEqual([1, 2, 3, 4, 5])
    const sent = server.seen.filter(({ path }) => path.endsWith('/infer'))
    expect(sent.map(({ body }) => (body as InferBody).inputs[0]!.data)).toEqual(
      expect.arrayContaining([
        [1, 2, 3, 4],
        [5, 5, 5, 5],
      ]),
    )
  })

  it('sends no more than the largest batch that Triton tells', async () => {
    const server = await serve(({ path, body }): Answer => {
      if (path === '/v2') return { json: { extensions: ['model_configuration'] } }
      if (path === '/v2/models/m') return { json: metadata }
      if (path === '/v2/models/m/config') return { json: { max_batch_size: 2 } }
      const n = (body as InferBody).inputs[0]!.shape[0]!
      return {
        json: { outputs: [{ name: 'probabilities', shape: [n, 1], data: Array(n).fill(1) }] },
      }
    })
    opened.push(server)
    const model = await connectInference(`${server.url}/v2/models/m`)
    expect((await model.predict(Array(5).fill([1, 2]))).rows).toBe(5)
    const sent = server.seen.filter(({ path }) => path.endsWith('/infer'))
    expect(sent.map(({ body }) => (body as InferBody).inputs[0]!.shape[0])).toEqual([2, 2, 1])
  })

  it('guesses the input where the server describes none', async () => {
    const none = { name: 'm', inputs: [] }
    expect((await sentFor(none, [[1, 2, 3]])).inputs).toEqual([
      { name: 'input-0', shape: [1, 3], datatype: 'FP32', data: [1, 2, 3] },
    ])
    expect((await sentFor(none, ['a'])).inputs).toEqual([
      { name: 'input-0', shape: [1], datatype: 'BYTES', data: ['a'] },
    ])
  })

  it('takes the inputs of the option where there is no metadata at all', async () => {
    const inputs = [{ name: 'z', datatype: 'FP64', shape: [-1, 2] }]
    expect((await sentFor(undefined, [[1, 2]], { inputs })).inputs).toEqual([
      { name: 'z', shape: [1, 2], datatype: 'FP64', data: [1, 2] },
    ])
    const server = await start(undefined)
    await expect(connectInference(`${server.url}/v2/models/m`)).rejects.toThrow(
      /status 404: \{"error":"no metadata"\}/,
    )
  })

  it.each([
    ['', {}, '/v2/models/m/infer'],
    ['/', { model: 'm', version: 3 }, '/v2/models/m/versions/3/infer'],
    ['/v2/models/m/versions/3/infer', {}, '/v2/models/m/versions/3/infer'],
    ['/v2/models/m', { version: '3' }, '/v2/models/m/versions/3/infer'],
  ])('finds the model from the address %j with %j', async (path, options, expected) => {
    const server = await start(metadata)
    const model = await connectInference(server.url + path, options)
    opened.push(model)
    await model.predict([[1, 2]])
    expect(server.seen.at(-1)!.path).toBe(expected)
  })

  it('lists the models where the address names none of several', async () => {
    const server = await serve(() => ({ json: [{ name: 'a' }, { name: 'b' }] }))
    opened.push(server)
    await expect(connectInference(server.url)).rejects.toThrow(/a server of the models a, b/)
  })

  it('reads nested data, the output by name, and probabilities among several outputs', async () => {
    const answer = (_body: InferBody, n: number): object => ({
      outputs: [
        { name: 'label', shape: [n], datatype: 'INT64', data: Array(n).fill(1) },
        { name: 'output_probability', shape: [n, 2], data: Array(n).fill([0.4, 0.6]) },
      ],
    })
    const server = await start({ inputs: [matrixInput] }, answer)
    const url = `${server.url}/v2/models/m`
    const model = await connectInference(url)
    expect([...(await model.predict([[1, 2]])).data]).toEqual([0.4, 0.6])
    const labels = await connectInference(url, { output: 'label', classNames: ['a', 'b', 'c'] })
    expect([...(await labels.predict([[1, 2]])).data]).toEqual([0, 1, 0])
    const wrong = await connectInference(url, { output: 'nothing' })
    await expect(wrong.predict([[1, 2]])).rejects.toThrow(
      /got the outputs label, output_probability .*expected the output nothing/,
    )
  })

  it.each([
    ['too few values', { name: 'y', shape: [2, 2], data: [1, 2, 3] }, /3 values for the output y/],
    ['another number of rows', { name: 'y', shape: [1, 2], data: [1, 2] }, /got 1 outputs/],
    ['binary data', { name: 'y', shape: [2, 2], parameters: {} }, /without data and shape in JSON/],
  ])('refuses an output of %s', async (_name, output, message) => {
    const server = await start({ inputs: [matrixInput] }, () => ({ outputs: [output] }))
    const model = await connectInference(`${server.url}/v2/models/m`)
    const rows = [
      [1, 2],
      [3, 4],
    ]
    await expect(model.predict(rows)).rejects.toThrow(message)
    await expect(model.predict(rows)).rejects.toMatchObject({ code: 'predictor-output' })
  })

  it('refuses rows that do not fit, with the input and its sizes', async () => {
    const server = await start(metadata)
    const model = await connectInference(`${server.url}/v2/models/m`)
    await expect(model.predict([[1, 2, 3]])).rejects.toThrow(/got 3 columns, expected 2 columns/)
    await expect(model.predict([['red', 2]])).rejects.toThrow(/"red"/)
    await expect(
      connectInference(`${server.url}/v2/models/m`, { columns: ['a', 'b', 'c'] }),
    ).rejects.toMatchObject({ code: 'shape' })
  })

  it('turns logits into probabilities, and one probability into two', async () => {
    const server = await start({ inputs: [matrixInput] }, ({ inputs }) => ({
      outputs: [{ name: 'y', shape: [1, 1], data: [(inputs[0]!.data[0] as number) * 2] }],
    }))
    const model = await connectInference(`${server.url}/v2/models/m`, {
      task: 'classification',
      activation: 'sigmoid',
    })
    expect([...(await model.predict([[1.5, 0]])).data]).toEqual(probabilities([3]))
  })
})
