/**
 * Many instances on one page, each on a card: to be searched, filtered and sorted by the page's script, and read from
 * top to bottom without it.
 *
 * 1. Above: how many of which answer, how good the fits are, which features weigh most over all.
 * 2. Cards: the instance as small as it can be told by, the answer (and the truth, where it is known), the strongest
 *    features, the fit, the warnings; more weights are folded away.
 *
 * The page grows with the number of cards alone: outlines are drawn from reduced maps, texts cut, and pictures that are
 * larger than their share of twelve million characters left out (`shrinkPicture` of `sodalime/data` makes them small).
 */
import type { ExplanationData, LabelExplanation } from '../contract/index.ts'
import { type Bar, barAxis, labelBars } from './bars.ts'
import { truncate } from './display-width.ts'
import { chosenLabel } from './draw-options.ts'
import { htmlPage } from './html-page.ts'
import { thumbnail } from './html-thumbnail.ts'
import { isolated, type Markup, markup } from './markup.ts'
import {
  formatCount,
  formatNumber,
  formatPercent,
  formatWeight,
  weightDecimals,
} from './number-text.ts'
import { outputName, outputText } from './prediction.ts'
import type { ReportEntry, ReportOptions } from './report-entry.ts'

/** Characters for the pictures of a whole page, as data URLs. */
const PICTURES_ROOM = 12_000_000
const ON_CARD = 4
const FOLDED = 12
const OVER_ALL = 15
const SEARCHED = 400

/** The page. */
export function renderGallery(
  entries: readonly ReportEntry[],
  options: ReportOptions = {},
): string {
  const title = options.title ?? `${formatCount(entries.length)} explanations`
  const items = entries.map(itemOf)
  const room = PICTURES_ROOM / Math.max(1, entries.length)
  const left = items.filter(({ explanation: { instance } }) => {
    return instance.kind === 'image' && (instance.picture?.length ?? 0) > room
  }).length
  const body = markup`<main data-gallery><header><p class="kicker">Gallery of explanations</p><h1>${title}</h1></header>
${
  items.length === 0
    ? markup`<p>There is no explanation to show.</p>`
    : markup`${overview(items)}
${overAll(items)}
<section aria-labelledby="all"><h2 id="all">One by one</h2>
${left > 0 && markup`<p class="muted">${formatCount(left)} ${left === 1 ? 'picture is' : 'pictures are'} too large for this page and ${left === 1 ? 'shows its' : 'show their'} segments only.</p>`}
${finder(items)}
<div class="cards">
${items.map((item, i) => card(item, `g${i}`, room))}</div></section>`
}</main>`
  return htmlPage({ title, body, wide: true })
}

/** One card, with what it is found and sorted by. */
interface Item {
  readonly name: string
  readonly explanation: ExplanationData
  readonly label: LabelExplanation | undefined
  readonly bars: readonly Bar[]
  /** What the model answers: the likeliest class, or the predicted value. */
  readonly answer: string
  readonly truth: string | undefined
  readonly wrong: boolean | undefined
  /** The largest output; for regression the prediction. */
  readonly confidence: number
  readonly fit: number
}

function itemOf({ name, explanation, label: asked, truth }: ReportEntry): Item {
  const label = chosenLabel(explanation, asked)
  const regression = explanation.task === 'regression'
  const top = explanation.prediction.reduce(
    (best, p, i) => (p > (explanation.prediction[best] ?? Number.NEGATIVE_INFINITY) ? i : best),
    0,
  )
  const answer = regression ? (label?.name ?? '') : outputName(explanation, label?.label ?? top)
  const predicted = outputName(explanation, top)
  const known =
    truth === undefined ? undefined : typeof truth === 'number' ? formatNumber(truth) : truth
  const scores = [label?.score, label?.heldOutScore].filter(
    (score): score is number => typeof score === 'number' && Number.isFinite(score),
  )
  return {
    name,
    explanation,
    label,
    bars: label === undefined ? [] : labelBars(explanation, label),
    answer,
    truth: known,
    wrong: known === undefined || regression ? undefined : known !== predicted,
    confidence: regression ? (label?.prediction ?? 0) : (explanation.prediction[top] ?? 0),
    fit: scores.length === 0 ? 0 : Math.min(...scores),
  }
}

