import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explanationSchema } from '../../src/contract/schema.ts'
import {
  DataError,
  ImageExplainer,
  ImageExplanation,
  OptionError,
  PredictorError,
  RandomState,
  type RasterImage,
  ShapeError,
} from '../../src/index.ts'

/** Bytes that differ from pixel to pixel. */
function noisy(width: number, height: number, channels = 3): RasterImage {
  const random = new RandomState(3)
  const data = new Uint8Array(width * height * channels)
  random.randintInto(data, 1, 255)
  return { data, width, height, channels }
}

/** The model of the mean of each column of 1-pixel segments: linear in what is switched. */
const brightness = (images: readonly RasterImage[]) =>
  images.map(({ data }) => {
    let sum = 0
    for (let i = 0; i < data.length; i++) sum += ((i % 5) - 2) * data[i]!
    return [sum, -sum]
  })

const regression = { mode: 'regression', randomState: 1 } as const
const grid = (rows: number, columns: number) => ({ algorithm: 'grid', rows, columns }) as const

describe('ImageExplainer', () => {
  it('finds the coefficients of a linear model exactly', async () => {
    // Without a penalty a linear function of the switches is its own surrogate: each weight is what its segment adds.
    const image = noisy(12, 9)
    const explainer = new ImageExplainer({ ...regression, segmentation: grid(3, 4), hide: 0 })
    const explanation = await explainer.explain(
      image,
      (images) => brightness(images).map(([sum]) => sum!),
      { surrogate: 'ols', numSamples: 300 },
    )
    const { labels } = explanation.segments
    const added = new Float64Array(12)
    for (let i = 0; i < image.data.length; i++) {
      added[labels[Math.floor(i / 3)]!]! += ((i % 5) - 2) * image.data[i]!
    }
    const { weights, intercept, score } = explanation.forLabel()
    expect(weights).toHaveLength(12)
    for (const { feature, weight } of weights) expect(weight).toBeCloseTo(added[feature]!, 6)
    expect(intercept).toBeCloseTo(0, 6)
    expect(score).toBeCloseTo(1, 12)
  })

  it('converges to the closed form for an indicator of segments (α_p with the cosine kernel)', async () => {
    // SCIENCE.md, closed form 2: ∏_{i∈S} z_i, |S| = p. 60,000 samples of 2^6 masks; the standard error is below 0.005.
    const d = 6
    const nu = 0.25
    const S = [1, 4]
    const explainer = new ImageExplainer({
      ...regression,
      segmentation: grid(1, d),
      hide: 0,
      kernelWidth: nu,
    })
    const image = { data: new Uint8Array(d).fill(9), width: d, height: 1, channels: 1 }
    const explanation = await explainer.explain(
      image,
      (images) => images.map(({ data }) => (S.every((s) => data[s] === 9) ? 1 : 0)),
      { surrogate: 'ols', numSamples: 60_000 },
    )
    const expected = indicatorWeights(d, S.length, nu)
    for (const { feature, weight } of explanation.forLabel().weights) {
      const exact = S.includes(feature) ? expected.inside : expected.outside
      expect(Math.abs(weight - exact)).toBeLessThan(0.02)
    }
  })

  it('shows the model original pixels where a segment is on and hidden ones where it is off', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(1, 3, 4),
        fc.constantFrom('bytes', 'floats'),
        fc.integer({ min: 0, max: 1000 }),
        async (width, height, channels, kind, seed) => {
          const random = new RandomState(seed)
          const numbers = new Float64Array(width * height * channels)
          random.randomSampleInto(numbers)
          const data = kind === 'floats' ? numbers : Uint8Array.from(numbers, (v) => 1 + 254 * v)
          const image = { data, width, height, channels }
          const labels = new Int32Array(width * height)
          random.randintInto(labels, 0, 7)
          const seen: RasterImage[] = []
          const explanation = await new ImageExplainer({ randomState: seed }).explain(
            image,
            (images) => {
              seen.push(...images)
              return images.map((_, i) => [i, 1 - i])
            },
            { segmentation: { labels }, hideColor: 0, numSamples: 20, keepNeighbourhood: true },
          )
          const map = explanation.segments
          const masks = new Set(explanation.neighbourhood!.interpretable.map((row) => row.join('')))
          // Each once, and the picture itself once more to see whether the answer is the same.
          expect(seen).toHaveLength(masks.size + 1)
          for (const one of seen) {
            const on = new Array<number>(map.count).fill(-1)
            for (let i = 0; i < data.length; i++) {
              const segment = map.labels[Math.floor(i / channels)]!
              if (channels === 4 && i % 4 === 3) {
                expect(one.data[i]).toBe(data[i])
                continue
              }
              const is = one.data[i] === data[i] ? 1 : 0
              if (is === 0) expect(one.data[i]).toBe(0)
              if (on[segment] === -1) on[segment] = is
              expect(on[segment]).toBe(is)
            }
            expect(masks.has(on.join(''))).toBe(true)
          }
        },
      ),
      { numRuns: 40 },
    )
  })

  it('gives the model the picture’s own kind: size, channels and type', async () => {
    for (const image of [
      noisy(5, 4, 1),
      noisy(5, 4, 4),
      { ...noisy(5, 4), data: new Float32Array(60) },
    ]) {
      let first: RasterImage | undefined
      await new ImageExplainer({ segmentation: grid(2, 2) }).explain(image, (images) => {
        first ??= images[0]
        return images.map(() => [0.5, 0.5])
      })
      expect(first).toEqual(image)
    }
  })

  it('takes a canvas’s ImageData and shows the model RGB', async () => {
    const data = Uint8ClampedArray.from({ length: 4 * 4 * 4 }, (_, i) => i)
    let shape: unknown
    await new ImageExplainer({ segmentation: grid(2, 2) }).explain(
      { data, width: 4, height: 4 },
      (images) => {
        shape ??= [images[0]!.channels, Array.from(images[0]!.data.subarray(0, 6))]
        return images.map(() => [1, 0])
      },
    )
    expect(shape).toEqual([3, [0, 1, 2, 4, 5, 6]])
  })

  it('gives the same numbers from the same seed, and for every size of batch', async () => {
    const explain = (batchSize: number) =>
      new ImageExplainer({ ...regression, segmentation: grid(3, 3) }).explain(
        noisy(9, 9),
        (images) => brightness(images).map(([sum]) => sum!),
        { batchSize, numSamples: 200 },
      )
    const [one, other] = [await explain(1), await explain(64)]
    expect(other.labels).toEqual(one.labels)
    expect(other.diagnostics.batches).toBeLessThan(one.diagnostics.batches)
  })

  it('gives data that its schema accepts, with the picture only where it is asked for', async () => {
    const explainer = new ImageExplainer({ segmentation: grid(2, 3) })
    const flat = (images: readonly RasterImage[]) =>
      images.map(({ data }) => [data[0]! / 255, 1 - data[0]! / 255])
    const without = await explainer.explain(noisy(6, 4), flat)
    const plain = JSON.parse(JSON.stringify(without))
    expect(explanationSchema.safeParse(plain).error).toBeUndefined()
    expect(plain.instance.picture).toBeUndefined()
    expect(plain.options).toMatchObject({ segmentation: { algorithm: 'grid' }, hide: 'mean' })
    const kept = await explainer.explain(noisy(6, 4), flat, { keepPicture: true })
    expect(kept.instance).toMatchObject({ picture: expect.stringMatching(/^data:image\/png/) })
    expect((await without.withPicture()).instance).toEqual(kept.instance)
  })

  it('explains a picture of one pixel and one of one colour, and says what that means', async () => {
    const single = { data: Uint8Array.of(7, 8, 9), width: 1, height: 1, channels: 3 }
    const constant = await new ImageExplainer().explain(single, (images) =>
      images.map(() => [0.4, 0.6]),
    )
    const codes = constant.diagnostics.warnings.map(({ code }) => code)
    expect(codes).toContain('single-feature')
    expect(codes).toContain('no-local-effect')
    const grey = { data: new Uint8Array(30 * 20 * 3).fill(100), width: 30, height: 20, channels: 3 }
    const explained = await new ImageExplainer().explain(
      grey,
      (images) => images.map(() => [1, 0]),
      {
        segmentation: 'felzenszwalb',
      },
    )
    expect(explained.features).toHaveLength(1)
  })

  it('renumbers a label map with gaps and says so', async () => {
    const labels = Int32Array.from({ length: 16 }, (_, i) => (i < 8 ? 5 : 90))
    const explanation = await new ImageExplainer().explain(
      noisy(4, 4),
      (images) => images.map(({ data }) => [data[0]! / 255, 1 - data[0]! / 255]),
      { segmentation: labels },
    )
    expect(explanation.segments.count).toBe(2)
    expect(explanation.diagnostics.warnings[0]?.code).toBe('segments-renumbered')
  })

  it('cuts a reduced copy of a large picture by name, so that segments stay few', async () => {
    const { data, ...size } = noisy(700, 500)
    for (let i = 0; i < data.length; i++) data[i] = Math.floor(i / 700 / 3 / 50) * 20
    const explanation = await new ImageExplainer().explain(
      { data, ...size },
      (images) => images.map(() => [1, 0]),
      { segmentation: 'felzenszwalb', numSamples: 10 },
    )
    expect(explanation.options.segmentation).toMatchObject({ reducedBy: 2 })
    expect(explanation.segments).toMatchObject({ width: 700, height: 500 })
    expect(explanation.features.length).toBeLessThan(60)
  })

  it.each([
    [
      'a NaN',
      { data: new Float32Array(12).fill(Number.NaN), width: 2, height: 2, channels: 3 },
      {},
      DataError,
      'NaN',
    ],
    [
      'too few numbers',
      { data: new Uint8Array(5), width: 2, height: 2, channels: 3 },
      {},
      ShapeError,
      '5 numbers',
    ],
    [
      '100 megapixels',
      { data: new Uint8Array(100_000_001), width: 10_000, height: 10_000, channels: 3 },
      {},
      DataError,
      'maxPixels',
    ],
    [
      'a map of another size',
      noisy(3, 3),
      { segmentation: [0, 1] },
      ShapeError,
      '3 × 3 = 9 labels',
    ],
    ['an unknown algorithm', noisy(3, 3), { segmentation: 'quikshift' }, OptionError, 'quickshift'],
    [
      'an unknown parameter',
      noisy(3, 3),
      { segmentation: { algorithm: 'slic', segments: 3 } },
      OptionError,
      'segments',
    ],
    ['a label that is no integer', noisy(1, 2), { segmentation: [0, 0.5] }, DataError, '0.5'],
    ['an unknown way to hide', noisy(3, 3), { hide: 'blurr' }, OptionError, 'blur'],
    ['a colour that is no byte', noisy(3, 3), { hide: 300 }, OptionError, '0 to 255'],
    ['two colours', noisy(3, 3), { hide: 3, hideColor: 4 }, OptionError, 'one of them'],
    ['a background of another size', noisy(3, 3), { hide: noisy(2, 2) }, ShapeError, '3 × 3'],
    ['a wrong seed', noisy(3, 3), { randomSeed: -1 }, OptionError, 'from 0'],
    ['Python’s name of an option', noisy(3, 3), { hide_color: 0 }, OptionError, 'hideColor'],
    ['text', 'photo.jpg', {}, DataError, 'readImage'],
  ])('refuses %s with a remedy', async (_, image, options, type, words) => {
    const call = new ImageExplainer().explain(
      image as RasterImage,
      (images) => images.map(() => [1, 0]),
      options as object,
    )
    await expect(call).rejects.toThrow(type as typeof DataError)
    await expect(call).rejects.toThrow(words)
  })

  it('names the batch in which a model fails, and stops when it is told to', async () => {
    const failing = () => {
      throw new Error('wrong input shape')
    }
    await expect(new ImageExplainer().explain(noisy(4, 4), failing)).rejects.toThrow(PredictorError)
    const controller = new AbortController()
    const stopped = new ImageExplainer({ segmentation: grid(4, 4) }).explain(
      noisy(8, 8),
      async (images) => {
        controller.abort(new Error('enough'))
        return images.map(() => [1, 0])
      },
      { signal: controller.signal },
    )
    await expect(stopped).rejects.toThrow('enough')
  })

  it('explains as many labels as Python does in compatibility mode, and a grey picture as RGB', async () => {
    let channels = 0
    const explanation = await new ImageExplainer({ compatibility: 'python' }).explain(
      noisy(6, 6, 1),
      (images) => {
        channels = images[0]!.channels
        return images.map(() => [0.1, 0.1, 0.2, 0.1, 0.1, 0.2, 0.2])
      },
      { segmentation: grid(2, 2) },
    )
    expect(channels).toBe(3)
    expect(explanation.labels.map(({ label }) => label)).toEqual([6, 5, 2, 4, 3])
    expect(explanation).toBeInstanceOf(ImageExplanation)
  })
})

