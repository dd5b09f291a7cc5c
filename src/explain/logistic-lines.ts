/**
 * The best linear function for g(x, z) = σ(b₀ + Σ b x + Σ c z), by turning over one switch at a time.
 *
 * 1. The effect of feature j under independent switches is E[g | j on] − E[g | j off]. In every sample switch j is turned
 *    over, and its nuisance columns with it: they become those of the sample's partner, in which it stands the other way (its
 *    complement, where samples come in pairs; else samples that happen to agree in j do not count). The two answers
 *    differ by j alone, so that far fewer samples are needed than by regression, and none of them asks the model.
 * 2. The slope along a nuisance column is c times the mean of σ′ = g (1 − g).
 */
import { type DesignMatrix, getBit, isBitMatrix } from '../math/bit-matrix.ts'
import { predictLinear } from '../math/linear-prediction.ts'
import type { LinearFit } from '../math/ridge.ts'
import { sigmoid } from './logistic-control.ts'
import type { Nuisance } from './neighbourhood.ts'

/** Samples without answers: of the same design as those with. */
export interface MoreSamples {
  /** (n, d), n even. */
  readonly X: DesignMatrix
  /** (n, m). */
  readonly Z: Nuisance | undefined
  /** Whether rows 2k and 2k + 1 are complements. */
  readonly paired: boolean
}

/** Lines of several g. */
export interface LogisticLines {
  /** One for each g, over the same columns. */
  readonly lines: readonly LinearFit[]
  /** Of the mean of the lines, for each live column of X. */
  readonly standardErrors: Float64Array
}

/**
 * A line for each fit; pair k of the samples is asked of fit k modulo their number.
 *
 * @param live the columns of X that the fits know, in their order; after them come those of Z.
 */
export function logisticLines(
  { X, Z }: MoreSamples,
  fits: readonly LinearFit[],
  live: Int32Array,
): LogisticLines {
  const F = fits.length
  const d = live.length
  const m = Z?.cols ?? 0
  const scores = ownScores(X, Z, fits, live)
  const g = scores.map(sigmoid)
  const bit = switchOf(X)
  const columnsOf = columnsByFeature(Z, X.cols)
  const lines = fits.map((fit) => ({ coefficients: new Float64Array(d + m), fit }))
  const standardErrors = new Float64Array(d)
  const means = new Float64Array(d)
  const counts = new Float64Array(F)
  const sums = new Float64Array(F)
  const squares = new Float64Array(F)
  live.forEach((j, k) => {
    const columns = columnsOf[j]!
    counts.fill(0)
    sums.fill(0)
    squares.fill(0)
    let on = 0
    for (let i = 0; i + 1 < X.rows; i += 2) {
      const f = (i >> 1) % F
      const { coefficients } = fits[f]!
      const b = coefficients[k]!
      const first = bit(i, j)
      const second = bit(i + 1, j)
      on += first + second
      if (columns.length > 0 && first === second) continue
      let change = 0
      for (const c of columns) {
        change += coefficients[d + c]! * (Z!.data[(i + 1) * m + c]! - Z!.data[i * m + c]!)
      }
      const effect =
        (flipped(scores[i]!, g[i]!, first, b, change) +
          flipped(scores[i + 1]!, g[i + 1]!, second, b, -change)) /
        2
      counts[f]!++
      sums[f]! += effect
      squares[f]! += effect * effect
    }
    means[k] = on / X.rows
    let variance = 0
    for (let f = 0; f < F; f++) {
      const mean = counts[f]! > 0 ? sums[f]! / counts[f]! : 0
      lines[f]!.coefficients[k] = mean
      const spread = Math.max(0, squares[f]! / Math.max(1, counts[f]!) - mean * mean)
      variance += spread / Math.max(1, counts[f]! - 1)
    }
    standardErrors[k] = Math.sqrt(variance) / F
  })
  return {
    standardErrors,
    lines: lines.map(({ coefficients, fit }, f) => {
      let sum = 0
      let slope = 0
      let count = 0
      for (let i = 0; i < g.length; i++) {
        if ((i >> 1) % F !== f) continue
        sum += g[i]!
        slope += g[i]! * (1 - g[i]!)
        count++
      }
      for (let c = d; c < d + m; c++) coefficients[c] = (fit.coefficients[c]! * slope) / count
      let intercept = sum / count
      for (let k = 0; k < d; k++) intercept -= coefficients[k]! * means[k]!
      return { coefficients, intercept }
    }),
  }
}

/** g with the switch on less g with it off, from a sample with score s and answer g, and what else changes with it. */
function flipped(s: number, g: number, on: 0 | 1, b: number, change: number): number {
  return on === 1 ? g - sigmoid(s - b + change) : sigmoid(s + b + change) - g
}

/** b₀ + Σ b x + Σ c z (n), of each pair's own fit. */
function ownScores(
  X: DesignMatrix,
  Z: Nuisance | undefined,
  fits: readonly LinearFit[],
  live: Int32Array,
): Float64Array {
  const d = live.length
  const scores = new Float64Array(X.rows)
  fits.forEach(({ coefficients, intercept }, f) => {
    const whole = predictLinear(X, { coefficients: coefficients.subarray(0, d), intercept }, live)
    for (let i = 0; i < scores.length; i++) {
      if ((i >> 1) % fits.length !== f) continue
      let score = whole[i]!
      if (Z !== undefined) {
        for (let k = 0, at = i * Z.cols; k < Z.cols; k++, at++) {
          score += coefficients[d + k]! * Z.data[at]!
        }
      }
      scores[i] = score
    }
  })
  return scores
}

function columnsByFeature(Z: Nuisance | undefined, d: number): readonly (readonly number[])[] {
  const columns = Array.from({ length: d }, (): number[] => [])
  Z?.of.forEach((j, k) => {
    columns[j]!.push(k)
  })
  return columns
}

function switchOf(X: DesignMatrix): (i: number, j: number) => 0 | 1 {
  if (isBitMatrix(X)) return (i, j) => getBit(X, i, j)
  return (i, j) => (X.data[i * X.cols + j] === 0 ? 0 : 1)
}
