/**
 * A series: for each channel the signal over bands tinted by weight, and beneath it each segment's weight as a bar up
 * (for) or down (against) with its interval as a whisker. Time runs along the bottom.
 *
 * Whole series of up to eight thousand steps, longer ones thinned to the lowest and highest value of each of four
 * thousand columns, so that a script can zoom in by changing the view box alone. The signals stand once on a page,
 * however many labels draw over them.
 */
import type { ExplanationData, InstanceData, LabelExplanation } from '../contract/index.ts'
import { directions } from './bars.ts'
import { type FeatureMarks, featureMarks } from './draw-options.ts'
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
import { timeTicks } from './time-ticks.ts'
import { explainInWords } from './words.ts'

type SeriesInstance = Extract<InstanceData, { kind: 'series' }>

const COLUMNS = 4000
const HEIGHT = 120
const STRIP = 44
const MOST_CHANNELS = 64

/** What the figures of one series share. */
export interface SeriesDefinition {
  readonly id: string
  readonly definition: Markup
}

/** The signals of all channels, to stand once on a page. */
export function seriesDefinition(instance: SeriesInstance, id: string): SeriesDefinition {
  const paths = instance.values.slice(0, MOST_CHANNELS).map((values, channel) => {
    const frame = { width: COLUMNS, height: HEIGHT, margin: 6, ...valueRange(values) }
    return markup`<path id="${id}n${channel}" class="signal" d="${signalPath(values, frame)}"/>
`
  })
  const definition = markup`<svg class="defs" aria-hidden="true"><defs>${paths}</defs></svg>
`
  return { id, definition }
}

/** All channels, one below the other. `unique` keeps the page's ids apart. */
export function seriesFigure(
  explanation: ExplanationData,
  label: LabelExplanation | undefined,
  instance: SeriesInstance,
  { id }: SeriesDefinition,
  of?: number,
  marks: FeatureMarks = featureMarks(undefined),
): Markup {
  const shown = instance.values.slice(0, MOST_CHANNELS)
  const steps = Math.max(0, ...shown.map((values) => values.length))
  const weights = label?.weights.map(({ weight }) => weight) ?? []
  const scale = {
    largest: weights.reduce((most, weight) => Math.max(most, Math.abs(weight) || 0), 0),
    decimals: weightDecimals(weights),
  }
  const rate = instance.samplingRate
  const channels = shown.map((values, channel) => {
    const name = instance.channelNames[channel] ?? `channel ${channel}`
    if (values.length === 0) return markup`<p class="muted">${isolated(name)} has no values.</p>`
    const segments = channelSegments(explanation, label, channel, of, marks.every)
    return channelDrawing(values, name, `${id}n${channel}`, segments, scale, rate, marks)
  })
  const heads = label === undefined ? undefined : directions(explanation, label)
  const words =
    label === undefined ? 'The series' : explainInWords(explanation, { label: label.label })
  const left = instance.values.length - shown.length
  return markup`<figure class="drawing series" role="group" aria-label="${words}" data-steps="${steps}"${rate !== undefined && markup` data-rate="${rate}"`}>
${steps > 1 && zoomButtons()}${channels}${steps > 0 && timeAxis(steps, rate)}<figcaption>${heads !== undefined && markup`Bars up: ${heads.for}${heads.against !== '' && `; bars down: ${heads.against}, under a dashed edge`}. The stronger the tint, the larger the weight. `}${left > 0 && `${formatCount(left)} more channels are not shown.`}</figcaption></figure>`
}

