/**
 * Explanations of pictures (Ribeiro et al. 2016, section 3.3; Python LIME's `LimeImageExplainer`).
 *
 * 1. Cut the picture into segments (`segment-picture.ts`); make the picture in which all are hidden (`hide-segments.ts`).
 * 2. Draw which segments each sample keeps (`explain/random-switches.ts`): a bit each.
 * 3. Hand the neighbourhood to the pipeline; pictures are made batch by batch (`perturbed-pictures.ts`).
 *
 * On purpose different from Python LIME (`compatibility: 'python'` follows it): the predicted class is explained by
 * default, in place of the five most likely; a grey picture stays grey for the model; large pictures are cut into
 * segments in a reduced copy; alpha is left alone.
 */
import { OptionError } from '../contract/errors.ts'
import type { Feature, InstanceData } from '../contract/explanation.ts'
import type { RasterImage } from '../contract/instance.ts'
import type { Model } from '../contract/predictor.ts'
import type { Warning } from '../contract/progress.ts'
import { explainNeighbourhood } from '../explain/explain-neighbourhood.ts'
import type { Domain, NeighbourhoodRequest, Surroundings } from '../explain/neighbourhood.ts'
import { drawSwitches } from '../explain/random-switches.ts'
import { resolveSettings, type Settings, Streams } from '../explain/settings.ts'
import { hiddenPicture } from './hide-segments.ts'
import { ImageExplanation } from './image-explanation.ts'
import {
  checkImageExplainerOptions,
  describeHide,
  type ImageExplainerOptions,
  type ImageExplainOptions,
  type ImagePlan,
  planImage,
} from './image-options.ts'
import { pictureMaker } from './perturbed-pictures.ts'
import { type Picture, toRaster } from './picture.ts'
import { pictureDataUrl } from './png-data-url.ts'
import { encodeRuns, type LabelMap, segmentAreas } from './segment/label-map.ts'
import { segmentPicture } from './segment-picture.ts'

const NAME = 'ImageExplainer'

/** Bytes of pictures that one batch may hold by default. */
const BATCH_BYTES = 64_000_000

/** Samples × segments: of a neighbourhood (a bit each), and where each becomes a number. */
const MOST_BITS = 4_000_000_000
const MOST_KEPT = 100_000_000

/** Explains pictures. */
export class ImageExplainer implements Domain<Picture, RasterImage> {
  readonly domain = 'image'
  readonly #options: ImageExplainerOptions
  readonly #streams: Streams

  /** @throws OptionError for options that cannot be used. */
  constructor(options: ImageExplainerOptions = {}) {
    checkImageExplainerOptions(NAME, options)
    this.#options = options
    this.#streams = new Streams(options.randomState)
  }

  /**
   * Explains one picture.
   *
   * @param image grey, RGB or RGBA, bytes or floats, of any size up to 100 million numbers; or a canvas's `ImageData`.
   * @param model gets pictures of the same size, channels and type (RGB for `ImageData`).
   * @param options defaults: all segments, 1000 samples, cosine distance, kernel width 0.25, batches of at most 10 pictures.
   * @throws ShapeError and DataError for a picture or label map that cannot be used, PredictorError and
   *   PredictorOutputError for the model, OptionError for options; rejects with the signal's reason when aborted.
   */
  async explain(
    image: Picture,
    model: Model<RasterImage>,
    options: ImageExplainOptions = {},
  ): Promise<ImageExplanation> {
    const began = performance.now()
    const plan = planImage(NAME, this.#options, options)
    const picture = this.#toRaster(image)
    const settings = this.#settings(picture, options)
    settings.control.signal?.throwIfAborted()
    const { hidden, ...around } = this.#around(picture, plan, settings, settings)
    settings.control.signal?.throwIfAborted()
    const instance =
      options.keepPicture === true
        ? { ...around.instance, picture: await pictureDataUrl(picture) }
        : around.instance
    const explanation = await explainNeighbourhood({
      ...around,
      instance,
      name: NAME,
      domain: 'image',
      model,
      settings,
      began,
    })
    return new ImageExplanation(explanation, { image: picture, hidden })
  }

  /** The neighbourhood of one picture, without a model. Throws as `explain` does. */
  neighbourhood(image: Picture, request: NeighbourhoodRequest): Surroundings<RasterImage> {
    const plan = planImage(NAME, this.#options, {})
    const { hidden, ...around } = this.#around(this.#toRaster(image), plan, request, undefined)
    return around
  }

  #toRaster(image: Picture): RasterImage {
    return toRaster(image, `${NAME}.explain`, this.#options.compatibility === 'python')
  }

  #settings({ data }: RasterImage, options: ImageExplainOptions): Settings {
    const five =
      this.#options.compatibility === 'python' &&
      options.labels === undefined &&
      options.topLabels === undefined
    const asked = five ? { ...options, topLabels: 5 } : options
    return resolveSettings(NAME, this.#options, asked, {
      kernelWidth: 0.25,
      numFeatures: 100_000,
      numSamples: 1000,
      distanceMetric: 'cosine',
      batchSize: Math.max(1, Math.min(10, Math.floor(BATCH_BYTES / data.byteLength))),
    })
  }

