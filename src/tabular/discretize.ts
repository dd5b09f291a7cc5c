/**
 * Cutting a numeric column into bins.
 *
 * 1. Cuts: quartiles, deciles, the thresholds of an entropy tree, given ones, or the user's function; duplicates are
 *    dropped. Percentiles interpolate linearly (NumPy's default).
 * 2. For each bin the mean, population standard deviation + 1e-11 and bounds of the training values in it; an empty
 *    bin has mean 0 and standard deviation 1e-11, as in Python LIME.
 */
import { DataError, OptionError } from '../contract/errors.ts'
import { meanAndDeviation } from '../math/pairwise-sum.ts'
import { percentiles } from '../math/percentile.ts'
import type { RandomState } from '../math/random-state.ts'
import { type Bins, binOf } from './attribute.ts'
import { binNames, pythonBounds, tellingBounds } from './bin-names.ts'
import { entropyCuts } from './entropy-cuts.ts'

/** What a discretizer function is told beside the column's values. */
export interface DiscretizerContext {
  readonly name: string
  /** The training labels, where they were given. */
  readonly labels: ArrayLike<number | string> | undefined
}

/**
 * How numeric columns are cut: `quartile`, `decile`, `entropy` (needs `trainingLabels`), cuts for each column by its
 * name (columns left out are cut at their quartiles), or a function of the column's present values that returns cuts.
 */
export type Discretizer =
  | 'quartile'
  | 'decile'
  | 'entropy'
  | { readonly [column: string]: readonly number[] }
  | ((values: Float64Array, context: DiscretizerContext) => ArrayLike<number>)

/** Names of the built-in discretizers. */
export const DISCRETIZERS = ['quartile', 'decile', 'entropy'] as const

const QUARTILES = [25, 50, 75]
const DECILES = [10, 20, 30, 40, 50, 60, 70, 80, 90]

/** Cuts of one column: ascending, distinct, at least one. `values` holds no missing ones; `sorted`: the same in order. */
export function cutsOf(
  values: Float64Array,
  name: string,
  discretizer: Discretizer,
  labels: ArrayLike<number | string> | undefined,
  random: RandomState,
  sorted: Float64Array = values,
): number[] {
  const where = `TabularExplainer, options.discretizer, column ${name}`
  if (values.length === 0) return [0]
  if (typeof discretizer === 'function') {
    return checkCuts(Array.from(discretizer(values, { name, labels })), where)
  }
  if (typeof discretizer === 'object') {
    const cuts = discretizer[name]
    return cuts ? checkCuts([...cuts], where) : distinct(percentiles(sorted, QUARTILES))
  }
  if (discretizer === 'entropy') {
    if (labels === undefined || labels.length !== values.length) {
      throw new OptionError({
        where: 'TabularExplainer, options.trainingLabels',
        got: labels === undefined ? 'nothing' : `${labels.length} labels`,
        expected: `the class of each of the ${values.length} training rows, without missing values in ${name}`,
        remedy: "The entropy discretizer needs them; take 'quartile' if there are none.",
      })
    }
    random.randint(0, 2147483647)
    return distinct(entropyCuts(values, classCodes(labels)))
  }
  return distinct(percentiles(sorted, discretizer === 'decile' ? DECILES : QUARTILES))
}

/** The bins made by `cuts`; `values` may hold NaN, which falls into the bin after the last. */
export function makeBins(
  values: Float64Array,
  name: string,
  cuts: readonly number[],
  python: boolean,
): Bins {
  const count = cuts.length + 1
  let lowest = cuts[0]!
  let highest = cuts.at(-1)!
  const bins = new Int32Array(values.length)
  const sizes = new Int32Array(count + 1)
  for (let i = 0; i < bins.length; i++) {
    const value = values[i]!
    const bin = binOf(value, cuts)
    bins[i] = bin
    sizes[bin]! += 1
    if (value < lowest) lowest = value
    if (value > highest) highest = value
  }
  const members = Array.from(sizes, (size) => new Float64Array(size))
  const filled = new Int32Array(count + 1)
  for (let i = 0; i < bins.length; i++) members[bins[i]!]![filled[bins[i]!]!++] = values[i]!
  const moments = members.slice(0, count).map(meanAndDeviation)
  const levels = Array.from(members.keys()).filter((b) => sizes[b]! > 0)
  const names = binNames(name, python ? pythonBounds(cuts) : tellingBounds(cuts))
  return {
    cuts,
    names: [...names, `${name} missing`],
    means: moments.map(({ mean }) => mean),
    stds: moments.map(({ std }) => std + 1e-11),
    mins: [lowest, ...cuts],
    maxs: [...cuts, highest],
    levels,
    frequencies: levels.map((b) => sizes[b]! / values.length),
  }
}

/** Training labels of any kind as class numbers 0…K−1, in ascending order of the labels. */
export function classCodes(labels: ArrayLike<number | string>): Int32Array {
  const known = [...new Set(Array.from(labels))].sort((a, b) => (a < b ? -1 : 1))
  const codes = new Map(known.map((label, k) => [label, k]))
  return Int32Array.from(Array.from(labels, (label) => codes.get(label)!))
}

function distinct(sorted: ArrayLike<number>): number[] {
  return Array.from(sorted).filter((cut, k, all) => k === 0 || cut !== all[k - 1])
}

function checkCuts(cuts: number[], where: string): number[] {
  if (cuts.length === 0 || cuts.some((cut) => typeof cut !== 'number' || !Number.isFinite(cut))) {
    throw new DataError({
      where,
      got: `cuts [${cuts.slice(0, 6).join(', ')}]`,
      expected: 'at least one finite number',
      remedy: 'Give the bounds between bins, for example [18, 65].',
    })
  }
  return distinct(cuts.sort((a, b) => a - b))
}
