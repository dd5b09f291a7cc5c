import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError } from '../../src/contract/errors.ts'
import { parseWfdb, readWfdb } from '../../src/data/wfdb.ts'
import { parseWfdbAnnotations } from '../../src/data/wfdb-annotations.ts'
import { parseWfdbHeader } from '../../src/data/wfdb-header.ts'
import { unpackSamples } from '../../src/data/wfdb-samples.ts'
import { hasSharedData, sharedFile } from './shared-data.ts'

/** Packs samples as signal(5) describes format 212. */
function pack212(samples: readonly number[]): Uint8Array {
  const bytes: number[] = []
  for (let i = 0; i < samples.length; i += 2) {
    const first = samples[i]! & 0xfff
    const second = (samples[i + 1] ?? 0) & 0xfff
    bytes.push(first & 0xff, (first >> 8) | ((second >> 8) << 4), second & 0xff)
  }
  return Uint8Array.from(bytes)
}

describe('samples', () => {
  it('unpacks every 12-bit sample of format 212', () => {
    const sample = fc.integer({ min: -2048, max: 2047 })
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1 }), (samples) => {
        expect([...unpackSamples(pack212(samples), 212, samples.length, 'x')]).toEqual(samples)
      }),
    )
  })

  it.each([
    [16, [1, 0, 0xff, 0xff, 0, 0x80], [1, -1, -32768]],
    [61, [0, 1, 0xff, 0xff], [1, -1]],
    [24, [1, 0, 0, 0xff, 0xff, 0xff], [1, -1]],
    [32, [1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], [1, -1]],
    [80, [129, 127], [1, -1]],
  ])('unpacks format %d', (format, bytes, expected) => {
    expect([...unpackSamples(Uint8Array.from(bytes), format, null, 'x')]).toEqual(expected)
  })

  it('refuses formats it does not know, and files that end too early', () => {
    expect(() => unpackSamples(new Uint8Array(4), 310, 1, 'x.dat')).toThrow(/format 310/)
    expect(() => unpackSamples(new Uint8Array(4), 16, 3, 'x.dat')).toThrow(
      /x\.dat: got 4 bytes, 2 samples, expected 3 samples/,
    )
  })
})

describe('parseWfdbHeader', () => {
  it('reads gain, baseline, units and names, with comments and empty lines between', () => {
    const header = parseWfdbHeader(
      '# note\nr1 2 360 4\n\nr1.dat 16 200(10)/uV 11 1024 0 -7 0 lead II\nr1.dat 16 0 12 5\n',
    )
    expect(header).toMatchObject({ record: 'r1', samplingRate: 360, length: 4, comments: ['note'] })
    expect(header.signals[0]).toMatchObject({
      gain: 200,
      baseline: 10,
      units: 'uV',
      checksum: -7,
      description: 'lead II',
    })
    expect(header.signals[1]).toMatchObject({ gain: 200, baseline: 5, units: 'mV', checksum: null })
  })

  it.each([
    ['', /an empty file/],
    ['what is this?', /the record line/],
    ['r/3 2 360 10\n', /several segments/],
    ['r 2 360 10\nr.dat 16\n', /1 signal lines, expected 2/],
    ['r 1 360 10\nr.dat 16x4\n', /4 samples of this signal a frame/],
  ])('refuses %j', (text, message) => {
    expect(() => parseWfdbHeader(text)).toThrow(message)
    expect(() => parseWfdbHeader(text)).toThrow(DataError)
  })
})

describe('parseWfdb', () => {
  const signals = pack212([10, 20, 210, -180, -2048, 220])
  const header = 'r 2 250 3\nr.dat 212 200 12 10 0 -1828 0 A\nr.dat 212 100(20) 12 0 0 60 0 B\n'

  it('gives physical values, (sample - baseline) / gain, and NaN where there is no sample', () => {
    const record = parseWfdb({ header, signals })
    expect(record.signals).toEqual({
      data: Float64Array.of(0, 0, 1, -2, Number.NaN, 2),
      rows: 3,
      cols: 2,
    })
    expect(record.channelNames).toEqual(['A', 'B'])
    expect(record.annotations).toEqual([])
  })

  it('compares checksums, unless told not to', () => {
    const damaged = header.replace('-1828', '-1827')
    expect(() => parseWfdb({ header: damaged, signals })).toThrow(
      /checksum is -1828, expected -1827|got samples whose checksum is -1828/,
    )
    expect(parseWfdb({ header: damaged, signals }, { verifyChecksums: false }).signals.rows).toBe(3)
  })

  it('takes the length from the file where the header does not tell', () => {
    expect(parseWfdb({ header: header.replace('250 3', '250'), signals }).signals.rows).toBe(3)
  })

  it('refuses signal files that are cut off or not handed in', () => {
    expect(() => parseWfdb({ header, signals: signals.subarray(0, 6) })).toThrow(/cut off/)
    expect(() => parseWfdb({ header, signals: { 'q.dat': signals } })).toThrow(/the file r\.dat/)
  })
})

describe('parseWfdbAnnotations', () => {
  const word = (code: number, low: number) => [low & 0xff, (code << 2) | (low >> 8)]

  it('adds up distances, follows skips, and puts text to its annotation', () => {
    const bytes = Uint8Array.from([
      ...word(28, 18),
      ...word(63, 3),
      0x28,
      0x4e,
      0,
      0,
      ...word(1, 59),
      ...word(59, 0),
      1,
      0,
      0,
      0, // 65536 samples, high half first
      ...word(5, 3),
      0,
      0,
    ])
    expect(parseWfdbAnnotations(bytes)).toEqual([
      { sample: 18, symbol: '+', aux: '(N' },
      { sample: 77, symbol: 'N', aux: '' },
      { sample: 65616, symbol: 'V', aux: '' },
    ])
  })

  it('refuses a file without its end', () => {
    expect(() => parseWfdbAnnotations(Uint8Array.from(word(1, 5)))).toThrow(/cut off/)
    expect(() => parseWfdbAnnotations(new Uint8Array(0))).toThrow(DataError)
  })
})

describe('readWfdb', () => {
  it.skipIf(!hasSharedData)(
    'reads MIT-BIH record 100: its length, its beats, its first samples',
    async () => {
      const record = await readWfdb(sharedFile('series/mitdb-100/100'))
      expect([record.signals.rows, record.signals.cols, record.samplingRate]).toEqual([
        650000, 2, 360,
      ])
      // The first samples and counts of beats that PhysioNet publishes for the record.
      expect(record.signals.data[0]).toBeCloseTo(-0.145, 12)
      expect(record.signals.data[1]).toBeCloseTo(-0.065, 12)
      const count = (symbol: string) =>
        record.annotations.filter((one) => one.symbol === symbol).length
      expect([count('N'), count('A'), count('V'), record.annotations.length]).toEqual([
        2239, 33, 1, 2274,
      ])
    },
  )

  it.skipIf(!hasSharedData)('refuses the record when its signal file is cut off', () => {
    const header = readFileSync(sharedFile('series/mitdb-100/100.hea'))
    const signals = readFileSync(sharedFile('series/mitdb-100/100.dat')).subarray(0, 1000)
    expect(() => parseWfdb({ header, signals })).toThrow(/cut off/)
  })

  it('refuses a record that does not exist', async () => {
    await expect(readWfdb('no-such-record')).rejects.toThrow(
      /no-such-record\.hea: got no such file/,
    )
  })
})
