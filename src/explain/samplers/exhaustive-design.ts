/**
 * All 2^d rows of switches, each weighed by its chance in LIME's own draws: what LIME would find with samples without end.
 */
import { type BitMatrix, createBitMatrix, getBit } from '../../math/bit-matrix.ts'
import type { SwitchLaw } from '../neighbourhood.ts'

/** The most features of which all rows are listed. */
export const MOST_ENUMERATED = 20

/** All rows (2^d, d): row i has feature j on where bit j of 2^d − 1 − i is 1, so that row 0 has all on. */
export function allMasks(d: number): BitMatrix {
  const masks = createBitMatrix(2 ** d, d)
  for (let i = 0; i < masks.rows; i++) masks.words[i] = masks.rows - 1 - i
  return masks
}

/** The chance (n) of each row in LIME's own draws. */
export function chancesOf(masks: BitMatrix, law: SwitchLaw, from = 0): Float64Array {
  if (law.kind === 'joint') {
    const product = new Float64Array(masks.rows).fill(1)
    let column = from
    for (const part of law.parts) {
      const own = chancesOf(masks, part, column)
      for (let i = 0; i < product.length; i++) product[i]! *= own[i]!
      column += widthOf(part)
    }
    return product
  }
  const d = widthOf(law)
  return Float64Array.from({ length: masks.rows }, (_, i) => {
    let off = 0
    let product = 1
    for (let j = 0; j < d; j++) {
      const on = getBit(masks, i, from + j)
      if (!on) off++
      if (law.kind === 'independent') product *= on ? law.on[j]! : 1 - law.on[j]!
    }
    if (law.kind === 'independent') return product
    // Of one feature alone they never see it on, but for the instance, without which it would have no effect.
    if (d === 1) return 0.5
    return off === 0 ? 0 : 1 / (d * binomial(d, off))
  })
}

/** The features that a law is about. */
export function widthOf(law: SwitchLaw): number {
  if (law.kind === 'independent') return law.on.length
  if (law.kind === 'sizes') return law.count
  return law.parts.reduce((sum, part) => sum + widthOf(part), 0)
}

function binomial(n: number, k: number): number {
  let value = 1
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i
  return value
}
