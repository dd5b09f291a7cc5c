/**
 * What every predictor must do, whatever stands behind it: one suite, run over all of them.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Matrix, type Predictor, SodalimeError } from '../../src/contract/index.ts'

/** A predictor under test. */
export interface Candidate<Input> {
  readonly open: () => Promise<Predictor<Input>>
  /** A few instances that differ from each other. */
  readonly instances: readonly Input[]
  /** Columns of the outputs. */
  readonly columns: number
  /** Whether rows are probabilities. */
  readonly sumsToOne: boolean
  /** An instance that the model cannot take. */
  readonly unfit?: Input
  /** How far the same instance may differ between batches. Default 1e-6: ONNX Runtime computes in float32. */
  readonly tolerance?: number
}

/** Runs the suite. */
export function predictorSuite<Input>(name: string, candidate: Candidate<Input>): void {
  const { open, instances, columns, sumsToOne, unfit } = candidate
  const tolerance = candidate.tolerance ?? 1e-6
  const batch = (n: number): Input[] =>
    Array.from({ length: n }, (_, i) => instances[i % instances.length]!)

  describe(`the predictor ${name}`, () => {
    let predictor: Predictor<Input>
    const ask = async (inputs: readonly Input[], signal?: AbortSignal): Promise<Matrix> =>
      (await predictor.predict(inputs, { signal })) as Matrix

    beforeAll(async () => {
      predictor = await open()
    })
    afterAll(async () => {
      await predictor.close?.()
    })

    it.each([1, 7, 1000])('answers a batch of %i with a row for each instance', async (n) => {
      const { rows, cols, data } = await ask(batch(n))
      expect({ rows, cols, length: data.length }).toEqual({
        rows: n,
        cols: columns,
        length: n * columns,
      })
      expect(data.every(Number.isFinite)).toBe(true)
    })

    it.runIf(sumsToOne)('answers with probabilities that sum to 1', async () => {
      const { data, rows, cols } = await ask(batch(50))
      for (let i = 0; i < rows; i++) {
        const row = data.subarray(i * cols, (i + 1) * cols)
        expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5)
        expect(Math.min(...row)).toBeGreaterThanOrEqual(-tolerance)
      }
    })

    it('gives equal outputs for equal inputs, alone, within a batch and again', async () => {
      const together = await ask(batch(1000))
      const again = await ask(batch(1000))
      expect(again.data).toEqual(together.data)
      for (let i = 0; i < instances.length; i++) {
        const alone = await ask([instances[i]!])
        for (let at = i; at < 1000; at += instances.length * 37) {
          for (let j = 0; j < columns; j++) {
            const difference = Math.abs(together.data[at * columns + j]! - alone.data[j]!)
            expect(difference).toBeLessThanOrEqual(tolerance)
          }
        }
      }
    })

    it('answers with fresh arrays', async () => {
      const first = await ask(batch(3))
      const kept = first.data.slice()
      first.data.fill(Number.NaN)
      expect((await ask(batch(3))).data).toEqual(kept)
    })

    it('answers several batches asked at once, each with its own rows', async () => {
      const alone = await Promise.all(batch(4).map((one) => ask([one])))
      const pairs = await Promise.all(batch(4).map((one) => ask([one, one])))
      pairs.forEach(({ data }, i) => {
        for (let j = 0; j < 2 * columns; j++) {
          expect(data[j]).toBeCloseTo(alone[i]!.data[j % columns]!, 5)
        }
      })
    })

    it('rejects an aborted call with the reason of the signal, and answers the next', async () => {
      const reason = new Error('no longer wanted')
      await expect(ask(batch(3), AbortSignal.abort(reason))).rejects.toBe(reason)
      expect((await ask(batch(3))).rows).toBe(3)
    })

    it.runIf(unfit !== undefined)(
      'refuses an instance that does not fit with one of our errors, and answers the next',
      async () => {
        await expect(ask([unfit!])).rejects.toBeInstanceOf(SodalimeError)
        expect((await ask(batch(2))).rows).toBe(2)
      },
    )

    // The full length, 10,000 predictions, is run by `npm run -s bench -- model-memory`.
    it('holds no memory from call to call', async () => {
      const predictions = async (n: number) => {
        for (let i = 0; i < n; i++) await ask(batch(10))
        return process.memoryUsage().rss / 2 ** 20
      }
      const before = await predictions(150)
      expect((await predictions(150)) - before).toBeLessThan(100)
    })

    it('closes twice without complaint, and then refuses to predict', async () => {
      const other = await open()
      await other.close?.()
      await other.close?.()
      await expect((async () => other.predict(batch(1), {}))()).rejects.toMatchObject({
        code: 'predictor',
      })
    })
  })
}
