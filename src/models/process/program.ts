/**
 * A program over its restarts:
 *
 * 1. It is started once, told the protocol's name, and kept. Batches may be sent before earlier ones are answered;
 *    answers may come in any order.
 * 2. If it dies, it is started again and open batches are sent again. If it dies again before it has answered anything,
 *    all open batches fail with the end of its stderr.
 * 3. An aborted call kills it (there is no other way to stop a batch); open batches of other calls go to a new one.
 * 4. Silence for `timeout` while batches are open, and lines that are no answers, kill it and fail the open batches. The
 *    next batch starts a new one.
 * 5. `close` ends its stdin, then sends SIGTERM, then SIGKILL, to everything it has started.
 */
import {
  type Matrix,
  type PredictContext,
  PredictorError,
  PredictorOutputError,
} from '../../contract/index.ts'
import { type Child, type ChildEnd, startChild } from './child.ts'
import {
  type Greeting,
  greetingLine,
  type ProcessInput,
  readAnswer,
  requestLine,
} from './messages.ts'

/** How the program is run; times in milliseconds. */
export interface ProgramOptions {
  readonly timeout: number
  readonly startTimeout: number
  readonly grace: number
  readonly cwd: string | undefined
  readonly env: { readonly [name: string]: string } | undefined
  readonly onStderr: ((text: string) => void) | undefined
}

interface OpenBatch {
  readonly line: string
  readonly rows: number
  readonly resolve: (outputs: Matrix) => void
  readonly reject: (reason: unknown) => void
}

/** The program over its restarts, and the batches that it owes an answer for. */
export class Program {
  readonly #words: readonly string[]
  readonly #options: ProgramOptions
  readonly #where: string
  readonly #open = new Map<number, OpenBatch>()
  /** Programs that were told to end and are not gone yet. */
  readonly #ending = new Set<Promise<void>>()
  #child: Child | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #greeted = false
  #lastId = 0
  #deaths = 0
  #closed: Promise<void> | undefined

  constructor(words: readonly string[], options: ProgramOptions) {
    this.#words = words
    this.#options = options
    this.#where = `process ${JSON.stringify(words.join(' '))}`
  }

  #greeting: Greeting = {}

  /** Waits for the answer to the first line. */
  async greet(): Promise<Greeting> {
    await new Promise<Matrix>((resolve, reject) => {
      this.#open.set(0, { line: '', rows: 0, resolve, reject })
      this.#start()
    })
    return this.#greeting
  }

