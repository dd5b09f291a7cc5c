/**
 * The values of a table's row, those that the explanation uses first, each among the training data. Numbers: a histogram
 * over a line from the smallest to the largest value, box over the middle half, a stroke at the median, a dot for the
 * instance. Categories: a bar for each of the most frequent ones, the instance's own filled.
 */
import type { Distribution, ExplanationData, InstanceData, Value } from '../contract/index.ts'
import { valueText } from './bars.ts'
import { type Markup, markup } from './markup.ts'
import { formatCount, formatNumber, formatPercent } from './number-text.ts'

const MOST_ROWS = 500
const MOST_USED = 100
const FOLD_FROM = 14

/** The table; with many columns those without weight are folded away, and at most 600 of all are shown. */
export function valuesFigure(
  explanation: ExplanationData,
  instance: Extract<InstanceData, { kind: 'tabular' }>,
  of?: number,
): Markup {
  const used = usedColumns(explanation, of)
  const all = instance.columns.map((_, column) => column)
  if (all.length < FOLD_FROM)
    return markup`<figure class="drawing">${table(instance, all, used)}${legend(instance)}</figure>`
  // Columns stand in `used` by falling weight.
  const strongest = new Set([...used.keys()].slice(0, MOST_USED))
  const first = all.filter((column) => strongest.has(column))
  const rest = all.filter((column) => !strongest.has(column))
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
  { columns, values, quantiles, distributions }: Extract<InstanceData, { kind: 'tabular' }>,
  rows: readonly number[],
  used: ReadonlyMap<number, number>,
): Markup {
  const known = [...(quantiles ?? []), ...(distributions ?? [])].some((one) => one !== null)
  return markup`<table class="values">
<thead><tr><th scope="col" class="name">Column</th><th scope="col" class="weight number">Value</th>${known && markup`<th scope="col" class="wide where">Among the training data</th>`}</tr></thead>
<tbody>
${rows.map((column) => {
  const value = values[column] ?? null
  const place = quantiles?.[column] ?? null
  const spread = distributions?.[column] ?? undefined
  const feature = used.get(column)
  return markup`<tr data-column="${column}"${feature !== undefined && markup` data-feature="${feature}"`}><th scope="row" class="name${used.has(column) && ' explained'}"><bdi class="clamp">${columns[column]!}</bdi></th><td class="weight number"><bdi class="clamp">${valueText(value)}</bdi></td>${known && markup`<td class="wide where">${spread?.kind === 'categorical' ? levelBars(value, spread) : place !== null && quantileStrip(value, place, spread)}</td>`}</tr>
`
})}</tbody>
</table>`
}

function legend({ quantiles, distributions }: Extract<InstanceData, { kind: 'tabular' }>): Markup {
  const strips =
    quantiles?.some((points) => points !== null) === true &&
    ' Line: smallest to largest value of the training data; box: its middle half; stroke: its median; dot: this instance (hollow where it lies outside).'
  const bars =
    distributions?.some((one) => one?.kind === 'categorical') === true &&
    ' Bars: the most frequent categories; dark: this instance\u2019s.'
  return markup`<figcaption>Bold: columns that carry weight.${strips}${bars}</figcaption>`
}

/** Where a value lies among the 0, 25, 50, 75 and 100 % points. */
function quantileStrip(
  value: Value,
  points: readonly number[],
  spread: Distribution | undefined,
): Markup {
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
  const shares = spread?.kind === 'numeric' ? spread.shares : []
  const top = shares.length > 0 ? HISTOGRAM : 0
  const most = Math.max(0, ...shares)
  const bars = shares.map((share, i) => {
    const height = Math.round((100 * top * share) / most) / 100
    const width = Math.round(9600 / shares.length) / 100
    return (
      share > 0 &&
      markup`<rect class="histogram" x="${Math.round((10_000 * i) / shares.length) / 100}%" y="${top - height}" width="${width}%" height="${height}"/>`
    )
  })
  const y = top + 9
  return markup`<svg width="100%" height="${top + 18}" role="img" aria-label="${words} (${formatNumber(low)} to ${formatNumber(high)})">${bars}<line class="hair" x1="0%" x2="100%" y1="${y}" y2="${y}"/><rect class="box" x="${place(quarter)}%" y="${y - 5}" width="${Math.round(100 * (place(threeQuarters) - place(quarter))) / 100}%" height="10"/><line class="median" x1="${place(median)}%" x2="${place(median)}%" y1="${y - 5}" y2="${y + 5}"/><circle class="dot${outside && ' out'}" cx="${place(value)}%" cy="${y}" r="4.5"/></svg>`
}

const HISTOGRAM = 16
const BAR = 18

/** The most frequent categories as bars, the instance's own filled dark. */
function levelBars(
  value: Value,
  { levels, others }: Extract<Distribution, { kind: 'categorical' }>,
): Markup {
  const most = Math.max(...levels.map(({ share }) => share))
  const own = levels.find((level) => level.value === value)
  const width = 100 / Math.max(1, levels.length)
  const words =
    own === undefined
      ? others > 0
        ? 'a rare category'
        : 'not in the training data'
      : `${formatPercent(own.share)} of the training data`
  return markup`<svg width="100%" height="${BAR}" role="img" aria-label="${words}">${levels.map(
    (level, i) => {
      const height = most > 0 ? Math.max(1, Math.round((BAR * level.share * 100) / most) / 100) : 1
      return markup`<rect class="histogram${level === own && ' here'}" x="${Math.round(100 * i * width) / 100}%" y="${BAR - height}" width="${Math.round(80 * width) / 100}%" height="${height}"><title>${valueText(level.value)}: ${formatPercent(level.share)}</title></rect>`
    },
  )}</svg><span class="detail">${words}</span>`
}
