import { describe, expect, it } from 'vitest'
import type { Explanation } from '../../src/contract/explanation.ts'
import { TabularExplainer, TextExplainer } from '../../src/index.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { explainDesign } from './switches.ts'

/** Shapley values by their definition over orders: the mean marginal contribution over all d! of them, by subsets. */
function shapleyByDefinition(v: (on: readonly boolean[]) => number, d: number): number[] {
  const factorial = (k: number): number => (k <= 1 ? 1 : k * factorial(k - 1))
  return Array.from({ length: d }, (_, j) => {
    let phi = 0
    for (let code = 0; code < 2 ** d; code++) {
      if ((code >> j) & 1) continue
      const on = Array.from({ length: d }, (_, k) => ((code >> k) & 1) === 1)
      const size = on.filter(Boolean).length
      const without = v(on)
      on[j] = true
      phi += ((factorial(size) * factorial(d - size - 1)) / factorial(d)) * (v(on) - without)
    }
    return phi
  })
}

function valuesOf(explanation: Explanation): number[] {
  const phi = new Array<number>(explanation.features.length).fill(0)
  for (const { feature, weight } of explanation.labels[0]!.weights) phi[feature] = weight
  return phi
}

const total = (explanation: Explanation) => valuesOf(explanation).reduce((sum, one) => sum + one, 0)

function tableFunction(d: number, seed = 1) {
  const random = new RandomState(seed)
  const table = Float64Array.from({ length: 2 ** d }, () => random.normal())
  return (x: readonly (number | boolean)[]) =>
    table[x.reduce<number>((index, bit, j) => index + Number(bit) * 2 ** j, 0)]!
}

describe('Shapley values', () => {
  it('are those of the definition where all coalitions fit the budget', async () => {
    for (const d of [1, 2, 3, 6, 9]) {
      const f = tableFunction(d)
      const explanation = await explainDesign((rows) => rows.map((x) => f(x)), d, {
        method: 'shap',
        numSamples: 2 ** d < 2 ? 2 : 2 ** d,
      })
      shapleyByDefinition(f, d).forEach((value, j) => {
        expect(valuesOf(explanation)[j]).toBeCloseTo(value, 9)
      })
      const [label] = explanation.labels
      expect(label!.intercept).toBe(f(new Array(d).fill(0)))
      expect(label!.localPrediction).toBeCloseTo(label!.prediction, 9)
      expect(label!.weights.every(({ standardError }) => standardError === 0)).toBe(true)
      expect(explanation.options).toMatchObject({ method: 'shap', sampling: 'shap' })
    }
  })

  it('sum to f(instance) − f(nothing on) to 1e-9 whatever the budget', async () => {
    for (const d of [5, 12, 30]) {
      const model = (rows: readonly (readonly number[])[]) =>
        rows.map((x) => Math.exp(x.reduce((sum, bit, j) => sum + Math.sin(j) * bit, 0)))
      for (const numSamples of [40, 100, 1000]) {
        const explanation = await explainDesign(model, d, { method: 'shap', numSamples })
        const { prediction, intercept } = explanation.labels[0]!
        expect(Math.abs(total(explanation) - (prediction - intercept))).toBeLessThan(1e-9)
        expect(explanation.diagnostics.samples).toBeLessThanOrEqual(Math.max(numSamples, d + 4))
      }
    }
  })

  it('of games of order 2 are exact from a few pairs, since these cancel what is even', async () => {
    const random = new RandomState(4)
    const d = 13
    const main = Array.from({ length: d }, () => random.normal())
    const pairs = Array.from({ length: d }, () => Array.from({ length: d }, () => random.normal()))
    const f = (x: readonly number[]) => {
      let sum = 0
      for (let j = 0; j < d; j++) {
        if (!x[j]) continue
        sum += main[j]!
        for (let k = 0; k < j; k++) sum += pairs[j]![k]! * x[k]!
      }
      return sum
    }
    const explanation = await explainDesign((rows) => rows.map(f), d, {
      method: 'shap',
      numSamples: 200,
    })
    valuesOf(explanation).forEach((value, j) => {
      let expected = main[j]!
      for (let k = 0; k < d; k++)
        expected += (k < j ? pairs[j]![k]! : k > j ? pairs[k]![j]! : 0) / 2
      expect(value).toBeCloseTo(expected, 8)
    })
  })

  it('are within four standard errors of the exact ones where coalitions are sampled', async () => {
    const d = 11
    const random = new RandomState(8)
    const w = Array.from({ length: d }, () => random.normal())
    const f = (x: readonly (number | boolean)[]) =>
      Math.tanh(x.reduce<number>((sum, bit, j) => sum + w[j]! * Number(bit), 0)) +
      3 * Number(x[0]) * Number(x[1]) * Number(x[2])
    const explanation = await explainDesign((rows) => rows.map((x) => f(x)), d, {
      method: 'shap',
      numSamples: 400,
    })
    const exact = shapleyByDefinition(f, d)
    for (const { feature, weight, standardError } of explanation.labels[0]!.weights) {
      expect(standardError).toBeGreaterThan(0)
      expect(Math.abs(weight - exact[feature]!)).toBeLessThan(4 * standardError!)
    }
  })

  it('hold for probabilities too, with a model of the model taken off first', async () => {
    const d = 12
    const w = Array.from({ length: d }, (_, j) => Math.sin(3 * j + 1))
    const p = (x: readonly (number | boolean)[]) =>
      1 / (1 + Math.exp(1 - x.reduce<number>((sum, bit, j) => sum + w[j]! * Number(bit), 0)))
    const explanation = await explainDesign(
      (rows) => rows.map((x) => [1 - p(x), p(x)]),
      d,
      { method: 'shap', numSamples: 100, labels: [1] },
      { mode: 'classification' },
    )
    const exact = shapleyByDefinition(p, d)
    valuesOf(explanation).forEach((value, j) => {
      expect(value).toBeCloseTo(exact[j]!, 6)
    })
  })
})

