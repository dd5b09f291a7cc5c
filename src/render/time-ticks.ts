/**
 * Marks along a time axis, at round numbers of steps, or of milliseconds or seconds where the sampling rate is known.
 */

/** One mark. */
export interface TimeTick {
  /** Where it stands, in steps; need not be whole. */
  readonly step: number
  readonly text: string
}

/** Marks from 0 to `steps`, about `most` at the most, 1, 2 or 5 times a power of ten apart, and what they count. */
export function timeTicks(
  steps: number,
  samplingRate: number | undefined,
  most: number,
): { readonly ticks: readonly TimeTick[]; readonly unit: string } {
  const seconds = samplingRate === undefined ? undefined : steps / samplingRate
  const unit = seconds === undefined ? 'step' : seconds < 2 ? 'ms' : 's'
  const scale =
    samplingRate === undefined ? 1 : unit === 'ms' ? 1000 / samplingRate : 1 / samplingRate
  const end = steps * scale
  const apart = roundInterval(end / Math.max(1, most), unit === 'step' ? 1 : 0)
  const decimals = Math.max(0, -Math.floor(Math.log10(apart)))
  const ticks: TimeTick[] = []
  for (let i = 0; i * apart <= end * (1 + 1e-9); i++) {
    ticks.push({ step: (i * apart) / scale, text: (i * apart).toFixed(decimals) })
  }
  return { ticks, unit }
}

/** The smallest of 1, 2, 5 × 10ⁿ that is not below `size`, nor below `least`. */
function roundInterval(size: number, least: number): number {
  const power = 10 ** Math.floor(Math.log10(size))
  const interval =
    ([1, 2, 5, 10].find((factor) => factor * power >= size * (1 - 1e-9)) ?? 10) * power
  return Math.max(least, interval)
}
