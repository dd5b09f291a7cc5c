/**
 * Dense matrices: making, reading and cutting them. The type itself is the contract's (`contract/matrix.ts`).
 *
 * Functions here trust their callers with indices; `matrixFromRows` checks its rows, because they come from users.
 */
import { ShapeError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'

export type { Matrix } from '../contract/matrix.ts'

/** A matrix of zeros (rows, cols), or one around `data`, which is kept, not copied. */
export function createMatrix(
  rows: number,
  cols: number,
  data: Float64Array = new Float64Array(rows * cols),
): Matrix {
  return { data, rows, cols }
}

/** A matrix from rows of equal length. Throws a ShapeError that names the first row of another length. */
export function matrixFromRows(rows: ArrayLike<ArrayLike<number>>): Matrix {
  const cols = rows[0]?.length ?? 0
  const data = new Float64Array(rows.length * cols)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    if (row.length !== cols) {
      throw new ShapeError({
        where: `matrixFromRows, row ${i}`,
        got: `${row.length} values`,
        expected: `${cols}, as in row 0`,
        remedy: 'Give all rows the same length.',
      })
    }
    data.set(row, i * cols)
  }
  return { data, rows: rows.length, cols }
}

/** Row i as a view (cols): writing to it writes to the matrix. */
export function rowView(matrix: Matrix, i: number): Float64Array {
  return matrix.data.subarray(i * matrix.cols, (i + 1) * matrix.cols)
}

/** Column j as a fresh array (rows). */
export function columnOf(matrix: Matrix, j: number): Float64Array {
  const { data, rows, cols } = matrix
  const column = new Float64Array(rows)
  for (let i = 0, at = j; i < rows; i++, at += cols) column[i] = data[at]!
  return column
}

/** All rows as plain arrays of numbers. */
export function rowsOf(matrix: Matrix): number[][] {
  return Array.from({ length: matrix.rows }, (_, i) => Array.from(rowView(matrix, i)))
}
