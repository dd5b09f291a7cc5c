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
import {
  channelSegments,
  round,
  signalPath,
  valueRange,
  type WeightedSegment,
} from './series-drawing.ts'
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

function channelDrawing(
  label: LabelExplanation,
  values: readonly number[],
  name: string,
  segments: readonly WeightedSegment[],
  rate: number | undefined,
): Markup {
  if (values.length === 0) return markup`<p class="muted">${isolated(name)} has no values.</p>`
  const weights = label.weights.map(({ weight }) => weight)
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight) || 0), 0)
  const decimals = weightDecimals(weights)
  const x = (step: number): number => round((COLUMNS * step) / values.length)
  const { low, high } = valueRange(values)
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
${bands}<path class="signal" d="${signalPath(values, { width: COLUMNS, height: HEIGHT, margin: 6, low, high })}"/></svg>
<svg viewBox="0 0 ${COLUMNS} ${STRIP}" height="46" preserveAspectRatio="none" aria-hidden="true">
${bars}<path class="hair" d="M0 ${STRIP / 2}H${COLUMNS}"/></svg>
<div class="scale small muted"><span>${formatNumber(low)} to ${formatNumber(high)}</span><span>${length}</span></div></div>
`
}
