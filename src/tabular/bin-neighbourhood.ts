/**
 * The neighbourhood of a discretised row (Ribeiro et al. 2016, section 3.4; Python LIME's `__data_inverse`).
 *
 * 1. For every attribute draw n levels (bins or categories) by their shares in the training data.
 * 2. For every binned column and row but the first, draw a value inside the bin: a normal with the bin's mean and
 *    standard deviation, cut at the bin's bounds.
 * 3. The interpretable row is 1 where a sample has the instance's own level, else 0. Row 0 is the instance.
 *
 * Steps 1 and 2 do not depend on the instance: with a numeric seed they are done once and kept (`BinSamples`).
 * Where a bin has no width Python LIME hands the model the standardised value instead of the value; the reference
 * mode does too, every other mode hands over the value.
 */
import type { RowCodes } from '../explain/neighbourhood.ts'
import { type BitMatrix, createBitMatrix, fillBitRow } from '../math/bit-matrix.ts'
import type { RandomState } from '../math/random-state.ts'
import { transposeBits } from '../math/transpose-bits.ts'
import { truncatedNormalQuantiles } from '../math/truncated-normal.ts'
import type { Attribute, Bins } from './attribute.ts'
import { drawLevels, drawUniforms, type SamplingMethod } from './draws.ts'
import type { SampleValues } from './model-rows.ts'

/** n draws of every attribute; good for any instance. */
export interface BinSamples extends SampleValues {
  readonly n: number
  /** For each attribute the level of every sample: a bin number, or a place in the attribute's `levels`. */
  readonly codes: readonly Uint16Array[]
  /** Bits by attribute and level, kept for the next instance. */
  readonly planes: Map<string, Int32Array>
}

/** Draws n samples of every attribute, level by level and then bin by bin, in column order. */
export function drawBinSamples(
  attributes: readonly Attribute[],
  n: number,
  method: SamplingMethod,
  python: boolean,
  random: RandomState,
): BinSamples {
  const codes = attributes.map((attribute) => {
    const { frequencies } = attribute.kind === 'numeric' ? attribute.bins! : attribute
    const drawn = drawLevels(frequencies, n, method, random)
    if (attribute.kind === 'numeric') {
      const { levels } = attribute.bins!
      // Every bin occurs in most columns, and is then its own number.
      if (levels.some((bin, k) => bin !== k)) {
        for (let i = 0; i < n; i++) drawn[i] = levels[drawn[i]!]!
      }
    }
    return drawn
  })
  const columns = attributes.map((attribute, j) =>
    attribute.kind === 'numeric'
      ? drawInBins(attribute.bins!, codes[j]!, method, python, random)
      : null,
  )
  return {
    n,
    codes,
    planes: new Map(),
    numbers: rowByRow(columns, n),
    scale: null,
    shift: null,
  }
}

/** So many words of planes are kept: those of all levels, for samples and categories as they usually are. */
const MOST_PLANE_WORDS = 2 ** 20

/** The interpretable rows of an instance with these levels: 1 where a sample shares the level; row 0 is all ones. */
export function binNeighbourhood(
  attributes: readonly Attribute[],
  samples: BinSamples,
  levels: Int32Array,
): { interpretable: BitMatrix; codes: RowCodes | undefined } {
  const { n } = samples
  const d = levels.length
  const interpretable = createBitMatrix(n, d)
  const { words, stride } = interpretable
  const planes = samples.codes.map((_, j) => planeOf(samples, j, levels[j]!))
  const square = new Int32Array(32)
  for (let k = 0; k < stride; k++) {
    const count = Math.min(32, d - 32 * k)
    for (let from = 0, block = 0; from < n; from += 32, block++) {
      for (let j = 0; j < count; j++) square[j] = planes[32 * k + j]![block]!
      square.fill(0, count)
      transposeBits(square)
      const to = Math.min(32, n - from)
      for (let i = 0, at = from * stride + k; i < to; i++, at += stride) words[at] = square[i]!
    }
  }
  fillBitRow(interpretable, 0)
  const categorical = attributes.every(({ kind }) => kind === 'categorical')
  return { interpretable, codes: categorical ? levelCodes(samples, levels) : undefined }
}

