/**
 * KernelSHAP (Lundberg and Lee 2017) as parts of the pipeline: coalitions in place of random switches, Shapley's weights in
 * place of the kernel, and a regression that holds Σφ = f(instance) − f(nothing on).
 *
 * What is off has the value of a background row in tables, of each of several in turn and then averaged; elsewhere it is
 * switched off as in other explanations. What is on has the instance's own value.
 */
import { DataError, OptionError, PredictorOutputError } from '../../contract/errors.ts'
import { type BitMatrix, createBitMatrix, firstRows, selectRows } from '../../math/bit-matrix.ts'
import type { Fitted } from '../build-explanation.ts'
import { loosenessOf } from '../even-fit.ts'
import { withIntervals } from '../intervals.ts'
import { EvenDesign } from '../least-squares.ts'
import { LogisticFitter, predictLogistic } from '../logistic-control.ts'
import type { Neighbourhood, Surroundings } from '../neighbourhood.ts'
import { allMasks } from '../samplers/exhaustive-design.ts'
import type { Sampler } from '../samplers/sampler.ts'
import type { Settings } from '../settings.ts'
import { type Coalitions, chooseCoalitions, shapleyKernel } from './coalitions.ts'
import { exactShapley, regressShapley, shapleyErrors } from './shapley-values.ts'

/** Features up to which the Shapley values of a model of the model are found from all coalitions. */
const MOST_LISTED = 14
const FOLDS = 4

/** Coalitions of the instance for the settings' budget; their number times the background rows. */
export function shapleySampler<Input>(
  around: Surroundings<Input>,
  settings: Settings,
): Sampler<Input> {
  const d = around.features.length
  if (settings.background !== undefined && around.typical === undefined) {
    throw new OptionError({
      where: 'explain, options.background',
      got: `${settings.background.length} rows`,
      expected: 'a table of dense rows to be explained',
      remedy: 'Leave it out: elsewhere what is off is taken out, hidden or replaced as usual.',
    })
  }
  const backgrounds: readonly unknown[] = settings.background ?? [around.typical]
  if (backgrounds.length === 0) {
    throw new DataError({
      where: 'explain, options.background',
      got: 'no rows',
      expected: 'at least one row',
      remedy: 'Give rows of the training data, or leave it out for one typical row.',
    })
  }
  const budget =
    settings.numSamples === 'auto'
      ? Math.min(settings.maxSamples, 2048 + 2 * d)
      : settings.maxSamples
  const coalitions = chooseCoalitions(d, Math.floor(budget / backgrounds.length), around.random)
  const { masks, complete } = coalitions
  const each = backgrounds.map((background) =>
    around.switched(masks, { exact: true, ...(background !== undefined && { background }) }),
  )
  const samples = backgrounds.length === 1 ? each[0]! : interleaved(masks, each)
  const count = backgrounds.length
  return {
    name: 'shap',
    why: complete
      ? `all ${masks.rows} coalitions`
      : `${masks.rows} coalitions by leverage scores, in pairs`,
    weighting: new Float64Array(samples.interpretable.rows).fill(1),
    paired: false,
    first: samples.interpretable.rows,
    next: () => samples,
    more: undefined,
    solve: (y, kept) => {
      const answered = kept.length === 0 ? 0 : Math.floor((kept.at(-1)! + 1) / count)
      const sums = new Float64Array(answered)
      const counts = new Int32Array(answered)
      kept.forEach((row, k) => {
        const i = Math.floor(row / count)
        if (i >= answered) return
        sums[i]! += y[k]!
        counts[i]!++
      })
      const v = sums.map((sum, i) => sum / counts[i]!)
      return counts.includes(0) ? fitWithGaps(coalitions, v) : fitShapley(coalitions, v)
    },
  }
}

/** The same where v (n) is NaN for some coalitions: the pairs that lack an answer are left out. */
function fitWithGaps(coalitions: Coalitions, v: Float64Array): Fitted {
  const { masks, weights, order } = coalitions.complete
    ? asPairs(coalitions.masks)
    : { ...coalitions, order: [...v.keys()] }
  const known = (row: number) => Number.isFinite(v[order[row]!])
  if (!known(1)) {
    throw new PredictorOutputError({
      where: 'model, the sample with everything off',
      got: 'no finite number',
      expected: 'an answer that Shapley values are counted from',
      remedy: 'Give another background, or mend the model for such input.',
    })
  }
  const rows = Array.from({ length: v.length - (v.length % 2) }, (_, row) => row).filter(
    (row) => known(row) && known(row ^ 1),
  )
  return fitShapley(
    {
      masks: selectRows(masks, rows) as BitMatrix,
      weights: Float64Array.from(rows, (row) => weights[row]!),
      complete: false,
    },
    Float64Array.from(rows, (row) => v[order[row]!]!),
  )
}

