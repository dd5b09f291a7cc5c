/**
 * Models of words whose effects are known exactly, to see whether intervals hold them.
 *
 * Each is a function of ten switches at most, whatever d; coefficients are drawn from a seed. Probabilities are answers
 * for class 1.
 */
import { RandomState } from '../../src/math/index.ts'

/** f of rows of 0/1. */
export type Switched = (x: ArrayLike<number>) => number

/** A model. */
export interface CoverageModel {
  readonly name: string
  /** Whether it answers with a probability. */
  readonly classes: boolean
  /** Switches that it looks at: the first ones. */
  readonly active: number
  readonly f: Switched
}

/** The models, drawn anew for every `seed`. */
export function coverageModels(seed: number): CoverageModel[] {
  const random = new RandomState([77, seed])
  const normals = (count: number, scale = 1) =>
    Array.from({ length: count }, () => scale * random.normal())
  const dot = (b: readonly number[], x: ArrayLike<number>) =>
    b.reduce((sum, value, j) => sum + value * x[j]!, 0)
  const sigmoid = (z: number) => 1 / (1 + Math.exp(-z))
  const linear = normals(8)
  const pairs = Array.from({ length: 8 }, () => ({
    a: random.randint(0, 8),
    b: random.randint(0, 8),
    by: random.normal(),
  }))
  const strong = normals(9, 2.5)
  const leaves = Array.from({ length: 16 }, () => random.randomSample())
  const votes = normals(7)
  const soft = normals(10)
  // Near the middle of its values, so that both sides are often seen.
  const middle = 0.5 + soft.reduce((sum, value) => sum + value / 2, 0)
  const hidden = Array.from({ length: 6 }, () => ({
    b: normals(9),
    c: random.normal(),
    v: random.normal(),
  }))
  return [
    {
      name: 'logistic with interactions',
      classes: true,
      active: 8,
      f: (x) =>
        sigmoid(
          dot(linear, x) + pairs.reduce((sum, { a, b, by }) => sum + by * x[a]! * x[b]!, -0.5),
        ),
    },
    { name: 'saturated logistic', classes: true, active: 9, f: (x) => sigmoid(dot(strong, x) - 1) },
    {
      name: 'tree of depth 4',
      classes: true,
      active: 7,
      f: (x) => {
        const second = x[0] ? x[1]! : x[2]!
        const third = second ? x[3]! : x[4]!
        const fourth = third ? x[5]! : x[6]!
        return leaves[8 * x[0]! + 4 * second + 2 * third + fourth]!
      },
    },
    {
      name: 'threshold of votes',
      classes: true,
      active: 7,
      f: (x) => (dot(votes, x) > 0.3 ? 0.9 : 0.2),
    },
    {
      name: 'product of five',
      classes: false,
      active: 8,
      f: (x) => 3 * x[0]! * x[1]! * x[2]! * x[3]! * x[4]! + x[5]! - 0.5 * x[6]! + 0.3 * x[7]!,
    },
    { name: 'distance', classes: false, active: 10, f: (x) => Math.abs(dot(soft, x) - middle) },
    {
      name: 'network',
      classes: true,
      active: 9,
      f: (x) =>
        sigmoid(hidden.reduce((sum, { b, c, v }) => sum + 2 * v * Math.tanh(dot(b, x) + c), 0)),
    },
  ]
}
