import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DataError } from '../../src/contract/errors.ts'
import { parseArff } from '../../src/data/arff.ts'
import { readSeries } from '../../src/data/read-series.ts'
import { parseSeriesCsv } from '../../src/data/series-csv.ts'
import { parseTsFormat } from '../../src/data/ts-format.ts'
import { parseUcr } from '../../src/data/ucr.ts'
import { hasSharedData, sharedFile } from './shared-data.ts'

describe('parseUcr', () => {
  it.each([
    ['blanks', '   1.0e+00   0.5  -2\n  -1  3 4\n'],
    ['commas', '1,0.5,-2\r\n-1,3,4\r\n'],
    ['tabs', '1\t0.5\t-2\n-1\t3\t4'],
  ])('reads the label first, then values between %s', (_, text) => {
    const { instances, labels, classNames } = parseUcr(text)
    expect(labels).toEqual([1, -1])
    expect(classNames).toEqual(['-1', '1'])
    expect(instances[0]).toEqual({ data: Float64Array.of(0.5, -2), rows: 2, cols: 1 })
  })

  it('takes NaN off the end of a line and keeps it inside', () => {
    const { instances } = parseUcr('a\t1\tNaN\t3\tNaN\tNaN\nb\t1\t2\t3\t4\t5\n')
    expect(instances.map((one) => one.rows)).toEqual([3, 5])
    expect(instances[0]!.data[1]).toBeNaN()
  })

  it.each([
    ['', /no series/],
    ['1,2\n1,x\n', /x\.txt, line 2, value 0: got "x"/],
    ['1,2\n1\n', /line 2: got a label without values/],
    ['1,2,Infinity\n', /finite/],
  ])('refuses %j', (text, message) => {
    expect(() => parseUcr(text, { name: 'x.txt' })).toThrow(message)
    expect(() => parseUcr(text, { name: 'x.txt' })).toThrow(DataError)
  })

  it('reads labels at the end of a line, or none', () => {
    expect(parseUcr('0.5,2,up\n', { label: 'last' }).labels).toEqual(['up'])
    expect(parseUcr('0.5,2\n', { label: 'none' }).labels).toBeNull()
  })
})

describe('parseTsFormat', () => {
  const head = '# a comment\n@problemName P\n@timeStamps false\n@classLabel true up down\n@data\n'

  it('reads channels between colons, missing values, and classes in the order of the header', () => {
    const { instances, labels, classNames, channelNames } = parseTsFormat(
      `${head}1,2,?:4,5,6:down\n7,8:9,10:up\n`,
    )
    expect(labels).toEqual(['down', 'up'])
    expect(classNames).toEqual(['up', 'down'])
    expect(channelNames).toEqual(['channel 0', 'channel 1'])
    expect(instances[0]).toEqual({
      data: Float64Array.of(1, 4, 2, 5, Number.NaN, 6),
      rows: 3,
      cols: 2,
    })
    expect(instances[1]!.rows).toBe(2)
  })

  it('reads targets of a regression as numbers without classes', () => {
    const { labels, classNames } = parseTsFormat('@targetLabel true\n@data\n1,2:0.5\n')
    expect(labels).toEqual([0.5])
    expect(classNames).toEqual([])
  })

  it.each([
    ['1,2:up\n', /before @data/],
    [`${head}1,2:3,4:up\n1,2:up\n`, /line 7: got 1 channels, expected 2/],
    [`${head}1,2:3:up\n`, /channels of 2, 1 values/],
    [`${head}1,2:left\n`, /the class "left"/],
    ['@timeStamps true\n@data\n', /time stamps/],
    [head, /no series/],
  ])('refuses %j', (text, message) => {
    expect(() => parseTsFormat(text)).toThrow(message)
    expect(() => parseTsFormat(text)).toThrow(DataError)
  })
})

describe('parseArff', () => {
  it('reads numeric attributes as time steps and the last as class', () => {
    const text =
      "% c\n@relation r\n@attribute att1 numeric\n@attribute 'att 2' REAL\n@attribute target {b,a}\n@data\n1,?,a\n3,4,b\n"
    const { instances, labels, classNames } = parseArff(text)
    expect(labels).toEqual(['a', 'b'])
    expect(classNames).toEqual(['b', 'a'])
    expect(instances[1]!.data).toEqual(Float64Array.of(3, 4))
    expect(instances[0]!.rows).toBe(1)
  })

  it('reads several channels from a relational attribute', () => {
    const text =
      "@relation r\n@attribute rel relational\n@attribute t0 numeric\n@attribute t1 numeric\n@end rel\n@attribute c {1,2}\n@data\n'1,2\\n3,4',2\n"
    const { instances, labels } = parseArff(text)
    expect(instances[0]).toEqual({ data: Float64Array.of(1, 3, 2, 4), rows: 2, cols: 2 })
    expect(labels).toEqual([2])
  })

  it.each([
    ['@attribute a numeric\n@data\n1,2\n', /2 values, expected 1/],
    ['@attribute a numeric\n@data\n{0 1}\n', /a sparse row/],
    ["@attribute a string\n@data\n'x\n", /not closed/],
    ['hello\n', /begins with @/],
    ['@attribute a numeric\n@data\n', /no series/],
  ])('refuses %j', (text, message) => {
    expect(() => parseArff(text)).toThrow(message)
  })
})

describe('parseSeriesCsv', () => {
  it('takes a file with names for one series with a channel in each column', () => {
    const { instances, channelNames, labels } = parseSeriesCsv('I,II\n1,2\n3,\n')
    expect(channelNames).toEqual(['I', 'II'])
    expect(instances[0]).toEqual({ data: Float64Array.of(1, 2, 3, Number.NaN), rows: 2, cols: 2 })
    expect(labels).toBeNull()
  })

  it('takes a file without names for one series a line, whatever its labels are', () => {
    expect(parseSeriesCsv('up,1,2\ndown,3,4\n').labels).toEqual(['up', 'down'])
  })

  it('refuses a channel of text', () => {
    expect(() => parseSeriesCsv('a,b\n1,x\n')).toThrow(/column "b": got text/)
  })
})

describe('readSeries', () => {
  it('reads by the ending, and refuses others', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sodalime-series-'))
    writeFileSync(join(folder, 'a.txt'), '1 2 3\n')
    writeFileSync(join(folder, 'a.png'), '1 2 3\n')
    expect((await readSeries(join(folder, 'a.txt'))).instances[0]!.rows).toBe(2)
    await expect(readSeries(join(folder, 'a.png'))).rejects.toThrow(/ends with \.png/)
    await expect(readSeries(join(folder, 'b.ts'))).rejects.toThrow(/no such file/)
  })

  it.skipIf(!hasSharedData)('reads the same beats from ECG200 in both of its formats', async () => {
    const text = await readSeries(sharedFile('series/ecg200/ECG200_TEST.txt'))
    const ts = await readSeries(sharedFile('series/ecg200/ECG200_TEST.ts'))
    expect([text.instances.length, text.instances[0]!.rows]).toEqual([100, 96])
    expect(text.labels).toEqual(ts.labels)
    expect(text.classNames).toEqual(ts.classNames)
    for (let i = 0; i < 96; i++) {
      expect(text.instances[7]!.data[i]).toBeCloseTo(ts.instances[7]!.data[i]!, 7)
    }
  })
})
