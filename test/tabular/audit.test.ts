import { describe, expect, it } from 'vitest'
import { parseExplanation } from '../../src/contract/schema.ts'
import { TabularExplainer } from '../../src/index.ts'
import { RandomState } from '../../src/math/random-state.ts'

/**
 * Rows of people: five measurements that go together, a group, and a column that means nothing. `real` tells rows of that
 * kind from others, as the adversary's classifier of Slack et al. (2020) does.
 */
function people(n: number, seed: number): number[][] {
  const random = new RandomState(seed)
  return Array.from({ length: n }, () => {
    const size = random.normal()
    const measured = Array.from({ length: 5 }, () => size + 0.15 * random.normal())
    return [...measured, random.randint(0, 2), random.normal()]
  })
}

const spread = (row: readonly number[]) =>
  Math.max(...row.slice(0, 5)) - Math.min(...row.slice(0, 5))
const real = (row: readonly number[]) => spread(row) < 1.2
const pair = (p: number) => [1 - p, p]

/** Goes by the group (column 5) for people, by the meaningless column 6 for what only looks like them. */
const hidden = (rows: readonly (readonly number[])[]) =>
  rows.map((row) => pair(real(row) ? (row[5] === 1 ? 0.9 : 0.1) : row[6]! > 0 ? 0.9 : 0.1))
const honest = (rows: readonly (readonly number[])[]) =>
  rows.map((row) => pair(row[5] === 1 ? 0.9 : 0.1))

const table = people(600, 1)
const explainer = new TabularExplainer(table, { categoricalFeatures: [5], randomState: 3 })
const row = table.find((one) => one[5] === 1 && Math.abs(one[0]!) > 0.8)!

describe('the audit', () => {
  it('finds the biased model that hides behind an innocent one', async () => {
    expect(table.filter(real).length / 600).toBeGreaterThan(0.95)
    const explanation = await explainer.explain<readonly number[]>(row, hidden, {
      audit: true,
      numSamples: 1000,
      labels: [1],
    })
    // Fooled: the explanation names the meaningless column.
    expect(explanation.labels[0]!.weights[0]!.feature).toBe(6)
    const { audit, warnings, modelCalls } = explanation.diagnostics
    expect(audit!.auc).toBeGreaterThan(0.9)
    expect(audit!.agreement).toBeLessThan(0.5)
    expect(warnings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['samples-unlike-data', 'explanations-disagree']),
    )
    expect(warnings.find(({ code }) => code === 'explanations-disagree')!.message).toMatch(/5=1/)
    expect(modelCalls).toBeGreaterThan(1500)
    expect(() => parseExplanation(JSON.parse(JSON.stringify(explanation)))).not.toThrow()
  })

  it('lets an honest model pass, though samples can be told from data', async () => {
    const { diagnostics } = await explainer.explain<readonly number[]>(row, honest, {
      audit: true,
      numSamples: 1000,
      labels: [1],
    })
    expect(diagnostics.audit!.agreement).toBeGreaterThan(0.9)
    expect(diagnostics.warnings.map(({ code }) => code)).not.toContain('explanations-disagree')
  })

  it('cannot tell samples from data whose columns are independent', async () => {
    const random = new RandomState(5)
    const independent = Array.from({ length: 500 }, () => [
      random.randint(0, 3),
      random.randint(0, 2),
      random.randint(0, 4),
    ])
    const { diagnostics } = await new TabularExplainer(independent, {
      categoricalFeatures: [0, 1, 2],
    }).explain<readonly number[]>(
      independent[0]!,
      (rows) => rows.map(([a]) => pair(a === 1 ? 0.8 : 0.3)),
      {
        audit: true,
        sampling: 'lime',
        numSamples: 600,
      },
    )
    expect(Math.abs(diagnostics.audit!.auc - 0.5)).toBeLessThan(0.1)
  })
})

describe("sampling: 'conditional'", () => {
  it('stays on the data’s manifold and sees through the hidden model', async () => {
    const seen: (readonly number[])[] = []
    const { labels, options } = await explainer.explain<readonly number[]>(
      row,
      (rows) => {
        seen.push(...rows)
        return hidden(rows)
      },
      { sampling: 'conditional', numSamples: 600, labels: [1] },
    )
    expect(options.sampling).toBe('conditional')
    expect(labels[0]!.weights[0]!.feature).toBe(5)
    expect(seen.filter(real).length / seen.length).toBeGreaterThan(0.8)
    // What is off comes from rows of the table: no new numbers.
    const known = new Set(table.map((one) => one[0]))
    expect(seen.every((one) => known.has(one[0]!))).toBe(true)
  })

  it('needs the training rows', async () => {
    const saved = TabularExplainer.fromJSON(JSON.parse(JSON.stringify(explainer)))
    for (const options of [{ sampling: 'conditional' }, { audit: true }] as const) {
      await expect(saved.explain<readonly number[]>(row, honest, options)).rejects.toThrow(
        /without its training rows/,
      )
    }
  })
})
