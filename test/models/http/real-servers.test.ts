/**
 * Against real model servers, which `tools/test-real-servers.sh` installs, starts and names in environment variables.
 * A server that is not named is skipped. The expected outputs are scikit-learn's own for the same models.
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it, type TestContext } from 'vitest'
import type { Matrix } from '../../../src/contract/index.ts'
import {
  connectChat,
  connectInference,
  connectMlflow,
  connectTensorFlowServing,
} from '../../../src/models/http.ts'

interface Expected {
  readonly columns: string[]
  readonly rows: number[][]
  readonly probabilities: number[][]
  readonly labels: number[]
  readonly texts: string[]
  readonly textProbabilities: number[][]
}

/** The address in an environment variable, or the end of the test with the reason. */
function addressOf(variable: string, { skip }: TestContext): string {
  const address = process.env[variable]
  if (address === undefined || address === '') {
    skip(`${variable} names no server: run tools/test-real-servers.sh`)
  }
  return address!
}

function expected(): Expected {
  return JSON.parse(readFileSync(process.env.SODALIME_REAL_SERVERS_EXPECTED ?? '', 'utf8'))
}

function close({ data, cols, rows }: Matrix, wanted: readonly (readonly number[])[]): void {
  expect({ rows, cols }).toEqual({ rows: wanted.length, cols: wanted[0]!.length })
  wanted.flat().forEach((value, i) => {
    expect(Math.abs(data[i]! - value)).toBeLessThan(1e-6)
  })
}

/** The same rows many times over, to be split into several requests. */
async function manyTimes(
  model: { predict(rows: readonly number[][]): Promise<Matrix> },
  { rows, probabilities }: Expected,
): Promise<void> {
  const times = Array.from({ length: 100 }, () => rows).flat()
  close(await model.predict(times), Array.from({ length: 100 }, () => probabilities).flat())
}

describe('MLServer', () => {
  const variable = 'SODALIME_MLSERVER'

  it('answers rows of a model that is described', async (context) => {
    const model = await connectInference(`${addressOf(variable, context)}/v2/models/iris`)
    await manyTimes(model, expected())
    await expect(model.predict([[1, 2]])).rejects.toThrow(/got 2 columns, expected 4 columns/)
  })

  it('answers rows and labels of a model that is not described', async (context) => {
    const address = addressOf(variable, context)
    const { rows, probabilities, labels } = expected()
    const model = await connectInference(address, { model: 'plain', output: 'predict_proba' })
    close(await model.predict(rows), probabilities)
    const classNames = ['setosa', 'versicolor', 'virginica']
    const labelled = await connectInference(address, { model: 'plain', classNames })
    const oneHot = labels.map((label) => classNames.map((_, i) => Number(i === label)))
    close(await labelled.predict(rows), oneHot)
  })

  it('answers texts', async (context) => {
    const address = addressOf(variable, context)
    const { texts, textProbabilities } = expected()
    const model = await connectInference(`${address}/v2/models/words`, {
      inputs: [{ name: 'text', datatype: 'BYTES', shape: [-1] }],
      inputParameters: { content_type: 'str' },
      output: 'predict_proba',
    })
    close(await model.predict(texts), textProbabilities)
  })

  it('tells which models it has, and shows its error for one that it has not', async (context) => {
    const address = addressOf(variable, context)
    await expect(connectInference(address)).rejects.toThrow(/a server of the models .*iris/)
    await expect(connectInference(address, { model: 'nothing' })).rejects.toThrow(/status 404/)
  })
})

describe('KServe', () => {
  const variable = 'SODALIME_KSERVE'

  it('answers rows in version 2', async (context) => {
    const model = await connectInference(`${addressOf(variable, context)}/v2/models/iris`)
    await manyTimes(model, expected())
  })

  it('answers rows and texts in version 1, as TensorFlow Serving does', async (context) => {
    const address = addressOf(variable, context)
    const { texts, textProbabilities } = expected()
    await manyTimes(await connectTensorFlowServing(`${address}/v1/models/iris:predict`), expected())
    const words = await connectTensorFlowServing(address, { model: 'words' })
    close(await words.predict(texts), textProbabilities)
  })

  it('answers texts in version 2', async (context) => {
    const address = addressOf(variable, context)
    const { texts, textProbabilities } = expected()
    const model = await connectInference(`${address}/v2/models/words`)
    close(await model.predict(texts), textProbabilities)
  })
})

