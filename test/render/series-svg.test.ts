import { describe, expect, it } from 'vitest'
import type { ExplanationData, InstanceData } from '../../src/contract/index.ts'
import { renderPng, renderSeriesSvg } from '../../src/render/index.ts'
import { timeTicks } from '../../src/render/time-ticks.ts'
import { iris, series } from './fixtures/explanations.ts'

type Series = Extract<InstanceData, { kind: 'series' }>
const instance = series.instance as Series

/** The fixture with its means in place of segments that are off, and three samples. */
const kept: ExplanationData = {
  ...series,
  instance: { ...instance, replacement: instance.values.map((line) => line.map(() => 0.1)) },
  neighbourhood: {
    interpretable: [
      [1, 1, 1, 1, 1, 1, 1, 1],
      [0, 1, 1, 0, 1, 1, 1, 1],
      [1, 1, 0, 1, 1, 0, 1, 0],
    ],
    outputs: [
      [0.312, 0.688],
      [0.4, 0.6],
      [0.9, 0.1],
    ],
    distances: [0, 0.1, 0.2],
    weights: [1, 0.9, 0.7],
  },
}

describe('renderSeriesSvg', () => {
  it('draws a series as the gallery has it, in both themes, with and without perturbations', async () => {
    await expect(renderSeriesSvg(series)).toMatchFileSnapshot('gallery/series.figure.svg')
    await expect(renderSeriesSvg(kept, { perturbations: 2, theme: 'dark' })).toMatchFileSnapshot(
      'gallery/series.perturbations.svg',
    )
  })

  it('names the class, its fit, every channel and the strongest weights', () => {
    const svg = renderSeriesSvg(series)
    for (const words of ['Why infarction (68.8', 'lead I<', 'lead II<', '+0.241', '−0.152']) {
      expect(svg).toContain(words)
    }
    expect(svg).toContain('<desc>')
  })

  it('draws each perturbation over each channel and again in a row of its own with the model’s answer', () => {
    const plain = renderSeriesSvg(kept)
    const drawn = renderSeriesSvg(kept, { perturbations: 2 })
    const lines = (svg: string) => svg.match(/<path d="M[^"]*L/g)?.length ?? 0
    expect(lines(drawn) - lines(plain)).toBe(2 * 2 + 2 * 2)
    expect(drawn).toContain('60.0')
    expect(drawn).toContain('10.0')
  })

  it('draws the series of a composite explanation, and says where there is none', () => {
    const both: ExplanationData = {
      ...series,
      domain: 'composite',
      instance: {
        kind: 'composite',
        parts: [
          { name: 'row', instance: iris.instance },
          { name: 'beat', instance },
        ],
      },
      features: series.features.map((feature) => ({ ...feature, of: 1 })),
    }
    expect(renderSeriesSvg(both)).toContain('lead II')
    expect(() => renderSeriesSvg(both, { part: 0 })).toThrow(/options\.part: got 0/)
    expect(() => renderSeriesSvg(iris)).toThrow(/an explanation of kind tabular/)
    expect(() => renderSeriesSvg(series, { perturbations: 3 })).toThrow(/keepNeighbourhood/)
  })

  it('survives gaps, flat lines, hostile names and weights that are not finite', () => {
    const odd: ExplanationData = {
      ...series,
      instance: {
        ...instance,
        values: [
          instance.values[0]!.map((v, t) => (t % 9 ? v : Number.NaN)),
          instance.values[1]!.map(() => 2),
        ],
        channelNames: ['<script>alert(1)</script>', '\u202eevil'],
      },
      labels: series.labels.map((label) => ({
        ...label,
        name: '"><img src=x>',
        weights: label.weights.map((weight, i) =>
          i === 1 ? { ...weight, weight: Number.NaN } : weight,
        ),
      })),
    }
    const svg = renderSeriesSvg(odd)
    expect(svg).not.toMatch(/NaN|undefined|Infinity|<script|<img|\u202e/)
    expect(renderSeriesSvg({ ...odd, instance: { ...instance, values: [[], []] } })).not.toMatch(
      /NaN|Infinity/,
    )
  })

  it('becomes a PNG', async () => {
    const png = await renderPng(renderSeriesSvg(series), { scale: 0.5 })
    expect([...png.subarray(1, 4)]).toEqual([80, 78, 71])
  })
})

describe('timeTicks', () => {
  const texts = (...args: Parameters<typeof timeTicks>) =>
    timeTicks(...args).ticks.map(({ text }) => text)

  it('stands at round numbers of steps, milliseconds or seconds', () => {
    expect(texts(96, undefined, 10)).toEqual([
      '0',
      '10',
      '20',
      '30',
      '40',
      '50',
      '60',
      '70',
      '80',
      '90',
    ])
    expect(texts(84, 120, 8)).toEqual(['0', '100', '200', '300', '400', '500', '600', '700'])
    expect(texts(1080, 360, 6)).toEqual(['0.0', '0.5', '1.0', '1.5', '2.0', '2.5', '3.0'])
    expect(timeTicks(1080, 360, 6).ticks[1]!.step).toBeCloseTo(180, 10)
    expect([timeTicks(84, 120, 8).unit, timeTicks(1080, 360, 6).unit]).toEqual(['ms', 's'])
  })

  it('never divides a step', () => {
    expect(texts(3, undefined, 20)).toEqual(['0', '1', '2', '3'])
    expect(texts(1, undefined, 20)).toEqual(['0', '1'])
  })
})
