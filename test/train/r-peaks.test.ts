import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DataError } from '../../src/contract/errors.ts'
import { readWfdb } from '../../src/data/index.ts'
import { columnOf } from '../../src/math/matrix.ts'
import { findRPeaks } from '../../src/train/r-peaks.ts'

const RATE = 250
const RECORD = `${process.env.SODALIME_DATA ?? '../shared/data'}/series/mitdb-100/100`

/** QRS complexes (narrow) and T waves (broad, half as high) at the given times, on a slow baseline. */
function ecg(times: readonly number[], seconds: number): Float64Array {
  return Float64Array.from({ length: seconds * RATE }, (_, i) => {
    const t = i / RATE
    let value = 0.3 * Math.sin(2 * Math.PI * 0.3 * t)
    for (const r of times) {
      value += Math.exp(-(((t - r) / 0.015) ** 2)) + 0.4 * Math.exp(-(((t - r - 0.28) / 0.05) ** 2))
    }
    return value
  })
}

describe('findRPeaks', () => {
  it('finds every complex of a synthetic ECG at its place, and no T wave', () => {
    const times = Array.from({ length: 24 }, (_, k) => 1 + 0.8 * k + 0.05 * Math.sin(k))
    const peaks = findRPeaks(ecg(times, 21), RATE)
    expect(peaks.length).toBe(times.length)
    for (const [k, time] of times.entries()) {
      expect(Math.abs(peaks[k]! / RATE - time)).toBeLessThan(0.01)
    }
  })

  it('goes back for a small beat between large ones', () => {
    const times = Array.from({ length: 12 }, (_, k) => 1 + k)
    const signal = ecg(times, 14)
    for (let i = Math.round(6.8 * RATE); i < 7.2 * RATE; i++) signal[i] = signal[i]! * 0.45
    const found = Array.from(findRPeaks(signal, RATE), (peak) => Math.round(peak / RATE))
    expect(found).toEqual(times)
  })

  it('does not care for the sign or the unit', () => {
    const times = [1, 2, 3, 4, 5]
    const signal = ecg(times, 7)
    const flipped = signal.map((value) => -250 * value)
    expect(findRPeaks(flipped, RATE)).toEqual(findRPeaks(signal, RATE))
  })

  it('refuses less than a second', () => {
    expect(() => findRPeaks(new Float64Array(100), RATE)).toThrow(DataError)
  })

  // AAMI EC57: a detection counts within 150 ms of an annotated beat; here 50 ms.
  it('finds ≥ 99.5 % of the beats of MIT-BIH record 100, and ≥ 99.5 % of what it finds are beats', async (context) => {
    context.skip(!existsSync(`${RECORD}.dat`), 'the shared data folder is absent')
    const record = await readWfdb(RECORD)
    const peaks = findRPeaks(columnOf(record.signals, 0), record.samplingRate)
    const beats = record.annotations.filter(({ symbol }) => 'NLRAVaJSFejE/fQ'.includes(symbol))
    const tolerance = 0.05 * record.samplingRate
    const left = new Set(peaks)
    let hits = 0
    for (const { sample } of beats) {
      const hit = [...left].find((peak) => Math.abs(peak - sample) <= tolerance)
      if (hit === undefined) continue
      left.delete(hit)
      hits++
    }
    expect(beats.length).toBe(2273)
    expect(hits / beats.length).toBeGreaterThanOrEqual(0.995)
    expect(hits / peaks.length).toBeGreaterThanOrEqual(0.995)
  })
})
