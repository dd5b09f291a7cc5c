import { describe, expect, it } from 'vitest'
import { allAtOnce } from '../../../src/contract/slices.ts'
import { resizeImage as resizeInSlices } from '../../../src/models/onnx/resize-image.ts'

const resizeImage = (...given: Parameters<typeof resizeInSlices>) =>
  allAtOnce(resizeInSlices(...given))

const grey = (width: number, height: number, values: number[]) => ({
  data: Float64Array.from(values),
  width,
  height,
  channels: 1,
})
const numbers = (image: { data: ArrayLike<number> }) =>
  Array.from(image.data, (value) => Math.round(value * 1e4) / 1e4)

describe('resizeImage', () => {
  it('reduces as Pillow’s BILINEAR does', () => {
    // Pillow 13.0, mode F: Image.fromarray([[0, 1, 2, 3, 4, 5]]).resize((3, 1), BILINEAR): weights 1 3 3 1 / 8, cut at the ends.
    const image = grey(6, 1, [0, 1, 2, 3, 4, 5])
    expect(numbers(resizeImage(image, 3, 1, 'stretch'))).toEqual([0.7143, 2.5, 4.2857])
  })

  it('enlarges by linear interpolation', () => {
    expect(numbers(resizeImage(grey(2, 1, [0, 1]), 4, 1, 'stretch'))).toEqual([0, 0.25, 0.75, 1])
  })

  it('keeps a picture of one colour, and one that has the size already', () => {
    const flat = { data: new Uint8Array(7 * 5 * 3).fill(90), width: 7, height: 5, channels: 3 }
    for (const how of ['stretch', 'crop'] as const) {
      for (const value of resizeImage(flat, 4, 9, how).data) expect(value).toBeCloseTo(90, 4)
    }
    expect(resizeImage(flat, 7, 5, 'stretch')).toBe(flat)
  })

  it('crops the middle of the right proportions, less where a share is given', () => {
    const image = grey(4, 2, [9, 1, 2, 9, 9, 3, 4, 9])
    expect(numbers(resizeImage(image, 2, 2, 'crop'))).toEqual([1, 2, 3, 4])
    const wide = grey(
      8,
      8,
      Array.from({ length: 64 }, (_, i) => i % 8),
    )
    const half = resizeImage(wide, 4, 4, 'crop', 0.5)
    expect(numbers(half).slice(0, 4)).toEqual([2, 3, 4, 5])
  })

  it('pads with 0 around the whole picture', () => {
    const image = grey(2, 1, [5, 7])
    expect(numbers(resizeImage(image, 2, 3, 'pad'))).toEqual([0, 0, 5, 7, 0, 0])
  })
})
