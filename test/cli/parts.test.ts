import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CommanderError } from 'commander'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { wantsColor } from '../../src/cli/context.ts'
import { errorText } from '../../src/cli/error-text.ts'
import { exitCodeOf, Interruption } from '../../src/cli/exit-codes.ts'
import {
  groupValue,
  labelChoice,
  listValue,
  numberValue,
  typeValue,
  wholeValue,
} from '../../src/cli/option-values.ts'
import { checkOutputPath, writeWhole } from '../../src/cli/output-file.ts'
import { progressLine } from '../../src/cli/progress-line.ts'
import {
  DataError,
  MissingDependencyError,
  OptionError,
  PredictorError,
  PredictorOutputError,
  ShapeError,
} from '../../src/contract/errors.ts'
import { emptyFolder } from './run-cli.ts'

const problem = { where: 'here', got: 'a', expected: 'b', remedy: 'Do c.' }

describe('exitCodeOf', () => {
  it.each([
    [new OptionError(problem), 2],
    [new DataError(problem), 3],
    [new ShapeError(problem), 3],
    [new PredictorError(problem), 4],
    [new PredictorOutputError(problem), 4],
    [new MissingDependencyError(problem), 5],
    [new Interruption('SIGINT'), 130],
    [new Interruption('SIGTERM'), 143],
    [new CommanderError(1, 'commander.unknownOption', 'x'), 2],
    [new CommanderError(0, 'commander.helpDisplayed', 'x'), 0],
    [new TypeError('x'), 1],
    ['text', 1],
  ])('gives %s its code', (error, code) => {
    expect(exitCodeOf(error)).toBe(code)
  })
})

describe('errorText', () => {
  it('says what is wrong on one line and what to do on the next', () => {
    expect(errorText(new DataError(problem), false)).toBe(
      'error: here: got a, expected b\n  Do c.\n',
    )
  })

  it.each([
    ['TabularExplainer.explain, options.numSamples', '--num-samples'],
    ['TabularExplainer.explain, options.labels', '--label'],
    ['TabularExplainer, options.oneHotGroups.colour', '--one-hot.colour'],
    ['openModel, spec', '--model'],
    ['train.csv, line 3', 'train.csv, line 3'],
  ])('turns %s into %s', (where, flag) => {
    expect(errorText(new OptionError({ ...problem, where }), false)).toContain(
      `error: ${flag}: got`,
    )
  })

  it('asks to report what nobody foresaw', () => {
    expect(errorText(new TypeError('x is not a function'), false)).toMatch(
      /x is not a function[\s\S]*bug/,
    )
  })

  it('adds the stacks of the error and its causes for debugging', () => {
    const error = new DataError({ ...problem, cause: new Error('beneath') })
    expect(errorText(error, true)).toMatch(/ {4}at [\s\S]*caused by:\nError: beneath/)
  })
})

describe('values of flags', () => {
  it('reads numbers, and refuses what is none', () => {
    expect(numberValue('1e-3')).toBe(0.001)
    for (const text of ['', ' ', 'x', 'NaN', 'Infinity', '1,5']) {
      expect(() => numberValue(text)).toThrow(/Expected a number/)
    }
    expect(wholeValue('1e3')).toBe(1000)
    expect(() => wholeValue('1.5')).toThrow(/Expected an integer/)
  })

  it('reads lists over several uses, with commas inside of names', () => {
    expect(listValue('b, c', ['a'])).toEqual(['a', 'b', 'c'])
    expect(listValue('a\\,b,c')).toEqual(['a,b', 'c'])
    expect(() => listValue(' , ')).toThrow(/names between commas/)
  })

  it('reads groups and types', () => {
    expect(groupValue('g=a,b', { f: ['c'] })).toEqual({ f: ['c'], g: ['a', 'b'] })
    expect(() => groupValue('=a')).toThrow(/GROUP=/)
    expect(typeValue('a=b=category')).toEqual({ 'a=b': 'category' })
    expect(() => typeValue('a=text')).toThrow(/COLUMN=number/)
  })

  it('takes a label for a class name where there is one, else for an index where it is an integer', () => {
    expect(labelChoice(['1', 'yes', '0'], ['1', 'yes'])).toEqual(['1', 'yes', 0])
    expect(labelChoice(undefined, undefined)).toBeUndefined()
  })
})

