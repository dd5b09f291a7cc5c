/**
 * `npm run -s bench -- efficiency`: how many model calls it takes to be as near to the truth as Python LIME is by default.
 *
 * 1. The truth of each method is its own limit: the mean of explanations by many samples.
 * 2. The error is the root mean square of (weight − limit) over features and seeds, in units of the standard deviation of
 *    the limit's weights.
 * 3. Reference: Python LIME's own draws and fit (`compatibility: 'python'`, which gives its numbers) with its default
 *    number of samples (text and table 5000, picture and series 1000); it asks the model about every one.
 * 4. Ours: `sampling: 'auto'` with more and more samples until the error is no larger; calls are counted, and taken on a
 *    straight line between the logarithms of the two sample sizes around the reference's error.
 *
 * Jaccard@10: mean overlap of the ten largest weights between seeds with the defaults; where the limit's tenth and eleventh
 * are nearer than five times `tolerance` of the range, they are tied, and Jaccard@K stands beside it for the largest K ≤ 10
 * whose next is not.
 */
import type { ExplainOptions } from '../src/index.ts'
import { type EfficiencyCase, efficiencyCases, hasData } from './efficiency/cases.ts'
import type { BenchOptions } from './main.ts'

const SIZES = Array.from({ length: 24 }, (_, k) => Math.round(24 * 1.25 ** k))
const SEEDS = 20

export async function run({ quick, emit }: BenchOptions): Promise<void> {
  if (!hasData()) {
    console.error('no shared data: set SODALIME_DATA to its folder')
    return
  }
  for (const one of efficiencyCases(quick)) {
    const seeds = quick ? 6 : SEEDS
    const lime = { sampling: 'lime', numSamples: one.reference } as const
    const theirLimit = await limitOf(
      one,
      { ...lime, numSamples: quick ? 40_000 : 100_000 },
      true,
      1,
    )
    const ourLimit = await limitOf(
      one,
      { sampling: 'auto', numSamples: quick ? 10_000 : 16_000 },
      false,
      quick ? 1 : 3,
    )
    const reference = await errorOf(one, lime, true, theirLimit, seeds)
    const { calls, errors } = await callsFor(one, reference.error, ourLimit, seeds)
    const { jaccard, apart, mean } = await agreement(one, ourLimit, seeds)
    emit({
      case: `${one.group}: ${one.name}`,
      group: one.group,
      ours: calls,
      reference: one.reference,
      ratio: one.reference / calls,
      unit: 'calls',
      note: `error ${reference.error.toFixed(4)}; ${errors}; auto ${mean.toFixed(0)} calls; Jaccard@10 ${jaccard.toFixed(3)}, ${apart}`,
    })
  }
}

async function weightsOf(
  one: EfficiencyCase,
  options: ExplainOptions,
  seed: number,
  python: boolean,
) {
  const { labels, features, diagnostics } = await one.explain(options, seed, python)
  const weights = new Float64Array(features.length)
  for (const { feature, weight } of labels[0]!.weights) weights[feature] = weight
  return { weights, calls: diagnostics.modelCalls }
}

async function limitOf(
  one: EfficiencyCase,
  options: ExplainOptions,
  python: boolean,
  times: number,
) {
  let sum = new Float64Array(0)
  for (let t = 0; t < times; t++) {
    const { weights } = await weightsOf(one, options, 1000 + t, python)
    sum = weights.map((value, j) => (sum[j] ?? 0) + value)
  }
  return sum.map((value) => value / times)
}

async function errorOf(
  one: EfficiencyCase,
  options: ExplainOptions,
  python: boolean,
  limit: Float64Array,
  seeds: number,
) {
  let squares = 0
  let calls = 0
  for (let seed = 0; seed < seeds; seed++) {
    const found = await weightsOf(one, options, seed, python)
    calls += found.calls / seeds
    found.weights.forEach((value, j) => {
      squares += (value - limit[j]!) ** 2
    })
  }
  return { error: Math.sqrt(squares / (seeds * limit.length)) / deviation(limit), calls }
}

/** The sample sizes around the wanted error, by bisection over `SIZES`. */
async function callsFor(one: EfficiencyCase, wanted: number, limit: Float64Array, seeds: number) {
  const measured = new Map<number, { error: number; calls: number }>()
  const at = async (k: number) => {
    const known = measured.get(k)
    if (known !== undefined) return known
    const found = await errorOf(
      one,
      { sampling: 'auto', numSamples: SIZES[k]! },
      false,
      limit,
      seeds,
    )
    measured.set(k, found)
    return found
  }
  let low = -1
  let high = SIZES.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((await at(middle)).error <= wanted) high = middle
    else low = middle
  }
  const now = await at(high)
  const note = `${now.error.toFixed(4)} at ${now.calls.toFixed(0)}`
  if (low < 0 || now.error === 0 || now.error > wanted) return { calls: now.calls, errors: note }
  const before = await at(low)
  const share = Math.log(wanted / before.error) / Math.log(now.error / before.error)
  const calls = before.calls * (now.calls / before.calls) ** Math.min(1, Math.max(0, share))
  return { calls, errors: note }
}

async function agreement(one: EfficiencyCase, limit: Float64Array, seeds: number) {
  const ranks = (weights: Float64Array) =>
    [...weights.keys()].sort((a, b) => Math.abs(weights[b]!) - Math.abs(weights[a]!))
  const sizes = limit.map(Math.abs).sort().reverse()
  const range = Math.max(0, ...limit) - Math.min(0, ...limit)
  let K = Math.min(10, sizes.length - 1)
  while (K > 0 && sizes[K - 1]! - sizes[K]! < 0.1 * range) K--
  const ranked: number[][] = []
  let mean = 0
  for (let seed = 0; seed < seeds; seed++) {
    const { weights, calls } = await weightsOf(
      one,
      { sampling: 'auto', numSamples: 'auto' },
      seed,
      false,
    )
    mean += calls / seeds
    ranked.push(ranks(weights))
  }
  const apart = K === 0 ? 'all tied' : `@${K} ${overlap(ranked, K).toFixed(3)}`
  return { jaccard: overlap(ranked, 10), apart, mean }
}

/** Mean Jaccard index of the first k of all pairs of rankings. */
function overlap(ranked: readonly (readonly number[])[], k: number): number {
  const sets = ranked.map((ranks) => new Set(ranks.slice(0, k)))
  let sum = 0
  let count = 0
  for (let a = 0; a < sets.length; a++) {
    for (let b = 0; b < a; b++) {
      const both = [...sets[a]!].filter((j) => sets[b]!.has(j)).length
      sum += both / (sets[a]!.size + sets[b]!.size - both)
      count++
    }
  }
  return sum / count
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}