function overview(items: readonly Item[]): Markup {
  const answers = countsOf(items.map(({ answer }) => answer))
  const known = items.filter(({ wrong }) => wrong !== undefined)
  const wrong = known.filter((item) => item.wrong === true).length
  const poor = items.filter(({ fit }) => fit < 0.5).length
  const warned = items.filter(
    ({ explanation }) => explanation.diagnostics.warnings.length > 0,
  ).length
  const regression = items.every(({ explanation }) => explanation.task === 'regression')
  return markup`<dl class="facts"><dt>Explained</dt><dd>${
    regression
      ? `${formatCount(items.length)} predictions`
      : answers
          .slice(0, 12)
          .map(
            ([name, count], i) =>
              markup`${i > 0 && ', '}${isolated(truncate(name, 60))} (${formatCount(count)})`,
          )
  }${!regression && answers.length > 12 && ` and ${formatCount(answers.length - 12)} more`}</dd>
${known.length > 0 && markup`<dt>Misclassified</dt><dd>${formatCount(wrong)} of ${formatCount(known.length)} (${formatPercent(wrong / known.length)})</dd>`}
<dt>Fit</dt><dd>${poor === 0 ? 'every surrogate explains at least half of what the model does there' : `${formatCount(poor)} of ${formatCount(items.length)} surrogates explain less than half of what the model does there (R\u00b2 below 0.5)`}</dd>
${warned > 0 && markup`<dt>Warnings</dt><dd>for ${formatCount(warned)} of ${formatCount(items.length)}</dd>`}</dl>`
}

/** The features that weigh most over all; pictures and series have none in common. */
function overAll(items: readonly Item[]): Markup | undefined {
  const sums = new Map<string, { sum: number; count: number }>()
  for (const { explanation, bars } of items) {
    for (const { feature, name, weight } of bars) {
      const kind = explanation.features[feature]?.part.kind
      if (kind === 'image' || kind === 'series' || !Number.isFinite(weight)) continue
      const known = sums.get(name) ?? { sum: 0, count: 0 }
      known.sum += Math.abs(weight)
      known.count++
      sums.set(name, known)
    }
  }
  const ranked = [...sums].sort(([, a], [, b]) => b.sum - a.sum).slice(0, OVER_ALL)
  const largest = ranked[0]?.[1].sum ?? 0
  if (!(largest > 0)) return undefined
  return markup`<details><summary>What weighs most over all</summary>
<figure class="drawing"><table><thead><tr><th scope="col" class="name">Feature</th><th scope="col" class="wide">Sum of its weights without sign</th><th scope="col" class="weight number">Sum</th><th scope="col" class="share number">In</th></tr></thead>
<tbody>
${ranked.map(
  ([name, { sum, count }]) =>
    markup`<tr><th scope="row" class="name"><bdi class="clamp">${name}</bdi></th><td class="wide"><svg width="100%" height="14" aria-hidden="true"><rect class="neutral" width="${percent(sum / largest)}%" height="14"/></svg></td><td class="weight number">${formatNumber(sum, 3)}</td><td class="share number muted">${formatCount(count)}</td></tr>
`,
)}</tbody></table><figcaption>${sums.size > ranked.length && `${formatCount(sums.size - ranked.length)} more features are not shown. `}<span class="share-note">In: how many explanations have it.</span></figcaption></figure></details>`
}