/** All coalitions, in the order of `allMasks`, as pairs with Shapley's weights; `order`: where each was. */
function asPairs(all: BitMatrix): Pick<Coalitions, 'masks' | 'weights'> & { order: number[] } {
  const last = all.rows - 1
  const order = Array.from({ length: all.rows }, (_, row) =>
    row & 1 ? last - (row >> 1) : row >> 1,
  )
  const masks = selectRows(all, order) as BitMatrix
  return { masks, weights: shapleyKernel(masks), order }
}

/** Row i · B + b is coalition i before background b. */
function interleaved<Input>(
  masks: BitMatrix,
  each: readonly Neighbourhood<Input>[],
): Neighbourhood<Input> {
  const count = each.length
  const rows = masks.rows * count
  const { stride } = masks
  const interpretable = createBitMatrix(rows, masks.cols)
  for (let i = 0; i < rows; i++) {
    const from = Math.floor(i / count) * stride
    interpretable.words.set(masks.words.subarray(from, from + stride), i * stride)
  }
  return {
    interpretable,
    inputs: (wanted) => {
      const inputs = new Array<Input>(wanted.length)
      each.forEach((block, b) => {
        const places = [...wanted.keys()].filter((k) => wanted[k]! % count === b)
        const own = Int32Array.from(places, (k) => Math.floor(wanted[k]! / count))
        block.inputs(own).forEach((input, k) => {
          inputs[places[k]!] = input
        })
      })
      return inputs
    },
  }
}

/** Values for the first coalitions, v (n). */
function fitShapley(coalitions: Coalitions, v: Float64Array): Fitted {
  const { masks, complete } = coalitions
  const d = masks.cols
  const whole = complete && v.length === masks.rows
  if (whole) {
    return explained(
      exactShapley(v, d),
      v[v.length - 1]!,
      new Float64Array(d),
      Number.POSITIVE_INFINITY,
    )
  }
  // Pairs only; of a complete list that breaks off there is no estimate yet.
  const n = v.length - (v.length % 2)
  const values = v.subarray(0, n)
  const own: Coalitions = { ...coalitions, masks: firstRows(masks, n) as BitMatrix }
  if (complete || n < 4) {
    return {
      ...explained(new Float64Array(d), v[0]!, new Float64Array(d).fill(Number.NaN), 0),
      weights: [],
    }
  }
  const rest = restOf(own, values)
  const phi = regressShapley(own, rest?.values ?? values)
  if (rest !== undefined) for (let j = 0; j < d; j++) phi[j]! += rest.known[j]!
  const errors = shapleyErrors(own, rest?.values ?? values)
  return explained(phi, v[1]!, errors, n / 2 - d)
}

function explained(phi: Float64Array, base: number, errors: Float64Array, degrees: number): Fitted {
  const order = [...phi.keys()].sort((a, b) => Math.abs(phi[b]!) - Math.abs(phi[a]!) || a - b)
  const weights = order.map((feature) => ({ feature, weight: phi[feature]! }))
  const standardErrors = order.map((j) => errors[j]!)
  return {
    intercept: base,
    weights: degrees > 3 ? withIntervals({ weights, standardErrors, degrees }) : weights,
    localPrediction: base + phi.reduce((sum, value) => sum + value, 0),
    score: 1,
    heldOutScore: null,
    looseness: degrees > 3 ? loosenessOf(phi, errors) : Number.POSITIVE_INFINITY,
  }
}

/** v less a logistic model of it that was fitted without it, and that model's own Shapley values; where this helps. */
function restOf(
  coalitions: Coalitions,
  v: Float64Array,
): { readonly values: Float64Array; readonly known: Float64Array } | undefined {
  const { masks } = coalitions
  const d = masks.cols
  const n = v.length
  if (d > MOST_LISTED || n < 3 * d || v.some((value) => value < 0 || value > 1)) return undefined
  const every = allMasks(d)
  const values = v.slice()
  const known = new Float64Array(d)
  const all = new Float64Array(n).fill(1)
  const fitter = new LogisticFitter(new EvenDesign({ X: masks, paired: true }))
  const start = fitter.fit(v, all, 12)
  // The two that the sum is held to are taken from the mean of the folds.
  let [full, empty] = [0, 0]
  for (let fold = 0; fold < FOLDS; fold++) {
    const kept = all.map((_, i) => ((i >> 1) % FOLDS === fold && i > 1 ? 0 : 1))
    const fit = fitter.fit(v, kept, 4, start)
    if (fit === undefined) return undefined
    const g = predictLogistic(masks, fit)
    const gAll = predictLogistic(every, fit)
    if (!gAll.every(Number.isFinite)) return undefined
    exactShapley(gAll, d).forEach((value, j) => {
      known[j]! += value / FOLDS
    })
    full += g[0]! / FOLDS
    empty += g[1]! / FOLDS
    for (let i = 2; i < n; i++) if ((i >> 1) % FOLDS === fold) values[i]! -= g[i]!
  }
  values[0]! -= full
  values[1]! -= empty
  const spread = (y: Float64Array) => {
    let sum = 0
    for (let i = 2; i < n; i += 2) sum += (y[i]! - y[i + 1]!) ** 2
    return sum
  }
  return spread(values) < 0.5 * spread(v) ? { values, known } : undefined
}
