/**
 * How long to wait before a request is sent again.
 *
 * Exponential backoff with full jitter: wait_k = u_k · min(maxWait, 250 ms · 2^k), u_k uniform in [0, 1). The u_k come
 * from splitmix32, a counter hashed (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014,
 * in 32 bits), so that a run can be repeated. A Retry-After of the server goes before.
 */

const FIRST_WAIT = 250

/** A stream of waits with jitter of a seed. */
export function waits(seed: number, maxWait: number): (attempt: number) => number {
  let state = seed >>> 0
  return (attempt) => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    const uniform = ((z ^ (z >>> 15)) >>> 0) / 2 ** 32
    return uniform * Math.min(maxWait, FIRST_WAIT * 2 ** attempt)
  }
}

/** Milliseconds that a Retry-After header asks for: seconds, or a date; undefined where it says neither. */
export function readRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null || header.trim() === '') return undefined
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** Waits; rejects with the signal's reason when it is aborted. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const onAbort = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, milliseconds)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
