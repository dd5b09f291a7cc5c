/**
 * Percentiles, bit for bit those of `numpy.percentile(values, q)` with its default linear interpolation.
 *
 * For the sorted values v and the position h = (n − 1) q/100, with i = ⌊h⌋ and t = h − i, the percentile is
 * v[i] + t d for t < ½, else v[i+1] − (1 − t) d, where d = v[i+1] − v[i].
 */
import { DataError, OptionError } from '../contract/errors.ts'

/**
 * The percentiles of `values`, which need no order and stay as they are; one sort serves all of them.
 *
 * @param values at least one number. If any is NaN every percentile is NaN, as in NumPy: drop missing values first.
 * @param percents each from 0 to 100.
 * @returns one value for each percent.
 * @throws DataError for no values, OptionError for a percent out of range.
 */
export function percentiles(values: ArrayLike<number>, percents: readonly number[]): Float64Array {
  const sorted = inOrder(values)
  const n = sorted.length
  if (n === 0) {
    throw new DataError({
      where: 'percentiles, values',
      got: 'no values',
      expected: 'at least one number',
      remedy: 'Leave out columns without any value.',
    })
  }
  // NaN sorts to the end.
  const hole = Number.isNaN(sorted[n - 1])
  return Float64Array.from(percents, (percent) => {
    if (!(percent >= 0 && percent <= 100)) {
      throw new OptionError({
        where: 'percentiles, percents',
        got: String(percent),
        expected: 'a number from 0 to 100',
        remedy: 'The median is 50.',
      })
    }
    return hole ? NaN : interpolate(sorted, (n - 1) * (percent / 100))
  })
}

/** One percentile of `values`, as `percentiles` has it. */
export function percentile(values: ArrayLike<number>, percent: number): number {
  return percentiles(values, [percent])[0]!
}

/** The different values in rising order, as `numpy.unique`: NaN once and last, −0 and 0 are one. */
export function uniqueSorted(values: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(values).sort()
  return sorted.filter((value, i) => {
    const before = sorted[i - 1]
    return i === 0 || (value !== before && !(Number.isNaN(value) && Number.isNaN(before)))
  })
}

/** The values in rising order: themselves where they are so already. */
function inOrder(values: ArrayLike<number>): Float64Array {
  if (values instanceof Float64Array) {
    let i = 1
    while (i < values.length && values[i - 1]! <= values[i]!) i++
    if (i >= values.length && !Number.isNaN(values[0])) return values
  }
  return Float64Array.from(values).sort()
}

function interpolate(sorted: Float64Array, position: number): number {
  const i = Math.floor(position)
  const low = sorted[i]!
  const high = sorted[Math.min(i + 1, sorted.length - 1)]!
  if (low === high) return low
  const t = position - i
  const d = high - low
  return t < 0.5 ? low + d * t : high - d * (1 - t)
}
