/**
 * Filters for physiological signals: band-pass, notch, and removal of the baseline.
 *
 * 1. Second-order sections by the bilinear transform (R. Bristow-Johnson, Audio EQ Cookbook): low-pass and high-pass
 *    with Q = 1/√2 (Butterworth), notch with Q = f / bandwidth.
 * 2. Each section runs forwards and backwards, so that nothing moves in time; the ends are extended by odd reflection.
 *    Run twice, its gain is squared: 6 dB down at the corner.
 */
import { DataError, OptionError } from '../contract/errors.ts'

/** y[n] = b0 x[n] + b1 x[n−1] + b2 x[n−2] − a1 y[n−1] − a2 y[n−2] */
export interface Section {
  readonly b0: number
  readonly b1: number
  readonly b2: number
  readonly a1: number
  readonly a2: number
}

/** What lies between `low` and `high` Hz, 0 < low < high < samplingRate / 2. */
export function bandPass(
  signal: Float64Array,
  samplingRate: number,
  low: number,
  high: number,
): Float64Array {
  checkFrequencies('bandPass', samplingRate, low, high)
  return zeroPhase(
    zeroPhase(signal, highPassSection(samplingRate, low)),
    lowPassSection(samplingRate, high),
  )
}

/** Without `frequency` Hz, such as the 50 or 60 Hz of the mains; `bandwidth` in Hz, default 2. */
export function notch(
  signal: Float64Array,
  samplingRate: number,
  frequency: number,
  bandwidth = 2,
): Float64Array {
  checkFrequencies('notch', samplingRate, frequency, samplingRate / 2 - 1e-9)
  const { w, alpha } = angle(samplingRate, frequency, frequency / bandwidth)
  return zeroPhase(
    signal,
    normalised(1, -2 * Math.cos(w), 1, 1 + alpha, -2 * Math.cos(w), 1 - alpha),
  )
}

/**
 * Without its baseline: a running median over 0.2 s takes the QRS complexes out, one over 0.6 s the T waves, and what is
 * left is subtracted (P. de Chazal et al. 2004, IEEE Trans. Biomed. Eng. 51(7), section II-B).
 */
export function removeBaseline(signal: Float64Array, samplingRate: number): Float64Array {
  checkSignal('removeBaseline', signal)
  const short = runningMedian(signal, Math.max(1, Math.round(0.2 * samplingRate)))
  const baseline = runningMedian(short, Math.max(1, Math.round(0.6 * samplingRate)))
  return signal.map((value, i) => value - baseline[i]!)
}

/** The section of a Butterworth low-pass of order 2. */
export function lowPassSection(samplingRate: number, frequency: number): Section {
  const { w, alpha } = angle(samplingRate, frequency, Math.SQRT1_2)
  const c = Math.cos(w)
  return normalised((1 - c) / 2, 1 - c, (1 - c) / 2, 1 + alpha, -2 * c, 1 - alpha)
}

/** The section of a Butterworth high-pass of order 2. */
export function highPassSection(samplingRate: number, frequency: number): Section {
  const { w, alpha } = angle(samplingRate, frequency, Math.SQRT1_2)
  const c = Math.cos(w)
  return normalised((1 + c) / 2, -(1 + c), (1 + c) / 2, 1 + alpha, -2 * c, 1 - alpha)
}

/** Forwards and backwards through one section. */
export function zeroPhase(signal: Float64Array, section: Section): Float64Array {
  checkSignal('zeroPhase', signal)
  const n = signal.length
  const margin = Math.min(n - 1, settlingTime(section))
  const extended = new Float64Array(n + 2 * margin)
  extended.set(signal, margin)
  for (let k = 1; k <= margin; k++) {
    extended[margin - k] = 2 * signal[0]! - signal[k]!
    extended[margin + n - 1 + k] = 2 * signal[n - 1]! - signal[n - 1 - k]!
  }
  run(extended, section)
  extended.reverse()
  run(extended, section)
  extended.reverse()
  return extended.slice(margin, margin + n)
}

/** In place, from the state in which the first value has stood for ever. */
function run(x: Float64Array, { b0, b1, b2, a1, a2 }: Section): void {
  const steady = ((b0 + b1 + b2) / (1 + a1 + a2)) * x[0]!
  let x1 = x[0]!
  let x2 = x1
  let y1 = steady
  let y2 = steady
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!
    const y = b0 * value + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
    x2 = x1
    x1 = value
    y2 = y1
    y1 = y
    x[i] = y
  }
}

/** Samples until the section's own oscillation has died down to a thousandth. */
function settlingTime({ a2 }: Section): number {
  const radius = Math.sqrt(Math.abs(a2))
  return radius > 0 && radius < 1 ? Math.ceil(Math.log(1e-3) / Math.log(radius)) : 12
}

/** The median of the window of `width` values (made odd) around each value; windows are cut off at the ends. */
function runningMedian(signal: Float64Array, width: number): Float64Array {
  const half = width >> 1
  const n = signal.length
  const window: number[] = []
  const out = new Float64Array(n)
  for (let j = 0; j < Math.min(half, n); j++) insert(window, signal[j]!)
  for (let i = 0; i < n; i++) {
    if (i + half < n) insert(window, signal[i + half]!)
    if (i - half - 1 >= 0) window.splice(place(window, signal[i - half - 1]!), 1)
    const m = window.length
    out[i] = m % 2 === 1 ? window[m >> 1]! : (window[m / 2 - 1]! + window[m / 2]!) / 2
  }
  return out
}

function insert(sorted: number[], value: number): void {
  sorted.splice(place(sorted, value), 0, value)
}

/** The first place whose value is not below `value`. */
function place(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

function angle(samplingRate: number, frequency: number, q: number): { w: number; alpha: number } {
  const w = (2 * Math.PI * frequency) / samplingRate
  return { w, alpha: Math.sin(w) / (2 * q) }
}

function normalised(
  b0: number,
  b1: number,
  b2: number,
  a0: number,
  a1: number,
  a2: number,
): Section {
  return { b0: b0 / a0, b1: b1 / a0, b2: b2 / a0, a1: a1 / a0, a2: a2 / a0 }
}

function checkFrequencies(name: string, samplingRate: number, low: number, high: number): void {
  if (samplingRate > 0 && low > 0 && low < high && high < samplingRate / 2) return
  throw new OptionError({
    where: `${name}, frequencies`,
    got: `${low} to ${high} Hz at ${samplingRate} samples a second`,
    expected: `0 < low < high < ${samplingRate / 2}`,
    remedy: 'Frequencies above half the sampling rate are not in the signal.',
  })
}

function checkSignal(name: string, signal: Float64Array): void {
  const bad = signal.findIndex((value) => !Number.isFinite(value))
  if (signal.length > 0 && bad < 0) return
  throw new DataError({
    where: `${name}, signal`,
    got: signal.length === 0 ? 'no samples' : `${signal[bad]} at sample ${bad}`,
    expected: 'finite numbers, at least one',
    remedy: 'Fill gaps in the recording, or cut it there.',
  })
}
