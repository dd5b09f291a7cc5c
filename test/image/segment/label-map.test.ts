import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError, ShapeError } from '../../../src/contract/errors.ts'
import {
  boundaries,
  decodeRuns,
  encodeRuns,
  renumber,
  segmentAreas,
} from '../../../src/image/segment/index.ts'

const anyMap = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([width, height]) =>
    fc
      .array(fc.integer({ min: -3, max: 5 }), {
        minLength: width * height,
        maxLength: width * height,
      })
      .map((labels) => ({ labels, width, height })),
  )

describe('renumber', () => {
  it('leaves labels 0…K−1 as they are, and keeps the order of others', () => {
    expect([...renumber([0, 2, 1, 0], 2, 2).labels]).toEqual([0, 2, 1, 0])
    expect([...renumber([7, -2, 7, 1000], 2, 2).labels]).toEqual([1, 0, 1, 2])
    expect(renumber([7, -2, 7, 1000], 2, 2).count).toBe(3)
  })

  it('gives every label 0…K−1 some pixels, and equal labels to equal ones only', () => {
    fc.assert(
      fc.property(anyMap, ({ labels, width, height }) => {
        const map = renumber(labels, width, height)
        expect(map.count).toBe(new Set(labels).size)
        expect(Math.min(...segmentAreas(map))).toBeGreaterThan(0)
        expect(segmentAreas(map).reduce((a, b) => a + b)).toBe(width * height)
        expect(new Set(labels.map((label, i) => `${label} ${map.labels[i]}`)).size).toBe(map.count)
      }),
    )
  })

  it('refuses a map of the wrong size, and labels that are no integers', () => {
    expect(() => renumber([0, 1, 2], 2, 2)).toThrow(ShapeError)
    expect(() => renumber([], 0, 0)).toThrow(ShapeError)
    expect(() => renumber([0, 0.5, 1, 1], 2, 2)).toThrow(DataError)
    expect(() => renumber([0, Number.NaN, 1, 1], 2, 2)).toThrow(/labels\[1\]/)
  })
})

describe('runs', () => {
  it('are [label, length, …] in raster order, over the ends of rows', () => {
    const map = renumber([0, 0, 1, 1, 1, 0], 3, 2)
    expect(encodeRuns(map)).toEqual([0, 2, 1, 3, 0, 1])
  })

  it('come back as the map that was written', () => {
    fc.assert(
      fc.property(anyMap, ({ labels, width, height }) => {
        const map = renumber(labels, width, height)
        expect(decodeRuns(encodeRuns(map), width, height)).toEqual(map)
      }),
    )
  })

  it('are refused where they do not add up', () => {
    expect(() => decodeRuns([0, 3], 2, 2)).toThrow(ShapeError)
    expect(() => decodeRuns([0, 4, 1], 2, 2)).toThrow(ShapeError)
    expect(() => decodeRuns([0, 4, 1, 0], 2, 2)).toThrow(DataError)
  })
})

describe('boundaries', () => {
  it('are none in a map of one segment', () => {
    expect([...boundaries(renumber([0, 0, 0, 0], 2, 2), 'thick')]).toEqual([0, 0, 0, 0])
  })

  it('run on the background’s side of an object, unless two objects touch', () => {
    expect([...boundaries(renumber([0, 0, 1, 1, 2, 2], 6, 1))]).toEqual([0, 1, 0, 1, 1, 0])
    expect([...boundaries(renumber([0, 0, 1, 1, 2, 2], 6, 1), 'inner')]).toEqual([0, 0, 1, 1, 1, 0])
    expect([...boundaries(renumber([0, 0, 1, 1, 2, 2], 6, 1), 'thick')]).toEqual([0, 1, 1, 1, 1, 0])
  })
})
