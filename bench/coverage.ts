/**
 * `npm run -s bench -- coverage`: do 95 % intervals hold the truth in 95 % of cases?
 *
 * 1. Models of words (`known-limits/cases.ts`), whose limits are known exactly (`known-limits/truth.ts`), and of rows of tables
 *    (`known-limits/tables.ts`).
 * 2. Each is explained with 100 seeds; `ours` is the share of all intervals of all features that hold the limit,
 *    in percent. The note gives the least covered of the features with an effect, and the width of the intervals over that
 *    of exact ones (3.92 standard deviations of the estimates): 1.00 is as wide as they must be.
 * 3. `reference`, for words: the bootstrap's intervals (percentiles of 199 estimates from samples, or pairs of
 *    complements, drawn anew with replacement), the same estimator on the same samples, up to 300 of them, for every tenth
 *    seed.
 */
import { estimateEffects } from '../src/explain/estimate-effects.ts'
import { EvenDesign } from '../src/explain/least-squares.ts'
import { pairedDesign } from '../src/explain/samplers/factorial-design.ts'
import { independentDesign } from '../src/explain/samplers/independent-design.ts'
import {
  type ExplainOptions,
  type Explanation,
  RandomState,
  TabularExplainer,
  TextExplainer,
} from '../src/index.ts'
import { matrixToBits, selectRows } from '../src/math/index.ts'
import { type CoverageModel, coverageModels } from './known-limits/cases.ts'
import { coverageTables, tableLimit } from './known-limits/tables.ts'
import { effectsUnder, limeLimit } from './known-limits/truth.ts'
import type { BenchOptions } from './main.ts'

const RESAMPLED = 199
const EVERY = 10
const MOST_RESAMPLED = 300
/** Samples that the model is not asked about, as many as an explanation takes. */
const MORE = 8192

/** How a model is explained. */
interface Setup {
  readonly name: string
  readonly d: number
  readonly options: ExplainOptions
  /** Chance of a word to be on; undefined: LIME's own draws. */
  readonly p?: number
  readonly kernelWidth?: number
}

const GLIME_WIDTH = 0.9
const GLIME = 1 / (1 + Math.exp(-1 / (2 * GLIME_WIDTH ** 2)))
const SETUPS: readonly Setup[] = [
  ...[150, 600, 2000].map((numSamples): Setup => {
    return { name: 'lime', d: 12, options: { sampling: 'lime', numSamples } }
  }),
  ...(
    [
      [11, 100],
      [26, 300],
      [11, 1500],
    ] as const
  ).map(([d, numSamples]): Setup => {
    const options = { sampling: 'glime', numSamples } as const
    return { name: 'glime', d, options, p: GLIME, kernelWidth: GLIME_WIDTH }
  }),
  ...(
    [
      [11, 65],
      [26, 200],
      [11, 1001],
      [60, 193],
      [60, 401],
    ] as const
  ).map(([d, numSamples]): Setup => {
    return { name: 'factorial', d, options: { sampling: 'factorial', numSamples }, p: 0.5 }
  }),
  ...(
    [
      ['factorial', 11, 0.02],
      ['factorial', 26, 0.05],
      ['factorial', 26, 0.01],
      ['glime', 18, 0.02],
    ] as const
  ).map(([name, d, tolerance]): Setup => {
    const options = { sampling: name, numSamples: 'auto', maxSamples: 20_000, tolerance } as const
    if (name === 'factorial') return { name, d, options, p: 0.5 }
    return { name, d, options, p: GLIME, kernelWidth: GLIME_WIDTH }
  }),
]

export async function run({ quick, emit }: BenchOptions): Promise<void> {
  const only = process.env.COVERAGE
  const seeds = quick ? 25 : 100
  for (const setup of SETUPS) {
    const { name, d, options, p } = setup
    const { numSamples, tolerance } = options
    const size = numSamples === 'auto' ? `auto to ${tolerance}` : `${numSamples} samples`
    const models = coverageModels(d)
    for (const model of models) {
      const title = `${name}, ${d} words, ${size}: ${model.name}`
      if (only !== undefined && !title.includes(only)) continue
      const truth = p === undefined ? limeLimit(model, d, 25) : effectsUnder(model, d, p)
      const score = new Coverage(truth)
      const bootstrap = new Coverage(truth)
      for (let seed = 0; seed < seeds; seed++) {
        const resampled =
          p !== undefined && Number(numSamples) <= MOST_RESAMPLED && seed % EVERY === 0
        const found = await explainWords(model, setup, seed, resampled)
        score.count(intervalsOf(found, d))
        if (resampled) {
          bootstrap.count(bootstrapped(found, model, setup, seed))
        }
      }
      emit(score.row(title, bootstrap, name))
    }
  }
  for (const d of [6, 14]) {
    for (const one of coverageTables(d)) {
      const truth = tableLimit(one, quick ? 100_000 : 400_000)
      for (const numSamples of [120, 500, 'auto'] as const) {
        const title = `factorial, ${d} columns, ${numSamples} samples: ${one.name}`
        if (only !== undefined && !title.includes(only)) continue
        const score = new Coverage(truth)
        for (let seed = 0; seed < seeds; seed++) {
          const explainer = new TabularExplainer(one.table, {
            randomState: seed,
            mode: one.classes ? 'classification' : 'regression',
          })
          const found = await explainer.explain(
            one.row,
            (rows) =>
              (rows as readonly ArrayLike<number>[]).map((x) => answer(one.f(x), one.classes)),
            {
              sampling: 'factorial',
              numSamples,
              numFeatures: d,
              ...(one.classes && { labels: [1] }),
            },
          )
          score.count(intervalsOf(found, d))
        }
        emit(score.row(title, undefined, 'tables'))
      }
    }
  }
}

