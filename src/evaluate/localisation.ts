/**
 * Localisation: how much of the weight lies on the object, and how much on its background?
 *
 * The object is a mask of pixels, a box, or intervals of time. A feature lies on it by the share of its pixels or steps.
 *
 * - Share on the object = Σ |w_j| s_j / Σ |w_j|, the rest is on the background (relevance mass accuracy, Arras et al.
 *   2022; Quantus `RelevanceMassAccuracy`), over |weights| or, with `positive`, over what speaks for the label.
 * - Expected share = Σ area_j s_j / Σ area_j, what weight spread evenly would have: a model "leans on its background"
 *   where the share is below it. Concentration = share / expected.
 * - Pointing game: whether the feature of largest weight lies on the object with more than half of itself (Zhang et al.
 *   2018; Quantus `PointingGame`).
 */
import { ShapeError } from '../contract/errors.ts'
import type { Feature } from '../contract/explanation.ts'

/** Each feature's size (pixels, steps × channels) and the share of it that lies on the object, both (d). */
export interface Coverage {
  readonly sizes: Float64Array
  readonly shares: Float64Array
}

/** Where the weight lies. */
export interface Localisation {
  /** Share of |weight| on the object; NaN where all weights are 0. */
  readonly object: number
  /** 1 − object. */
  readonly background: number
  /** The object's share of the instance. */
  readonly expected: number
  /** object / expected. */
  readonly concentration: number
  /** 1 if the largest weight lies on the object, else 0; NaN where all weights are 0. */
  readonly pointing: number
}

/** An axis-parallel box: pixels left ≤ x < right, top ≤ y < bottom. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Localises weights (d). `positive`: only what speaks for the label counts. */
export function localisation(
  weights: Float64Array,
  { sizes, shares }: Coverage,
  { positive = false }: { readonly positive?: boolean } = {},
): Localisation {
  if (sizes.length !== weights.length || shares.length !== weights.length) {
    throw new ShapeError({
      where: 'localisation',
      got: `${weights.length} weights for ${sizes.length} features`,
      expected: 'a weight for each feature',
      remedy: 'Give all weights, 0 where there is none.',
    })
  }
  const counted = weights.map((weight) => (positive ? Math.max(0, weight) : Math.abs(weight)))
  const total = counted.reduce((sum, weight) => sum + weight, 0)
  const on = counted.reduce((sum, weight, j) => sum + weight * shares[j]!, 0)
  const area = sizes.reduce((sum, size) => sum + size, 0)
  const expected = sizes.reduce((sum, size, j) => sum + size * shares[j]!, 0) / area
  const object = total > 0 ? on / total : Number.NaN
  let most = 0
  for (let j = 1; j < counted.length; j++) if (counted[j]! > counted[most]!) most = j
  return {
    object,
    background: 1 - object,
    expected,
    concentration: object / expected,
    pointing: total > 0 ? Number(shares[most]! > 0.5) : Number.NaN,
  }
}

/**
 * How segments of a picture lie on a mask: `segments` and `mask` hold one value a pixel in raster order, the mask's ones
 * that are not 0 are the object.
 */
export function pixelCoverage(
  segments: ArrayLike<number>,
  mask: ArrayLike<number>,
  count: number,
): Coverage {
  if (segments.length !== mask.length) {
    throw new ShapeError({
      where: 'pixelCoverage, mask',
      got: `${mask.length} pixels`,
      expected: `${segments.length}, as the picture that was explained`,
      remedy: 'Bring the mask to the size of the picture.',
    })
  }
  const sizes = new Float64Array(count)
  const on = new Float64Array(count)
  for (let i = 0; i < segments.length; i++) {
    sizes[segments[i]!]! += 1
    if (mask[i] !== 0) on[segments[i]!]! += 1
  }
  return { sizes, shares: on.map((value, j) => (sizes[j]! > 0 ? value / sizes[j]! : 0)) }
}

/** The mask (height × width, raster order) of a box. */
export function boxMask(width: number, height: number, box: Box): Uint8Array {
  const mask = new Uint8Array(width * height)
  for (let y = Math.max(0, box.top); y < Math.min(height, box.bottom); y++) {
    for (let x = Math.max(0, box.left); x < Math.min(width, box.right); x++) mask[y * width + x] = 1
  }
  return mask
}

/** A label map from its runs `[label, length, …]`, as explanations of pictures hold it. */
export function labelsOfRuns(runs: readonly number[], pixels: number): Int32Array {
  const labels = new Int32Array(pixels)
  let at = 0
  for (let k = 0; k + 1 < runs.length; k += 2) {
    labels.fill(runs[k]!, at, at + runs[k + 1]!)
    at += runs[k + 1]!
  }
  return labels
}

/** How segments of a series lie on intervals of steps, `start ≤ t < end`; those that overlap count once. */
export function intervalCoverage(
  features: readonly Feature[],
  intervals: readonly (readonly [start: number, end: number])[],
): Coverage {
  const sizes = new Float64Array(features.length)
  const shares = new Float64Array(features.length)
  features.forEach(({ part }, j) => {
    if (part.kind !== 'series') return
    const steps = part.end - part.start
    let on = 0
    for (let t = part.start; t < part.end; t++) {
      if (intervals.some(([start, end]) => t >= start && t < end)) on++
    }
    sizes[j] = steps * part.channels.length
    shares[j] = on / steps
  })
  return { sizes, shares }
}
