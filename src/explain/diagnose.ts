/**
 * What speaks against believing an explanation, as warnings with stable codes.
 *
 * | code                        | when                                                                             |
 * | --------------------------- | -------------------------------------------------------------------------------- |
 * | no-local-effect             | the model answers alike for all samples (spread ≤ 1e-12 of its size)             |
 * | low-effective-sample-size   | the kernel leaves fewer than 30 samples' worth, or 2 for each feature used       |
 * | poor-fit                    | the surrogate explains less than a tenth of the variance, on held-out samples    |
 * | not-converged               | a ridge of very many features stopped before it was exact                        |
 * | probabilities-do-not-sum-to-1 | a classifier's outputs do not, by more than 1e-3                               |
 * | fewer-samples-than-features | the budget does not reach to fit all features: a few are selected                 |
 * | noisy-model                 | the model answers the same instance twice, differently                           |
 * | not-settled                 | `maxSamples` is reached before `tolerance`                                       |
 * | more-samples-than-asked     | Shapley values of so many features need more than `numSamples`                   |
 * | samples-dropped             | the model’s answer to some samples was not finite; they are left out              |
 */
import type { LabelExplanation } from '../contract/explanation.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { Task } from '../contract/predictor.ts'
import type { Warning } from '../contract/progress.ts'
import { rangeOf } from '../math/range.ts'

const FEWEST_EFFECTIVE = 30
const POOR_FIT = 0.1
const SUM_TOLERANCE = 1e-3

/** Whether the targets hardly differ, relative to their size. */
export function isConstant(y: Float64Array): boolean {
  const [low, high] = rangeOf(y)
  return high - low <= 1e-12 * Math.max(Math.abs(low), Math.abs(high))
}

/** Warning about outputs that are no probabilities; `undefined` where every row sums to 1. */
export function probabilityWarning({ data, rows, cols }: Matrix): Warning | undefined {
  for (let i = 0; i < rows; i++) {
    let sum = 0
    for (let j = 0; j < cols; j++) sum += data[i * cols + j]!
    if (Math.abs(sum - 1) > SUM_TOLERANCE) {
      return {
        code: 'probabilities-do-not-sum-to-1',
        message: `The model’s outputs do not sum to 1 (${sum.toPrecision(4)} for sample ${i}): they may be logits, or the classes may not exclude each other.`,
      }
    }
  }
  return undefined
}

/** Warning about samples without a finite answer. */
export function droppedWarning(dropped: number, samples: number): Warning | undefined {
  if (dropped === 0) return undefined
  return {
    code: 'samples-dropped',
    message: `${dropped} of ${samples} samples were left out: the model’s answer to them was not a finite number. The explanation says nothing about such inputs.`,
  }
}

/** Warning about fewer samples than features. */
export function budgetWarning(samples: number, features: number): Warning | undefined {
  if (samples >= 1.3 * features) return undefined
  return {
    code: 'fewer-samples-than-features',
    message: `${samples} samples cannot tell ${features} features apart: only the few that explain most are fitted. Raise numSamples or maxSamples, or make larger features.`,
  }
}

/** Warning about Shapley values that took more samples than they were allowed. */
export function coalitionsWarning(
  samples: number,
  features: number,
  allowed: number,
): Warning | undefined {
  // The full and the empty coalition and a pair of complements are the least change.
  if (samples <= allowed + 2) return undefined
  return {
    code: 'more-samples-than-asked',
    message: `Shapley values of ${features} features took ${samples} samples, though ${allowed} were asked for: each feature needs a coalition of its own. Raise numSamples, or take method: 'lime'.`,
  }
}

/** Warning about a model that answers the same question in two ways; `again` is its second answer about row 0. */
export function noiseWarning(
  { data, rows, cols }: Matrix,
  again: Float64Array | undefined,
): Warning | undefined {
  if (again === undefined) return undefined
  for (let j = 0; j < cols; j++) {
    const [low, high] = rangeOf(Float64Array.from({ length: rows }, (_, i) => data[i * cols + j]!))
    const apart = Math.abs(again[j]! - data[j]!)
    if (!(apart > NOISE * (high - low) && apart > 1e-9 * Math.abs(data[j]!))) continue
    return {
      code: 'noisy-model',
      message: `The model answered the same instance with ${data[j]!.toPrecision(4)} and then with ${again[j]!.toPrecision(4)}: it has noise of its own, which the weights share. Switch off its randomness (dropout, temperature), or take more samples.`,
    }
  }
  return undefined
}

/** Answers that differ by less than this share of their range differ by rounding. */
const NOISE = 1e-3

/** Warning about weights that the largest number of samples does not settle. */
export function looseWarning(looseness: number, tolerance: number): Warning | undefined {
  if (looseness <= tolerance) return undefined
  return {
    code: 'not-settled',
    message: Number.isFinite(looseness)
      ? `The weights are known to ${(100 * looseness).toPrecision(2)} % of their range only, not to ${(100 * tolerance).toPrecision(2)} %: raise maxSamples, or give numSamples, to know them better.`
      : 'The samples are too few to say how well the weights are known: raise maxSamples.',
  }
}

/** Warning about a kernel that leaves too few samples. */
export function sampleSizeWarning(
  effective: number,
  samples: number,
  numFeatures: number,
): Warning | undefined {
  if (effective >= Math.min(samples, Math.max(FEWEST_EFFECTIVE, 2 * numFeatures))) return undefined
  return {
    code: 'low-effective-sample-size',
    message:
      effective < samples / 2
        ? `Effective sample size ${Math.round(effective)} of ${samples}: the kernel gives nearly all weight to few samples. Widen kernelWidth or raise numSamples.`
        : `Effective sample size ${Math.round(effective)} for ${numFeatures} features: too few samples to tell them apart. Raise numSamples or lower numFeatures.`,
  }
}

/** Warning about a solver that ran out of steps; `undefined` where it did not. */
export function convergenceWarning(converged: boolean, features: number): Warning | undefined {
  if (converged) return undefined
  return {
    code: 'not-converged',
    message: `The ridge over ${features} features ran out of steps before it was exact: weights and the order of features are approximate. Widen kernelWidth, lower numFeatures to 6 or less, or take featureSelection: 'forward_selection'.`,
  }
}

/** Warnings about one label's fit. */
export function fitWarnings(label: LabelExplanation, constant: boolean, task: Task): Warning[] {
  const answer = task === 'regression' ? 'the prediction' : `the answer for ${label.name}`
  if (constant) {
    return [
      {
        code: 'no-local-effect',
        message: `No local effect: the model answers ${label.prediction.toPrecision(4)} for ${label.name} whatever is switched off, so there is nothing to rank.`,
      },
    ]
  }
  const score = label.heldOutScore ?? label.score
  if (score >= POOR_FIT) return []
  return [
    {
      code: 'poor-fit',
      message: `The surrogate explains only ${Math.max(0, Math.round(score * 100))} % of how ${answer} varies around the instance: its weights may mislead.`,
    },
  ]
}
