/**
 * A report as one HTML page that needs nothing else.
 *
 * 1. No script, no network: a Content-Security-Policy allows the one style sheet by its hash, pictures as data URLs, and
 *    nothing more. Every name, value and label is escaped and isolated in its reading direction.
 * 2. Readable everywhere: light and dark, from 320 pixels up, on paper, by keyboard and screen reader. Labels are tabs
 *    of radio buttons; on paper all of them are shown.
 * 3. Order: what the model answers; why, in words and weights, over the instance as its kind deserves; the values of the
 *    instance; how far to trust it; the options; how to read all this.
 */
import type { ExplanationData, InstanceData, LabelExplanation } from '../contract/index.ts'
import { truncate } from './display-width.ts'
import { imageFigure, pictureDefinition } from './html-image.ts'
import { seriesFigure } from './html-series.ts'
import { valuesFigure } from './html-table.ts'
import { textFigure } from './html-text.ts'
import { weightsFigure } from './html-weights.ts'
import { isolated, type Markup, markup } from './markup.ts'
import { formatCount, formatNumber, formatSeconds } from './number-text.ts'
import { outputText, predictionTable } from './prediction.ts'
import { stylesheet, stylesheetHash } from './stylesheet.ts'
import { fitWords, labelWords, predictionWords, type Sentence } from './words.ts'

/** How the report is made. */
export interface HtmlOptions {
  /** The headline; default made from the explanation: `Why malignant?`. */
  readonly title?: string | undefined
  /** Most weights shown for a label; default 50, for a picture 15, where they stand below the picture. */
  readonly maxFeatures?: number | undefined
}

/** One explanation, or several in one report, as a whole HTML document. */
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
${contents(all)}
<main>
${all.map(
  (
    one,
    i,
  ) => markup`<article id="e${i}" aria-labelledby="e${i}h"><p class="kicker">${kicker(one)}</p><h2 class="headline" id="e${i}h">${headline(one)}</h2>
${explanationSections(one, `e${i}`, rowsFor(one, options))}</article>
`,
)}</main>`
      : markup`<main><header><p class="kicker">${kicker(only)}</p><h1>${title}</h1></header>
${explanationSections(only, 'e0', rowsFor(only, options))}</main>`
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${{ markup: policy() }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="sodalime">
<title>${title}</title>
<style>${{ markup: stylesheet }}</style>
</head>
<body>
<div class="page">
${body}
${howToRead()}
<footer>Made by sodalime. Nothing on this page was loaded from a network.</footer>
</div>
</body>
</html>
`.markup
}

function policy(): string {
  return `default-src 'none'; style-src '${stylesheetHash}'; img-src data:; base-uri 'none'; form-action 'none'`
}

function kicker({ domain, task }: ExplanationData): string {
  const names = {
    tabular: 'a table row',
    text: 'a text',
    image: 'a picture',
    series: 'a time series',
    composite: 'several inputs',
  }
  return `Local explanation \u00b7 ${names[domain]} \u00b7 ${task}`
}

function headline(explanation: ExplanationData): string {
  const label = explanation.labels[0]
  if (label === undefined) return 'The model\u2019s answer'
  return explanation.task === 'regression'
    ? `Why ${outputText(explanation, label.prediction)}?`
    : `Why ${truncate(label.name, 100)}?`
}

function contents(all: readonly ExplanationData[]): Markup {
  return markup`<nav aria-label="Explanations"><ol class="contents">
${all.map((one, i) => {
  const label = one.labels[0]
  return markup`<li><a href="#e${i}">${label === undefined ? 'no label' : isolated(label.name)}</a>${label !== undefined && ` ${outputText(one, label.prediction)}`}</li>
`
})}</ol></nav>`
}

function rowsFor({ domain }: ExplanationData, { maxFeatures }: HtmlOptions): number {
  return maxFeatures ?? (domain === 'image' ? 15 : 50)
}

function explanationSections(explanation: ExplanationData, id: string, most: number): Markup {
  const pictures = pictureIds(explanation.instance, id)
  const { labels, diagnostics } = explanation
  const first = labels[0]
  const panels = labels.map((label, i) =>
    labelPanel(explanation, label, pictures, `${id}l${i}`, most),
  )
  return markup`${first !== undefined && markup`<p class="lede">${sentence(predictionWords(explanation, first))}</p>`}
${warningBox(diagnostics.warnings)}
${pictures.map(({ definition }) => definition)}<section aria-labelledby="${id}p"><h2 id="${id}p">Prediction</h2>
${predictionFigure(explanation)}</section>
<section aria-labelledby="${id}w"><h2 id="${id}w">Why</h2>
${panels.length === 0 ? markup`<p>No label was explained.</p>` : panels.length === 1 ? panels : tabs(labels, panels, id)}</section>
${valueSections(explanation, id)}<section aria-labelledby="${id}t"><h2 id="${id}t">How far to trust it</h2>
${trust(explanation)}</section>
<details><summary>Options</summary>
${optionList(explanation.options)}</details>`
}

