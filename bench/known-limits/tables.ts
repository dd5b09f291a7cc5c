/**
 * Tables of gaussians with functions of their columns; the limits of weights by very many draws.
 */
import { EvenDesign } from '../../src/explain/least-squares.ts'
import { independentDesign } from '../../src/explain/samplers/independent-design.ts'
import { type Matrix, RandomState, TabularExplainer } from '../../src/index.ts'

/** A table, a row of it, and a model. */
export interface CoverageTable {
  readonly name: string
  readonly classes: boolean
  readonly table: Matrix
  readonly row: Float64Array
  readonly f: (x: ArrayLike<number>) => number
}

const ROWS = 500

/** Models of tables of d columns. */
export function coverageTables(d: number): CoverageTable[] {
  const random = new RandomState([78, d])
  const data = Float64Array.from({ length: ROWS * d }, () => random.normal())
  const table = { data, rows: ROWS, cols: d }
  const row = data.slice(7 * d, 8 * d)
  const b = Array.from({ length: d }, () => random.normal())
  const dot = (x: ArrayLike<number>) => b.reduce((sum, value, j) => sum + value * x[j]!, 0)
  const shared = { table, row }
  return [
    {
      ...shared,
      name: 'logistic of a table',
      classes: true,
      f: (x) => 1 / (1 + Math.exp(-dot(x))),
    },
    {
      ...shared,
      name: 'curves and a product of columns',
      classes: false,
      f: (x) => Math.sin(2 * x[0]!) + x[1]! ** 2 + x[2]! * x[3]! + 0.5 * dot(x),
    },
    {
      ...shared,
      name: 'threshold of a table',
      classes: true,
      f: (x) => (dot(x) > 0.5 ? 0.8 : 0.1),
    },
  ]
}

/** Effects (d) where each column keeps its bin with chance ½, by least squares on `n` draws. */
export function tableLimit({ table, row, f }: CoverageTable, n: number): Float64Array {
  const explainer = new TabularExplainer(table, { mode: 'regression', randomState: 5 })
  const d = row.length
  const sums = new Float64Array(d)
  const block = 20_000
  const random = new RandomState(99)
  for (let from = 0; from < n; from += block) {
    const masks = independentDesign(new Float64Array(d).fill(0.5), random)(block)
    const { interpretable, inputs } = explainer.surround(row, { random }).switched(masks)
    const y = Float64Array.from(
      inputs(Int32Array.from({ length: block }, (_, i) => i)) as readonly ArrayLike<number>[],
      f,
    )
    const design = new EvenDesign({ X: interpretable, paired: false })
    const { coefficients } = design.estimate(y)
    coefficients.forEach((value, j) => {
      sums[j]! += (value * block) / n
    })
  }
  return sums
}
