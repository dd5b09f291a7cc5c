import { describe, expect, it } from 'vitest'
import { parseExplanation } from '../../src/contract/schema.ts'
import { TabularExplainer } from '../../src/index.ts'
import { renderHtml } from '../../src/render/index.ts'

const rows = Array.from({ length: 160 }, (_, i) => ({
  // 0 … 159, evenly: each of 16 bins holds a sixteenth.
  even: i,
  // A quarter of the rows at 1, the others at 0.
  skewed: i % 4 === 0 ? 1 : 0,
  constant: 3,
  colour: i % 10 === 0 ? null : i % 2 === 0 ? 'red' : 'blue',
  rare: `level ${Math.floor(i / 10)}`,
}))
const model = (batch: readonly { readonly even: number }[]) =>
  batch.map(({ even }) => [even / 200, 1 - even / 200])

async function explained(row = rows[42]!) {
  const explainer = new TabularExplainer(rows, { randomState: 1 })
  return explainer.explain(row, model as never, { numSamples: 200 })
}

describe('the spread of the training data', () => {
  it('is counted in equal bins for numbers, and by category for texts', async () => {
    const { instance } = await explained()
    if (instance.kind !== 'tabular') throw new Error('no table')
    const [even, skewed, constant, colour, rare] = instance.distributions!
    expect(even).toEqual({ kind: 'numeric', shares: new Array(16).fill(0.0625) })
    expect(skewed).toEqual({ kind: 'numeric', shares: [0.75, ...new Array(14).fill(0), 0.25] })
    expect(constant).toBeNull()
    expect(colour).toEqual({
      kind: 'categorical',
      levels: [
        { value: 'blue', share: 0.5 },
        { value: 'red', share: 0.4 },
        { value: null, share: 0.1 },
      ],
      others: 0,
    })
    // Sixteen levels of ten rows each: eight are named.
    expect(rare).toMatchObject({ others: 0.5 })
  })

  it('is part of the form, drawn in reports, and kept by saved explainers', async () => {
    const explanation = await explained()
    const again = parseExplanation(JSON.parse(JSON.stringify(explanation)))
    expect(again.instance).toEqual(explanation.instance)
    const html = renderHtml(explanation)
    expect(html.match(/<rect class="histogram"/g)!.length).toBeGreaterThan(16)
    expect(html).toContain('<rect class="histogram here"')
    expect(html).toContain('aria-label="40\u00a0% of the training data"')
    const saved = TabularExplainer.fromJSON(
      JSON.parse(JSON.stringify(new TabularExplainer(rows, { randomState: 1 }))),
    )
    const other = await saved.explain(rows[42]!, model as never, { numSamples: 200 })
    expect(other.instance).toEqual(explanation.instance)
  })

  it('says where a category is rare or new', async () => {
    expect(renderHtml(await explained(rows[95]!))).toContain('a rare category')
  })

  it('is left out of very wide tables', async () => {
    const wide = Array.from({ length: 30 }, (_, i) =>
      Array.from({ length: 201 }, (_, j) => (i * j) % 7),
    )
    const explainer = new TabularExplainer(wide, { randomState: 1 })
    const explanation = await explainer.explain(
      wide[3]!,
      (batch: readonly (readonly number[])[]) => batch.map((row) => [row[1]! / 7, 1 - row[1]! / 7]),
      { numSamples: 50 },
    )
    expect(explanation.instance).not.toHaveProperty('distributions')
  })
})
