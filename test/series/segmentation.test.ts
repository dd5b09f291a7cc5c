import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../src/contract/matrix.ts'
import { RandomState } from '../../src/math/random-state.ts'
import {
  defaultSegments,
  SERIES_SEGMENTATIONS,
  type SeriesSegmentation,
  segmentSeries,
} from '../../src/series/segmentation.ts'

const plan = {
  segmentation: 'uniform' as SeriesSegmentation,
  numSegments: undefined as number | undefined,
  window: undefined as number | undefined,
  perChannel: false,
  channelNames: ['value'],
  samplingRate: undefined as number | undefined,
  where: 'SeriesExplainer',
}

function spans(series: Matrix, changes: Partial<typeof plan>): [number, number][] {
  return segmentSeries(series, { ...plan, ...changes }).features.map(({ part }) => [
    part.start,
    part.end,
  ])
}

describe('segmentSeries', () => {
  it('puts every value into exactly one segment, whatever the way, length and channels', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SERIES_SEGMENTATIONS),
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined }),
        fc.constantFrom('noise', 'constant', 'steps'),
        fc.integer({ min: 0, max: 1e6 }),
        (segmentation, rows, cols, perChannel, asked, kind, seed) => {
          const series = sample(rows, cols, kind, seed)
          const numSegments = asked === undefined ? undefined : Math.min(asked, rows)
          const channelNames = Array.from({ length: cols }, (_, c) => `c${c}`)
          const { features } = segmentSeries(series, {
            ...plan,
            segmentation,
            numSegments,
            perChannel,
            channelNames,
          })
          const covered = new Uint8Array(rows * cols)
          for (const { part } of features) {
            expect(part.end).toBeGreaterThan(part.start)
            for (const c of part.channels) {
              for (let t = part.start; t < part.end; t++) covered[t * cols + c]!++
            }
          }
          expect(covered.every((count) => count === 1)).toBe(true)
          const most = (numSegments ?? defaultSegments(rows)) * (perChannel ? cols : 1)
          expect(features.length).toBeLessThanOrEqual(most)
          expect(new Set(features.map(({ name }) => name)).size).toBe(features.length)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('makes uniform segments that differ by one step at most', () => {
    const lengths = spans(sample(97, 1, 'noise', 1), { numSegments: 12 }).map(([a, b]) => b - a)
    expect(lengths).toHaveLength(12)
    expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1)
  })

  it('takes one segment for each ten steps, from 10 to 20, of at least two steps', () => {
    expect([1, 2, 5, 30, 96, 150, 1000].map(defaultSegments)).toEqual([1, 1, 2, 10, 10, 15, 20])
  })

  it('makes exponential segments short at the end and longer towards the beginning', () => {
    const lengths = spans(sample(200, 1, 'noise', 1), {
      segmentation: 'exponential',
      numSegments: 6,
    }).map(([a, b]) => b - a)
    expect(lengths).toHaveLength(6)
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a))
    expect(lengths.at(-1)!).toBeLessThan(10)
  })

  it('finds where two regimes meet, by change points', () => {
    const random = new RandomState(4)
    const data = Float64Array.from({ length: 240 }, (_, t) =>
      t < 120 ? Math.sin(t / 2) : 3 * Math.sign(Math.sin(t / 7)) + 0.2 * random.normal(),
    )
    const series = { data, rows: 240, cols: 1 }
    const borders = spans(series, {
      segmentation: 'change-points',
      numSegments: 4,
      window: 16,
    }).map(([start]) => start)
    expect(Math.min(...borders.map((border) => Math.abs(border - 120)))).toBeLessThanOrEqual(16)
  })

  it('puts SAX borders where a staircase steps', () => {
    const data = Float64Array.from({ length: 90 }, (_, t) => [0, 5, -3][Math.floor(t / 30)]!)
    const borders = spans({ data, rows: 90, cols: 1 }, { segmentation: 'sax', numSegments: 3 })
    expect(borders).toEqual([
      [0, 30],
      [30, 60],
      [60, 90],
    ])
  })

  it('falls back to uniform segments for a constant series, and says so', () => {
    for (const segmentation of ['change-points', 'slopes', 'sax'] as const) {
      const found = segmentSeries(sample(60, 1, 'constant', 0), { ...plan, segmentation })
      expect(found.features).toHaveLength(10)
      expect(found.warnings[0]).toMatchObject({ code: 'no-borders-found' })
    }
  })

  it('takes borders as given, with or without the ends, and by a function for each channel', () => {
    const series = sample(50, 2, 'noise', 0)
    expect(spans(series, { segmentation: [10, 30] })).toEqual([
      [0, 10],
      [10, 30],
      [30, 50],
    ])
    expect(spans(series, { segmentation: [0, 10, 50] })).toEqual([
      [0, 10],
      [10, 50],
    ])
    const asked: (number | null)[] = []
    const segments = segmentSeries(series, {
      ...plan,
      channelNames: ['a', 'b'],
      perChannel: true,
      segmentation: (one, channel) => {
        asked.push(channel)
        expect(one.cols).toBe(1)
        return channel === 0 ? [20] : []
      },
    })
    expect(asked).toEqual([0, 1])
    expect(segments.features.map(({ name }) => name)).toEqual(['a 0–20', 'a 20–50', 'b 0–50'])
  })

  it('names segments by time where the sampling rate is known', () => {
    const names = (rows: number, samplingRate: number) =>
      segmentSeries(sample(rows, 1, 'noise', 0), {
        ...plan,
        numSegments: 3,
        samplingRate,
      }).features.map(({ name }) => name)
    expect(names(360, 360)).toEqual(['0–333 ms', '333–667 ms', '667–1000 ms'])
    expect(names(3600, 360)).toEqual(['0–3 s', '3–7 s', '7–10 s'])
    expect(names(6, 2)).toEqual(['0–1 s', '1–2 s', '2–3 s'])
  })

  it('refuses more segments than steps, wild borders and windows with errors that help', () => {
    const series = sample(20, 1, 'noise', 0)
    const attempt = (changes: Partial<typeof plan>) => () => spans(series, changes)
    expect(attempt({ numSegments: 21 })).toThrow(/numSegments: got 21 segments for 20 steps/)
    expect(attempt({ segmentation: [5, 3] })).toThrow(
      /got 3 after 5, expected borders in ascending/,
    )
    expect(attempt({ segmentation: [5, 5] })).toThrow(/got 5 after 5/)
    expect(attempt({ segmentation: [25] })).toThrow(/got 25, expected an integer from 0 to 20/)
    expect(attempt({ segmentation: [1.5] })).toThrow(/got 1.5/)
    expect(attempt({ segmentation: 'slopes', window: 19 })).toThrow(/window: got 19 steps/)
    expect(() => spans(sample(40_000, 1, 'noise', 0), { segmentation: 'change-points' })).toThrow(
      /at most 30000 steps/,
    )
  })
})

function sample(rows: number, cols: number, kind: string, seed: number): Matrix {
  const random = new RandomState(seed)
  const data = Float64Array.from({ length: rows * cols }, (_, at) =>
    kind === 'noise' ? random.normal() : kind === 'constant' ? 7 : Math.floor(at / 11),
  )
  return { data, rows, cols }
}
