/**
 * An anchor for people: a sentence, a block of lines for the terminal, and a page.
 *
 * "IF all of these hold, THEN the model says X": the rule, how often that is right, how often it applies, and how the
 * rule grew.
 */
import type { AnchorData } from '../contract/anchor.ts'
import { wrap } from './display-width.ts'
import { htmlPage } from './html-page.ts'
import { isolated, type Markup, markup } from './markup.ts'
import { formatCount, formatNumber, formatPercent } from './number-text.ts'
import { asciiText, visibleText } from './visible-text.ts'

/** How the terminal is. */
export interface AnchorTerminalOptions {
  /** Columns, from 40; default 80. */
  readonly width?: number | undefined
  readonly color?: boolean | undefined
  /** False: ASCII alone. */
  readonly unicode?: boolean | undefined
}

/** The rule as one sentence. */
export function anchorSentence(anchor: AnchorData): string {
  const words = conditions(anchor)
  const rule =
    words.length === 0
      ? `The model says ${anchor.name} whatever is changed`
      : `If ${words.join(' and ')}, the model says ${anchor.name}`
  return `${rule}: in ${shareText(anchor.precision)} of the perturbations where that holds, which are ${shareText(anchor.coverage)} of all.`
}

/** Lines for a terminal, closed by `\n`. */
export function renderAnchor(anchor: AnchorData, options: AnchorTerminalOptions = {}): string {
  const { color = false, unicode = true } = options
  const width = Math.min(200, Math.max(40, Math.floor(options.width ?? 80)))
  const paint = (code: string, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text)
  const safe = (text: string) => (unicode ? visibleText(text) : asciiText(visibleText(text)))
  const words = conditions(anchor).map(safe)
  const { label, prediction, precisionInterval, diagnostics, steps } = anchor
  const head = `${safe(anchor.name)}  ${formatNumber(prediction[label]!)}`
  const rule =
    words.length === 0
      ? ['(no condition)']
      : words.map((word, k) => `${k === 0 ? 'IF  ' : 'AND '} ${paint('1', word)}`)
  const [low, high] = precisionInterval
  const facts = [
    `precision  ${shareText(anchor.precision)}  (${shareText(low)} to ${shareText(high)})`,
    `coverage   ${shareText(anchor.coverage)}`,
  ]
  const growth =
    steps.length < 3
      ? []
      : [
          'How the rule grew: precision, coverage, condition',
          ...steps.map(({ features, precision, coverage }) => {
            const last = features.at(-1)
            const name = last === undefined ? '(no condition)' : `+ ${nameOf(anchor, last)}`
            const found = precision === null ? 'not drawn' : shareText(precision)
            return `  ${found.padStart(9)}  ${shareText(coverage).padStart(8)}  ${safe(name)}`
          }),
        ]
  const notes = diagnostics.warnings.flatMap(({ message }) =>
    wrap(`! ${safe(message)}`, width).map((line) => paint('33', line)),
  )
  const blocks = [
    [`Prediction  ${head}`],
    [...rule, `THEN ${paint('1', safe(anchor.name))}`],
    facts,
    growth,
    notes,
    [
      `${formatCount(diagnostics.samples)} samples, ${formatCount(diagnostics.modelCalls)} model calls`,
    ],
  ]
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`
}

/** A page of its own. */
export function renderAnchorHtml(anchor: AnchorData): string {
  const words = conditions(anchor)
  const [low, high] = anchor.precisionInterval
  const title = `Why ${anchor.name}?`
  const rule =
    words.length === 0
      ? markup`<p>No condition: the model says <strong>${isolated(anchor.name)}</strong> whatever is changed.</p>`
      : markup`<p>If all of these hold, the model says <strong>${isolated(anchor.name)}</strong>:</p>
<ul>${words.map((word) => markup`<li><strong>${isolated(word)}</strong></li>`)}</ul>`
  const body = markup`<main><header><p class="kicker">Anchor · ${anchor.domain}</p><h1>${title}</h1></header>
<section aria-labelledby="rule"><h2 id="rule">The rule</h2>
${rule}
<figure class="drawing"><table class="values"><tbody>
<tr><th scope="row">precision</th><td>${shareText(anchor.precision)}</td><td>${shareText(low)} to ${shareText(high)}</td></tr>
<tr><th scope="row">coverage</th><td>${shareText(anchor.coverage)}</td><td>of the perturbations</td></tr>
<tr><th scope="row">the model’s answer</th><td>${formatNumber(anchor.prediction[anchor.label]!)}</td><td>for ${isolated(anchor.name)}</td></tr>
</tbody></table></figure>
${anchor.diagnostics.warnings.map(({ message }) => markup`<p role="note">${message}</p>`)}</section>
${anchor.steps.length > 1 && growth(anchor)}
${textOf(anchor)}
</main>`
  return htmlPage({ title, body })
}

function growth(anchor: AnchorData): Markup {
  return markup`<section aria-labelledby="growth"><h2 id="growth">How the rule grew</h2>
<figure class="drawing"><table class="values"><thead><tr><th scope="col">condition added</th><th scope="col">precision</th><th scope="col">coverage</th></tr></thead><tbody>
${anchor.steps.map(({ features, precision, coverage }) => {
  const last = features.at(-1)
  return markup`<tr><th scope="row">${last === undefined ? 'none' : isolated(nameOf(anchor, last))}</th><td>${precision === null ? 'not drawn' : shareText(precision)}</td><td>${shareText(coverage)}</td></tr>
`
})}</tbody></table></figure></section>`
}

/** The texts with the rule's words marked. */
function textOf({ instance, features, anchor }: AnchorData): Markup | false {
  if (instance.kind !== 'text') return false
  return markup`<section aria-labelledby="text"><h2 id="text">The text</h2>
${instance.fields.map(({ name, text }, field) => {
  const spans = anchor
    .flatMap((id) => {
      const { part } = features[id]!
      return part.kind === 'text' && part.field === field ? part.spans : []
    })
    .sort((a, b) => a.start - b.start)
  const pieces: Markup[] = []
  let at = 0
  for (const { start, end } of spans) {
    if (start < at) continue
    pieces.push(markup`${text.slice(at, start)}<mark>${text.slice(start, end)}</mark>`)
    at = end
  }
  pieces.push(markup`${text.slice(at)}`)
  const only = instance.fields.length === 1
  return markup`<p>${!only && markup`<strong>${isolated(name)}</strong> `}${pieces}</p>`
})}</section>`
}

function conditions(anchor: AnchorData): string[] {
  return anchor.anchor.map((id) => nameOf(anchor, id))
}

/** A feature as a condition: of texts, its word in quotation marks. */
function nameOf({ features }: AnchorData, id: number): string {
  const { name, part } = features[id]!
  return part.kind === 'text' ? `“${name}”` : name
}

function shareText(share: number): string {
  return formatPercent(share, share > 0 && share < 1 ? 1 : 0)
}
