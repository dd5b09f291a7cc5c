/**
 * The weights of one label as a bar chart: a standalone SVG picture with a title and a description in words.
 *
 * Bars point left (against, blue) or right (for, orange) of a line at zero; whiskers are 95 % intervals; ≈ marks ranks
 * that cannot be told apart. Nothing in it needs a network, a script or a style sheet. Widths of text are estimated
 * (0.58 em a column), since no font is at hand.
 */
import type { ExplanationData, LabelExplanation } from '../contract/index.ts'
import { type Bar, type BarAxis, barAxis, directions, labelBars } from './bars.ts'
import { displayWidth, truncate, wrap } from './display-width.ts'
import { type Markup, markup } from './markup.ts'
import { formatCount, formatPercent, formatWeight, weightDecimals } from './number-text.ts'
import { darkTheme, lightTheme, type Theme } from './palette.ts'
import { outputText } from './prediction.ts'
import { visibleText } from './visible-text.ts'
import { explainInWords, fitWords, plainSentence } from './words.ts'

/** How the chart is drawn. */
export interface SvgOptions {
  /** Output column; default the first one explained. */
  readonly label?: number | undefined
  /** Pixels, 320 to 2000 (others are brought into this range); default 720. The height follows. */
  readonly width?: number | undefined
  readonly theme?: 'light' | 'dark' | undefined
  /** Most bars shown; default 30. */
  readonly maxFeatures?: number | undefined
}

/** The bar chart of one label as SVG text. */
export function renderSvg(explanation: ExplanationData, options: SvgOptions = {}): string {
  const theme = options.theme === 'dark' ? darkTheme : lightTheme
  const asked = options.width ?? 720
  const width = Math.min(2000, Math.max(320, Math.round(Number.isFinite(asked) ? asked : 720)))
  const label =
    explanation.labels.find((one) => one.label === options.label) ?? explanation.labels[0]
  if (label === undefined) return emptyChart(width, theme)
  const all = labelBars(explanation, label)
  const bars = all.slice(0, options.maxFeatures ?? 30)
  const layout = chartLayout(explanation, label, all, bars, width)
  const title = `Why ${label.name} (${outputText(explanation, label.prediction)})`
  const room = Math.floor((width - 2 * MARGIN) / (TITLE_SIZE * EM))
  return frame(
    width,
    layout.height,
    theme,
    title,
    explainInWords(explanation, { label: label.label }),
    markup`<text x="${MARGIN}" y="38" font-size="${TITLE_SIZE}" font-weight="600" fill="${theme.ink}">${shortName(title, room)}</text>
${layout.subtitle.map(
  (
    line,
    i,
  ) => markup`<text x="${MARGIN}" y="${60 + 17 * i}" font-size="12" fill="${theme.muted}">${line}</text>
`,
)}${heads(layout, theme)}
${bars.map((bar, i) => row(bar, i, layout, theme))}
<path d="M${layout.zero} ${layout.top - 6}V${layout.bottom}" stroke="${theme.ink}" stroke-width="1"/>
${layout.notes.map(
  (
    line,
    i,
  ) => markup`<text x="${MARGIN}" y="${layout.bottom + 24 + 17 * i}" font-size="12" fill="${theme.muted}">${line}</text>
`,
)}`,
  )
}

const MARGIN = 24
const TITLE_SIZE = 19
const ROW = 30
const BAR = 16
const EM = 0.58

interface Layout {
  readonly subtitle: readonly string[]
  readonly notes: readonly string[]
  readonly heads: { readonly for: string; readonly against: string }
  readonly tree: boolean
  readonly decimals: number
  readonly axis: BarAxis
  readonly nameColumns: number
  readonly nameRight: number
  readonly left: number
  readonly span: number
  readonly zero: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly height: number
}

