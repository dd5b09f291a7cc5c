/**
 * The explanation of a picture: the data of every explanation, and pictures made from it.
 *
 * The picture itself is kept beside the data, not in it: `JSON.stringify` gives the data alone, with the segments as
 * runs, and with the picture where `keepPicture` or `withPicture` put it there. `new ImageExplanation(data, { image })`
 * brings both together again.
 */
import { OptionError, ShapeError } from '../contract/errors.ts'
import {
  Explanation,
  type ExplanationData,
  JUPYTER_DISPLAY,
  type NotebookDisplay,
  type ReportHtmlOptions,
} from '../contract/explanation.ts'
import type { RasterImage } from '../contract/instance.ts'
import { checkOptions } from '../contract/nearest.ts'
import { allAtOnce } from '../contract/slices.ts'
import { matrixToBits } from '../math/bit-matrix.ts'
import { displayBytes } from './display-bytes.ts'
import { type MarkBoundariesOptions, markBoundaries } from './mark-boundaries.ts'
import { pictureMaker } from './perturbed-pictures.ts'
import { emptyLike, inColour } from './picture.ts'
import { pictureDataUrl } from './png-data-url.ts'
import { decodeRuns, type LabelMap } from './segment/label-map.ts'

/** Which segments `imageAndMask` takes; names and defaults as in Python's `get_image_and_mask`. */
export interface ImageAndMaskOptions {
  /** Only segments that speak for the label. Default true, unless `negativeOnly` is. */
  readonly positiveOnly?: boolean
  /** Only segments that speak against it. Default false. */
  readonly negativeOnly?: boolean
  /** Black in place of all other segments. Default false. */
  readonly hideRest?: boolean
  /** Most segments. Default 5. */
  readonly numFeatures?: number
  /** Segments of smaller |weight| are left out. Default 0. */
  readonly minWeight?: number
}

/** A picture and which of its pixels belong to the explanation. */
export interface ImageAndMask {
  /** RGB or RGBA, numbers of the type of the picture that was explained. */
  readonly image: RasterImage
  /** (height × width), raster order: 1 chosen, 0 not; −1 where both signs were asked for and the segment speaks against. */
  readonly mask: Int8Array
}

/** How `heatMap` is drawn. */
export interface HeatMapOptions {
  /** Opacity of the largest |weight|, 0 to 1. Default 0.8. */
  readonly opacity?: number
  /** Most segments, by |weight|. Default all. */
  readonly numFeatures?: number
}

/** One sample, as the model saw it. */
export interface PerturbedPicture {
  /** Its row in the neighbourhood; 0 is the picture itself. */
  readonly row: number
  readonly image: RasterImage
  /** The model's outputs for it. */
  readonly outputs: readonly number[]
  /** The kernel's weight. */
  readonly weight: number
}

/** The pictures that an explanation was made from. */
export interface ExplainedPicture {
  readonly image: RasterImage
  /** The picture with all segments switched off, where it is at hand. */
  readonly hidden?: RasterImage
}

const MASK_OPTIONS = ['positiveOnly', 'negativeOnly', 'hideRest', 'numFeatures', 'minWeight']

/** Orange for, blue against: the pair of all of sodalime's drawings. */
const FOR = [0xd9, 0x5f, 0x02] as const
const AGAINST = [0x1f, 0x5f, 0x9e] as const

/** The explanation of one picture. */
export class ImageExplanation extends Explanation {
  readonly #picture: ExplainedPicture
  readonly #runs: readonly number[]
  #map: LabelMap | undefined

  /** @throws ShapeError where the picture has another size than the explanation's. */
  constructor(data: ExplanationData, picture: ExplainedPicture) {
    super(data)
    const { instance } = data
    const { width, height } = picture.image
    if (instance.kind !== 'image' || instance.width !== width || instance.height !== height) {
      throw new ShapeError({
        where: 'ImageExplanation, picture',
        got: `${width} × ${height} pixels`,
        expected:
          instance.kind === 'image'
            ? `${instance.width} × ${instance.height}, as in the explanation`
            : `the explanation of a picture, not of a ${instance.kind} instance`,
        remedy: 'Give the picture that was explained, in its own size.',
      })
    }
    this.#picture = picture
    this.#runs = instance.segments
  }

  /** The picture that was explained, as the model got it. */
  get image(): RasterImage {
    return this.#picture.image
  }

  /** Its segments: the label of each pixel. */
  get segments(): LabelMap {
    const { width, height } = this.#picture.image
    this.#map ??= decodeRuns(this.#runs, width, height)
    return this.#map
  }

