import { afterEach, describe, expect, it } from 'vitest'
import { connectMlflow, type MlflowOptions, type ServerInput } from '../../../src/models/http.ts'
import { serve } from './test-server.ts'

const opened: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close()
})

/** What is sent for the instances, and the outputs that the answer is read as. */
async function exchange(
  instances: readonly ServerInput[],
  options: MlflowOptions = {},
  answer: unknown = { predictions: instances.map(() => [0.5, 0.5]) },
): Promise<{ body: unknown; outputs: number[]; warnings: string[] }> {
  const server = await serve(({ path }) =>
    path === '/invocations' ? { json: answer } : { status: 404, json: {} },
  )
  opened.push(server)
  const warnings: string[] = []
  const model = await connectMlflow(server.url, {
    ...options,
    onWarning: ({ code }) => warnings.push(code),
  })
  const { data } = await model.predict(instances)
  return { body: server.seen.at(-1)!.body, outputs: [...data], warnings }
}

describe('connectMlflow', () => {
  it('sends rows as dataframe_split, with column names where they are known', async () => {
    const columns = ['a', 'b']
    expect((await exchange([[1, 'x']])).body).toEqual({ dataframe_split: { data: [[1, 'x']] } })
    expect((await exchange([[1, Number.NaN]], { columns })).body).toEqual({
      dataframe_split: { columns, data: [[1, null]] },
    })
    expect(
      (
        await exchange([
          { a: 1, b: 2 },
          { b: 3, a: 4 },
        ])
      ).body,
    ).toEqual({
      dataframe_split: {
        columns,
        data: [
          [1, 2],
          [4, 3],
        ],
      },
    })
  })

  it('sends rows as records, and parameters, where asked to', async () => {
    const options = { format: 'dataframe_records', columns: ['a'], params: { k: 3 } } as const
    expect((await exchange([[1], [2]], options)).body).toEqual({
      dataframe_records: [{ a: 1 }, { a: 2 }],
      params: { k: 3 },
    })
  })

  it('sends texts and series as inputs, texts as a column where it is named', async () => {
    expect((await exchange(['x', 'y'])).body).toEqual({ inputs: ['x', 'y'] })
    expect((await exchange(['x'], { columns: ['text'] })).body).toEqual({
      dataframe_split: { columns: ['text'], data: [['x']] },
    })
    const series = { data: Float64Array.of(1, 2), rows: 2, cols: 1 }
    expect((await exchange([series])).body).toEqual({ inputs: [[[1], [2]]] })
  })

  it('reads lists, the bare list of old servers, data frames and lists by name', async () => {
    const rows = [[1], [2]]
    const lists = [
      [0.1, 0.9],
      [0.2, 0.8],
    ]
    const read = async (answer: unknown, options?: MlflowOptions): Promise<number[]> =>
      (await exchange(rows, options, answer)).outputs
    expect(await read({ predictions: lists })).toEqual(lists.flat())
    expect(await read(lists)).toEqual(lists.flat())
    const records = [
      { no: 0.1, yes: 0.9 },
      { yes: 0.8, no: 0.2 },
    ]
    expect(await read({ predictions: records })).toEqual(lists.flat())
    expect(await read({ predictions: records }, { classNames: ['yes', 'no'] })).toEqual([
      0.9, 0.1, 0.8, 0.2,
    ])
    expect(await read({ predictions: records }, { output: 'yes' })).toEqual([0.9, 0.8])
    expect(await read({ predictions: { p: lists } }, { output: 'p' })).toEqual(lists.flat())
  })

  it('reads labels as probabilities of 0 and 1 with a warning, where the classes are named', async () => {
    const answer = { predictions: ['yes', 'no'] }
    const { outputs, warnings } = await exchange([[1], [2]], { classNames: ['no', 'yes'] }, answer)
    expect(outputs).toEqual([0, 1, 1, 0])
    expect(warnings).toEqual(['label-only-model'])
    await expect(exchange([[1], [2]], {}, answer)).rejects.toThrow(
      /got labels \("yes"\) .*predict_proba/,
    )
    await expect(exchange([[1], [2]], { classNames: ['a', 'b'] }, answer)).rejects.toThrow(
      /the label "yes".*one of the class names a, b/,
    )
  })

  it('reads one number for classification as a probability of two classes, or as a label of more', async () => {
    const two = await exchange([[1]], { task: 'classification' }, { predictions: [0.25] })
    expect(two.outputs).toEqual([0.75, 0.25])
    const classNames = ['a', 'b', 'c']
    const three = await exchange([[1]], { classNames }, { predictions: [2] })
    expect(three.outputs).toEqual([0, 0, 1])
    const numbers = await exchange([[1]], { classNames: ['3', '7', '9'] }, { predictions: [7] })
    expect(numbers.outputs).toEqual([0, 1, 0])
    await expect(
      exchange([[1]], { task: 'classification' }, { predictions: [3.5] }),
    ).rejects.toThrow(/expected the probability of the second class/)
  })

  it('leaves one number as it is for regression', async () => {
    const { outputs } = await exchange([[1]], { task: 'regression' }, { predictions: [3.5] })
    expect(outputs).toEqual([3.5])
  })

  it('refuses rows of another number of values than columns, and rows without a column', async () => {
    const columns = ['a', 'b']
    await expect(exchange([[1]], { columns })).rejects.toThrow(/got 1 values, expected 2 values/)
    await expect(exchange([{ a: 1 }], { columns })).rejects.toThrow(/no value for b/)
  })
})
