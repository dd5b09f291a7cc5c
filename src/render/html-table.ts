/**
 * The values of a table's row, those that the explanation uses first, each beside the training data's quantiles: line
 * from the smallest to the largest value, box over the middle half, a stroke at the median, a dot for the instance.
 */
import type { ExplanationData, InstanceData, Value } from '../contract/index.ts'
import { valueText } from './bars.ts'
import { type Markup, markup } from './markup.ts'
import { formatCount, formatNumber } from './number-text.ts'

const MOST_ROWS = 500
const FOLD_FROM = 14

/** The table; with many columns those without weight are folded away, and at most 500 of them are shown. */
export function valuesFigure(
  explanation: ExplanationData,
  instance: Extract<InstanceData, { kind: 'tabular' }>,
  of?: number,
): Markup {
  const used = usedColumns(explanation, of)
  const all = instance.columns.map((_, column) => column)
  if (all.length < FOLD_FROM)
    return markup`<figure class="drawing">${table(instance, all, used)}${legend(instance)}</figure>`
  const first = all.filter((column) => used.has(column))
  const rest = all.filter((column) => !used.has(column))
  const shown = rest.slice(0, MOST_ROWS)
  const beyond =
    rest.length > shown.length &&
    markup`<p class="muted">${formatCount(rest.length - shown.length)} further columns are not shown; the JSON form has them.</p>`
  return markup`<figure class="drawing">${first.length > 0 && table(instance, first, used)}${legend(instance)}</figure>
${rest.length > 0 && markup`<details><summary>The other ${formatCount(rest.length)} values</summary><div class="drawing">${table(instance, shown, used)}${beyond}</div></details>`}`
}

/** The columns that carry weight for some label, with the feature they belong to. */
function usedColumns(explanation: ExplanationData, of: number | undefined): Map<number, number> {
  const used = new Map<number, number>()
  for (const { weights } of explanation.labels) {
    for (const { feature, weight } of weights) {
      const known = explanation.features[feature]
      if (weight === 0 || known?.part.kind !== 'tabular' || known.of !== of) continue
      for (const column of known.part.columns) used.set(column, feature)
    }
  }
  return used
}

function table(
  { columns, values, quantiles }: Extract<InstanceData, { kind: 'tabular' }>,
  rows: readonly number[],
  used: ReadonlyMap<number, number>,
): Markup {
  const known = quantiles?.some((points) => points !== null) === true
  return markup`<table class="values">
<thead><tr><th scope="col" class="name">Column</th><th scope="col" class="weight number">Value</th>${known && markup`<th scope="col" class="wide where">Among the training data</th>`}</tr></thead>
<tbody>
${rows.map((column) => {
  const value = values[column] ?? null
  const place = quantiles?.[column] ?? null
  const feature = used.get(column)
  return markup`<tr data-column="${column}"${feature !== undefined && markup` data-feature="${feature}"`}><th scope="row" class="name${used.has(column) && ' explained'}"><bdi class="clamp">${columns[column]!}</bdi></th><td class="weight number"><bdi class="clamp">${valueText(value)}</bdi></td>${known && markup`<td class="wide where">${place !== null && quantileStrip(value, place)}</td>`}</tr>
`
})}</tbody>
</table>`
}

function legend({ quantiles }: Extract<InstanceData, { kind: 'tabular' }>): Markup {
  const strips =
    quantiles?.some((points) => points !== null) === true &&
    ' Line: smallest to largest value of the training data; box: its middle half; stroke: its median; dot: this instance (hollow where it lies outside).'
  return markup`<figcaption>Bold: columns that carry weight.${strips}</figcaption>`
}

/** Where a value lies among the 0, 25, 50, 75 and 100 % points. */
function quantileStrip(value: Value, points: readonly number[]): Markup {
  const [low, quarter, median, threeQuarters, high] = points
  if (
    typeof value !== 'number' ||
    !Number.isFinite(value) ||
    low === undefined ||
    quarter === undefined ||
    median === undefined ||
    threeQuarters === undefined ||
    high === undefined ||
    !(high > low)
  ) {
    return markup``
  }
  const place = (point: number): number =>
    Math.round(10_000 * Math.min(1, Math.max(0, (point - low) / (high - low)))) / 100
  const outside = value < low || value > high
  const words = outside
    ? value < low
      ? 'below all training values'
      : 'above all training values'
    : value <= quarter
      ? 'in the lowest quarter'
      : value <= median
        ? 'in the second quarter'
        : value <= threeQuarters
          ? 'in the third quarter'
          : 'in the highest quarter'
  return markup`<svg width="100%" height="18" role="img" aria-label="${words} (${formatNumber(low)} to ${formatNumber(high)})"><line class="hair" x1="0%" x2="100%" y1="9" y2="9"/><rect class="box" x="${place(quarter)}%" y="4" width="${Math.round(100 * (place(threeQuarters) - place(quarter))) / 100}%" height="10"/><line class="median" x1="${place(median)}%" x2="${place(median)}%" y1="4" y2="14"/><circle class="dot${outside && ' out'}" cx="${place(value)}%" cy="9" r="4.5"/></svg>`
}
