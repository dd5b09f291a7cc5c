/**
 * The bars of one label: what each stands for, and where it begins and ends. Terminal, SVG and HTML draw the same bars.
 */
import type { ExplanationData, FeaturePart, LabelExplanation } from '../contract/index.ts'
import { formatCount, formatNumber } from './number-text.ts'

/** One bar. */
export interface Bar {
  /** Id of the feature. */
  readonly feature: number
  readonly name: string
  /** What the feature covers, in few words: `value 1456`, `2 places`, `1,204 px`, `steps 10 to 24`. Empty where nothing is to be said. */
  readonly detail: string
  readonly weight: number
  readonly interval: readonly [low: number, high: number] | undefined
  readonly tied: boolean
  /** True where the interval holds zero: the sign is uncertain. */
  readonly unsure: boolean
  /** |weight| as a fraction of Σ|weight| over all weights of the label. */
  readonly share: number
}

/** The span of the axis, zero always in it: `low <= 0 <= high`, `low < high`. */
export interface BarAxis {
  readonly low: number
  readonly high: number
  /** Where a value stands on the axis, 0 to 1; what lies outside stands at the end. */
  position(value: number): number
}

/** All bars of a label, in the order of its weights. */
export function labelBars(explanation: ExplanationData, label: LabelExplanation): Bar[] {
  const total = label.weights.reduce((sum, { weight }) => sum + (Math.abs(weight) || 0), 0)
  return label.weights.map(({ feature, weight, interval, tied }) => {
    const known = explanation.features[feature]
    const sound = interval?.every(Number.isFinite) ? interval : undefined
    return {
      feature,
      name: known?.name ?? `feature ${feature}`,
      detail: known === undefined ? '' : partDetail(known.part),
      weight,
      interval: sound,
      tied: tied === true,
      unsure: sound !== undefined && sound[0] <= 0 && sound[1] >= 0,
      share: total > 0 && Number.isFinite(weight) ? Math.abs(weight) / total : 0,
    }
  })
}

/** An axis on which all bars and their intervals fit; intervals reach at most twice the largest |weight|. */
export function barAxis(
  bars: readonly {
    readonly weight: number
    readonly interval?: readonly [low: number, high: number] | undefined
  }[],
): BarAxis {
  let low = 0
  let high = 0
  for (const { weight } of bars) {
    if (weight < low) low = weight
    if (weight > high && Number.isFinite(weight)) high = weight
  }
  const most = 2 * Math.max(high, -low)
  for (const { interval } of bars) {
    if (interval === undefined) continue
    low = Math.max(-most, Math.min(low, interval[0]))
    high = Math.min(most, Math.max(high, interval[1]))
  }
  if (!Number.isFinite(low)) low = -1
  if (high - low === 0) high = 1
  const span = high - low
  return {
    low,
    high,
    position: (value) =>
      Math.min(1, Math.max(0, ((Number.isFinite(value) ? value : 0) - low) / span)),
  }
}

/** The words for the two directions of a label's axis. */
export function directions(
  explanation: ExplanationData,
  label: LabelExplanation,
): { readonly for: string; readonly against: string } {
  if (label.tree !== undefined) return { for: 'importance', against: '' }
  return explanation.task === 'regression'
    ? { for: 'raises', against: 'lowers' }
    : { for: 'for', against: 'against' }
}

function partDetail(part: FeaturePart): string {
  switch (part.kind) {
    case 'tabular':
      if (part.columns.length > 1) return `${formatCount(part.columns.length)} columns`
      return part.bin === undefined || part.value === null ? '' : `value ${valueText(part.value)}`
    case 'text':
      return part.spans.length === 1 ? '' : `${formatCount(part.spans.length)} places`
    case 'image':
      return `${formatCount(part.area)} px`
    case 'series':
      return `steps ${formatNumber(part.start)} to ${formatNumber(part.end - 1)}`
  }
}

/** A table's value as it is shown; null is `missing`. */
export function valueText(value: number | string | boolean | null): string {
  if (value === null) return 'missing'
  return typeof value === 'number' ? formatNumber(value, 6) : String(value)
}
