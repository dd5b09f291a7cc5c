/**
 * Numbers made by NumPy 1.24.2, SciPy 1.10.1 and Python 3.11 in tools/make-random-fixtures.py, and a comparison with them.
 */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'

export interface NumericFixture {
  readonly legacy: readonly {
    readonly seed: number | number[]
    readonly sample: number[]
    readonly randint: number[]
    readonly wide: number[]
    readonly skippedSamples: number
    readonly sumOfSkipped: number
    readonly normal: number[]
    readonly skippedNormals: number
    readonly lastOfSkipped: number[]
    readonly weighted: number[]
    readonly permutation: number[]
    readonly after: number
  }[]
  readonly newer: readonly {
    readonly seed: number
    readonly count: number
    readonly first: number[]
    readonly rare: [index: number, value: number][]
    readonly last: number[]
  }[]
  readonly normal: Readonly<
    Record<'x' | 'pdf' | 'cdf' | 'logCdf' | 'p' | 'quantile' | 'y' | 'quantileOfLog', number[]>
  >
  readonly truncated: readonly { a: number; b: number; u: number[]; x: number[] }[]
  readonly percentile: {
    readonly values: number[]
    readonly percents: number[]
    readonly of: Readonly<Record<string, number[]>>
  }
  readonly formatted: readonly { readonly value: string; readonly texts: string[] }[]
}

export const numericFixture: NumericFixture = JSON.parse(
  readFileSync(new URL('../fixtures/math/random-streams.json', import.meta.url), 'utf8'),
)

/** Each number within `relative` of the expected one. */
export function expectClose(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  relative: number,
): void {
  expect(got.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(got[i]! - expected[i]!)
    expect(difference, `number ${i}: ${got[i]} for ${expected[i]}`).toBeLessThanOrEqual(
      relative * Math.abs(expected[i]!),
    )
  }
}
