/**
 * A series as a standalone SVG picture: the signal over segments tinted by weight, and the weights as bars beneath it.
 *
 * 1. A panel for each channel. Where segments cover all channels, one strip of bars stands below the last panel, else one
 *    below each.
 * 2. On request the perturbations are drawn over the signal, and beneath it row by row with what the model answered. They
 *    are made from the explanation alone: the kept switches, the values, and the series that stands in place of them.
 * 3. Time runs along the bottom, in steps, or in seconds where the sampling rate is known.
 *
 * Bars point up (for, orange) or down (against, blue); the strongest carry their weight. No script, no network.
 */
import {
  type ExplanationData,
  type InstanceData,
  type LabelExplanation,
  OptionError,
} from '../contract/index.ts'
import { directions } from './bars.ts'
import { truncate, wrap } from './display-width.ts'
import { type Markup, markup } from './markup.ts'
import { formatNumber, formatWeight, weightDecimals } from './number-text.ts'
import { darkTheme, lightTheme, type Theme, tintStep, tintSteps } from './palette.ts'
import { outputText } from './prediction.ts'
import {
  channelSegments,
  round,
  signalPath,
  valueRange,
  type WeightedSegment,
} from './series-drawing.ts'
import { timeTicks } from './time-ticks.ts'
import { visibleText } from './visible-text.ts'
import { explainInWords, fitWords, plainSentence } from './words.ts'

/** How the picture is drawn. */
export interface SeriesSvgOptions {
  /** Output column; default the first one explained. */
  readonly label?: number | undefined
  /** Pixels, 480 to 4000 (others are brought into this range); default 960. The height follows. */
  readonly width?: number | undefined
  /** Pixels for each channel, 60 to 600; default 190, less for many channels. */
  readonly channelHeight?: number | undefined
  readonly theme?: 'light' | 'dark' | undefined
  /** So many perturbations are drawn, at most 50; they must have been kept (`keepNeighbourhood`). Default 0. */
  readonly perturbations?: number | undefined
  /** In a composite explanation: index of the part; default its first series. */
  readonly part?: number | undefined
}

type Series = Extract<InstanceData, { kind: 'series' }>

const MARGIN = 24
const LEFT = 76
const RIGHT = 28
const STRIP = 72
const NUMBER = 15
const GAP = 16
const ROW = 30
const EM = 0.58
/** Weights below this share of the largest are neither tinted nor numbered. */
const FAINT = 0.03

/**
 * The picture as SVG text. Throws an OptionError for an explanation without a series, and where perturbations are asked
 * for that were not kept.
 */
