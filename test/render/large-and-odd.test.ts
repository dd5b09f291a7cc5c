/** Explanations that are very large, empty, or odd: pages of bounded size, in linear time, with nothing that is no number. */
import { describe, expect, it } from 'vitest'
import type { ExplanationData, Feature } from '../../src/contract/index.ts'
import {
  comparedFeatures,
  drawInstance,
  drawPrediction,
  drawTrust,
  drawWeights,
  drawWords,
  explainInWords,
  renderGallery,
  renderHtml,
  renderImageSvg,
  renderPick,
  renderPng,
  renderSeriesSvg,
  renderSideBySide,
  renderSvg,
  renderTerminal,
  similarity,
} from '../../src/render/index.ts'
import { gallery, image, iris, series, text } from './fixtures/explanations.ts'

const label = iris.labels[0]!

/** Ten thousand words of a megabyte of text. */
function longText(): ExplanationData {
  const words = Array.from({ length: 10_000 }, (_, i) => `word${i}`.padEnd(99, 'x'))
  const body = words.join(' ')
  const features = words.map((name, i): Feature => {
    const start = i * 100
    return {
      name,
      part: { kind: 'text', field: 0, spans: [{ start, end: start + 99, codePoint: start }] },
    }
  })
  return {
    ...text,
    instance: { kind: 'text', fields: [{ name: 'text', text: body }] },
    features,
    labels: [
      {
        ...text.labels[0]!,
        weights: features.map((_, feature) => ({
          feature,
          weight: (feature % 2 === 0 ? 1 : -1) / (1 + feature),
        })),
      },
    ],
  }
}

function manyFeatures(count: number): ExplanationData {
  const names = Array.from({ length: count }, (_, i) => `column ${i}`)
  return {
    ...iris,
    instance: { kind: 'tabular', columns: names, values: names.map((_, i) => i) },
    features: names.map((name, i) => ({ name, part: { kind: 'tabular', columns: [i], value: i } })),
    labels: [
      { ...label, weights: names.map((_, feature) => ({ feature, weight: 1 / (1 + feature) })) },
    ],
  }
}

function manyLabels(data: ExplanationData, count: number): ExplanationData {
  return {
    ...data,
    classNames: Array.from({ length: count }, (_, i) => `class ${i}`),
    prediction: Array.from({ length: count }, () => 1 / count),
    labels: Array.from({ length: count }, (_, i) => ({
      ...data.labels[0]!,
      label: i,
      name: `class ${i}`,
    })),
  }
}

describe('large explanations', () => {
  it('show a megabyte of text in part, with the weighted words that fit', () => {
    const data = longText()
    const html = renderHtml(data)
    expect(html.length).toBeLessThan(1_500_000)
    expect(html).toContain('characters are not shown.')
    expect(html.match(/<mark/g)!.length).toBeGreaterThan(1000)
    // Thirty labels share the room.
    expect(renderHtml(manyLabels(data, 30)).length).toBeLessThan(10_000_000)
    expect(renderTerminal(data).length).toBeLessThan(1_500_000)
    expect(renderGallery([{ name: 'long', explanation: data }]).length).toBeLessThan(60_000)
  })

  it('leave out what stands far from any weight of a long text', () => {
    const data = longText()
    const sparse = {
      ...data,
      labels: [{ ...data.labels[0]!, weights: [{ feature: 5000, weight: 0.5 }] }],
    }
    const html = renderHtml(sparse)
    expect(html).toMatch(/word4999x+ <mark[^>]*>word5000x+/)
    expect(html).toContain('characters without weight')
    expect(html.length).toBeLessThan(60_000)
  })

  it('list the strongest of ten thousand features, and sum up the rest', () => {
    const data = manyFeatures(10_000)
    const html = renderHtml(data)
    expect(html.length).toBeLessThan(400_000)
    expect(html).toContain('9400 further columns are not shown')
    expect(html).toContain('And 9950 more, together')
    expect(renderSvg(data).length).toBeLessThan(60_000)
    expect(
      comparedFeatures([
        { explanation: data, label: data.labels[0]! },
        { explanation: data, label: data.labels[0]! },
      ]),
    ).toHaveLength(10_000)
  })

  it('have a tab for each of a hundred labels, the picture and the signal once', () => {
    for (const data of [image, series]) {
      const html = renderHtml(manyLabels(data, 100))
      expect(html.match(/class="panel"/g)).toHaveLength(100)
      expect(html.length).toBeLessThan(3_000_000)
      expect(html.match(/data:image|class="signal"/g)!.length).toBeLessThanOrEqual(2)
    }
  })

  it('thin a signal of a million steps', () => {
    const values = Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i / 1000))
    const data: ExplanationData = {
      ...series,
      instance: { kind: 'series', values: [values, []], channelNames: ['long', 'none'] },
    }
    expect(renderHtml(data).length).toBeLessThan(400_000)
    expect(renderGallery([{ name: 'long', explanation: data }]).length).toBeLessThan(60_000)
  })

  it('make a gallery of a thousand pictures of photo size that stays under ten megabytes', () => {
    const side = 300
    const segments: number[] = []
    for (let y = 0; y < side; y++)
      for (let s = 0; s < 10; s++) segments.push(10 * Math.floor(y / 30) + s, 30)
    const photo: ExplanationData = {
      ...image,
      instance: {
        kind: 'image',
        width: side,
        height: side,
        segments,
        picture: `data:image/jpeg;base64,${'A'.repeat(200_000)}`,
      },
      features: Array.from({ length: 100 }, (_, segment) => ({
        name: `segment ${segment}`,
        part: { kind: 'image', segment, area: 900 },
      })),
    }
    const entries = Array.from({ length: 1000 }, (_, i) => ({
      name: `photo ${i}`,
      explanation: photo,
    }))
    const html = renderGallery(entries)
    expect(html.length).toBeLessThan(10_000_000)
    expect(html).toContain('1000 pictures are too large for this page')
    expect(html).not.toContain('data:image')
  })
})

