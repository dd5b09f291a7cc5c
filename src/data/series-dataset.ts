/**
 * What every reader of time series gives: instances of (time steps, channels), and their labels.
 *
 * Missing values inside of a series are NaN. Labels are numbers where all of them are written as numbers.
 */
import { DataError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'

/** Time series with their labels. */
export interface SeriesDataset {
  /** One matrix of (time steps, channels) for each instance; lengths may differ. */
  readonly instances: readonly Matrix[]
  /** One label for each instance: a class, or the target of a regression; null where the file has none. */
  readonly labels: readonly (string | number)[] | null
  /** The classes: in the file's own order where it lists them, else sorted. Empty without classes. */
  readonly classNames: readonly string[]
  readonly channelNames: readonly string[]
  /** Samples a second, where the file tells. */
  readonly samplingRate?: number
}

/** Labels as they were written: as numbers where all are numbers. */
export function readLabels(texts: readonly string[]): (string | number)[] {
  const numeric = texts.every((text) => text.trim() !== '' && Number.isFinite(Number(text)))
  return numeric ? texts.map(Number) : [...texts]
}

/** The distinct labels as names: numbers by size, text by code unit. */
export function classNamesOf(labels: readonly (string | number)[]): string[] {
  const distinct = [...new Set(labels)]
  distinct.sort((a, b) =>
    typeof a === 'number' && typeof b === 'number' ? a - b : a < b ? -1 : a > b ? 1 : 0,
  )
  return distinct.map(String)
}

/** The (time steps, channels) matrix of channels of equal length. */
export function seriesOf(channels: readonly (readonly number[])[]): Matrix {
  const rows = channels[0]?.length ?? 0
  const cols = channels.length
  const data = new Float64Array(rows * cols)
  channels.forEach((values, channel) => {
    for (let t = 0; t < rows; t++) data[t * cols + channel] = values[t]!
  })
  return { data, rows, cols }
}

/** `channel 0`, `channel 1`, … */
export function numberedChannels(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `channel ${index}`)
}

/** A cell as a number; missing (`NaN`, `?`, nothing) is NaN. Throws a DataError at `where()` for other text. */
export function readSample(cell: string, where: () => string): number {
  const text = cell.trim()
  if (text === '' || text === '?' || /^[+-]?nan$/i.test(text)) return Number.NaN
  const value = Number(text)
  if (Number.isFinite(value)) return value
  throw new DataError({
    where: where(),
    got: JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text),
    expected: 'a finite number, or ? or NaN for a missing one',
    remedy: 'Check that the file has the format that its ending says.',
  })
}

/** Throws a DataError unless there is at least one instance. */
export function checkInstances(count: number, where: string): void {
  if (count > 0) return
  throw new DataError({
    where,
    got: 'no series',
    expected: 'at least one',
    remedy: 'Check that the file was written to the end.',
  })
}
