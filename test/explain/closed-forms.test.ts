/**
 * Weights that are known: for functions of switches and designs where the surrogate's limit has a closed form (Garreau and
 * Mardaoui 2021, "What does LIME really see in images?"; Mardaoui and Garreau 2021, text; Garreau and von Luxburg 2020,
 * tables; Tan et al. 2023, GLIME). Exact where all rows are enumerated or a whole block is; within four standard errors
 * where rows are sampled.
 */
import { describe, expect, it } from 'vitest'
import type { Explanation } from '../../src/contract/explanation.ts'
import type { SwitchLaw } from '../../src/explain/neighbourhood.ts'
import { TabularExplainer } from '../../src/index.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { truncatedNormalMean, truncatedNormalQuantiles } from '../../src/math/truncated-normal.ts'
import { explainDesign } from './switches.ts'

type Switches = readonly number[]

const d = 7

/** Coefficients by feature. */
function effectsOf(explanation: Explanation): number[] {
  const effects = new Array<number>(explanation.features.length).fill(0)
  for (const { feature, weight } of explanation.labels[0]!.weights) effects[feature] = weight
  return effects
}

function expectNear(found: number[], expected: number[], digits = 9): void {
  found.forEach((value, j) => {
    expect(value).toBeCloseTo(expected[j]!, digits)
  })
}

/** Every weight within four of its standard errors. */
function expectWithin(explanation: Explanation, expected: readonly number[]): void {
  for (const { feature, weight, standardError } of explanation.labels[0]!.weights) {
    expect(standardError).toBeGreaterThan(0)
    expect(Math.abs(weight - expected[feature]!)).toBeLessThan(4 * standardError!)
  }
}

/** Any function of the switches, the same at every call. */
function arbitrary(count: number): (x: Switches) => number {
  const random = new RandomState(5)
  const table = Float64Array.from({ length: 2 ** count }, () => random.normal())
  return (x) => table[x.reduce((index, bit, j) => index + bit * 2 ** j, 0)]!
}

const asModel = (f: (x: Switches) => number) => (rows: readonly Switches[]) => rows.map(f)

function binomial(n: number, k: number): number {
  let value = 1
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i
  return value
}

describe('closed form 1, weights that depend on the number of switches alone', () => {
  it('β_j = (c_j − v Σc / (u + d v)) / u', async () => {
    const f = arbitrary(d)
    for (const kernelWidth of [0.15, 0.25, 2]) {
      const explanation = await explainDesign(
        asModel(f),
        d,
        { sampling: 'exhaustive' },
        { kernelWidth },
      )
      let total = 0
      let [a1, a2, meanF] = [0, 0, 0]
      const zf = new Array<number>(d).fill(0)
      for (let code = 0; code < 2 ** d; code++) {
        const x = Array.from({ length: d }, (_, j) => (code >> j) & 1)
        const on = x.reduce((sum, bit) => sum + bit, 0)
        const distance = on === 0 ? 1 : 1 - Math.sqrt(on / d)
        const w = Math.exp(-(distance ** 2) / (2 * kernelWidth ** 2))
        total += w
        a1 += w * x[0]!
        a2 += w * x[0]! * x[1]!
        meanF += w * f(x)
        x.forEach((bit, j) => {
          zf[j]! += w * bit * f(x)
        })
      }
      a1 /= total
      a2 /= total
      const c = zf.map((sum) => sum / total - (a1 * meanF) / total)
      const u = a1 - a2
      const v = a2 - a1 ** 2
      const sum = c.reduce((all, one) => all + one, 0)
      expectNear(
        effectsOf(explanation),
        c.map((one) => (one - (v * sum) / (u + d * v)) / u),
      )
      const [label] = explanation.labels
      expect(label!.weights.every(({ standardError }) => standardError === 0)).toBe(true)
      expect(explanation.diagnostics.modelCalls).toBe(2 ** d + 1) // and the instance once more
    }
  })
})