interface Picture {
  readonly of: number | undefined
  readonly id: string
  readonly definition: Markup
}

function pictureIds(instance: InstanceData, id: string): Picture[] {
  if (instance.kind === 'image') {
    const definition = pictureDefinition(instance, `${id}i`)
    return definition === undefined ? [] : [{ of: undefined, id: `${id}i`, definition }]
  }
  if (instance.kind !== 'composite') return []
  return instance.parts.flatMap(({ instance: part }, of) =>
    pictureIds(part, `${id}c${of}`).map((picture) => ({ ...picture, of })),
  )
}

function warningBox(warnings: readonly { readonly message: string }[]): Markup {
  if (warnings.length === 0) return markup``
  return markup`<aside class="warnings" aria-label="Warnings"><h2>${warnings.length === 1 ? 'A warning' : `${formatCount(warnings.length)} warnings`}</h2><ul>${warnings.map(({ message }) => markup`<li>${isolated(message)}</li>`)}</ul></aside>`
}

function predictionFigure(explanation: ExplanationData): Markup {
  const { rows, hidden } = predictionTable(explanation, 10)
  const classification = explanation.task === 'classification'
  const body = rows.map(
    ({ name, text, fraction, explained, value }) =>
      markup`<tr><th scope="row" class="name${explained && ' explained'}">${isolated(name)}</th><td class="wide">${classification ? markup`<svg width="100%" height="16" aria-hidden="true"><rect class="track" width="100%" height="16"/><rect class="neutral" width="${Math.round(fraction * 10_000) / 100}%" height="16"/></svg>` : rangeStrip(value, explanation.predictionRange)}</td><td class="weight number">${text}</td></tr>
`,
  )
  const note = [
    hidden > 0 && `${formatCount(hidden)} more are not shown.`,
    rows.length > 1 && 'Bold: explained below.',
    !classification &&
      explanation.predictionRange !== undefined &&
      'Line: from the smallest to the largest prediction in the neighbourhood; dot: this instance.',
  ].filter((one) => one !== false)
  return markup`<figure><table class="predictions">
<thead class="silent"><tr><th scope="col" class="name"><span class="sr">Output</span></th><th scope="col" class="wide"><span class="sr">Bar</span></th><th scope="col" class="weight"><span class="sr">Value</span></th></tr></thead>
<tbody>
${body}</tbody></table>${note.length > 0 && markup`<figcaption>${note.join(' ')}</figcaption>`}</figure>`
}

function rangeStrip(
  value: number,
  range: readonly [low: number, high: number] | undefined,
): Markup {
  if (range === undefined || !(range[1] > range[0])) return markup``
  const place = Math.min(1, Math.max(0, (value - range[0]) / (range[1] - range[0])))
  return markup`<svg width="100%" height="34" role="img" aria-label="from ${formatNumber(range[0])} to ${formatNumber(range[1])}" font-size="12"><line class="hair" x1="0%" x2="100%" y1="10" y2="10"/><line class="median" x1="0%" x2="0%" y1="5" y2="15"/><line class="median" x1="100%" x2="100%" y1="5" y2="15"/><circle class="dot" cx="${Math.round(place * 10_000) / 100}%" cy="10" r="5"/><text class="neutral" x="0%" y="31">${formatNumber(range[0])}</text><text class="neutral" x="100%" y="31" text-anchor="end">${formatNumber(range[1])}</text></svg>`
}

function tabs(labels: readonly LabelExplanation[], panels: readonly Markup[], id: string): Markup {
  return markup`<div class="tabs" role="group" aria-label="Labels">
${labels.map(
  ({ name }, i) =>
    markup`<input type="radio" name="${id}tabs" id="${id}tab${i}"${i === 0 && markup` checked`}><label for="${id}tab${i}">${isolated(name)}</label><div class="panel">
${panels[i]}</div>
`,
)}</div>`
}

function labelPanel(
  explanation: ExplanationData,
  label: LabelExplanation,
  pictures: readonly Picture[],
  unique: string,
  most: number,
): Markup {
  const words = labelWords(explanation, label)
  const again = explanation.labels[0] !== label && sentence([...words.prediction, ' '])
  const weights = weightsFigure(explanation, label, most)
  const drawn = instanceFigures(explanation, label, pictures, unique)
  const figures =
    explanation.domain === 'image'
      ? markup`${drawn}<h3>Segment by segment</h3>${weights}`
      : markup`${weights}
${drawn}`
  return markup`<p>${again}${sentence(words.evidence)}</p>
${figures}`
}

