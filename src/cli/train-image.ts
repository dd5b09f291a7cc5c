/**
 * `sodalime train image`: a classifier of pictures for one's own classes, on top of a network that was trained on many.
 *
 * 1. List the pictures: one folder for each class. Read the base network and what its `sodalime.json` says.
 * 2. Compute features, fit, score on the pictures kept for validation.
 * 3. Write the model and its `sodalime.json`, each whole or not at all; print what came out.
 */
import { basename, dirname, extname, join } from 'node:path'
import { Command } from 'commander'
import { OptionError } from '../contract/errors.ts'
import type { ImageLayout } from '../models/onnx.ts'
import {
  findPreprocessing,
  type ImageDescription,
  mergeOptions,
  PREPROCESSING_SCHEMA,
  readPreprocessing,
} from '../models/preprocessing.ts'
import { visibleText } from '../render/visible-text.ts'
import { type ImageFolder, listImageFolder } from '../train/image-folder.ts'
import { type TrainedImageClassifier, trainImageClassifier } from '../train/train-image.ts'
import type { CommandContext } from './context.ts'
import { addLayoutOptions, imageLayout, type LayoutFlags } from './image-options.ts'
import { numberValue, wholeValue } from './option-values.ts'
import { checkOutputPath, writeWhole } from './output-file.ts'
import { type ProgressLine, progressLine } from './progress-line.ts'
import { scoreLines } from './score-lines.ts'

interface TrainImageFlags extends LayoutFlags {
  readonly base: string
  readonly data: string
  readonly preprocessing?: string
  readonly validationShare?: number
  readonly l2?: number
  readonly seed: number
  readonly out: string
  readonly quiet?: boolean
  readonly verbose?: boolean
}

const EXAMPLES = `
Examples:
  Your own classes on top of MobileNet; photos/cat/*.jpg, photos/dog/*.jpg:
    $ sodalime train image --base mobilenet/model.json --range=-1,1 --data photos --out pets.onnx

  Then, why?
    $ sodalime explain image --model pets.onnx photo.jpg --out why.png
`

/** The command. */
export function trainImageCommand(context: CommandContext): Command {
  const command = new Command('image')
    .summary('train a classifier of pictures')
    .description(
      'Train a classifier for your own classes of pictures on the features of a network, and save both as one ONNX model.',
    )
    .requiredOption('-b, --base <model>', 'the network: .onnx, .h5, .keras, or tfjs/model.json')
    .requiredOption('-d, --data <folder>', 'pictures: a folder for each class')
  command
    .optionsGroup('How the network wants pictures:')
    .option('--preprocessing <file>', 'its sodalime.json (default: the one beside it)')
  addLayoutOptions(command)
  command
    .optionsGroup('The training:')
    .option(
      '--validation-share <share>',
      'share of each class that is only tested on (default: 0.2)',
      numberValue,
    )
    .option('--l2 <weight>', 'how strongly weights are held small', numberValue)
    .option('--seed <n>', 'seed of the choice of test pictures', wholeValue, 0)
    .optionsGroup('Output:')
    .option('-o, --out <file>', 'the .onnx file to write', 'image-model.onnx')
    .option('-q, --quiet', 'print nothing but errors')
    .option('-v, --verbose', 'say what happens, also where there is no terminal')
  return command.addHelpText('after', EXAMPLES).action(async (flags: TrainImageFlags) => {
    const progress = progressLine(context.stderr, flags)
    try {
      await trainImage(flags, context, progress)
    } finally {
      progress.close()
    }
  })
}

async function trainImage(
  flags: TrainImageFlags,
  context: CommandContext,
  progress: ProgressLine,
): Promise<void> {
  const { out, base, data, validationShare, l2, seed } = flags
  const beside = join(dirname(out), `${basename(out, extname(out))}.sodalime.json`)
  await checkOutputPath(out, '--out')
  if (extname(out).toLowerCase() !== '.onnx') {
    throw new OptionError({
      where: '--out',
      got: out,
      expected: 'a file name that ends in .onnx',
      remedy: 'What belongs to it is written beside it.',
    })
  }
  const folder = await listImageFolder(data)
  const found = await (flags.preprocessing === undefined
    ? findPreprocessing(base)
    : readPreprocessing(flags.preprocessing))
  const { image } = mergeOptions({ image: found?.options.image }, { image: imageLayout(flags) })
  progress.step('Opening the network')
  const trained = await trainImageClassifier(base, folder, {
    ...{ image, validationShare, l2, seed, signal: context.signal },
    onProgress: (done, total) => progress.step(`Looking at pictures: ${done} of ${total}`),
  })
  const description = describeModel(basename(out), trained, base)
  await writeWhole(beside, `${JSON.stringify(description, null, 2)}\n`, '--out')
  await writeWhole(out, trained.onnx, '--out')
  progress.close()
  if (flags.quiet !== true) context.stdout.write(outcome(trained, folder, [out, beside]))
}

function describeModel(
  model: string,
  { classNames, image, scores, trained, validated }: TrainedImageClassifier,
  base: string,
): ImageDescription {
  const said = Object.fromEntries(Object.entries(image).filter(([, value]) => value !== undefined))
  return {
    schema: PREPROCESSING_SCHEMA,
    kind: 'image',
    model,
    task: 'classification',
    classNames,
    ...(said as ImageLayout),
    about: {
      base: basename(base),
      trained,
      validated,
      validationAccuracy: scores.validation?.accuracy ?? null,
    },
  }
}

function outcome(
  { classNames, features, trained, validated, scores }: TrainedImageClassifier,
  { labels }: ImageFolder,
  files: readonly string[],
): string {
  const counts = classNames.map(
    (name, c) => `${visibleText(name)} (${labels.filter((label) => label === c).length})`,
  )
  const { training, validation } = scores
  const lines = [
    `${labels.length} pictures: ${counts.join(', ')}`,
    `${features.count} features from ${features.from}; trained on ${trained}, kept ${validated}; accuracy on those trained on ${training.accuracy.toFixed(3)}`,
    '',
    ...(validation === null
      ? [
          'No validation pictures: more pictures, or --validation-share, give a score that can be trusted.',
        ]
      : scoreLines('Validation', validation, 'pictures')),
    '',
    ...files.map((file) => `Wrote ${file}`),
    '',
    `Why? sodalime explain image --model ${files[0]} PICTURE --out why.png`,
  ]
  return `${lines.join('\n')}\n`
}