describe('writeWhole', () => {
  it('replaces a file whole and leaves nothing beside it', async () => {
    const folder = emptyFolder()
    const path = join(folder, 'a.txt')
    writeFileSync(path, 'old')
    await writeWhole(path, 'new', '--html')
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(readdirSync(folder)).toEqual(['a.txt'])
  })

  it('leaves nothing behind where it cannot write', async () => {
    const folder = emptyFolder()
    mkdirSync(join(folder, 'a'))
    await expect(writeWhole(join(folder, 'a'), 'x', '--html')).rejects.toThrow(OptionError)
    expect(readdirSync(folder)).toEqual(['a'])
  })

  it('knows before the work begins whether a path can be written', async () => {
    const folder = emptyFolder()
    await expect(checkOutputPath(join(folder, 'x'), '--html')).resolves.toBeUndefined()
    await expect(checkOutputPath(folder, '--html')).rejects.toThrow(/a folder/)
    await expect(checkOutputPath('', '--html')).rejects.toThrow(/empty/)
    await expect(checkOutputPath(join(folder, 'no', 'x'), '--html')).rejects.toThrow(/mkdir/)
  })
})

describe('wantsColor', () => {
  const output = (isTerminal: boolean) => ({ isTerminal, columns: 80, write: () => undefined })

  it.each([
    [true, {}, undefined, true],
    [false, {}, undefined, false],
    [true, { NO_COLOR: '1' }, undefined, false],
    [true, { NO_COLOR: '' }, undefined, true],
    [false, { FORCE_COLOR: '1' }, undefined, true],
    [true, { FORCE_COLOR: '0' }, undefined, false],
    [true, { TERM: 'dumb' }, undefined, false],
    [true, {}, false, false],
  ])('terminal %j, %j, flag %j: %j', (isTerminal, env, flag, wanted) => {
    expect(wantsColor(output(isTerminal), env, flag)).toBe(wanted)
  })
})

describe('progressLine', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  const predicting = (done: number) =>
    ({ stage: 'predicting', done, total: 100, seconds: 0 }) as const

  function shown(
    isTerminal: boolean,
    options = {},
  ): { text: () => string; line: ReturnType<typeof progressLine> } {
    vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] })
    let text = ''
    const output = {
      isTerminal,
      columns: 30,
      write: (part: string) => {
        text += part
      },
    }
    return { line: progressLine(output, options), text: () => text }
  }

  it('shows nothing in the first second', () => {
    const { line, text } = shown(true)
    line.step('Reading')
    vi.advanceTimersByTime(900)
    line.onProgress(predicting(50))
    line.close()
    expect(text()).toBe('')
  })

  it('draws one line after that, cut to the terminal, and takes it away', () => {
    const { line, text } = shown(true)
    line.step('Reading a file with a rather long name')
    vi.advanceTimersByTime(1500)
    expect(text().startsWith('\r\x1b[2KReading a file with a rather \r')).toBe(true)
    line.onProgress(predicting(50))
    vi.advanceTimersByTime(300)
    expect(text()).toContain('Asking the model 50 % (2 s)')
    line.close()
    expect(text().endsWith('\r\x1b[2K')).toBe(true)
  })

  it('shows sparse lines where there is no terminal, on request only', () => {
    const silent = shown(false)
    vi.advanceTimersByTime(20_000)
    silent.line.onProgress(predicting(1))
    expect(silent.text()).toBe('')
    vi.useRealTimers()
    const { line, text } = shown(false, { verbose: true })
    line.onProgress(predicting(1))
    vi.advanceTimersByTime(11_000)
    line.close()
    expect(text().split('\n').length - 1).toBeLessThanOrEqual(3)
    expect(text()).toContain('Asking the model 1 %')
  })
})
