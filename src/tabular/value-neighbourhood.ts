/**
 * The neighbourhood of a row whose numbers are not discretised.
 *
 * 1. Draw (n, d) standard normal numbers, then for every categorical attribute n levels by their shares, in the order
 *    in which the categorical features were listed.
 * 2. A number becomes z · scale + mean (or + the instance's value); a category stays a category.
 * 3. The interpretable row holds (x − mean) / scale for numbers, and 1 where a category equals the instance's.
 *
 * With `sigma` (the theory of Garreau and von Luxburg 2020): x ~ N(instance, σ²), and the interpretable row holds x
 * itself, so that the weights of a linear model are its coefficients.
 *
 * A number that is missing in the instance is a category here: 1 where it stays missing, 0 where it is drawn. Numbers
 * that are present stay present.
 */
import type { Value } from '../contract/instance.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { RandomState } from '../math/random-state.ts'
import type { Attribute, NumericAttribute } from './attribute.ts'
import { drawLevels, drawNormals, drawUniforms, type SamplingMethod } from './draws.ts'
import type { ColumnSource } from './model-rows.ts'
import { isMissing } from './table.ts'

/** n draws of every attribute; good for any instance with the same values missing. */
export interface ValueSamples {
  readonly n: number
  /** (n, d), row by row. */
  readonly normals: Float64Array
  /** For categorical attributes the place in `levels` of every sample. */
  readonly codes: readonly (Uint16Array | null)[]
  /** For columns with missing values: numbers in [0, 1). */
  readonly present: readonly (Float64Array | null)[]
}

/** How numbers are centred and scaled. */
export interface ValueScale {
  /** Sample around the instance instead of around the training mean. */
  readonly around: boolean
  /** Standard deviation of each attribute's samples, in its own units; null: the training data's. */
  readonly sigma: Float64Array | null
}

/** Draws n samples of every attribute; `order` lists the categorical attributes as they are to be drawn. */
export function drawValueSamples(
  attributes: readonly Attribute[],
  order: readonly number[],
  n: number,
  method: SamplingMethod,
  random: RandomState,
): ValueSamples {
  const normals = drawNormals(n, attributes.length, method, random)
  const codes = new Array<Uint16Array | null>(attributes.length).fill(null)
  for (const j of order) {
    const attribute = attributes[j]!
    if (attribute.kind === 'categorical') {
      codes[j] = Uint16Array.from(drawLevels(attribute.frequencies, n, method, random))
    }
  }
  const present = attributes.map((attribute) =>
    attribute.kind === 'numeric' && attribute.missing > 0
      ? drawUniforms(n, method, random)
      : null,
  )
  return { n, normals, codes, present }
}

/** The interpretable rows, and where the model's columns find their values. */
export function valueNeighbourhood(
  attributes: readonly Attribute[],
  samples: ValueSamples,
  instance: readonly Value[],
  levels: Int32Array,
  columns: number,
  { around, sigma }: ValueScale,
): { interpretable: Matrix; sources: ColumnSource[] } {
  const { n, normals } = samples
  const d = attributes.length
  const data = new Float64Array(n * d)
  const sources = new Array<ColumnSource>(columns)
  attributes.forEach((attribute, j) => {
    if (attribute.kind === 'categorical') {
      const codes = samples.codes[j]!
      for (let i = 1; i < n; i++) data[i * d + j] = codes[i] === levels[j] ? 1 : 0
      data[j] = 1
      attribute.columns.forEach((column, k) => {
        const values = attribute.levels.map((level) => level.values[k]!)
        sources[column] = { kind: 'levels', codes, values }
      })
      return
    }
    const own = instance[attribute.columns[0]]!
    const shift = around && !isMissing(own) ? (own as number) : attribute.mean
    const scale = sigma ? sigma[j]! : attribute.scale
    if (isMissing(own)) {
      const values = drawMissing(attribute, samples, j, d, shift, scale)
      for (let i = 0; i < n; i++) data[i * d + j] = Number.isNaN(values[i]!) ? 1 : 0
      sources[attribute.columns[0]] = numbers(attribute, values, 0, 1, 1, 0)
      return
    }
    const centre = sigma ? 0 : attribute.mean
    const unit = sigma ? 1 : attribute.scale
    for (let i = 1; i < n; i++) {
      data[i * d + j] = (normals[i * d + j]! * scale + shift - centre) / unit
    }
    data[j] = ((own as number) - centre) / unit
    sources[attribute.columns[0]] = numbers(attribute, normals, j, d, scale, shift)
  })
  return { interpretable: { data, rows: n, cols: d }, sources }
}

/** NaN where the value stays missing (by its share, at least one sample in ten), else a draw. */
function drawMissing(
  attribute: NumericAttribute,
  samples: ValueSamples,
  j: number,
  d: number,
  shift: number,
  scale: number,
): Float64Array {
  const share = Math.max(attribute.missing, 0.1)
  const uniforms = samples.present[j]!
  const values = new Float64Array(samples.n).fill(Number.NaN)
  for (let i = 1; i < samples.n; i++) {
    if (uniforms[i]! >= share) values[i] = samples.normals[i * d + j]! * scale + shift
  }
  return values
}

function numbers(
  attribute: NumericAttribute,
  data: Float64Array,
  offset: number,
  stride: number,
  scale: number,
  shift: number,
): ColumnSource {
  return { kind: 'numbers', data, offset, stride, scale, shift, missingAs: attribute.missingAs }
}
