/**
 * How much memory a model may take, said before it is taken.
 *
 * 1. The size of the file is compared with `maxBytes` and with what the machine has free, before it is read.
 * 2. Every weight is counted before it is read; compressed files cannot hide their size.
 */
import { DataError, PredictorError } from '../../contract/errors.ts'

/** The largest model by default: what an ONNX file can hold. */
export const DEFAULT_MAX_BYTES = 2 ** 31 - 1

/** Bytes that may still be taken. */
export class MemoryBudget {
  readonly #limit: number
  #taken = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Counts `bytes`; throws a DataError that names `where` when the limit is passed. */
  take(bytes: number, where: string): void {
    this.#taken += bytes
    if (this.#taken > this.#limit || !Number.isSafeInteger(this.#taken)) {
      throw new DataError({
        where,
        got: `${megabytes(this.#taken)} of weights so far`,
        expected: `at most ${megabytes(this.#limit)}`,
        remedy: 'If the file is to be trusted, raise the option maxBytes.',
      })
    }
  }
}

/**
 * Compares a file's size with what there is, before it is read: a PredictorError for files over `maxBytes`, or of more
 * than a third of the free memory (file, weights, and ONNX Runtime's copy). Sources that are no path are not looked at.
 */
export async function checkFileSize(source: unknown, maxBytes: number): Promise<void> {
  const size = await sizeOf(source)
  if (size === undefined) return
  const isPath = typeof source === 'string' || source instanceof URL
  const where = isPath ? String(source) : 'the model given as bytes'
  if (size > maxBytes) throw tooLarge(where, size, `at most ${megabytes(maxBytes)} (maxBytes)`)
  const free = typeof process === 'undefined' ? undefined : process.availableMemory?.()
  if (free !== undefined && size * 3 > free) {
    throw tooLarge(where, size, `at most a third of the free memory, ${megabytes(free)}`)
  }
}

/** Size of a model in bytes or on disk; undefined for URLs and missing files, whose reader says what is wrong. */
async function sizeOf(source: unknown): Promise<number | undefined> {
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) return source.byteLength
  if (typeof process === 'undefined' || process.versions?.node === undefined) return undefined
  const text = String(source)
  if (/^(https?|blob|data):/i.test(text)) return undefined
  const { stat } = await import('node:fs/promises')
  const path = source instanceof URL || text.startsWith('file:') ? new URL(text) : text
  return (await stat(path).catch(() => undefined))?.size
}

function tooLarge(where: string, size: number, expected: string): PredictorError {
  return new PredictorError({
    where,
    got: `a model of ${megabytes(size)}`,
    expected,
    remedy:
      'Load it on a machine with more memory, or save a smaller model (half precision, no optimizer).',
  })
}

function megabytes(bytes: number): string {
  if (bytes < 2 ** 20) return `${bytes} bytes`
  return `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 24 ? 1 : 0)} MB`
}
