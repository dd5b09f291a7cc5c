/**
 * Series as a model was trained on them: resampled to its length, normalised, scaled.
 *
 * 1. Resampling: new step i stands at i × (T − 1) / (length − 1) of the old ones, linear between two.
 * 2. For each channel x of each series: `z-score` (x − mean) / deviation, the deviation over all T values (UCR's
 *    convention); `min-max` (x − min) / (max − min). A constant channel becomes 0.
 * 3. x × scale + shift.
 */
import type { SeriesInput } from '../../contract/index.ts'
import type { SeriesLayout } from './series-input.ts'

/** What is done to each channel of each series. */
export const NORMALISATIONS = ['none', 'z-score', 'min-max'] as const
export type Normalisation = (typeof NORMALISATIONS)[number]

/** The series in the model's form; itself where nothing is to be done. */
export function prepareSeries(series: SeriesInput, options: SeriesLayout): SeriesInput {
  const { length = series.rows, normalise = 'none', scale = 1, shift = 0 } = options
  const moves = [scale].flat().some((one) => one !== 1) || [shift].flat().some((one) => one !== 0)
  if (length === series.rows && normalise === 'none' && !moves) return series
  const prepared = resampled(series, length)
  const { data, rows, cols } = prepared
  for (let c = 0; c < cols; c++) {
    const [spread, offset] = affine(prepared, c, normalise)
    const times = perChannel(scale, c, 1)
    const plus = perChannel(shift, c, 0)
    for (let i = c; i < rows * cols; i += cols) {
      data[i] = ((data[i]! - offset) / spread) * times + plus
    }
  }
  return prepared
}

function resampled({ data, rows, cols }: SeriesInput, length: number): SeriesInput {
  const out = new Float64Array(length * cols)
  const step = length > 1 ? (rows - 1) / (length - 1) : 0
  for (let i = 0; i < length; i++) {
    const at = i * step
    const before = Math.min(rows - 1, Math.floor(at))
    const after = Math.min(rows - 1, before + 1)
    const share = at - before
    for (let c = 0; c < cols; c++) {
      const low = data[before * cols + c]!
      out[i * cols + c] = share === 0 ? low : low + share * (data[after * cols + c]! - low)
    }
  }
  return { data: out, rows: length, cols }
}

/** (x − offset) / spread: divided, since 1 / spread is infinite where the values differ by less than 1e-308. */
function affine(
  { data, rows, cols }: SeriesInput,
  channel: number,
  normalise: Normalisation,
): [spread: number, offset: number] {
  if (normalise === 'none') return [1, 0]
  let sum = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = channel; i < rows * cols; i += cols) {
    const value = data[i]!
    sum += value
    if (value < min) min = value
    if (value > max) max = value
  }
  if (max === min) return [1, min]
  if (normalise === 'min-max') return [max - min, min]
  const mean = sum / rows
  let squares = 0
  for (let i = channel; i < rows * cols; i += cols) squares += (data[i]! - mean) ** 2
  // Squares of the smallest numbers vanish: no deviation that could be told from none.
  return [squares === 0 ? Number.POSITIVE_INFINITY : Math.sqrt(squares / rows), mean]
}

function perChannel(value: number | readonly number[], c: number, otherwise: number): number {
  return typeof value === 'number' ? value : (value[c] ?? otherwise)
}
