/**
 * An evaluation as a table: one row a measure, one column a method, in the terminal and as a page.
 *
 * The best of the methods compared is marked (`*` in the terminal, bold in the page), where one direction is better and the
 * numbers shown differ; the random explanation is the floor and never marked.
 */
import { htmlPage } from './html-page.ts'
import { isolated, type Markup, markup } from './markup.ts'
import { visibleText } from './visible-text.ts'

/** The part of `sodalime/evaluation@1` that is drawn. */
export interface EvaluationTable {
  readonly domain: string
  readonly instances: number
  readonly withoutEffect: number
  readonly options: { readonly [name: string]: number }
  readonly methods: readonly {
    readonly name: string
    readonly measures: {
      readonly [measure: string]: Summary | undefined
    }
  }[]
}

interface Summary {
  readonly mean: number
  readonly standardError: number | null
}

/** Measures in the order of the table: name in data, name for people, better upwards (1), downwards (−1) or neither (0). */
const ROWS: readonly (readonly [measure: string, words: string, better: 1 | -1 | 0])[] = [
  ['fitR2', 'fit, R²', 0],
  ['heldOutR2', 'held-out R²', 1],
  ['infidelity', 'infidelity', -1],
  ['scaledInfidelity', 'infidelity, scaled', -1],
  ['faithfulness', 'faithfulness correlation', 1],
  ['deletion', 'deletion (MoRF) area', -1],
  ['insertion', 'insertion area', 1],
  ['lerf', 'LeRF area', 1],
  ['abpc', 'ABPC = LeRF − MoRF', 1],
  ['sparseness', 'sparseness (Gini)', 0],
  ['complexity', 'complexity (entropy)', 0],
  ['jaccard', 'Jaccard@K over seeds', 1],
  ['vsi', 'VSI', 1],
  ['csi', 'CSI', 1],
  ['signFlips', 'sign flips', -1],
  ['spearman', 'Spearman over seeds', 1],
  ['maxSensitivity', 'max-sensitivity', -1],
  ['objectShare', 'weight on the object', 0],
  ['backgroundShare', 'weight on the background', 0],
  ['expectedShare', 'the object’s share', 0],
  ['concentration', 'weight on object / share', 0],
  ['pointingGame', 'pointing game', 0],
  ['effectiveSampleSize', 'effective sample size', 0],
  ['modelCalls', 'model calls', -1],
]

const RANDOM = 'random'

/** One cell: the number, and whether it is the best of its row. */
interface Cell {
  readonly text: string
  readonly best: boolean
}

/** The table for a terminal. */
export function renderEvaluation(
  evaluation: EvaluationTable,
  { color = false }: { readonly color?: boolean } = {},
): string {
  const rows = tableRows(evaluation)
  const names = evaluation.methods.map(({ name }) => visibleText(name))
  const first = Math.max(...rows.map(({ words }) => words.length))
  const widths = names.map((name, m) =>
    Math.max(name.length, ...rows.map(({ cells }) => cells[m]!.text.length + 2)),
  )
  const strong = (text: string) => (color ? `\u001b[1m${text}\u001b[22m` : text)
  const lines = rows.map(({ words, cells }) =>
    [
      words.padEnd(first),
      ...cells.map(({ text, best }, m) => {
        const padded = `${text}${best ? ' *' : '  '}`.padStart(widths[m]!)
        return best ? strong(padded) : padded
      }),
    ]
      .join('  ')
      .trimEnd(),
  )
  const head = [''.padEnd(first), ...names.map((name, m) => `${name}  `.padStart(widths[m]!))]
  return `${[strong(head.join('  ').trimEnd()), ...lines, '', ...notes(evaluation, '*')].join('\n')}\n`
}

/** The table as a page. */
export function renderEvaluationHtml(evaluation: EvaluationTable, title: string): string {
  const body = markup`<main><header><p class="kicker">Explanations evaluated</p><h1>${title}</h1></header>
<figure class="drawing"><table class="values">
<thead><tr><th scope="col">measure</th>${evaluation.methods.map(
    ({ name }) => markup`<th scope="col">${isolated(name)}</th>`,
  )}</tr></thead>
<tbody>
${tableRows(evaluation).map(
  ({ words, cells }): Markup => markup`<tr><th scope="row">${words}</th>${cells.map(
    ({ text, best }) => markup`<td>${best ? markup`<strong>${text}</strong>` : text}</td>`,
  )}</tr>
`,
)}</tbody></table></figure>
${notes(evaluation, 'Bold').map((note) => markup`<p>${note}</p>`)}
</main>`
  return htmlPage({ title, body, wide: true })
}

function tableRows({ methods }: EvaluationTable): { words: string; cells: Cell[] }[] {
  return ROWS.flatMap(([measure, words, better]) => {
    const found = methods.map(({ measures }) => measures[measure])
    if (found.every((one) => one === undefined)) return []
    const compared = found.flatMap((one, m) =>
      one === undefined || methods[m]!.name === RANDOM ? [] : [one],
    )
    const top = compared.reduce<Summary | undefined>(
      (best, one) => (best !== undefined && best.mean * better >= one.mean * better ? best : one),
      undefined,
    )
    const best = top === undefined ? undefined : cellText(top)
    const differ = better !== 0 && compared.some((one) => cellText(one) !== best)
    const cells = found.map((one, m) => {
      if (one === undefined) return { text: '–', best: false }
      const text = cellText(one)
      return { text, best: differ && methods[m]!.name !== RANDOM && text === best }
    })
    return [{ words, cells }]
  })
}

function cellText({ mean, standardError }: Summary): string {
  const size = Math.abs(mean)
  if (size >= 100) return mean.toFixed(0)
  const small = mean !== 0 && size < 0.01
  const digits = size >= 10 ? 1 : 3
  const text = small ? mean.toExponential(1) : mean.toFixed(digits)
  if (standardError === null) return text
  return `${text} ± ${small ? standardError.toExponential(0) : standardError.toFixed(digits)}`
}

function notes({ instances, withoutEffect, options }: EvaluationTable, mark: string): string[] {
  const { seeds = 1, numFeatures = 0, numSamples = 0 } = options
  const flat =
    withoutEffect === 0
      ? []
      : [
          `No local effect in ${withoutEffect} of them: the model answers the same over the whole neighbourhood, and nothing is measured there.`,
        ]
  return [
    `Means over ${instances} ${instances === 1 ? 'instance' : 'instances'} ± standard error; ${seeds} seeds, K = ${numFeatures}, ${numSamples} held-out samples common to all.`,
    ...flat,
    `random is the floor: as many features at random, with as much weight. ${mark} = best of the methods.`,
  ]
}