describe('odd explanations', () => {
  const odd: readonly ExplanationData[] = [
    gallery.minimal!,
    gallery.flat!,
    { ...iris, labels: [] },
    { ...iris, features: [] },
    { ...text, instance: { kind: 'text', fields: [] } },
    { ...image, instance: { kind: 'image', width: 0, height: 0, segments: [] } },
    { ...series, instance: { kind: 'series', values: [], channelNames: [] } },
    { ...iris, domain: 'composite', instance: { kind: 'composite', parts: [] } },
    {
      ...iris,
      prediction: [Number.NaN, Number.NaN, Number.NaN],
      labels: [
        {
          ...label,
          prediction: Number.NaN,
          score: Number.NaN,
          heldOutScore: Number.NaN,
          weights: label.weights.map((one) => ({
            ...one,
            weight: Number.NaN,
            interval: [Number.NaN, Number.POSITIVE_INFINITY],
          })),
        },
      ],
      diagnostics: { ...iris.diagnostics, effectiveSampleSize: Number.NaN, seconds: Number.NaN },
    },
    {
      ...series,
      instance: {
        kind: 'series',
        values: [
          [Number.NaN, Number.NaN],
          [1, 1],
        ],
        channelNames: [],
      },
    },
  ]

  it.each(odd.map((data, i) => [i, data] as const))(
    'are drawn in every way, number %d',
    (_, data) => {
      const entries = [
        { name: 'a', explanation: data },
        { name: 'b', explanation: data, truth: 'x' },
      ]
      const pick = { picked: [0], importances: [], coverage: Number.NaN }
      const drawn = [
        renderHtml(data),
        renderHtml([data, data]),
        renderGallery(entries),
        renderPick(entries, pick),
        drawInstance(data),
        drawInstance(data, { switchedOff: [] }),
        drawPrediction(data),
        drawWeights(data),
        drawWords(data),
        drawTrust(data),
        explainInWords(data),
        renderSvg(data),
        renderTerminal(data),
      ]
      for (const text of drawn) {
        const plain = text
          .replace(/<script>[\s\S]*<\/script>/, '')
          .replace(/<style>[\s\S]*<\/style>/, '')
        expect(plain).not.toMatch(/NaN|undefined|Infinity|\[object/)
      }
      if (data.labels.length > 0) {
        expect(renderSideBySide(entries)).not.toMatch(/>[^<]*(NaN|undefined)[^<]*</)
      }
    },
  )

  it('make pages without any explanation', () => {
    expect(renderHtml([])).toContain('There is no explanation to show.')
    expect(renderGallery([])).toContain('There is no explanation to show.')
  })

  it('are refused where they cannot stand side by side, or were not picked from', () => {
    const one = { name: 'a', explanation: iris }
    expect(() => renderSideBySide([one])).toThrow('got 1 explanations, expected two to four')
    expect(() => renderSideBySide([one, { ...one, explanation: gallery.minimal! }])).toThrow(
      'entries[1].label: got an explanation without labels',
    )
    expect(() => renderSideBySide([one, { ...one, label: 9 }])).toThrow(
      'entries[1].label: got 9, expected one of the labels that were explained: 2, 1, 0',
    )
    expect(() => renderPick([one], { picked: [3], importances: [], coverage: 1 })).toThrow(
      'pick.picked: got 3, expected an index into the entries, 0 to 0',
    )
  })
})

describe('disagreement', () => {
  const side = (weights: readonly (readonly [number, number, (readonly [number, number])?])[]) => ({
    explanation: iris,
    label: {
      ...label,
      weights: weights.map(([feature, weight, interval]) => ({
        feature,
        weight,
        ...(interval !== undefined && { interval }),
      })),
    },
  })

  it('sorts features by the distance of their weights, and tells how they differ', () => {
    const a = side([
      [0, 0.5, [0.4, 0.6]],
      [1, 0.2],
      [2, 0.3, [0.25, 0.35]],
      [3, 0.1],
    ])
    const b = side([
      [0, 0.3, [0.2, 0.45]],
      [1, -0.2],
      [2, 0.1, [0.05, 0.15]],
    ])
    const rows = comparedFeatures([a, b])
    expect(
      rows.map(({ name, difference }) => [name.replace(/[^a-z ]/g, '').trim(), difference]),
    ).toEqual([
      ['sepal width', 'opposite'],
      ['sepal length', 'same'],
      ['petal length', 'apart'],
      ['petal width', 'some'],
    ])
    expect(rows.map(({ spread }) => Number(spread.toFixed(6)))).toEqual([0.4, 0.2, 0.2, 0.1])
  })

  it('measures likeness by the cosine of the weights', () => {
    const a = side([
      [0, 3],
      [1, 4],
    ])
    expect(similarity(a, a)).toBeCloseTo(1, 12)
    expect(
      similarity(
        a,
        side([
          [0, -3],
          [1, -4],
        ]),
      ),
    ).toBeCloseTo(-1, 12)
    expect(
      similarity(
        a,
        side([
          [0, 4],
          [1, -3],
        ]),
      ),
    ).toBeCloseTo(0, 12)
    // (3·0 + 4·5) / (5 · 5)
    expect(similarity(a, side([[1, 5]]))).toBeCloseTo(0.8, 12)
    expect(similarity(a, side([]))).toBeNull()
  })

  it('compares pictures that are cut in different ways by their pixels', () => {
    const cut = (segments: number[], areas: readonly number[]): ExplanationData => ({
      ...image,
      instance: { kind: 'image', width: 4, height: 1, segments },
      features: areas.map((area, segment) => ({
        name: `segment ${segment}`,
        part: { kind: 'image', segment, area },
      })),
    })
    const weights = (...all: number[]) => ({
      ...image.labels[0]!,
      weights: all.map((weight, feature) => ({ feature, weight })),
    })
    const halves = { explanation: cut([0, 2, 1, 2], [2, 2]), label: weights(1, 0) }
    const quarters = {
      explanation: cut([0, 1, 1, 1, 2, 2], [1, 1, 2]),
      label: weights(0.5, 0.5, 0),
    }
    // Both say: the left half, evenly.
    expect(similarity(halves, quarters)).toBeCloseTo(1, 12)
    const right = { ...quarters, label: weights(0, 0, 1) }
    expect(similarity(halves, right)).toBeCloseTo(0, 12)
    expect(comparedFeatures([halves, right])).toHaveLength(2)
  })

  it('compares words by name, however often they occur', () => {
    const a = { explanation: text, label: text.labels[0]! }
    expect(similarity(a, a)).toBeCloseTo(1, 12)
    expect(comparedFeatures([a, a]).every(({ difference }) => difference === 'same')).toBe(true)
  })
})

describe('PNG', () => {
  it('is made of every kind of drawing', async () => {
    const drawings = [
      ...Object.values(gallery).map((data) => renderSvg(data)),
      ...(['overlay', 'heatmap', 'boundaries'] as const).map((view) =>
        renderImageSvg(image, { view }),
      ),
      renderSeriesSvg(series),
      renderSeriesSvg(series, { theme: 'dark' }),
    ]
    for (const svg of drawings) {
      const png = await renderPng(svg, { scale: 0.5 })
      expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
      expect(png.length).toBeGreaterThan(500)
    }
  })
})
