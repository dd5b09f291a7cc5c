/** A summary as one HTML page, in the frame of all reports. */
import { htmlPage } from '../render/html-page.ts'
import { isolated, type Markup, markup } from '../render/markup.ts'
import { formatCount, formatNumber, formatPercent, formatWeight } from '../render/number-text.ts'
import type { InstanceWeights, Summary } from './summarize.ts'

/** Columns, and poor fits, that the page shows: all of them stand in the JSON. */
const COLUMNS = 30
const POOR = 20

/** Outputs that get a table of their own. */
const OUTPUTS = 12

/** The whole document. */
export function renderSummaryHtml(summary: Summary): string {
  const { instances, explanations, failed, model, kind, state, fit } = summary
  const title = `${formatCount(explanations)} explanations`
  const poor = fit.poor + fit.constant
  const lede = `${formatCount(instances)} instances, explained for ${model}${failed === 0 ? '' : `; ${formatCount(failed)} of them failed`}. ${formatPercent(fit.poor / explanations)} of the explanations fit too poorly to be trusted.`
  const body = markup`<main><header><p class="kicker">A batch, kind ${kind}</p><h1>${title}</h1></header>
<p class="lede">${lede}</p>
${state !== 'done' && markup`<aside class="warnings" aria-label="Warnings"><h2>Not finished</h2><ul><li>The batch is ${state}: this is what is there so far.</li></ul></aside>`}
<section aria-labelledby="importance"><h2 id="importance">What counts</h2>
<p>The mean of |weight| over all explanations; a column that an explanation leaves out counts as 0.</p>
${importanceTable(summary)}</section>
${outputSections(summary)}
<section aria-labelledby="pick"><h2 id="pick">Worth looking at first</h2>
<p>These instances together touch ${formatPercent(summary.pick.coverage)} of all importance (submodular pick).</p>
${instanceTable(summary.pick.instances)}</section>
<section aria-labelledby="clusters"><h2 id="clusters">Kinds of explanations</h2>
<p>Explanations that speak of the same columns in the same way; the weights are means.</p>
${clusterTable(summary)}</section>
<section aria-labelledby="fit"><h2 id="fit">How far to trust them</h2>
${fitFacts(summary)}
${poor > 0 && fit.poorest.length > 0 && markup`<h3>The poorest fits</h3>${instanceTable(fit.poorest.slice(0, POOR))}`}</section>
</main>`
  return htmlPage({ title, body, wide: true })
}

function importanceTable({ importance }: Summary): Markup {
  const shown = importance.slice(0, COLUMNS)
  const most = shown[0]?.importance ?? 0
  return markup`<figure class="drawing"><table class="weights">
<thead><tr><th scope="col" class="name">Column</th><th scope="col" class="wide"><span class="sr">Bar</span></th><th scope="col" class="weight number">Mean |weight|</th><th scope="col" class="share number">Named in</th></tr></thead>
<tbody>
${shown.map(
  ({ column, importance: value, share }) =>
    markup`<tr><th scope="row" class="name">${isolated(column)}</th><td class="wide">${bar(value, 0, most)}</td><td class="weight number">${formatNumber(value, 3)}</td><td class="share number">${formatPercent(share)}</td></tr>
`,
)}</tbody></table>${importance.length > COLUMNS && markup`<figcaption>${formatCount(importance.length - COLUMNS)} more stand in the JSON.</figcaption>`}</figure>`
}

