/**
 * Long work in slices, so that it need not hold the caller's thread: timers, requests, progress and aborts come in between.
 *
 * Work is written once, as a generator that yields where it may pause. `allAtOnce` runs it through; `inSlices` lets the
 * event loop turn whenever a slice took long.
 */

/** Work that may pause at each `yield`. */
export type Slices<Result> = Generator<void, Result>

/** Milliseconds after which a slice ends at the next pause. */
const SLICE = 12

/** The result, without a pause. */
export function allAtOnce<Result>(work: Slices<Result>): Result {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

/** The result, with pauses. Rejects with the signal's reason when it is aborted. */
export async function inSlices<Result>(
  work: Slices<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  let began = performance.now()
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    if (performance.now() - began < SLICE) continue
    await eventLoopTurn()
    signal?.throwIfAborted()
    began = performance.now()
  }
}

/** Resolves after timers, requests and messages that were waiting have had their turn. */
export function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}
