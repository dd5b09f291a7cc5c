import { describe, expect, it } from 'vitest'
import { ShapeError } from '../../src/contract/errors.ts'
import { columnOf, createMatrix, matrixFromRows, rowsOf, rowView } from '../../src/math/matrix.ts'

describe('matrices', () => {
  const X = matrixFromRows([
    [1, 2, 3],
    [4, 5, 6],
  ])

  it('are made from rows and read by row and column', () => {
    expect(Array.from(rowView(X, 1))).toEqual([4, 5, 6])
    expect(Array.from(columnOf(X, 1))).toEqual([2, 5])
    expect(rowsOf(X)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ])
  })

  it('may be empty', () => {
    expect(matrixFromRows([])).toEqual(createMatrix(0, 0))
  })

  it('are not made from ragged rows, and the error names the row', () => {
    expect(() => matrixFromRows([[1, 2], [3]])).toThrow(ShapeError)
    expect(() => matrixFromRows([[1, 2], [3]])).toThrow('row 1: got 1 values, expected 2')
  })
})
