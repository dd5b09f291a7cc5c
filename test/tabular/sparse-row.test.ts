import { describe, expect, it } from 'vitest'
import { parseExplanation } from '../../src/contract/schema.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { type SparseRow, TabularExplainer } from '../../src/tabular/index.ts'
import { classify, recording } from './tables.ts'

/** Rows of `columns` columns, `nonzero` of them not 0. */
function sparseTable(rows: number, columns: number, nonzero: number, seed = 1): SparseRow[] {
  const random = new RandomState(seed)
  return Array.from({ length: rows }, () => {
    const indices = Array.from(random.permutation(columns).subarray(0, nonzero)).sort(
      (a, b) => a - b,
    )
    return { indices, values: indices.map(() => random.uniform(0.1, 1)) }
  })
}

const table = sparseTable(30, 12, 4)
const weight = (column: number) => (column % 3) - 1
const model = classify<SparseRow>((row) =>
  Array.from(row.indices).reduce((sum, c, k) => sum + weight(c) * row.values[k]!, 0),
)
const linear = (rows: readonly SparseRow[]) =>
  rows.map((row) =>
    Array.from(row.indices).reduce((sum, c, k) => sum + weight(c) * row.values[k]!, 0),
  )

describe('sparse rows', () => {
  it('are perturbed in their nonzero columns only, and reach the model as sparse rows', async () => {
    const asked = recording<SparseRow>(model)
    const row = { indices: [7, 2, 5], values: [0.5, 0.25, 0] }
    const explainer = new TabularExplainer(table, {
      featureNames: Array.from({ length: 12 }, (_, c) => `word ${c}`),
    })
    const explanation = await explainer.explain<SparseRow>(row, asked.model, { numSamples: 300 })
    expect(explanation.features.map(({ name }) => name)).toEqual(['word 2', 'word 7'])
    expect(() => parseExplanation(JSON.parse(JSON.stringify(explanation)))).not.toThrow()
    expect(Array.from(asked.rows[0]!.indices)).toEqual([2, 7])
    expect(Array.from(asked.rows[0]!.values)).toEqual([0.25, 0.5])
    for (const { indices, values } of asked.rows) {
      expect(Array.from(indices)).toEqual([2, 7])
      expect(values).toHaveLength(2)
    }
    expect(new Set(asked.rows.map(({ values }) => values[0])).size).toBe(300)
  })

  it('give a linear model’s coefficients in units of the scale over all rows, zeros included', async () => {
    const explainer = new TabularExplainer(table, { mode: 'regression' })
    const { labels, features } = await explainer.explain<SparseRow>(table[0]!, linear, {
      surrogate: 'ols',
    })
    for (const { feature, weight: found } of labels[0]!.weights) {
      const column = Number(features[feature]!.name)
      const values = table.map(
        ({ indices, values }) => values[Array.from(indices).indexOf(column)] ?? 0,
      )
      const mean = values.reduce((sum, x) => sum + x, 0) / values.length
      const scale = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length)
      expect(found).toBeCloseTo(weight(column) * scale, 9)
    }
  })

  it('may be typed arrays, and are sampled around the instance on request', async () => {
    const asked = recording<SparseRow>(model)
    const explainer = new TabularExplainer(
      table.map(({ indices, values }) => ({
        indices: Int32Array.from(indices),
        values: Float64Array.from(values),
      })),
      { sampleAroundInstance: true },
    )
    await explainer.explain<SparseRow>(
      { indices: Int32Array.of(3), values: Float64Array.of(9) },
      asked.model,
    )
    const mean = asked.rows.reduce((sum, { values }) => sum + values[0]!, 0) / asked.rows.length
    expect(Math.abs(mean - 9)).toBeLessThan(0.1)
  })

  it('of 20,000 columns cost what their nonzeros cost', async () => {
    const wide = sparseTable(20, 20_000, 200)
    const asked = recording<SparseRow>(model)
    const { features, diagnostics } = await new TabularExplainer(wide).explain<SparseRow>(
      wide[0]!,
      asked.model,
      { numSamples: 1000 },
    )
    expect(features).toHaveLength(200)
    expect(diagnostics.modelCalls).toBe(1000)
    expect(asked.rows.every(({ values }) => values.length === 200)).toBe(true)
  })

  it('give the same answer for the same seed', async () => {
    const explainer = new TabularExplainer(table, { randomState: 8 })
    const first = await explainer.explain<SparseRow>(table[1]!, model)
    await explainer.explain<SparseRow>(table[2]!, model)
    expect((await explainer.explain<SparseRow>(table[1]!, model)).labels).toEqual(first.labels)
  })

  it.each<[string, SparseRow, RegExp]>([
    ['of different lengths', { indices: [1, 2], values: [1] }, /2 indices and 1 values/],
    ['beyond the columns', { indices: [12], values: [1] }, /in column 12/],
    ['with a column twice', { indices: [3, 3], values: [1, 2] }, /given twice/],
    ['with NaN', { indices: [3], values: [Number.NaN] }, /the value NaN in column 3/],
    ['with a fractional column', { indices: [0.5], values: [1] }, /in column 0\.5/],
    ['of zeros', { indices: [3], values: [0] }, /without a nonzero value/],
    ['of nothing', { indices: [], values: [] }, /without a nonzero value/],
  ])('are refused: %s', async (_, row, message) => {
    const explainer = new TabularExplainer(table, {
      featureNames: Array.from({ length: 12 }, (_, c) => String(c)),
    })
    await expect(explainer.explain<SparseRow>(row, model)).rejects.toThrow(message)
  })

  it('are refused in training data, with their row', () => {
    expect(
      () =>
        new TabularExplainer([
          { indices: [0], values: [1] },
          { indices: [0, 0], values: [1, 1] },
        ]),
    ).toThrow(/training data, row 1/)
    expect(() => new TabularExplainer([{ indices: [0], values: [1] }, [1, 2]] as never)).toThrow(
      /training data, row 1: got .*expected a sparse row/,
    )
  })

  it('want a sparse row to explain', async () => {
    await expect(
      new TabularExplainer(table).explain(new Array(12).fill(1), () => []),
    ).rejects.toThrow(/got a dense row, expected a sparse row/)
  })

  it('refuse options that mean nothing to them', () => {
    expect(() => new TabularExplainer(table, { sigma: 1 })).toThrow(/sigma/)
    expect(() => new TabularExplainer(table, { discretizeContinuous: true })).toThrow(
      /discretizeContinuous/,
    )
    expect(() => new TabularExplainer(table, { categoricalFeatures: [1] })).toThrow(
      /categoricalFeatures/,
    )
  })

  it('are said not to be discretised in the explanation’s record', async () => {
    const { options } = await new TabularExplainer(table).explain<SparseRow>(table[0]!, model)
    expect(options).toMatchObject({ discretizeContinuous: false })
  })
})
