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
import { truncatedNormalInto } from '../math/truncated-normal.ts'
import type { Attribute, Bins } from './attribute.ts'
import { drawLevels, drawUniforms, type SamplingMethod } from './draws.ts'
import type { ColumnSource } from './model-rows.ts'

/** Draws of one attribute: the level of every sample, and its value where the attribute is a binned column. */
interface AttributeSamples {
  /** Bin numbers, or places in the attribute's `levels`. */
  readonly codes: Uint16Array
  readonly values: Float64Array | null
}

/** n draws of every attribute; good for any instance. */
export interface BinSamples {
  readonly n: number
  readonly attributes: readonly AttributeSamples[]
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
    const levels = attribute.kind === 'numeric' ? attribute.bins! : attribute
    const drawn = Uint16Array.from(drawLevels(levels.frequencies, n, method, random))
    if (attribute.kind === 'numeric') {
      const bins = Uint16Array.from(attribute.bins!.levels)
      for (let i = 0; i < n; i++) drawn[i] = bins[drawn[i]!]!
    }
    return drawn
  })
  const samples = attributes.map((attribute, j) => ({
    codes: codes[j]!,
    values:
      attribute.kind === 'numeric'
        ? drawInBins(attribute.bins!, codes[j]!, method, python, random)
        : null,
  }))
  return { n, attributes: samples }
}

/** The interpretable rows of an instance with these levels, and where the model's columns find their values. */
export function binNeighbourhood(
  attributes: readonly Attribute[],
  samples: BinSamples,
  levels: Int32Array,
  columns: number,
): { interpretable: BitMatrix; codes: RowCodes | undefined; sources: ColumnSource[] } {
  return {
    interpretable: sameLevel(samples, levels),
    codes: attributes.every(({ kind }) => kind === 'categorical')
      ? levelCodes(samples, levels)
      : undefined,
    sources: binSources(attributes, samples, columns),
  }
}

/** (n, d) bits: whether a sample shares the instance's level; row 0 is all ones. */
function sameLevel(samples: BinSamples, instance: Int32Array): BitMatrix {
  const bits = createBitMatrix(samples.n, instance.length)
  const { words, stride } = bits
  for (let j = 0; j < instance.length; j++) {
    const own = instance[j]!
    const { codes } = samples.attributes[j]!
    const word = j >>> 5
    const shift = j & 31
    for (let i = 1; i < samples.n; i++) {
      if (codes[i] === own) words[i * stride + word]! |= 1 << shift
    }
  }
  fillBitRow(bits, 0)
  return bits
}

/** Where all attributes are categories, equal levels are equal model inputs. */
function levelCodes(samples: BinSamples, levels: Int32Array): RowCodes {
  const stride = levels.length
  const words = new Uint32Array(samples.n * stride)
  samples.attributes.forEach(({ codes }, j) => {
    words[j] = levels[j]!
    for (let i = 1; i < samples.n; i++) words[i * stride + j] = codes[i]!
  })
  return { words, stride }
}

/** Where the model's columns find their values. */
function binSources(
  attributes: readonly Attribute[],
  samples: BinSamples,
  columns: number,
): ColumnSource[] {
  const sources = new Array<ColumnSource>(columns)
  attributes.forEach((attribute, j) => {
    const { codes, values } = samples.attributes[j]!
    if (attribute.kind === 'numeric') {
      const { missingAs } = attribute
      sources[attribute.columns[0]] =
        { kind: 'numbers', data: values!, offset: 0, stride: 1, scale: 1, shift: 0, missingAs }
      return
    }
    attribute.columns.forEach((column, k) => {
      const levels = attribute.levels.map((level) => level.values[k]!)
      sources[column] = { kind: 'levels', codes, values: levels }
    })
  })
  return sources
}

/** A value inside the drawn bin for samples 1…n−1; NaN for the bin of missing values. */
function drawInBins(
  bins: Bins,
  codes: Uint16Array,
  method: SamplingMethod,
  python: boolean,
  random: RandomState,
): Float64Array {
  const n = codes.length
  const values = new Float64Array(n)
  const rowsOf = bins.means.map(() => [] as number[])
  const wide = bins.mins.map((low, b) => low !== bins.maxs[b])
  let draws = 0
  for (let i = 1; i < n; i++) if (wide[codes[i]!]) draws++
  const uniforms = drawUniforms(draws, method, random)
  const at = new Int32Array(n)
  let next = 0
  for (let i = 1; i < n; i++) {
    const bin = codes[i]!
    if (bin === bins.means.length) {
      values[i] = Number.NaN
      continue
    }
    if (wide[bin]) at[i] = next++
    rowsOf[bin]!.push(i)
  }
  rowsOf.forEach((rows, bin) => {
    const mean = bins.means[bin]!
    const std = bins.stds[bin]!
    const low = (bins.mins[bin]! - mean) / std
    const high = (bins.maxs[bin]! - mean) / std
    if (!wide[bin]) {
      const value = python ? low : bins.mins[bin]!
      for (const i of rows) values[i] = value
      return
    }
    const inside = Float64Array.from(rows, (i) => uniforms[at[i]!]!)
    truncatedNormalInto(inside, inside, low, high)
    rows.forEach((i, k) => {
      values[i] = inside[k]! * std + mean
    })
  })
  return values
}
