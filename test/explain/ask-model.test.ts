import { describe, expect, it } from 'vitest'
import { PredictorError, PredictorOutputError } from '../../src/contract/errors.ts'
import type { Outputs, Predictor } from '../../src/contract/predictor.ts'
import type { Progress } from '../../src/contract/progress.ts'
import { explainSwitches, logistic, switches } from './switches.ts'

const weights = [2, -1, 0.5, 0.1]

/** A model that writes down the batches it is asked. */
function recorded(options: Partial<Predictor<readonly number[]>> = {}) {
  const batches: string[][] = []
  const model: Predictor<readonly number[]> = {
    predict: (rows) => {
      batches.push(rows.map((row) => row.join('')))
      return logistic(weights)(rows)
    },
    ...options,
  }
  return { batches, model }
}

describe('batches', () => {
  it('hold at most batchSize instances, and no more than the model takes', async () => {
    const big = switches(300, 12)
    const own = recorded()
    await explainSwitches(own.model, { batchSize: 64 }, {}, big)
    expect(Math.max(...own.batches.map((batch) => batch.length))).toBe(64)
    const limited = recorded({ maxBatchSize: 7 })
    const { diagnostics } = await explainSwitches(limited.model, { batchSize: 64 }, {}, big)
    expect(Math.max(...limited.batches.map((batch) => batch.length))).toBe(7)
    expect(diagnostics.batches).toBe(limited.batches.length)
    expect(limited.batches.flat()).toEqual(own.batches.flat())
  })

  it('never hold an equal perturbation twice, the instance first', async () => {
    const { batches, model } = recorded()
    const { diagnostics } = await explainSwitches(model)
    const asked = batches.flat()
    expect(new Set(asked).size).toBe(asked.length)
    expect(asked).toHaveLength(16) // 2⁴ states of four switches
    expect(asked[0]).toBe('1111')
    expect(diagnostics.modelCalls).toBe(16)
    expect(diagnostics.samples).toBe(200)
  })

  it('do not change the answer', async () => {
    const { diagnostics: _, ...all } = await explainSwitches(logistic(weights))
    const { diagnostics: __, ...few } = await explainSwitches(logistic(weights), { batchSize: 3 })
    expect({ ...few, options: { ...few.options, batchSize: 50 } }).toEqual(all)
  })

  it('give the same answer where equal perturbations are asked every time', async () => {
    const { codes: _, ...each } = switches(200, 4)
    const shared = await explainSwitches(logistic(weights))
    const asked = await explainSwitches(logistic(weights), {}, {}, each)
    expect(asked.diagnostics.modelCalls).toBe(200)
    expect(asked.labels).toEqual(shared.labels)
  })

  it('are reported one by one', async () => {
    const seen: Progress[] = []
    await explainSwitches(logistic(weights), { batchSize: 5, onProgress: (one) => seen.push(one) })
    const predicting = seen.filter(({ stage }) => stage === 'predicting')
    expect(predicting.map(({ done }) => done)).toEqual([5, 10, 15, 16])
    expect(predicting.every(({ total }) => total === 16)).toBe(true)
    expect(seen.at(-1)!.stage).toBe('fitting')
    const seconds = seen.map((one) => one.seconds)
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b))
  })
})

