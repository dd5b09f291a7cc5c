/**
 * The limits of weights over switches, by all rows of the switches that a model looks at.
 */
import { allMasks } from '../../src/explain/samplers/exhaustive-design.ts'
import {
  denseRow,
  exponentialKernel,
  rowPopcount,
  solveRidge,
  weightedMoments,
} from '../../src/math/index.ts'
import type { CoverageModel } from './cases.ts'

/** E[f | on] − E[f | off] (d) where each switch is on with chance p. */
export function effectsUnder({ f, active }: CoverageModel, d: number, p: number): Float64Array {
  const masks = allMasks(active)
  const effects = new Float64Array(d)
  for (let i = 0; i < masks.rows; i++) {
    const row = denseRow(masks, i)
    const value = f(row)
    const on = row.reduce((sum, bit) => sum + bit, 0)
    const chance = p ** on * (1 - p) ** (active - on)
    for (let j = 0; j < active; j++)
      effects[j]! += (value * chance * (row[j]! ? 1 : -1)) / (row[j]! ? p : 1 - p)
  }
  return effects
}

/** Weights (d) of LIME's regression for texts: 1 to d words off, each number equally likely; cosine distance × 100. */
export function limeLimit({ f }: CoverageModel, d: number, width: number): Float64Array {
  const masks = allMasks(d)
  const y = Float64Array.from({ length: masks.rows }, (_, i) => f(denseRow(masks, i)))
  const choose = Array.from({ length: d + 1 }, () => 1)
  for (let s = 1; s <= d; s++) choose[s] = (choose[s - 1]! * (d - s + 1)) / s
  const w = Float64Array.from({ length: masks.rows }, (_, i) => {
    const on = rowPopcount(masks, i)
    if (on === d) return 0
    const distance = 100 * (1 - Math.sqrt(on / d))
    return (
      exponentialKernel(Float64Array.of(on === 0 ? 100 : distance), width)[0]! / choose[on]! / d
    )
  })
  const scale = masks.rows / w.reduce((sum, one) => sum + one, 0)
  const moments = weightedMoments(
    masks,
    w.map((one) => one * scale),
  )
  return solveRidge(moments, moments.cross(y), 0).coefficients
}
