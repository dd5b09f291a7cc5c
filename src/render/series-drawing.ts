/**
 * What the drawings of a series share: which segments lie over a channel, its range of values, and its line.
 *
 * Long signals are thinned to the lowest and highest value of each pixel column.
 */
import type { ExplanationData, LabelExplanation } from '../contract/index.ts'

/** A segment with weight over one channel. */
export interface WeightedSegment {
  readonly start: number
  readonly end: number
  readonly name: string
  readonly weight: number
}

/** Where a line of `steps` values is drawn. */
export interface LineFrame {
  /** Pixels for all steps; step t stands in the middle of its share. */
  readonly width: number
  readonly height: number
  /** Pixels left free above and below. */
  readonly margin: number
  readonly low: number
  readonly high: number
}

/** The segments over a channel, by falling |weight|; those without weight are left out. */
export function channelSegments(
  explanation: ExplanationData,
  label: LabelExplanation,
  channel: number,
  of: number | undefined,
): WeightedSegment[] {
  return label.weights.flatMap(({ feature, weight }) => {
    const known = explanation.features[feature]
    if (known?.part.kind !== 'series' || known.of !== of || weight === 0) return []
    const { channels, start, end } = known.part
    return channels.includes(channel) ? [{ start, end, name: known.name, weight }] : []
  })
}

/** The smallest and largest value of several lines; what is not finite does not count. */
export function valueRange(...lines: readonly (readonly number[])[]): {
  low: number
  high: number
} {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const values of lines) {
    for (const value of values) {
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  return { low, high }
}

/** The line as SVG path data; a value that is not finite breaks it. */
export function signalPath(values: readonly number[], frame: LineFrame): string {
  const { width, height, margin, low, high } = frame
  const n = values.length
  const span = high - low
  const y = (value: number): number =>
    round(span > 0 ? margin + (height - 2 * margin) * (1 - (value - low) / span) : height / 2)
  const at = (step: number): number => round((width * (step + 0.5)) / n)
  let path = ''
  let pen = 'M'
  const point = (step: number): void => {
    const value = values[step]!
    if (!Number.isFinite(value)) {
      pen = 'M'
      return
    }
    path += `${pen}${at(step)} ${y(value)}`
    pen = 'L'
  }
  if (n <= 2 * width) {
    for (let step = 0; step < n; step++) point(step)
    return path
  }
  const columns = Math.floor(width)
  for (let column = 0; column < columns; column++) {
    const from = Math.floor((column * n) / columns)
    const to = Math.floor(((column + 1) * n) / columns)
    let lowest = from
    let highest = from
    for (let step = from; step < to; step++) {
      if (values[step]! < values[lowest]!) lowest = step
      if (values[step]! > values[highest]!) highest = step
    }
    point(Math.min(lowest, highest))
    if (lowest !== highest) point(Math.max(lowest, highest))
  }
  return path
}

/** To a hundredth of a pixel. */
export function round(value: number): number {
  return Math.round(value * 100) / 100
}