/** Weights of an indicator of p of d segments: SCIENCE.md, closed form 2, α_p = 2^−d Σ_s C(d − p, s) ψ(s / d). */
function indicatorWeights(d: number, p: number, nu: number): { inside: number; outside: number } {
  const psi = (t: number) => Math.exp(-((1 - Math.sqrt(1 - t)) ** 2) / (2 * nu * nu))
  const choose = (n: number, k: number): number =>
    k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k
  const alpha = (q: number) => {
    let sum = 0
    for (let s = 0; s <= d - q; s++) sum += choose(d - q, s) * psi(s / d)
    return sum / 2 ** d
  }
  const [a0, a1, a2] = [alpha(0), alpha(1), alpha(2)]
  const D = (d - 1) * a0 * a2 - d * a1 * a1 + a0 * a1
  const s1 = -a1
  const s2 = ((d - 2) * a0 * a2 - (d - 1) * a1 * a1 + a0 * a1) / (a1 - a2)
  const s3 = (a1 * a1 - a0 * a2) / (a1 - a2)
  const ap = alpha(p)
  const next = alpha(p + 1)
  return {
    inside: (s1 * ap + s2 * ap + (p - 1) * s3 * ap + (d - p) * s3 * next) / D,
    outside: (s1 * ap + s2 * next + p * s3 * ap + (d - p - 1) * s3 * next) / D,
  }
}