function answer(value: number, classes: boolean): number[] {
  return classes ? [1 - value, value] : [value]
}

async function explainWords(
  model: CoverageModel,
  setup: Setup,
  seed: number,
  keepNeighbourhood: boolean,
): Promise<Explanation> {
  const { d, kernelWidth } = setup
  const explainer = new TextExplainer({
    randomState: seed,
    mode: model.classes ? 'classification' : 'regression',
    ...(kernelWidth !== undefined && { kernelWidth }),
  })
  const text = Array.from({ length: d }, (_, j) => `w${j}`).join(' ')
  const predict = (texts: readonly string[]) =>
    texts.map((one) => {
      const row = new Uint8Array(d)
      for (const [, j] of one.matchAll(/w(\d+)/g)) row[Number(j)] = 1
      return answer(model.f(row), model.classes)
    })
  return explainer.explain(text, predict, {
    ...setup.options,
    ...(model.classes && { labels: [1] }),
    numFeatures: d,
    keepNeighbourhood,
  })
}

/** An interval for each feature that has one. */
type Intervals = readonly {
  readonly feature: number
  readonly weight: number
  readonly low: number
  readonly high: number
}[]

function intervalsOf(found: Explanation, d: number): Intervals {
  const { weights } = found.labels[0]!
  if (weights.length !== d || weights.some(({ interval }) => interval === undefined)) return []
  return weights.map(({ feature, weight, interval }) => {
    return { feature, weight, low: interval![0], high: interval![1] }
  })
}

/** Percentiles of estimates from samples, or pairs, drawn with replacement. */
function bootstrapped(
  found: Explanation,
  model: CoverageModel,
  { name, d, p }: Setup,
  seed: number,
): Intervals {
  const { interpretable, outputs } = found.neighbourhood!
  const y = Float64Array.from(outputs.slice(1), (one) => one[model.classes ? 1 : 0]!)
  const data = Float64Array.from(interpretable.slice(1).flat())
  const X = matrixToBits({ data, rows: y.length, cols: d })!
  const paired = name === 'factorial'
  const random = new RandomState([seed, 3])
  const design = paired
    ? pairedDesign(d, random)
    : independentDesign(new Float64Array(d).fill(p!), random)
  const more = () => ({ X: design(MORE), paired })
  const clusters = paired ? y.length >> 1 : y.length
  const estimates = Array.from({ length: RESAMPLED }, () => {
    const drawn = new Int32Array(clusters)
    random.randintInto(drawn, 0, clusters)
    const rows = paired
      ? Int32Array.from({ length: 2 * clusters }, (_, i) => 2 * drawn[i >> 1]! + (i & 1))
      : drawn
    const values = Float64Array.from(rows, (i) => y[i]!)
    return estimateEffects(new EvenDesign({ X: selectRows(X, rows), paired }), values, more)
      .coefficients
  })
  return found.labels[0]!.weights.map(({ feature, weight }) => {
    const sorted = Float64Array.from(estimates, (one) => one[feature]!).sort()
    const at = (share: number) =>
      sorted[Math.min(RESAMPLED - 1, Math.max(0, Math.round(share * (RESAMPLED + 1)) - 1))]!
    return { feature, weight, low: at(0.025), high: at(0.975) }
  })
}

/** Counts intervals that hold the truth (d). */
class Coverage {
  readonly #truth: Float64Array
  readonly #held: Float64Array
  readonly #squares: Float64Array
  readonly #widths: Float64Array
  readonly #slack: number
  #runs = 0
  #without = 0

  constructor(truth: Float64Array) {
    this.#truth = truth
    this.#held = new Float64Array(truth.length)
    this.#squares = new Float64Array(truth.length)
    this.#widths = new Float64Array(truth.length)
    // Rounding is no error.
    this.#slack = 1e-7 * Math.max(...truth.map(Math.abs))
  }

  count(intervals: Intervals): void {
    if (intervals.length === 0) {
      this.#without++
      return
    }
    this.#runs++
    for (const { feature, weight, low, high } of intervals) {
      const truth = this.#truth[feature]!
      if (low - this.#slack <= truth && truth <= high + this.#slack) this.#held[feature]!++
      this.#squares[feature]! += (weight - truth) ** 2
      this.#widths[feature]! += high - low
    }
  }

  row(title: string, bootstrap: Coverage | undefined, group: string) {
    const whole = this.share
    const withEffect = [...this.#truth.keys()].filter((j) => this.#truth[j] !== 0)
    const least = Math.min(...withEffect.map((j) => (100 * this.#held[j]!) / this.#runs))
    const reference = bootstrap?.share ?? null
    const widths =
      bootstrap === undefined || reference === null
        ? ''
        : `, bootstrap's ${bootstrap.width.toFixed(2)}`
    return {
      case: title,
      ours: whole ?? Number.NaN,
      reference,
      ratio: null,
      unit: '%' as const,
      group,
      note: `least covered ${least.toFixed(1)} %, width ${this.width.toFixed(2)}${widths}${this.#without > 0 ? `; ${this.#without} without intervals` : ''}`,
    }
  }

  get share(): number | null {
    if (this.#runs === 0) return null
    return (100 * this.#held.reduce((sum, one) => sum + one, 0)) / this.#runs / this.#truth.length
  }

  /** Mean width over 3.92 root mean squares of the error. */
  get width(): number {
    let sum = 0
    for (let j = 0; j < this.#truth.length; j++) {
      const exact = 3.92 * Math.sqrt(this.#squares[j]! * this.#runs)
      sum += exact > 0 ? this.#widths[j]! / exact : 1
    }
    return sum / this.#truth.length
  }
}
