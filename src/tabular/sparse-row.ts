/**
 * Sparse rows: thousands of columns of which few are not zero, such as TF-IDF features.
 *
 * As in Python LIME only the nonzero values of the instance are perturbed: z · scale + mean (or + the instance's
 * value), with mean and scale over all training rows, zeros included. The fit sees them as (x − mean) / scale; Python
 * LIME multiplies by the scale instead, which the reference mode repeats.
 */
import { DataError, ShapeError } from '../contract/errors.ts'
import type { Feature } from '../contract/explanation.ts'
import type { Neighbourhood, Surroundings } from '../explain/neighbourhood.ts'
import { type BitMatrix, getBit } from '../math/bit-matrix.ts'
import type { RandomState } from '../math/random-state.ts'
import { drawNormals, type SamplingMethod } from './draws.ts'

/** A row by its nonzero values: `values[k]` stands in column `indices[k]`; every other column is 0. */
export interface SparseRow {
  readonly indices: ArrayLike<number>
  readonly values: ArrayLike<number>
}

/** Mean and scale of every column of sparse training data. */
export interface SparseStats {
  readonly columns: number
  readonly mean: Float64Array
  /** Population standard deviation; 1 for a constant column. */
  readonly scale: Float64Array
}

/** Whether a row is sparse. */
export function isSparseRow(row: unknown): row is SparseRow {
  const sparse = row as SparseRow | null
  return (
    typeof sparse === 'object' &&
    sparse !== null &&
    !Array.isArray(sparse) &&
    isList(sparse.indices) &&
    isList(sparse.values)
  )
}

/** Means and scales in one pass over the nonzero values and one over the columns. */
export function sparseStats(rows: readonly SparseRow[], columns: number): SparseStats {
  const n = rows.length
  const mean = new Float64Array(columns)
  const count = new Float64Array(columns)
  rows.forEach((row, i) => {
    const where = `TabularExplainer, training data, row ${i}`
    if (!isSparseRow(row)) {
      throw new DataError({
        where,
        got: row === null ? 'null' : 'a dense row',
        expected: 'a sparse row { indices, values }, as the first one',
        remedy: 'Give all rows in one form.',
      })
    }
    checkSparse(row, columns, where)
    for (let k = 0; k < row.indices.length; k++) {
      mean[row.indices[k]!]! += row.values[k]!
      count[row.indices[k]!]!++
    }
  })
  for (let c = 0; c < columns; c++) mean[c]! /= n
  const squares = new Float64Array(columns)
  for (const { indices, values } of rows) {
    for (let k = 0; k < indices.length; k++) {
      squares[indices[k]!]! += (values[k]! - mean[indices[k]!]!) ** 2
    }
  }
  const scale = squares.map((sum, c) => {
    const deviation = Math.sqrt((sum + (n - count[c]!) * mean[c]! ** 2) / n)
    return deviation > 10 * Number.EPSILON * Math.abs(mean[c]!) ? deviation : 1
  })
  return { columns, mean, scale }
}

/** What a sparse row is amid. */
export type SparseSurroundings = Pick<
  Surroundings<SparseRow>,
  'instance' | 'features' | 'typical' | 'law' | 'fixed' | 'random' | 'draw' | 'switched'
>

/** The surroundings of a sparse row without its instance; features are the nonzero columns, and what is off is 0. */
export function sparseSurroundings(
  row: SparseRow,
  stats: SparseStats,
  names: (column: number) => string,
  { method, around, python }: { method: SamplingMethod; around: boolean; python: boolean },
  random: RandomState,
): Omit<SparseSurroundings, 'instance' | 'random'> & {
  readonly draw: (n: number) => Neighbourhood<SparseRow>
} {
  checkSparse(row, stats.columns, 'TabularExplainer.explain, row')
  const nonzero = Array.from(row.indices.length ? Array.from(row.indices).keys() : [])
    .filter((k) => row.values[k] !== 0)
    .sort((a, b) => row.indices[a]! - row.indices[b]!)
  if (nonzero.length === 0) {
    throw new DataError({
      where: 'TabularExplainer.explain, row',
      got: 'a sparse row without a nonzero value',
      expected: 'at least one: only nonzero values are perturbed',
      remedy: 'Explain another row, or give this one as a dense array.',
    })
  }
  const indices = Int32Array.from(nonzero, (k) => row.indices[k]!)
  const own = Float64Array.from(nonzero, (k) => row.values[k]!)
  const d = indices.length
  const rowsOf = (values: Float64Array) => (rows: Int32Array) =>
    Array.from(rows, (i) => ({ indices, values: values.subarray(i * d, (i + 1) * d) }))
  const draw = (n: number): Neighbourhood<SparseRow> => {
    const values = drawNormals(n, d, method, random)
    const fitted = new Float64Array(n * d)
    for (let j = 0; j < d; j++) {
      const mean = stats.mean[indices[j]!]!
      const scale = stats.scale[indices[j]!]!
      const shift = around ? own[j]! : mean
      for (let i = 0; i < n; i++) {
        const at = i * d + j
        const value = i === 0 ? own[j]! : values[at]! * scale + shift
        values[at] = value
        fitted[at] = python ? value * scale : (value - mean) / scale
      }
    }
    return { interpretable: { data: fitted, rows: n, cols: d }, inputs: rowsOf(values) }
  }
  const switched = (masks: BitMatrix): Neighbourhood<SparseRow> => {
    const values = new Float64Array(masks.rows * d)
    for (let i = 0, at = 0; i < masks.rows; i++) {
      for (let j = 0; j < d; j++, at++) if (getBit(masks, i, j)) values[at] = own[j]!
    }
    return { interpretable: masks, codes: masks, inputs: rowsOf(values) }
  }
  const features: Feature[] = Array.from(indices, (column, j) => ({
    name: names(column),
    part: { kind: 'tabular', columns: [j], value: own[j]! },
  }))
  return { features, law: undefined, fixed: true, draw, switched }
}

function checkSparse(row: SparseRow, columns: number, where: string): void {
  if (row.indices.length !== row.values.length) {
    throw new ShapeError({
      where,
      got: `${row.indices.length} indices and ${row.values.length} values`,
      expected: 'as many values as indices',
      remedy: 'Give the column of every value.',
    })
  }
  const seen = new Set<number>()
  for (let k = 0; k < row.indices.length; k++) {
    const column = row.indices[k]!
    if (
      Number.isInteger(column) &&
      column >= 0 &&
      column < columns &&
      !seen.has(column) &&
      Number.isFinite(row.values[k]!)
    ) {
      seen.add(column)
      continue
    }
    throw new DataError({
      where,
      got: `the value ${row.values[k]} in column ${column}${seen.has(column) ? ', which is given twice' : ''}`,
      expected: `finite values, each in another column from 0 to ${columns - 1}`,
      remedy: 'Columns are counted from 0; give featureNames for all columns.',
    })
  }
}

function isList(value: unknown): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value)
}
