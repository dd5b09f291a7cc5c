import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  findPreprocessing,
  mergeOptions,
  parseNames,
  readPreprocessing,
} from '../../src/models/preprocessing.ts'

/** A new folder with these files: text, or JSON of anything else. */
function folder(files: { readonly [name: string]: unknown }): string {
  const path = mkdtempSync(join(tmpdir(), 'sodalime-preprocessing-'))
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(path, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return path
}

const read = (description: unknown, files = {}) =>
  readPreprocessing(join(folder({ 'sodalime.json': description, ...files }), 'sodalime.json'))

describe('readPreprocessing', () => {
  it('gives the fields of a kind as options of the loaders', async () => {
    const image = await read({
      schema: 'sodalime/preprocessing@1',
      kind: 'image',
      activation: 'softmax',
      classNames: ['cat', 'dog'],
      size: [299, 299],
      resize: 'crop',
      crop: 0.875,
      layout: 'nhwc',
      range: [0, 1],
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
      about: { trainedOn: 'pets' },
    })
    expect(image.options).toEqual({
      activation: 'softmax',
      classNames: ['cat', 'dog'],
      image: {
        size: [299, 299],
        resize: 'crop',
        crop: 0.875,
        layout: 'nhwc',
        range: [0, 1],
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
      },
    })
    const series = await read({
      kind: 'series',
      layout: 'ntc',
      length: 96,
      channels: 1,
      channelNames: ['MLII'],
      normalise: 'in-model',
      samplingRate: 360,
      classNames: ['N', 'A'],
    })
    expect(series.options).toEqual({
      classNames: ['N', 'A'],
      series: { layout: 'ntc', length: 96 },
    })
    const table = await read({ kind: 'tabular', columns: ['a', 'b'], task: 'regression' })
    expect(table.options).toEqual({ columns: ['a', 'b'], task: 'regression' })
  })

  it('reads names and vocabularies from files beside it: lists, indices, lines', async () => {
    const { options } = await read(
      {
        kind: 'text',
        classNames: ['background', { file: 'index.json' }, { file: 'more.txt' }],
        vocabulary: 'words.txt',
        lowerCase: true,
        length: 4,
      },
      {
        'index.json': { 1: ['n01443537', 'goldfish'], 0: ['n01440764', 'tench'] },
        'more.txt': 'shark\nray\n',
        'words.txt': 'the\na\n',
      },
    )
    expect(options).toEqual({
      classNames: ['background', 'tench', 'goldfish', 'shark', 'ray'],
      text: { vocabulary: ['the', 'a'], lowerCase: true, length: 4 },
    })
  })

  it.each([
    [{ kind: 'picture' }, '.kind', 'one of tabular, text, image, series'],
    [{ kind: 'image', sise: 3 }, '.sise', 'Did you mean size?'],
    [{ kind: 'image', scale: 'big' }, '.scale', 'a number'],
    [{ kind: 'image', std: [1, 0, 1] }, '.std', 'not 0'],
    [{ kind: 'image', range: [0, 1], scale: 2 }, '.scale', 'one of the two ways'],
    [{ kind: 'image', size: -1 }, '.size', 'pixels'],
    [{ kind: 'series', normalise: 'zscore' }, '.normalise', 'Did you mean z-score?'],
    [{ kind: 'series', length: 0 }, '.length', 'steps'],
    [{ kind: 'text', vocabulary: { a: 1.5 } }, '.vocabulary', 'integers'],
    [{ kind: 'text', vocabulary: ['a'], tokens: '(' }, '.tokens', 'regular expression'],
    [{ kind: 'text', vocabulary: ['a'], pad: -1 }, '.pad', 'an integer from 0'],
    [{ kind: 'tabular', columns: 'a' }, '.columns', 'a list of names'],
    [{ kind: 'tabular', classNames: [1] }, '.classNames', 'a list of names'],
    [{ kind: 'tabular', schema: 'sodalime/preprocessing@2' }, '.schema', 'Update sodalime'],
    [[], '', 'an object'],
    ['{', '', 'JSON'],
  ])('refuses %j and names the field', async (description, place, says) => {
    const error = await read(description).then(
      () => undefined,
      (caught: unknown) => caught as Error & { where: string; code: string },
    )
    expect(error?.code).toBe('data')
    expect(error?.where.endsWith(`sodalime.json${place}`)).toBe(true)
    expect(error?.message).toContain(says)
  })

  it('refuses files outside of its folder', async () => {
    await expect(read({ kind: 'text', vocabulary: '../words.json' })).rejects.toMatchObject({
      code: 'predictor',
    })
  })
})

describe('findPreprocessing', () => {
  it('prefers the file of the model’s own name, and passes over one for another model', async () => {
    const path = folder({
      'a.sodalime.json': { kind: 'tabular', task: 'regression' },
      'sodalime.json': { kind: 'tabular', model: 'b.onnx', task: 'classification' },
    })
    const taskOf = async (name: string) =>
      (await findPreprocessing(join(path, name)))?.description.task
    expect(await taskOf('a.onnx')).toBe('regression')
    expect(await taskOf('b.onnx')).toBe('classification')
    expect(await taskOf('c.onnx')).toBeUndefined()
    expect(await findPreprocessing('https://localhost/model.onnx')).toBeUndefined()
  })
})

describe('mergeOptions', () => {
  it('takes the last word for each field, also within layouts', () => {
    expect(
      mergeOptions(
        { image: { resize: 'stretch', layout: 'nhwc' }, task: 'classification' },
        { image: { resize: 'crop', crop: 0.9, range: [0, 1] }, activation: 'softmax' },
        { image: { scale: 2, layout: undefined }, task: undefined },
      ),
    ).toEqual({
      task: 'classification',
      activation: 'softmax',
      image: { resize: 'crop', crop: 0.9, layout: 'nhwc', scale: 2 },
    })
  })
})

describe('parseNames', () => {
  it('refuses an index with a hole', () => {
    const bytes = new TextEncoder().encode('{"0": "a", "2": "b"}')
    expect(() => parseNames(bytes, 'names.json')).toThrow('without the key "1"')
  })
})
