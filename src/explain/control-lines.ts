/**
 * The best linear functions of the switches for fitted controls (`additive-control.ts`), by turning over one switch at a
 * time.
 *
 * The effect of feature j under independent switches is E[g | j on] − E[g | j off]. In every sample switch j is turned
 * over, and with it the cell of feature j: it becomes that of the sample's partner, in which j stands the other way (its
 * complement, where samples come in pairs; else samples that happen to agree in j do not count). The two answers differ by
 * j alone, so that far fewer samples are needed than by regression, and none of them asks the model.
 */
import { elementOf } from '../math/bit-matrix.ts'
import type { LinearFit } from '../math/ridge.ts'
import { type AdditiveFit, addend, additiveScores } from './additive-control.ts'
import type { EvenSamples } from './least-squares.ts'
import { sigmoid } from './logistic-control.ts'

/** Lines of several controls. */
export interface ControlLines {
  /** One for each control, over all features (d). */
  readonly lines: readonly LinearFit[]
  /** Of the mean of the lines (d). */
  readonly standardErrors: Float64Array
}

/** A line for each control; pair k of the samples, of which no model is asked, is asked of control k modulo their number. */
export function controlLines(samples: EvenSamples, fits: readonly AdditiveFit[]): ControlLines {
  const { X, cells } = samples
  const { rows: n, cols: d } = X
  const F = fits.length
  const adds = fits.map((fit) => addend(samples, fit))
  const scores = ownScores(samples, fits)
  const g = scores.map((score) => answer(fits[0]!, score))
  const lines = fits.map(() => new Float64Array(d))
  const standardErrors = new Float64Array(d)
  const means = new Float64Array(d)
  const counts = new Float64Array(F)
  const sums = new Float64Array(F)
  const squares = new Float64Array(F)
  for (let j = 0; j < d; j++) {
    counts.fill(0)
    sums.fill(0)
    squares.fill(0)
    for (let i = 0; i + 1 < n; i += 2) {
      const first = elementOf(X, i, j)
      const second = elementOf(X, i + 1, j)
      means[j]! += (first + second) / n
      if (cells !== undefined && first === second) continue
      const f = (i >> 1) % F
      const fit = fits[f]!
      const h = fit.effects[j]!
      const a = adds[f]!(i, j)
      const b = adds[f]!(i + 1, j)
      const forFirst = cells === undefined ? h[1 - first]! : b
      const forSecond = cells === undefined ? h[1 - second]! : a
      const one = (g[i]! - answer(fit, scores[i]! - a + forFirst)) * (first === 1 ? 1 : -1)
      const two =
        (g[i + 1]! - answer(fit, scores[i + 1]! - b + forSecond)) * (second === 1 ? 1 : -1)
      const effect = (one + two) / 2
      counts[f]!++
      sums[f]! += effect
      squares[f]! += effect * effect
    }
    let variance = 0
    for (let f = 0; f < F; f++) {
      const mean = counts[f]! > 0 ? sums[f]! / counts[f]! : 0
      lines[f]![j] = mean
      const spread = Math.max(0, squares[f]! / Math.max(1, counts[f]!) - mean * mean)
      variance += spread / Math.max(1, counts[f]! - 1)
    }
    standardErrors[j] = Math.sqrt(variance) / F
  }
  return {
    standardErrors,
    lines: lines.map((coefficients, f) => {
      let sum = 0
      let count = 0
      for (let i = 0; i < n; i++) {
        if ((i >> 1) % F !== f) continue
        sum += g[i]!
        count++
      }
      let intercept = sum / count
      for (let j = 0; j < d; j++) intercept -= coefficients[j]! * means[j]!
      return { coefficients, intercept }
    }),
  }
}

/** g for a score. */
export function answer({ link }: AdditiveFit, score: number): number {
  return link === 'logit' ? sigmoid(score) : score
}

/** Scores (n), of each pair's own control. */
function ownScores(samples: EvenSamples, fits: readonly AdditiveFit[]): Float64Array {
  const own = new Float64Array(samples.X.rows)
  fits.forEach((fit, f) => {
    const scores = additiveScores(samples, fit)
    for (let i = 0; i < own.length; i++) if ((i >> 1) % fits.length === f) own[i] = scores[i]!
  })
  return own
}
