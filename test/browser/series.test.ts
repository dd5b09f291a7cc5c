import { expect, it } from 'vitest'
import { CompositeExplainer, type Matrix, SeriesExplainer, TextExplainer } from '../../src/index.ts'
import { renderSeriesSvg } from '../../src/render/series-svg.ts'

const last = (batch: readonly Matrix[]) => batch.map(({ data }) => data.at(-1)! - data[0]!)
const series = Array.from({ length: 60 }, (_, t) => Math.sin(t / 6) + t / 30)

it('explains a series in a page and draws it there', async () => {
  const explainer = new SeriesExplainer({
    mode: 'regression',
    segmentation: 'change-points',
    replacement: 'zero',
  })
  const explanation = await explainer.explain(series, last, { keepNeighbourhood: true })
  expect(explanation.asList()[0]![1]).toBeGreaterThan(0.5)
  const page = new DOMParser().parseFromString(
    renderSeriesSvg(explanation, { perturbations: 3 }),
    'image/svg+xml',
  )
  expect(page.querySelector('parsererror')).toBeNull()
  expect(page.documentElement.localName).toBe('svg')
})

it('explains several inputs at once in a page', async () => {
  const explainer = new CompositeExplainer(
    { signal: new SeriesExplainer({ replacement: 'zero' }), note: new TextExplainer() },
    { mode: 'regression' },
  )
  const explanation = await explainer.explain({ signal: series, note: 'all is well' }, (batch) =>
    batch.map(({ signal, note }) => last([signal])[0]! + (String(note).includes('well') ? 9 : 0)),
  )
  expect(explanation.asList()[0]![0]).toBe('note: well')
})