/** Shown by the script that it needs. */
function finder(items: readonly Item[]): Markup {
  const answers = countsOf(items.map(({ answer }) => answer))
  const truths = items.some(({ wrong }) => wrong !== undefined)
  const option = (value: string, text: string): Markup =>
    markup`<option value="${value}">${text}</option>`
  return markup`<form class="finder" hidden role="search"><label>Search <input type="search" name="search" autocomplete="off"></label>
<label>Answer <select name="label">${option('', 'all')}${answers.slice(0, 200).map(([name, count]) => option(name, `${truncate(name, 40)} (${formatCount(count)})`))}</select></label>
<label>Only <select name="only">${option('', 'all')}${truths && option('wrong', 'misclassified')}${option('warned', 'with warnings')}${option('poor', 'poor fits')}</select></label>
<label>Sort <select name="order">${option('given', 'as given')}${option('name', 'by name')}${option('label', 'by answer')}${option('surest', 'surest first')}${option('unsure', 'least sure first')}${option('best', 'best fit first')}${option('worst', 'worst fit first')}</select></label>
<button type="reset">Reset</button></form>
<p class="found muted" role="status">${formatCount(items.length)} ${items.length === 1 ? 'instance' : 'instances'}</p>`
}

function card(item: Item, id: string, room: number): Markup {
  const { name, explanation, label, bars, answer, truth, wrong } = item
  const value = label === undefined ? '' : outputText(explanation, label.prediction)
  const warnings = explanation.diagnostics.warnings.length
  const search = [name, answer, truth ?? '', ...bars.slice(0, 12).map((bar) => bar.name)]
    .join(' ')
    .slice(0, SEARCHED)
    .toLowerCase()
  const folded = bars.slice(ON_CARD, FOLDED)
  return markup`<article class="card drawing" aria-labelledby="${id}" data-name="${name.slice(0, 120)}" data-label="${answer}" data-confidence="${round(item.confidence)}" data-fit="${round(item.fit)}" data-warnings="${warnings}"${wrong !== undefined && markup` data-wrong="${wrong ? 'yes' : 'no'}"`} data-search="${search}"><h3 id="${id}"><bdi class="clamp">${truncate(name, 120)}</bdi></h3>
${thumbnail(explanation, label, room)}
<p class="answer"><strong>${isolated(truncate(answer, 80))}</strong> ${value}${truth !== undefined && markup`<span class="detail">${wrong === true ? '\u2717 ' : wrong === false ? '\u2713 ' : ''}truth: ${isolated(truncate(truth, 80))}</span>`}</p>
${weightRows(bars.slice(0, ON_CARD), bars)}
${folded.length > 0 && markup`<details><summary>${formatCount(bars.length - ON_CARD)} more</summary>${weightRows(folded, bars)}${bars.length > FOLDED && markup`<p class="small muted">and ${formatCount(bars.length - FOLDED)} weaker ones</p>`}</details>`}
<p class="small muted">Fit R\u00b2 ${label !== undefined && Number.isFinite(item.fit) ? item.fit.toFixed(2).replace('-', '\u2212') : 'n/a'}${warnings > 0 && ` \u00b7 ${warnings === 1 ? 'a warning' : `${formatCount(warnings)} warnings`}`}</p></article>
`
}

/** Bars on the axis that all bars of the card share. */
function weightRows(shown: readonly Bar[], all: readonly Bar[]): Markup {
  if (all.length === 0) return markup`<p class="small muted">No feature has any weight.</p>`
  const axis = barAxis(all.slice(0, FOLDED).map(({ weight }) => ({ weight })))
  const decimals = weightDecimals(all.map(({ weight }) => weight))
  const zero = 100 * axis.position(0)
  return markup`<ul class="bars">${shown.map(({ name, weight, tied, unsure }) => {
    const end = 100 * axis.position(weight)
    const kind = weight < 0 ? 'against' : 'for'
    return markup`<li><bdi class="clamp">${truncate(name, 90)}</bdi><svg width="100%" height="9" aria-hidden="true"><rect class="${kind}${unsure && ' unsure'}" x="${percent(Math.min(zero, end) / 100)}%" width="${percent(Math.abs(end - zero) / 100)}%" height="9"/></svg><span class="number ${kind}">${formatWeight(weight, decimals)}${tied && ' \u2248'}</span></li>`
  })}</ul>`
}

function countsOf(names: readonly string[]): [name: string, count: number][] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
}

function percent(fraction: number): number {
  return Math.round(fraction * 10_000) / 100
}

function round(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(6)) : 0
}
