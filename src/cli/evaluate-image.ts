/**
 * `sodalime evaluate image`: how good are explanations of a model's predictions for pictures, and do they lie on the
 * object or on its background?
 */
import { readFile, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { Command } from 'commander'
import { DataError } from '../contract/errors.ts'
import type { ExplanationData } from '../contract/explanation.ts'
import type { RasterImage } from '../contract/instance.ts'
import type { Predictor } from '../contract/predictor.ts'
import { decodeText, unreadable } from '../data/bytes.ts'
import { readImage } from '../data/images.ts'
import { type Box, boxMask, labelsOfRuns, pixelCoverage } from '../evaluate/index.ts'
import { ImageExplainer } from '../image/index.ts'
import type { RandomState } from '../math/random-state.ts'
import type { CommandContext } from './context.ts'
import {
  addEvaluateOptions,
  checkEvaluateOutputs,
  drawnInstances,
  type EvaluateFlags,
  runEvaluation,
} from './evaluate-options.ts'
import { given } from './explain-options.ts'
import { addImageOptions, type ImageFlags, imageChoices, imageLayout } from './image-options.ts'
import { addModelOptions, type ModelFlags, withModel } from './model-options.ts'
import { numberValue } from './option-values.ts'
import { progressLine } from './progress-line.ts'

interface PictureFlags
  extends ModelFlags,
    EvaluateFlags,
    Omit<ImageFlags, 'view' | 'out' | 'sheet'> {
  readonly masks?: string
  readonly radius: number
}

/** Pixels (height × width), not 0 on the object. */
type MaskOf = (path: string, image: RasterImage) => Promise<Uint8Array | undefined>

const EXAMPLES = `
Examples:
  Does the model look at the animals or at what is behind them? Masks are pictures of the same names, white on the object:
    $ sodalime evaluate image --model classifier.onnx photos/*.jpg --masks masks/

  Boxes as JSON, [left, top, right, bottom] in pixels:
    $ sodalime evaluate image --model classifier.onnx cat.jpg --masks '{"cat.jpg": [80, 40, 300, 290]}'
`

/** The command. */
export function evaluateImageCommand(context: CommandContext): Command {
  const command = new Command('image')
    .summary('evaluate explanations of pictures')
    .description('Measure how good explanations of a model’s predictions for pictures are.')
    .argument('<pictures...>', 'the pictures: JPEG, PNG, WebP, …')
  command.optionsGroup('The model:')
  addModelOptions(command)
  addImageOptions(command)
    .option(
      '--masks <what>',
      'where the object is: a folder of pictures of the same names, or boxes as JSON or a JSON file',
    )
    .option(
      '--radius <share>',
      'max-sensitivity, with --segmentation grid: how far pixels move, as a share of their range',
      numberValue,
      0.02,
    )
  addEvaluateOptions(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action(async (paths: readonly string[], flags: PictureFlags) => {
      const progress = progressLine(context.stderr, flags)
      try {
        await checkEvaluateOutputs(flags)
        const maskOf = await masksOf(flags.masks)
        const chosen = drawnInstances(paths.length, flags).map((i) => paths[i]!)
        progress.step('Reading the pictures')
        const images: RasterImage[] = []
        const masks: (Uint8Array | undefined)[] = []
        for (const path of chosen) {
          const image = await readImage(path, { maxPixels: flags.maxPixels })
          images.push(image)
          masks.push(await maskOf?.(path, image))
        }
        await withModel(
          flags,
          context,
          progress,
          async (model) => {
            const predictor = model as Predictor<RasterImage>
            // One seed of the segments for all: methods and runs are compared on the same ones.
            const choices = { randomSeed: 0, ...imageChoices(flags as ImageFlags) }
            await runEvaluation<RasterImage, RasterImage>(
              {
                make: (seed) => {
                  const explainer = new ImageExplainer(
                    given({ ...choices, mode: flags.mode, randomState: seed }),
                  )
                  return {
                    explainer: explainer as never,
                    explain: (image, call) => explainer.explain(image, predictor, call),
                  }
                },
                model: predictor,
                instances: images,
                kernel: { metric: 'cosine', width: () => 0.25 },
                numSamples: 1000,
                // Other segments follow the pixels, and move with them.
                ...(flags.segmentation === 'grid' && { nearby: near(flags.radius) }),
                ...(maskOf && {
                  coverage: (explanation, index) => coverageOf(explanation, masks[index]),
                }),
                head: `${chosen.length} of ${paths.length} pictures`,
              },
              { batchSize: 10, ...flags },
              context,
              progress,
            )
          },
          imageLayout(flags),
        )
      } finally {
        progress.close()
      }
    })
}

/** Pictures whose values moved by at most `radius` of 0 to 255; what is transparent stays so. */
function near(radius: number) {
  return (image: RasterImage, random: RandomState): RasterImage => {
    const { channels } = image
    const data = Uint8ClampedArray.from(image.data, (value, i) => {
      if (channels === 4 && i % 4 === 3) return value
      return value + 255 * random.uniform(-radius, radius)
    })
    return { ...image, data }
  }
}

function coverageOf({ instance, features }: ExplanationData, mask: Uint8Array | undefined) {
  if (mask === undefined || instance.kind !== 'image') return undefined
  const { width, height, segments } = instance
  return pixelCoverage(labelsOfRuns(segments, width * height), mask, features.length)
}

/** Masks by folder or boxes; undefined without `--masks`. */
async function masksOf(masks: string | undefined): Promise<MaskOf | undefined> {
  if (masks === undefined) return undefined
  const isFolder = await stat(masks).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (isFolder) return (path, image) => maskPicture(masks, path, image)
  const boxes = await boxesOf(masks)
  return async (path, { width, height }) => {
    const box = boxes[basename(path)]
    if (box === undefined) return undefined
    const [left, top, right, bottom] = box
    return boxMask(width, height, { left, top, right, bottom } satisfies Box)
  }
}

/** The picture of the same name in the folder, whatever its ending: brighter than half is the object. */
async function maskPicture(
  folder: string,
  path: string,
  { width, height }: RasterImage,
): Promise<Uint8Array | undefined> {
  const stem = basename(path, extname(path))
  for (const ending of ['.png', extname(path), '.bmp', '.gif']) {
    const file = join(folder, stem + ending)
    const there = await stat(file).then(
      (found) => found.isFile(),
      () => false,
    )
    if (!there) continue
    const mask = await readImage(file)
    if (mask.width !== width || mask.height !== height) {
      throw new DataError({
        where: file,
        got: `${mask.width} × ${mask.height} pixels`,
        expected: `${width} × ${height}, the size that ${basename(path)} is explained at`,
        remedy: 'Bring the mask to that size, or raise --max-pixels.',
      })
    }
    const { data, channels } = mask
    return Uint8Array.from({ length: width * height }, (_, i) =>
      data[i * channels]! > 127 ? 1 : 0,
    )
  }
  return undefined
}

async function boxesOf(
  masks: string,
): Promise<{ readonly [file: string]: readonly [number, number, number, number] }> {
  const text = masks.trim().startsWith('{')
    ? masks
    : decodeText(
        await readFile(masks).catch((cause: unknown) => {
          throw unreadable(masks, cause)
        }),
        masks,
      )
  let boxes: unknown
  try {
    boxes = JSON.parse(text)
  } catch (cause) {
    throw boxesError(`no JSON (${(cause as Error).message})`)
  }
  const sound =
    typeof boxes === 'object' &&
    boxes !== null &&
    Object.values(boxes).every(
      (box) => Array.isArray(box) && box.length === 4 && box.every((side) => Number.isFinite(side)),
    )
  if (!sound) throw boxesError(JSON.stringify(boxes).slice(0, 80))
  return boxes as { readonly [file: string]: readonly [number, number, number, number] }
}

function boxesError(got: string): DataError {
  return new DataError({
    where: '--masks',
    got,
    expected: 'a folder of pictures, or {"file": [left, top, right, bottom], …}',
    remedy: 'Boxes count pixels from the upper left corner.',
  })
}
