/**
 * Asks the model about a neighbourhood.
 *
 * 1. Find the distinct perturbations (`distinct-rows.ts`).
 * 2. Make their inputs batch by batch, ask, check the answer, drop the inputs. A model that works on several batches at
 *    once (`concurrency`) is sent the next ones meanwhile; answers are taken in order.
 * 3. Spread the answers over all rows.
 *
 * A thrown error becomes a PredictorError, an answer of the wrong form a PredictorOutputError; both name the batch.
 * When the caller aborts, the call rejects at once, even if the model never answers.
 */
import { PredictorError, PredictorOutputError, SodalimeError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { Outputs, PredictContext, Predictor, Task } from '../contract/predictor.ts'
import type { Control } from '../contract/progress.ts'
import { allRows, distinctRows } from './distinct-rows.ts'
import type { Neighbourhood } from './neighbourhood.ts'

/** What the model answered, and what it cost. */
export interface Answers {
  /** (n, labels). */
  readonly outputs: Matrix
  /** Instances sent. */
  readonly calls: number
  readonly batches: number
  /** Seconds spent waiting for the model, batches at the same time counted once. */
  readonly seconds: number
}

/** A batch that was sent. */
interface Batch {
  /** Index of its first sample among the distinct ones. */
  readonly from: number
  readonly count: number
  readonly where: string
  readonly asked: number
  readonly outputs: Promise<Outputs>
}

/** How often, in milliseconds, a run of synchronous batches lets the event loop breathe. */
const BREATH = 30

/** Outputs for every row of the neighbourhood, (n, labels). */
export async function askModel<Input>(
  neighbourhood: Neighbourhood<Input>,
  predictor: Predictor<Input>,
  task: Task,
  batchSize: number,
  control: Control,
  began: number,
): Promise<Answers> {
  const n = neighbourhood.interpretable.rows
  const { first, of } = neighbourhood.codes ? distinctRows(neighbourhood.codes, n) : allRows(n)
  const size = Math.max(1, Math.min(batchSize, predictor.maxBatchSize ?? batchSize))
  const atOnce = Math.max(1, Math.floor(predictor.concurrency ?? 1))
  const abort = abortPromise(control.signal)
  let answers: Float64Array | undefined
  let cols = 0
  let batches = 0
  let waited = 0
  let breathed = began
  const breathe = async (): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve))
    breathed = performance.now()
  }
  const ask = (from: number): Batch => {
    const rows = first.subarray(from, Math.min(from + size, first.length))
    const where = `model, batch of samples ${from} to ${from + rows.length - 1}`
    const inputs = neighbourhood.inputs(rows)
    const asked = performance.now()
    const outputs = answer(predictor, inputs, control.signal, abort.promise, where)
    // Heard when its turn comes, or, after the failure of one before, nowhere.
    outputs.catch(() => {})
    return { from, count: rows.length, where, asked, outputs }
  }
  try {
    const running: Batch[] = []
    let next = 0
    let answered = 0
    while (next < first.length || running.length > 0) {
      while (running.length < atOnce && next < first.length) {
        if (running.length > 0) await breathe()
        running.push(ask(next))
        next += size
      }
      const { from, count, where, asked, outputs } = running.shift()!
      const batch = readOutputs(await outputs, count, task, where)
      const now = performance.now()
      waited += now - Math.max(asked, answered)
      answered = now
      if (answers === undefined) {
        cols = batch.cols
        answers = new Float64Array(first.length * cols)
      } else if (batch.cols !== cols) {
        throw new PredictorOutputError({
          where,
          got: `${batch.cols} output columns`,
          expected: `${cols}, as in the batches before`,
          remedy: 'A model must answer every batch with the same number of columns.',
        })
      }
      answers.set(batch.data, from * cols)
      batches++
      control.onProgress?.({
        stage: 'predicting',
        done: from + count,
        total: first.length,
        seconds: (now - began) / 1000,
      })
      if (now - breathed > BREATH && from + size < first.length) await breathe()
      control.signal?.throwIfAborted()
    }
  } finally {
    abort.forget()
  }
  const data = spread(answers!, cols, of, first.length)
  return { outputs: { data, rows: n, cols }, calls: first.length, batches, seconds: waited / 1000 }
}

/** The model's answer, or the abort, whichever is first. */
async function answer<Input>(
  predictor: Predictor<Input>,
  inputs: readonly Input[],
  signal: AbortSignal | undefined,
  aborted: Promise<never> | undefined,
  where: string,
): Promise<Outputs> {
  signal?.throwIfAborted()
  try {
    const context: PredictContext = signal === undefined ? {} : { signal }
    const outputs = predictor.predict(inputs, context)
    if (!isPromise(outputs)) return outputs
    return await (aborted === undefined ? outputs : Promise.race([outputs, aborted]))
  } catch (cause) {
    if (signal?.aborted) throw signal.reason
    if (cause instanceof SodalimeError) throw cause
    throw new PredictorError({
      where,
      got: `an error: ${cause instanceof Error ? cause.message : String(cause)}`,
      expected: `outputs for ${inputs.length} instances`,
      remedy: 'Call the model with the same inputs outside sodalime to see it fail by itself.',
      cause,
    })
  }
}

