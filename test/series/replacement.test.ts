import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../src/contract/matrix.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { backgroundBand } from '../../src/series/background-band.ts'
import {
  channelMoments,
  replacementSeries,
  type SeriesReplacement,
} from '../../src/series/replacement.ts'
import type { SeriesPart } from '../../src/series/segmentation.ts'

// Two channels: 0 1 4 9 16 25 and 10 10 10 0 0 0.
const series: Matrix = {
  data: Float64Array.of(0, 10, 1, 10, 4, 10, 9, 0, 16, 0, 25, 0),
  rows: 6,
  cols: 2,
}
const parts: SeriesPart[] = [
  { kind: 'series', start: 0, end: 2, channels: [0, 1] },
  { kind: 'series', start: 2, end: 4, channels: [0, 1] },
  { kind: 'series', start: 4, end: 6, channels: [0, 1] },
]

function channel(replacement: SeriesReplacement, c: number, sources = {}): number[] {
  const all = { training: undefined, background: undefined, ...sources }
  const { data } = replacementSeries(series, parts, replacement, all, new RandomState(1))
  return Array.from({ length: 6 }, (_, t) => data[2 * t + c]!)
}

describe('replacementSeries', () => {
  it('draws a line from the value before a segment to the value after it', () => {
    // Segment 0–2: from 0 at step 0 to 4 at step 2; 2–4: from 1 at step 1 to 16 at step 4; 4–6: from 9 at 3 to 25 at 5.
    expect(channel('linear', 0)).toEqual([0, 2, 6, 11, 17, 25])
  })

  it('takes the mean of the segment, of the channel, or zero', () => {
    expect(channel('local-mean', 0)).toEqual([0.5, 0.5, 6.5, 6.5, 20.5, 20.5])
    expect(channel('mean', 1)).toEqual([5, 5, 5, 5, 5, 5])
    expect(channel('inverse-mean', 1)).toEqual([-5, -5, -5, 5, 5, 5])
    expect(channel('zero', 0)).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('takes the mean of the training series, of any lengths', () => {
    const training = channelMoments([
      { data: Float64Array.of(1, 2), rows: 1, cols: 2 },
      { data: Float64Array.of(3, 2, 5, 8), rows: 2, cols: 2 },
    ])
    expect(channel('training-mean', 0, { training })).toEqual([3, 3, 3, 3, 3, 3])
    expect(channel('training-mean', 1, { training })).toEqual([4, 4, 4, 4, 4, 4])
    expect(training.deviations[0]).toBeCloseTo(Math.sqrt(8 / 3), 12)
  })

  it('draws noise with the training moments, the same for the same stream', () => {
    const training = { means: Float64Array.of(100, -100), deviations: Float64Array.of(0.1, 0) }
    const noise = channel('noise', 0, { training })
    expect(noise.every((value) => Math.abs(value - 100) < 1)).toBe(true)
    expect(new Set(noise).size).toBe(6)
    expect(channel('noise', 1, { training })).toEqual([-100, -100, -100, -100, -100, -100])
    expect(channel('noise', 0, { training })).toEqual(noise)
  })

  it('stretches a background series to the length of the instance', () => {
    const background: Matrix = { data: Float64Array.of(0, 5, 10, 5), rows: 2, cols: 2 }
    expect(channel('background', 0, { background })).toEqual([0, 2, 4, 6, 8, 10])
    expect(channel('background', 1, { background })).toEqual([5, 5, 5, 5, 5, 5])
  })
})

describe('backgroundBand', () => {
  // scipy.signal.stft and istft 1.10.1, the band with the largest mean/std of |Z| kept, nperseg 40 and 16:
  // Z = stft(x, 1, nperseg=n); D[argmax(mean|Z|/std|Z|)] = Z[…]; istft(D, 1, nperseg=n).
  it('keeps the band that SciPy’s transforms keep, in series longer than a window', () => {
    const x = Float64Array.from(
      { length: 90 },
      (_, t) => Math.sin(t / 3) + 0.5 * Math.cos(t * 1.3) * (t > 40 ? 1 : 0) + 0.01 * t,
    )
    const band = backgroundBand(x)
    const expected = [
      -0.125147371135, -0.046708443667, -0.254228817164, 0.039464377552, 0.270150011515,
      -0.251161292673, -0.135609360075,
    ]
    ;[0, 1, 17, 45, 60, 88, 89].forEach((t, i) => {
      expect(band[t]!).toBeCloseTo(expected[i]!, 10)
    })
  })

  it('does so in series shorter than a window', () => {
    const x = Float64Array.from({ length: 16 }, (_, t) => Math.sin(t) + 0.1 * t)
    const expected = [
      -0.090266651493, 0.164281821104, 0.31399350555, 0.202618789143, -0.286884240981,
      -0.605701047342, -0.27218591628, 0.252557292875, 0.433270852014, 0.117019071996,
      -0.391737651683, -0.622139737469, -0.257069162469, 0.31384219192, 0.486371831654,
      0.223783807155,
    ]
    backgroundBand(x).forEach((value, t) => {
      expect(value).toBeCloseTo(expected[t]!, 10)
    })
  })

  it('leaves silence silent and a single value alone', () => {
    expect([...backgroundBand(new Float64Array(50))].every((value) => value === 0)).toBe(true)
    expect([...backgroundBand(Float64Array.of(3))]).toEqual([3])
  })
})
