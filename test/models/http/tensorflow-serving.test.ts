import { afterEach, describe, expect, it } from 'vitest'
import {
  connectTensorFlowServing,
  type ServerInput,
  type TensorFlowServingOptions,
} from '../../../src/models/http.ts'
import { type Answer, type Seen, serve, type TestServer } from './test-server.ts'

const opened: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

const shape = (...sizes: number[]): object => ({ dim: sizes.map((size) => ({ size: `${size}` })) })

/** The form of TensorFlow Serving's GET /v1/models/NAME/metadata. */
const metadataOf = (inputs: object): object => ({
  model_spec: { name: 'm', version: '1' },
  metadata: { signature_def: { signature_def: { serving_default: { inputs }, other: {} } } },
})

async function start(
  metadata: object | undefined,
  answer: (body: Record<string, unknown>) => object,
): Promise<TestServer> {
  const server = await serve(({ path, body }: Seen): Answer => {
    if (path.endsWith('/metadata')) {
      return metadata === undefined ? { status: 404, json: {} } : { json: metadata }
    }
    if (!/^\/v1\/models\/m(\/versions\/2)?:predict$/.test(path)) return { status: 404, json: {} }
    return { json: answer(body as Record<string, unknown>) }
  })
  opened.push(server)
  return server
}

async function exchange(
  metadata: object | undefined,
  instances: readonly ServerInput[],
  options: TensorFlowServingOptions = {},
): Promise<unknown> {
  const server = await start(metadata, (body) => {
    const outputs = instances.map(() => [0.5, 0.5])
    return 'inputs' in body ? { outputs } : { predictions: outputs }
  })
  const model = await connectTensorFlowServing(`${server.url}/v1/models/m`, options)
  const { rows, cols } = await model.predict(instances)
  expect({ rows, cols }).toEqual({ rows: instances.length, cols: 2 })
  return server.seen.at(-1)!.body
}

const one = metadataOf({ x: { dtype: 'DT_FLOAT', tensor_shape: shape(-1, 2) } })
const several = metadataOf({
  a: { dtype: 'DT_FLOAT', tensor_shape: shape(-1, 1) },
  b: { dtype: 'DT_STRING', tensor_shape: shape(-1, 1) },
})

describe('connectTensorFlowServing', () => {
  it('sends rows of one input as instances, or as inputs in the column format', async () => {
    const rows = [
      [1, 2],
      [3, 4],
    ]
    expect(await exchange(one, rows)).toEqual({ instances: rows })
    expect(await exchange(one, rows, { format: 'column' })).toEqual({ inputs: rows })
  })

  it('sends several inputs by name', async () => {
    const rows = [
      [1, 'x'],
      [2, 'y'],
    ]
    expect(await exchange(several, rows)).toEqual({
      instances: [
        { a: [1], b: ['x'] },
        { a: [2], b: ['y'] },
      ],
    })
    expect(await exchange(several, rows, { format: 'column' })).toEqual({
      inputs: { a: [[1], [2]], b: [['x'], ['y']] },
    })
  })

  it('sends pictures and series as nested lists', async () => {
    const picture = { data: Uint8Array.of(1, 2, 3, 4), width: 2, height: 2, channels: 1 }
    const nhwc = metadataOf({ x: { dtype: 'DT_FLOAT', tensor_shape: shape(-1, 2, 2, 1) } })
    const nested = [
      [
        [[1], [2]],
        [[3], [4]],
      ],
    ]
    expect(await exchange(nhwc, [picture])).toEqual({ instances: nested })
    expect(await exchange(undefined, [picture])).toEqual({ instances: nested })
    const series = { data: Float64Array.of(1, 2, 3, 4), rows: 2, cols: 2 }
    expect(await exchange(undefined, [series], { series: { layout: 'nct' } })).toEqual({
      instances: [
        [
          [1, 3],
          [2, 4],
        ],
      ],
    })
  })

  it('names the signature, the version and the model where asked to', async () => {
    expect(await exchange(undefined, [[1, 2]], { signature: 'other' })).toEqual({
      signature_name: 'other',
      instances: [[1, 2]],
    })
    const server = await start(undefined, () => ({ predictions: [[1]] }))
    const model = await connectTensorFlowServing(server.url, { model: 'm', version: 2 })
    await model.predict([[1]])
    expect(server.seen.at(-1)!.path).toBe('/v1/models/m/versions/2:predict')
  })

  it('refuses a signature that the model does not have, and an address without a model', async () => {
    const server = await start(one, () => ({}))
    const url = `${server.url}/v1/models/m`
    await expect(connectTensorFlowServing(url, { signature: 'predict' })).rejects.toThrow(
      /expected one of serving_default, other/,
    )
    await expect(connectTensorFlowServing(server.url)).rejects.toThrow(/no name of a model/)
  })

  it('reads one of several outputs, by name or by its probabilities', async () => {
    const predictions = [{ classes: ['x'], probabilities: [0.2, 0.8], logits: [1, 2] }]
    const server = await start(undefined, () => ({ predictions }))
    const url = `${server.url}/v1/models/m`
    const model = await connectTensorFlowServing(url)
    expect([...(await model.predict([[1]])).data]).toEqual([0.2, 0.8])
    const named = await connectTensorFlowServing(url, { output: 'logits' })
    expect([...(await named.predict([[1]])).data]).toEqual([1, 2])
    const wrong = await connectTensorFlowServing(url, { output: 'logit' })
    await expect(wrong.predict([[1]])).rejects.toThrow(/the outputs classes, probabilities, logits/)
    const columns = await start(undefined, () => ({ outputs: { p: [[1, 2]], q: [[3, 4]] } }))
    const column = await connectTensorFlowServing(`${columns.url}/v1/models/m`, {
      format: 'column',
      output: 'q',
    })
    expect([...(await column.predict([[1]])).data]).toEqual([3, 4])
  })

  it('shows the error that the server answers with', async () => {
    const server = await serve(({ method }) =>
      method === 'GET'
        ? { status: 404, json: {} }
        : { status: 400, json: { error: 'Failed to process element: 0 key: instances' } },
    )
    opened.push(server)
    const model = await connectTensorFlowServing(`${server.url}/v1/models/m`)
    await expect(model.predict([[1]])).rejects.toThrow(/status 400: .*Failed to process element/)
  })
})
