/**
 * Rows of switches as rows of a table: on is the instance's own bin or category, off another one.
 *
 * 1. On: the instance's level. Off: one of the other levels, by their shares in the training data.
 * 2. In a bin a value is drawn as in `bin-neighbourhood.ts`: a normal with the bin's mean and deviation, cut at its
 *    bounds. With `exact` what is on keeps the instance's own value.
 * 3. All draws are stratified: of m numbers one falls into each of m equal parts of [0, 1), in random order, so that a
 *    block of samples covers levels and bins evenly (McKay, Beckman, Conover 1979).
 * 4. Cells tell apart samples that are switched alike: each level is one, and a bin is cut into parts of equal chance.
 *
 * Numbers without bins are the instance's own where on, and drawn around the training mean where off.
 */
import type { Value } from '../contract/instance.ts'
import type { Cells, RowCodes } from '../explain/neighbourhood.ts'
import { type BitMatrix, getBit, setBit } from '../math/bit-matrix.ts'
import { normalQuantile } from '../math/normal-distribution.ts'
import type { RandomState } from '../math/random-state.ts'
import { truncatedNormalMean, truncatedNormalQuantiles } from '../math/truncated-normal.ts'
import type { Attribute, Bins, NumericAttribute } from './attribute.ts'
import { drawUniforms } from './draws.ts'
import type { SampleValues } from './model-rows.ts'

/** Parts of a bin that estimates tell apart. */
const PARTS = 4

/** Samples of an instance under given switches. */
export interface SwitchedRows {
  /** The switches; 1 throughout for attributes that know no other level. */
  readonly interpretable: BitMatrix
  readonly codes: RowCodes | undefined
  readonly samples: SampleValues
  readonly cells: Cells | undefined
}

/** A row whose values stand for what is off. */
export interface Background {
  readonly cells: readonly Value[]
  /** Level of each attribute (d). */
  readonly levels: Int32Array
}

/** Makes samples of the instance with these cells and levels (d) for the switches of `masks` (n, d). */
export function switchedRows(
  attributes: readonly Attribute[],
  cells: readonly Value[],
  levels: Int32Array,
  masks: BitMatrix,
  exact: boolean,
  random: RandomState,
  background?: Background,
): SwitchedRows {
  const { rows: n, cols: d } = masks
  const numbers = new Float64Array(n * d)
  const interpretable = { ...masks, words: masks.words.slice() }
  const told: Cells | undefined =
    exact || background !== undefined
      ? undefined
      : {
          codes: new Uint16Array(n * d),
          within: new Float32Array(n * d),
          counts: new Int32Array(d),
          parts: new Int32Array(d).fill(1),
        }
  const codes = attributes.map((attribute, j): Uint16Array | null => {
    const own = cells[attribute.columns[0]!]!
    if (background !== undefined) {
      return takeFrom(background, attribute, j, own, levels[j]!, masks, numbers)
    }
    if (attribute.kind === 'numeric' && attribute.bins === null) {
      drawAround(numbers, j, attribute, own, masks, random)
      if (told) {
        told.counts[j] = 2
        for (let i = 0, at = j; i < n; i++, at += d) told.codes[at] = getBit(masks, i, j)
      }
      return null
    }
    const others = otherLevels(attribute, levels[j]!)
    if (others.levels.length === 0) for (let i = 0; i < n; i++) setBit(interpretable, i, j)
    const drawn = drawSwitched(masks, j, levels[j]!, others, random)
    if (attribute.kind === 'categorical') {
      if (told) {
        told.counts[j] = attribute.levels.length
        for (let i = 0, at = j; i < n; i++, at += d) told.codes[at] = drawn[i]!
      }
      return drawn
    }
    drawWithin(numbers, j, attribute.bins!, drawn, random, told)
    if (exact) {
      const value = typeof own === 'number' ? own : Number.NaN
      for (let i = 0; i < n; i++) if (getBit(interpretable, i, j)) numbers[i * d + j] = value
    }
    return drawn
  })
  const categorical = attributes.every(({ kind }) => kind === 'categorical')
  return {
    interpretable,
    codes: background ? masks : categorical ? levelCodes(codes as Uint16Array[], n) : undefined,
    samples: { numbers, scale: null, shift: null, codes },
    cells: told,
  }
}

/** Numbers (and, for categories, the levels) of one attribute: the instance's where on, the background's where off. */
function takeFrom(
  background: Background,
  { kind, columns }: Attribute,
  j: number,
  own: Value,
  ownLevel: number,
  masks: BitMatrix,
  numbers: Float64Array,
): Uint16Array | null {
  const { rows: n, cols: d } = masks
  if (kind === 'categorical') {
    const other = background.levels[j]!
    return Uint16Array.from({ length: n }, (_, i) => (getBit(masks, i, j) ? ownLevel : other))
  }
  const number = (value: Value) => (typeof value === 'number' ? value : Number.NaN)
  const value = number(own)
  const other = number(background.cells[columns[0]!]!)
  for (let i = 0, at = j; i < n; i++, at += d) numbers[at] = getBit(masks, i, j) ? value : other
  return null
}

/** A row of the means and the most frequent categories, for a table of so many columns. */
export function typicalRow(attributes: readonly Attribute[], columns: number): Value[] {
  const row = new Array<Value>(columns).fill(null)
  for (const attribute of attributes) {
    if (attribute.kind === 'categorical') {
      const { frequencies, levels } = attribute
      const level = levels[frequencies.indexOf(Math.max(...frequencies))]!
      attribute.columns.forEach((column, k) => {
        row[column] = level.values[k]!
      })
      continue
    }
    const { bins, mean, quantiles } = attribute
    // Without quantiles the table was described by statistics, which know the means of bins only.
    row[attribute.columns[0]] = quantiles === null && bins !== null ? meanOfBins(bins) : mean
  }
  return row
}

