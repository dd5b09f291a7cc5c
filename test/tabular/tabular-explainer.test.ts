import { describe, expect, it } from 'vitest'
import type { TableRow } from '../../src/contract/instance.ts'
import { parseExplanation } from '../../src/contract/schema.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { TabularExplainer } from '../../src/tabular/index.ts'
import { classify, normalRows, PEOPLE, type Person, recording } from './tables.ts'

const rows = normalRows(200, 3)
const linear = (batch: readonly ArrayLike<number>[]) =>
  batch.map((row) => 2 * row[0]! - row[1]! + 5)
const logistic = classify<ArrayLike<number>>((row) => 2 * row[0]! - row[1]!)

describe('discretised numbers', () => {
  it('give own-bin mean minus the frequency-weighted mean of the other bins for an additive model', async () => {
    // Closed form 5 (SCIENCE.md), independent of the kernel's width. f = x0 + x1² with bins of equal shares; the mean in
    // a bin is that of the samples in it. ols: ridge would shrink by about 1/n.
    const f = (row: ArrayLike<number>) => row[0]! + row[1]! ** 2
    const asked = recording<number[]>((batch) => batch.map(f))
    for (const kernelWidth of [1, 1.3, 5]) {
      const explainer = new TabularExplainer(rows, {
        mode: 'regression',
        kernelWidth,
        randomState: 3,
      })
      const { labels, neighbourhood } = await explainer.explain(rows[7]!, asked.model, {
        numSamples: 20_000,
        surrogate: 'ols',
        keepNeighbourhood: true,
      })
      for (const [j, part] of [(x: number) => x, (x: number) => x ** 2].entries()) {
        const own: number[] = []
        const others: number[] = []
        neighbourhood!.interpretable.forEach((bits, i) => {
          if (i > 0) (bits[j] === 1 ? own : others).push(part(asked.rows[i]![j]!))
        })
        const mean = (values: number[]) => values.reduce((sum, one) => sum + one, 0) / values.length
        const variance = (values: number[]) => {
          const centre = mean(values)
          return mean(values.map((one) => (one - centre) ** 2))
        }
        const effect = mean(own) - mean(others)
        const error = Math.sqrt(variance(own) / own.length + variance(others) / others.length)
        const { weight } = labels[0]!.weights.find(({ feature }) => feature === j)!
        expect(Math.abs(weight - effect)).toBeLessThan(4 * error)
      }
      asked.rows.length = 0
    }
  })

  it('have the mean of a truncated normal in each bin', async () => {
    // Closed form 6: μ + s (φ(l) − φ(r)) / (Φ(r) − Φ(l)); the two bins of values −1 ± and +1 ± around the cut 0.
    const values = Array.from({ length: 400 }, (_, i) => [i < 200 ? -2 + i / 100 : (i - 199) / 100])
    const asked = recording<number[]>((batch) => batch.map(([x]) => x!))
    const explainer = new TabularExplainer(values, { mode: 'regression', discretizer: { 0: [0] } })
    await explainer.explain([1], asked.model, { numSamples: 20_000 })
    const above = asked.rows
      .slice(1)
      .map(([x]) => x!)
      .filter((x) => x > 0)
    expect(Math.min(...above)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...above)).toBeLessThanOrEqual(2)
    // Bin (0, 2] holds 0.01 … 2.00: mean 1.005, deviation √((200² − 1) / 12) / 100 = 0.57734; bounds −1.7407 and 1.7234:
    // φ −  = 0.087689, 0.090350; Φ = 0.040867, 0.957593, so the mean is 1.005 + 0.57734 · (−0.002661) / 0.916726 = 1.00332.
    const mean = above.reduce((sum, x) => sum + x, 0) / above.length
    expect(mean).toBeCloseTo(1.00332, 1)
    expect(Math.abs(mean - 1.00332)).toBeLessThan((4 * 0.58) / Math.sqrt(above.length))
  })

  it('follow the shares of their bins, within four standard errors', async () => {
    const skewed = Array.from({ length: 100 }, (_, i) => [i < 70 ? 0 : 1 + i])
    const explainer = new TabularExplainer(skewed, { discretizer: { 0: [0.5] } })
    const { neighbourhood } = await explainer.explain(
      [0],
      classify<TableRow>(() => 1),
      { keepNeighbourhood: true, sampling: 'lime', numSamples: 5000 },
    )
    const share = neighbourhood!.interpretable.filter(([bit]) => bit === 1).length / 5000
    expect(Math.abs(share - 0.7)).toBeLessThan(4 * Math.sqrt((0.7 * 0.3) / 5000))
  })

  it('are named by their bins with enough digits, by two in the reference mode', async () => {
    const tiny = Array.from({ length: 40 }, (_, i) => [i / 10_000])
    const name = async (compatibility: 'python' | 'sodalime') => {
      const explainer = new TabularExplainer(tiny, { featureNames: ['x'], compatibility })
      return (await explainer.explain([0.0015], logisticOf, { labels: [1] })).features[0]!.name
    }
    const logisticOf = classify<ArrayLike<number>>((row) => 1000 * row[0]!)
    expect(await name('python')).toBe('0.00 < x <= 0.00')
    expect(await name('sodalime')).toBe('0.00097 < x <= 0.00195')
  })

  it('that are constant are handed to the model as they are; the reference mode repeats Python’s error', async () => {
    const constant = Array.from({ length: 20 }, (_, i) => [5, i])
    for (const [compatibility, expected] of [
      ['sodalime', 5],
      ['python', 0],
    ] as const) {
      const asked = recording<number[]>(classify((row) => row[1]! - 10))
      const explainer = new TabularExplainer(constant, { compatibility })
      await explainer.explain([5, 3], asked.model, { numSamples: 50, labels: [1] })
      expect(asked.rows[0]).toEqual([5, 3])
      expect(new Set(asked.rows.slice(1).map(([first]) => first))).toEqual(new Set([expected]))
    }
  })
})

