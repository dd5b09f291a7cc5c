/**
 * Series as the network takes them: all of one length, each channel of each series brought to mean 0 and deviation 1.
 *
 * z = (x − μ) / √(σ² + (10⁻⁴ μ)² + 10⁻²⁰). The second term keeps the rounding of a constant channel from being blown up
 * into a signal; the saved network computes the same from its input.
 */
import { DataError, ShapeError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'
import { resample } from './beats.ts'

/** How series become the network's input. */
export interface SeriesForm {
  /** Time steps; series of another length are resampled. */
  readonly length: number
  readonly channels: number
  /** `series`: each channel of each series by itself; `none`: as they are. */
  readonly normalise: 'series' | 'none'
}

/** (μ)² is multiplied by this, as a share of the variance that counts as nothing. */
export const OFFSET_SHARE = 1e-8
export const LEAST_VARIANCE = 1e-20

/** (n, length, channels). Throws a DataError for values that are not finite, a ShapeError for other channels. */
export function networkInputs(
  series: readonly Matrix[],
  form: SeriesForm,
  where: string,
): Float32Array {
  const { length, channels, normalise } = form
  const out = new Float32Array(series.length * length * channels)
  series.forEach((one, i) => {
    checkSeries(one, channels, `${where}, series ${i}`)
    const { data } = resample(one, length)
    const at = i * length * channels
    if (normalise === 'series') normaliseInto(out, at, data, channels)
    else out.set(data, at)
  })
  return out
}

function normaliseInto(out: Float32Array, at: number, data: Float64Array, channels: number): void {
  const steps = data.length / channels
  for (let c = 0; c < channels; c++) {
    let mean = 0
    for (let i = c; i < data.length; i += channels) mean += data[i]! / steps
    let variance = 0
    for (let i = c; i < data.length; i += channels) variance += (data[i]! - mean) ** 2 / steps
    const scale = 1 / Math.sqrt(variance + OFFSET_SHARE * mean * mean + LEAST_VARIANCE)
    for (let i = c; i < data.length; i += channels) out[at + i] = (data[i]! - mean) * scale
  }
}

function checkSeries(series: Matrix, channels: number, where: string): void {
  if (series.cols !== channels) {
    throw new ShapeError({
      where,
      got: `${series.cols} channels`,
      expected: `${channels}, as in the first training series`,
      remedy: 'Give all series the same channels.',
    })
  }
  const bad = series.data.findIndex((value) => !Number.isFinite(value))
  if (series.rows > 0 && bad < 0) return
  throw new DataError({
    where,
    got:
      series.rows === 0
        ? 'a series without steps'
        : `${series.data[bad]} at step ${Math.floor(bad / channels)}`,
    expected: 'finite numbers, at least one',
    remedy: 'Fill the gaps, or take the series out.',
  })
}
