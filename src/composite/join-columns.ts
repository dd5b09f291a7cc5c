/**
 * Neighbourhoods side by side: the columns of several matrices of equally many rows as one.
 */
import type { Matrix } from '../contract/matrix.ts'
import type { RowCodes } from '../explain/neighbourhood.ts'
import {
  type BitMatrix,
  bitsToMatrix,
  createBitMatrix,
  type DesignMatrix,
  isBitMatrix,
  selectColumns,
} from '../math/bit-matrix.ts'

/** Bits where all are bits, else doubles. */
export function joinColumns(matrices: readonly DesignMatrix[]): DesignMatrix {
  return matrices.every(isBitMatrix) ? joinBits(matrices) : joinDense(matrices)
}

/** The other way round for bits: the first `counts[0]` columns, the next `counts[1]`, and so on. */
export function splitColumns(bits: BitMatrix, counts: readonly number[]): BitMatrix[] {
  let from = 0
  return counts.map((count) => {
    const columns = Int32Array.from({ length: count }, (_, k) => from + k)
    from += count
    return selectColumns(bits, columns) as BitMatrix
  })
}

/** Codes of joined rows: those of all parts in a row; undefined where a part has none. */
export function joinCodes(
  codes: readonly (RowCodes | undefined)[],
  rows: number,
): RowCodes | undefined {
  const known = codes.filter((one) => one !== undefined)
  if (known.length < codes.length) return undefined
  const stride = known.reduce((sum, one) => sum + one.stride, 0)
  const words = new Uint32Array(rows * stride)
  let offset = 0
  for (const { words: own, stride: width } of known) {
    for (let i = 0; i < rows; i++) {
      words.set(own.subarray(i * width, (i + 1) * width), i * stride + offset)
    }
    offset += width
  }
  return { words, stride }
}

function joinBits(matrices: readonly BitMatrix[]): BitMatrix {
  const rows = matrices[0]!.rows
  const joined = createBitMatrix(
    rows,
    matrices.reduce((sum, { cols }) => sum + cols, 0),
  )
  const { words, stride } = joined
  let offset = 0
  for (const { words: own, cols, stride: width } of matrices) {
    const used = (cols + 31) >>> 5
    const shift = offset & 31
    for (let i = 0; i < rows; i++) {
      const to = i * stride + (offset >>> 5)
      for (let k = 0; k < used; k++) {
        const word = own[i * width + k]!
        words[to + k]! |= word << shift
        // What the shift pushed out of a word; beyond the last one there is nothing to keep.
        const rest = shift === 0 ? 0 : word >>> (32 - shift)
        if (rest !== 0) words[to + k + 1]! |= rest
      }
    }
    offset += cols
  }
  return joined
}

function joinDense(matrices: readonly DesignMatrix[]): Matrix {
  const rows = matrices[0]!.rows
  const cols = matrices.reduce((sum, one) => sum + one.cols, 0)
  const data = new Float64Array(rows * cols)
  let offset = 0
  for (const matrix of matrices) {
    const { data: own, cols: width } = isBitMatrix(matrix) ? bitsToMatrix(matrix) : matrix
    for (let i = 0; i < rows; i++) {
      data.set(own.subarray(i * width, (i + 1) * width), i * cols + offset)
    }
    offset += width
  }
  return { data, rows, cols }
}
