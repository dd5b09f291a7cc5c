/**
 * R peaks of an ECG (J. Pan, W. J. Tompkins: A real-time QRS detection algorithm, IEEE Trans. Biomed. Eng. 32 (1985) 230–236).
 *
 * 1. Band-pass 5–15 Hz, slope by a five-point derivative, square, mean over a moving window of 150 ms.
 * 2. Peaks of that energy at least 200 ms apart are QRS complexes or noise: two running levels, SPK and NPK, and between
 *    them the threshold NPK + (SPK − NPK) / 4; a quarter of each new peak goes into its level's eighths.
 * 3. A peak within 360 ms of the last QRS whose steepest slope is below half of that one's is its T wave.
 * 4. Where no QRS was found for 1.66 of the mean RR interval, the largest peak above half the threshold is taken.
 * 5. The R peak is the largest deflection of the band-passed signal within 100 ms of the energy's rise.
 *
 * Not in real time on purpose: filters have no delay, and the levels start from the first seconds of the whole record.
 */
import { DataError } from '../contract/errors.ts'
import { bandPass } from './filter.ts'

const LOW = 5
const HIGH = 15
const WINDOW = 0.15
const REFRACTORY = 0.2
const T_WAVE = 0.36
const MISSED = 1.66
const SEARCH = 0.1

/** Sample numbers of the R peaks of one lead, ascending. At least one second of signal, at 50 samples a second or more. */
export function findRPeaks(signal: Float64Array, samplingRate: number): Int32Array {
  if (samplingRate < 50 || signal.length < samplingRate) {
    throw new DataError({
      where: 'findRPeaks, signal',
      got: `${signal.length} samples at ${samplingRate} a second`,
      expected: 'at least one second, at 50 samples a second or more',
      remedy: 'Give a longer piece of the recording.',
    })
  }
  const filtered = bandPass(signal, samplingRate, LOW, HIGH)
  const slope = derivative(filtered)
  const energy = movingMean(
    slope.map((value) => value * value),
    Math.max(1, Math.round(WINDOW * samplingRate)),
  )
  const candidates = separatePeaks(energy, Math.round(REFRACTORY * samplingRate))
  const complexes = classify(candidates, energy, slope, samplingRate)
  const reach = Math.round(SEARCH * samplingRate)
  return Int32Array.from(complexes, (at) => largestDeflection(filtered, at - reach, at + reach))
}

/** Peaks of the energy that are QRS complexes. */
function classify(
  candidates: readonly number[],
  energy: Float64Array,
  slope: Float64Array,
  samplingRate: number,
): number[] {
  const start = energy.subarray(0, Math.min(energy.length, Math.round(4 * samplingRate)))
  let spk = start.reduce((most, value) => Math.max(most, value), 0) / 2
  let npk = start.reduce((sum, value) => sum + value, 0) / start.length / 2
  const found: number[] = []
  const intervals: number[] = []
  let skipped: number[] = []
  const threshold = () => npk + (spk - npk) / 4
  const take = (at: number, share: number) => {
    spk = share * energy[at]! + (1 - share) * spk
    const last = found.at(-1)
    if (last !== undefined) intervals.push(at - last)
    found.push(at)
    skipped = skipped.filter((one) => one > at)
  }
  for (const at of candidates) {
    const last = found.at(-1)
    if (last !== undefined && intervals.length > 0 && at - last > MISSED * recentMean(intervals)) {
      const missed = skipped
        .filter((one) => one - last > REFRACTORY * samplingRate && energy[one]! > threshold() / 2)
        .sort((a, b) => energy[b]! - energy[a]!)[0]
      if (missed !== undefined) take(missed, 0.25)
    }
    const previous = found.at(-1)
    const tWave =
      previous !== undefined &&
      at - previous < T_WAVE * samplingRate &&
      steepest(slope, at, samplingRate) < steepest(slope, previous, samplingRate) / 2
    if (energy[at]! > threshold() && !tWave) {
      take(at, 0.125)
    } else {
      npk = 0.125 * energy[at]! + 0.875 * npk
      if (!tWave) skipped.push(at)
    }
  }
  return found
}

/** Local maxima, of which the larger wins within `distance`. */
function separatePeaks(energy: Float64Array, distance: number): number[] {
  const peaks: number[] = []
  for (let i = 1; i < energy.length - 1; i++) {
    if (energy[i]! <= energy[i - 1]! || energy[i]! < energy[i + 1]!) continue
    const last = peaks.at(-1)
    if (last === undefined || i - last >= distance) peaks.push(i)
    else if (energy[i]! > energy[last]!) peaks[peaks.length - 1] = i
  }
  return peaks
}

/** (2 x[i+2] + x[i+1] − x[i−1] − 2 x[i−2]) / 8, without the delay of the paper's. */
function derivative(x: Float64Array): Float64Array {
  const at = (i: number) => x[Math.min(Math.max(i, 0), x.length - 1)]!
  return x.map((_, i) => (2 * at(i + 2) + at(i + 1) - at(i - 1) - 2 * at(i - 2)) / 8)
}

/** Mean over `width` values around each. */
function movingMean(x: Float64Array, width: number): Float64Array {
  const before = width >> 1
  const sums = new Float64Array(x.length + 1)
  for (let i = 0; i < x.length; i++) sums[i + 1] = sums[i]! + x[i]!
  return x.map((_, i) => {
    const from = Math.max(0, i - before)
    const to = Math.min(x.length, i - before + width)
    return (sums[to]! - sums[from]!) / (to - from)
  })
}

function recentMean(intervals: readonly number[]): number {
  const recent = intervals.slice(-8)
  return recent.reduce((sum, one) => sum + one, 0) / recent.length
}

function steepest(slope: Float64Array, at: number, samplingRate: number): number {
  const reach = Math.round((WINDOW / 2) * samplingRate)
  let most = 0
  for (let i = Math.max(0, at - reach); i < Math.min(slope.length, at + reach); i++) {
    most = Math.max(most, Math.abs(slope[i]!))
  }
  return most
}

function largestDeflection(x: Float64Array, from: number, to: number): number {
  let best = Math.max(0, from)
  for (let i = best; i <= Math.min(x.length - 1, to); i++) {
    if (Math.abs(x[i]!) > Math.abs(x[best]!)) best = i
  }
  return best
}
