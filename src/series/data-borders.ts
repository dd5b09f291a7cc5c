/**
 * Borders that follow the values: change points, slopes, SAX.
 *
 * Each gives every step a score, and the best steps become borders, half a window apart at least (`pick-borders.ts`).
 *
 * - `change-points` (NNSegment; Sivill and Flach 2022, "LIMESegment"): while two stretches of a series resemble each
 *   other, the nearest neighbour of the window at i + 1 is the step after that of the window at i. Where it is not, there
 *   may be a border; its score is how much mean and deviation change there.
 * - `slopes` (Schlegel et al. 2021, "TS-MULE"): where the matrix profile rises or falls most from one step to the next,
 *   the series begins or ceases to resemble itself.
 * - `sax` (symbolic aggregate approximation; Lin et al. 2007): the values become symbols by the quantiles of a normal
 *   distribution; a border wherever the symbol changes, the largest jumps first, with the fewest symbols (3 to 16) that
 *   give enough of them.
 *
 * Several channels: the matrix profile is that of all of them; scores and jumps of z-scored channels are added. A window's
 * place is its middle, where the papers take its first step: the border is then where the change is.
 */
import type { Matrix } from '../contract/matrix.ts'
import { normalQuantile } from '../math/normal-distribution.ts'
import { matrixProfile } from './matrix-profile.ts'
import { pickBorders } from './pick-borders.ts'

/** Up to `segments − 1` borders where the nearest neighbour stops advancing. */
export function changePointBorders(series: Matrix, segments: number, window: number): number[] {
  const { neighbours } = matrixProfile(series, window)
  const z = zScores(series)
  const scores = new Float64Array(series.rows)
  const half = window >>> 1
  for (let i = 0; i + 1 < neighbours.length; i++) {
    if (neighbours[i + 1] === neighbours[i]! + 1) continue
    const t = i + half
    scores[t] = Math.max(scores[t]!, changeAt(z, t, half))
  }
  return pickBorders(scores, segments - 1, Math.max(1, half))
}

/** Up to `segments − 1` borders where the matrix profile is steepest. */
export function slopeBorders(series: Matrix, segments: number, window: number): number[] {
  const { distances } = matrixProfile(series, window)
  const scores = new Float64Array(series.rows)
  const half = window >>> 1
  for (let i = 0; i + 1 < distances.length; i++) {
    const rise = Math.abs(distances[i + 1]! - distances[i]!)
    // Rounding is no slope, nor is the step between no neighbour and one.
    if (rise > 1e-6 && rise < Number.POSITIVE_INFINITY) scores[i + 1 + half] = rise
  }
  return pickBorders(scores, segments - 1, Math.max(1, half))
}

/** Up to `segments − 1` borders where the symbol changes. */
export function saxBorders(series: Matrix, segments: number, window: number): number[] {
  const z = zScores(series)
  let borders: number[] = []
  for (let symbols = 3; symbols <= 16; symbols++) {
    borders = pickBorders(symbolJumps(z, symbols), segments - 1, Math.max(1, window >>> 2))
    if (borders.length === segments - 1) break
  }
  return borders
}

/** How much mean and deviation change at step t, over `half` steps on either side, summed over channels. */
function changeAt({ data, rows, cols }: Matrix, t: number, half: number): number {
  const from = Math.max(0, t - half)
  const to = Math.min(rows, t + half)
  let change = 0
  for (let c = 0; c < cols; c++) {
    const before = momentsOf(data, from * cols + c, t * cols, cols)
    const after = momentsOf(data, t * cols + c, to * cols, cols)
    change += Math.abs(before.mean - after.mean) + Math.abs(before.deviation - after.deviation)
  }
  return change
}

/** For every step the sum over channels of how many symbols it lies from the step before. */
function symbolJumps({ data, rows, cols }: Matrix, symbols: number): Float64Array {
  const cuts = Array.from({ length: symbols - 1 }, (_, i) => normalQuantile((i + 1) / symbols))
  const symbolOf = (value: number) => {
    let symbol = 0
    while (symbol < cuts.length && value > cuts[symbol]!) symbol++
    return symbol
  }
  const jumps = new Float64Array(rows)
  for (let c = 0; c < cols; c++) {
    let before = symbolOf(data[c]!)
    for (let t = 1; t < rows; t++) {
      const symbol = symbolOf(data[t * cols + c]!)
      jumps[t]! += Math.abs(symbol - before)
      before = symbol
    }
  }
  return jumps
}

/** Every channel with mean 0 and deviation 1; a constant one becomes 0. */
function zScores({ data, rows, cols }: Matrix): Matrix {
  const scores = new Float64Array(data.length)
  for (let c = 0; c < cols; c++) {
    const { mean, deviation } = momentsOf(data, c, data.length, cols)
    if (deviation <= 1e-12 * Math.abs(mean)) continue
    for (let at = c; at < data.length; at += cols) scores[at] = (data[at]! - mean) / deviation
  }
  return { data: scores, rows, cols }
}

/** Mean and deviation of every `step`-th value from `from` up to `to`; 0 of none. */
function momentsOf(data: Float64Array, from: number, to: number, step: number) {
  let count = 0
  let sum = 0
  for (let at = from; at < to; at += step, count++) sum += data[at]!
  const mean = count > 0 ? sum / count : 0
  let squares = 0
  for (let at = from; at < to; at += step) squares += (data[at]! - mean) ** 2
  return { mean, deviation: count > 0 ? Math.sqrt(squares / count) : 0 }
}