/** One bit for each sample, 32 to a word: whether its level of attribute j is `own`. */
function planeOf({ n, codes, planes }: BinSamples, j: number, own: number): Int32Array {
  const key = `${j} ${own}`
  const known = planes.get(key)
  if (known !== undefined) return known
  const levels = codes[j]!
  const plane = new Int32Array((n + 31) >>> 5)
  for (let i = 0; i < n; i++) plane[i >>> 5]! |= (levels[i] === own ? 1 : 0) << (i & 31)
  if ((planes.size + 1) * plane.length <= MOST_PLANE_WORDS) planes.set(key, plane)
  return plane
}

/** Where all attributes are categories, equal levels are equal model inputs. */
function levelCodes(samples: BinSamples, levels: Int32Array): RowCodes {
  const stride = levels.length
  const words = new Uint32Array(samples.n * stride)
  samples.codes.forEach((codes, j) => {
    words[j] = levels[j]!
    for (let i = 1; i < samples.n; i++) words[i * stride + j] = codes[i]!
  })
  return { words, stride }
}

/** (n, d) from d columns (n), 0 for those that are lacking; so many rows at a time that they stay in the cache. */
function rowByRow(columns: readonly (Float64Array | null)[], n: number): Float64Array {
  const d = columns.length
  const numbers = new Float64Array(n * d)
  const run = 32
  for (let from = 0; from < n; from += run) {
    const to = Math.min(n, from + run)
    for (let j = 0; j < d; j++) {
      const column = columns[j]
      if (!column) continue
      for (let i = from, at = from * d + j; i < to; i++, at += d) numbers[at] = column[i]!
    }
  }
  return numbers
}

/** For samples 1…n−1 a value inside the drawn bin (NaN for the bin of missing values); 0 for sample 0. */
function drawInBins(
  bins: Bins,
  codes: Uint16Array,
  method: SamplingMethod,
  python: boolean,
  random: RandomState,
): Float64Array {
  const n = codes.length
  const { means, stds, mins, maxs } = bins
  const missing = means.length
  // Bounds in standard deviations from the mean; a bin without width, and that of missing values, takes no draw.
  const low = means.map((mean, b) => (mins[b]! - mean) / stds[b]!)
  const high = means.map((mean, b) => (maxs[b]! - mean) / stds[b]!)
  // Draws belong to samples in their order; they are put side by side bin by bin, so that a bin is transformed at once.
  const starts = new Int32Array(missing + 2)
  for (let i = 1; i < n; i++) starts[codes[i]! + 1]! += 1
  let draws = 0
  for (let b = 0; b <= missing; b++) {
    if (b < missing && low[b] !== high[b]) draws += starts[b + 1]!
    starts[b + 1]! += starts[b]!
  }
  const uniforms = drawUniforms(draws, method, random)
  const values = new Float64Array(n)
  const place = starts.slice()
  const drawn = Uint8Array.from(starts, (_, b) => (low[b] !== high[b] ? 1 : 0))
  for (let i = 1, next = 0; i < n; i++) {
    const bin = codes[i]!
    if (drawn[bin] === 1) values[place[bin]!++] = uniforms[next++]!
  }
  const column = new Float64Array(n)
  means.forEach((mean, b) => {
    const [from, to] = [starts[b]!, starts[b + 1]!]
    if (drawn[b] === 0) values.fill(python ? low[b]! : mins[b]!, from, to)
    else if (to > from) {
      truncatedNormalQuantiles(values, low[b]!, high[b]!, from, to)
      const std = stds[b]!
      for (let k = from; k < to; k++) values[k] = values[k]! * std + mean
    }
  })
  values.fill(Number.NaN, starts[missing])
  place.set(starts)
  for (let i = 1; i < n; i++) column[i] = values[place[codes[i]!]!++]!
  return column
}
