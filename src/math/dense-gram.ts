/**
 * Weighted Gram matrix of a dense design.
 *
 * 1. Shift every column by the reference row and subtract the weighted mean of what is left (two passes).
 * 2. G: for blocks of rows, a panel of √w (x − mean) with columns laid out contiguously, then tiles of 4 × 2 columns
 *    whose eight sums stay in registers. Each sum runs over the rows in order, whatever the tile.
 * 3. A single column of G costs one pass over X: a few columns of a wide G need not wait for all of it.
 */
import { type GramSource, heaviestRow, mirrorUpper } from './gram-source.ts'
import type { Matrix } from './matrix.ts'

const BLOCK = 64

/** Moments of X (n, d) under weights w (n), all finite and ≥ 0; `sumW` is their sum. */
export function denseGram(X: Matrix, w: Float64Array, sumW: number): GramSource {
  const { data, rows, cols } = X
  const start = heaviestRow(w) * cols
  const reference = data.slice(start, start + cols)
  const shift = new Float64Array(cols)
  for (let i = 0, at = 0; i < rows; i++) {
    const weight = w[i]!
    for (let j = 0; j < cols; j++, at++) shift[j]! += weight * (data[at]! - reference[j]!)
  }
  for (let j = 0; j < cols; j++) shift[j] = sumW > 0 ? shift[j]! / sumW : 0

  const diagonal = new Float64Array(cols)
  for (let i = 0, at = 0; i < rows; i++) {
    const weight = w[i]!
    for (let j = 0; j < cols; j++, at++) {
      const value = data[at]! - reference[j]! - shift[j]!
      diagonal[j]! += weight * value * value
    }
  }

  /** Σ v (x − r) − shift Σ v, for v that sum to nearly 0. */
  function cross(v: Float64Array): Float64Array {
    const sums = new Float64Array(cols)
    let total = 0
    for (let i = 0; i < rows; i++) {
      const factor = v[i]!
      if (factor === 0) continue
      total += factor
      for (let j = 0, at = i * cols; j < cols; j++, at++) {
        sums[j]! += factor * (data[at]! - reference[j]!)
      }
    }
    for (let j = 0; j < cols; j++) sums[j]! -= shift[j]! * total
    return sums
  }

  function column(j: number): Float64Array {
    const v = new Float64Array(rows)
    for (let i = 0; i < rows; i++) {
      v[i] = w[i]! * (data[i * cols + j]! - reference[j]! - shift[j]!)
    }
    return cross(v)
  }

  function full(): Float64Array {
    const G = new Float64Array(cols * cols)
    const panel = new Float64Array(cols * BLOCK)
    for (let i = 0; i < rows; i += BLOCK) {
      const height = Math.min(BLOCK, rows - i)
      for (let b = 0; b < height; b++) {
        const root = Math.sqrt(w[i + b]!)
        for (let j = 0, at = (i + b) * cols; j < cols; j++, at++) {
          panel[j * BLOCK + b] = root * (data[at]! - reference[j]! - shift[j]!)
        }
      }
      addPanel(G, panel, cols, height)
    }
    mirrorUpper(G, cols)
    return G
  }

  const mean = shift.map((value, j) => reference[j]! + value)
  return { mean, diagonal, full, column, cross }
}

/** Upper triangle of G += panel panelᵀ, tiles of 4 × 2; a tile on the diagonal also writes a little below it. */
function addPanel(G: Float64Array, panel: Float64Array, d: number, height: number): void {
  let j = 0
  for (; j + 4 <= d; j += 4) {
    const j0 = j * BLOCK
    let k = j
    for (; k + 2 <= d; k += 2) {
      let a = j0
      let b = k * BLOCK
      let s00 = 0
      let s01 = 0
      let s10 = 0
      let s11 = 0
      let s20 = 0
      let s21 = 0
      let s30 = 0
      let s31 = 0
      for (const end = a + height; a < end; a++, b++) {
        const y0 = panel[b]!
        const y1 = panel[b + BLOCK]!
        const x0 = panel[a]!
        s00 += x0 * y0
        s01 += x0 * y1
        const x1 = panel[a + BLOCK]!
        s10 += x1 * y0
        s11 += x1 * y1
        const x2 = panel[a + 2 * BLOCK]!
        s20 += x2 * y0
        s21 += x2 * y1
        const x3 = panel[a + 3 * BLOCK]!
        s30 += x3 * y0
        s31 += x3 * y1
      }
      let at = j * d + k
      G[at]! += s00
      G[at + 1]! += s01
      at += d
      G[at]! += s10
      G[at + 1]! += s11
      at += d
      G[at]! += s20
      G[at + 1]! += s21
      at += d
      G[at]! += s30
      G[at + 1]! += s31
    }
    for (; k < d; k++) {
      for (let r = j; r < j + 4; r++) G[r * d + k]! += panelDot(panel, r, k, height)
    }
  }
  for (; j < d; j++) {
    for (let k = j; k < d; k++) G[j * d + k]! += panelDot(panel, j, k, height)
  }
}

function panelDot(panel: Float64Array, j: number, k: number, height: number): number {
  let sum = 0
  for (let a = j * BLOCK, b = k * BLOCK, end = a + height; a < end; a++, b++) {
    sum += panel[a]! * panel[b]!
  }
  return sum
}
