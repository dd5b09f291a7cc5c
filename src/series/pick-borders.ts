/**
 * The best places for borders: by falling score, none nearer to another one or to an end than `spacing`.
 */

/**
 * Up to `count` borders, ascending, out of the steps 1 … scores.length − 1. Only scores above 0 count; of equal scores
 * the earlier step wins.
 */
export function pickBorders(scores: Float64Array, count: number, spacing: number): number[] {
  const length = scores.length
  const candidates: number[] = []
  for (let t = spacing; t <= length - spacing; t++) if (scores[t]! > 0) candidates.push(t)
  candidates.sort((a, b) => scores[b]! - scores[a]! || a - b)
  const taken = new Uint8Array(length + 1)
  const borders: number[] = []
  for (const t of candidates) {
    if (borders.length === count) break
    if (taken[t]) continue
    borders.push(t)
    taken.fill(1, Math.max(0, t - spacing + 1), Math.min(length, t + spacing))
  }
  return borders.sort((a, b) => a - b)
}
