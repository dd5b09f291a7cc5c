/**
 * An explanation as lines of text.
 *
 * 1. The model's answer: a bar for each output.
 * 2. For each label: its weights as bars left (against) and right (for) of an axis, with signed numbers.
 * 3. The instance where it can be shown in text: words in colour with their sign, a series as a line of blocks.
 * 4. Intercept, fit in plain words, warnings.
 *
 * A pure function of its options: whether the terminal has colours and how wide it is, the caller finds out. Colour is
 * never the only sign: bars have sides, numbers and words have + or −. No line is wider than `width`.
 */
import type { ExplanationData, LabelExplanation } from '../contract/index.ts'
import { type Bar, type BarAxis, barAxis, directions, labelBars } from './bars.ts'
import { displayWidth, padEnd, padStart, truncate, wrap } from './display-width.ts'
import {
  formatCount,
  formatNumber,
  formatPercent,
  formatWeight,
  weightDecimals,
} from './number-text.ts'
import { terminalColours } from './palette.ts'
import { outputText, predictionTable } from './prediction.ts'
import { type InstanceStyle, instanceLines } from './terminal-instance.ts'
import { treeRules } from './tree-rules.ts'
import { asciiText, visibleText } from './visible-text.ts'
import { fitWords, plainSentence } from './words.ts'

/** How the terminal is. */
export interface TerminalOptions {
  /** Columns, 40 to 200 (others are brought into this range); default 80. */
  readonly width?: number | undefined
  /** ANSI colours; default false. */
  readonly color?: boolean | undefined
  /** Block characters and typography; false = ASCII alone, other characters of names as `\u{…}`; default true. */
  readonly unicode?: boolean | undefined
  /** The labels shown, by output column; default all that were explained. */
  readonly labels?: readonly number[] | undefined
  /** Most weights shown for a label; default 25. */
  readonly maxFeatures?: number | undefined
}

/** The explanation for a terminal, lines joined and closed by `\n`. */
export function renderTerminal(
  explanation: ExplanationData,
  options: TerminalOptions = {},
): string {
  const style = terminalStyle(options)
  const asked = options.labels
  const labels = explanation.labels.filter(({ label }) => asked?.includes(label) ?? true)
  const blocks = [
    predictionLines(explanation, style),
    ...labels.map((label) => labelLines(explanation, label, style, options.maxFeatures ?? 25)),
    diagnosticLines(explanation, style),
  ]
  const text = blocks
    .filter((block) => block.length > 0)
    .map((block) => block.map((line) => line.trimEnd()).join('\n'))
    .join('\n\n')
  return `${text}\n`
}

interface Style extends InstanceStyle {
  readonly bold: (text: string) => string
  /** A name from the data: safe, and in this terminal's characters. */
  readonly name: (text: string) => string
}

function terminalStyle({ width = 80, color = false, unicode = true }: TerminalOptions): Style {
  const paint = (code: string) => (text: string) =>
    color && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text
  const words = unicode ? (text: string) => text : asciiText
  return {
    width: Math.min(200, Math.max(40, Math.floor(Number.isFinite(width) ? width : 80))),
    unicode,
    words,
    name: (text) => {
      const safe = visibleText(text)
      if (!unicode) return asciiText(safe)
      return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(safe) ? `${safe}\u200e` : safe
    },
    bold: paint('1'),
    muted: paint('2'),
    for: paint(`38;5;${terminalColours.for}`),
    against: paint(`38;5;${terminalColours.against}`),
  }
}

function predictionLines(explanation: ExplanationData, style: Style): string[] {
  const { rows, hidden } = predictionTable(explanation, 8)
  const { width, words } = style
  const names = rows.map(({ name }) => style.name(name))
  const values = rows.map(({ text }) => words(text))
  const valueWidth = Math.max(0, ...values.map(displayWidth))
  const nameWidth = Math.min(Math.floor(width * 0.4), Math.max(0, ...names.map(displayWidth)))
  const barWidth = Math.min(40, width - nameWidth - valueWidth - 6)
  const classification = explanation.task === 'classification'
  const out = [style.bold('Prediction')]
  rows.forEach(({ fraction }, i) => {
    const name = padEnd(truncate(names[i]!, nameWidth, words('\u2026')), nameWidth)
    const bar = classification ? `${padEnd(plainBar(fraction, barWidth, style), barWidth)}  ` : ''
    out.push(`  ${name}  ${bar}${padStart(values[i]!, valueWidth)}`)
  })
  if (hidden > 0) out.push(style.muted(`  and ${formatCount(hidden)} more`))
  const range = explanation.predictionRange
  if (range !== undefined) {
    out.push(
      style.muted(
        words(`  in the neighbourhood ${formatNumber(range[0])} to ${formatNumber(range[1])}`),
      ),
    )
  }
  return out
}

