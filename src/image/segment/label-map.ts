/**
 * Label maps: which segment each pixel belongs to.
 *
 * Whatever made a map, its labels here are 0…K−1 in the order of the original numbers, with no gaps. Python LIME leaves
 * SLIC's labels starting at 1, so that its last segment is never hidden; renumbering mends that.
 */
import { DataError, ShapeError } from '../../contract/errors.ts'

/** A partition of a picture into segments. */
export interface LabelMap {
  /** Raster order: the label of pixel (y, x) stands at `labels[y * width + x]`; every label 0…count − 1 occurs. */
  readonly labels: Int32Array
  readonly width: number
  readonly height: number
  /** Number of segments, K. */
  readonly count: number
}

/** Which pixels count as boundary; see `boundaries`. */
export type BoundaryMode = 'thick' | 'inner' | 'outer'

/**
 * A label map from any numbering: labels are replaced by their rank among the distinct ones, so 0…K−1 stays as it is.
 *
 * @param labels raster order, `width * height` integers (any safe integer, negative ones too).
 * @throws ShapeError where the size does not fit, DataError where a label is no integer.
 */
export function renumber(labels: ArrayLike<number>, width: number, height: number): LabelMap {
  checkSize('renumber', labels.length, width, height)
  const distinct = new Set<number>()
  let previous = Number.NaN
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!
    if (label === previous) continue
    if (!Number.isSafeInteger(label)) {
      throw new DataError({
        where: `renumber, labels[${i}]`,
        got: String(label),
        expected: 'an integer',
        remedy: 'Number the segments with integers, such as 0, 1, 2.',
      })
    }
    distinct.add(label)
    previous = label
  }
  const rank = new Map([...distinct].sort((a, b) => a - b).map((label, i) => [label, i]))
  const out = new Int32Array(labels.length)
  previous = Number.NaN
  let current = 0
  for (let i = 0; i < out.length; i++) {
    const label = labels[i]!
    if (label !== previous) {
      current = rank.get(label)!
      previous = label
    }
    out[i] = current
  }
  return { labels: out, width, height, count: rank.size }
}

/** Pixels of each segment, (K). */
export function segmentAreas({ labels, count }: LabelMap): Int32Array {
  const areas = new Int32Array(count)
  for (let i = 0; i < labels.length; i++) areas[labels[i]!]!++
  return areas
}

/** A map as runs in raster order, `[label, length, label, length, …]`; runs go on over the ends of rows. */
export function encodeRuns({ labels }: LabelMap): number[] {
  const runs: number[] = []
  let start = 0
  for (let i = 1; i <= labels.length; i++) {
    if (i < labels.length && labels[i] === labels[start]) continue
    runs.push(labels[start]!, i - start)
    start = i
  }
  return runs
}

/**
 * The map that `encodeRuns` wrote. Other people's runs are welcome too: their labels are renumbered to 0…K−1.
 *
 * @throws ShapeError where the runs do not add up to `width * height`, DataError where a label or a length is no integer.
 */
export function decodeRuns(runs: ArrayLike<number>, width: number, height: number): LabelMap {
  let total = 0
  for (let i = 1; i < runs.length; i += 2) {
    const length = runs[i]!
    if (!Number.isSafeInteger(length) || length < 1) {
      throw new DataError({
        where: `decodeRuns, runs[${i}]`,
        got: String(length),
        expected: 'the length of a run, an integer from 1 on',
        remedy: 'Write the runs as [label, length, label, length, …].',
      })
    }
    total += length
  }
  checkSize('decodeRuns', runs.length % 2 === 0 ? total : Number.NaN, width, height)
  const labels = new Float64Array(total)
  let at = 0
  for (let i = 0; i < runs.length; i += 2) {
    const end = at + runs[i + 1]!
    labels.fill(runs[i]!, at, end)
    at = end
  }
  return renumber(labels, width, height)
}

/**
 * Pixels that lie on a boundary between segments, as scikit-image's `find_boundaries`: 1 on a boundary, else 0; (height × width).
 *
 * `thick`: some neighbour of the four has another label. `inner`: of these, the ones that are not background. `outer`
 * (what `mark_boundaries` draws): of these, the background, and pixels where two objects touch among the eight neighbours.
 * (With 64-bit labels scikit-image 0.19 also marks some pixels of objects beside the background, by an overflow.)
 *
 * @param background the label that counts as background, 0 as in scikit-image.
 */
export function boundaries(
  { labels, width, height }: LabelMap,
  mode: BoundaryMode = 'outer',
  background = 0,
): Uint8Array {
  const out = new Uint8Array(labels.length)
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const label = labels[i]!
      const differs =
        (x > 0 && labels[i - 1] !== label) ||
        (x < width - 1 && labels[i + 1] !== label) ||
        (y > 0 && labels[i - width] !== label) ||
        (y < height - 1 && labels[i + width] !== label)
      if (!differs) continue
      if (mode === 'thick') out[i] = 1
      else if (mode === 'inner') out[i] = label === background ? 0 : 1
      else out[i] = label === background || touchesObject(i, x, y) ? 1 : 0
    }
  }
  return out

  /** Whether the largest label around pixel i and the smallest but the background differ. */
  function touchesObject(i: number, x: number, y: number): boolean {
    let largest = labels[i]!
    let smallest = labels[i]!
    for (let dy = y > 0 ? -1 : 0; dy <= 1 && y + dy < height; dy++) {
      for (let dx = x > 0 ? -1 : 0; dx <= 1 && x + dx < width; dx++) {
        const label = labels[i + dy * width + dx]!
        if (label > largest) largest = label
        if (label !== background && label < smallest) smallest = label
      }
    }
    return largest !== smallest
  }
}

function checkSize(where: string, length: number, width: number, height: number): void {
  const whole = Number.isSafeInteger(width) && Number.isSafeInteger(height)
  if (whole && width > 0 && height > 0 && length === width * height) return
  throw new ShapeError({
    where,
    got: `${Number.isNaN(length) ? 'a run without its length' : `${length} labels`} for ${width} × ${height} pixels`,
    expected: 'one label for each pixel of a picture of at least 1 × 1',
    remedy: 'Hand in the label map in raster order with its width and height.',
  })
}
