/**
 * The instance in a terminal: a text with its weighted words marked, a series as a line of blocks with the signs of its
 * segments beneath. Tables are told by their conditions already; pictures need a better screen.
 */
import type { ExplanationData, InstanceData, LabelExplanation } from '../contract/index.ts'
import { displayWidth, truncate } from './display-width.ts'
import { type MarkedRun, markedRuns } from './text-runs.ts'
import { asciiText, visibleText } from './visible-text.ts'

/** What the terminal can do, as functions that paint. */
export interface InstanceStyle {
  readonly width: number
  readonly unicode: boolean
  /** Words of ours in this terminal's characters. */
  readonly words: (text: string) => string
  readonly muted: (text: string) => string
  readonly for: (text: string) => string
  readonly against: (text: string) => string
}

const MOST_LINES = 24

/** The instance, one block for each part of a composite; empty where there is nothing to show. */
export function instanceLines(
  explanation: ExplanationData,
  label: LabelExplanation,
  style: InstanceStyle,
): string[] {
  const { instance } = explanation
  if (instance.kind !== 'composite')
    return oneInstance(explanation, label, instance, undefined, style)
  return instance.parts.flatMap(({ name, instance: part }, of) => {
    const drawn = oneInstance(explanation, label, part, of, style)
    const title = `  ${truncate(style.words(visibleText(name)), style.width - 4, style.words('\u2026'))}:`
    return drawn.length === 0 ? [] : [title, ...drawn]
  })
}

function oneInstance(
  explanation: ExplanationData,
  label: LabelExplanation,
  instance: InstanceData,
  of: number | undefined,
  style: InstanceStyle,
): string[] {
  if (instance.kind === 'text') {
    return instance.fields.flatMap(({ name, text }, field) => {
      const body = markedLines(markedRuns(explanation, label, text, field, { of }), style)
      const title = `  ${truncate(style.words(visibleText(name)), style.width - 4, style.words('\u2026'))}:`
      return instance.fields.length > 1 ? [style.muted(title), ...body] : body
    })
  }
  if (instance.kind === 'series') return seriesLines(explanation, label, instance, of, style)
  return []
}

/** Runs of text as lines, each weighted run as `[+word]` or `[−word]`. */
function markedLines(runs: readonly MarkedRun[], style: InstanceStyle): string[] {
  const room = style.width - 2
  const out: string[] = []
  let line = ''
  let used = 0
  const push = (text: string, paint: (text: string) => string): void => {
    for (const piece of text.split(/(?<= )/)) {
      const safe = style.unicode ? visibleText(piece) : asciiText(visibleText(piece))
      const shown = truncate(safe, room, style.words('\u2026'))
      const columns = displayWidth(shown.trimEnd())
      if (used > 0 && used + columns > room) {
        out.push(`  ${line}`)
        line = ''
        used = 0
      }
      line += paint(shown)
      used += displayWidth(shown)
    }
  }
  for (const { text, weight } of runs) {
    if (out.length > MOST_LINES) break
    const plain = text.split(/\r\n|\r|\n/)
    plain.forEach((part, i) => {
      if (i > 0) {
        out.push(`  ${line}`)
        line = ''
        used = 0
      }
      if (part === '') return
      if (weight === 0) push(part, (piece) => piece)
      else if (weight > 0) push(`[+${part}]`, style.for)
      else push(style.words(`[\u2212${part}]`), style.against)
    })
  }
  out.push(`  ${line}`)
  return out.length > MOST_LINES ? [...out.slice(0, MOST_LINES), style.words('  \u2026')] : out
}

function seriesLines(
  explanation: ExplanationData,
  label: LabelExplanation,
  instance: Extract<InstanceData, { kind: 'series' }>,
  of: number | undefined,
  style: InstanceStyle,
): string[] {
  const columns = style.width - 4
  return instance.values.slice(0, 8).flatMap((values, channel) => {
    if (values.length === 0) return []
    const n = Math.min(columns, values.length)
    const finite = values.filter(Number.isFinite)
    const low = finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
    const high = finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    const blocks = style.unicode ? '\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588' : '_.-=+*%#'
    const signs = segmentSigns(explanation, label, values.length, channel, of)
    let line = ''
    let marks = ''
    for (let i = 0; i < n; i++) {
      const at = Math.min(values.length - 1, Math.floor(((i + 0.5) * values.length) / n))
      const height = high > low ? (values[at]! - low) / (high - low) : 0.5
      const block = blocks[Math.min(7, Math.max(0, Math.floor(height * 8)))] ?? ' '
      const sign = signs[at]!
      const paint = sign > 0 ? style.for : sign < 0 ? style.against : style.muted
      line += paint(block)
      marks += sign > 0 ? style.for('+') : sign < 0 ? style.against(style.words('\u2212')) : ' '
    }
    const name = style.words(visibleText(instance.channelNames[channel] ?? `channel ${channel}`))
    const title = `  ${truncate(name, style.width - 4, style.words('\u2026'))}`
    return [style.muted(title), `  ${line}`, `  ${marks}`]
  })
}

/** The sign of the strongest segment over each time step of a channel. */
function segmentSigns(
  explanation: ExplanationData,
  label: LabelExplanation,
  length: number,
  channel: number,
  of: number | undefined,
): Int8Array {
  const signs = new Int8Array(length)
  for (const { feature, weight } of [...label.weights].reverse()) {
    const known = explanation.features[feature]
    if (known?.part.kind !== 'series' || known.of !== of) continue
    if (known.part.channels.includes(channel)) {
      signs.fill(Math.sign(weight), known.part.start, known.part.end)
    }
  }
  return signs
}