export function renderSeriesSvg(
  explanation: ExplanationData,
  options: SeriesSvgOptions = {},
): string {
  const { instance, of } = seriesOf(explanation, options.part)
  const label =
    explanation.labels.find((one) => one.label === options.label) ?? explanation.labels[0]
  if (label === undefined) {
    throw new OptionError({
      where: 'renderSeriesSvg, explanation',
      got: 'no label that was explained',
      expected: 'at least one',
      remedy: 'Explain with labels or topLabels.',
    })
  }
  const theme = options.theme === 'dark' ? darkTheme : lightTheme
  const width = within(options.width, 480, 4000, 960)
  const channels = instance.values.length
  const height = within(options.channelHeight, 60, 600, Math.max(84, Math.min(190, 800 / channels)))
  const drawn = perturbationsOf(explanation, instance, of, label, options.perturbations ?? 0)
  const picture = new SeriesPicture(explanation, label, instance, of, theme, width - LEFT - RIGHT)

  const title = `Why ${label.name} (${outputText(explanation, label.prediction)})`
  const subtitle = wrap(
    plainSentence(fitWords(label)),
    Math.floor((width - 2 * MARGIN) / (12 * EM)),
  )
  const body: Markup[] = []
  let y = 71 + 17 * subtitle.length
  const shared = sharedSegments(explanation, of, channels)
  instance.values.forEach((_, channel) => {
    body.push(picture.panel(channel, y, height, drawn))
    y += height
    if (!shared || channel === channels - 1) {
      body.push(picture.strip(channel, y + 6))
      y += STRIP + 6
    }
    y += channel === channels - 1 ? 0 : GAP
  })
  body.push(picture.axis(y + 4))
  y += 40
  if (drawn.length > 0) {
    body.push(picture.sheet(drawn, y + 8))
    y += 34 + ROW * drawn.length
  }
  const total = Math.round(y + 34)
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${total}" viewBox="0 0 ${width} ${total}" role="img" font-family="system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif">
<title>${title}</title>
<desc>${explainInWords(explanation, { label: label.label })}</desc>
<rect width="${width}" height="${total}" fill="${theme.background}"/>
<text x="${MARGIN}" y="38" font-size="19" font-weight="600" fill="${theme.ink}">${shortName(title, (width - 2 * MARGIN) / (19 * EM))}</text>
${subtitle.map(
  (
    line,
    i,
  ) => markup`<text x="${MARGIN}" y="${60 + 17 * i}" font-size="12" fill="${theme.muted}">${line}</text>
`,
)}${body}${picture.legend(total - 16, drawn.length > 0)}</svg>
`.markup
}

/** One perturbation: its values by channel, and the model's answer for the label. */
interface Perturbation {
  readonly values: readonly (readonly number[])[]
  readonly output: number
}

/** The parts of one picture. */
class SeriesPicture {
  readonly #explanation: ExplanationData
  readonly #label: LabelExplanation
  readonly #instance: Series
  readonly #of: number | undefined
  readonly #theme: Theme
  readonly #span: number
  readonly #steps: number
  readonly #largest: number
  readonly #decimals: number
  /** The line at zero in a strip, and pixels for the largest |weight|. */
  readonly #zero: number
  readonly #reach: number

  constructor(
    explanation: ExplanationData,
    label: LabelExplanation,
    instance: Series,
    of: number | undefined,
    theme: Theme,
    span: number,
  ) {
    this.#explanation = explanation
    this.#label = label
    this.#instance = instance
    this.#of = of
    this.#theme = theme
    this.#span = span
    this.#steps = Math.max(1, ...instance.values.map(({ length }) => length))
    const weights = label.weights.map(({ weight }) => weight)
    this.#largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight) || 0), 0)
    this.#decimals = weightDecimals(weights)
    const high = weights.reduce((most, weight) => Math.max(most, weight || 0), 0)
    const low = weights.reduce((most, weight) => Math.max(most, -weight || 0), 0)
    const above = high > 0 ? NUMBER : 2
    const room = STRIP - above - (low > 0 ? NUMBER : 2)
    this.#reach = (room * this.#largest) / (high + low || 1)
    this.#zero = round(above + (high / (high + low || 1)) * room)
  }

  /** One channel: tints, perturbations, signal, its range and its name. */
  panel(channel: number, top: number, height: number, drawn: readonly Perturbation[]): Markup {
    const theme = this.#theme
    const values = this.#instance.values[channel]!
    const lines = drawn.map((one) => one.values[channel]!)
    const { low, high } = valueRange(values, ...lines)
    const frame = { width: this.#span, height, margin: 8, low, high }
    const segments = this.#segments(channel).filter((one) => this.#counts(one))
    const bands = segments.map(
      (segment) =>
        markup`<rect x="${this.#x(segment.start)}" y="0" width="${round(this.#x(segment.end) - this.#x(segment.start))}" height="${height}" fill="${this.#colour(segment.weight)}" fill-opacity="${tintSteps[tintStep(segment.weight, this.#largest) - 1] ?? 0}"><title>${segment.name}: ${formatWeight(segment.weight, this.#decimals)}</title></rect>${this.#edge(segment)}
`,
    )
    const over = lines.map(
      (line) =>
        markup`<path d="${signalPath(line, frame)}" fill="none" stroke="${theme.neutral}" stroke-width="1" stroke-opacity="${round(Math.max(0.2, 0.7 - lines.length / 50))}"/>
`,
    )
    const several = this.#instance.values.length > 1
    const name = this.#instance.channelNames[channel] ?? `channel ${channel}`
    const label =
      several &&
      markup`<text x="6" y="16" font-size="12" font-weight="600" fill="${theme.ink}" stroke="${theme.background}" stroke-width="3" paint-order="stroke">${shortName(name, 30)}</text>
`
    return markup`<g transform="translate(${LEFT} ${top})">
<rect width="${this.#span}" height="${height}" fill="${theme.surface}" fill-opacity="0.6"/>
${bands}${over}<path d="${signalPath(values, frame)}" fill="none" stroke="${theme.ink}" stroke-width="1.6" stroke-linejoin="round"/>
${label}${this.#scale(frame.low, frame.high, height)}</g>
`
  }

  /** The weights over a channel as bars; the strongest with their numbers. */
  strip(channel: number, top: number): Markup {
    const theme = this.#theme
    const segments = this.#segments(channel)
    const zero = this.#zero
    const numbered = new Set(segments.slice(0, 6).filter((one) => this.#counts(one)))
    const bars = segments.map((segment) => {
      const { start, end, weight } = segment
      const length = round((Math.abs(weight) / (this.#largest || 1)) * this.#reach)
      const x = this.#x(start)
      const wide = this.#x(end) - x
      const up = weight > 0
      const text = formatWeight(weight, this.#decimals)
      const half = (text.length * 11 * EM) / 2
      const middle = Math.min(this.#span - half, Math.max(half, x + wide / 2))
      const number =
        numbered.has(segment) &&
        wide >= 2 * half - 10 &&
        markup`<text x="${round(middle)}" y="${up ? round(zero - length - 4) : round(zero + length + 12)}" font-size="11" text-anchor="middle" fill="${this.#colour(weight)}">${text}</text>`
      return markup`<rect x="${round(x + 0.5)}" y="${up ? round(zero - length) : zero}" width="${round(Math.max(1, wide - 1))}" height="${length}" fill="${this.#colour(weight)}"><title>${segment.name}: ${text}</title></rect>${number}
`
    })
    return markup`<g transform="translate(${LEFT} ${round(top)})">
<path d="M0 ${zero}H${this.#span}" stroke="${theme.line}" stroke-width="1"/>
${bars}<text x="-8" y="${zero + 4}" font-size="11" text-anchor="end" fill="${theme.muted}">weight</text></g>
`
  }

  /** Time along the bottom. */
  axis(top: number): Markup {
    const theme = this.#theme
    const { ticks, unit } = timeTicks(this.#steps, this.#instance.samplingRate, this.#span / 90)
    return markup`<g transform="translate(${LEFT} ${round(top)})" font-size="11" fill="${theme.muted}">
<path d="M0 0H${this.#span}" stroke="${theme.line}" stroke-width="1"/>
${ticks.map(
  ({ step, text }) =>
    markup`<path d="M${this.#x(step)} 0v5" stroke="${theme.muted}"/><text x="${this.#x(step)}" y="18" text-anchor="middle">${text}</text>
`,
)}<text x="-22" y="18" text-anchor="end">${unit}</text></g>
`
  }

  /** The perturbations row by row, all channels on one line, with the model's answers. */
  sheet(drawn: readonly Perturbation[], top: number): Markup {
    const theme = this.#theme
    const ranges = this.#instance.values.map((values, channel) =>
      valueRange(values, ...drawn.map((one) => one.values[channel]!)),
    )
    const span = this.#span - 70
    const rows = drawn.map(({ values, output }, i) => {
      const lines = values.map((line, channel) => {
        const frame = { width: span, height: ROW - 4, margin: 2, ...ranges[channel]! }
        return markup`<path d="${signalPath(line, frame)}" fill="none" stroke="${theme.ink}" stroke-width="1" stroke-opacity="${channel === 0 ? 0.85 : 0.45}"/>`
      })
      return markup`<g transform="translate(0 ${18 + i * ROW})"><rect width="${span}" height="${ROW - 4}" fill="${theme.surface}" fill-opacity="0.6"/>${lines}<text x="${this.#span}" y="${ROW / 2 + 2}" font-size="12" text-anchor="end" fill="${theme.ink}">${outputText(this.#explanation, output)}</text></g>
`
    })
    return markup`<g transform="translate(${LEFT} ${round(top)})"><text x="0" y="8" font-size="12" fill="${theme.muted}">Perturbations</text><text x="${this.#span}" y="8" font-size="12" text-anchor="end" fill="${theme.muted}">${shortName(this.#label.name, 24)}</text>
${rows}</g>
`
  }

  /** What the colours and lines are. */
  legend(y: number, perturbed: boolean): Markup {
    const theme = this.#theme
    const heads = directions(this.#explanation, this.#label)
    const tree = this.#label.tree !== undefined
    const entries = [
      { mark: tree ? theme.neutral : theme.for, text: heads.for, line: false },
      ...(heads.against === '' ? [] : [{ mark: theme.against, text: heads.against, line: false }]),
      ...(perturbed ? [{ mark: theme.neutral, text: 'perturbations', line: true }] : []),
    ]
    let x = LEFT
    return markup`${entries.map(({ mark, text, line }) => {
      const at = x
      const shown = shortName(text, 40)
      x += 38 + shown.length * 12 * EM
      return markup`<rect x="${round(at)}" y="${line ? y - 5 : y - 10}" width="14" height="${line ? 2 : 12}" fill="${mark}"/><text x="${round(at + 20)}" y="${y}" font-size="12" fill="${theme.muted}">${shown}</text>
`
    })}`
  }

  #scale(low: number, high: number, height: number): Markup {
    const { muted } = this.#theme
    if (!Number.isFinite(low)) return markup``
    if (low === high) {
      return markup`<text x="-8" y="${height / 2 + 4}" font-size="11" text-anchor="end" fill="${muted}">${formatNumber(low, 3)}</text>`
    }
    return markup`<text x="-8" y="12" font-size="11" text-anchor="end" fill="${muted}">${formatNumber(high, 3)}</text><text x="-8" y="${height - 4}" font-size="11" text-anchor="end" fill="${muted}">${formatNumber(low, 3)}</text>`
  }

  #segments(channel: number): WeightedSegment[] {
    return channelSegments(this.#explanation, this.#label, channel, this.#of)
  }

  /** Solid over what speaks for it, dashed over what speaks against it: colour is not the only sign. */
  #edge({ start, end, weight }: WeightedSegment): Markup {
    const dash = weight < 0 && markup` stroke-dasharray="5 3"`
    return markup`<path d="M${this.#x(start)} 1H${this.#x(end)}" stroke="${this.#colour(weight)}" stroke-width="2"${dash}/>`
  }

  #counts({ weight }: WeightedSegment): boolean {
    return Math.abs(weight) >= FAINT * this.#largest
  }

  #colour(weight: number): string {
    if (this.#label.tree !== undefined) return this.#theme.neutral
    return weight < 0 ? this.#theme.against : this.#theme.for
  }

  /** Pixels from the left of a panel to the beginning of a step. */
  #x(step: number): number {
    return round((this.#span * step) / this.#steps)
  }
}

function seriesOf(
  { instance, domain }: ExplanationData,
  part: number | undefined,
): { instance: Series; of: number | undefined } {
  if (instance.kind === 'series') return { instance, of: undefined }
  if (instance.kind === 'composite') {
    const of = part ?? instance.parts.findIndex((one) => one.instance.kind === 'series')
    const found = instance.parts[of]?.instance
    if (found?.kind === 'series') return { instance: found, of }
  }
  throw new OptionError({
    where: part === undefined ? 'renderSeriesSvg, explanation' : 'renderSeriesSvg, options.part',
    got: part === undefined ? `an explanation of kind ${domain}` : String(part),
    expected: 'an explanation with a series',
    remedy: 'renderSvg draws the weights of any explanation.',
  })
}

/** The first rows after the instance in which something is off, as series. */
function perturbationsOf(
  { features, neighbourhood }: ExplanationData,
  { values, replacement }: Series,
  of: number | undefined,
  { label }: LabelExplanation,
  count: number,
): Perturbation[] {
  if (!(count > 0)) return []
  if (neighbourhood === undefined || replacement === undefined) {
    throw new OptionError({
      where: 'renderSeriesSvg, options.perturbations',
      got: `${count} for an explanation without ${neighbourhood === undefined ? 'its samples' : 'the series that stands in place'}`,
      expected: 'an explanation that kept them',
      remedy: 'Explain with keepNeighbourhood: true, or leave perturbations out.',
    })
  }
  const rows = neighbourhood.interpretable.slice(1, 1 + Math.min(50, count))
  return rows.map((row, i): Perturbation => {
    const changed = values.map((line) => [...line])
    row.forEach((on, j) => {
      const feature = features[j]
      if (on === 1 || feature?.of !== of || feature?.part.kind !== 'series') return
      const { start, end, channels } = feature.part
      for (const c of channels) {
        for (let t = start; t < end; t++) changed[c]![t] = replacement[c]![t]!
      }
    })
    return { values: changed, output: neighbourhood.outputs[i + 1]![label]! }
  })
}

/** Whether every segment covers every channel. */
function sharedSegments({ features }: ExplanationData, of: number | undefined, channels: number) {
  return features.every(
    (feature) =>
      feature.of !== of ||
      feature.part.kind !== 'series' ||
      feature.part.channels.length === channels,
  )
}

function within(value: number | undefined, low: number, high: number, otherwise: number): number {
  const asked = value !== undefined && Number.isFinite(value) ? value : otherwise
  return Math.round(Math.min(high, Math.max(low, asked)))
}

function shortName(name: string, columns: number): string {
  return truncate(visibleText(name), Math.floor(columns))
}
