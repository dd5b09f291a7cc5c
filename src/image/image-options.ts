/**
 * The options of image explainers, and their checks.
 */
import { OptionError } from '../contract/errors.ts'
import type { RasterImage } from '../contract/instance.ts'
import { checkChoice, checkOptions } from '../contract/nearest.ts'
import {
  checkExplainerOptions,
  EXPLAIN_OPTIONS,
  EXPLAINER_OPTIONS,
  type ExplainerOptions,
  type ExplainOptions,
} from '../explain/settings.ts'
import { HIDE_NAMES, type HideChoice } from './hide-segments.ts'
import type { SegmentationChoice } from './segment-picture.ts'

/** What may be fixed for many pictures, or said for one. */
export interface ImageOptions {
  /**
   * How the picture is cut into segments: `quickshift` (default), `slic`, `felzenszwalb` or `grid`; one of these with
   * its parameters, `{ algorithm: 'slic', nSegments: 50 }`; a label map; or a function of the picture that returns one.
   *
   * A name alone cuts a copy of at most 120,000 pixels (`compatibility: 'python'` the picture itself), so that the
   * number of segments does not grow with the picture; with parameters the picture itself is cut.
   */
  readonly segmentation?: SegmentationChoice
  /**
   * What stands for a segment that is switched off: `mean` (default) its mean colour, `blur` the picture blurred,
   * `neighbours` the mean colour of the segments around it, `noise` random pixels with the picture's mean and spread,
   * a colour (one number, or one for each channel), or another picture of the same size.
   */
  readonly hide?: HideChoice
  /** Python's name for a colour as `hide`. */
  readonly hideColor?: number | readonly number[]
  /** Seed of quickshift's noise, an integer from 0; default: an integer below 1000 drawn from the stream, as in Python. */
  readonly randomSeed?: number
}

/** Options of the constructor. */
export interface ImageExplainerOptions extends ExplainerOptions, ImageOptions {}

/** Options of `explain`; they go before the constructor's. */
export interface ImageExplainOptions extends ExplainOptions, ImageOptions {
  /** Put the picture into the explanation's data as a PNG data URL, so that it can be drawn from JSON. Default false. */
  readonly keepPicture?: boolean
}

/** The options above with their values. */
export interface ImagePlan {
  readonly segmentation: SegmentationChoice
  readonly hide: HideChoice
  readonly randomSeed: number | undefined
}

const OWN = ['segmentation', 'hide', 'hideColor', 'randomSeed'] as const

/** Checks the constructor's options; throws an OptionError. */
export function checkImageExplainerOptions(name: string, options: ImageExplainerOptions): void {
  checkOptions(`${name}, options`, options, [...EXPLAINER_OPTIONS, ...OWN])
  checkExplainerOptions(name, options)
  checkHide(`${name}, options`, options)
}

/** The options of one call over those of the constructor; throws an OptionError. */
export function planImage(
  name: string,
  fixed: ImageExplainerOptions,
  options: ImageExplainOptions,
): ImagePlan {
  const where = `${name}.explain, options`
  checkOptions(where, options, [...EXPLAIN_OPTIONS, ...OWN, 'keepPicture'])
  checkHide(where, options)
  const randomSeed = options.randomSeed ?? fixed.randomSeed
  if (randomSeed !== undefined && !(Number.isSafeInteger(randomSeed) && randomSeed >= 0)) {
    throw new OptionError({
      where: `${where}.randomSeed`,
      got: String(randomSeed),
      expected: 'an integer from 0',
      remedy: 'Leave it out to have it drawn from randomState.',
    })
  }
  return {
    segmentation: options.segmentation ?? fixed.segmentation ?? 'quickshift',
    hide: options.hide ?? options.hideColor ?? fixed.hide ?? fixed.hideColor ?? 'mean',
    randomSeed,
  }
}

/** A colour or a picture as it stands in the explanation's record. */
export function describeHide(hide: HideChoice): unknown {
  return typeof hide === 'object' && 'data' in hide ? 'picture' : hide
}

function checkHide(where: string, { hide, hideColor }: ImageOptions): void {
  if (typeof hide === 'string') checkChoice(`${where}.hide`, hide, HIDE_NAMES)
  for (const [name, value] of [
    ['hide', hide],
    ['hideColor', hideColor],
  ] as const) {
    if (value === undefined || typeof value === 'string') continue
    if (name === 'hide' && isPicture(value)) continue
    const numbers = typeof value === 'number' ? [value] : value
    if (
      Array.isArray(numbers) &&
      numbers.length > 0 &&
      numbers.every((one) => Number.isFinite(one))
    ) {
      continue
    }
    throw new OptionError({
      where: `${where}.${name}`,
      got: JSON.stringify(value) ?? String(value),
      expected: `a colour: one number, or one for each channel${name === 'hide' ? `; or one of ${HIDE_NAMES.join(', ')}` : ''}`,
      remedy: 'Leave it out for the mean colour of each segment.',
    })
  }
  if (hide === undefined || hideColor === undefined) return
  throw new OptionError({
    where: `${where}.hideColor`,
    got: 'hideColor together with hide',
    expected: 'one of them',
    remedy: 'hide takes a colour too.',
  })
}

function isPicture(value: unknown): value is RasterImage {
  return typeof value === 'object' && value !== null && 'data' in value && 'width' in value
}
