/**
 * A batch asked in pieces, each one request:
 *
 * 1. The batch is cut into pieces of `batchSize`, or fewer where one instance is large; a piece whose body is over `maxBytes` is halved, and so is one that
 *    the server refuses with 413, which also lowers `maxBytes` for good.
 * 2. As many workers as the transport has places make bodies, send them, and put the answers in their rows.
 * 3. Where a piece fails after all its tries, no further piece is begun; those under way are waited for. What was
 *    answered is kept (`answer-memory.ts`), so that the same call asks for the rest only.
 */
import { type Matrix, PredictorError, PredictorOutputError } from '../../contract/index.ts'
import { AnswerMemory } from './answer-memory.ts'
import type { TransportOptions } from './server-options.ts'
import { statusOf, type Transport } from './transport.ts'

/** What a protocol says: instances to the body of a request, and that to outputs. */
export interface Protocol<Input> {
  /** Where requests go, as errors show it. */
  readonly where: string
  /** The most instances in one request; default: the option `batchSize`. */
  readonly pieceSize?: number | undefined
  /** The JSON text of the request for these instances. */
  readonly encode: (instances: readonly Input[]) => string
  /** Sends it and reads the answer: a row for each of `rows` instances. */
  readonly ask: (body: string, rows: number, signal: AbortSignal | undefined) => Promise<Matrix>
}

interface Piece {
  readonly from: number
  readonly to: number
}

/** A function of a batch over one protocol. */
export function askInPieces<Input>(
  transport: Transport,
  protocol: Protocol<Input>,
  options: TransportOptions,
): {
  readonly predict: (instances: readonly Input[], signal?: AbortSignal) => Promise<Matrix>
  readonly close: () => void
} {
  const memory = new AnswerMemory(options.remember ?? 0)
  const pieceSize = Math.min(options.batchSize ?? 512, protocol.pieceSize ?? Infinity)
  let maxBytes = options.maxBytes ?? 4_000_000

  /** How many instances like the first fit `maxBytes`, so that no body is made that is far too long. */
  function fittingSize(instances: readonly Input[]): number {
    if (instances.length < 2 || pieceSize === 1) return 1
    const bytes = protocol.encode(instances.slice(0, 1)).length
    return Math.max(1, Math.floor(maxBytes / Math.max(1, bytes)))
  }

  async function predict(instances: readonly Input[], signal?: AbortSignal): Promise<Matrix> {
    signal?.throwIfAborted()
    if (transport.closed) throw transport.closedError()
    const pieces = cut(instances.length, Math.min(pieceSize, fittingSize(instances)))
    const outputs = new Rows(protocol.where, instances.length)
    const answered = new Map<string, Matrix>()
    let failure: { readonly error: unknown } | undefined

    /** Answers one piece, or halves it. */
    async function answer({ from, to }: Piece): Promise<void> {
      const body = protocol.encode(instances.slice(from, to))
      const bytes = byteLength(body, maxBytes)
      if (bytes > maxBytes && to - from > 1) {
        pieces.unshift(...halves(from, to))
        return
      }
      let answer = memory.find(body)
      if (answer === undefined) {
        try {
          answer = await protocol.ask(body, to - from, signal)
        } catch (error) {
          if (statusOf(error) !== 413 || to - from === 1) throw error
          maxBytes = Math.min(maxBytes, Math.ceil(bytes / 2))
          pieces.unshift(...halves(from, to))
          return
        }
        memory.noteAnswer(body, answer)
      }
      answered.set(body, answer)
      outputs.set(from, answer)
    }

    async function work(): Promise<void> {
      for (;;) {
        const piece = failure === undefined ? pieces.shift() : undefined
        if (piece === undefined) return
        try {
          await answer(piece)
        } catch (error) {
          failure ??= { error }
        }
      }
    }

    const workers = Math.min(transport.concurrency, instances.length)
    await Promise.all(Array.from({ length: workers }, work))
    if (failure !== undefined) {
      if (!transport.closed) memory.noteFailure(answered)
      signal?.throwIfAborted()
      throw failure.error
    }
    return outputs.matrix()
  }

  return {
    predict,
    close() {
      memory.clear()
      transport.close()
    },
  }
}

/** Outputs that fill up piece by piece. */
class Rows {
  readonly #where: string
  readonly #rows: number
  #data: Float64Array | undefined
  #cols = 0

  constructor(where: string, rows: number) {
    this.#where = where
    this.#rows = rows
  }

  set(from: number, { data, cols }: Matrix): void {
    if (this.#data === undefined) {
      this.#cols = cols
      this.#data = new Float64Array(this.#rows * cols)
    } else if (this.#cols !== cols) {
      throw new PredictorOutputError({
        where: this.#where,
        got: `${cols} output columns in one answer, ${this.#cols} in another`,
        expected: 'the same number in each',
        remedy: 'A model must answer every instance with the same number of outputs.',
      })
    }
    this.#data.set(data, from * cols)
  }

  matrix(): Matrix {
    return { data: this.#data ?? new Float64Array(0), rows: this.#rows, cols: this.#cols }
  }
}

/** The body of a request, or a PredictorError where it is too long for a string of JavaScript. */
export function jsonText(where: string, value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    throw new PredictorError({
      where,
      got: 'instances that cannot be written as JSON',
      expected: 'plain values that fit one request',
      remedy: 'Ask for fewer instances at once with the option batchSize.',
      cause,
    })
  }
}

function cut(rows: number, size: number): Piece[] {
  const pieces: Piece[] = []
  for (let from = 0; from < rows; from += size) {
    pieces.push({ from, to: Math.min(rows, from + size) })
  }
  return pieces
}

function halves(from: number, to: number): Piece[] {
  const middle = from + Math.ceil((to - from) / 2)
  return [
    { from, to: middle },
    { from: middle, to },
  ]
}

/** Bytes in UTF-8; the length where that is over the limit already. */
function byteLength(text: string, limit: number): number {
  return text.length > limit ? text.length : new TextEncoder().encode(text).length
}