function outputSections({ outputs, importance }: Summary): Markup {
  return markup`${outputs.slice(0, OUTPUTS).map(({ name, explanations }, l) => {
    const rows = [...importance]
      .map(({ column, outputs: of }) => ({ column, ...of[l]! }))
      .sort((a, b) => Math.abs(b.mean) - Math.abs(a.mean))
      .filter(({ mean }) => mean !== 0)
      .slice(0, 12)
    const low = Math.min(0, ...rows.map(({ mean }) => mean))
    const high = Math.max(0, ...rows.map(({ mean }) => mean))
    return markup`<section aria-labelledby="o${l}"><h2 id="o${l}">For and against ${isolated(name)}</h2>
<p>Mean weights over the ${formatCount(explanations)} explanations of this output.</p>
<figure class="drawing"><table class="weights">
<thead><tr><th scope="col" class="name">Column</th><th scope="col" class="wide"><span class="sr">Bar</span></th><th scope="col" class="weight number">Mean weight</th><th scope="col" class="share number">For, against</th></tr></thead>
<tbody>
${rows.map(
  ({ column, mean, positive, negative }) =>
    markup`<tr><th scope="row" class="name">${isolated(column)}</th><td class="wide">${bar(mean, low, high)}</td><td class="weight number ${mean < 0 ? 'against' : 'for'}">${formatWeight(mean)}</td><td class="share number">${formatCount(positive)}, ${formatCount(negative)}</td></tr>
`,
)}</tbody></table></figure></section>
`
  })}`
}

function clusterTable({ clusters }: Summary): Markup {
  return markup`<table class="values">
<thead><tr><th scope="col">Explanations</th><th scope="col">Mostly for</th><th scope="col">Mean weights</th><th scope="col">Typical instance</th></tr></thead>
<tbody>
${clusters.map(
  ({ explanations, share, output, weights, example }) =>
    markup`<tr><th scope="row">${formatCount(explanations)} (${formatPercent(share)})</th><td>${isolated(output)}</td><td>${weightList(weights)}</td><td>${isolated(example.id)}</td></tr>
`,
)}</tbody></table>`
}

function instanceTable(instances: readonly InstanceWeights[]): Markup {
  return markup`<table class="values">
<thead><tr><th scope="col">Instance</th><th scope="col">Output</th><th scope="col">Weights</th><th scope="col" class="number">R\u00b2</th></tr></thead>
<tbody>
${instances.map(
  ({ id, output, fit, weights }) =>
    markup`<tr><th scope="row">${isolated(id)}</th><td>${isolated(output)}</td><td>${weightList(weights)}</td><td class="number">${formatNumber(fit, 2)}</td></tr>
`,
)}</tbody></table>`
}

function weightList(
  weights: readonly { readonly column: string; readonly weight: number }[],
): Markup {
  return markup`${weights.map(
    ({ column, weight }, i) =>
      markup`${i > 0 && ', '}${isolated(column)}\u00a0<strong class="${weight < 0 ? 'against' : 'for'}">${formatWeight(weight)}</strong>`,
  )}`
}

function fitFacts({ fit, warnings, explanations }: Summary): Markup {
  const names = ['5 %', '25 %', 'half', '75 %', '95 %']
  return markup`<dl class="facts">
${fit.quantiles.map(
  (value, i) => markup`<dt>R\u00b2 of ${names[i]} is at most</dt><dd>${formatNumber(value, 2)}</dd>
`,
)}<dt>R\u00b2 below ${formatNumber(fit.threshold, 2)}</dt><dd>${formatCount(fit.poor)} explanations (${formatPercent(fit.poor / explanations)})</dd>
<dt>The model answers alike whatever is switched off</dt><dd>${formatCount(fit.constant)} explanations</dd>
${warnings.map(
  ({
    code,
    explanations: count,
  }) => markup`<dt>Warning <code>${code}</code></dt><dd>${formatCount(count)} explanations</dd>
`,
)}</dl>`
}

function bar(value: number, low: number, high: number): Markup {
  const span = high - low
  if (!(span > 0)) return markup``
  const percent = (x: number) => Math.round((10_000 * (x - low)) / span) / 100
  const from = percent(Math.min(0, value))
  const width = Math.max(0.2, percent(Math.max(0, value)) - from)
  return markup`<svg width="100%" height="16" aria-hidden="true"><rect class="${low === 0 ? 'neutral' : value < 0 ? 'against' : 'for'}" x="${from}%" width="${width}%" height="16"/></svg>`
}
