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
import { inSlices, type Slices } from '../contract/slices.ts'
import type {
  Domain,
  Neighbourhood,
  Surroundings,
  SurroundRequest,
} from '../explain/neighbourhood.ts'
import { explainNeighbourhood } from '../explain/pipeline.ts'
import { drawSwitches, evenLaw } from '../explain/random-switches.ts'
import { resolveSettings, type Settings, Streams } from '../explain/settings.ts'
import type { BitMatrix } from '../math/bit-matrix.ts'
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

/** Bytes of pictures that one batch may hold by default: a few milliseconds of copying. */
const BATCH_BYTES = 16_000_000

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
   * @param options defaults: all segments, as many samples as the weights need up to 1000, batches of at most 10 pictures; of
   *   LIME's draws cosine distance, kernel width 0.25.
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
    const { signal } = settings.control
    const { hidden, ...around } = await inSlices(
      this.#around(picture, plan, {}, settings.keepNeighbourhood),
      signal,
    )
    signal?.throwIfAborted()
    const instance =
      options.keepPicture === true
        ? { ...around.instance, picture: await pictureDataUrl(picture) }
        : around.instance
    return explainNeighbourhood({
      surroundings: { ...around, instance },
      name: NAME,
      domain: 'image',
      model,
      settings,
      began,
      finish: (data) => new ImageExplanation(data, { image: picture, hidden }),
    })
  }

  /** One picture amid its perturbations, without a model. Rejects as `explain` does. */
  async surround(
    image: Picture,
    request: SurroundRequest = {},
  ): Promise<Surroundings<RasterImage>> {
    const plan = planImage(NAME, this.#options, {})
    const { hidden, ...around } = await inSlices(
      this.#around(this.#toRaster(image), plan, request, false),
    )
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

  *#around(
    picture: RasterImage,
    plan: ImagePlan,
    { random = this.#streams.next() }: SurroundRequest,
    kept: boolean,
  ): Slices<Surroundings<RasterImage> & { readonly hidden: RasterImage }> {
    const where = `${NAME}.explain, options`
    const exact = this.#options.compatibility === 'python'
    const seed = plan.randomSeed ?? random.randint(0, 1000)
    const { map, description, warnings } = yield* segmentPicture(
      picture,
      plan.segmentation,
      seed,
      exact,
      `${where}.segmentation`,
    )
    yield
    const hidden = yield* hiddenPicture(picture, map, plan.hide, random, `${where}.hide`)
    yield
    const make = yield* pictureMaker(picture, hidden, map)
    yield
    const switched = (masks: BitMatrix): Neighbourhood<RasterImage> => ({
      interpretable: masks,
      codes: masks,
      inputs: (rows) => make(masks, rows),
    })
    return {
      instance: instanceOf(picture, map),
      features: featuresOf(map),
      law: evenLaw(map.count),
      inert: inertSegments(picture, hidden, map),
      fixed: true,
      random,
      checkSize: (n) => checkSize(n, map.count, kept),
      draw: (n) => switched(drawSwitches(n, map.count, random)),
      switched,
      options: { segmentation: description, hide: describeHide(plan.hide) },
      warnings: [...warnings, ...sizeWarnings(map)],
      hidden,
    }
  }
}

/** 1 for segments that look alike hidden and not. */
function inertSegments(picture: RasterImage, hidden: RasterImage, map: LabelMap): Uint8Array {
  const inert = new Uint8Array(map.count).fill(1)
  const { channels } = picture
  for (let i = 0, at = 0; i < map.labels.length; i++) {
    for (let c = 0; c < channels; c++, at++) {
      if (picture.data[at] !== hidden.data[at]) inert[map.labels[i]!] = 0
    }
  }
  return inert
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

function sizeWarnings(map: LabelMap): Warning[] {
  if (map.count > 1) return []
  return [
    {
      code: 'single-feature',
      message:
        'The picture is one segment only: its weight is what the answer changes when all of it is hidden. Hide it by a colour or noise to see more, or cut it by a grid.',
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
