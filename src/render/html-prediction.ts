/**
 * The model's answer for the instance as HTML: a bar for each class, or for regression where the prediction lies among
 * those of the neighbourhood.
 */
import type { ExplanationData } from '../contract/index.ts'
import { isolated, type Markup, markup } from './markup.ts'
import { formatCount, formatNumber } from './number-text.ts'
import { predictionTable } from './prediction.ts'

/** The figure: at most `most` outputs and those that were explained. */
export function predictionFigure(explanation: ExplanationData, most = 10, note = true): Markup {
  const { rows, hidden } = predictionTable(explanation, most)
  const classification = explanation.task === 'classification'
  const body = rows.map(
    ({ label, name, text, fraction, explained, value }) =>
      markup`<tr data-label="${label}"><th scope="row" class="name${explained && ' explained'}">${isolated(name)}</th><td class="wide">${classification ? markup`<svg width="100%" height="16" aria-hidden="true"><rect class="track" width="100%" height="16"/><rect class="neutral" width="${Math.round(fraction * 10_000) / 100}%" height="16"/></svg>` : rangeStrip(value, explanation.predictionRange)}</td><td class="weight number">${text}</td></tr>
`,
  )
  const notes = [
    hidden > 0 && `${formatCount(hidden)} more are not shown.`,
    rows.length > 1 && note && 'Bold: explained below.',
    !classification &&
      explanation.predictionRange !== undefined &&
      'Line: from the smallest to the largest prediction in the neighbourhood; dot: this instance.',
  ].filter((one) => one !== false)
  return markup`<figure class="drawing"><table class="predictions">
<thead class="silent"><tr><th scope="col" class="name"><span class="sr">Output</span></th><th scope="col" class="wide"><span class="sr">Bar</span></th><th scope="col" class="weight"><span class="sr">Value</span></th></tr></thead>
<tbody>
${body}</tbody></table>${notes.length > 0 && markup`<figcaption>${notes.join(' ')}</figcaption>`}</figure>`
}

function rangeStrip(
  value: number,
  range: readonly [low: number, high: number] | undefined,
): Markup {
  if (range === undefined || !(range[1] > range[0])) return markup``
  const place = Math.min(1, Math.max(0, (value - range[0]) / (range[1] - range[0])))
  return markup`<svg width="100%" height="34" role="img" aria-label="from ${formatNumber(range[0])} to ${formatNumber(range[1])}" font-size="12"><line class="hair" x1="0%" x2="100%" y1="10" y2="10"/><line class="median" x1="0%" x2="0%" y1="5" y2="15"/><line class="median" x1="100%" x2="100%" y1="5" y2="15"/><circle class="dot" cx="${Math.round(place * 10_000) / 100}%" cy="10" r="5"/><text class="neutral" x="0%" y="31">${formatNumber(range[0])}</text><text class="neutral" x="100%" y="31" text-anchor="end">${formatNumber(range[1])}</text></svg>`
}
