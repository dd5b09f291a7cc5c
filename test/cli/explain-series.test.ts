import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseExplanation } from '../../src/contract/schema.ts'
import { callCli, emptyFolder } from './run-cli.ts'

const demo = (name: string) => fileURLToPath(new URL(`../../demo/${name}`, import.meta.url))
const beats = ['explain', 'series', '--model', demo('beats.onnx'), '--data', demo('beats.tsv')]

describe('sodalime explain series', () => {
  it('explains a row of a UCR file in the terminal and as picture, report and JSON', async () => {
    const folder = emptyFolder()
    const file = (name: string) => join(folder, name)
    const run = await callCli([
      ...beats,
      ...['--row', '4', '--sampling-rate', '120', '--num-segments', '7', '--replacement', 'zero'],
      ...['--class-names', 'narrow,wide', '--num-samples', '200', '--perturbations', '2'],
      ...[
        '--out',
        file('a.png'),
        '--svg',
        file('a.svg'),
        '--html',
        file('a.html'),
        '--json',
        file('a.json'),
      ],
    ])
    expect(run.stderr).toBe('')
    expect(run.code).toBe(0)
    expect(run.stdout).toContain('Series 4 of beats.tsv, steps 0 to 84; label in the data: wide')
    expect(run.stdout).toContain('Why wide')
    expect(run.stdout).toContain('300–400 ms')
    expect([...readFileSync(file('a.png')).subarray(1, 4)]).toEqual([...Buffer.from('PNG')])
    expect(readFileSync(file('a.svg'), 'utf8')).toContain('Perturbations')
    expect(readFileSync(file('a.html'), 'utf8')).toContain('In the series')
    const { features, options } = parseExplanation(JSON.parse(readFileSync(file('a.json'), 'utf8')))
    expect(features).toHaveLength(7)
    expect(options).toMatchObject({ replacement: 'zero', numSamples: 200 })
  })

  it('explains a stretch, with borders of one’s own', async () => {
    const data = join(emptyFolder(), 'long.tsv')
    const steps = Array.from({ length: 200 }, (_, t) => Math.sin(t / 5).toFixed(3))
    writeFileSync(data, `1\t${steps.join('\t')}\n`)
    const run = await callCli([
      ...beats.slice(0, 4),
      ...['--data', data, '--from', '50', '--to', '134', '--segmentation', '20,40', '--json', '-'],
    ])
    expect(run.code).toBe(0)
    const { instance, features } = parseExplanation(JSON.parse(run.stdout))
    if (instance.kind !== 'series') throw new Error('no series')
    expect(instance.values[0]![0]).toBe(Number(steps[50]))
    expect(features.map(({ name }) => name)).toEqual(['0–20', '20–40', '40–84'])
  })

  it('explains chosen channels, by name or number', async () => {
    const data = join(emptyFolder(), 'two.csv')
    const lines = Array.from({ length: 84 }, (_, t) => `${t % 7},${Math.sin(t / 5).toFixed(3)}`)
    writeFileSync(data, ['noise,beat', ...lines].join('\n'))
    for (const channel of ['beat', '1']) {
      const flags = [...beats.slice(0, 4), '--data', data, '--channels', channel, '--json', '-']
      const { instance } = parseExplanation(JSON.parse((await callCli(flags)).stdout))
      if (instance.kind !== 'series') throw new Error('no series')
      expect(instance.channelNames).toEqual(['beat'])
      expect(instance.values[0]![5]).toBe(0.841)
    }
    const run = await callCli([...beats.slice(0, 4), '--data', data, '--channels', 'beet'])
    expect(run.stderr).toMatch(/--channels: got beet.*\n.*Did you mean beat\?/)
  })

  it.each([
    [
      'a row that is not there',
      ['--row', '999'],
      3,
      /--row: got 999, expected an integer from 0 to 121/,
    ],
    ['borders out of order', ['--segmentation', '20,10'], 2, /got 10 after 20/],
    ['an unknown segmentation', ['--segmentation', 'slope'], 2, /Expected one of uniform/],
    ['more segments than steps', ['--num-segments', '85'], 2, /got 85 segments for 84 steps/],
    ['a stretch outside', ['--from', '50', '--to', '500'], 2, /got 50 to 500/],
    ['an ending that is no picture', ['--out', 'x.gif'], 2, /--out: got x.gif/],
    ['a model of another length', ['--to', '40'], 3, /got 40 steps × 1 channels/],
  ])(
    'refuses %s with a message that helps, and writes nothing',
    async (_, flags, code, message) => {
      const html = join(emptyFolder(), 'why.html')
      const run = await callCli([...beats, '--html', html, ...flags])
      expect(run.stderr).toMatch(message)
      expect(run.code).toBe(code)
      expect(existsSync(html)).toBe(false)
    },
  )
})

describe('sodalime demo series', () => {
  it('explains the packaged beat and writes a report', async () => {
    const html = join(emptyFolder(), 'why.html')
    const run = await callCli(['demo', 'series', '--html', html])
    expect(run.code).toBe(0)
    expect(run.stdout).toContain('Why wide')
    expect(readFileSync(html, 'utf8')).toContain('lead MLII')
  })
})
