import { describe, expect, it } from 'vitest'
import { decodeImage } from '../../src/data/images.ts'
import {
  ImageExplainer,
  ImageExplanation,
  markBoundaries,
  OptionError,
  pictureDataUrl,
  type RasterImage,
  ShapeError,
} from '../../src/index.ts'

/** Four segments of 2 × 2 pixels; segment 0 speaks for label 0, 3 against, 1 a little for it. */
async function explained(channels = 3): Promise<ImageExplanation> {
  const data = Uint8Array.from({ length: 16 * channels }, (_, i) => 20 + i)
  const image = { data, width: 4, height: 4, channels }
  const map = [0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3]
  const at = (one: RasterImage, pixel: number) => (one.data[pixel * channels] === 0 ? 0 : 1)
  return new ImageExplainer({ segmentation: map, hide: 0, mode: 'regression' }).explain(
    image,
    (images) => images.map((one) => 5 * at(one, 0) + at(one, 2) - 3 * at(one, 10)),
    { surrogate: 'ols', keepNeighbourhood: true },
  )
}

describe('imageAndMask', () => {
  it('takes segments for the label alone by default, largest first', async () => {
    const { image, mask } = (await explained()).imageAndMask(0, { numFeatures: 1 })
    expect(Array.from(mask)).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    expect(image.data[0]).toBe(20)
  })

  it('marks both signs with 1 and −1 and sets channel 1 or 0 to the picture’s largest number', async () => {
    const { image, mask } = (await explained()).imageAndMask(0, {
      positiveOnly: false,
      minWeight: 2,
    })
    expect([mask[0], mask[2], mask[8], mask[15]]).toEqual([1, 0, 0, -1])
    expect([...image.data.subarray(0, 3)]).toEqual([20, 67, 22])
    expect([...image.data.subarray(45, 48)]).toEqual([67, 66, 67])
  })

  it('hides the rest in black, and takes segments against alone with mask 1', async () => {
    const { image, mask } = (await explained()).imageAndMask(0, {
      negativeOnly: true,
      hideRest: true,
      minWeight: 1,
    })
    expect(mask[15]).toBe(1)
    expect(mask.filter((one) => one !== 0)).toHaveLength(4)
    expect(image.data.subarray(0, 24).every((value) => value === 0)).toBe(true)
    expect(image.data[47]).toBe(67)
  })

  it('gives a grey picture back in three channels', async () => {
    const { image } = (await explained(1)).imageAndMask()
    expect(image.channels).toBe(3)
    expect([...image.data.subarray(0, 4)]).toEqual([20, 20, 20, 21])
  })

  it('refuses both signs alone at once, labels that were not explained, and unknown options', async () => {
    const explanation = await explained()
    expect(() => explanation.imageAndMask(0, { positiveOnly: true, negativeOnly: true })).toThrow(
      OptionError,
    )
    expect(() => explanation.imageAndMask(9)).toThrow(OptionError)
    expect(() => explanation.imageAndMask(0, { positive_only: true } as object)).toThrow(
      'positiveOnly',
    )
  })
})

describe('pictures of an explanation', () => {
  it('are drawn from the JSON and the picture as from the explanation itself', async () => {
    const explanation = await explained()
    const again = new ImageExplanation(JSON.parse(JSON.stringify(explanation)), explanation)
    expect(again.marked()).toEqual(explanation.marked())
    expect(again.heatMap()).toEqual(explanation.heatMap())
    const small = { data: new Uint8Array(3), width: 1, height: 1, channels: 3 }
    expect(() => new ImageExplanation(explanation, { image: small })).toThrow(ShapeError)
  })

  it('tint the heaviest segment most, orange for and blue against', async () => {
    const { data } = (await explained()).heatMap(0)
    const blueness = (pixel: number) => data[3 * pixel + 2]! - data[3 * pixel]!
    expect(blueness(0)).toBeLessThan(-100)
    expect(blueness(15)).toBeGreaterThan(20)
    expect(Math.abs(blueness(8))).toBeLessThan(5)
  })

  it('show samples from the highest answer to the lowest, the picture itself first', async () => {
    const explanation = await explained()
    const samples = explanation.perturbations(5)
    expect(samples.map(({ outputs }) => outputs[0])).toEqual([
      3,
      6,
      expect.anything(),
      expect.anything(),
      -3,
    ])
    expect(samples[0]!.image).toEqual(explanation.image)
    const [, high] = samples
    expect([high!.image.data[0], high!.image.data[45]]).toEqual([20, 0])
    const bare = new ImageExplanation({ ...explanation }, { image: explanation.image })
    expect(() => bare.perturbations()).toThrow('keepNeighbourhood')
  })
})

describe('markBoundaries', () => {
  it('draws scikit-image’s outer boundaries in yellow', () => {
    // skimage 0.19.3: find_boundaries([[0,0,0,0],[0,1,1,0],[0,1,1,0],[0,0,0,0]], mode='outer') marks the ring's sides, not
    // its corners, and no pixel of the square itself.
    const image = { data: new Uint8Array(48), width: 4, height: 4, channels: 3 }
    const marked = markBoundaries(image, [0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0])
    const yellow = Array.from({ length: 16 }, (_, i) => (marked.data[3 * i] === 255 ? 1 : 0))
    expect(yellow).toEqual([0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0])
    expect(marked.data[5]).toBe(0)
    expect(image.data.every((value) => value === 0)).toBe(true)
    expect(() => markBoundaries(image, [1])).toThrow(ShapeError)
  })
})

describe('pictureDataUrl', () => {
  it.each([1, 3, 4])('is a PNG that decodes to the same pixels (%i channels)', async (channels) => {
    const data = Uint8Array.from({ length: 35 * channels }, (_, i) => (i * 37) % 256)
    const url = await pictureDataUrl({ data, width: 7, height: 5, channels })
    const bytes = Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (c) => c.charCodeAt(0))
    const read = await decodeImage(bytes)
    const expected =
      channels === 1 ? [...data].flatMap((value) => [value, value, value]) : [...data]
    expect([read.width, read.height]).toEqual([7, 5])
    expect(Array.from(read.data)).toEqual(expected)
  })

  it('shows floats from 0 to 1 as 0 to 255', async () => {
    const data = Float64Array.of(0, 0.5, 1)
    const url = await pictureDataUrl({ data, width: 1, height: 1, channels: 3 })
    const bytes = Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (c) => c.charCodeAt(0))
    expect(Array.from((await decodeImage(bytes)).data)).toEqual([0, 128, 255])
  })
})