describe('numbers as they are', () => {
  it('give a linear model’s coefficients in units of the scale, for any kernel width', async () => {
    for (const kernelWidth of [0.8, 2, 50]) {
      const explainer = new TabularExplainer(rows, {
        mode: 'regression',
        discretizeContinuous: false,
        kernelWidth,
      })
      const { labels } = await explainer.explain(rows[0]!, linear, { surrogate: 'ols' })
      const found = new Map(labels[0]!.weights.map(({ feature, weight }) => [feature, weight]))
      const scale = (j: number) => {
        const column = rows.map((row) => row[j]!)
        const mean = column.reduce((sum, x) => sum + x, 0) / column.length
        return Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / column.length)
      }
      expect(found.get(0)).toBeCloseTo(2 * scale(0), 8)
      expect(found.get(1)).toBeCloseTo(-scale(1), 8)
      expect(found.get(2)).toBeCloseTo(0, 8)
    }
  })

  it('are sampled around the training mean, or around the instance', async () => {
    const row = [3, -2, 1]
    for (const [sampleAroundInstance, expected] of [
      [false, [0, 0, 0]],
      [true, row],
    ] as const) {
      const asked = recording<number[]>(logistic)
      const explainer = new TabularExplainer(rows, {
        discretizeContinuous: false,
        sampleAroundInstance,
      })
      await explainer.explain(row, asked.model)
      for (let j = 0; j < 3; j++) {
        const mean = asked.rows.reduce((sum, one) => sum + one[j]!, 0) / asked.rows.length
        expect(Math.abs(mean - expected[j]!)).toBeLessThan(0.2)
      }
    }
  })

  it('sampled by sigma give a linear model’s own coefficients', async () => {
    // Closed form 3 (SCIENCE.md): x ~ N(instance, σ²), kernel exp(−d²/2σ²).
    for (const sigma of [0.3, [0.1, 2, 0.5]]) {
      const explainer = new TabularExplainer(rows, { mode: 'regression', sigma })
      const { labels, diagnostics, neighbourhood } = await explainer.explain([3, -2, 1], linear, {
        surrogate: 'ols',
        keepNeighbourhood: true,
        numSamples: 5000,
      })
      const found = new Map(labels[0]!.weights.map(({ feature, weight }) => [feature, weight]))
      expect(found.get(0)).toBeCloseTo(2, 9)
      expect(found.get(1)).toBeCloseTo(-1, 9)
      expect(found.get(2)).toBeCloseTo(0, 9)
      expect(labels[0]!.intercept).toBeCloseTo(5, 8)
      expect(labels[0]!.localPrediction).toBeCloseTo(13, 9)
      const s = (j: number) => (typeof sigma === 'number' ? sigma : sigma[j]!)
      const { interpretable, distances, weights } = neighbourhood!
      expect(interpretable[0]).toEqual([3, -2, 1])
      interpretable.slice(0, 50).forEach((x, i) => {
        const squares = [3, -2, 1].reduce((sum, own, j) => sum + ((x[j]! - own) / s(j)) ** 2, 0)
        expect(distances[i]).toBeCloseTo(Math.sqrt(squares), 9)
        expect(weights[i]).toBeCloseTo(Math.exp(-squares / 2), 9)
      })
      // E[(Σw)²]/E[Σw²] for d = 3: n · ((1/√2)³)² / (1/√3)³ = n · 3^1.5 / 8
      expect(diagnostics.effectiveSampleSize / 5000).toBeCloseTo(3 ** 1.5 / 8, 1)
    }
  })
})

