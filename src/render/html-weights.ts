/**
 * The weights of one label as an HTML table: name with what it covers, bar with whisker, signed weight, share.
 */
import type { ExplanationData, LabelExplanation } from '../contract/index.ts'
import { type Bar, type BarAxis, barAxis, directions, labelBars } from './bars.ts'
import { type FeatureMarks, featureMarks } from './draw-options.ts'
import { isolated, type Markup, markup } from './markup.ts'
import {
  formatCount,
  formatNumber,
  formatPercent,
  formatWeight,
  weightDecimals,
} from './number-text.ts'
import { treeRules } from './tree-rules.ts'
import { labelWords, plainSentence } from './words.ts'

/** The figure: at most `most` rows, the rest summed up in the caption. */
export function weightsFigure(
  explanation: ExplanationData,
  label: LabelExplanation,
  most: number,
  marks: FeatureMarks = featureMarks(undefined),
): Markup {
  const all = labelBars(explanation, label)
  if (all.length === 0) return markup`<p>No feature has any weight.</p>`
  const bars = all.slice(0, most)
  const axis = barAxis(bars)
  const decimals = weightDecimals(all.map(({ weight }) => weight))
  const tree = label.tree !== undefined
  const heads = directions(explanation, label)
  const zero = 100 * axis.position(0)
  const measure = tree ? 'Importance' : 'Weight'
  return markup`<figure class="drawing">
<table class="weights">
<caption class="sr">${plainSentence(labelWords(explanation, label).evidence)}</caption>
<thead><tr><th scope="col" class="name">Feature</th><th scope="col" class="wide">${axisHead(heads, zero)}</th><th scope="col" class="weight number">${measure}</th><th scope="col" class="share number">Share</th></tr></thead>
<tbody>
${bars.map((bar) => weightRow(bar, axis, decimals, tree, marks))}</tbody>
</table>
<figcaption>${captionWords(all, bars)} <span class="share-note">${tree ? 'Share: part of the importance of all features shown here.' : 'Share: part of the sum of all weights without their signs.'}</span></figcaption>
</figure>
${rulesList(explanation, label)}`
}

function axisHead(heads: { readonly for: string; readonly against: string }, zero: number): Markup {
  const left = heads.against !== '' && zero >= 3
  const right = zero <= 85
  return markup`<svg width="100%" height="14" role="img" aria-label="${heads.against !== '' && `left: ${heads.against}, `}right: ${heads.for}" font-size="12">${left && markup`<text class="against" x="${round(zero)}%" dx="-6" y="11" text-anchor="end">\u2190 ${heads.against}</text>`}${right && markup`<text class="${heads.against === '' ? 'neutral' : 'for'}" x="${round(zero)}%" dx="6" y="11">${heads.for} \u2192</text>`}</svg>`
}

function weightRow(
  bar: Bar,
  axis: BarAxis,
  decimals: number,
  tree: boolean,
  marks: FeatureMarks,
): Markup {
  const zero = 100 * axis.position(0)
  const end = 100 * axis.position(bar.weight)
  const kind = tree ? 'neutral' : bar.weight < 0 ? 'against' : 'for'
  const text = formatWeight(bar.weight, decimals)
  const interval = bar.interval
  const range =
    interval === undefined
      ? undefined
      : `${formatWeight(interval[0], decimals)} to ${formatWeight(interval[1], decimals)}`
  const rect = markup`<rect class="${kind}${bar.unsure && ' unsure'}" x="${round(Math.min(zero, end))}%" y="3" width="${round(Math.abs(end - zero))}%" height="14"/>`
  return markup`<tr data-feature="${bar.feature}"${marks.offClass(bar.feature) !== '' && markup` class="off"`}><th scope="row" class="name"><bdi class="clamp" title="${bar.name}">${bar.name}</bdi>${bar.detail !== '' && markup`<span class="detail"><bdi>${bar.detail}</bdi></span>`}</th><td class="wide"><svg width="100%" height="20" aria-hidden="true">${rect}${interval !== undefined && whisker(interval, axis)}<line class="axis" x1="${round(zero)}%" x2="${round(zero)}%" y1="-8" y2="28"/></svg></td><td class="weight number ${kind}">${tree ? text.replace('+', '') : text}${bar.tied && markup`<span title="rank cannot be told from the next"> \u2248<span class="sr">tied</span></span>`}${range !== undefined && markup`<span class="sr">, 95\u00a0% interval ${range}${bar.unsure && ', sign uncertain'}</span>`}</td><td class="share number muted">${formatPercent(bar.share)}</td></tr>
`
}

/** A 95 % interval as a whisker around height `y`. */
export function whisker(
  interval: readonly [low: number, high: number],
  axis: BarAxis,
  y = 10,
): Markup {
  const from = `${round(100 * axis.position(interval[0]))}%`
  const to = `${round(100 * axis.position(interval[1]))}%`
  return markup`<line class="whisker" x1="${from}" x2="${to}" y1="${y}" y2="${y}"/><line class="whisker" x1="${from}" x2="${from}" y1="${y - 4}" y2="${y + 4}"/><line class="whisker" x1="${to}" x2="${to}" y1="${y - 4}" y2="${y + 4}"/>`
}

function captionWords(all: readonly Bar[], bars: readonly Bar[]): string {
  const words: string[] = []
  if (all.length > bars.length) {
    const rest = all.slice(bars.length).reduce((sum, { share }) => sum + share, 0)
    words.push(
      `And ${formatCount(all.length - bars.length)} more, together ${formatPercent(rest)} of the weight.`,
    )
  }
  if (bars.some(({ interval }) => interval !== undefined)) {
    words.push('Whiskers are 95\u00a0% intervals.')
  }
  if (bars.some(({ tied }) => tied))
    words.push('\u2248 marks a rank that cannot be told from the next.')
  if (bars.some(({ unsure }) => unsure))
    words.push('Pale bars with a dashed edge: the sign is uncertain.')
  return words.join(' ')
}

function rulesList(explanation: ExplanationData, label: LabelExplanation): Markup {
  const rules = treeRules(explanation, label)
  if (rules.length === 0) return markup``
  return markup`<h3>The surrogate tree as rules</h3>
<ul class="rules">
${rules.map(
  ({ conditions, value, share }) =>
    markup`<li><strong>${formatNumber(value)}</strong> ${conditions.length === 0 ? 'always' : 'if '}${conditions.map((condition, i) => markup`${i > 0 && ' and '}${isolated(condition)}`)} <span class="muted">(${formatPercent(share)} of the samples)</span></li>
`,
)}</ul>`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
