/**
 * Answers that need not be asked for again, by the body of their request, the oldest forgotten first:
 *
 * 1. What a failed call had been answered is kept for the next call, up to 64 MB and ten minutes, and handed out once.
 * 2. Where the caller wants it (`remember`), every answer is kept, up to that many bytes.
 */
import type { Matrix } from '../../contract/index.ts'

const KEPT_BYTES = 64e6
const KEPT_MILLISECONDS = 600_000

interface Kept {
  readonly outputs: Matrix
  readonly bytes: number
  readonly since: number
}

/** The answers of one server. */
export class AnswerMemory {
  readonly #always: boolean
  readonly #limit: number
  readonly #kept = new Map<string, Kept>()
  #bytes = 0

  constructor(remember: number) {
    this.#always = remember > 0
    this.#limit = this.#always ? remember : KEPT_BYTES
  }

  /** The answer to a request, where it is known. */
  find(body: string): Matrix | undefined {
    const kept = this.#kept.get(body)
    if (kept === undefined) return undefined
    const tooOld = !this.#always && performance.now() - kept.since > KEPT_MILLISECONDS
    if (!this.#always || tooOld) this.#forget(body, kept)
    return tooOld ? undefined : kept.outputs
  }

  /** Keeps an answer of a call that goes well so far, where every answer is kept. */
  noteAnswer(body: string, outputs: Matrix): void {
    if (this.#always) this.#keep(body, outputs)
  }

  /** Keeps the answers of a call that failed. */
  noteFailure(answers: ReadonlyMap<string, Matrix>): void {
    for (const [body, outputs] of answers) this.#keep(body, outputs)
  }

  clear(): void {
    this.#kept.clear()
    this.#bytes = 0
  }

  #keep(body: string, outputs: Matrix): void {
    const bytes = 2 * body.length + 8 * outputs.data.length
    const known = this.#kept.get(body)
    if (bytes > this.#limit || known !== undefined) return
    this.#kept.set(body, { outputs, bytes, since: performance.now() })
    this.#bytes += bytes
    for (const [oldest, kept] of this.#kept) {
      if (this.#bytes <= this.#limit) break
      this.#forget(oldest, kept)
    }
  }

  #forget(body: string, kept: Kept): void {
    this.#kept.delete(body)
    this.#bytes -= kept.bytes
  }
}
