/**
 * A random explanation: the floor that any method must be above.
 *
 * K features at random with standard normal weights, scaled so that Σ|w| is that of an explanation to compare with;
 * intercept so that the surrogate answers for the instance as the model does.
 */
import type { RandomState } from '../math/random-state.ts'
import type { Attribution } from './attribution.ts'

/** Random weights (d) on K features whose |weights| sum to `size`; `prediction` is the model's answer. */
export function randomAttribution(
  d: number,
  K: number,
  size: number,
  prediction: number,
  random: RandomState,
): Attribution {
  const weights = new Float64Array(d)
  const chosen = random.choiceWithoutReplacement(d, Math.min(K, d))
  for (const feature of chosen) weights[feature] = random.normal()
  const total = weights.reduce((sum, weight) => sum + Math.abs(weight), 0)
  if (total > 0) for (const feature of chosen) weights[feature]! *= size / total
  const sum = weights.reduce((all, weight) => all + weight, 0)
  return { weights, intercept: prediction - sum }
}
