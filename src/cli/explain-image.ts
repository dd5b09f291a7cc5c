/**
 * `sodalime explain image`: a picture, explained.
 *
 * 1. Read the picture, reduced where it is very large; open the model with its preprocessing.
 * 2. Explain it, with progress on stderr. The model sees every sample in its own size, the reader the picture's.
 * 3. Write the drawing, the sheet of samples and the other files, then the terminal (deliver.ts).
 */
import { basename, extname } from 'node:path'
import { Command } from 'commander'
import { OptionError } from '../contract/errors.ts'
import type { RasterImage } from '../contract/instance.ts'
import type { Predictor } from '../contract/predictor.ts'
import { readImage } from '../data/images.ts'
import { ImageExplainer, type ImageExplanation, pictureDataUrl } from '../image/index.ts'
import { renderImageSheet, renderImageSvg } from '../render/image-svg.ts'
import { renderPng } from '../render/png.ts'
import type { CommandContext } from './context.ts'
import { addOutputOptions, checkOutputs, deliver, type OutputFlags } from './deliver.ts'
import {
  addExplainOptions,
  type ExplainFlags,
  explainCallOptions,
  given,
} from './explain-options.ts'
import { addImageOptions, type ImageFlags, imageChoices, imageLayout } from './image-options.ts'
import { addModelOptions, type ModelFlags, withModel } from './model-options.ts'
import { checkOutputPath, writeWhole } from './output-file.ts'
import { type ProgressLine, progressLine } from './progress-line.ts'

interface PictureFlags extends ModelFlags, ExplainFlags, OutputFlags, ImageFlags {}

const EXAMPLES = `
Examples:
  A network of ImageNet's kind, drawn over the photo:
    $ sodalime explain image --model resnet50.onnx --scale 0.0171,0.0175,0.0174 --shift=-2.118,-2.036,-1.804 \\
        --resize crop --activation softmax photo.jpg --out explanation.png

  The five most likely classes in a report to share:
    $ sodalime explain image --model model.onnx --top-labels 5 photo.jpg --html why.html

  Coarse segments, blurred where they are off:
    $ sodalime explain image --model model.onnx --segmentation slic --segments 30 --hide blur photo.jpg --out heat.png --view heatmap
`

/** The command. */
export function explainImageCommand(context: CommandContext): Command {
  const command = new Command('image')
    .summary('explain a prediction for a picture')
    .description('Explain what a model sees in a picture: which parts speak for and against it.')
    .argument('<picture>', 'a JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP')
  command.optionsGroup('The model:')
  addModelOptions(command)
  addImageOptions(command)
  command.optionsGroup('The explanation:')
  addExplainOptions(command, { numFeatures: 100_000, numSamples: 1000 })
  command
    .optionsGroup('Output:')
    .option('-o, --out <file>', 'draw the explanation over the picture: .png or .svg')
    .option('--sheet <file>', 'draw samples with what the model answers: .png or .svg')
  addOutputOptions(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action(async (picture: string, flags: PictureFlags) => {
      const progress = progressLine(context.stderr, flags)
      try {
        await explainImage(picture, flags, context, progress)
      } finally {
        progress.close()
      }
    })
}

async function explainImage(
  path: string,
  flags: PictureFlags,
  context: CommandContext,
  progress: ProgressLine,
): Promise<void> {
  await checkOutputs(flags)
  await checkDrawing(flags.out, '--out')
  await checkDrawing(flags.sheet, '--sheet')
  progress.step(`Reading ${path}`)
  const { image, note } = await readReduced(path, flags)
  await withModel(
    flags,
    context,
    progress,
    async (model) => {
      const explainer = new ImageExplainer(
        given({
          mode: flags.mode,
          kernelWidth: flags.kernelWidth,
          featureSelection: flags.featureSelection,
          compatibility: flags.compatibility,
          randomState: flags.seed,
        }),
      )
      progress.step('Asking the model')
      const control = { signal: context.signal, onProgress: progress.onProgress }
      const explanation = await explainer.explain(image, model as Predictor<RasterImage>, {
        ...explainCallOptions(flags, model.classNames, control),
        ...given(imageChoices(flags)),
        keepPicture: true,
        ...(flags.sheet !== undefined && { keepNeighbourhood: true }),
      })
      progress.close()
      await deliver(await draw(explanation, flags), flags, context, `${basename(path)}, ${note}`)
    },
    imageLayout(flags),
  )
}

/** Writes drawing and sheet; gives the explanation as it is to be delivered. */
async function draw(explanation: ImageExplanation, flags: PictureFlags): Promise<ImageExplanation> {
  const label = explanation.labels[0]?.label
  const { out, sheet, view } = flags
  if (out !== undefined) await writeDrawing(out, renderImageSvg(explanation, { view }), '--out')
  if (sheet !== undefined) {
    const samples = await Promise.all(
      explanation.perturbations(12, label).map(async ({ image, outputs }) => ({
        picture: await pictureDataUrl(image),
        outputs,
      })),
    )
    await writeDrawing(sheet, renderImageSheet(explanation, samples), '--sheet')
  }
  return explanation
}

/** The picture, and its size in words. */
async function readReduced(
  path: string,
  { maxPixels }: ImageFlags,
): Promise<{ image: RasterImage; note: string }> {
  const image = await readImage(path, { maxPixels })
  const size = `${image.width} × ${image.height} pixels`
  // Reducing keeps the number of pixels close below the bound.
  const reduced = image.width * image.height > 0.98 * maxPixels
  return { image, note: reduced ? `${size} (at most ${maxPixels}: --max-pixels)` : size }
}

async function checkDrawing(path: string | undefined, flag: string): Promise<void> {
  if (path === undefined) return
  await checkOutputPath(path, flag)
  if (['.png', '.svg'].includes(extname(path).toLowerCase())) return
  throw new OptionError({
    where: flag,
    got: path,
    expected: 'a file name that ends in .png or .svg',
    remedy: 'The ending says which kind of picture is drawn.',
  })
}

async function writeDrawing(path: string, svg: string, flag: string): Promise<void> {
  const png = extname(path).toLowerCase() === '.png'
  await writeWhole(path, png ? await renderPng(svg) : svg, flag)
}
