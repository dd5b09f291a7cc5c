/**
 * How the training data of a column is spread, small enough to go into every explanation: for drawings only.
 */
import type { Distribution } from '../contract/explanation.ts'
import type { Attribute } from './attribute.ts'

const BINS = 16
const MOST_LEVELS = 8

/** Of wider tables the spread would be most of the explanation. */
const MOST_COLUMNS = 200

/** Shares of the values in bins of equal width from `low` to `high`, to four digits; undefined for a constant column. */
export function histogram(
  values: Float64Array,
  low: number,
  high: number,
): readonly number[] | undefined {
  const width = (high - low) / BINS
  if (!(width > 0) || !Number.isFinite(width)) return undefined
  const counts = new Float64Array(BINS)
  for (let i = 0; i < values.length; i++) {
    counts[Math.min(BINS - 1, Math.floor((values[i]! - low) / width))]!++
  }
  return Array.from(counts, (count) => rounded(count / values.length))
}

/** The spread of each of `columns` columns; undefined for wide tables. One-hot groups have none. */
export function distributionsOf(
  attributes: readonly Attribute[],
  columns: number,
): readonly (Distribution | null)[] | undefined {
  if (columns > MOST_COLUMNS) return undefined
  const out = new Array<Distribution | null>(columns).fill(null)
  for (const attribute of attributes) {
    if (attribute.columns.length > 1) continue
    const column = attribute.columns[0]!
    if (attribute.kind === 'numeric') {
      const shares = attribute.histogram
      if (shares !== undefined) out[column] = { kind: 'numeric', shares }
      continue
    }
    const { levels, frequencies } = attribute
    const order = [...levels.keys()].sort((a, b) => frequencies[b]! - frequencies[a]! || a - b)
    out[column] = {
      kind: 'categorical',
      levels: order.slice(0, MOST_LEVELS).map((k) => ({
        value: levels[k]!.values[0] ?? null,
        share: rounded(frequencies[k]!),
      })),
      others: rounded(order.slice(MOST_LEVELS).reduce((sum, k) => sum + frequencies[k]!, 0)),
    }
  }
  return out
}

function rounded(share: number): number {
  return Math.min(1, Number(share.toPrecision(4)))
}