describe('closed form 2, the product of p switches under the cosine kernel', () => {
  const nu = 0.25
  const psi = (t: number) => Math.exp(-((1 - Math.sqrt(1 - t)) ** 2) / (2 * nu ** 2))
  const image = (p: number) => {
    let sum = 0
    for (let s = 0; s <= d - p; s++) sum += binomial(d - p, s) * psi(s / d)
    return sum / 2 ** d
  }
  const text = (p: number) => {
    let sum = 0
    for (let s = 1; s <= d; s++) {
      let product = psi(s / d)
      for (let k = 0; k < p; k++) product *= Math.max(0, d - s - k) / (d - k)
      sum += product
    }
    return sum / d
  }
  const laws: [string, (p: number) => number, SwitchLaw | undefined][] = [
    ['pictures', image, undefined],
    ['texts', text, { kind: 'sizes', count: d }],
  ]
  it.each(laws)('for %s', async (_, alpha, law) => {
    for (const p of [1, 2, 3]) {
      const explanation = await explainDesign(
        asModel((x) => x.slice(0, p).reduce((product, bit) => product * bit, 1)),
        d,
        { sampling: 'exhaustive' },
        {},
        law,
      )
      const [a0, a1, a2] = [alpha(0), alpha(1), alpha(2)]
      const D = (d - 1) * a0 * a2 - d * a1 ** 2 + a0 * a1
      const s1 = -a1
      const s2 = ((d - 2) * a0 * a2 - (d - 1) * a1 ** 2 + a0 * a1) / (a1 - a2)
      const s3 = (a1 ** 2 - a0 * a2) / (a1 - a2)
      const ap = alpha(p)
      const next = alpha(p + 1)
      const inside = (s1 * ap + s2 * ap + (p - 1) * s3 * ap + (d - p) * s3 * next) / D
      const outside = (s1 * ap + s2 * next + p * s3 * ap + (d - p - 1) * s3 * next) / D
      expectNear(
        effectsOf(explanation),
        Array.from({ length: d }, (_, j) => (j < p ? inside : outside)),
      )
    }
  })
})

describe('closed form 3, linear functions', () => {
  const beta = [3, -2, 1, 0, 0.5, -0.25, 4]
  const model = asModel((x) => 5 + x.reduce((sum, bit, j) => sum + beta[j]! * bit, 0))
  it.each(['exhaustive', 'factorial', 'glime'] as const)(
    'have their coefficients: %s',
    async (sampling) => {
      const numSamples = sampling === 'exhaustive' ? 2 ** d : 100
      for (const kernelWidth of [0.6, 1, 10]) {
        const explanation = await explainDesign(model, d, { sampling, numSamples }, { kernelWidth })
        expectNear(effectsOf(explanation), beta)
        expect(explanation.labels[0]!.intercept).toBeCloseTo(5, 9)
        expect(explanation.labels[0]!.localPrediction).toBeCloseTo(11.25, 9)
      }
    },
  )

  it('and logistic ones theirs on the scale of the logit', async () => {
    const explanation = await explainDesign(
      (rows: readonly Switches[]) =>
        rows.map((x) => {
          const p = 1 / (1 + Math.exp(-x.reduce((sum, bit, j) => sum + beta[j]! * bit, -3)))
          return [1 - p, p]
        }),
      d,
      { sampling: 'factorial', numSamples: 64, link: 'logit', labels: [1] },
      { mode: 'classification' },
    )
    expectNear(effectsOf(explanation), beta)
    expect(explanation.labels[0]!.localPrediction).toBeCloseTo(explanation.prediction[1]!, 9)
  })
})

describe('closed form 4, the product of p switches that are on with chance q each', () => {
  const p = 3
  const f = (x: Switches) => x[0]! * x[2]! * x[4]!
  const expected = (q: number) =>
    Array.from({ length: d }, (_, j) => ([0, 2, 4].includes(j) ? q ** (p - 1) : 0))

  it('is q^(p−1) on them and 0 elsewhere, intercept −(p−1) q^p', async () => {
    const law = { kind: 'independent', on: new Float64Array(d).fill(0.8) } as const
    const explanation = await explainDesign(
      asModel(f),
      d,
      { sampling: 'exhaustive' },
      { kernel: (distances) => distances.map(() => 1) },
      law,
    )
    expectNear(effectsOf(explanation), expected(0.8))
    expect(explanation.labels[0]!.intercept).toBeCloseTo(-(p - 1) * 0.8 ** p, 9)
  })

  it('by GLIME’s draws, q = 1 / (1 + exp(−1 / 2σ²))', async () => {
    for (const sigma of [0.5, 1]) {
      const explanation = await explainDesign(
        asModel(f),
        d,
        { sampling: 'glime', numSamples: 2000 },
        { kernelWidth: sigma },
      )
      expectWithin(explanation, expected(1 / (1 + Math.exp(-1 / (2 * sigma ** 2)))))
    }
  })

  it('by the factorial design, q = ½', async () => {
    // Not whole blocks: what meets in one cancels over many only.
    const explanation = await explainDesign(asModel(f), 12, {
      sampling: 'factorial',
      numSamples: 1501,
    })
    expectWithin(explanation, [...expected(0.5), 0, 0, 0, 0, 0])
  })
})