describe('categories', () => {
  it('stand as texts as in a CSV, flags and holes too, without being listed', async () => {
    const asked = recording<Person>(
      classify(
        (row) =>
          (row.city === 'Oslo' ? 2 : 0) +
          (row.member ? 1 : 0) +
          (row.age === null ? 3 : 0) +
          row.score,
      ),
    )
    const explainer = new TabularExplainer(PEOPLE)
    const explanation = await explainer.explain<Person>(PEOPLE[0]!, asked.model, {
      numSamples: 2000,
    })
    expect(explanation.features.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^age <= /),
      'city=Oslo',
      'member=true',
      expect.stringMatching(/^score <= /),
    ])
    expect(asked.rows[0]).toEqual(PEOPLE[0])
    for (const row of asked.rows) {
      expect(Object.keys(row)).toEqual(['age', 'city', 'member', 'score'])
      expect(['Oslo', 'Bergen', 'Tromsø']).toContain(row.city)
      expect(typeof row.member).toBe('boolean')
      expect(row.age === null || Number.isFinite(row.age)).toBe(true)
    }
    expect(asked.rows.some(({ age }) => age === null)).toBe(true)
    expect(explanation.asList()[0]![0]).toBe('city=Oslo')
    expect(parseExplanation(JSON.parse(JSON.stringify(explanation)))).toEqual(explanation)
  })

  it('that are missing in the instance are a level of their own', async () => {
    const model = classify<Person>((row) => (row.age === null ? 4 : 0) - 2)
    for (const options of [{}, { discretizeContinuous: false }]) {
      const explainer = new TabularExplainer(PEOPLE, options)
      const explanation = await explainer.explain<Person>(PEOPLE[3]!, model, { surrogate: 'ols' })
      const [name, weight] = explanation.asList()[0]!
      expect(name).toBe('age missing')
      // p = 1 / (1 + e^∓2): the level's effect is the difference, 0.8808 − 0.1192.
      expect(weight).toBeCloseTo(0.761594, 5)
      expect(explanation.instance).toMatchObject({
        values: [null, 'Oslo', false, PEOPLE[3]!.score],
      })
    }
  })

  it('reach the model as NaN where the column had NaN', async () => {
    const holes = Array.from({ length: 40 }, (_, i) =>
      Float64Array.of(i % 4 === 0 ? Number.NaN : i, i % 7),
    )
    const asked = recording<Float64Array>(classify((row) => (Number.isNaN(row[0]) ? 1 : 0)))
    await new TabularExplainer(holes).explain<Float64Array>(holes[0]!, asked.model)
    expect(asked.rows.some((row) => Number.isNaN(row[0]))).toBe(true)
    expect(asked.rows.every((row) => row instanceof Float64Array)).toBe(true)
  })

  it('are all asked once where a table holds nothing else', async () => {
    const asked = recording<Person>(classify((row) => (row.city === 'Oslo' ? 2 : 0)))
    const table = PEOPLE.map(({ city, member }) => ({ city, member }))
    const { diagnostics } = await new TabularExplainer(table).explain(
      table[0]!,
      asked.model as never,
    )
    // 3 cities × 2 flags, and the row itself once more to see whether the answer is the same.
    expect(asked.rows).toHaveLength(7)
    expect(new Set(asked.rows.map((row) => JSON.stringify(row))).size).toBe(6)
    expect(diagnostics.modelCalls).toBe(7)
  })

  it('have the names of categoricalNames, by column name or index', async () => {
    const table = Array.from({ length: 30 }, (_, i) => [i % 3, i % 2, i])
    const explainer = new TabularExplainer(table, {
      featureNames: ['size', 'sex', 'n'],
      categoricalFeatures: [0, 'sex'],
      categoricalNames: { size: ['small', 'medium', 'large'], 1: ['f', 'm'] },
    })
    const { features } = await explainer.explain([2, 0, 4], logistic as never)
    expect(features.slice(0, 2).map(({ name }) => name)).toEqual(['size=large', 'sex=f'])
  })

  it('that were never seen are refused with the nearest that were', async () => {
    const explainer = new TabularExplainer(PEOPLE)
    await expect(explainer.explain({ ...PEOPLE[0]!, city: 'Olso' }, () => [])).rejects.toThrow(
      'TabularExplainer.explain, row, column city: got the category "Olso", expected one of the 3 in the training data: Bergen, Oslo, Tromsø. Did you mean Oslo?',
    )
  })
})

