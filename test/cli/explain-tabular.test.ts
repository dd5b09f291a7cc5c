import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { explanationSchema } from '../../src/contract/schema.ts'
import { hasSharedData, sharedFile } from '../data/shared-data.ts'
import { callCli, emptyFolder, fixture, runCli } from './run-cli.ts'

const folder = emptyFolder()
const houses = join(folder, 'houses.csv')
const numbers = join(folder, 'numbers.csv')
const model = fixture('models/mixed-columns.onnx')
const program = (behaviour: string) =>
  `process:${JSON.stringify(process.execPath)} ${JSON.stringify(fixture('programs/predict.mjs'))} ${behaviour}`

/** Explains row 1 of houses.csv with few samples. */
const house = (...more: string[]) =>
  callCli([
    ...['explain', 'tabular', '--model', model, '--data', houses, '--target', 'sold'],
    ...['--num-samples', '300', ...more],
  ])

/** Explains row 1 of numbers.csv with a program that behaves in some way. */
const asked = (behaviour: string, ...more: string[]) =>
  callCli([
    ...['explain', 'tabular', '--model', program(behaviour), '--data', numbers, '--target', 'y'],
    ...['--row', '1', '--num-samples', '300', ...more],
  ])

beforeAll(() => {
  const colours = ['red', 'green', 'blue']
  const rows = Array.from({ length: 60 }, (_, i) =>
    [colours[i % 3], 1 + (i % 6), 20 + ((i * 37) % 70), i % 2 === 0 ? 'yes' : 'no'].join(','),
  )
  writeFileSync(houses, `colour,rooms,size_m2,sold\n${rows.join('\n')}\n`)
  const values = Array.from({ length: 60 }, (_, i) => `${(i % 7) - 3},${(i % 5) - 2},${i % 2}`)
  writeFileSync(numbers, `a,b,y\n${values.join('\n')}\n`)
})

