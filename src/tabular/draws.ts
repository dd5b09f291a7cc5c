/**
 * Where samples take their randomness from: independent draws, or a Latin hypercube.
 *
 * A Latin hypercube puts one draw into each of n equal strata of every feature, in a random order, so that the
 * samples cover each feature evenly. Python's `lhs` takes it from an unseeded generator; this one is seeded.
 */
import { normalQuantile } from '../math/normal-distribution.ts'
import type { RandomState } from '../math/random-state.ts'

/** How the neighbourhood is drawn. */
export type SamplingMethod = 'gaussian' | 'lhs'

/** Names of the sampling methods. */
export const SAMPLING_METHODS = ['gaussian', 'lhs'] as const

/** n numbers in [0, 1). */
export function drawUniforms(n: number, method: SamplingMethod, random: RandomState): Float64Array {
  const out = new Float64Array(n)
  random.randomSampleInto(out)
  if (method === 'lhs') {
    const strata = random.permutation(n)
    for (let i = 0; i < n; i++) out[i] = (strata[i]! + out[i]!) / n
  }
  return out
}

/** n draws from the numbers 0…K−1 (K ≤ 65536) with the given shares. */
export function drawLevels(
  frequencies: readonly number[],
  n: number,
  method: SamplingMethod,
  random: RandomState,
): Uint16Array {
  const levels = new Uint16Array(n)
  if (method === 'gaussian') {
    random.choiceWeightedInto(levels, frequencies)
    return levels
  }
  const bounds: number[] = []
  let sum = 0
  for (const frequency of frequencies) {
    sum += frequency
    bounds.push(sum)
  }
  drawUniforms(n, method, random).forEach((u, i) => {
    const level = bounds.findIndex((bound) => u * sum < bound)
    levels[i] = level < 0 ? bounds.length - 1 : level
  })
  return levels
}

/** (n, d) standard normal numbers, row by row. */
export function drawNormals(
  n: number,
  d: number,
  method: SamplingMethod,
  random: RandomState,
): Float64Array {
  const out = new Float64Array(n * d)
  if (method === 'gaussian') {
    random.standardNormalInto(out)
    return out
  }
  for (let j = 0; j < d; j++) {
    const uniforms = drawUniforms(n, method, random)
    for (let i = 0; i < n; i++) {
      out[i * d + j] = normalQuantile(Math.max(uniforms[i]!, Number.MIN_VALUE))
    }
  }
  return out
}
