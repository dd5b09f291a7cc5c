/**
 * What the drawings of a series share: which segments lie over a channel, its range of values, and its line.
 *
 * Long signals are thinned to the lowest and highest value of each pixel column.
 */
import type { ExplanationData, LabelExplanation } from '../contract/index.ts'

/** A segment over one channel. */
export interface WeightedSegment {
  /** Id of the feature. */
  readonly feature: number
  readonly start: number
  readonly end: number
  readonly name: string
  readonly weight: number
  readonly interval?: readonly [low: number, high: number] | undefined
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

/** The segments over a channel, by falling |weight|; those without weight are left out, or with `every` come last. */
export function channelSegments(
  explanation: ExplanationData,
  label: LabelExplanation | undefined,
  channel: number,
  of: number | undefined,
  every = false,
): WeightedSegment[] {
  const found: WeightedSegment[] = []
  const drawn = new Set<number>()
  const add = (feature: number, weight: number, interval?: WeightedSegment['interval']): void => {
    const known = explanation.features[feature]
    if (known?.part.kind !== 'series' || known.of !== of || drawn.has(feature)) return
    const { channels, start, end } = known.part
    if (!channels.includes(channel)) return
    drawn.add(feature)
    found.push({ feature, start, end, name: known.name, weight, interval })
  }
  for (const { feature, weight, interval } of label?.weights ?? []) {
    if (weight !== 0 && Number.isFinite(weight)) add(feature, weight, interval)
  }
  if (every) for (const feature of explanation.features.keys()) add(feature, 0)
  return found
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
