import { describe, expect, it } from 'vitest'
import { scoreClasses } from '../../src/train/scores.ts'

describe('scoreClasses', () => {
  // By hand: a: 2 hits of 3, 1 more predicted; b: 1 hit of 2, 1 more predicted; c: never there, never predicted.
  it('counts hits, precision, recall and F1 of each class', () => {
    const rows = [
      [0.8, 0.1, 0.1],
      [0.6, 0.3, 0.1],
      [0.1, 0.9, 0],
      [0.7, 0.2, 0.1],
      [0.2, 0.7, 0.1],
    ]
    const probabilities = { data: Float64Array.from(rows.flat()), rows: 5, cols: 3 }
    const scores = scoreClasses(probabilities, [0, 0, 0, 1, 1], ['a', 'b', 'c'])
    expect(scores.confusion).toEqual([
      [2, 1, 0],
      [1, 1, 0],
      [0, 0, 0],
    ])
    expect(scores.accuracy).toBe(3 / 5)
    expect(
      scores.classes.map(({ precision, recall, count }) => [precision, recall, count]),
    ).toEqual([
      [2 / 3, 2 / 3, 3],
      [1 / 2, 1 / 2, 2],
      [0, 0, 0],
    ])
    expect(scores.macroF1).toBeCloseTo((2 / 3 + 1 / 2 + 0) / 3, 12)
  })

  it('takes the first of equal probabilities', () => {
    const probabilities = { data: Float64Array.of(0.5, 0.5), rows: 1, cols: 2 }
    expect(scoreClasses(probabilities, [0], ['a', 'b']).accuracy).toBe(1)
  })
})