describe('outputs', () => {
  it('may be nested arrays, typed rows, a matrix, or a promise of these', async () => {
    const expected = (await explainSwitches(logistic(weights))).labels
    const forms: ((outputs: number[][]) => Outputs | Promise<Outputs>)[] = [
      (outputs) => outputs.map((row) => Float64Array.from(row)),
      (outputs) => ({
        data: Float64Array.from(outputs.flat()),
        rows: outputs.length,
        cols: 2,
      }),
      async (outputs) => outputs,
    ]
    for (const form of forms) {
      const model = (rows: readonly (readonly number[])[]) => form(logistic(weights)(rows))
      expect((await explainSwitches(model)).labels).toEqual(expected)
    }
  })

  it('may be one number an instance for regression, and a list of one is the same', async () => {
    const plain = await explainSwitches(
      (rows) => rows.map((row) => row[0]!),
      {},
      { mode: 'regression' },
    )
    const nested = await explainSwitches(
      (rows) => rows.map((row) => [row[0]!]),
      {},
      { mode: 'regression' },
    )
    expect(nested.labels).toEqual(plain.labels)
    expect(plain.predictionRange).toEqual([0, 1])
  })

  it.each<[string, (rows: readonly (readonly number[])[]) => unknown, RegExp]>([
    [
      'NaN',
      (rows) => rows.map((_, i) => [0.5, i === 3 ? Number.NaN : 0.5]),
      /NaN in row 3, column 1, expected finite/,
    ],
    [
      'Infinity',
      (rows) => rows.map(() => [Number.POSITIVE_INFINITY, 0]),
      /Infinity in row 0, column 0/,
    ],
    [
      'too few rows',
      (rows) => rows.slice(1).map(() => [0.5, 0.5]),
      /15 rows of outputs, expected 16/,
    ],
    ['no rows', () => [], /0 rows of outputs/],
    ['rows of nothing', (rows) => rows.map(() => []), /rows without values/],
    [
      'ragged rows',
      (rows) => rows.map((_, i) => (i === 2 ? [1] : [0, 1])),
      /1 values in row 2, expected 2/,
    ],
    ['a hole', (rows) => rows.map((_, i) => (i === 2 ? null : [0, 1])), /no values in row 2/],
    ['one number a row in classification', (rows) => rows.map(() => 0.5), /mode: 'regression'/],
    [
      'a list of one in classification',
      (rows) => rows.map(() => [0.5]),
      /one number for each instance.*mode: 'regression'/,
    ],
    [
      'objects by class',
      (rows) => rows.map(() => ({ yes: 1, no: 0 })),
      /an object for each instance/,
    ],
    ['nothing', () => undefined, /type undefined/],
    ['null', () => null, /got null/],
    ['a number', () => 3, /type number/],
    [
      'a matrix of the wrong size',
      () => ({ data: new Float64Array(3), rows: 2, cols: 2 }),
      /2 × 2 with 3 values/,
    ],
  ])('that are %s are refused', async (_, answer, message) => {
    const model = (rows: readonly (readonly number[])[]) => answer(rows) as Outputs
    const refused = await explainSwitches(model).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(PredictorOutputError)
    expect((refused as Error).message).toMatch(message)
    expect((refused as Error).message).toMatch(/batch of samples 0 to 15/)
  })

  it('must have as many columns in every batch', async () => {
    let calls = 0
    const model = (rows: readonly unknown[]) =>
      rows.map(() => new Array(++calls > 8 ? 3 : 2).fill(0.5))
    await expect(explainSwitches(model, { batchSize: 8 })).rejects.toThrow(
      /3 output columns, expected 2/,
    )
  })

  it('must be as many as the class names', async () => {
    await expect(
      explainSwitches(logistic(weights), {}, { classNames: ['a', 'b', 'c'] }),
    ).rejects.toThrow(/2 columns, expected 3, one for each of classNames \(a, b, c\)/)
  })
})

describe('a model that throws', () => {
  it.each([
    [
      'at once',
      () => {
        throw new RangeError('out of ideas')
      },
    ],
    [
      'later',
      async () => {
        throw new RangeError('out of ideas')
      },
    ],
  ])('%s gives a PredictorError with its message and cause', async (_, model) => {
    const refused = (await explainSwitches(model).catch((error: unknown) => error)) as Error
    expect(refused).toBeInstanceOf(PredictorError)
    expect(refused.message).toContain('out of ideas')
    expect(refused.cause).toBeInstanceOf(RangeError)
  })

  it('with an error of ours is passed on as it is', async () => {
    const own = new PredictorError({ where: 'a', got: 'b', expected: 'c', remedy: 'd.' })
    await expect(explainSwitches(() => Promise.reject(own))).rejects.toBe(own)
  })

  it('that is no model is named so', async () => {
    await expect(explainSwitches('model.onnx' as never)).rejects.toThrow(
      /expected a function of a batch/,
    )
    await expect(explainSwitches(null as never)).rejects.toThrow(/got null, expected a function/)
  })
})