function labelLines(
  explanation: ExplanationData,
  label: LabelExplanation,
  style: Style,
  most: number,
): string[] {
  const { words, width } = style
  const value = words(outputText(explanation, label.prediction))
  const room = width - displayWidth(value) - 7
  const title = `Why ${truncate(style.name(label.name), room, words('\u2026'))} (${value})`
  const out = [style.bold(title)]
  const bars = labelBars(explanation, label)
  out.push(...barLines(explanation, label, bars, style, most))
  const rules = treeRules(explanation, label)
  if (rules.length > 0) {
    out.push('', '  As rules')
    for (const { conditions, value: leaf, share } of rules) {
      const when = conditions.length === 0 ? 'always' : conditions.map(style.name).join(' and ')
      const text = words(
        `${formatNumber(leaf)} if ${when} (${formatPercent(share)} of the samples)`,
      )
      out.push(...indented(text, width, '    ', '  - '))
    }
  }
  const picture = instanceLines(explanation, label, style)
  if (picture.length > 0) out.push('', ...picture)
  const sums =
    label.tree === undefined
      ? `intercept ${formatNumber(label.intercept)} \u00b7 surrogate ${formatNumber(label.localPrediction)} \u00b7 model ${formatNumber(label.prediction)}`
      : `surrogate ${formatNumber(label.localPrediction)} \u00b7 model ${formatNumber(label.prediction)}`
  out.push('', ...indented(words(sums), width).map(style.muted))
  out.push(...indented(words(plainSentence(fitWords(label))), width))
  return out
}

function barLines(
  explanation: ExplanationData,
  label: LabelExplanation,
  bars: readonly Bar[],
  style: Style,
  most: number,
): string[] {
  const { width, words } = style
  if (bars.length === 0) return ['  No feature has any weight.']
  const shown = bars.slice(0, most)
  const tree = label.tree !== undefined
  const decimals = weightDecimals(bars.map(({ weight }) => weight))
  const values = shown.map(({ weight }) =>
    words(tree ? formatWeight(weight, decimals).replace('+', '') : formatWeight(weight, decimals)),
  )
  const tied = shown.some((bar) => bar.tied)
  const unsure = shown.some((bar) => bar.unsure)
  const marks = shown.map((bar) => words(`${bar.tied ? '\u2248' : ''}${bar.unsure ? '?' : ''}`))
  const markWidth = Math.max(...marks.map(displayWidth))
  const intervals = shown.map(({ interval }) =>
    interval === undefined
      ? ''
      : words(`${formatWeight(interval[0], decimals)} to ${formatWeight(interval[1], decimals)}`),
  )
  const valueWidth = Math.max(...values.map(displayWidth)) + (markWidth > 0 ? markWidth + 1 : 0)
  const intervalWidth = width < 76 ? 0 : Math.max(...intervals.map(displayWidth))
  const gaps = 6 + (intervalWidth > 0 ? 2 : 0)
  const names = shown.map(({ name }) => style.name(name))
  const room = width - valueWidth - intervalWidth - gaps
  const nameWidth = Math.min(Math.floor(room * 0.6), Math.max(...names.map(displayWidth)))
  const barWidth = Math.min(60, room - nameWidth)
  const axis = barAxis(shown.map((bar) => ({ ...bar, interval: undefined })))
  const zero = Math.round(axis.position(0) * (barWidth - 1))
  const out: string[] = []
  const heads = directions(explanation, label)
  if (!tree) out.push(directionLine(heads, style, nameWidth, zero, barWidth))
  shown.forEach((bar, i) => {
    const name = padEnd(truncate(names[i]!, nameWidth, words('\u2026')), nameWidth)
    const paint = bar.weight < 0 ? style.against : style.for
    const mark = markWidth > 0 ? ` ${padEnd(marks[i]!, markWidth)}` : ''
    const interval =
      intervalWidth > 0 ? `  ${style.muted(padStart(intervals[i]!, intervalWidth))}` : ''
    const value = paint(padStart(values[i]!, valueWidth - (markWidth > 0 ? markWidth + 1 : 0)))
    out.push(
      `  ${name}  ${signedBar(bar.weight, axis, barWidth, zero, style)}  ${value}${mark}${interval}`,
    )
  })
  if (bars.length > shown.length) {
    const rest = bars.slice(shown.length).reduce((sum, { share }) => sum + share, 0)
    out.push(
      style.muted(
        words(
          `  and ${formatCount(bars.length - shown.length)} more, together ${formatPercent(rest)} of the weight`,
        ),
      ),
    )
  }
  if (intervalWidth > 0) out.push(style.muted(words('  At the right: 95\u00a0% intervals.')))
  if (tied) out.push(style.muted(words('  \u2248 rank cannot be told from the next')))
  if (unsure) out.push(style.muted('  ? sign uncertain: interval holds 0'))
  return out
}

