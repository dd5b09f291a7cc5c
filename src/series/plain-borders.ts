/**
 * Borders that do not look at the values: uniform and exponential segments, and those that are given.
 *
 * Borders are the inner ones, strictly between 0 and the length, ascending: k segments have k − 1.
 */
import { OptionError } from '../contract/errors.ts'

/** Segments as equal as they can be: border i of k at round(i T / k). */
export function uniformBorders(length: number, segments: number): number[] {
  return Array.from({ length: segments - 1 }, (_, i) => Math.round(((i + 1) * length) / segments))
}

/**
 * Segments that grow from the end backwards by one factor each, the last of about `length / segments²` steps, at least
 * one: what lies far back is seen coarsely, the latest steps finely.
 */
export function exponentialBorders(length: number, segments: number): number[] {
  const last = Math.max(1, Math.floor(length / segments ** 2))
  const factor = growth(length / last, segments)
  const borders: number[] = []
  let reach = 0
  let steps = 0
  for (let k = 1; k < segments; k++) {
    reach += last * factor ** (k - 1)
    // Every segment has a step, and leaves one to each of those that follow.
    steps = Math.max(steps + 1, Math.min(Math.round(reach), length - segments + k))
    borders.push(length - steps)
  }
  return borders.reverse()
}

/** The factor q ≥ 1 with 1 + q + … + q^(k − 1) = sum ≥ k, by bisection. */
function growth(sum: number, k: number): number {
  let low = 1
  let high = Math.max(2, sum)
  for (let step = 0; step < 100; step++) {
    const q = (low + high) / 2
    let power = 1
    let total = 0
    for (let i = 0; i < k; i++, power *= q) total += power
    if (total < sum) low = q
    else high = q
  }
  return (low + high) / 2
}

/**
 * Given borders, checked; 0 and the length may stand at the ends. Throws an OptionError for borders that are no integers,
 * out of order, twice the same, or out of range.
 */
export function givenBorders(borders: readonly number[], length: number, where: string): number[] {
  borders.forEach((border, i) => {
    const before = i === 0 ? undefined : borders[i - 1]!
    if (!Number.isInteger(border) || border < 0 || border > length) {
      throw new OptionError({
        where: `${where}[${i}]`,
        got: String(border),
        expected: `an integer from 0 to ${length}, the length of the series`,
        remedy: 'A border is the step at which a segment begins.',
      })
    }
    if (before !== undefined && border <= before) {
      throw new OptionError({
        where: `${where}[${i}]`,
        got: `${border} after ${before}`,
        expected: 'borders in ascending order, each once',
        remedy: 'Sort the borders.',
      })
    }
  })
  return borders.filter((border) => border > 0 && border < length)
}