  /**
   * The picture with the chosen segments, and their mask, as Python's `get_image_and_mask`. With segments of one sign the
   * picture stays as it is (or black around them); with both, channel 0 (against) or 1 (for) is set to the largest number
   * of the whole picture.
   *
   * @param label an output column; default the first one explained.
   * @throws OptionError for a label that was not explained, and for both signs alone at once.
   */
  imageAndMask(label?: number, options: ImageAndMaskOptions = {}): ImageAndMask {
    const where = 'ImageExplanation.imageAndMask, options'
    checkOptions(where, options, MASK_OPTIONS)
    const { negativeOnly = false, hideRest = false, numFeatures = 5, minWeight = 0 } = options
    const { positiveOnly = !negativeOnly } = options
    if (positiveOnly && negativeOnly) {
      throw new OptionError({
        where,
        got: 'positiveOnly and negativeOnly both true',
        expected: 'one of them, or neither',
        remedy: 'Set both to false for segments of both signs.',
      })
    }
    const one = positiveOnly || negativeOnly
    const { weights } = this.forLabel(label)
    const chosen = one
      ? weights
          .filter(({ weight }) => (positiveOnly ? weight : -weight) > Math.max(0, minWeight))
          .slice(0, numFeatures)
      : weights.slice(0, numFeatures).filter(({ weight }) => Math.abs(weight) >= minWeight)
    const { labels, count } = this.segments
    const signs = new Int8Array(count)
    for (const { feature, weight } of chosen) signs[feature] = one || weight >= 0 ? 1 : -1

    const mask = Int8Array.from(labels, (segment) => signs[segment]!)
    const own = inColour(this.#picture.image)
    const { channels } = own
    const image = hideRest ? { ...own, data: emptyLike(own.data) } : own
    const most = largestOf(own.data)
    for (let i = 0, at = 0; i < mask.length; i++, at += channels) {
      if (mask[i] === 0) continue
      if (hideRest) for (let c = 0; c < channels; c++) image.data[at + c] = own.data[at + c]!
      if (!one) image.data[at + (mask[i] === 1 ? 1 : 0)] = most
    }
    return { image, mask }
  }

  /** `imageAndMask` with the boundaries of the mask drawn into the picture. */
  marked(
    label?: number,
    options: ImageAndMaskOptions = {},
    drawing: MarkBoundariesOptions = {},
  ): RasterImage {
    const { image, mask } = this.imageAndMask(label, options)
    return markBoundaries(image, mask, drawing)
  }

  /** The picture in grey with its segments tinted by weight, orange for and blue against the label: RGB bytes. */
  heatMap(label?: number, options: HeatMapOptions = {}): RasterImage {
    checkOptions('ImageExplanation.heatMap, options', options, ['opacity', 'numFeatures'])
    const { opacity = 0.8, numFeatures = Number.POSITIVE_INFINITY } = options
    const { weights } = this.forLabel(label)
    const { labels, count } = this.segments
    const tints = new Float64Array(count)
    const largest = Math.abs(weights[0]?.weight ?? 0) || 1
    for (const { feature, weight } of weights.slice(0, numFeatures)) {
      tints[feature] = (opacity * weight) / largest
    }
    const shown = displayBytes(this.#picture.image)
    const { width, height, channels } = shown
    const data = new Uint8Array(width * height * 3)
    for (let i = 0, from = 0, to = 0; i < labels.length; i++, from += channels) {
      const tint = tints[labels[i]!]!
      const colour = tint < 0 ? AGAINST : FOR
      const share = Math.min(1, Math.abs(tint))
      // Luma of ITU-R BT.601, brought nearer to white so that the tints stand out.
      const grey =
        64 +
        0.75 *
          (0.299 * shown.data[from]! +
            0.587 * shown.data[from + 1]! +
            0.114 * shown.data[from + 2]!)
      for (let c = 0; c < 3; c++) data[to++] = grey + share * (colour[c]! - grey)
    }
    return { data, width, height, channels: 3 }
  }

  /**
   * Samples with what the model answered: the picture itself first, then `count` − 1 others, from the highest answer for
   * the label to the lowest, evenly spread.
   *
   * @throws OptionError without the neighbourhood (explain with `keepNeighbourhood: true`).
   */
  perturbations(count = 12, label?: number): PerturbedPicture[] {
    const { neighbourhood } = this
    const { image, hidden } = this.#picture
    if (neighbourhood === undefined || hidden === undefined) {
      throw new OptionError({
        where: 'ImageExplanation.perturbations',
        got: `an explanation without ${neighbourhood === undefined ? 'its neighbourhood' : 'its hidden picture'}`,
        expected: 'an explanation fresh from explain with its samples kept',
        remedy: 'Explain with keepNeighbourhood: true.',
      })
    }
    const { interpretable, outputs, weights } = neighbourhood
    const column =
      this.task === 'regression' && outputs[0]!.length === 1 ? 0 : this.forLabel(label).label
    const others = outputs
      .map((row, i) => ({ i, output: row[column]! }))
      .slice(1)
      .sort((a, b) => b.output - a.output)
    const wanted = Math.min(Math.max(0, count - 1), others.length)
    const step = (others.length - 1) / Math.max(1, wanted - 1)
    const rows = [0]
    for (let k = 0; k < wanted; k++) rows.push(others[Math.round(k * step)]!.i)
    const map = this.segments
    const cols = map.count
    const data = Float64Array.from(rows.flatMap((row) => interpretable[row]!))
    const bits = matrixToBits({ data, rows: rows.length, cols })!
    const make = allAtOnce(pictureMaker(image, hidden, map))
    return rows.map((row, k) => ({
      row,
      image: make(bits, [k])[0]!,
      outputs: outputs[row]!,
      weight: weights[row]!,
    }))
  }

  /** The report as one HTML document, with the picture. */
  override async toHTML(options?: ReportHtmlOptions): Promise<string> {
    return new Explanation(await this.withPicture()).toHTML(options)
  }

  /** What notebooks show, with the picture. */
  override async [JUPYTER_DISPLAY](): Promise<NotebookDisplay> {
    return new Explanation(await this.withPicture())[JUPYTER_DISPLAY]()
  }

  /** The same explanation with the picture in its data (`instance.picture`), as a PNG data URL: what renderers draw. */
  async withPicture(): Promise<ImageExplanation> {
    const { instance } = this
    if (instance.kind !== 'image') return this
    const picture = instance.picture ?? (await pictureDataUrl(this.#picture.image))
    return new ImageExplanation({ ...this, instance: { ...instance, picture } }, this.#picture)
  }
}

function largestOf(data: RasterImage['data']): number {
  let largest = data[0]!
  for (let i = 1; i < data.length; i++) if (data[i]! > largest) largest = data[i]!
  return largest
}