/** Whether an answer is still to come: also from a promise of another realm or library. */
function isPromise(outputs: Outputs | Promise<Outputs>): outputs is Promise<Outputs> {
  return typeof (outputs as Promise<Outputs> | null | undefined)?.then === 'function'
}

/** The answer as a matrix, checked: rows, columns, finite numbers. */
export function readOutputs(outputs: Outputs, n: number, task: Task, where: string): Matrix {
  const matrix = toMatrix(outputs, where)
  const { data, rows, cols } = matrix
  if (rows !== n) {
    throw new PredictorOutputError({
      where,
      got: `${rows} rows of outputs`,
      expected: `${n}, one for each instance of the batch`,
      remedy: 'The model must answer for every instance, in the order given.',
    })
  }
  if (task === 'classification' && cols === 1) {
    throw new PredictorOutputError({
      where,
      got: 'one number for each instance',
      expected: 'one row of class probabilities for each instance',
      remedy:
        "Return [1 - p, p] for each instance, or set mode: 'regression' if the model predicts a value.",
    })
  }
  if (cols === 0) {
    throw new PredictorOutputError({
      where,
      got: 'rows without values',
      expected: 'at least one output for each instance',
      remedy: 'Return class probabilities, or the predicted value.',
    })
  }
  for (let k = 0; k < data.length; k++) {
    if (!Number.isFinite(data[k]!)) {
      throw new PredictorOutputError({
        where,
        got: `${data[k]} in row ${Math.floor(k / cols)}, column ${k % cols}`,
        expected: 'finite numbers',
        remedy:
          'Look at the model for that input: missing values and values outside the training range are usual causes.',
      })
    }
  }
  return matrix
}

function toMatrix(outputs: Outputs, where: string): Matrix {
  if (isMatrix(outputs)) {
    if (outputs.data.length === outputs.rows * outputs.cols) return outputs
    throw new PredictorOutputError({
      where,
      got: `a matrix of ${outputs.rows} × ${outputs.cols} with ${outputs.data.length} values`,
      expected: `${outputs.rows * outputs.cols} values`,
      remedy: 'data must hold rows × cols numbers, row by row.',
    })
  }
  if (outputs === null || typeof outputs !== 'object' || typeof outputs.length !== 'number') {
    throw new PredictorOutputError({
      where,
      got: outputs === null ? 'null' : `a value of type ${typeof outputs}`,
      expected: 'an array of outputs, one for each instance',
      remedy: 'Return an array of arrays, an array of numbers (regression) or a matrix.',
    })
  }
  const rows = outputs.length
  const head = outputs[0]
  if (rows === 0 || typeof head !== 'object' || head === null) {
    return { data: Float64Array.from(outputs as ArrayLike<number>, Number), rows, cols: 1 }
  }
  const cols = head.length
  if (typeof cols !== 'number') {
    throw new PredictorOutputError({
      where,
      got: 'an object for each instance',
      expected: 'an array of numbers for each instance',
      remedy: 'Return the probabilities of the classes as an array, always in the same order.',
    })
  }
  const data = new Float64Array(rows * cols)
  for (let i = 0; i < rows; i++) {
    const row = outputs[i] as ArrayLike<number>
    if (row?.length !== cols) {
      throw new PredictorOutputError({
        where,
        got: `${row?.length ?? 'no'} values in row ${i}`,
        expected: `${cols}, as in row 0`,
        remedy: 'A model must answer every instance with the same number of values.',
      })
    }
    for (let j = 0; j < cols; j++) data[i * cols + j] = Number(row[j])
  }
  return { data, rows, cols }
}

function isMatrix(outputs: unknown): outputs is Matrix {
  const matrix = outputs as Matrix | null
  return (
    typeof matrix === 'object' &&
    matrix !== null &&
    matrix.data instanceof Float64Array &&
    typeof matrix.rows === 'number' &&
    typeof matrix.cols === 'number'
  )
}

/** Row i of the result is row `of[i]` of `answers`. */
function spread(answers: Float64Array, cols: number, of: Int32Array, distinct: number) {
  if (of.length === distinct) return answers
  const data = new Float64Array(of.length * cols)
  for (let i = 0; i < of.length; i++) {
    const from = of[i]! * cols
    for (let j = 0; j < cols; j++) data[i * cols + j] = answers[from + j]!
  }
  return data
}

/** A promise that rejects when the signal aborts, and the way to stop listening. */
function abortPromise(signal: AbortSignal | undefined): {
  promise: Promise<never> | undefined
  forget: () => void
} {
  if (signal === undefined) return { promise: undefined, forget: () => {} }
  signal.throwIfAborted()
  let listener = () => {}
  const promise = new Promise<never>((_, reject) => {
    listener = () => reject(signal.reason)
    signal.addEventListener('abort', listener, { once: true })
  })
  promise.catch(() => {})
  return { promise, forget: () => signal.removeEventListener('abort', listener) }
}