  predict(inputs: readonly ProcessInput[], { signal }: PredictContext): Promise<Matrix> {
    signal?.throwIfAborted()
    if (this.#closed !== undefined) throw this.#closedError()
    const id = ++this.#lastId
    return new Promise<Matrix>((resolve, reject) => {
      const onAbort = (): void => {
        this.#open.delete(id)
        this.#replaceAfterAbort()
        settle(reject)(signal!.reason)
      }
      const settle =
        <Value>(done: (value: Value) => void) =>
        (value: Value): void => {
          signal?.removeEventListener('abort', onAbort)
          done(value)
        }
      signal?.addEventListener('abort', onAbort, { once: true })
      const line = requestLine(id, inputs)
      const batch = {
        line,
        rows: inputs.length,
        resolve: settle(resolve),
        reject: settle(reject),
      }
      this.#open.set(id, batch)
      if (this.#child === undefined) this.#start()
      else {
        this.#child.write(line)
        this.#watch(this.#open.size === 1)
      }
    })
  }

  close(): Promise<void> {
    this.#closed ??= this.#shutDown()
    return this.#closed
  }

  async #shutDown(): Promise<void> {
    this.#rejectAll(this.#closedError())
    const child = this.#drop()
    await Promise.all([child?.stop(this.#options.grace), ...this.#ending])
  }

  /** Starts the program, greets it, and sends it every open batch. */
  #start(): void {
    this.#greeted = false
    const child: Child = startChild(this.#words, this.#options, {
      onLine: (line) => {
        if (this.#child === child) this.#onLine(line)
      },
      onStderr: (text) => this.#options.onStderr?.(text),
      onEnd: (end) => {
        if (this.#child === child) this.#onDeath(end, child)
      },
    })
    this.#child = child
    child.write(greetingLine())
    for (const { line } of this.#open.values()) if (line !== '') child.write(line)
    this.#watch(true)
  }

  #onLine(line: string): void {
    const answer = readAnswer(line)
    if (answer === undefined || (answer.id !== 0 && answer.id > this.#lastId)) {
      this.#fail(
        `the line ${JSON.stringify(line.length > 200 ? `${line.slice(0, 200)}…` : line)} on stdout`,
        'answers of the form {"id": 1, "outputs": [[0.1, 0.9]]}',
        'Print nothing else to stdout; messages belong on stderr.',
      )
      return
    }
    if (answer.id === 0) {
      this.#greeted = true
      this.#greeting = answer.greeting
    } else this.#deaths = 0
    const batch = this.#open.get(answer.id)
    this.#open.delete(answer.id)
    this.#watch(true)
    if (batch === undefined) return
    if ('error' in answer && answer.id !== 0) batch.reject(this.#refusal(answer.error))
    else if ('error' in answer) batch.resolve({ data: new Float64Array(0), rows: 0, cols: 0 })
    else if (answer.outputs.rows !== batch.rows) {
      batch.reject(this.#wrongRows(answer.outputs.rows, batch.rows))
    } else batch.resolve(answer.outputs)
  }

  #onDeath(end: ChildEnd, child: Child): void {
    this.#drop()
    if (this.#open.size === 0) return
    this.#deaths += 1
    const neverStarted = end.cause !== undefined || (this.#open.has(0) && end.code !== null)
    if (this.#deaths <= 1 && !neverStarted) {
      this.#start()
      return
    }
    const how =
      end.cause !== undefined
        ? `a program that cannot be started (${end.cause.message})`
        : `the end of the program (${end.signal ?? `exit code ${end.code}`})`
    this.#rejectAll(
      this.#error(
        how,
        this.#open.has(0) ? 'an answer to the first line' : 'an answer to every batch',
        end.cause === undefined
          ? 'Run the command by itself to see what is wrong.'
          : 'Check that the program exists and can be run.',
        child,
        end.cause,
      ),
    )
    this.#deaths = 0
  }

  #replaceAfterAbort(): void {
    const child = this.#drop()
    if (child !== undefined) this.#end(child)
    if (this.#open.size > 0) this.#start()
  }

  /** Kills the program and fails every open batch. */
  #fail(got: string, expected: string, remedy: string): void {
    const child = this.#drop()
    const error = this.#error(got, expected, remedy, child)
    if (child !== undefined) this.#end(child)
    this.#rejectAll(error)
  }

  #end(child: Child): void {
    const ending = child.kill(this.#options.grace).finally(() => this.#ending.delete(ending))
    this.#ending.add(ending)
  }

  #drop(): Child | undefined {
    const child = this.#child
    this.#child = undefined
    clearTimeout(this.#timer)
    return child
  }

  /** Keeps Node alive and, with `again`, sets the clock anew while an answer is owed. */
  #watch(again: boolean): void {
    const owed = this.#open.size > 0 || !this.#greeted
    this.#child?.setBusy(this.#open.size > 0)
    if (!again) return
    clearTimeout(this.#timer)
    if (!owed) return
    const limit = this.#greeted ? this.#options.timeout : this.#options.startTimeout
    this.#timer = setTimeout(() => {
      this.#fail(
        `no answer for ${limit / 1000} seconds`,
        this.#greeted ? 'an answer to every batch' : 'an answer to the first line',
        this.#greeted
          ? 'Give it more time with the option timeout, or send smaller batches.'
          : 'Give it more time with the option startTimeout, and see docs/process-protocol.md.',
      )
    }, limit)
  }

  #rejectAll(error: unknown): void {
    const batches = [...this.#open.values()]
    this.#open.clear()
    for (const batch of batches) batch.reject(error)
  }

  #error(
    got: string,
    expected: string,
    remedy: string,
    child: Child | undefined,
    cause?: unknown,
  ): PredictorError {
    const tail = child?.stderrTail() ?? ''
    return new PredictorError({
      where: this.#where,
      got,
      expected,
      remedy: tail === '' ? remedy : `${remedy} The end of its stderr:\n${tail}`,
      cause,
    })
  }

  #refusal(message: string): PredictorError {
    return this.#error(
      `the error ${JSON.stringify(message)}`,
      'outputs',
      'The program itself says so; see its code.',
      this.#child,
    )
  }

  #wrongRows(got: number, expected: number): PredictorOutputError {
    return new PredictorOutputError({
      where: this.#where,
      got: `${got} rows`,
      expected: `${expected} rows, one for each instance`,
      remedy: 'Answer a batch with one row of numbers for each of its inputs, in order.',
    })
  }

  #closedError(): PredictorError {
    return new PredictorError({
      where: this.#where,
      got: 'a call after close()',
      expected: 'an open predictor',
      remedy: 'Start it again with spawnPredictor.',
    })
  }
}
