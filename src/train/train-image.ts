/**
 * A classifier of pictures for one's own classes, from few of them: the features of a network that was trained on many,
 * and a softmax on top that is trained here.
 *
 * 1. Every picture is read and brought to the base network's size; its features are computed once.
 * 2. Of each class a share is kept for validation, drawn with the seed.
 * 3. The softmax is fitted to the rest (`softmax-regression.ts`), and scored on what was kept.
 * 4. Base network and softmax become one ONNX model.
 */
import { DataError, OptionError } from '../contract/errors.ts'
import type { RasterImage } from '../contract/instance.ts'
import type { Matrix } from '../contract/matrix.ts'
import { checkOptions } from '../contract/nearest.ts'
import { readImage } from '../data/images.ts'
import { RandomState } from '../math/random-state.ts'
import { readBaseNetwork } from '../models/base-network.ts'
import type { ImageLayout } from '../models/onnx.ts'
import type { ImageFolder } from './image-folder.ts'
import { type Scores, scoreClasses } from './scores.ts'
import { fitSoftmax, softmaxProbabilities } from './softmax-regression.ts'

/** How it is trained. */
export interface TrainImageOptions {
  /** How the base network wants pictures. Default: stretched to its size, values as they are. */
  readonly image?: ImageLayout | undefined
  /** Share of each class that is kept for validation, from 0 to below 1. Default 0.2. */
  readonly validationShare?: number | undefined
  /** Seed of that draw. Default 0. */
  readonly seed?: number | undefined
  /** Weight of the softmax's squared weights. Default 1 / number of training pictures. */
  readonly l2?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Called as pictures are read. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** What was trained. */
export interface TrainedImageClassifier {
  /** The bytes of the ONNX model: pictures in, probabilities of `classNames` out. */
  readonly onnx: Uint8Array
  readonly classNames: readonly string[]
  /** How the model wants pictures. */
  readonly image: ImageLayout
  /** What made the features, and how many there are. */
  readonly features: { readonly from: string; readonly count: number }
  readonly trained: number
  readonly validated: number
  /** On the pictures that it was trained on, and on those kept; null where none were. */
  readonly scores: { readonly training: Scores; readonly validation: Scores | null }
}

const OPTIONS = ['image', 'validationShare', 'seed', 'l2', 'signal', 'onProgress']

/** Pictures in memory at a time. */
const BATCH = 16

/** Pixels above which a picture is reduced as it is read: more than any network takes. */
const MAX_PIXELS = 1_000_000

/**
 * Trains. Rejects with a DataError that names a picture that cannot be read, with the errors of the base network's
 * loader, and with an OptionError for options that do not fit.
 */
export async function trainImageClassifier(
  base: string,
  { classNames, files, labels }: ImageFolder,
  options: TrainImageOptions = {},
): Promise<TrainedImageClassifier> {
  checkTrainOptions(options)
  const { validationShare = 0.2, seed = 0, l2, signal, onProgress } = options
  const network = await readBaseNetwork(base)
  const image: ImageLayout = {
    ...options.image,
    resize: options.image?.resize ?? 'stretch',
    layout: options.image?.layout ?? network.layout,
  }
  const features = await featuresOf(network.openFeatures(image), files, signal, onProgress)
  const kept = keptForValidation(labels, classNames.length, validationShare, seed)
  const rowsOf = (validation: boolean) =>
    [...kept.keys()].filter((i) => (kept[i] === 1) === validation)
  const [trainRows, keptRows] = [rowsOf(false), rowsOf(true)]
  const part = (rows: readonly number[]) => takeRows(features, rows)
  const truth = (rows: readonly number[]) => rows.map((i) => labels[i]!)
  const X = part(trainRows)
  const model = fitSoftmax(X, truth(trainRows), classNames.length, { l2 })
  const head = {
    weights: Float32Array.from(model.weights),
    bias: Float32Array.from(model.bias),
  }
  const score = (Z: Matrix, rows: readonly number[]) =>
    scoreClasses(softmaxProbabilities(Z, model), truth(rows), classNames)
  return {
    onnx: network.withHead(head),
    classNames,
    image,
    features: { from: network.featuresFrom, count: features.cols },
    trained: trainRows.length,
    validated: keptRows.length,
    scores: {
      training: score(X, trainRows),
      validation: keptRows.length === 0 ? null : score(part(keptRows), keptRows),
    },
  }
}

async function featuresOf(
  opening: ReturnType<Awaited<ReturnType<typeof readBaseNetwork>>['openFeatures']>,
  files: readonly string[],
  signal: AbortSignal | undefined,
  onProgress: TrainImageOptions['onProgress'],
): Promise<Matrix> {
  const predictor = await opening
  try {
    let out: Matrix | undefined
    for (let from = 0; from < files.length; from += BATCH) {
      signal?.throwIfAborted()
      const pictures = await Promise.all(
        files.slice(from, from + BATCH).map((path) => readImage(path, { maxPixels: MAX_PIXELS })),
      )
      const { data, cols } = await predictor.predict(pictures.map(inColour), { signal })
      out ??= { data: new Float64Array(files.length * cols), rows: files.length, cols }
      out.data.set(data, from * cols)
      onProgress?.(Math.min(files.length, from + BATCH), files.length)
    }
    if (out !== undefined) return out
  } finally {
    await predictor.close()
  }
  throw new DataError({
    where: 'trainImageClassifier, files',
    got: 'no pictures',
    expected: 'at least one of each class',
    remedy: 'List them with listImageFolder.',
  })
}

/** Transparent pictures on white, as a person sees them on a page. */
function inColour(image: RasterImage): RasterImage {
  if (image.channels !== 4) return image
  const { data, width, height } = image
  const rgb = new Uint8Array(width * height * 3)
  for (let i = 0, from = 0, to = 0; i < width * height; i++, from += 4, to += 3) {
    const alpha = data[from + 3]! / 255
    for (let c = 0; c < 3; c++)
      rgb[to + c] = Math.round(alpha * data[from + c]! + 255 * (1 - alpha))
  }
  return { data: rgb, width, height, channels: 3 }
}

/** 1 for pictures that are kept: of each class the rounded share, but never all. */
function keptForValidation(
  labels: readonly number[],
  classes: number,
  share: number,
  seed: number,
): Uint8Array {
  const kept = new Uint8Array(labels.length)
  const random = new RandomState(seed)
  for (let c = 0; c < classes; c++) {
    const own = [...labels.keys()].filter((i) => labels[i] === c)
    const order = random.permutation(own.length)
    const count = Math.min(own.length - 1, Math.round(share * own.length))
    for (let i = 0; i < count; i++) kept[own[order[i]!]!] = 1
  }
  return kept
}

function takeRows({ data, cols }: Matrix, rows: readonly number[]): Matrix {
  const out = new Float64Array(rows.length * cols)
  rows.forEach((row, i) => {
    out.set(data.subarray(row * cols, (row + 1) * cols), i * cols)
  })
  return { data: out, rows: rows.length, cols }
}

function checkTrainOptions(options: TrainImageOptions): void {
  const where = 'trainImageClassifier, options'
  checkOptions(where, options, OPTIONS)
  const { validationShare, seed, l2 } = options
  const refuse = (name: string, got: unknown, expected: string) =>
    new OptionError({
      where: `${where}.${name}`,
      got: String(got),
      expected,
      remedy: 'Leave it out for the default.',
    })
  if (validationShare !== undefined && !(validationShare >= 0 && validationShare < 1)) {
    throw refuse('validationShare', validationShare, 'a share from 0 to below 1')
  }
  if (seed !== undefined && !(Number.isInteger(seed) && seed >= 0)) {
    throw refuse('seed', seed, 'an integer from 0')
  }
  if (l2 !== undefined && !(l2 > 0 && Number.isFinite(l2))) {
    throw refuse('l2', l2, 'a number above 0')
  }
}