describe('one-hot groups', () => {
  const table = Array.from({ length: 90 }, (_, i) => ({
    x: i / 10,
    color_red: Number(i % 3 === 0),
    color_green: Number(i % 3 === 1),
    color_blue: Number(i % 3 === 2),
  }))

  it('are one feature, and the model only sees rows with one of them on', async () => {
    type Row = (typeof table)[number]
    const asked = recording<Row>(classify((row) => 3 * row.color_green - 1))
    const explainer = new TabularExplainer(table, {
      oneHotGroups: { color: ['color_red', 'color_green', 'color_blue'] },
    })
    const explanation = await explainer.explain<Row>(table[1]!, asked.model)
    expect(explanation.features.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^x <= /),
      'color=green',
    ])
    expect(explanation.features[1]!.part).toEqual({
      kind: 'tabular',
      columns: [1, 2, 3],
      value: 'green',
    })
    for (const row of asked.rows) expect(row.color_red + row.color_green + row.color_blue).toBe(1)
    expect(new Set(asked.rows.map((row) => row.color_blue))).toEqual(new Set([0, 1]))
    expect(explanation.asList()[0]![0]).toBe('color=green')
  })

  it.each<[string, Record<string, string[]>, RegExp]>([
    [
      'unknown columns',
      { color: ['color_red', 'color_gren'] },
      /"color_gren".*Did you mean color_green\?/,
    ],
    ['a column twice', { a: ['color_red', 'x'], b: ['x'] }, /the column x twice/],
    ['no columns', { color: [] }, /no columns/],
  ])('refuse %s', (_, oneHotGroups, message) => {
    expect(() => new TabularExplainer(table, { oneHotGroups })).toThrow(message)
  })

  it('refuse a row that is in no state of theirs', async () => {
    const explainer = new TabularExplainer(table, {
      oneHotGroups: { color: ['color_red', 'color_green', 'color_blue'] },
    })
    await expect(
      explainer.explain({ x: 1, color_red: 1, color_green: 1, color_blue: 0 }, () => []),
    ).rejects.toThrow(/column color: got the category/)
  })
})