describe('Shapley values of tables', () => {
  const random = new RandomState(2)
  const table = Array.from({ length: 200 }, () => [
    random.normal(),
    random.normal(1),
    'abc'[random.randint(0, 3)]!,
  ])
  type Row = readonly [number, number, string]
  const f = ([a, b, c]: Row) => a * b + (c === 'a' ? 2 : c === 'b' ? -1 : 0)
  const model = (rows: readonly Row[]) => rows.map(f)
  const row = table[0] as unknown as Row

  it('average over the background rows: what is off has their values', async () => {
    const background = table.slice(5, 12) as unknown as Row[]
    const explainer = new TabularExplainer(table, { mode: 'regression' })
    const explanation = await explainer.explain<Row>(row, model, { method: 'shap', background })
    const v = (on: readonly boolean[]) =>
      background.reduce(
        (sum, other) => sum + f(row.map((own, j) => (on[j] ? own : other[j]!)) as unknown as Row),
        0,
      ) / background.length
    shapleyByDefinition(v, 3).forEach((value, j) => {
      expect(valuesOf(explanation)[j]).toBeCloseTo(value, 9)
    })
    expect(explanation.options.background).toBe(7)
  })

  it('take a typical row where no background is given: means and the most frequent category', async () => {
    const explainer = new TabularExplainer(table, { mode: 'regression' })
    const { labels } = await explainer.explain<Row>(row, model, { method: 'shap' })
    const mean = (c: number) => table.reduce((sum, one) => sum + (one[c] as number), 0) / 200
    const counts = ['a', 'b', 'c'].map((one) => table.filter((cells) => cells[2] === one).length)
    const most = 'abc'[counts.indexOf(Math.max(...counts))]!
    expect(labels[0]!.intercept).toBeCloseTo(f([mean(0), mean(1), most]), 9)
  })

  it('work for rows by column name', async () => {
    const named = table.map(([a, b, c]) => ({ a: a!, b: b!, c: c! }))
    const explainer = new TabularExplainer(named, { mode: 'regression' })
    const explanation = await explainer.explain<(typeof named)[number]>(
      named[0]!,
      (rows) => rows.map(({ a, b, c }) => f([a as number, b as number, c as string])),
      { method: 'shap', background: [named[3]!] },
    )
    expect(total(explanation)).toBeCloseTo(f(row) - f(table[3] as unknown as Row), 9)
  })

  it('refuse a background that does not fit, and options that are none', async () => {
    const explainer = new TabularExplainer(table, { mode: 'regression' })
    const attempt = (options: object) => explainer.explain<Row>(row, model, options)
    await expect(attempt({ method: 'shap', background: [[1, 2]] })).rejects.toThrow(
      /options\.background: got 2 values/,
    )
    await expect(attempt({ method: 'shap', background: [] })).rejects.toThrow(/got no rows/)
    await expect(attempt({ method: 'shapely' })).rejects.toThrow(/one of lime, shap/)
  })
})

it('Shapley values of texts take words out', async () => {
  const explanation = await new TextExplainer().explain(
    'good good bad film',
    (texts) => texts.map((text) => (text.includes('good') ? [0.1, 0.9] : [0.8, 0.2])),
    { method: 'shap', labels: [1] },
  )
  expect(explanation.asList(1)[0]).toEqual(['good', expect.closeTo(0.7, 9)])
})
