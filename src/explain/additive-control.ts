/**
 * A model of the model from what each sample has of each feature: g = link⁻¹(b₀ + Σ_j h_j).
 *
 * h_j is what feature j's level adds, a slope along the value's place in its level, and what the part of the level adds
 * (`Cells`); where a sample's switches say all, what on and off add. Features are independent under a design, so that one
 * feature after the other is fitted to what the others leave, a Newton step for all of its cells at once (backfitting,
 * Hastie and Tibshirani 1990), a few times round. Levels and parts are shrunk towards 0 as random effects, by as much as
 * their spread leaves of what is noise (empirical Bayes): features that do nothing vanish.
 */
import { elementOf } from '../math/bit-matrix.ts'
import type { EvenSamples } from './least-squares.ts'
import { sigmoid } from './logistic-control.ts'
import type { Cells } from './neighbourhood.ts'

/** Scales on which effects add up. */
export type ControlLink = 'identity' | 'logit'

/** A fitted g. */
export interface AdditiveFit {
  readonly link: ControlLink
  readonly intercept: number
  /** For each feature (d) its cells' effects; off and on where there are no cells. */
  readonly effects: readonly Float64Array[]
  /** Slopes (d) along the places in the levels. */
  readonly slopes?: Float64Array
}

/** Least p (1 − p), and most that a logit moves at a time. */
const LEAST = 1e-3
const MOST_STEP = 2
/** A slope is shrunk as if so many samples had shown none. */
const SLOPE_RIDGE = 2

/** What feature j of sample i adds under a fit. */
export function addend(
  { X, cells }: EvenSamples,
  { effects, slopes }: AdditiveFit,
): (i: number, j: number) => number {
  if (cells === undefined) return (i, j) => effects[j]![elementOf(X, i, j)]!
  const { codes, within } = cells
  const d = X.cols
  if (slopes === undefined) return (i, j) => effects[j]![codes[i * d + j]!]!
  return (i, j) => effects[j]![codes[i * d + j]!]! + slopes[j]! * within[i * d + j]!
}

/** b₀ + Σ h (n) for the samples. */
export function additiveScores(samples: EvenSamples, fit: AdditiveFit): Float64Array {
  const { rows: n, cols: d } = samples.X
  const add = addend(samples, fit)
  const scores = new Float64Array(n).fill(fit.intercept)
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) scores[i]! += add(i, j)
  return scores
}

/** What is fitted. */
export interface AdditiveRequest {
  readonly samples: EvenSamples
  readonly cells: Cells
  /** (n), in [0, 1] for `logit`. */
  readonly y: Float64Array
  readonly link: ControlLink
}

/** Fits g; samples of weight 0 do not count. Starts from `start`, goes round `rounds` times. */
export function fitAdditive(
  { samples, cells, y, link }: AdditiveRequest,
  weights: Float64Array,
  rounds: number,
  start?: AdditiveFit,
): AdditiveFit {
  const { codes, within, counts, parts } = cells
  const n = y.length
  const d = counts.length
  const logit = link === 'logit'
  const most = logit ? MOST_STEP : Number.POSITIVE_INFINITY
  const effects = Array.from(counts, (count, j) =>
    start === undefined ? new Float64Array(count) : start.effects[j]!.slice(),
  )
  const slopes = start?.slopes?.slice() ?? new Float64Array(d)
  let intercept = start?.intercept ?? 0
  const scores = start === undefined ? new Float64Array(n) : additiveScores(samples, start)
  const rest = new Float64Array(n)
  const size = new Float64Array(n)
  const look = () => {
    for (let i = 0; i < n; i++) {
      const w = weights[i]!
      if (w === 0) continue
      if (logit) {
        const p = sigmoid(scores[i]!)
        rest[i] = w * (y[i]! - p)
        size[i] = w * Math.max(LEAST, p * (1 - p))
      } else {
        rest[i] = w * (y[i]! - scores[i]!)
        size[i] = w
      }
    }
  }
  const widest = Math.max(...counts)
  const sums = new CellSums(widest)
  const moves = new Float64Array(widest)
  for (let round = 0; round < rounds; round++) {
    look()
    let pull = 0
    let whole = 0
    let squares = 0
    let count = 0
    for (let i = 0; i < n; i++) {
      if (weights[i] === 0) continue
      pull += rest[i]!
      whole += size[i]!
      squares += (rest[i]! * rest[i]!) / size[i]!
      count++
    }
    const move = Math.max(-most, Math.min(most, pull / whole))
    intercept += move
    for (let i = 0; i < n; i++) scores[i]! += move
    // What one sample says of its own, on the scale of the link, is off by this much, over its size.
    const noise = squares / count
    for (let j = 0; j < d; j++) {
      if (logit || j === 0) look()
      sums.clear(counts[j]!)
      let pullAlong = 0
      let along = 0
      for (let i = 0, at = j; i < n; i++, at += d) {
        if (weights[i] === 0) continue
        const z = within[at]!
        sums.add(codes[at]!, rest[i]!, size[i]!, z)
        pullAlong += rest[i]! * z
        along += size[i]! * z * z
      }
      const own = effects[j]!
      moves.fill(0)
      shrunkLevels(own, parts[j]!, sums, noise, most, moves)
      let turn = 0
      if (along > 0) {
        const shrinkage = (SLOPE_RIDGE * along) / count
        turn = (pullAlong - shrinkage * slopes[j]!) / (along + shrinkage)
        turn = Math.max(-most, Math.min(most, turn))
        slopes[j]! += turn
      }
      if (parts[j]! > 1) shrunkParts(own, parts[j]!, sums, noise, most, turn, moves)
      for (let c = 0; c < own.length; c++) own[c]! += moves[c]!
      for (let i = 0, at = j; i < n; i++, at += d) {
        const moved = moves[codes[at]!]! + turn * within[at]!
        scores[i]! += moved
        if (!logit) rest[i]! -= weights[i]! * moved
      }
    }
  }
  return { link, intercept, effects, slopes }
}