describe('sodalime explain tabular', () => {
  it('prints prediction, bars and fit, and names the row', async () => {
    const { code, stdout, stderr } = await house('--row', '1')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toContain('Row 1 of houses.csv; sold in the data: no')
    expect(stdout).toMatch(/Why (yes|no)/)
    expect(stdout).toContain('colour=green')
    expect(stdout).not.toContain('\x1b[')
  })

  it('writes JSON, HTML and SVG, and nothing else into the folder', async () => {
    const out = emptyFolder()
    const file = (name: string) => join(out, name)
    const { code, stdout } = await house(
      ...['--row', '1', '--json', file('a.json'), '--html', file('a.html'), '--svg', file('a.svg')],
    )
    expect(code).toBe(0)
    expect(stdout).toContain(`Wrote ${file('a.json')}`)
    expect(readdirSync(out).sort()).toEqual(['a.html', 'a.json', 'a.svg'])
    const data = explanationSchema.parse(JSON.parse(readFileSync(file('a.json'), 'utf8')))
    expect(data.classNames).toEqual(['no', 'yes'])
    expect(readFileSync(file('a.html'), 'utf8')).toMatch(/^<!doctype html>/i)
    expect(readFileSync(file('a.svg'), 'utf8')).toMatch(/^<svg/)
  })

  it('writes a report or a picture alone to stdout for -, and one thing only', async () => {
    expect((await house('--row', '1', '--html', '-')).stdout).toMatch(/^<!doctype html>/i)
    expect((await house('--row', '1', '--svg', '-')).stdout).toMatch(/^<svg/)
    const both = await house('--row', '1', '--html', '-', '--json', '-')
    expect(both.code).toBe(2)
    expect(both.stderr).toContain('got stdout (-), as for --json')
    expect((await house('--row', '1', '--png', '-')).code).toBe(2)
  })

  it('writes JSON alone to stdout for --json -, the same for the same seed', async () => {
    const args = ['--row', '1', '--json', '-', '--seed', '7', '--top-labels', '2']
    const [one, two] = await Promise.all([house(...args), house(...args)])
    const labels = (text: string) => JSON.parse(text).labels
    expect(labels(one.stdout)).toHaveLength(2)
    expect(labels(one.stdout)).toEqual(labels(two.stdout))
  })

  it('prints nothing with --quiet', async () => {
    expect(await house('--row', '1', '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('takes the row as JSON, from a file, or from stdin, with the values of --row where it has none', async () => {
    const json = '{"colour":"red","rooms":2,"size_m2":50}'
    const path = join(folder, 'row.json')
    writeFileSync(path, json)
    const values = async (...args: string[]) => {
      const words = [
        ...['explain', 'tabular', '-m', model, '-d', houses, '-t', 'sold'],
        ...['--num-samples', '50', '--json', '-', ...args],
      ]
      const piped = args.includes('-')
      const { code, stdout } = piped ? await runCli(words, { stdin: json }) : await callCli(words)
      expect(code).toBe(0)
      return JSON.parse(stdout).instance.values
    }
    expect(await values('--instance', json)).toEqual(['red', 2, 50])
    expect(await values('--instance', path)).toEqual(['red', 2, 50])
    expect(await values('--instance', '-')).toEqual(['red', 2, 50])
    expect(await values('--instance', '["blue",1,20]')).toEqual(['blue', 1, 20])
    expect(await values('--row', '1', '--instance', '{"rooms":6}')).toEqual(['green', 6, 57])
  })

  it('explains the classes of --label, by name or index', async () => {
    const { stdout } = await house('--row', '1', '--label', 'yes', '--label', '0', '--json', '-')
    expect(JSON.parse(stdout).labels.map((one: { name: string }) => one.name)).toEqual([
      'yes',
      'no',
    ])
  })

  it('asks a program in another language', async () => {
    const { code, stdout, stderr } = await asked('well')
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toContain('a <= ')
  })

  it('numbers categories in sorted order on request, and says so where it was not asked to', async () => {
    const args = [
      '--data',
      houses,
      '--features',
      'colour,size_m2',
      '--row',
      '1',
      '--num-samples',
      '50',
    ]
    const run = (...more: string[]) =>
      callCli(['explain', 'tabular', '--model', program('well'), ...args, ...more])
    const refused = await run()
    expect(refused.code).toBe(4)
    expect(refused.stderr).toContain('only numbers, please')
    expect((await run('--encode', 'ordinal')).code).toBe(0)
    const onnx = await callCli([
      ...[
        'explain',
        'tabular',
        '--model',
        fixture('models/mlp.onnx'),
        '--data',
        houses,
        '--row',
        '1',
      ],
    ])
    expect(onnx.code).toBe(3)
    expect(onnx.stderr).toMatch(/text in the columns colour, sold[\s\S]*--encode ordinal/)
  })

  it('finds the target by its number, and columns without names', async () => {
    const bare = join(folder, 'bare.csv')
    writeFileSync(bare, readFileSync(houses, 'utf8').split('\n').slice(1).join('\n'))
    const { code, stdout } = await callCli([
      'explain',
      'tabular',
      '-m',
      model,
      '-d',
      bare,
      '-t',
      '-1',
      '-r',
      '1',
      '--num-samples',
      '50',
    ])
    expect(code).toBe(0)
    expect(stdout).toContain('column 3 in the data: no')
    expect(stdout).toContain('column 0=green')
  })

  it('names a predicted value by its target, and numbered classes as the data does', async () => {
    const iris = join(folder, 'iris.csv')
    const rows = Array.from(
      { length: 12 },
      (_, i) => `${4 + i / 4},3,${1 + i / 3},${i / 9},${i % 3}`,
    )
    writeFileSync(iris, `12,4,setosa,versicolor,virginica\n${rows.join('\n')}\n`)
    const run = async (name: string) => {
      const words = [
        'explain',
        'tabular',
        '-m',
        fixture(name),
        '-d',
        iris,
        '-r',
        '1',
        '--json',
        '-',
      ]
      return JSON.parse((await callCli([...words, '--num-samples', '50'])).stdout)
    }
    expect((await run('models/mlp.onnx')).classNames).toEqual(['setosa', 'versicolor', 'virginica'])
    const logits = fixture('models/logits.onnx')
    const words = ['explain', 'tabular', '-m', logits, '-d', iris, '-r', '1', '--num-samples', '50']
    const { stdout } = await callCli([...words, '--activation', 'softmax', '--json', '-'])
    expect(JSON.parse(stdout).labels[0].name).toMatch(/setosa|versicolor|virginica/)
    const wide = join(folder, 'wide.csv')
    const names = [...Array.from({ length: 10 }, (_, c) => `x${c}`), 'price']
    const values = Array.from({ length: 12 }, (_, i) =>
      names.map((_, c) => ((i * 7 + c * 3) % 11) / 5),
    )
    writeFileSync(wide, [names, ...values].map((row) => `${row.join(',')}\n`).join(''))
    const value = await callCli([
      ...['explain', 'tabular', '-m', fixture('models/regressor.onnx'), '-d', wide],
      ...['-t', 'price', '-r', '1', '--num-samples', '50'],
    ])
    expect(value.stdout).toContain('Why price')
  })

  it('colours on request and not against NO_COLOR', async () => {
    const args = [
      ...['explain', 'tabular', '-m', model, '-d', houses, '-t', 'sold', '-r', '1'],
      ...['--num-samples', '50'],
    ]
    const coloured = (env: { [name: string]: string }, ...more: string[]) =>
      callCli([...args, ...more], env).then(({ stdout }) => stdout.includes('\x1b['))
    expect(await coloured({ FORCE_COLOR: '1' })).toBe(true)
    expect(await coloured({ FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false)
    expect(await coloured({ FORCE_COLOR: '1' }, '--no-color')).toBe(false)
  })

  it.skipIf(!hasSharedData)('explains rows of the real tables with the real models', async () => {
    const xgb = await callCli([
      ...['explain', 'tabular', '-m', sharedFile('models/onnx/test_xgb.onnx')],
      ...['-d', sharedFile('tabular/california_housing.csv'), '-t', 'median_house_value'],
      ...['--features', 'longitude,latitude,median_income,total_bedrooms', '-r', '290'],
    ])
    expect(xgb.code).toBe(0)
    expect(xgb.stdout).toContain('total_bedrooms missing')
    const narrow = await callCli([
      ...['explain', 'tabular', '-m', sharedFile('models/onnx/test_xgb.onnx')],
      ...[
        '-d',
        sharedFile('tabular/california_housing.csv'),
        '-t',
        'median_house_value',
        '-r',
        '3',
      ],
    ])
    expect(narrow.code).toBe(3)
    expect(narrow.stderr).toMatch(/got 9 columns.*expected 4 columns[\s\S]*--features/)
  })
})

describe('bad input', () => {
  const files: { [name: string]: string | Uint8Array } = {
    'empty.csv': '',
    'head.csv': 'colour,rooms,size_m2,sold\n',
    'ragged.csv': 'colour,rooms,size_m2,sold\nred,1,2,yes\nred,1\n',
    'text.onnx': 'this is no model\n',
    'cut.onnx': new Uint8Array(readFileSync(model)).subarray(0, 300),
    'infinite.csv': 'colour,rooms,size_m2,sold\nred,inf,2,yes\nred,1,2,no\n',
  }

  beforeAll(() => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  })

  it.each([
    ['a missing CSV', ['-d', 'nope.csv', '-r', '0'], 3, /nope\.csv: got no such file/],
    ['an empty CSV', ['-d', 'empty.csv', '-r', '0'], 3, /empty\.csv: got an empty file/],
    ['a CSV without rows', ['-d', 'head.csv', '-r', '0'], 3, /no rows/],
    [
      'a ragged CSV',
      ['-d', 'ragged.csv', '-r', '0'],
      3,
      /ragged\.csv, line 3: got 2 cells, expected 4/,
    ],
    ['a folder', ['-d', '.', '-r', '0'], 3, /folder|ends with/],
    ['Infinity', ['-d', 'infinite.csv', '-r', '0'], 3, /line 2, column "rooms"/],
    ['an unknown target', ['-t', 'solt', '-r', '0'], 3, /got "solt"[\s\S]*Did you mean sold\?/],
    ['a row out of range', ['-r', '60'], 3, /--row: got 60, expected an integer from 0 to 59/],
    ['no row', [], 2, /neither --row nor --instance/],
    ['an unknown category', ['-i', '{"colour":"pink","rooms":1,"size_m2":2}'], 3, /pink/],
    [
      'a value of the wrong kind',
      ['-r', '0', '-i', '{"rooms":"many"}'],
      3,
      /column "rooms": got "many"/,
    ],
    ['an unknown column', ['-r', '0', '-i', '{"room":1}'], 3, /Did you mean rooms\?/],
    ['an absent column', ['-i', '{"rooms":1}'], 3, /no value for colour, size_m2/],
    ['no JSON', ['-i', '{rooms:1}'], 3, /no JSON/],
    ['a missing model', ['-r', '0', '-m', 'nope.onnx'], 4, /nope\.onnx: got no such file/],
    ['a truncated model', ['-r', '0', '-m', 'cut.onnx'], 4, /cut\.onnx/],
    ['a file that is no model', ['-r', '0', '-m', 'text.onnx'], 4, /no ONNX model/],
    ['an unknown kind of model', ['-r', '0', '-m', 'model.bin'], 2, /--model: got ".*model\.bin"/],
    ['a model of other columns', ['-r', '0', '--drop', 'rooms'], 3, /no column rooms/],
    ['an unknown option', ['-r', '0', '--num-sample', '5'], 2, /Did you mean --num-samples\?/],
    ['an unknown choice', ['-r', '0', '--discretizer', 'quartil'], 2, /Did you mean quartile\?/],
    ['no samples', ['-r', '0', '--num-samples', '0'], 2, /--num-samples: got 0/],
    ['fewer than no samples', ['-r', '0', '--num-samples', '-5'], 2, /--num-samples: got -5/],
    [
      'absurdly many samples',
      ['-r', '0', '--num-samples', '1e15'],
      2,
      /--num-samples: got 1000000000000000/,
    ],
    ['a number that is none', ['-r', 'first'], 2, /Expected a number/],
    [
      'a label out of range',
      ['-r', '0', '--label', '2'],
      2,
      /--label: got 2, expected an index from 0 to 1/,
    ],
    [
      'two ways to say the labels',
      ['-r', '0', '--label', '1', '--top-labels', '2'],
      2,
      /cannot be used with/,
    ],
    ['no time', ['-r', '0', '--timeout', '0'], 2, /seconds above 0/],
    ['an unknown label', ['-r', '0', '--label', 'yess'], 2, /--label[\s\S]*Did you mean yes\?/],
    ['a report in no folder', ['-r', '0', '--html', 'no/such/x.html'], 2, /--html/],
    ['a report that is a folder', ['-r', '0', '--html', '.'], 2, /a folder/],
    [
      'entropy without a target',
      ['-r', '0', '--discretizer', 'entropy', '-t', 'none'],
      3,
      /"none"/,
    ],
  ])('%s ends with a message and its code, and leaves no file', async (_, args, code, message) => {
    const before = readdirSync(folder).sort()
    const defaults = [
      ...(args.includes('-m') ? [] : ['-m', model]),
      ...(args.includes('-d') ? [] : ['-d', houses]),
      ...(args.includes('-t') ? [] : ['-t', 'sold']),
      ...(args.includes('--html') ? [] : ['--html', 'made.html']),
    ]
    const placed = [...args, ...defaults].map((word) =>
      /^(\.|[\w./]+\.(csv|onnx|html|bin))$/.test(word) ? join(folder, word) : word,
    )
    const run = await callCli(['explain', 'tabular', ...placed])
    expect(run.stderr).toMatch(message)
    expect(run.code).toBe(code)
    expect(run.stderr).not.toMatch(/\n {4}at /)
    expect(run.stdout).toBe('')
    expect(readdirSync(folder).sort()).toEqual(before)
  })

  it.each([
    ['dies-at-start', [], /there is no model here/],
    ['dies', [], /the memory is full/],
    ['garbage', [], /Loading model/],
    ['hangs', ['--timeout', '0.5'], /no answer for 0\.5 seconds/],
    ['short', [], /1 rows/],
    ['nan', [], /NaN|rows/],
  ])('a program that %s ends with code 4, and leaves no file', async (behaviour, more, message) => {
    const report = join(folder, `${behaviour}.html`)
    const { code, stderr } = await asked(behaviour, '--html', report, ...more)
    expect(stderr).toMatch(message)
    expect(code).toBe(4)
    expect(existsSync(report)).toBe(false)
  })

  it('a program that cannot be started ends with code 4', async () => {
    const args = ['explain', 'tabular', '-m', 'process:no-such-program', '-d', numbers, '-r', '0']
    const { code, stderr } = await callCli(args)
    expect(code).toBe(4)
    expect(stderr).toContain('cannot be started')
  })
})

describe('Ctrl-C', () => {
  it('stops at once with code 130, writes no file and leaves no program behind', async () => {
    const pids = join(folder, 'pids.json')
    const report = join(folder, 'stopped.html')
    const began = Date.now()
    const { code, stderr } = await runCli(
      [
        ...['explain', 'tabular', '-m', program(`stubborn ${JSON.stringify(pids)}`)],
        ...['-d', numbers, '-t', 'y', '-r', '1', '--html', report, '--verbose'],
      ],
      { interrupt: { until: /Asking the model/, after: [0] } },
    )
    expect(stderr).toContain('interrupted')
    expect(code).toBe(130)
    expect(Date.now() - began).toBeLessThan(50_000)
    expect(existsSync(report)).toBe(false)
    for (const pid of JSON.parse(readFileSync(pids, 'utf8')) as number[]) {
      expect(() => process.kill(pid, 0)).toThrow()
    }
  })
})
