/**
 * Texts as tokens, and series as a model was trained on them. The graphs pass on what they are fed.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeModel } from '../../../src/models/onnx/encode-model.ts'
import type { TensorType } from '../../../src/models/onnx/model-proto.ts'
import { prepareSeries } from '../../../src/models/onnx/prepare-series.ts'
import { loadOnnx, type TextLayout } from '../../../src/models/onnx.ts'

/** A graph that answers with its input as floats. */
function echo(type: TensorType, sizes: readonly (number | string)[]): Uint8Array {
  const shape = ['n', ...sizes]
  return encodeModel({
    irVersion: 8,
    producer: 'test',
    opsets: [{ domain: '', version: 17 }],
    graph: {
      name: 'echo',
      nodes: [{ op: 'Cast', inputs: ['x'], outputs: ['y'], attributes: { to: { int: 1 } } }],
      initializers: [],
      inputs: [{ name: 'x', type: { kind: 'tensor', type, shape } }],
      outputs: [{ name: 'y', type: { kind: 'tensor', type: 'float32', shape } }],
    },
  })
}

async function tokens(
  texts: readonly string[],
  text: TextLayout,
  sizes: (number | string)[] = [4],
) {
  const model = await loadOnnx(echo('int64', sizes), { text, task: 'regression' })
  const { data, cols } = await model.predict(texts)
  await model.close()
  return Array.from({ length: texts.length }, (_, i) => [...data.slice(i * cols, (i + 1) * cols)])
}

describe('texts for networks over tokens', () => {
  const vocabulary = { the: 1, cat: 2, sat: 3, on: 4, mat: 5 }

  it('become numbers of tokens, cut and filled up at the end', async () => {
    expect(await tokens(['the cat', 'the cat sat on the mat', ''], { vocabulary })).toEqual([
      [1, 2, 0, 0],
      [1, 2, 3, 4],
      [0, 0, 0, 0],
    ])
  })

  it('are cut and filled up at the start as Keras does it', async () => {
    const layout = { vocabulary, padAt: 'start', cutAt: 'start' } as const
    expect(await tokens(['the cat', 'the cat sat on the mat'], layout)).toEqual([
      [0, 0, 1, 2],
      [3, 4, 1, 5],
    ])
  })

  it('leave unknown tokens out, or give them their number', async () => {
    expect(await tokens(['a cat'], { vocabulary })).toEqual([[2, 0, 0, 0]])
    expect(await tokens(['a cat'], { vocabulary, unknown: 9, pad: 7 })).toEqual([[9, 2, 7, 7]])
  })

  it('are cut by a pattern, lower-cased, and take a list as the vocabulary', async () => {
    const layout = { vocabulary: ['<pad>', "don't", '!'], lowerCase: true, tokens: "[\\p{L}']+|!" }
    expect(await tokens(["DON'T stop!"], layout)).toEqual([[1, 2, 0, 0]])
  })

  it('need their length where the graph leaves it free, and no other than it fixes', async () => {
    expect(await tokens(['cat'], { vocabulary, length: 2 }, ['steps'])).toEqual([[2, 0]])
    await expect(tokens(['cat'], { vocabulary }, ['steps'])).rejects.toMatchObject({
      code: 'option',
      where: expect.stringContaining('options.text.length'),
    })
    await expect(tokens(['cat'], { vocabulary, length: 3 })).rejects.toMatchObject({
      code: 'option',
    })
  })

  it('without a vocabulary are refused with what to do', async () => {
    const model = await loadOnnx(echo('int64', [4]), { task: 'regression' })
    await expect(model.predict(['the cat'])).rejects.toMatchObject({
      code: 'shape',
      remedy: expect.stringContaining('sodalime.json'),
    })
    await model.close()
  })

  it.each([
    [{}, 'vocabulary'],
    [{ vocabulary: { a: -1 } }, 'vocabulary'],
    [{ vocabulary, tokens: '(' }, 'tokens'],
    [{ vocabulary, padding: 0 }, 'padding'],
    [{ vocabulary, padAt: 'left' }, 'padAt'],
  ])('refuse %j', async (text, name) => {
    await expect(tokens([''], text as never)).rejects.toMatchObject({
      code: 'option',
      where: `loadOnnx, options.text.${name}`,
    })
  })
})

describe('prepareSeries', () => {
  const series = (values: readonly number[], cols = 1) => ({
    data: Float64Array.from(values),
    rows: values.length / cols,
    cols,
  })

  it('resamples between the first and the last step', () => {
    const { data, rows } = prepareSeries(series([0, 10, 1, 20, 2, 30], 2), { length: 5 })
    expect(rows).toBe(5)
    expect([...data]).toEqual([0, 10, 0.5, 15, 1, 20, 1.5, 25, 2, 30])
  })

  it('brings each channel to mean 0 and deviation 1, or to 0 … 1, and a constant one to 0', () => {
    const z = prepareSeries(series([1, 5, 3, 5], 2), { normalise: 'z-score' })
    expect([...z.data]).toEqual([-1, 0, 1, 0])
    const unit = prepareSeries(series([2, 4, 3]), { normalise: 'min-max', scale: 2, shift: -1 })
    expect([...unit.data]).toEqual([-1, 1, 0])
  })

  it('normalises values that differ by the smallest number there is', () => {
    const tiny = series([0, Number.MIN_VALUE])
    expect([...prepareSeries(tiny, { normalise: 'min-max' }).data]).toEqual([0, 1])
    expect([...prepareSeries(tiny, { normalise: 'z-score' }).data]).toEqual([0, 0])
  })

  it('gives the series itself where nothing is to be done, and never changes what it is given', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 20 }),
        (values) => {
          const given = series(values)
          expect(prepareSeries(given, {})).toBe(given)
          const { data } = prepareSeries(given, { normalise: 'min-max' })
          expect([...given.data]).toEqual(values)
          expect(data.every((one) => one >= 0 && one <= 1 + 1e-12)).toBe(true)
        },
      ),
    )
  })
})
