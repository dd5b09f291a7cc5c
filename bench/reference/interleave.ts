/**
 * Times two sides in turn, ours and the reference's, so that a machine that slows down slows both.
 */
import type { PythonLime } from './python-lime.ts'

/** Medians in milliseconds, and the first call of ours. */
export interface Timing {
  readonly cold: number
  readonly ours: number
  readonly reference: number | null
}

/** Calls `ours` and, where there is one, the reference `repeats` times in turn, after one call of each to warm up. */
export async function interleave(
  repeats: number,
  ours: () => Promise<unknown>,
  python: PythonLime | undefined,
  request: unknown,
  callsEach = 5,
): Promise<Timing> {
  const cold = await timed(ours)
  await python?.explain(request)
  const mine: number[] = []
  const theirs: number[] = []
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (let call = 0; call < callsEach; call++) mine.push(await timed(ours))
    if (python) theirs.push(await python.explain(request))
  }
  return { cold, ours: median(mine), reference: python ? median(theirs) : null }
}

/** Milliseconds of one call. */
export async function timed(call: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await call()
  return performance.now() - began
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
