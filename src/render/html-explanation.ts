/**
 * One explanation as sections of a report: what the model answers; why, in words and weights, over the instance as its
 * kind deserves; the values of the instance; how far to trust it; the options. Labels are tabs of radio buttons; on paper
 * all of them are shown.
 */
import type { ExplanationData, LabelExplanation } from '../contract/index.ts'
import { truncate } from './display-width.ts'
import {
  eachPart,
  type InstanceDefinitions,
  instanceDefinitions,
  instanceFigures,
} from './html-instance.ts'
import { predictionFigure } from './html-prediction.ts'
import { valuesFigure } from './html-table.ts'
import { weightsFigure } from './html-weights.ts'
import { isolated, type Markup, markup } from './markup.ts'
import { formatCount, formatNumber, formatSeconds } from './number-text.ts'
import { outputText } from './prediction.ts'
import { fitWords, labelWords, predictionWords, type Sentence } from './words.ts'

/** Characters that the texts of one explanation may take, all its labels together. */
const ALL_TEXTS = 600_000

/** What kind of explanation it is, for the line above the headline. */
export function kicker({ domain, task }: ExplanationData): string {
  const names = {
    tabular: 'a table row',
    text: 'a text',
    image: 'a picture',
    series: 'a time series',
    composite: 'several inputs',
  }
  return `Local explanation \u00b7 ${names[domain]} \u00b7 ${task}`
}

/** `Why malignant?` */
export function headline(explanation: ExplanationData): string {
  const label = explanation.labels[0]
  if (label === undefined) return 'The model\u2019s answer'
  return explanation.task === 'regression'
    ? `Why ${outputText(explanation, label.prediction)}?`
    : `Why ${truncate(label.name, 100)}?`
}

/** How many weights are shown. */
export function rowsFor({ domain }: ExplanationData, maxFeatures?: number): number {
  return maxFeatures ?? (domain === 'image' ? 15 : 50)
}

/** All sections; ids begin with `id`. */
export function explanationSections(
  explanation: ExplanationData,
  id: string,
  most: number,
): Markup {
  const definitions = instanceDefinitions(explanation, id)
  const { labels, diagnostics } = explanation
  const first = labels[0]
  const panels = labels.map((label, i) =>
    labelPanel(explanation, label, definitions, `${id}l${i}`, most),
  )
  return markup`${first !== undefined && markup`<p class="lede">${sentence(predictionWords(explanation, first))}</p>`}
${warningBox(diagnostics.warnings)}
${
  definitions.pictures.size + definitions.series.size > 0 &&
  markup`<div class="drawing defs">${definitions.definition}</div>
`
}<section aria-labelledby="${id}p"><h2 id="${id}p">Prediction</h2>
${predictionFigure(explanation)}</section>
<section aria-labelledby="${id}w"><h2 id="${id}w">Why</h2>
${panels.length === 0 ? markup`<p>No label was explained.</p>` : panels.length === 1 ? markup`<div data-linked>${panels}</div>` : tabs(labels, panels, id)}</section>
${valueSections(explanation, id)}<section aria-labelledby="${id}t"><h2 id="${id}t">How far to trust it</h2>
${trustFacts(explanation)}</section>
<details><summary>Options</summary>
${optionList(explanation.options)}</details>`
}

/** The warnings in a box; nothing where there are none. */
export function warningBox(warnings: readonly { readonly message: string }[]): Markup {
  if (warnings.length === 0) return markup``
  return markup`<aside class="warnings" aria-label="Warnings"><h2>${warnings.length === 1 ? 'A warning' : `${formatCount(warnings.length)} warnings`}</h2><ul>${warnings.map(({ message }) => markup`<li>${isolated(message)}</li>`)}</ul></aside>`
}

function tabs(labels: readonly LabelExplanation[], panels: readonly Markup[], id: string): Markup {
  return markup`<div class="tabs" role="group" aria-label="Labels">
${labels.map(
  ({ name }, i) =>
    markup`<input type="radio" name="${id}tabs" id="${id}tab${i}"${i === 0 && markup` checked`}><label for="${id}tab${i}">${isolated(name)}</label><div class="panel" data-linked>
${panels[i]}</div>
`,
)}</div>`
}

function labelPanel(
  explanation: ExplanationData,
  label: LabelExplanation,
  definitions: InstanceDefinitions,
  unique: string,
  most: number,
): Markup {
  const words = labelWords(explanation, label)
  const again = explanation.labels[0] !== label && sentence([...words.prediction, ' '])
  const weights = weightsFigure(explanation, label, most)
  const room = Math.floor(ALL_TEXTS / explanation.labels.length)
  const drawn = instanceFigures(explanation, label, definitions, unique, { room })
  const figures =
    explanation.domain === 'image'
      ? markup`${drawn}<h3>Segment by segment</h3>${weights}`
      : markup`${weights}
${drawn}`
  return markup`<p>${again}${sentence(words.evidence)}</p>
${figures}`
}

function valueSections(explanation: ExplanationData, id: string): Markup {
  const sections: Markup[] = []
  eachPart(explanation.instance, ({ name, instance, of }) => {
    if (instance.kind !== 'tabular') return
    sections.push(markup`<section aria-labelledby="${id}v${of ?? 0}"><h2 id="${id}v${of ?? 0}">${isolated(name)}</h2>
${valuesFigure(explanation, instance, of)}</section>
`)
  })
  return markup`${sections}`
}

/** How far the explanation can be trusted: the fit in plain words, and what stands behind it. */
export function trustFacts(explanation: ExplanationData): Markup {
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
${
  seconds !== undefined &&
  markup`<dt>Time</dt><dd>${formatSeconds(seconds)}, ${formatSeconds(modelSeconds ?? 0)} of it for the model</dd>
`
}</dl>`
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

/** A sentence, its names isolated in their reading direction. */
export function sentence(parts: Sentence): Markup {
  return markup`${parts.map((part) => (typeof part === 'string' ? part : isolated(part.name)))}`
}
