/**
 * A series: for each channel the signal over bands tinted by weight, and beneath it each segment's weight as a bar up
 * (for) or down (against). Long signals are thinned to the lowest and highest value of each of a thousand columns.
 */
import type { ExplanationData, InstanceData, LabelExplanation } from '../contract/index.ts'
import { directions } from './bars.ts'
import { isolated, type Markup, markup } from './markup.ts'
import {
  formatCount,
  formatNumber,
  formatSeconds,
  formatWeight,
  weightDecimals,
} from './number-text.ts'
import { tintStep } from './palette.ts'
import { explainInWords } from './words.ts'

const COLUMNS = 1000
const HEIGHT = 120
const STRIP = 40

/** All channels, one below the other. */
export function seriesFigure(
  explanation: ExplanationData,
  label: LabelExplanation,
  instance: Extract<InstanceData, { kind: 'series' }>,
  of?: number,
): Markup {
  const heads = directions(explanation, label)
  const channels = instance.values.map((values, channel) => {
    const segments = channelSegments(explanation, label, channel, of)
    const name = instance.channelNames[channel] ?? `channel ${channel}`
    return channelDrawing(label, values, name, segments, instance.samplingRate)
  })
  return markup`<figure role="group" aria-label="${explainInWords(explanation, { label: label.label })}">
${channels}<figcaption>Bars up: ${heads.for}${heads.against !== '' && `; bars down: ${heads.against}`}. The stronger the tint, the larger the weight.</figcaption></figure>`
}

interface Segment {
  readonly start: number
  readonly end: number
  readonly name: string
  readonly weight: number
}

function channelSegments(
  explanation: ExplanationData,
  label: LabelExplanation,
  channel: number,
  of: number | undefined,
): Segment[] {
  return label.weights.flatMap(({ feature, weight }) => {
    const known = explanation.features[feature]
    if (known?.part.kind !== 'series' || known.of !== of || weight === 0) return []
    const { channels, start, end } = known.part
    return channels.includes(channel) ? [{ start, end, name: known.name, weight }] : []
  })
}

function channelDrawing(
  label: LabelExplanation,
  values: readonly number[],
  name: string,
  segments: readonly Segment[],
  rate: number | undefined,
): Markup {
  if (values.length === 0) return markup`<p class="muted">${isolated(name)} has no values.</p>`
  const weights = label.weights.map(({ weight }) => weight)
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight) || 0), 0)
  const decimals = weightDecimals(weights)
  const x = (step: number): number => round((COLUMNS * step) / values.length)
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  const bands = segments.map(
    ({ start, end, name: segment, weight }) =>
      markup`<rect class="band ${weight < 0 ? 'against' : 'for'} t${tintStep(weight, largest)}" x="${x(start)}" y="0" width="${round(x(end) - x(start))}" height="${HEIGHT}"><title>${segment}: ${formatWeight(weight, decimals)}</title></rect>
`,
  )
  const reach = STRIP / 2 - 2
  const bars = segments.map(({ start, end, name: segment, weight }) => {
    const length = round(largest > 0 ? (Math.abs(weight) / largest) * reach : 0)
    return markup`<rect class="${weight < 0 ? 'against' : 'for'}" x="${x(start)}" y="${weight < 0 ? STRIP / 2 : round(STRIP / 2 - length)}" width="${Math.max(1, round(x(end) - x(start) - 2))}" height="${length}"><title>${segment}: ${formatWeight(weight, decimals)}</title></rect>
`
  })
  const length = `${formatCount(values.length)} steps${rate === undefined ? '' : `, ${formatSeconds(values.length / rate)}`}`
  return markup`<div class="channel"><h4>${isolated(name)}</h4>
<svg viewBox="0 0 ${COLUMNS} ${HEIGHT}" height="150" preserveAspectRatio="none" aria-hidden="true">
${bands}<path class="signal" d="${signalPath(values, low, high)}"/></svg>
<svg viewBox="0 0 ${COLUMNS} ${STRIP}" height="46" preserveAspectRatio="none" aria-hidden="true">
${bars}<path class="hair" d="M0 ${STRIP / 2}H${COLUMNS}"/></svg>
<div class="scale small muted"><span>${formatNumber(low)} to ${formatNumber(high)}</span><span>${length}</span></div></div>
`
}

/** The signal as path data; a value that is not finite breaks the line. */
function signalPath(values: readonly number[], low: number, high: number): string {
  const n = values.length
  const span = high - low
  const y = (value: number): number =>
    round(span > 0 ? 6 + (HEIGHT - 12) * (1 - (value - low) / span) : HEIGHT / 2)
  const at = (step: number): number => round((COLUMNS * (step + 0.5)) / n)
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
  if (n <= 2 * COLUMNS) {
    for (let step = 0; step < n; step++) point(step)
    return path
  }
  for (let column = 0; column < COLUMNS; column++) {
    const from = Math.floor((column * n) / COLUMNS)
    const to = Math.floor(((column + 1) * n) / COLUMNS)
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

function round(value: number): number {
  return Math.round(value * 100) / 100
}
