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
 * A number that is missing in the instance is a category here: 1 where it stays missing (in the share of training rows
 * that lack it, at least one sample in ten), 0 where it is drawn. Numbers that are present stay present.
 */
import type { Value } from '../contract/instance.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { RandomState } from '../math/random-state.ts'
import type { Attribute } from './attribute.ts'
import { drawLevels, drawNormals, drawUniforms, type SamplingMethod } from './draws.ts'
import type { SampleValues } from './model-rows.ts'
import { isMissing } from './table.ts'

/** n draws of every attribute; good for any instance. */
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

/** Least share of samples in which a missing value stays missing. */
const LEAST_MISSING = 0.1

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
      codes[j] = drawLevels(attribute.frequencies, n, method, random)
    }
  }
  const present = attributes.map((attribute) =>
    attribute.kind === 'numeric' && attribute.missing > 0 ? drawUniforms(n, method, random) : null,
  )
  return { n, normals, codes, present }
}

/** The interpretable rows, where the model's columns find their values, and whether these values are this instance's own. */
export function valueNeighbourhood(
  attributes: readonly Attribute[],
  samples: ValueSamples,
  instance: readonly Value[],
  levels: Int32Array,
  { around, sigma }: ValueScale,
): { interpretable: Matrix; samples: SampleValues; own: boolean } {
  const { n, codes } = samples
  const d = attributes.length
  const scale = new Float64Array(d)
  const shift = new Float64Array(d)
  // x = z · scale + shift, and what the fit sees is (x − centre) / unit = z · factor + offset.
  const factor = new Float64Array(d)
  const offset = new Float64Array(d)
  const first = new Float64Array(d).fill(1)
  const lacking: number[] = []
  attributes.forEach((attribute, j) => {
    if (attribute.kind === 'categorical') return
    const own = instance[attribute.columns[0]]!
    const missing = isMissing(own)
    const centre = sigma ? 0 : attribute.mean
    const unit = sigma ? 1 : attribute.scale
    scale[j] = sigma?.[j] ?? attribute.scale
    shift[j] = around && !missing ? (own as number) : attribute.mean
    if (missing) lacking.push(j)
    else {
      factor[j] = scale[j]! / unit
      offset[j] = (shift[j]! - centre) / unit
      first[j] = ((own as number) - centre) / unit
    }
  })

  const numbers = lacking.length > 0 ? samples.normals.slice() : samples.normals
  const data = samples.normals.slice()
  // Around the training mean z is (x − mean) / scale as it stands.
  const own = sigma !== null || around || lacking.length > 0
  if (own) {
    for (let i = 0, at = 0; i < n; i++) {
      for (let j = 0; j < d; j++, at++) data[at] = data[at]! * factor[j]! + offset[j]!
    }
  }
  attributes.forEach((_, j) => {
    const drawn = codes[j]
    if (!drawn) return
    for (let i = 1; i < n; i++) data[i * d + j] = drawn[i] === levels[j] ? 1 : 0
  })
  for (const j of lacking) {
    const attribute = attributes[j]!
    const share = Math.max(attribute.kind === 'numeric' ? attribute.missing : 0, LEAST_MISSING)
    for (let i = 1, at = d + j; i < n; i++, at += d) {
      if (samples.present[j]![i]! >= share) continue
      data[at] = 1
      numbers[at] = Number.NaN
    }
  }
  data.set(first)
  return {
    interpretable: { data, rows: n, cols: d },
    samples: { numbers, scale, shift, codes },
    own,
  }
}
