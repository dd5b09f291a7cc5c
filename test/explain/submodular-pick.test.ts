import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OptionError } from '../../src/contract/errors.ts'
import { EXPLANATION_SCHEMA, type ExplanationData } from '../../src/contract/explanation.ts'
import { submodularPick } from '../../src/explain/submodular-pick.ts'

/** An explanation with these weights by feature name, one label. */
function explained(weights: { readonly [name: string]: number }): ExplanationData {
  const names = Object.keys(weights)
  return {
    schema: EXPLANATION_SCHEMA,
    domain: 'tabular',
    task: 'classification',
    classNames: ['a'],
    prediction: [1],
    instance: { kind: 'tabular', columns: [], values: [] },
    features: names.map((name) => ({ name, part: { kind: 'tabular', columns: [0], value: 0 } })),
    labels: [
      {
        label: 0,
        name: 'a',
        prediction: 1,
        localPrediction: 1,
        intercept: 0,
        score: 1,
        heldOutScore: null,
        weights: names.map((name, feature) => ({ feature, weight: weights[name]! })),
      },
    ],
    options: {},
    diagnostics: {
      samples: 0,
      effectiveSampleSize: 0,
      modelCalls: 0,
      batches: 0,
      seconds: 0,
      modelSeconds: 0,
      warnings: [],
    },
  }
}

describe('submodularPick', () => {
  it('takes the row that touches most importance, then what it leaves (paper, figure 5)', () => {
    // W of the paper's toy example: row 2 covers f2 and f3; then row 5 adds f4 and f5.
    const rows = [{ f1: 1, f2: 1 }, { f2: 1, f3: 1 }, { f2: 1, f3: 1 }, { f2: 1 }, { f4: 1, f5: 1 }]
    const { picked, importances, coverage } = submodularPick(rows.map(explained), 2)
    expect(picked[1]).toBe(4)
    expect(picked[0]).toBe(2)
    expect(importances.find(({ name }) => name === 'f2')!.importance).toBeCloseTo(Math.sqrt(4), 12)
    expect(coverage).toBeCloseTo((2 + Math.SQRT2 + 2) / (1 + 2 + Math.SQRT2 + 2), 12)
  })

  it('takes the last of equal gains, as Python LIME', () => {
    expect(submodularPick([{ a: 1 }, { b: 1 }, { c: -1 }].map(explained), 2).picked).toEqual([2, 1])
  })

  it('takes all where fewer are given than asked for, and none of none', () => {
    expect(submodularPick([{ a: 1 }, { a: 2 }].map(explained), 5).picked).toHaveLength(2)
    expect(submodularPick([], 5)).toEqual({ picked: [], importances: [], coverage: 1 })
  })

  it('sums the labels of an explanation, so that opposite weights cancel as in Python LIME', () => {
    const one = explained({ a: 1, b: 2 })
    const both = {
      ...one,
      labels: [
        one.labels[0]!,
        { ...one.labels[0]!, label: 1, weights: [{ feature: 0, weight: -1 }] },
      ],
    }
    const { importances } = submodularPick([both], 1)
    expect(importances).toEqual([
      { name: 'a', importance: 0 },
      { name: 'b', importance: Math.sqrt(2) },
    ])
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses the count %s', (count) => {
    expect(() => submodularPick([explained({ a: 1 })], count)).toThrow(OptionError)
  })

  it('covers at least (1 − 1/e) of what the best choice would (closed form 8)', () => {
    const weights = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      fc.double({ min: -5, max: 5, noNaN: true }),
      { maxKeys: 4 },
    )
    fc.assert(
      fc.property(
        fc.array(weights, { minLength: 2, maxLength: 7 }),
        fc.integer({ min: 1, max: 3 }),
        (rows, count) => {
          const { importances, coverage, picked } = submodularPick(rows.map(explained), count)
          const importance = new Map(importances.map((one) => [one.name, one.importance]))
          const total = [...importance.values()].reduce((sum, one) => sum + one, 0)
          const covers = (chosen: readonly number[]) => {
            const touched = new Set(
              chosen.flatMap((i) => Object.keys(rows[i]!).filter((name) => rows[i]![name] !== 0)),
            )
            return [...touched].reduce((sum, name) => sum + importance.get(name)!, 0)
          }
          let best = 0
          for (let set = 0; set < 1 << rows.length; set++) {
            const chosen = [...rows.keys()].filter((i) => set & (1 << i))
            if (chosen.length <= count) best = Math.max(best, covers(chosen))
          }
          expect(new Set(picked).size).toBe(Math.min(count, rows.length))
          expect(covers(picked)).toBeGreaterThanOrEqual((1 - 1 / Math.E) * best - 1e-9)
          if (total > 0) expect(coverage).toBeCloseTo(covers(picked) / total, 9)
        },
      ),
    )
  })
})