function chartLayout(
  explanation: ExplanationData,
  label: LabelExplanation,
  all: readonly Bar[],
  bars: readonly Bar[],
  width: number,
): Layout {
  const columns = Math.floor((width - 2 * MARGIN) / (12 * EM))
  const subtitle = wrap(plainSentence(fitWords(label)), columns)
  const decimals = weightDecimals(all.map(({ weight }) => weight))
  const longest = Math.max(0, ...bars.map(({ name }) => displayWidth(visibleText(name))))
  const nameColumns = Math.floor(Math.min(longest, ((width - 2 * MARGIN) * 0.42) / (13 * EM)))
  const nameRight = MARGIN + nameColumns * 13 * EM
  const left = nameRight + 18
  const right = width - MARGIN
  const valueWidth =
    13 * EM * (2 + Math.max(4, ...bars.map(({ weight }) => formatWeight(weight, decimals).length)))
  const span = Math.max(40, right - valueWidth - left)
  const axis = barAxis(bars)
  const top = 60 + 17 * subtitle.length + 22
  const bottom = top + ROW * Math.max(1, bars.length)
  const notes: string[] = []
  if (bars.length === 0) notes.push('No feature has any weight.')
  if (all.length > bars.length) {
    const rest = all.slice(bars.length).reduce((sum, { share }) => sum + share, 0)
    notes.push(
      `and ${formatCount(all.length - bars.length)} more, together ${formatPercent(rest)} of the weight`,
    )
  }
  if (bars.some(({ interval }) => interval !== undefined))
    notes.push('Whiskers are 95\u00a0% intervals.')
  if (bars.some(({ unsure }) => unsure))
    notes.push('Pale bars with a dashed edge: the sign is uncertain.')
  if (bars.some(({ tied }) => tied)) notes.push('\u2248 rank cannot be told from the next')
  const zero = round(left + axis.position(0) * span)
  return {
    subtitle,
    notes,
    heads: directions(explanation, label),
    tree: label.tree !== undefined,
    decimals,
    axis,
    nameColumns,
    nameRight,
    left,
    span,
    zero,
    right,
    top,
    bottom,
    height: bottom + 20 + (notes.length > 0 ? 10 + 17 * notes.length : 0),
  }
}

function heads(layout: Layout, theme: Theme): Markup {
  const { zero, top, left, span, heads: names } = layout
  const y = top - 10
  const fitsLeft = zero - left > names.against.length * 12 * EM + 20
  const fitsRight = left + span - zero > names.for.length * 12 * EM + 20
  return markup`${names.against !== '' && fitsLeft && markup`<text x="${zero - 8}" y="${y}" font-size="12" text-anchor="end" fill="${theme.against}">\u2190 ${names.against}</text>`}${fitsRight && markup`<text x="${zero + 8}" y="${y}" font-size="12" fill="${layout.tree ? theme.neutral : theme.for}">${names.for} \u2192</text>`}`
}

function row(bar: Bar, i: number, layout: Layout, theme: Theme): Markup {
  const { axis, left, span, zero, top, right, nameColumns, nameRight } = layout
  const middle = top + ROW * i + ROW / 2
  const end = round(left + axis.position(bar.weight) * span)
  const fill = layout.tree ? theme.neutral : bar.weight < 0 ? theme.against : theme.for
  const text = formatWeight(bar.weight, layout.decimals)
  const name = shortName(bar.name, nameColumns)
  return markup`<g><title>${bar.name}: ${text}, ${formatPercent(bar.share)} of the weight</title>
<text x="${round(nameRight)}" y="${middle + 4.5}" font-size="13" text-anchor="end" fill="${theme.ink}">${name}</text>
<rect x="${Math.min(zero, end)}" y="${middle - BAR / 2}" width="${round(Math.abs(end - zero))}" height="${BAR}" fill="${fill}"${bar.unsure && markup` fill-opacity="0.38" stroke="${fill}" stroke-dasharray="3 2"`}/>
${bar.interval !== undefined && whisker(bar.interval, middle, layout, theme)}<text x="${right}" y="${middle + 4.5}" font-size="13" text-anchor="end" fill="${fill}">${layout.tree ? text.replace('+', '') : text}${bar.tied && ' \u2248'}</text></g>
`
}

function whisker(
  interval: readonly [low: number, high: number],
  middle: number,
  { axis, left, span }: Layout,
  theme: Theme,
): Markup {
  const from = round(left + axis.position(interval[0]) * span)
  const to = round(left + axis.position(interval[1]) * span)
  return markup`<path d="M${from} ${middle}H${to}M${from} ${middle - 4}v8M${to} ${middle - 4}v8" fill="none" stroke="${theme.ink}" stroke-width="1.3"/>
`
}

function emptyChart(width: number, theme: Theme): string {
  const words = 'No label was explained.'
  return frame(
    width,
    80,
    theme,
    words,
    words,
    markup`<text x="${MARGIN}" y="45" font-size="14" fill="${theme.ink}">${words}</text>`,
  )
}

function frame(
  width: number,
  height: number,
  theme: Theme,
  title: string,
  description: string,
  body: Markup,
): string {
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif">
<title>${title}</title>
<desc>${description}</desc>
<rect width="${width}" height="${height}" fill="${theme.background}"/>
${body}</svg>
`.markup
}

function shortName(name: string, columns: number): string {
  return truncate(visibleText(name), columns)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
