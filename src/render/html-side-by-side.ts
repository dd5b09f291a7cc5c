/**
 * Two to four explanations side by side in one report: two models, two labels, two settings, two seeds.
 *
 * 1. In words: what each answers, how alike the explanations are, and where they disagree most.
 * 2. In columns: prediction, and the instance with the weights in it.
 * 3. Feature by feature: a bar for each explanation on one axis, by falling disagreement.
 * 4. How far to trust each.
 */
import { DataError, type ExplanationData, type LabelExplanation } from '../contract/index.ts'
import { type BarAxis, barAxis, directions } from './bars.ts'
import { type ComparedFeature, comparedFeatures, sharedTop, similarity } from './disagreement.ts'
import { chosenLabel } from './draw-options.ts'
import { sentence, warningBox } from './html-explanation.ts'
import { instanceDefinitions, instanceFigures } from './html-instance.ts'
import { htmlPage } from './html-page.ts'
import { predictionFigure } from './html-prediction.ts'
import { weightsFigure, whisker } from './html-weights.ts'
import { isolated, type Markup, markup } from './markup.ts'
import { formatCount, formatWeight, weightDecimals } from './number-text.ts'
import { outputText } from './prediction.ts'
import type { ReportEntry, ReportOptions } from './report-entry.ts'
import { fitWords, predictionWords, type WordPart } from './words.ts'

/** One entry, with the label that is shown. */
interface Column {
  readonly letter: string
  readonly name: string
  readonly explanation: ExplanationData
  readonly label: LabelExplanation
}

const LETTERS = 'ABCD'
const TOP = 5

/** The report. Throws a DataError unless there are two to four entries, each with a label that was explained. */
export function renderSideBySide(
  entries: readonly ReportEntry[],
  options: ReportOptions = {},
): string {
  const columns = columnsOf(entries)
  const title = options.title ?? titleOf(columns)
  const rows = comparedFeatures(columns)
  const most = options.maxFeatures ?? 30
  const body = markup`<main><header><p class="kicker">Explanations side by side</p><h1>${title}</h1></header>
${summary(columns, rows)}
<section aria-labelledby="columns"><h2 id="columns">Side by side</h2>
<div class="columns">
${columns.map((column, i) => oneColumn(column, `s${i}`))}</div></section>
<section aria-labelledby="features" data-linked><h2 id="features">Feature by feature</h2>
${comparisonTable(columns, rows, most)}</section>
<section aria-labelledby="trust"><h2 id="trust">How far to trust them</h2>
${columns.map(
  ({ letter, name, label, explanation }) =>
    markup`<p><strong>${letter}</strong>, ${isolated(name)}: ${sentence(fitWords(label))} ${formatCount(explanation.diagnostics.samples)} samples.</p>
`,
)}</section></main>`
  return htmlPage({ title, body, wide: true })
}

function columnsOf(entries: readonly ReportEntry[]): Column[] {
  if (entries.length < 2 || entries.length > LETTERS.length) {
    throw new DataError({
      where: 'renderSideBySide, entries',
      got: `${entries.length} explanations`,
      expected: 'two to four',
      remedy: 'Use renderHtml for one, and renderGallery for many.',
    })
  }
  return entries.map(({ name, explanation, label: asked }, i) => {
    const label =
      asked === undefined
        ? chosenLabel(explanation, undefined)
        : explanation.labels.find((one) => one.label === asked)
    if (label === undefined) {
      throw new DataError({
        where: `renderSideBySide, entries[${i}].label`,
        got: asked === undefined ? 'an explanation without labels' : String(asked),
        expected: `one of the labels that were explained: ${explanation.labels.map((one) => one.label).join(', ')}`,
        remedy: 'Explain that label too, or compare another one.',
      })
    }
    return { letter: LETTERS[i]!, name, explanation, label }
  })
}

function titleOf(columns: readonly Column[]): string {
  const names = [...new Set(columns.map(({ label }) => label.name))]
  return names.length === 1 ? `Why ${names[0]!}, ${columns.length} times` : names.join(' or ')
}

function summary(columns: readonly Column[], rows: readonly ComparedFeature[]): Markup {
  const [a, b] = [columns[0]!, columns[1]!]
  const answers = columns.map(
    ({ letter, name, label, explanation }) =>
      markup`<li><strong>${letter}</strong>, ${isolated(name)}: ${sentence(predictionWords(explanation, label))}</li>
`,
  )
  const domains = new Set(columns.map(({ explanation }) => explanation.domain))
  const warnings = columns.flatMap(({ letter, explanation }) =>
    explanation.diagnostics.warnings.map(({ message }) => ({ message: `${letter}: ${message}` })),
  )
  const words: WordPart[] = []
  if (domains.size > 1) {
    words.push('They explain instances of different kinds, so their features cannot be compared.')
  } else {
    const alike = similarity(a, b)
    if (alike !== null) words.push(...alikeWords(alike, columns.length))
    const k = Math.min(TOP, a.label.weights.length, b.label.weights.length)
    if (k > 1) words.push(`Of the ${k} strongest features, A and B share ${sharedTop(a, b, k)}. `)
    const opposite = rows.filter(({ difference }) => difference === 'opposite')
    const apart = rows.filter(({ difference }) => difference === 'apart')
    if (opposite.length > 0) {
      words.push(
        `${formatCount(opposite.length)} ${opposite.length === 1 ? 'feature speaks' : 'features speak'} for it in one and against it in another, most of all `,
        { name: opposite[0]!.name },
        '. ',
      )
    }
    if (apart.length > 0) {
      words.push(
        `${formatCount(apart.length)} more ${apart.length === 1 ? 'differs' : 'differ'} by more than their intervals. `,
      )
    }
    if (opposite.length + apart.length === 0 && rows.length > 0) {
      words.push('No feature changes its sign. ')
    }
  }
  return markup`<ul class="answers">
${answers}</ul>
<p class="lede">${sentence(words)}</p>
${warningBox(warnings)}`
}

