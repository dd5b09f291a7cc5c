/**
 * The matrix profile: for every window of a series the distance to the window most like it, and where that one begins
 * (Yeh et al. 2016, "Matrix Profile I"; for several channels the sum of their squared distances).
 *
 * 1. z-normalised distance of the windows at i and j, of m steps: d² = 2 m (1 − ρ), ρ their correlation.
 * 2. ρ = (Σ x_{i+k} x_{j+k} / m − μ_i μ_j) / (σ_i σ_j). Along a diagonal j − i the sum of products changes by one product
 *    leaving and one coming (Zhu et al. 2016, "Matrix Profile II", STOMP): O(T²) time, O(T) memory.
 * 3. Windows that overlap by three quarters or more (|i − j| ≤ ⌈m/4⌉) are no neighbours.
 *
 * A window without variation is at distance 0 from another such, at √m from any other (as stumpy has it). Of equally
 * near neighbours the one fewer steps away counts, and of these the earlier one.
 */
import type { Matrix } from '../contract/matrix.ts'

/** For each of the T − m + 1 windows. */
export interface MatrixProfile {
  /** Distance to the nearest neighbour; Infinity where every other window overlaps too much. */
  readonly distances: Float64Array
  /** Where the nearest neighbour begins; −1 where there is none. */
  readonly neighbours: Int32Array
}

/** Deviations below this share of the channel's own are no variation but rounding. */
const FLAT = 1e-9

/** The matrix profile of a series (T, C) with windows of m steps, 2 ≤ m ≤ T. */
export function matrixProfile(series: Matrix, m: number): MatrixProfile {
  const windows = series.rows - m + 1
  const zone = Math.ceil(m / 4)
  const channels = Array.from({ length: series.cols }, (_, c) => channelWindows(series, c, m))
  const nearest = new Float64Array(windows).fill(Number.POSITIVE_INFINITY)
  const neighbours = new Int32Array(windows).fill(-1)
  const sums = new Float64Array(windows)
  for (let lag = zone + 1; lag < windows; lag++) {
    const count = windows - lag
    sums.fill(0, 0, count)
    for (const channel of channels) addDiagonal(sums, channel, m, lag, count)
    for (let i = 0, j = lag; i < count; i++, j++) {
      const squared = sums[i]!
      if (squared < nearest[i]!) {
        nearest[i] = squared
        neighbours[i] = j
      }
      if (squared < nearest[j]!) {
        nearest[j] = squared
        neighbours[j] = i
      }
    }
  }
  return { distances: nearest.map(Math.sqrt), neighbours }
}

/** One channel without its mean, with the means and inverse deviations (0 where flat) of its windows. */
interface ChannelWindows {
  readonly x: Float64Array
  readonly means: Float64Array
  readonly inverses: Float64Array
}

function channelWindows({ data, rows, cols }: Matrix, c: number, m: number): ChannelWindows {
  const x = new Float64Array(rows)
  let total = 0
  for (let t = 0; t < rows; t++) total += data[t * cols + c]!
  let spread = 0
  for (let t = 0; t < rows; t++) {
    x[t] = data[t * cols + c]! - total / rows
    spread = Math.max(spread, Math.abs(x[t]!))
  }
  const windows = rows - m + 1
  const means = new Float64Array(windows)
  const inverses = new Float64Array(windows)
  for (let i = 0; i < windows; i++) {
    let sum = 0
    for (let k = 0; k < m; k++) sum += x[i + k]!
    const mean = sum / m
    let squares = 0
    for (let k = 0; k < m; k++) squares += (x[i + k]! - mean) ** 2
    const deviation = Math.sqrt(squares / m)
    means[i] = mean
    inverses[i] = deviation > FLAT * spread ? 1 / deviation : 0
  }
  return { x, means, inverses }
}

/** sums[i] += d² of the windows at i and i + lag. */
function addDiagonal(
  sums: Float64Array,
  { x, means, inverses }: ChannelWindows,
  m: number,
  lag: number,
  count: number,
): void {
  let product = 0
  for (let k = 0; k < m; k++) product += x[k]! * x[k + lag]!
  for (let i = 0, j = lag; i < count; i++, j++) {
    const a = inverses[i]!
    const b = inverses[j]!
    if (a > 0 && b > 0) {
      const correlation = (product / m - means[i]! * means[j]!) * a * b
      sums[i]! += 2 * m * (1 - (correlation > 1 ? 1 : correlation))
    } else if (a > 0 || b > 0) sums[i]! += m
    product += x[i + m]! * x[j + m]! - x[i]! * x[j]!
  }
}
