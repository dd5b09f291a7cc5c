/**
 * A model of the model from what each feature's cell adds: g = link⁻¹(b₀ + Σ_j h_j(cell_j)).
 *
 * A cell is one of a feature's levels, or a part of a bin (`Cells`); where a sample's switches say all, on and off. Features
 * are independent under a design, so that one feature after the other can be fitted to what the others leave: a Newton
 * step for each of its cells at once (backfitting, Hastie and Tibshirani 1990), a few times round. Cells are shrunk
 * towards 0 as if a few samples of theirs had shown nothing, so that rare ones do not follow noise.
 */
import { elementOf } from '../math/bit-matrix.ts'
import type { EvenSamples } from './least-squares.ts'
import { sigmoid } from './logistic-control.ts'

/** Scales on which effects add up. */
export type ControlLink = 'identity' | 'logit'

/** A fitted g. */
export interface AdditiveFit {
  readonly link: ControlLink
  readonly intercept: number
  /** For each feature (d) its cells' effects; off and on where there are no cells. */
  readonly effects: readonly Float64Array[]
}

/** Samples of a cell that had shown nothing. */
const SHRINKAGE = 2
/** Least p (1 − p), and most that a cell's logit moves at a time. */
const LEAST = 1e-3
const MOST_STEP = 2

/** The cell of sample i and feature j. */
export function cellReader({ X, cells }: EvenSamples): (i: number, j: number) => number {
  if (cells === undefined) return (i, j) => elementOf(X, i, j)
  const { codes, counts } = cells
  const d = counts.length
  return (i, j) => codes[i * d + j]!
}

/** b₀ + Σ h (n) for the samples. */
export function additiveScores(samples: EvenSamples, fit: AdditiveFit): Float64Array {
  const { rows: n, cols: d } = samples.X
  const cell = cellReader(samples)
  const scores = new Float64Array(n).fill(fit.intercept)
  for (let j = 0; j < d; j++) {
    const own = fit.effects[j]!
    for (let i = 0; i < n; i++) scores[i]! += own[cell(i, j)]!
  }
  return scores
}

/** Fits y (n), in [0, 1] for `logit`; samples of weight 0 do not count. Starts from `start`, goes round `rounds` times. */
export function fitAdditive(
  samples: EvenSamples & Required<Pick<EvenSamples, 'cells'>>,
  y: Float64Array,
  weights: Float64Array,
  link: ControlLink,
  rounds: number,
  start?: AdditiveFit,
): AdditiveFit {
  const { codes, counts } = samples.cells!
  const n = y.length
  const d = counts.length
  const logit = link === 'logit'
  const ridge = SHRINKAGE * (logit ? 0.25 : 1)
  const effects = Array.from(counts, (count, j) =>
    start === undefined ? new Float64Array(count) : start.effects[j]!.slice(),
  )
  let intercept = start?.intercept ?? 0
  const scores = start === undefined ? new Float64Array(n) : additiveScores(samples, start)
  const rest = new Float64Array(n)
  const slope = new Float64Array(n)
  const look = () => {
    for (let i = 0; i < n; i++) {
      const w = weights[i]!
      if (w === 0) continue
      if (logit) {
        const p = sigmoid(scores[i]!)
        rest[i] = w * (y[i]! - p)
        slope[i] = w * Math.max(LEAST, p * (1 - p))
      } else {
        rest[i] = w * (y[i]! - scores[i]!)
        slope[i] = w
      }
    }
  }
  const most = Math.max(...counts)
  const pulls = new Float64Array(most)
  const sizes = new Float64Array(most)
  for (let round = 0; round < rounds; round++) {
    look()
    let pull = 0
    let size = 0
    for (let i = 0; i < n; i++) {
      pull += rest[i]!
      size += slope[i]!
    }
    const move = clipped(pull / size, logit)
    intercept += move
    for (let i = 0; i < n; i++) scores[i]! += move
    for (let j = 0; j < d; j++) {
      look()
      pulls.fill(0)
      sizes.fill(0)
      for (let i = 0, at = j; i < n; i++, at += d) {
        const c = codes[at]!
        pulls[c]! += rest[i]!
        sizes[c]! += slope[i]!
      }
      const own = effects[j]!
      for (let c = 0; c < own.length; c++) {
        pulls[c] = clipped((pulls[c]! - ridge * own[c]!) / (sizes[c]! + ridge), logit)
        own[c]! += pulls[c]!
      }
      for (let i = 0, at = j; i < n; i++, at += d) scores[i]! += pulls[codes[at]!]!
    }
  }
  return { link, intercept, effects }
}

function clipped(step: number, logit: boolean): number {
  return logit ? Math.max(-MOST_STEP, Math.min(MOST_STEP, step)) : step
}