describe('randomState', () => {
  const ask = async (explainer: TabularExplainer, row: readonly number[], options = {}) =>
    (await explainer.explain(row, logistic, { numSamples: 300, ...options })).labels

  it.each([{}, { discretizeContinuous: false }, { sigma: 1 }])(
    'as a number gives an answer that does not depend on what was explained before (%j)',
    async (options) => {
      const used = new TabularExplainer(rows, { ...options, randomState: 42 })
      await ask(used, rows[5]!)
      await ask(used, rows[6]!, { numSamples: 77, samplingMethod: 'lhs' })
      const after = await ask(used, rows[7]!)
      expect(after).toEqual(
        await ask(new TabularExplainer(rows, { ...options, randomState: 42 }), rows[7]!),
      )
      expect(await ask(used, rows[7]!)).toEqual(after)
      expect(
        await ask(new TabularExplainer(rows, { ...options, randomState: 43 }), rows[7]!),
      ).not.toEqual(after)
    },
  )

  it('as a RandomState is continued from call to call', async () => {
    const one = new TabularExplainer(rows, { randomState: new RandomState(42) })
    const seeded = new TabularExplainer(rows, { randomState: 42 })
    const first = await ask(one, rows[7]!)
    expect(first).toEqual(await ask(seeded, rows[7]!))
    expect(await ask(one, rows[7]!)).not.toEqual(first)
    // LIME's own draws are as many for every row.
    const lime = { sampling: 'lime', numSamples: 500 } as const
    const two = new TabularExplainer(rows, { randomState: new RandomState(42) })
    const again = new TabularExplainer(rows, { randomState: new RandomState(42) })
    await ask(two, rows[7]!, lime)
    await ask(again, rows[3]!, lime)
    expect(await ask(again, rows[7]!, lime)).toEqual(await ask(two, rows[7]!, lime))
  })

  it('gives answers that do not depend on batchSize', async () => {
    for (const options of [{}, { discretizeContinuous: false }]) {
      const explainer = new TabularExplainer(rows, options)
      expect(await ask(explainer, rows[7]!, { batchSize: 7 })).toEqual(
        await ask(explainer, rows[7]!),
      )
    }
  })

  it('gives concurrent calls the answers of calls one after the other', async () => {
    const explainer = new TabularExplainer(rows, { randomState: 1 })
    const together = await Promise.all([1, 2, 3].map((i) => ask(explainer, rows[i]!)))
    for (const [k, i] of [1, 2, 3].entries())
      expect(await ask(explainer, rows[i]!)).toEqual(together[k])
  })

  it('is not disturbed by a model that writes into its rows', async () => {
    const explainer = new TabularExplainer(rows.map((row) => Float64Array.from(row)))
    const spoil = (batch: readonly Float64Array[]) => {
      const answers = logistic(batch)
      for (const row of batch) row.fill(99)
      return answers
    }
    const before = await explainer.explain<Float64Array>(rows[2]!, spoil, { numSamples: 200 })
    const after = await explainer.explain<Float64Array>(rows[2]!, logistic, { numSamples: 200 })
    expect(after.labels).toEqual(before.labels)
  })
})