function meanOfBins({ levels, frequencies, means }: Bins): number {
  let sum = 0
  let share = 0
  levels.forEach((level, k) => {
    if (level >= means.length) return
    sum += frequencies[k]! * means[level]!
    share += frequencies[k]!
  })
  return sum / share
}

/** The shares (d) in which LIME's own draws take the instance's level. */
export function ownShares(attributes: readonly Attribute[], levels: Int32Array): Float64Array {
  return Float64Array.from(attributes, (attribute, j) => {
    const { levels: known, frequencies } = levelsOf(attribute)
    return frequencies[known.indexOf(levels[j]!)] ?? 0
  })
}

interface OtherLevels {
  readonly levels: readonly number[]
  /** Shares among the others, which sum to 1. */
  readonly shares: readonly number[]
}

function levelsOf(attribute: Attribute): Pick<Bins, 'levels' | 'frequencies'> {
  if (attribute.kind === 'numeric') return attribute.bins!
  return { levels: [...attribute.levels.keys()], frequencies: attribute.frequencies }
}

function otherLevels(attribute: Attribute, own: number): OtherLevels {
  const { levels, frequencies } = levelsOf(attribute)
  const kept = [...levels.keys()].filter((k) => levels[k] !== own && frequencies[k]! > 0)
  const total = kept.reduce((sum, k) => sum + frequencies[k]!, 0)
  return {
    levels: kept.map((k) => levels[k]!),
    shares: kept.map((k) => frequencies[k]! / total),
  }
}

/** The level (n) of every sample: `own` where on, another where off. */
function drawSwitched(
  masks: BitMatrix,
  j: number,
  own: number,
  { levels, shares }: OtherLevels,
  random: RandomState,
): Uint16Array {
  const drawn = new Uint16Array(masks.rows).fill(own)
  if (levels.length === 0) return drawn
  const off: number[] = []
  for (let i = 0; i < masks.rows; i++) if (!getBit(masks, i, j)) off.push(i)
  const uniforms = drawUniforms(off.length, 'lhs', random)
  off.forEach((i, k) => {
    let u = uniforms[k]!
    let level = 0
    while (level < shares.length - 1 && u >= shares[level]!) u -= shares[level++]!
    drawn[i] = levels[level]!
  })
  return drawn
}

/** The samples of each level, in order. */
function rowsByLevel(drawn: Uint16Array, levels: number): Int32Array[] {
  const counts = new Int32Array(levels)
  for (let i = 0; i < drawn.length; i++) counts[drawn[i]!]!++
  const rows = Array.from(counts, (count) => new Int32Array(count))
  counts.fill(0)
  for (let i = 0; i < drawn.length; i++) {
    const level = drawn[i]!
    rows[level]![counts[level]!++] = i
  }
  return rows
}

/** Draws a value in each sample's bin, and says in `told` in which part of which bin it lies. */
function drawWithin(
  numbers: Float64Array,
  j: number,
  bins: Bins,
  drawn: Uint16Array,
  random: RandomState,
  told: Cells | undefined,
): void {
  const d = numbers.length / drawn.length
  const missing = bins.means.length
  const unit = Math.max(...bins.stds) || 1
  if (told) {
    told.parts[j] = PARTS
    told.counts[j] = PARTS * missing + 1
  }
  const rowsIn = rowsByLevel(drawn, missing + 1)
  bins.means.forEach((mean, b) => {
    const rows = rowsIn[b]!
    const std = bins.stds[b]!
    const low = (bins.mins[b]! - mean) / std
    const high = (bins.maxs[b]! - mean) / std
    if (!(low < high)) {
      for (const i of rows) {
        numbers[i * d + j] = bins.mins[b]!
        if (told) told.codes[i * d + j] = PARTS * b
      }
      return
    }
    const values = drawUniforms(rows.length, 'lhs', random)
    if (told) {
      for (let k = 0; k < rows.length; k++) {
        told.codes[rows[k]! * d + j] =
          PARTS * b + Math.min(PARTS - 1, Math.floor(PARTS * values[k]!))
      }
    }
    truncatedNormalQuantiles(values, low, high)
    const centre = truncatedNormalMean(low, high)
    for (let k = 0; k < rows.length; k++) {
      const z = values[k]!
      const at = rows[k]! * d + j
      numbers[at] = z * std + mean
      if (told) told.within[at] = ((z - centre) * std) / unit
    }
  })
  for (const i of rowsIn[missing]!) {
    numbers[i * d + j] = Number.NaN
    if (told) told.codes[i * d + j] = PARTS * missing
  }
}

/** Numbers without bins: the instance's own where on, a normal around the training mean where off. */
function drawAround(
  numbers: Float64Array,
  j: number,
  { mean, scale }: NumericAttribute,
  own: Value,
  masks: BitMatrix,
  random: RandomState,
): void {
  const uniforms = drawUniforms(masks.rows, 'lhs', random)
  for (let i = 0, at = j; i < masks.rows; i++, at += masks.cols) {
    numbers[at] = getBit(masks, i, j)
      ? typeof own === 'number'
        ? own
        : Number.NaN
      : normalQuantile(Math.max(uniforms[i]!, Number.MIN_VALUE)) * scale + mean
  }
}

/** Where all attributes are categories, equal levels are equal model inputs. */
function levelCodes(codes: readonly Uint16Array[], n: number): RowCodes {
  const stride = codes.length
  const words = new Uint32Array(n * stride)
  codes.forEach((column, j) => {
    for (let i = 0; i < n; i++) words[i * stride + j] = column[i]!
  })
  return { words, stride }
}
