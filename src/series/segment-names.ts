/**
 * Names of segments as people read them: `12–24` in steps, `33–67 ms` or `1.2–1.5 s` where the sampling rate is known,
 * with the channel in front where each channel has segments of its own: `lead II 12–24`.
 *
 * Both numbers are borders: the segment begins at the first and ends just before the second.
 */
import type { SegmentationPlan, SeriesPart } from './segmentation.ts'

/** The most decimals that a time gets. */
const MOST_DECIMALS = 6

/** A name for each segment, all different. */
export function segmentNames(
  parts: readonly SeriesPart[],
  plan: Pick<SegmentationPlan, 'perChannel' | 'channelNames' | 'samplingRate'>,
): string[] {
  const { perChannel, channelNames, samplingRate } = plan
  const format = borderFormat(parts, samplingRate)
  const several = channelNames.length > 1
  return parts.map(({ start, end, channels }) => {
    const span = `${format.text(start)}–${format.text(end)}${format.unit}`
    return perChannel && several ? `${channelNames[channels[0]!]} ${span}` : span
  })
}

/** How a border is written: with as few decimals as tell neighbouring borders apart. */
function borderFormat(parts: readonly SeriesPart[], rate: number | undefined) {
  if (rate === undefined) return { text: String, unit: '' }
  const borders = [...new Set(parts.flatMap(({ start, end }) => [start, end]))].sort(
    (a, b) => a - b,
  )
  const short = borders.at(-1)! / rate < 2
  const scale = (short ? 1000 : 1) / rate
  for (let decimals = 0; ; decimals++) {
    const texts = borders.map((border) => (border * scale).toFixed(decimals))
    if (decimals === MOST_DECIMALS || new Set(texts).size === texts.length) {
      return {
        text: (border: number) => (border * scale).toFixed(decimals),
        unit: short ? ' ms' : ' s',
      }
    }
  }
}
