import { describe, expect, it } from 'vitest'
import { DataError, OptionError } from '../../src/contract/errors.ts'
import type { WfdbRecord } from '../../src/data/index.ts'
import { beatsOfRecord, joinDatasets, takeSeries } from '../../src/train/record-beats.ts'

const marks: readonly (readonly [number, string])[] = [
  [10, 'N'],
  [100, '+'],
  [300, 'N'],
  [500, 'V'],
  [700, 'L'],
  [900, 'A'],
]

/** Ten seconds of two leads at 100 Hz: the sample's number, and its negative. */
const record: WfdbRecord = {
  name: 'x',
  signals: {
    data: Float64Array.from({ length: 2000 }, (_, k) => (k % 2 === 0 ? k >> 1 : -(k >> 1))),
    rows: 1000,
    cols: 2,
  },
  samplingRate: 100,
  channelNames: ['MLII', 'V5'],
  units: ['mV', 'mV'],
  annotations: marks.map(([sample, symbol]) => ({ sample, symbol, aux: '' })),
  comments: [],
}
const window = { before: 0.2, after: 0.3 }

describe('beatsOfRecord', () => {
  it('parts beats into normal and others, and leaves out what is no beat or leaves the record', () => {
    const beats = beatsOfRecord(record, window)
    expect(beats.labels).toEqual(['normal', 'other', 'normal', 'other'])
    expect(Array.from(beats.peaks)).toEqual([300, 500, 700, 900])
    expect(beats.classNames).toEqual(['normal', 'other'])
    expect([beats.instances[0]!.rows, beats.instances[0]!.cols]).toEqual([50, 2])
    expect(Array.from(beats.instances[0]!.data.slice(0, 2))).toEqual([280, -280])
  })

  it('takes the classes and channels that are asked for, in that order', () => {
    const beats = beatsOfRecord(record, { ...window, classes: ['V', 'N'], channels: ['V5'] })
    expect(beats.labels).toEqual(['N', 'V'])
    expect(beats.classNames).toEqual(['V', 'N'])
    expect(beats.channelNames).toEqual(['V5'])
    expect(beats.instances[1]!.data[0]).toBe(-480)
  })

  it('says how many samples a second resampled beats have', () => {
    const beats = beatsOfRecord(record, { ...window, length: 25 })
    expect([beats.instances[0]!.rows, beats.samplingRate]).toEqual([25, 50])
  })

  it('refuses records without such beats, and channels that are not there', () => {
    expect(() => beatsOfRecord({ ...record, annotations: [] })).toThrow(/no annotations/)
    expect(() => beatsOfRecord(record, { classes: ['F'] })).toThrow(DataError)
    expect(() => beatsOfRecord(record, { channels: ['II'] })).toThrow(OptionError)
    expect(() => beatsOfRecord(record, { class: ['N'] } as object)).toThrow(/Did you mean classes/)
  })
})

describe('datasets', () => {
  it('are joined with all their classes, and taken apart again', () => {
    const first = beatsOfRecord(record, { ...window, classes: ['N', 'V'] })
    const second = beatsOfRecord(record, { ...window, classes: ['N', 'A'] })
    const joined = joinDatasets([first, second])
    expect(joined.labels).toEqual(['N', 'V', 'N', 'A'])
    expect(joined.classNames).toEqual(['N', 'V', 'A'])
    const taken = takeSeries(joined, Int32Array.of(3, 0))
    expect(taken.labels).toEqual(['A', 'N'])
    expect(taken.instances[0]).toBe(joined.instances[3])
  })

  it('are not joined out of nothing', () => {
    expect(() => joinDatasets([])).toThrow(DataError)
  })
})
