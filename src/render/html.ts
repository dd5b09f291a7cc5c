/**
 * A report as one HTML page: one explanation, or several one after the other.
 *
 * Everything stands in the page; nothing of a stranger's name acts (html-page.ts, markup.ts). Readable everywhere: light
 * and dark, from 320 pixels up, on paper, by keyboard and screen reader, without scripts.
 */
import {
  type ExplanationData,
  type NotebookDisplay,
  plugDrawing,
  type ReportHtmlOptions,
} from '../contract/index.ts'
import { explanationSections, headline, kicker, rowsFor } from './html-explanation.ts'
import { htmlPage } from './html-page.ts'
import { isolated, type Markup, markup } from './markup.ts'
import { formatCount } from './number-text.ts'
import { outputText } from './prediction.ts'
import { explainInWords } from './words.ts'

/** How the report is made. */
export type HtmlOptions = ReportHtmlOptions

/**
 * One explanation, or several in one report, as a whole HTML document. For many instances `renderGallery` is the better
 * page, for two or three `renderSideBySide`.
 */
export function renderHtml(
  explanations: ExplanationData | readonly ExplanationData[],
  options: HtmlOptions = {},
): string {
  const all = isList(explanations) ? explanations : [explanations]
  const only = all.length === 1 ? all[0] : undefined
  const title =
    options.title ??
    (only === undefined ? `${formatCount(all.length)} explanations` : headline(only))
  const body =
    only === undefined
      ? markup`<header><p class="kicker">Local explanations</p><h1>${title}</h1></header>
${
  all.length === 0
    ? markup`<main><p>There is no explanation to show.</p></main>`
    : markup`${contents(all)}
<main>
${all.map(
  (
    one,
    i,
  ) => markup`<article id="e${i}" aria-labelledby="e${i}h"><p class="kicker">${kicker(one)}</p><h2 class="headline" id="e${i}h">${headline(one)}</h2>
${explanationSections(one, `e${i}`, rowsFor(one, options.maxFeatures))}</article>
`,
)}</main>`
}`
      : markup`<main><header><p class="kicker">${kicker(only)}</p><h1>${title}</h1></header>
${explanationSections(only, 'e0', rowsFor(only, options.maxFeatures))}</main>`
  return htmlPage({ title, body })
}

/**
 * What a notebook shows for an explanation: the report in a frame of its own, so that neither its styles nor its ids meet
 * those of the notebook, and in words for where no HTML is shown.
 */
export function renderNotebook(explanation: ExplanationData): NotebookDisplay {
  const page = renderHtml(explanation).replace(/&/g, '&amp;').replace(/"/g, '&quot;')
  return {
    'text/html':
      markup`<iframe title="${headline(explanation)}" sandbox="allow-scripts" width="100%" height="720" frameborder="0" srcdoc="${{ markup: page }}"></iframe>`
        .markup,
    'text/plain': explainInWords(explanation),
  }
}

// Whoever draws with this module has the methods of explanations drawn by it too.
plugDrawing(async () => ({ renderHtml, renderNotebook }))

function contents(all: readonly ExplanationData[]): Markup {
  return markup`<nav aria-label="Explanations"><ol class="contents">
${all.map((one, i) => {
  const label = one.labels[0]
  return markup`<li><a href="#e${i}">${label === undefined ? 'no label' : isolated(label.name)}</a>${label !== undefined && ` ${outputText(one, label.prediction)}`}</li>
`
})}</ol></nav>`
}

function isList(
  given: ExplanationData | readonly ExplanationData[],
): given is readonly ExplanationData[] {
  return Array.isArray(given)
}
