/**
 * Asks the model about samples, block after block.
 *
 * 1. Find the distinct perturbations (`distinct-rows.ts`); those of earlier blocks are answered already.
 * 2. Make their inputs batch by batch, ask, check the answer, drop the inputs. A model that works on several batches at
 *    once (`concurrency`) is sent the next ones meanwhile; answers are taken in order.
 * 3. Spread the answers over all rows, as they come: rows before `answered` are whole at any time.
 * 4. Once, on request, ask about the instance again: two answers to one question tell a model with noise of its own.
 * 5. Samples that instances share (`Neighbourhood.shared`) are asked about once, where the model is `immutable`, and the
 *    instance by itself: in the same batches whether answers are kept already or not, so that they are the same bits.
 *
 * A thrown error becomes a PredictorError, an answer of the wrong form a PredictorOutputError; both name the batch.
 * Samples that the model answers with NaN or infinity are kept aside and counted; the instance must have an answer.
 * When the caller aborts, the call rejects at once, even if the model never answers.
 */
import { PredictorError, PredictorOutputError, SodalimeError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { Outputs, PredictContext, Predictor, Task } from '../contract/predictor.ts'
import type { Control } from '../contract/progress.ts'
import { eventLoopTurn } from '../contract/slices.ts'
import { allRows, distinctRows } from './distinct-rows.ts'
import type { Neighbourhood } from './neighbourhood.ts'
import { firstSample, withoutFirst } from './stack-neighbourhoods.ts'

/** A batch that was sent. */
interface Batch {
  /** Index of its first sample among those asked about. */
  readonly from: number
  readonly rows: Int32Array
  readonly where: string
  readonly asked: number
  readonly outputs: Promise<Outputs>
}

/** How often, in milliseconds, a run of synchronous batches lets the event loop breathe. */
const BREATH = 30

/** What one block is asked with. */
export interface AskOptions {
  /** Ask about the instance (row 0) a second time. */
  readonly again?: boolean
  /** Called after each batch, when rows before `answered` are whole. */
  readonly onAnswered?: () => void
}

/** One model and its answers about one instance. */
export class Inquiry<Input> {
  /** Outputs of the samples, (n, labels), row by row; whole for rows before `answered`. */
  outputs: Float64Array = new Float64Array(0)
  /** Columns of the outputs; 0 before the first answer. */
  cols = 0
  /** Rows, from 0 on, whose outputs are known. */
  answered = 0
  /** Rows whose outputs are not finite, ascending. */
  readonly unanswerable: number[] = []
  /** What was wrong with the first of them. */
  complaint: PredictorOutputError | undefined
  /** Instances answered for, those whose answers were kept included. */
  calls = 0
  batches = 0
  /** The second answer about the instance. */
  again: Float64Array | undefined
  readonly #predictor: Predictor<Input>
  readonly #task: Task
  readonly #size: number
  readonly #atOnce: number
  readonly #control: Control
  readonly #began: number
  #waited = 0

  /** `began` is when the whole call began (`performance.now()`), for reports. */
  constructor(
    predictor: Predictor<Input>,
    task: Task,
    batchSize: number,
    control: Control,
    began: number,
  ) {
    this.#predictor = predictor
    this.#task = task
    this.#size = Math.max(1, Math.min(batchSize, predictor.maxBatchSize ?? batchSize))
    this.#atOnce = Math.max(1, Math.floor(predictor.concurrency ?? 1))
    this.#control = control
    this.#began = began
  }

  /** Seconds spent waiting for the model, batches at the same time counted once. */
  get seconds(): number {
    return this.#waited / 1000
  }

  /** The answers so far, (answered, labels). */
  get matrix(): Matrix {
    const { answered: rows, cols } = this
    return { data: this.outputs.subarray(0, rows * cols), rows, cols }
  }

  /** Asks about all samples that have no answer yet. `samples` begins with those of earlier calls. */
  async ask(samples: Neighbourhood<Input>, options: AskOptions = {}): Promise<void> {
    const { shared } = samples
    const sharing = this.#predictor.immutable === true && this.answered === 0 && !options.again
    if (shared !== undefined && sharing) await this.#askShared(samples, shared, options)
    else await this.#askAll(samples, options)
  }

  /** Asks about the instance alone, and about the other samples unless their answers are kept. */
  async #askShared(
    samples: Neighbourhood<Input>,
    shared: object,
    { onAnswered }: AskOptions,
  ): Promise<void> {
    const n = samples.interpretable.rows
    await this.#askAll(firstSample(samples), {})
    onAnswered?.()
    let others = keptAnswers(this.#predictor, shared)
    if (others === undefined) {
      others = new Inquiry<Input>(
        this.#predictor,
        this.#task,
        this.#size,
        this.#control,
        this.#began,
      )
      await others.#askAll(withoutFirst(samples), {})
      keepAnswers(this.#predictor, shared, others)
      this.#waited += others.#waited
    }
    if (others.cols !== this.cols) throw unevenColumns('model', others.cols, this.cols)
    const outputs = new Float64Array(n * this.cols)
    outputs.set(this.outputs.subarray(0, this.cols))
    outputs.set(others.matrix.data, this.cols)
    this.outputs = outputs
    this.answered = n
    for (const row of others.unanswerable) this.unanswerable.push(row + 1)
    this.complaint = others.complaint
    this.calls += others.calls
    this.batches += others.batches
    onAnswered?.()
  }

  async #askAll(
    samples: Neighbourhood<Input>,
    { again = false, onAnswered }: AskOptions,
  ): Promise<void> {
    const n = samples.interpretable.rows
    const { first, of } = samples.codes ? distinctRows(samples.codes, n) : allRows(n)
    const known = countBelow(first, this.answered)
    const asked = first.subarray(known)
    const questions = again ? withInstance(asked) : asked
    const control = this.#control
    const abort = abortPromise(control.signal)
    let breathed = this.#began
    const breathe = async (): Promise<void> => {
      await eventLoopTurn()
      breathed = performance.now()
    }
    const send = (from: number): Batch => {
      const batch = questions.subarray(from, Math.min(from + this.#size, questions.length))
      const where = `model, batch of samples ${known + from} to ${known + from + batch.length - 1}`
      const inputs = samples.inputs(batch)
      const sent = performance.now()
      const outputs = answer(this.#predictor, inputs, control.signal, abort.promise, where)
      // Heard when its turn comes, or, after the failure of one before, nowhere.
      outputs.catch(() => {})
      return { from, rows: batch, where, asked: sent, outputs }
    }
    try {
      const running: Batch[] = []
      let next = 0
      let answeredAt = 0
      while (next < questions.length || running.length > 0) {
        while (running.length < this.#atOnce && next < questions.length) {
          if (running.length > 0) await breathe()
          running.push(send(next))
          next += this.#size
        }
        const batch = running.shift()!
        const outputs = readOutputs(await batch.outputs, batch.rows.length, this.#task, batch.where)
        const now = performance.now()
        this.#waited += now - Math.max(batch.asked, answeredAt)
        answeredAt = now
        this.#keep(outputs, batch, asked.length, n)
        const done = batch.from + batch.rows.length
        this.#spread(first, of, Math.min(first.length, known + done), n)
        control.onProgress?.({
          stage: 'predicting',
          done: Math.min(first.length, known + done),
          total: first.length,
          seconds: (now - this.#began) / 1000,
        })
        onAnswered?.()
        if (now - breathed > BREATH && done < questions.length) await breathe()
        control.signal?.throwIfAborted()
      }
    } finally {
      abort.forget()
    }
    this.#spread(first, of, first.length, n)
  }

  /** Writes a batch's answers to their rows. */
  #keep({ data, cols }: Matrix, batch: Batch, asked: number, n: number): void {
    const { where, rows, from } = batch
    if (this.cols === 0) this.cols = cols
    else if (cols !== this.cols) throw unevenColumns(where, cols, this.cols)
    if (this.outputs.length < n * cols) {
      const grown = new Float64Array(n * cols)
      grown.set(this.outputs)
      this.outputs = grown
    }
    const { outputs } = this
    const kept = Math.min(rows.length, asked - from)
    for (let r = 0, at = 0; r < kept; r++) {
      for (let j = 0, to = rows[r]! * cols; j < cols; j++, at++, to++) {
        const value = data[at]!
        outputs[to] = value
        // Infinity − Infinity and NaN − NaN are NaN.
        if (value - value !== 0) this.#refuse(value, r, j, batch)
      }
    }
    if (kept < rows.length) this.again = data.slice(kept * cols)
    this.calls += rows.length
    this.batches++
  }

  #refuse(value: number, r: number, column: number, { where, rows }: Batch): void {
    this.complaint ??= new PredictorOutputError({
      where,
      got: `${value} in row ${r}, column ${column}`,
      expected: 'finite numbers',
      remedy:
        'Look at the model for that input: missing values and values outside the training range are usual causes.',
    })
    if (rows[r] === 0) throw this.complaint
  }

  /** Copies answers to rows that are equal to earlier ones, up to the first row without an answer. */
  #spread(first: Int32Array, of: Int32Array, known: number, n: number): void {
    const end = known < first.length ? first[known]! : n
    const { outputs, cols } = this
    for (let i = this.answered; i < end; i++) {
      const from = first[of[i]!]!
      if (from !== i) outputs.copyWithin(i * cols, from * cols, (from + 1) * cols)
      if (this.complaint === undefined) continue
      const row = outputs.subarray(i * cols, (i + 1) * cols)
      if (!row.every(Number.isFinite)) this.unanswerable.push(i)
    }
    this.answered = Math.max(this.answered, end)
  }
}

/** Answers about shared samples, by the model's function and the samples; let go with either of them. */
const kept = new WeakMap<object, WeakMap<object, Inquiry<never>>>()

function keptAnswers<Input>(
  { predict }: Predictor<Input>,
  shared: object,
): Inquiry<Input> | undefined {
  return kept.get(predict)?.get(shared) as Inquiry<Input> | undefined
}

function keepAnswers<Input>(
  { predict }: Predictor<Input>,
  shared: object,
  answers: Inquiry<Input>,
): void {
  const known = kept.get(predict) ?? new WeakMap<object, Inquiry<never>>()
  kept.set(predict, known)
  known.set(shared, answers as Inquiry<never>)
}

function unevenColumns(where: string, got: number, expected: number): PredictorOutputError {
  return new PredictorOutputError({
    where,
    got: `${got} output columns`,
    expected: `${expected}, as in the batches before`,
    remedy: 'A model must answer every batch with the same number of columns.',
  })
}

function withInstance(rows: Int32Array): Int32Array {
  const more = new Int32Array(rows.length + 1)
  more.set(rows)
  return more
}

/** How many of these ascending numbers are below `bound`. */
function countBelow(ascending: Int32Array, bound: number): number {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! < bound) low = middle + 1
    else high = middle
  }
  return low
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

/** The answer as a matrix, checked: rows and columns. */
export function readOutputs(outputs: Outputs, n: number, task: Task, where: string): Matrix {
  const matrix = toMatrix(outputs, where)
  const { rows, cols } = matrix
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