function instanceFigures(
  explanation: ExplanationData,
  label: LabelExplanation,
  pictures: readonly Picture[],
  unique: string,
): Markup {
  const whole = explanation.instance
  const one = (instance: InstanceData, of: number | undefined): Markup => {
    if (instance.kind === 'text') return textFigure(explanation, label, instance, of)
    if (instance.kind === 'series') return seriesFigure(explanation, label, instance, of)
    if (instance.kind !== 'image') return markup``
    const picture = pictures.find((known) => known.of === of)?.id
    return imageFigure(explanation, label, instance, picture, `${unique}o${of ?? 0}`, of)
  }
  if (whole.kind !== 'composite') {
    return whole.kind === 'tabular'
      ? markup``
      : markup`<h3>${TITLES[whole.kind]}</h3>${one(whole, undefined)}`
  }
  return markup`${whole.parts.map(({ name, instance }, of) => instance.kind !== 'tabular' && markup`<h3>${isolated(name)}</h3>${one(instance, of)}`)}`
}

const TITLES = { text: 'In the text', image: 'In the picture', series: 'In the series' } as const

function valueSections(explanation: ExplanationData, id: string): Markup {
  const whole = explanation.instance
  const parts =
    whole.kind === 'composite'
      ? whole.parts.map(({ name, instance }, of) => ({ name, instance, of }))
      : [{ name: 'The instance\u2019s values', instance: whole, of: undefined }]
  return markup`${parts.map(
    ({ name, instance, of }) =>
      instance.kind === 'tabular' &&
      markup`<section aria-labelledby="${id}v${of ?? 0}"><h2 id="${id}v${of ?? 0}">${isolated(name)}</h2>
${valuesFigure(explanation, instance, of)}</section>
`,
  )}`
}

function trust(explanation: ExplanationData): Markup {
  const { labels, diagnostics } = explanation
  const { samples, effectiveSampleSize, modelCalls, batches, seconds, modelSeconds } = diagnostics
  const several = labels.length > 1
  return markup`${labels.map(
    (
      label,
    ) => markup`<p>${several && markup`<strong>${isolated(label.name)}</strong>: `}${sentence(several ? fitWords(label) : labelWords(explanation, label).trust)}</p>
`,
  )}<dl class="facts">
${labels.map(
  (label) =>
    markup`<dt>Surrogate and model${several && markup`, ${isolated(label.name)}`}</dt><dd>${formatNumber(label.localPrediction)} and ${formatNumber(label.prediction)} for this instance${label.tree === undefined && `; intercept ${formatNumber(label.intercept)}`}</dd>
`,
)}<dt>Samples</dt><dd>${formatCount(samples)}, worth ${formatCount(effectiveSampleSize)} of equal weight</dd>
<dt>Model calls</dt><dd>${formatCount(modelCalls)} in ${formatCount(batches)} ${batches === 1 ? 'batch' : 'batches'}; equal samples are sent once</dd>
<dt>Time</dt><dd>${formatSeconds(seconds)}, ${formatSeconds(modelSeconds)} of it for the model</dd>
</dl>`
}

function optionList(options: { readonly [name: string]: unknown }): Markup {
  const entries = Object.entries(options)
  if (entries.length === 0) return markup`<p class="muted">None were recorded.</p>`
  return markup`<dl class="facts">
${entries.map(
  ([name, value]) => markup`<dt><code>${name}</code></dt><dd><code>${optionText(value)}</code></dd>
`,
)}</dl>`
}

function optionText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'not set'
  return text.length > 400 ? `${text.slice(0, 399)}\u2026` : text
}

function howToRead(): Markup {
  return markup`<details><summary>How to read this</summary>
<p>The instance was changed a little, many times over, and the model was asked about each change. A simple model, the <em>surrogate</em>, was then fitted to the answers, near changes counting more than far ones. Its weights are shown here.</p>
<p>A weight above zero (<strong class="for">+</strong>, to the right) says that the feature, as it is in this instance, raises the model\u2019s output; one below zero (<strong class="against">\u2212</strong>, to the left) that it lowers it. Weights tell what the model does around this one instance. They do not tell what is true of the world, nor what the model does elsewhere.</p>
<p>R\u00b2 says how much of the model\u2019s behaviour the surrogate follows: 1 is all of it, 0 none. On samples that the surrogate did not see it is the more honest of the two. Where it is low, or where an interval reaches zero, do not rely on the weight.</p></details>`
}

function sentence(parts: Sentence): Markup {
  return markup`${parts.map((part) => (typeof part === 'string' ? part : isolated(part.name)))}`
}

function isList(
  given: ExplanationData | readonly ExplanationData[],
): given is readonly ExplanationData[] {
  return Array.isArray(given)
}
