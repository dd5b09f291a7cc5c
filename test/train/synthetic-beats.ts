/**
 * Two classes of made-up beats: both have a peak at a random place near the middle; `wide` is three times as wide.
 */
import type { SeriesDataset } from '../../src/data/index.ts'
import { RandomState } from '../../src/math/random-state.ts'

/** `count` beats of `length` steps and `channels` channels, of different height, offset and noise. */
export function syntheticBeats(
  count: number,
  seed: number,
  { length = 40, channels = 1 } = {},
): SeriesDataset {
  const random = new RandomState(seed)
  const labels: string[] = []
  const instances = Array.from({ length: count }, (_, i) => {
    const wide = i % 3 === 0
    labels.push(wide ? 'wide' : 'narrow')
    const width = (wide ? 0.12 : 0.04) * length
    const peak = length * random.uniform(0.4, 0.6)
    const height = random.uniform(0.5, 2)
    const offset = random.uniform(-5, 5)
    const data = Float64Array.from({ length: length * channels }, (_, k) => {
      const t = Math.floor(k / channels)
      const c = k % channels
      const shape = Math.exp(-(((t - peak) / width) ** 2))
      return offset + (c === 0 ? height : 0.2) * shape + random.normal(0, 0.05)
    })
    return { data, rows: length, cols: channels }
  })
  return {
    instances,
    labels,
    classNames: ['narrow', 'wide'],
    channelNames: Array.from({ length: channels }, (_, c) => `lead ${c}`),
    samplingRate: 100,
  }
}
