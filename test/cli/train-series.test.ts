import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { seriesText } from '../../src/cli/series-text.ts'
import type { SeriesDataset } from '../../src/data/index.ts'
import { parseTsFormat } from '../../src/data/ts-format.ts'
import { syntheticBeats } from '../train/synthetic-beats.ts'
import { callCli, emptyFolder, runCli } from './run-cli.ts'

const QUICK = ['--epochs', '12', '--learning-rate', '0.01']

/** UCR text: the label first. */
function ucr({ instances, labels }: SeriesDataset): string {
  return instances.map(({ data }, i) => `${labels![i]},${data.join(',')}`).join('\n')
}

/** A record of 100 samples a second with an N or V beat each 0.8 seconds, in format 16, and its annotations. */
function writeRecord(path: string, beats: number): void {
  const { instances, labels } = syntheticBeats(beats, 5)
  const samples = instances.flatMap(({ data }) => [...new Array(40).fill(0), ...data])
  const bytes = Int16Array.from(samples, (value) => Math.round(200 * value))
  writeFileSync(`${path}.dat`, new Uint8Array(bytes.buffer))
  writeFileSync(`${path}.hea`, `x 1 100 ${bytes.length}\nx.dat 16 200 16 0 0\n`)
  // annot(5): the type in the upper 6 bits, 1 = N, 5 = V; the samples since the last one in the lower 10.
  const marks = labels!.map((label, i) => ((label === 'wide' ? 5 : 1) << 10) | (i === 0 ? 60 : 80))
  writeFileSync(`${path}.atr`, new Uint8Array(Uint16Array.from([...marks, 0]).buffer))
}

describe('sodalime train series', () => {
  it('trains, scores, saves a model, and the model can be explained', async () => {
    const folder = emptyFolder()
    const train = join(folder, 'train.txt')
    const test = join(folder, 'test.txt')
    const out = join(folder, 'model')
    writeFileSync(train, ucr(syntheticBeats(90, 1)))
    writeFileSync(test, ucr(syntheticBeats(30, 2)))
    const run = await callCli([
      ...['train', 'series', '--data', train, '--test', test, '--out', out],
      ...['--class-weights', 'narrow=1,wide=2', ...QUICK],
    ])
    expect(run.stderr).toBe('')
    expect(run.code).toBe(0)
    expect(run.stdout).toMatch(/90 series of 40 steps: narrow \(60\), wide \(30\)/)
    expect(run.stdout).toMatch(/Test: accuracy [01]\.\d{3}, macro F1 [01]\.\d{3} on 30 series/)
    expect(readdirSync(out).sort()).toEqual([
      'loss.svg',
      'model.onnx',
      'report.json',
      'sodalime.json',
    ])
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))
    expect(report.test.accuracy).toBeGreaterThanOrEqual(0.9)
    const command = /Why\? sodalime (.*)/.exec(run.stdout)![1]!
    const explained = await callCli([...command.split(' '), '--json', '-'])
    expect(explained.code).toBe(0)
    const { classNames, prediction } = JSON.parse(explained.stdout)
    expect(classNames).toEqual(['narrow', 'wide'])
    expect(prediction[0] + prediction[1]).toBeCloseTo(1, 5)
  })

  it('cuts beats out of a record, tests on its end, and keeps those beats for explanations', async () => {
    const folder = emptyFolder()
    writeRecord(join(folder, 'x'), 80)
    const out = join(folder, 'model')
    const run = await callCli([
      ...['train', 'series', '--record', join(folder, 'x'), '--before', '0.2', '--after', '0.2'],
      ...['--classes', 'N,V', '--out', out, ...QUICK],
    ])
    expect(run.stderr).toBe('')
    expect(run.stdout).toMatch(/60 series of 40 steps: N \(40\), V \(20\)/)
    const explained = await callCli([
      ...['explain', 'series', '--model', join(out, 'model.onnx')],
      ...['--data', join(out, 'test-beats.ts'), '--row', '2', '--json', '-'],
    ])
    expect(JSON.parse(explained.stdout).classNames).toEqual(['N', 'V'])
  })

  it('tests on whole records when it is told to', async () => {
    const folder = emptyFolder()
    const records = ['a', 'b'].map((name) => join(folder, name))
    for (const path of records) {
      writeRecord(path, 30)
      writeFileSync(
        `${path}.hea`,
        readFileSync(`${path}.hea`, 'utf8').replaceAll('x', path.at(-1)!),
      )
    }
    const run = await callCli([
      ...['train', 'series', ...records.flatMap((path) => ['--record', path]), '--split', 'record'],
      ...['--before', '0.2', '--after', '0.2', '--epochs', '1', '--out', join(folder, 'm')],
    ])
    expect(run.stdout).toMatch(/30 series of 40 steps: normal \(20\), other \(10\)/)
    expect(run.stdout).toMatch(/on 30 series/)
  })

  it.each([
    ['single.txt', 'a,1,2,3\na,2,3,4\na,1,2,5\n', /single class a in 3 series/, 3],
    [
      'gap.txt',
      'a,1,2,3\na,2,NaN,4\nb,1,2,5\nb,1,2,6\n',
      /gap\.txt, series 1: got NaN at step 1/,
      3,
    ],
    ['few.txt', 'a,1,2,3\na,2,3,4\nb,1,2,5\n', /1 series of class b/, 3],
    ['none.ts', '@classLabel false\n@data\n1,2,3\n2,3,4\n', /series without labels/, 3],
  ])('refuses the data %s and writes nothing', async (name, text, message, code) => {
    const folder = emptyFolder()
    writeFileSync(join(folder, name), text)
    const out = join(folder, 'model')
    const run = await callCli(['train', 'series', '--data', join(folder, name), '--out', out])
    expect(run.stderr).toMatch(message)
    expect(run.code).toBe(code)
    expect(existsSync(out)).toBe(false)
  })

  it.each([
    [['--out', 'x'], /got neither/],
    [['--data', 'a', '--record', 'b', '--out', 'x'], /got both/],
    [['--data', 'a', '--out', 'no/such/place'], /--out: got no\/such\/place/],
  ])('refuses the words %s', async (words, message) => {
    const run = await callCli(['train', 'series', ...words])
    expect(run.stderr).toMatch(message)
    expect(run.code).toBe(2)
  })

  it('leaves nothing behind when it is interrupted', async () => {
    const folder = emptyFolder()
    writeFileSync(join(folder, 'train.txt'), ucr(syntheticBeats(60, 1)))
    const run = await runCli(
      [
        ...['train', 'series', '--data', 'train.txt', '--out', 'model', '--verbose'],
        ...['--epochs', '100000', '--patience', '100000'],
      ],
      { cwd: folder, interrupt: { until: /Epoch/, after: [0] } },
    )
    expect(run.code).toBe(130)
    expect(readdirSync(folder)).toEqual(['train.txt'])
  })
})

describe('beats as .ts text', () => {
  it('are read back with their channels and labels', () => {
    const beats = syntheticBeats(4, 1, { channels: 2 })
    const read = parseTsFormat(seriesText(beats))
    expect(read.labels).toEqual(beats.labels)
    expect(read.classNames).toEqual(beats.classNames)
    for (const [i, { data }] of read.instances.entries()) {
      for (const [k, value] of data.entries()) {
        expect(value).toBeCloseTo(beats.instances[i]!.data[k]!, 4)
      }
    }
  })
})
