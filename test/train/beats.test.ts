import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError, OptionError } from '../../src/contract/errors.ts'
import {
  cutBeats,
  resample,
  splitByPatient,
  splitByTime,
  standardise,
} from '../../src/train/beats.ts'

const ramp = (rows: number, cols = 1) => ({
  data: Float64Array.from(
    { length: rows * cols },
    (_, k) => Math.floor(k / cols) * (1 + (k % cols)),
  ),
  rows,
  cols,
})

describe('cutBeats', () => {
  it('cuts the window around each peak, and leaves out peaks too near the ends', () => {
    const peaks = Int32Array.of(3, 100, 199)
    const beats = cutBeats(ramp(200, 2), 100, peaks, { before: 0.1, after: 0.2, normalise: 'none' })
    expect(Array.from(beats.peaks)).toEqual([100])
    const [beat] = beats.instances
    expect([beat!.rows, beat!.cols]).toEqual([30, 2])
    expect([beat!.data[0], beat!.data[1], beat!.data[58]]).toEqual([90, 180, 119])
  })

  it('says how many samples a second the resampled beats have', () => {
    const beats = cutBeats(ramp(400), 100, Int32Array.of(200), {
      before: 0.5,
      after: 0.5,
      length: 50,
    })
    expect(beats.samplingRate).toBe(50)
    expect(beats.instances[0]!.rows).toBe(50)
  })

  it('refuses a window without samples', () => {
    expect(() => cutBeats(ramp(10), 100, Int32Array.of(5), { before: 0, after: 0 })).toThrow(
      OptionError,
    )
  })
})

describe('resample', () => {
  it('keeps a straight line straight when there are more steps', () => {
    const { data } = resample(ramp(5), 9)
    for (const [i, value] of data.entries()) expect(value).toBeCloseTo(i / 2, 12)
  })

  it('keeps the mean when there are fewer', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (rows, asked) => {
          const length = Math.min(asked, rows)
          const { data } = resample(ramp(rows), length)
          const mean = data.reduce((sum, value) => sum + value, 0) / length
          expect(mean).toBeCloseTo((rows - 1) / 2, 9)
        },
      ),
    )
  })
})

describe('standardise', () => {
  it('gives every channel mean 0 and standard deviation 1, a constant one 0', () => {
    const { data } = standardise({ data: Float64Array.of(1, 7, 2, 7, 3, 7), rows: 3, cols: 2 })
    expect(data[0]).toBeCloseTo(-Math.sqrt(1.5), 12)
    expect([data[1], data[3], data[5]]).toEqual([0, 0, 0])
  })
})

describe('splits', () => {
  it('by time puts the end of the recording aside', () => {
    const { train, test } = splitByTime(10, 0.7)
    expect([Array.from(train), Array.from(test)]).toEqual([
      [0, 1, 2, 3, 4, 5, 6],
      [7, 8, 9],
    ])
  })

  it('by patient never puts one patient on both sides', () => {
    const patients = ['a', 'b', 'a', 'c', 'b', 'd']
    const { train, test } = splitByPatient(patients, 0.5)
    const trained = new Set(Array.from(train, (i) => patients[i]))
    expect(Array.from(test).some((i) => trained.has(patients[i]))).toBe(false)
    expect(train.length + test.length).toBe(6)
  })

  it('refuse a single patient, and shares outside 0 to 1', () => {
    expect(() => splitByPatient(['a', 'a'])).toThrow(DataError)
    expect(() => splitByTime(10, 1)).toThrow(OptionError)
  })
})