describe('closed form 5, additive functions of a table’s columns', () => {
  const random = new RandomState(3)
  const table = Array.from({ length: 400 }, () => [
    random.normal(),
    random.normal(2, 3),
    random.randint(0, 3),
  ])
  const explainer = (randomState: number) =>
    new TabularExplainer(table, { categoricalFeatures: [2], mode: 'regression', randomState })

  it('are the mean in the instance’s bin less that in the others', async () => {
    const row = table[0]!
    const level = row[2]!
    const model = (rows: readonly (readonly number[])[]) => rows.map((x) => x[0]! + 10 * x[2]!)
    const counts = [0, 1, 2].map((k) => table.filter((one) => one[2] === k).length)
    const rest = [0, 1, 2].filter((k) => k !== level)
    const total = rest.reduce((sum, k) => sum + counts[k]!, 0)
    const category = 10 * (level - rest.reduce((sum, k) => sum + (k * counts[k]!) / total, 0))
    for (const sampling of ['lime', 'glime', 'factorial'] as const) {
      const { labels } = await explainer(1).explain<readonly number[]>(row, model, {
        sampling,
        numSamples: 3000,
        surrogate: 'ols',
      })
      const found = new Map(labels[0]!.weights.map((one) => [one.feature, one]))
      const own = found.get(2)!
      expect(Math.abs(own.weight - category)).toBeLessThan(4 * own.standardError! + 1e-9)
      expect(Math.abs(found.get(1)!.weight)).toBeLessThan(4 * found.get(1)!.standardError! + 1e-9)
    }
  })

  it('and multiplied by another column’s mean where they multiply', async () => {
    const row = table[0]!
    const level = row[2]!
    // f = [category is the instance’s] · [first column > 0]: β₂ = mean over bins of P(x₀ > 0).
    const model = (rows: readonly (readonly number[])[]) =>
      rows.map((x) => (x[2] === level ? 1 : 0) * (x[0]! > 0 ? 1 : 0))
    const positive = (rows: readonly (readonly number[])[]) => rows.map((x) => (x[0]! > 0 ? 1 : 0))
    const plain = await explainer(2).explain<readonly number[]>(row, positive, {
      sampling: 'factorial',
      numSamples: 3001,
    })
    const product = await explainer(3).explain<readonly number[]>(row, model, {
      sampling: 'factorial',
      numSamples: 3001,
    })
    const of = ({ labels }: Explanation, feature: number) =>
      labels[0]!.weights.find((one) => one.feature === feature)!
    // On half the time: E = ½ E_own + ½ E_other of the other column, both ways round.
    const { weight, standardError } = of(product, 0)
    const alone = of(plain, 0)
    expect(Math.abs(weight - 0.5 * alone.weight)).toBeLessThan(
      4 * Math.hypot(standardError!, 0.5 * alone.standardError!) + 1e-9,
    )
  })
})

describe('closed form 6, the mean of a normal cut at its bin’s bounds', () => {
  it('is (φ(l) − φ(r)) / (Φ(r) − Φ(l)), in the tails too', () => {
    expect(truncatedNormalMean(-1, 1)).toBeCloseTo(0, 15)
    // φ(0), φ(1) and Φ(1) as in Abramowitz and Stegun, table 26.1.
    const [phi0, phi1, Phi1] = [0.3989422804014327, 0.24197072451914337, 0.8413447460685429]
    expect(truncatedNormalMean(0, 1)).toBeCloseTo((phi0 - phi1) / (Phi1 - 0.5), 12)
    for (const [low, high] of [
      [-3, -2],
      [2, 3],
      [-0.3, 2],
      [-9, -8],
    ] as const) {
      const values = Float64Array.from({ length: 20_000 }, (_, k) => (k + 0.5) / 20_000)
      truncatedNormalQuantiles(values, low, high)
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      expect(truncatedNormalMean(low, high)).toBeCloseTo(mean, 6)
    }
    expect(truncatedNormalMean(-50, -49)).toBeGreaterThanOrEqual(-50)
    expect(truncatedNormalMean(-50, -49)).toBeLessThanOrEqual(-49)
  })
})

describe('closed form 7, one whole block of the factorial design', () => {
  it('finds any function of order 2 exactly', async () => {
    const random = new RandomState(11)
    for (const count of [1, 2, 5, 8, 13]) {
      const main = Array.from({ length: count }, () => random.normal())
      const pairs = Array.from({ length: count }, () =>
        Array.from({ length: count }, () => random.normal()),
      )
      const f = (x: Switches) => {
        const sign = x.map((bit) => 2 * bit - 1)
        let sum = 1
        sign.forEach((a, j) => {
          sum += (main[j]! / 2) * a
          for (let k = 0; k < j; k++) sum += pairs[j]![k]! * a * sign[k]!
        })
        return sum
      }
      const block = 2 * 2 ** Math.ceil(Math.log2(count))
      const explanation = await explainDesign(asModel(f), count, {
        sampling: 'factorial',
        numSamples: block + 1,
      })
      expectNear(effectsOf(explanation), main)
    }
  })
})