describe('saved explainers', () => {
  const options = {
    featureNames: ['a', 'b', 'c'],
    classNames: ['no', 'yes'],
    kernelWidth: 2,
    randomState: 9,
  }

  it.each([
    ['discretised', {}],
    ['deciles', { discretizer: 'decile' as const }],
    ['as they are', { discretizeContinuous: false, sampleAroundInstance: true }],
    ['by sigma', { sigma: 0.5 }],
    ['reference mode', { compatibility: 'python' as const }],
  ])('explain alike after JSON (%s)', async (_, own) => {
    const explainer = new TabularExplainer(rows, { ...options, ...own })
    const loaded = TabularExplainer.fromJSON(JSON.parse(JSON.stringify(explainer)))
    const { diagnostics: _a, ...before } = await explainer.explain(rows[7]!, logistic)
    const { diagnostics: _b, ...after } = await loaded.explain(rows[7]!, logistic)
    expect(after).toEqual(before)
  })

  it('with texts, flags and holes explain alike after JSON, and give the same rows', async () => {
    const explainer = new TabularExplainer(PEOPLE)
    const loaded = new TabularExplainer(JSON.parse(JSON.stringify(explainer)))
    const predict = classify<Person>(
      (row) => (row.city === 'Oslo' ? 1 : 0) + (row.age === null ? 1 : 0),
    )
    const [before, after] = [recording(predict), recording(predict)]
    await explainer.explain<Person>(PEOPLE[3]!, before.model)
    await loaded.explain<Person>(PEOPLE[3]!, after.model)
    expect(after.rows).toEqual(before.rows)
  })

  it('with NaN as a category explain alike after JSON', async () => {
    const table = Array.from({ length: 30 }, (_, i) => [i % 3 === 0 ? Number.NaN : i % 3, i])
    const explainer = new TabularExplainer(table, { categoricalFeatures: [0] })
    const loaded = new TabularExplainer(JSON.parse(JSON.stringify(explainer)))
    const predict = classify<readonly number[]>((row) => (Number.isNaN(row[0]) ? 1 : 0))
    const [before, after] = [recording(predict), recording(predict)]
    await explainer.explain(table[0]!, before.model)
    await loaded.explain(table[0]!, after.model)
    expect(after.rows).toEqual(before.rows)
  })

  it('go on with a continued stream where it was', async () => {
    const explainer = new TabularExplainer(rows, { randomState: new RandomState(5) })
    await explainer.explain(rows[0]!, logistic)
    const loaded = TabularExplainer.fromJSON(JSON.parse(JSON.stringify(explainer)))
    expect((await loaded.explain(rows[1]!, logistic)).labels).toEqual(
      (await explainer.explain(rows[1]!, logistic)).labels,
    )
  })

  it('hold no training rows', () => {
    const secret = rows.map((row, i) => [...row, i === 5 ? 123456.789 : i % 2])
    const saved = JSON.stringify(
      new TabularExplainer(secret, {
        discretizeContinuous: true,
        trainingLabels: rows.map(() => 'label'),
      }),
    )
    expect(saved).not.toContain('label')
    expect(saved.length).toBeLessThan(20_000)
  })

  it('are refused where they hold functions, are no explainers, or have lost a part', () => {
    expect(() => new TabularExplainer(rows, { kernel: (d) => d }).toJSON()).toThrow(
      /a function for options\.kernel/,
    )
    expect(() => new TabularExplainer(rows, { discretizer: () => [0] }).toJSON()).toThrow(
      /options\.discretizer/,
    )
    expect(() => TabularExplainer.fromJSON({})).toThrow(/sodalime\/tabular-explainer@1/)
    expect(() => TabularExplainer.fromJSON(null)).toThrow(/sodalime\/tabular-explainer@1/)
    const saved = JSON.parse(JSON.stringify(new TabularExplainer(rows)))
    expect(() => TabularExplainer.fromJSON({ ...saved, table: {} })).toThrow(/Save it again/)
    expect(() =>
      TabularExplainer.fromJSON({ ...saved, schema: 'sodalime/tabular-explainer@2' }),
    ).toThrow(/@2/)
  })

  it('refuse options that would need the training data', () => {
    const saved = JSON.parse(JSON.stringify(new TabularExplainer(rows)))
    expect(() => new TabularExplainer(saved, { discretizer: 'decile' })).toThrow(/discretizer/)
    expect(() => new TabularExplainer(saved, { sigma: 2 })).toThrow(/sigma/)
    expect(() => new TabularExplainer(saved, { classNames: ['no', 'yes'] })).not.toThrow()
  })

  it('take a new seed where one is given', async () => {
    const saved = JSON.parse(JSON.stringify(new TabularExplainer(rows, { randomState: 1 })))
    const reseeded = new TabularExplainer(saved, { randomState: 2 })
    expect((await reseeded.explain(rows[0]!, logistic)).labels).toEqual(
      (await new TabularExplainer(rows, { randomState: 2 }).explain(rows[0]!, logistic)).labels,
    )
  })
})
