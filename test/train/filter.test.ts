import { describe, expect, it } from 'vitest'
import { DataError, OptionError } from '../../src/contract/errors.ts'
import { bandPass, notch, removeBaseline } from '../../src/train/filter.ts'

const RATE = 360

function sine(frequency: number, seconds = 8): Float64Array {
  return Float64Array.from({ length: seconds * RATE }, (_, i) =>
    Math.sin((2 * Math.PI * frequency * i) / RATE),
  )
}

/** Amplitude of a frequency in the middle of a signal, by its Fourier coefficient over whole periods. */
function amplitude(signal: Float64Array, frequency: number): number {
  const from = 2 * RATE
  const n = 4 * RATE
  let cos = 0
  let sin = 0
  for (let i = from; i < from + n; i++) {
    cos += signal[i]! * Math.cos((2 * Math.PI * frequency * i) / RATE)
    sin += signal[i]! * Math.sin((2 * Math.PI * frequency * i) / RATE)
  }
  return (2 * Math.hypot(cos, sin)) / n
}

/** |H|² of an analogue Butterworth section of order 2 with the frequencies warped by the bilinear transform. */
function butterworthPower(frequency: number, corner: number): number {
  const warp = (f: number) => Math.tan((Math.PI * f) / RATE)
  return 1 / (1 + (warp(frequency) / warp(corner)) ** 4)
}

describe('filters of signals', () => {
  it('have the gain of Butterworth sections run twice', () => {
    for (const frequency of [2, 5, 10, 15, 30, 60]) {
      const expected = butterworthPower(frequency, 15) * (1 - butterworthPower(frequency, 5))
      const got = amplitude(bandPass(sine(frequency), RATE, 5, 15), frequency)
      expect(got).toBeCloseTo(expected, 5)
    }
  })

  it('move nothing in time', () => {
    const spike = new Float64Array(4 * RATE)
    spike[700] = 1
    const filtered = bandPass(spike, RATE, 5, 15)
    expect(filtered.indexOf(Math.max(...filtered))).toBe(700)
    expect(filtered[690]).toBeCloseTo(filtered[710]!, 6)
  })

  it('take the mains out and leave the rest', () => {
    expect(amplitude(notch(sine(60), RATE, 60), 60)).toBeLessThan(1e-3)
    expect(amplitude(notch(sine(10), RATE, 60), 10)).toBeCloseTo(1, 3)
  })

  it('take a slow baseline out and leave narrow complexes', () => {
    const signal = sine(0.2).map((value, i) => value + (i % RATE < 10 ? 2 : 0))
    const flat = removeBaseline(signal, RATE)
    expect(Math.abs(flat[3 * RATE + 5]! - 2)).toBeLessThan(0.1)
    expect(Math.abs(flat[3 * RATE + 180]!)).toBeLessThan(0.1)
  })

  it('refuse frequencies that the signal cannot hold, and gaps', () => {
    expect(() => bandPass(sine(1), RATE, 5, 200)).toThrow(OptionError)
    expect(() => bandPass(Float64Array.of(1, Number.NaN), RATE, 5, 15)).toThrow(/NaN at sample 1/)
    expect(() => removeBaseline(new Float64Array(0), RATE)).toThrow(DataError)
  })
})