  #around(
    picture: RasterImage,
    plan: ImagePlan,
    request: NeighbourhoodRequest,
    settings: Settings | undefined,
  ): Surroundings<RasterImage> & { readonly hidden: RasterImage } {
    const { numSamples, random = this.#streams.next() } = request
    const where = `${NAME}.explain, options`
    const exact = this.#options.compatibility === 'python'
    const seed = plan.randomSeed ?? random.randint(0, 1000)
    const { map, description, warnings } = segmentPicture(
      picture,
      plan.segmentation,
      seed,
      exact,
      `${where}.segmentation`,
    )
    checkSize(numSamples, map.count, settings?.keepNeighbourhood === true)
    const samples = drawSwitches(numSamples, map.count, random)
    const hidden = hiddenPicture(picture, map, plan.hide, random, `${where}.hide`)
    const make = pictureMaker(picture, hidden, map)
    return {
      instance: instanceOf(picture, map),
      neighbourhood: {
        features: featuresOf(map),
        interpretable: samples,
        codes: samples,
        inputs: (rows) => make(samples, rows),
      },
      options: { segmentation: description, hide: describeHide(plan.hide) },
      warnings: [...warnings, ...sizeWarnings(map, numSamples)],
      hidden,
    }
  }
}

function instanceOf({ width, height }: RasterImage, map: LabelMap): InstanceData {
  return { kind: 'image', width, height, segments: encodeRuns(map) }
}

function featuresOf(map: LabelMap): Feature[] {
  return Array.from(segmentAreas(map), (area, segment) => ({
    name: `segment ${segment}`,
    part: { kind: 'image', segment, area },
  }))
}

function sizeWarnings(map: LabelMap, numSamples: number): Warning[] {
  if (map.count === 1) {
    return [
      {
        code: 'single-feature',
        message:
          'The picture is one segment only: its weight is what the answer changes when all of it is hidden. Hide it by a colour or noise to see more, or cut it by a grid.',
      },
    ]
  }
  if (2 * map.count <= numSamples) return []
  return [
    {
      code: 'many-segments',
      message: `The picture has ${map.count} segments for ${numSamples} samples: their weights are uncertain. Take more samples or larger segments.`,
    },
  ]
}

/** Throws an OptionError for a neighbourhood that would not fit into memory. */
function checkSize(numSamples: number, count: number, kept: boolean): void {
  const most = kept ? MOST_KEPT : MOST_BITS
  if (numSamples * count <= most) return
  throw new OptionError({
    where: `${NAME}.explain, options.numSamples`,
    got: `${numSamples} samples of ${count} segments${kept ? ' to be kept' : ''}`,
    expected: `at most ${Math.floor(most / count)} samples for so many segments`,
    remedy: 'A few thousand samples are usually enough; larger segments need fewer.',
  })
}