describe('Triton', () => {
  const variable = 'SODALIME_TRITON'

  it('answers rows, in batches no larger than it takes', async (context) => {
    const address = addressOf(variable, context)
    const model = await connectInference(address, { model: 'iris' })
    const { rows, probabilities } = expected()
    close(await model.predict(rows), probabilities)
    await manyTimes(model, expected())
  })

  it('answers texts', async (context) => {
    const model = await connectInference(addressOf(variable, context), { model: 'lengths' })
    const { data } = await model.predict(['ein', 'Täxt', ''])
    expect([...data]).toEqual([3, 4, 0])
  })
})

describe('MLflow', () => {
  it('answers rows with and without the names of their columns', async (context) => {
    const address = addressOf('SODALIME_MLFLOW', context)
    const { columns, rows, probabilities } = expected()
    const model = await connectMlflow(address, { columns })
    await manyTimes(model, expected())
    const records = await connectMlflow(address, { columns, format: 'dataframe_records' })
    close(await records.predict(rows), probabilities)
    const named = await connectMlflow(address)
    const objects = rows.map((row) => Object.fromEntries(row.map((x, j) => [columns[j]!, x])))
    close(await named.predict(objects), probabilities)
    await expect(named.predict(rows)).rejects.toThrow(
      /status 400: .*extra inputs: .*option columns/,
    )
  })

  it('answers with labels where it was logged so', async (context) => {
    const address = addressOf('SODALIME_MLFLOW_LABELS', context)
    const { rows, labels } = expected()
    const classNames = ['setosa', 'versicolor', 'virginica']
    const model = await connectMlflow(`${address}/invocations`, { classNames })
    const oneHot = labels.map((label) => classNames.map((_, i) => Number(i === label)))
    close(await model.predict(rows), oneHot)
  })

  it('answers texts', async (context) => {
    const address = addressOf('SODALIME_MLFLOW_WORDS', context)
    const { texts, textProbabilities } = expected()
    const model = await connectMlflow(address)
    close(await model.predict(texts), textProbabilities)
  })
})

describe('llama.cpp', () => {
  const classNames = ['bad', 'good']
  const texts = ['fine', 'a poor film', 'I liked it']

  it('classifies texts from log-probabilities, equal texts equally', async (context) => {
    const warnings: string[] = []
    const model = await connectChat(`${addressOf('SODALIME_LLAMA', context)}/v1`, {
      classNames,
      remember: 0,
      onWarning: ({ message }) => warnings.push(message),
    })
    const { data } = await model.predict(texts)
    const again = await model.predict([...texts].reverse())
    texts.forEach((_, i) => {
      expect(data[2 * i]! + data[2 * i + 1]!).toBeCloseTo(1, 12)
      expect(again.data[2 * (texts.length - 1 - i)]).toBeCloseTo(data[2 * i]!, 4)
    })
    expect(new Set(data).size).toBe(2 * texts.length)
    expect(warnings).toEqual([])
  })

  it('samples answers as often as their log-probabilities say', async (context) => {
    const url = `${addressOf('SODALIME_LLAMA', context)}/v1`
    const body = { max_tokens: 1 }
    const exact = await connectChat(url, { classNames })
    const sampled = await connectChat(url, { classNames, method: 'sampling', samples: 30, body })
    const { data } = await exact.predict(texts)
    const counts = await sampled.predict(texts)
    // Three standard errors of 30 samples at p = 0.5.
    data.forEach((p, i) => {
      expect(Math.abs(counts.data[i]! - p)).toBeLessThan(0.28)
    })
  }, 300_000)
})
