/**
 * Series as users have them, as the one form inside: a Matrix of (time steps, channels).
 */
import { DataError, ShapeError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'

/** A series: (steps, channels), one row of values a step, or the values of the only channel. */
export type SeriesLike = Matrix | readonly number[] | Float64Array | readonly (readonly number[])[]

/**
 * The series as a fresh Matrix. `where` names the argument. Throws a DataError for a series without values and for
 * values that are not finite numbers, a ShapeError where steps differ in their number of channels.
 */
export function toSeries(series: SeriesLike, where: string): Matrix {
  const matrix = readSeries(series, where)
  const { data, rows, cols } = matrix
  if (rows === 0 || cols === 0) {
    throw new DataError({
      where,
      got: rows === 0 ? 'a series of length 0' : 'a series without channels',
      expected: 'at least one step with at least one value',
      remedy: 'Check that the file or the window was read to the end.',
    })
  }
  const bad = data.findIndex((value) => !Number.isFinite(value))
  if (bad < 0) return matrix
  const missing = data.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0)
  throw new DataError({
    where: `${where}, step ${Math.floor(bad / cols)}${cols > 1 ? `, channel ${bad % cols}` : ''}`,
    got: `${data[bad]}${missing > 1 ? ` (and ${missing - 1} more values that are no finite numbers)` : ''}`,
    expected: 'finite numbers',
    remedy:
      'Fill gaps as was done for the model’s training data (by interpolation, say), or cut them off.',
  })
}

function readSeries(series: SeriesLike, where: string): Matrix {
  if (series instanceof Float64Array) return { data: series.slice(), rows: series.length, cols: 1 }
  if (Array.isArray(series)) return fromLists(series, where)
  const { data, rows, cols } = (series ?? {}) as Partial<Matrix>
  if (!(data instanceof Float64Array)) {
    throw new DataError({
      where,
      got: series === null ? 'null' : `a value of type ${typeof series}`,
      expected: 'a list of numbers, a list of steps, or a matrix { data, rows, cols }',
      remedy: 'Give one series a call: (steps, channels), or the values of the only channel.',
    })
  }
  if (data.length === rows! * cols!) return { data: data.slice(), rows: rows!, cols: cols! }
  throw new ShapeError({
    where,
    got: `${data.length} values for ${rows} steps × ${cols} channels`,
    expected: `${rows! * cols!} values`,
    remedy: 'data must hold rows × cols numbers, step by step.',
  })
}

function fromLists(steps: readonly (number | readonly number[])[], where: string): Matrix {
  const first = steps[0]
  const wide = typeof first === 'object' && first !== null
  const cols = wide ? first.length : 1
  const data = new Float64Array(steps.length * cols)
  steps.forEach((step, t) => {
    const values: readonly unknown[] = typeof step === 'object' && step !== null ? step : [step]
    if (values.length !== cols) {
      throw new ShapeError({
        where: `${where}, step ${t}`,
        got: `${values.length} values`,
        expected: `${cols}, as in step 0`,
        remedy: 'Give every step one value for each channel: (steps, channels).',
      })
    }
    // What is no number becomes NaN, which is refused with its place.
    values.forEach((value, c) => {
      data[t * cols + c] = typeof value === 'number' ? value : Number.NaN
    })
  })
  return { data, rows: steps.length, cols }
}

/** Throws a ShapeError unless `series` has this many channels. */
export function checkChannels(series: Matrix, channels: number, where: string, as: string): void {
  if (series.cols === channels) return
  throw new ShapeError({
    where,
    got: `${series.cols} channel${series.cols === 1 ? '' : 's'}`,
    expected: `${channels}, as ${as}`,
    remedy: 'Rows are time steps, columns are channels; transpose where it is the other way round.',
  })
}
