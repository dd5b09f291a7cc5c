/**
 * One explanation of each kind by the built package, for a page and for a worker alike: what they say as plain data.
 *
 * The models are functions of what the explainers give; seeds are fixed, so both must say the same as Node.
 */
/// <reference lib="dom" />

/** The package as it was built, with the types of its sources. */
const built = new URL('../../dist/index.mjs', import.meta.url).href

/** Weights of the first label of each explanation, by its kind, and the beginning of the picture's data URL. */
export async function explainAll(): Promise<{ [kind: string]: unknown }> {
  const sodalime: typeof import('../../src/index.ts') = await import(/* @vite-ignore */ built)
  const { ImageExplainer, RandomState, SeriesExplainer, TabularExplainer, TextExplainer } = sodalime
  const random = new RandomState(7)
  const rows = Array.from({ length: 60 }, () => [random.normal(), random.normal(), random.normal()])
  const logistic = (z: number) => [1 / (1 + Math.exp(z)), 1 / (1 + Math.exp(-z))]
  const tabular = await new TabularExplainer(rows, { randomState: 1 }).explain<number[]>(
    rows[0]!,
    (batch) => batch.map((row) => logistic(row[0]! - 2 * row[2]!)),
    { numSamples: 300 },
  )
  const text = await new TextExplainer({ randomState: 1 }).explain(
    'not a good film, but never a dull one',
    (batch) =>
      batch.map((one) => logistic(one.includes('good') ? 1 : one.includes('not') ? -1 : 0)),
    { numSamples: 300 },
  )
  const pixels = new Uint8ClampedArray(32 * 24 * 4)
  random.randintInto(new Uint8Array(pixels.buffer), 0, 256)
  for (let i = 0; i < pixels.length; i++) pixels[i] = (pixels[i]! >> 3) + (i % 128 < 64 ? 20 : 180)
  const image = await new ImageExplainer({ randomState: 1 }).explain(
    new ImageData(pixels, 32, 24),
    (batch) => batch.map(({ data }) => logistic((data[30]! - data[1500]!) / 60)),
    { numSamples: 200, keepPicture: true },
  )
  const values = Float64Array.from({ length: 80 }, (_, t) => Math.sin(t / 5) + (t > 50 ? 1 : 0))
  const series = await new SeriesExplainer({ randomState: 1 }).explain(
    { data: values, rows: 80, cols: 1 },
    (batch) => batch.map(({ data }) => logistic(data[60]! - data[10]!)),
    { numSamples: 200 },
  )
  const { instance } = image
  return {
    tabular: tabular.asList(),
    text: text.asList(),
    image: image.asList(),
    picture: instance.kind === 'image' ? instance.picture?.slice(0, 30) : undefined,
    mask: image.imageAndMask().mask.reduce((sum, one) => sum + one, 0),
    series: series.asList(),
  }
}
