/**
 * GLIME's design (Tan, Tian, Li 2023): the kernel is taken into the draws, and all samples weigh the same.
 *
 * With the kernel exp(−(number of features off) / 2σ²), which is the exponential one over euclidean distances between
 * switches, samples that LIME's own draws keep with chance q are kept with
 *
 *     p = q / (q + (1 − q) exp(−1 / 2σ²))          q = ½: p = 1 / (1 + exp(−1 / 2σ²))
 *
 * The limit is LIME's own, but no sample is drawn to count for nothing.
 */
import { createBitMatrix, setBit } from '../../math/bit-matrix.ts'
import type { RandomState } from '../../math/random-state.ts'
import type { SwitchLaw } from '../neighbourhood.ts'
import type { NextMasks } from './factorial-design.ts'

/** The chance (d) of each feature to be on, for a kernel of width `sigma`. */
export function tiltedChances(law: SwitchLaw, sigma: number): Float64Array {
  return ownChances(law).map((q) => q / (q + (1 - q) * Math.exp(-1 / (2 * sigma * sigma))))
}

/** Rows in which feature j is on with chance `on[j]`, independently. */
export function independentDesign(on: Float64Array, random: RandomState): NextMasks {
  const d = on.length
  const uniforms = new Float64Array(d)
  return (n) => {
    const masks = createBitMatrix(n, d)
    for (let i = 0; i < n; i++) {
      random.randomSampleInto(uniforms)
      for (let j = 0; j < d; j++) if (uniforms[j]! < on[j]!) setBit(masks, i, j)
    }
    return masks
  }
}

/** Of texts, whose draws take the number of words first, GLIME's ½. */
function ownChances(law: SwitchLaw): Float64Array {
  if (law.kind === 'independent') return law.on
  if (law.kind === 'sizes') return new Float64Array(law.count).fill(0.5)
  const parts = law.parts.map(ownChances)
  const joined = new Float64Array(parts.reduce((sum, one) => sum + one.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}