describe('an abort', () => {
  const reason = new Error('the user went home')

  it('before the call asks the model nothing', async () => {
    const { batches, model } = recorded()
    await expect(explainSwitches(model, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(batches).toEqual([])
  })

  it('rejects at once while a model hangs, and tells the model', async () => {
    const control = new AbortController()
    let told: AbortSignal | undefined
    const hanging = explainSwitches(
      (_, { signal }) => {
        told = signal
        setTimeout(() => control.abort(reason))
        return new Promise(() => {})
      },
      { signal: control.signal },
    )
    await expect(hanging).rejects.toBe(reason)
    expect(told?.aborted).toBe(true)
  })

  it('between batches stops the asking', async () => {
    const control = new AbortController()
    const { batches, model } = recorded()
    const stopped = explainSwitches(model, {
      signal: control.signal,
      batchSize: 4,
      onProgress: ({ done }) => {
        if (done === 8) control.abort(reason)
      },
    })
    await expect(stopped).rejects.toBe(reason)
    expect(batches).toHaveLength(2)
  })

  it('that makes the model throw rejects with the reason and not with the model’s error', async () => {
    const control = new AbortController()
    const model = () => {
      control.abort(reason)
      throw new Error('killed')
    }
    await expect(explainSwitches(model, { signal: control.signal })).rejects.toBe(reason)
  })

  it('leaves no listener behind on the signal', async () => {
    const control = new AbortController()
    let listening = 0
    const { signal } = control
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = ((...args: Parameters<typeof add>) => {
      listening++
      add(...args)
    }) as typeof add
    signal.removeEventListener = ((...args: Parameters<typeof remove>) => {
      listening--
      remove(...args)
    }) as typeof remove
    await explainSwitches(logistic(weights), { signal })
    expect(listening).toBe(0)
  })
})

describe('a model that works on several batches at once', () => {
  /**
   * Answers after as many milliseconds as `delays` say, in turn; counts the batches under way. The first `together`
   * batches wait for each other.
   */
  function slow(delays: readonly number[], failing = -1, together = 1) {
    const seen = { most: 0, calls: 0 }
    let running = 0
    const model: Predictor<readonly number[]> = {
      concurrency: 3,
      predict: async (rows) => {
        const call = seen.calls++
        running++
        seen.most = Math.max(seen.most, running)
        for (let tries = 0; seen.calls < together && tries < 1000; tries++) {
          await new Promise((resolve) => setTimeout(resolve, 1))
        }
        await new Promise((resolve) => setTimeout(resolve, delays[call % delays.length]))
        running--
        if (call >= failing && failing >= 0) throw new Error(`call ${call}`)
        return logistic(weights)(rows)
      },
    }
    return { seen, model }
  }

  it('is sent so many, and its answers are taken in order, whichever comes first', async () => {
    const { seen, model } = slow([20, 1, 8], -1, 3)
    const progress: Progress[] = []
    const pipelined = await explainSwitches(model, {
      batchSize: 3,
      onProgress: (one) => progress.push(one),
    })
    const one = await explainSwitches(logistic(weights), { batchSize: 3 })
    expect(seen.most).toBe(3)
    expect(pipelined.labels).toEqual(one.labels)
    const done = progress.filter(({ stage }) => stage === 'predicting').map(({ done }) => done)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    expect(done.at(-1)).toBe(16)
  })

  it('fails with the first failure, in the order of the batches', async () => {
    const { model } = slow([20, 1, 8], 1)
    const asked = explainSwitches(model, { batchSize: 3 })
    await expect(asked).rejects.toMatchObject({
      code: 'predictor',
      got: 'an error: call 1',
      where: 'model, batch of samples 3 to 5',
    })
  })

  it('is not sent more after an abort', async () => {
    const { seen, model } = slow([5])
    const control = new AbortController()
    const asked = explainSwitches(model, {
      batchSize: 1,
      signal: control.signal,
      onProgress: ({ done }) => {
        if (done === 2) control.abort(new Error('enough'))
      },
    })
    await expect(asked).rejects.toThrow('enough')
    expect(seen.calls).toBeLessThanOrEqual(5)
  })
})