function channelDrawing(
  values: readonly number[],
  name: string,
  signal: string,
  segments: readonly WeightedSegment[],
  { largest, decimals }: { readonly largest: number; readonly decimals: number },
  rate: number | undefined,
  marks: FeatureMarks,
): Markup {
  const x = (step: number): number => round((COLUMNS * step) / values.length)
  const { low, high } = valueRange(values)
  const bands = segments.map(({ feature, start, end, name: segment, weight }) => {
    const kind = weight === 0 ? 'none' : weight < 0 ? 'against' : 'for'
    const step = tintStep(weight, largest)
    const text = weight === 0 ? 'no weight' : formatWeight(weight, decimals)
    return markup`<rect class="band ${kind}${step > 0 && ` t${step}`}${marks.offClass(feature)}" x="${x(start)}" y="0" width="${round(x(end) - x(start))}" height="${HEIGHT}"${marks.attributes(feature, marks.every)}><title>${segment}: ${text}</title></rect>${step > 0 && markup`<path class="edge ${kind}" d="M${x(start)} 1.5H${x(end)}"/>`}
`
  })
  const reach = STRIP / 2 - 2
  const most = segments.reduce(
    (top, { interval }) => Math.max(top, ...(interval ?? []).map(Math.abs).filter(Number.isFinite)),
    largest,
  )
  const height = (weight: number): number =>
    round(most > 0 && Number.isFinite(weight) ? (Math.abs(weight) / most) * reach : 0)
  const y = (weight: number): number => round(STRIP / 2 - Math.sign(weight) * height(weight))
  const bars = segments.map(({ feature, start, end, name: segment, weight, interval }) => {
    if (weight === 0) return undefined
    const middle = round((x(start) + x(end)) / 2)
    const unsure = interval !== undefined && interval[0] <= 0 && interval[1] >= 0
    return markup`<rect class="${weight < 0 ? 'against' : 'for'}${unsure && ' unsure'}" x="${x(start)}" y="${weight < 0 ? STRIP / 2 : y(weight)}" width="${Math.max(1, round(x(end) - x(start) - 4))}" height="${height(weight)}" data-feature="${feature}"><title>${segment}: ${formatWeight(weight, decimals)}</title></rect>${interval !== undefined && markup`<path class="whisker" d="M${middle} ${y(interval[0])}V${y(interval[1])}"/>`}
`
  })
  const length = `${formatCount(values.length)} steps${rate === undefined ? '' : `, ${formatSeconds(values.length / rate)}`}`
  return markup`<div class="channel"><h4>${isolated(name)}</h4>
<div class="viewport"><svg class="plot" viewBox="0 0 ${COLUMNS} ${HEIGHT}" height="150" preserveAspectRatio="none"${!marks.every && markup` aria-hidden="true"`}>
${bands}<use href="#${signal}" pointer-events="none"/></svg>
<svg class="strip" viewBox="0 0 ${COLUMNS} ${STRIP}" height="50" preserveAspectRatio="none" aria-hidden="true">
${bars}<path class="hair" vector-effect="non-scaling-stroke" d="M0 ${STRIP / 2}H${COLUMNS}"/></svg></div>
<div class="scale small muted"><span>${Number.isFinite(low) ? `${formatNumber(low)} to ${formatNumber(high)}` : 'no values that are numbers'}</span><span>${length}</span></div></div>
`
}

/** Shown by the script that they need. */
function zoomButtons(): Markup {
  return markup`<div class="choices zoom" hidden role="toolbar" aria-label="Part of the series that is shown"><button type="button" data-zoom="in">Zoom in</button><button type="button" data-zoom="out" disabled>Zoom out</button><button type="button" data-zoom="left" disabled aria-label="Earlier">\u2190</button><button type="button" data-zoom="right" disabled aria-label="Later">\u2192</button><button type="button" data-zoom="all" disabled>All</button><span class="range" role="status"></span></div>
`
}

function timeAxis(steps: number, rate: number | undefined): Markup {
  const { ticks, unit } = timeTicks(steps, rate, 7)
  return markup`<svg class="time" height="24" role="img" aria-label="Time in ${unit === 'step' ? 'steps' : unit}">${ticks.map(
    ({ step, text }) => {
      const place = `${round((100 * step) / steps)}%`
      return markup`<line class="tick" x1="${place}" x2="${place}" y1="0" y2="5"/><text x="${place}" y="17" text-anchor="${step === 0 ? 'start' : step > 0.95 * steps ? 'end' : 'middle'}">${text}${step === 0 && ` ${unit}`}</text>`
    },
  )}</svg>
`
}