function directionLine(
  heads: { readonly for: string; readonly against: string },
  style: Style,
  nameWidth: number,
  zero: number,
  barWidth: number,
): string {
  const left = zero >= heads.against.length + 1 ? `${heads.against} ` : ''
  const right = barWidth - zero - 1 >= heads.for.length + 1 ? ` ${heads.for}` : ''
  const line = style.muted(style.unicode ? '\u2502' : '|')
  return `${' '.repeat(nameWidth + 4)}${' '.repeat(zero - left.length)}${style.against(left)}${line}${style.for(right)}`
}

/** A bar from the axis to the weight in exactly `barWidth` columns, one of them the axis itself. */
function signedBar(
  weight: number,
  axis: BarAxis,
  barWidth: number,
  zero: number,
  style: Style,
): string {
  const side = weight < 0 ? zero : barWidth - 1 - zero
  const reach = weight < 0 ? axis.low : axis.high
  const exact = reach === 0 || !Number.isFinite(weight) ? 0 : (weight / reach) * side
  const line = style.muted(style.unicode ? '\u2502' : '|')
  if (!style.unicode) {
    const length = exact > 0 ? Math.max(1, Math.round(exact)) : 0
    const bar = (weight < 0 ? '-' : '+').repeat(length)
    return weight < 0
      ? ' '.repeat(zero - length) + style.against(bar) + line + ' '.repeat(barWidth - 1 - zero)
      : ' '.repeat(zero) + line + style.for(bar) + ' '.repeat(barWidth - 1 - zero - length)
  }
  const halves = exact > 0 ? Math.max(1, Math.round(2 * exact)) : 0
  const full = '\u2588'.repeat(halves >> 1)
  const length = (halves + 1) >> 1
  return weight < 0
    ? `${' '.repeat(zero - length)}${style.against((halves & 1 ? '\u2590' : '') + full)}${line}${' '.repeat(barWidth - 1 - zero)}`
    : `${' '.repeat(zero)}${line}${style.for(full + (halves & 1 ? '\u258c' : ''))}${' '.repeat(barWidth - 1 - zero - length)}`
}

function plainBar(fraction: number, width: number, style: Style): string {
  if (!style.unicode) return '#'.repeat(Math.round(fraction * width))
  const eighths = Math.round(fraction * width * 8)
  const last = eighths % 8
  return (
    '\u2588'.repeat(Math.floor(eighths / 8)) +
    (last === 0 ? '' : String.fromCodePoint(0x2590 - last))
  )
}

function diagnosticLines(explanation: ExplanationData, style: Style): string[] {
  const { samples, effectiveSampleSize, modelCalls, warnings } = explanation.diagnostics
  const { width, words } = style
  const out = indented(
    words(
      `${formatCount(samples)} samples, worth ${formatCount(effectiveSampleSize)} of equal weight \u00b7 ${formatCount(modelCalls)} model calls`,
    ),
    width,
    '',
  ).map(style.muted)
  for (const { message } of warnings) {
    out.push(...indented(style.name(message), width, '  ', '! ').map(style.bold))
  }
  return out
}

/** Wrapped lines, the first behind `first`, the others behind `indent`. */
function indented(text: string, width: number, indent = '  ', first = indent): string[] {
  return wrap(text, width - indent.length).map((line, i) => (i === 0 ? first : indent) + line)
}
