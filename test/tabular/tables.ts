/** Tables and models for tests. */
import { RandomState } from '../../src/math/random-state.ts'

/** n rows of d normal numbers. */
export function normalRows(n: number, d: number, seed = 1): number[][] {
  const random = new RandomState(seed)
  return Array.from({ length: n }, () => Array.from({ length: d }, () => random.normal()))
}

/** What a table of people looks like in a CSV: texts, numbers, a flag, holes. */
export const PEOPLE = Array.from({ length: 60 }, (_, i) => ({
  age: i % 10 === 3 ? null : 20 + ((i * 7) % 45),
  city: (['Oslo', 'Bergen', 'Tromsø'] as const)[i % 3]!,
  member: i % 4 === 0,
  score: ((i * 13) % 29) / 10,
}))

export type Person = { age: number | null; city: string; member: boolean; score: number }

/** `[1 − p, p]` of a row of numbers, p from a logit. */
export function classify<Row>(logit: (row: Row) => number) {
  return (rows: readonly Row[]): number[][] =>
    rows.map((row) => {
      const p = 1 / (1 + Math.exp(-logit(row)))
      return [1 - p, p]
    })
}

/** A model that keeps the rows it was asked. */
export function recording<Row>(predict: (rows: readonly Row[]) => number[][] | number[]) {
  const rows: Row[] = []
  return {
    rows,
    model: (batch: readonly Row[]) => {
      rows.push(...batch)
      return predict(batch)
    },
  }
}
