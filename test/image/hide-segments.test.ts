import { describe, expect, it } from 'vitest'
import { allAtOnce } from '../../src/contract/slices.ts'
import { boxBlur } from '../../src/image/box-blur.ts'
import { type HideChoice, hiddenPicture } from '../../src/image/hide-segments.ts'
import { RandomState, type RasterImage } from '../../src/index.ts'

const map = {
  labels: Int32Array.of(0, 0, 1, 2, 0, 0, 1, 2),
  width: 4,
  height: 2,
  count: 3,
}
const data = Uint8Array.of(10, 11, 50, 200, 10, 12, 51, 100)
const image: RasterImage = { data, width: 4, height: 2, channels: 1 }
const hidden = (hide: HideChoice, one = image) =>
  Array.from(allAtOnce(hiddenPicture(one, map, hide, new RandomState(1), 'test')).data)

describe('hiddenPicture', () => {
  it('fills each segment with its mean, cut to an integer for bytes as NumPy does', () => {
    expect(hidden('mean')).toEqual([10, 10, 50, 150, 10, 10, 50, 150])
    const floats = { ...image, data: Float64Array.from(data) }
    expect(hidden('mean', floats).slice(0, 4)).toEqual([10.75, 10.75, 50.5, 150])
  })

  it('fills each segment with the mean of those that touch it', () => {
    // 0 touches 1; 1 touches 0 and 2: (43 + 300) / 6 = 57.2; 2 touches 1.
    expect(hidden('neighbours').slice(0, 4)).toEqual([50, 50, 57, 50])
  })

  it('keeps to itself a segment without neighbours', () => {
    const alone = { ...map, labels: new Int32Array(8), count: 1 }
    const { data: filled } = allAtOnce(
      hiddenPicture(image, alone, 'neighbours', new RandomState(1), 'test'),
    )
    expect(new Set(filled)).toEqual(new Set([55]))
  })

  it('takes a colour, one number or one for each channel, and another picture', () => {
    expect(new Set(hidden(7))).toEqual(new Set([7]))
    expect(hidden({ ...image, data: data.map((value) => 255 - value) })[0]).toBe(245)
  })

  it('draws noise within the picture’s range, the same from the same stream', () => {
    const noise = hidden('noise')
    expect(noise).toEqual(hidden('noise'))
    expect(Math.min(...noise)).toBeGreaterThanOrEqual(10)
    expect(Math.max(...noise)).toBeLessThanOrEqual(200)
    expect(new Set(noise).size).toBeGreaterThan(2)
  })

  it('leaves alpha alone unless a colour of four numbers is given', () => {
    const rgba = {
      data: Uint8Array.from({ length: 32 }, (_, i) => i),
      width: 4,
      height: 2,
      channels: 4,
    }
    for (const hide of ['mean', 'blur', 'noise', 'neighbours', 0] as const) {
      expect(hidden(hide, rgba).filter((_, i) => i % 4 === 3)).toEqual([
        3, 7, 11, 15, 19, 23, 27, 31,
      ])
    }
    expect(hidden([1, 2, 3, 4], rgba).slice(0, 4)).toEqual([1, 2, 3, 4])
  })
})

describe('boxBlur', () => {
  it('spreads a point by the deviation asked for, and keeps the sum', () => {
    const size = 101
    const point = new Float64Array(size)
    point[50] = 1
    const out = allAtOnce(boxBlur({ data: point, width: size, height: 1, channels: 1 }, 5))
    const sum = out.reduce((total, value) => total + value, 0)
    const variance = out.reduce((total, value, i) => total + value * (i - 50) ** 2, 0)
    expect(sum).toBeCloseTo(1, 12)
    // Kovesi: three boxes of odd widths come within a few percent of the deviation.
    expect(Math.abs(Math.sqrt(variance) - 5)).toBeLessThan(0.2)
  })

  it('leaves a picture of one colour as it is', () => {
    const flat = { data: new Float64Array(60).fill(3), width: 5, height: 4, channels: 3 }
    for (const value of allAtOnce(boxBlur(flat, 2))) expect(value).toBeCloseTo(3, 12)
  })
})
