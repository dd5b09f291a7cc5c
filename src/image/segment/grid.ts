/**
 * Rectangular segments: a grid of rows and columns, numbered row by row.
 *
 * Row i of g holds the pixels from ⌊i h / g⌋ to ⌊(i + 1) h / g⌋ − 1, columns likewise, so that cells differ by one
 * pixel at most along each side.
 */
import { checkOptions } from '../../contract/nearest.ts'
import type { LabelMap } from './label-map.ts'
import { checkNumber } from './raster.ts'

/** How many rectangles. */
export interface GridOptions {
  /** Rows of the grid, from 1; more than the picture has are reduced to that. Default 8. */
  readonly rows?: number
  /** Columns of the grid, likewise. Default 8. */
  readonly columns?: number
}

/** Segments of a picture of this size by a grid. Throws an OptionError for options out of range. */
export function gridSegments(
  size: { readonly width: number; readonly height: number },
  options: GridOptions = {},
): LabelMap {
  const where = 'gridSegments, options'
  checkOptions(where, options, ['rows', 'columns'])
  const { rows = 8, columns = 8 } = options
  checkNumber(`${where}.rows`, rows, { least: 1, integer: true })
  checkNumber(`${where}.columns`, columns, { least: 1, integer: true })
  checkNumber('gridSegments, size.width', size.width, { least: 1, integer: true })
  checkNumber('gridSegments, size.height', size.height, { least: 1, integer: true })
  const { width, height } = size
  const cellRow = cells(height, Math.min(rows, height))
  const cellColumn = cells(width, Math.min(columns, width))
  const across = Math.min(columns, width)
  const labels = new Int32Array(width * height)
  for (let y = 0, i = 0; y < height; y++) {
    const first = cellRow[y]! * across
    for (let x = 0; x < width; x++, i++) labels[i] = first + cellColumn[x]!
  }
  return { labels, width, height, count: Math.min(rows, height) * across }
}

/** The cell of each of n pixels in a row of g. */
function cells(n: number, g: number): Int32Array {
  const out = new Int32Array(n)
  for (let cell = 0; cell < g; cell++) {
    out.fill(cell, Math.floor((cell * n) / g), Math.floor(((cell + 1) * n) / g))
  }
  return out
}