function alikeWords(cosine: number, count: number): WordPart[] {
  const value = cosine.toFixed(2).replace('-', '\u2212')
  const who = count > 2 ? 'A and B' : 'The two explanations'
  const verdict =
    cosine >= 0.9
      ? 'agree'
      : cosine >= 0.6
        ? 'agree in the main'
        : cosine >= 0.2
          ? 'agree in part only'
          : cosine > -0.2
            ? 'have little in common'
            : 'contradict each other'
  return [`${who} ${verdict} (cosine of the weights ${value}). `]
}

function oneColumn({ letter, name, explanation, label }: Column, id: string): Markup {
  const definitions = instanceDefinitions({ ...explanation, labels: [label] }, id)
  const drawn = instanceFigures(explanation, label, definitions, `${id}l`, { room: 100_000 })
  return markup`<article aria-labelledby="${id}h" data-linked><h3 id="${id}h"><span class="letter">${letter}</span> ${isolated(name)}</h3>
<p>${isolated(label.name)} <strong>${outputText(explanation, label.prediction)}</strong></p>
${predictionFigure(explanation, 4, false)}
<div class="drawing">${definitions.definition}</div>${drawn}
<details${drawn.markup === '' && markup` open`}><summary>Its weights</summary>
${weightsFigure(explanation, label, 15)}</details></article>
`
}

function comparisonTable(
  columns: readonly Column[],
  rows: readonly ComparedFeature[],
  most: number,
): Markup {
  if (rows.length === 0) return markup`<p>No feature has any weight.</p>`
  const shown = rows.slice(0, most)
  const all = shown.flatMap(({ weights }) => weights.filter((one) => one !== undefined))
  const axis = barAxis(all)
  const decimals = weightDecimals(all.map(({ weight }) => weight))
  const heads = directions(columns[0]!.explanation, columns[0]!.label)
  const rest = rows.length - shown.length
  return markup`<figure class="drawing compared"><table>
<caption>By falling disagreement; ${heads.against !== '' && `left: ${heads.against}, `}right: ${heads.for}.</caption>
<thead><tr><th scope="col" class="name">Feature</th><th scope="col" class="wide">Weights</th>${columns.map(({ letter }) => markup`<th scope="col" class="weight number">${letter}</th>`)}<th scope="col" class="verdict">Difference</th></tr></thead>
<tbody>
${shown.map((row) => comparedRow(row, columns, axis, decimals))}</tbody></table>
<figcaption>${rest > 0 && `And ${formatCount(rest)} more. `}Bars from the top: ${columns.map(({ letter, name }, i) => markup`${i > 0 && ', '}${letter} ${isolated(name)}`)}. ${all.some(({ interval }) => interval !== undefined) && 'Whiskers are 95\u00a0% intervals.'}</figcaption></figure>`
}

function comparedRow(
  { name, weights, difference, spread }: ComparedFeature,
  columns: readonly Column[],
  axis: BarAxis,
  decimals: number,
): Markup {
  const zero = 100 * axis.position(0)
  const height = 16 * columns.length
  const bars = weights.map((one, i) => {
    if (one === undefined) return undefined
    const end = 100 * axis.position(one.weight)
    const y = 16 * i + 2
    return markup`<rect class="${one.weight < 0 ? 'against' : 'for'}" x="${round(Math.min(zero, end))}%" y="${y}" width="${round(Math.abs(end - zero))}%" height="11"/>${one.interval !== undefined && whisker(one.interval, axis, y + 5.5)}`
  })
  const words = {
    same: 'one sign',
    opposite: '\u21c4 opposite signs',
    apart: '\u2260 beyond the intervals',
    some: 'not in all',
  }[difference]
  const short = weights.map((one, i) => {
    const text = one === undefined ? 'none' : formatWeight(one.weight, decimals)
    return `${columns[i]!.letter}\u00a0${text}`
  })
  return markup`<tr class="${difference}"><th scope="row" class="name"><bdi class="clamp">${name}</bdi></th><td class="wide"><svg width="100%" height="${height}" aria-hidden="true">${bars}<line class="axis" x1="${round(zero)}%" x2="${round(zero)}%" y1="-6" y2="${height + 6}"/></svg><span class="detail if-narrow">${short.join(', ')}</span></td>${weights.map(
    (one) =>
      markup`<td class="weight number ${one === undefined ? 'muted' : one.weight < 0 ? 'against' : 'for'}">${one === undefined ? 'none' : formatWeight(one.weight, decimals)}</td>`,
  )}<td class="verdict">${words}<span class="detail">by ${formatWeight(spread, decimals).replace('+', '')}</span></td></tr>
`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
