/**
 * A submodular pick as a page: the few instances whose explanations together cover what matters, and how much of it
 * (Ribeiro et al. 2016, section 4).
 *
 * 1. Importance of the features over all explanations, and which of the picked instances have them: bars and signs.
 * 2. The picked instances one by one, each with its whole explanation.
 */
import { DataError } from '../contract/index.ts'
import { chosenLabel } from './draw-options.ts'
import { explanationSections, headline, rowsFor } from './html-explanation.ts'
import { htmlPage } from './html-page.ts'
import { isolated, type Markup, markup } from './markup.ts'
import { formatCount, formatNumber, formatPercent, formatWeight } from './number-text.ts'
import { outputText } from './prediction.ts'
import type { ReportEntry, ReportOptions } from './report-entry.ts'

/** What `submodularPick` of `sodalime` gives. */
export interface PickData {
  /** Indices of the entries that were picked, in the order of picking. */
  readonly picked: readonly number[]
  readonly importances: readonly { readonly name: string; readonly importance: number }[]
  /** Share of all importance that they cover, 0 to 1. */
  readonly coverage: number
}

/** The page. `pick` was made from the explanations of `entries`; throws a DataError where it was not. */
export function renderPick(
  entries: readonly ReportEntry[],
  pick: PickData,
  options: ReportOptions = {},
): string {
  const picked = pick.picked.map((index) => {
    const entry = entries[index]
    if (entry !== undefined) return entry
    throw new DataError({
      where: 'renderPick, pick.picked',
      got: String(index),
      expected: `an index into the entries, 0 to ${entries.length - 1}`,
      remedy:
        'Pick from the same explanations: submodularPick(entries.map((one) => one.explanation), 5).',
    })
  })
  const title =
    options.title ?? `${formatCount(picked.length)} of ${formatCount(entries.length)} explanations`
  const body = markup`<main><header><p class="kicker">Submodular pick</p><h1>${title}</h1></header>
<p class="lede">Together they touch the features that carry ${formatPercent(pick.coverage)} of all importance.</p>
<p>Importance is the root of the sum of a feature\u2019s weights, without their signs, over all ${formatCount(entries.length)} explanations. Instances were taken one after the other, each the one that adds most importance not yet touched.</p>
<section aria-labelledby="importance"><h2 id="importance">What matters, and who shows it</h2>
${importanceTable(picked, pick, options.maxFeatures ?? 30)}</section>
${picked.map(
  (
    entry,
    i,
  ) => markup`<article id="p${i}" aria-labelledby="p${i}h"><p class="kicker">${i + 1} \u00b7 ${isolated(entry.name)}</p><h2 class="headline" id="p${i}h">${headline(entry.explanation)}</h2>
${explanationSections(entry.explanation, `p${i}`, rowsFor(entry.explanation, options.maxFeatures))}</article>
`,
)}</main>`
  return htmlPage({ title, body })
}

function importanceTable(picked: readonly ReportEntry[], pick: PickData, most: number): Markup {
  const ranked = [...pick.importances].sort((a, b) => b.importance - a.importance)
  const shown = ranked.slice(0, most).filter(({ importance }) => importance > 0)
  if (shown.length === 0) return markup`<p>No feature has any weight.</p>`
  const largest = shown[0]!.importance
  const weights = picked.map(weightsByName)
  return markup`<ol class="contents">${picked.map(({ name, explanation, label: asked }, i) => {
    const label = chosenLabel(explanation, asked)
    return markup`<li><a href="#p${i}">${isolated(name)}</a>${label !== undefined && markup`: ${isolated(label.name)} ${outputText(explanation, label.prediction)}`}</li>
`
  })}</ol>
<figure class="drawing picked"><table><thead><tr><th scope="col" class="name">Feature</th><th scope="col" class="wide">Importance</th>${picked.map((_, i) => markup`<th scope="col" class="cell">${i + 1}</th>`)}</tr></thead>
<tbody>
${shown.map(
  ({ name, importance }) =>
    markup`<tr><th scope="row" class="name"><bdi class="clamp">${name}</bdi></th><td class="wide"><svg width="100%" height="14" role="img" aria-label="${formatNumber(importance, 3)}"><rect class="neutral" width="${Math.round((10_000 * importance) / largest) / 100}%" height="14"/></svg></td>${weights.map((own) => cell(own.get(name)))}</tr>
`,
)}</tbody></table>
<figcaption>${ranked.length > shown.length && `${formatCount(ranked.length - shown.length)} more features are not shown. `}Columns 1 to ${picked.length}: the picked instances; + and \u2212: the sign of the feature\u2019s weight there.</figcaption></figure>`
}

function cell(weight: number | undefined): Markup {
  if (weight === undefined || weight === 0) {
    return markup`<td class="cell muted">\u00b7<span class="sr">no weight</span></td>`
  }
  const kind = weight < 0 ? 'against' : 'for'
  return markup`<td class="cell number ${kind}" title="${formatWeight(weight)}">${weight < 0 ? '\u2212' : '+'}</td>`
}

/** The weights of an explanation by the names of the features, over all its labels, as the pick counts them. */
function weightsByName({ explanation }: ReportEntry): Map<string, number> {
  const sums = new Map<string, number>()
  for (const { weights } of explanation.labels) {
    for (const { feature, weight } of weights) {
      const name = explanation.features[feature]?.name ?? ''
      sums.set(name, (sums.get(name) ?? 0) + weight)
    }
  }
  return sums
}
