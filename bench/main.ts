/**
 * `npm run -s bench -- NAME [--quick] [--json]`: runs the benchmark `bench/NAME.ts`.
 *
 * Prints a table, or with `--json` one object a line and last a summary: geometric mean and smallest of the ratios to
 * the reference (> 1 = better than the reference), over the cases that have one.
 */
import { readdirSync } from 'node:fs'

/** One measured case. */
export interface BenchRow {
  readonly case: string
  readonly ours: number
  /** Null where the reference is not installed, or there is none. */
  readonly reference: number | null
  readonly ratio: number | null
  readonly unit: 'ms' | 's' | 'MB' | 'calls' | 'error' | '%'
  /** Cases of one group get a geometric mean of their own in the summary. */
  readonly group?: string
  /** True for a ratio that has a goal of its own: it counts only in the summary's second mean, over every case. */
  readonly aside?: true
  /** Anything else worth knowing, such as the time of the first call. */
  readonly note?: string
}

/** What a benchmark file exports as `run`. */
export interface BenchOptions {
  /** Fewer repeats and smaller cases. */
  readonly quick: boolean
  readonly emit: (row: BenchRow) => void
}

const [name, ...flags] = process.argv.slice(2).filter((one) => !one.startsWith('--'))
const options = process.argv.slice(2).filter((one) => one.startsWith('--'))
const known = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
  .map((file) => file.slice(0, -3))
const wrong = options.find((one) => one !== '--quick' && one !== '--json') ?? flags[0]
if (name === undefined || !known.includes(name) || wrong !== undefined) {
  console.error(
    `usage: npm run -s bench -- NAME [--quick] [--json], NAME one of ${known.join(', ')}`,
  )
  process.exit(2)
}

const json = options.includes('--json')
const ratios: number[] = []
const every: number[] = []
const groups: { [group: string]: number[] } = {}
const emit = (row: BenchRow) => {
  if (row.ratio !== null) every.push(row.ratio)
  if (row.ratio !== null && !row.aside) {
    ratios.push(row.ratio)
    if (row.group !== undefined) {
      groups[row.group] = [...(groups[row.group] ?? []), row.ratio]
    }
  }
  console.log(json ? JSON.stringify(row) : asLine(row))
}
if (!json) console.log(['case'.padEnd(58), 'ours', 'reference', 'ratio'].join('  '))
const { run } = (await import(`./${name}.ts`)) as { run: (options: BenchOptions) => Promise<void> }
await run({ quick: options.includes('--quick'), emit })

const geomean = meanOf(ratios)
const min = ratios.length === 0 ? null : Math.min(...ratios)
const means = Object.fromEntries(Object.entries(groups).map(([group, of]) => [group, meanOf(of)]))
if (json) {
  const more = {
    ...(every.length > ratios.length && { everyCase: meanOf(every) }),
    ...(Object.keys(means).length > 0 && { groups: means }),
  }
  console.log(JSON.stringify({ summary: true, geomean, min, ...more }))
} else if (geomean === null) console.log('no reference: ratios cannot be given')
else {
  for (const [group, mean] of Object.entries(means)) {
    console.log(`geometric mean of ${group}: ${mean!.toFixed(1)}×`)
  }
  if (every.length > ratios.length) {
    console.log(`geometric mean of every case, those aside too: ${meanOf(every)!.toFixed(1)}×`)
  }
  console.log(`geometric mean ${geomean.toFixed(1)}×, smallest ${min!.toFixed(1)}×`)
}

function meanOf(values: readonly number[]): number | null {
  if (values.length === 0) return null
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
}

function asLine(row: BenchRow): string {
  const number = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))
  const cells = [
    row.case.padEnd(58),
    `${number(row.ours)} ${row.unit}`.padStart(9),
    (row.reference === null ? '–' : `${number(row.reference)} ${row.unit}`).padStart(10),
    (row.ratio === null ? '–' : `${row.ratio.toFixed(1)}×`).padStart(7),
  ]
  return `${cells.join('  ')}${row.note === undefined ? '' : `  ${row.note}`}`
}
