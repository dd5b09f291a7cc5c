import { describe, expect, it } from 'vitest'
import { ShapeError } from '../../src/contract/errors.ts'
import {
  CompositeExplainer,
  ImageExplainer,
  inputsFor,
  SeriesExplainer,
  TabularExplainer,
  TextExplainer,
} from '../../src/index.ts'

describe('inputsFor', () => {
  it('leaves out the words of a text that are off, everywhere', async () => {
    const text = 'good film, good cast'
    const inputs = await inputsFor(new TextExplainer(), text, [
      [1, 1, 1],
      [0, 1, 1],
      [true, false, true],
    ])
    expect(inputs).toEqual([text, ' film,  cast', 'good , good cast'])
  })

  it('hides the segments of a picture that are off, and no others', async () => {
    const image = { data: Uint8Array.from([10, 20, 30, 40]), width: 4, height: 1, channels: 1 }
    const explainer = new ImageExplainer({
      segmentation: Object.assign(() => Int32Array.from([0, 0, 1, 1])),
      hide: 0,
    })
    const [all, left] = await inputsFor(explainer, image, [
      [1, 1],
      [1, 0],
    ])
    expect([...all!.data]).toEqual([10, 20, 30, 40])
    expect([...left!.data]).toEqual([10, 20, 0, 0])
  })

  it('replaces the segments of a series that are off', async () => {
    const explainer = new SeriesExplainer({ numSegments: 2, replacement: 'zero' })
    const [one] = await inputsFor(explainer, [1, 2, 3, 4], [[0, 1]])
    expect([...one!.data]).toEqual([0, 0, 3, 4])
  })

  it('keeps what is on in a table and takes another bin or category for what is off', async () => {
    const rows = Array.from({ length: 100 }, (_, i) => [i, i % 2 === 0 ? 'even' : 'odd'] as const)
    const explainer = new TabularExplainer(rows, { featureNames: ['x', 'parity'] })
    const masks = Array.from({ length: 40 }, (_, i) => [i & 1, (i >> 1) & 1])
    const inputs = await inputsFor(explainer, [10, 'even'], masks)
    const own = 24.75 // the first quartile of 0 … 99
    inputs.forEach((input, i) => {
      const [x, parity] = input as readonly [number, string]
      if (masks[i]![0]) expect(x).toBe(10)
      else expect(x).toBeGreaterThan(own)
      expect(parity).toBe(masks[i]![1] ? 'even' : 'odd')
    })
  })

  it('gives nonzero values of a sparse row that are off as 0', async () => {
    const sparse = (indices: number[], values: number[]) => ({
      indices: Int32Array.from(indices),
      values: Float64Array.from(values),
    })
    const explainer = new TabularExplainer([sparse([0, 2], [1, 2]), sparse([1], [3])])
    const [one] = await inputsFor(explainer, sparse([0, 2], [5, 6]), [[0, 1]])
    expect(one).toMatchObject({
      indices: Int32Array.from([0, 2]),
      values: Float64Array.from([0, 6]),
    })
  })

  it('splits the switches of several inputs among them', async () => {
    const explainer = new CompositeExplainer({
      title: new TextExplainer(),
      signal: new SeriesExplainer({ numSegments: 2, replacement: 'zero' }),
    })
    const [one] = await inputsFor(explainer, { title: 'a quiet night', signal: [1, 2, 3, 4] }, [
      [1, 0, 1, 1, 0],
    ])
    expect(one!.title).toBe('a  night')
    expect([...one!.signal.data]).toEqual([1, 2, 0, 0])
  })

  it('refuses masks of another length', async () => {
    await expect(inputsFor(new TextExplainer(), 'two words', [[1]])).rejects.toThrow(ShapeError)
    await expect(inputsFor(new TextExplainer(), 'two words', [[1]])).rejects.toThrow(
      /inputsFor, masks\[0\]: got 1 values, expected 2/,
    )
  })
})
