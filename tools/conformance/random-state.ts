/**
 * `random-state` cases: calls of one generator, each continuing the stream.
 */
import { RandomState } from '../../src/math/random-state.ts'
import type { Comparison } from './compare.ts'

interface Call {
  readonly call: string
  readonly arguments: readonly unknown[]
  readonly result: number | readonly number[]
}

export interface RandomStateCase {
  readonly expected: readonly { readonly seed: number; readonly sequence: readonly Call[] }[]
}

/** Integers exactly; floats to 1e-12 relative. */
export function runRandomState(test: RandomStateCase, comparison: Comparison): void {
  for (const { seed, sequence } of test.expected) {
    const random = new RandomState(seed)
    sequence.forEach((call, step) => {
      const what = `seed ${seed}, step ${step}, ${call.call}`
      const expected = [call.result].flat() as number[]
      const got = [answer(random, call)].flat()
      comparison.same(`${what}, length`, got.length, expected.length)
      const first = expected.findIndex(
        (value, i) => Math.abs(got[i]! - value) > 1e-12 * Math.abs(value),
      )
      comparison.holds(`${what}[${first}]`, first < 0, got[first], expected[first])
    })
  }
}

function answer(random: RandomState, { call, arguments: given }: Call): number | number[] {
  const [a, b, c] = given as number[]
  const many = (count: number | undefined, draw: () => number) =>
    count === undefined || count === null ? draw() : Array.from({ length: count }, draw)
  switch (call) {
    case 'random_sample':
    case 'rand':
      return many(a, () => random.randomSample())
    case 'uniform':
      return many(c, () => random.uniform(a ?? 0, b ?? 1))
    case 'normal':
      return many(c, () => random.normal(a, b))
    case 'randn':
    case 'standard_normal':
      return many(a, () => random.normal())
    case 'randint':
      return many(c, () => random.randint(a!, b!))
    case 'permutation':
      return Array.from(random.permutation(a!))
    case 'choice':
      return many(b, () => random.randint(0, a!))
    case 'choice_without_replacement':
      return Array.from(random.choiceWithoutReplacement(a!, b!))
    case 'choice_weighted':
      return Array.from(random.choiceWeighted(given[0] as number[], b!))
    default:
      throw new Error(`unknown call ${call}`)
  }
}