/** Sums over the samples of each cell: of what is left, of sizes, and of sizes times places. */
class CellSums {
  readonly pull: Float64Array
  readonly size: Float64Array
  readonly along: Float64Array

  constructor(cells: number) {
    this.pull = new Float64Array(cells)
    this.size = new Float64Array(cells)
    this.along = new Float64Array(cells)
  }

  clear(cells: number): void {
    this.pull.fill(0, 0, cells)
    this.size.fill(0, 0, cells)
    this.along.fill(0, 0, cells)
  }

  add(cell: number, pull: number, size: number, place: number): void {
    this.pull[cell]! += pull
    this.size[cell]! += size
    this.along[cell]! += size * place
  }
}

/** Moves the cells of each level alike, towards the level's shrunk mean. */
function shrunkLevels(
  own: Float64Array,
  parts: number,
  { pull, size }: CellSums,
  noise: number,
  most: number,
  moves: Float64Array,
): void {
  const levels = Math.ceil(own.length / parts)
  const means = new Float64Array(levels)
  const sizes = new Float64Array(levels)
  const now = new Float64Array(levels)
  for (let l = 0; l < levels; l++) {
    let sum = 0
    let count = 0
    let pulled = 0
    for (let c = l * parts; c < Math.min(own.length, (l + 1) * parts); c++) {
      sum += own[c]!
      count++
      pulled += pull[c]!
      sizes[l]! += size[c]!
    }
    now[l] = sum / count
    means[l] = now[l]! + (sizes[l]! > 0 ? pulled / sizes[l]! : 0)
  }
  const shrinkage = randomEffects(means, sizes, noise)
  for (let l = 0; l < levels; l++) {
    const wanted = sizes[l]! > 0 ? (means[l]! * sizes[l]!) / (sizes[l]! + shrinkage) : 0
    const move = Math.max(-most, Math.min(most, wanted - now[l]!))
    for (let c = l * parts; c < Math.min(own.length, (l + 1) * parts); c++) {
      moves[c] = move
      pull[c]! -= move * size[c]!
    }
  }
}

/** Moves the parts of each level, around its mean, towards their shrunk means. */
function shrunkParts(
  own: Float64Array,
  parts: number,
  { pull, size, along }: CellSums,
  noise: number,
  most: number,
  turn: number,
  moves: Float64Array,
): void {
  const means = new Float64Array(own.length)
  const now = new Float64Array(own.length)
  for (let c = 0; c < own.length; c++) {
    const from = c - (c % parts)
    const to = Math.min(own.length, from + parts)
    let sum = 0
    for (let k = from; k < to; k++) sum += own[k]!
    now[c] = own[c]! - sum / (to - from)
    means[c] = now[c]! + (size[c]! > 0 ? (pull[c]! - turn * along[c]!) / size[c]! : 0)
  }
  const shrinkage = randomEffects(means, size, noise)
  for (let c = 0; c < own.length; c++) {
    const wanted = size[c]! > 0 ? (means[c]! * size[c]!) / (size[c]! + shrinkage) : 0
    moves[c]! += Math.max(-most, Math.min(most, wanted - now[c]!))
  }
}

/**
 * The shrinkage of effects that were found as `means` from samples of `sizes`: noise over the variance of the effects
 * themselves, which is what their spread has beyond that of noise (method of moments).
 */
function randomEffects(means: Float64Array, sizes: Float64Array, noise: number): number {
  let squares = 0
  let whole = 0
  let count = 0
  for (let c = 0; c < means.length; c++) {
    if (!(sizes[c]! > 0)) continue
    squares += sizes[c]! * means[c]! ** 2
    whole += sizes[c]!
    count++
  }
  const variance = (squares - count * noise) / whole
  return variance > 0 ? noise / variance : Number.POSITIVE_INFINITY
}
