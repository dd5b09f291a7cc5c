/**
 * The flags that say how a picture is read, brought to the model, cut into segments and hidden.
 */
import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import type { ImageExplainOptions, ImageSegmentationChoice } from '../image/index.ts'
import type { ImageLayout } from '../models/onnx/image-input.ts'
import type { ImageView } from '../render/image-svg.ts'
import { given } from './explain-options.ts'
import { choice, numberValue, wholeValue } from './option-values.ts'

/** What the flags of `addLayoutOptions` give. */
export interface LayoutFlags {
  readonly resize?: 'none' | 'stretch' | 'crop' | 'pad'
  readonly size?: readonly number[]
  readonly crop?: number
  readonly layout?: 'nchw' | 'nhwc'
  readonly scale?: readonly number[]
  readonly shift?: readonly number[]
  readonly range?: readonly number[]
  readonly mean?: readonly number[]
  readonly std?: readonly number[]
  readonly channelOrder?: 'rgb' | 'bgr'
}

/** What all the flags give. */
export interface ImageFlags extends LayoutFlags {
  readonly maxPixels: number
  readonly segmentation?: 'quickshift' | 'slic' | 'felzenszwalb' | 'grid'
  readonly segments?: number
  readonly hide?: ImageExplainOptions['hide'] & {}
  readonly randomSeed?: number
  readonly view?: ImageView
  readonly out?: string
  readonly sheet?: string
}

const HIDES = ['mean', 'blur', 'neighbours', 'noise'] as const

/** Adds the flags that bring a picture to the model. */
export function addLayoutOptions(command: Command): Command {
  return command
    .addOption(
      choice('--resize <how>', 'bring the picture to the size of the model (default: stretch)', [
        'stretch',
        'crop',
        'pad',
        'none',
      ]),
    )
    .option(
      '--size <pixels>',
      'that size where the model leaves it free: 224 or 640x480',
      sizeValue,
    )
    .option('--crop <share>', 'with --resize crop: keep this part of the shorter side', numberValue)
    .option('--range <low,high>', 'what 0 and 255 become: 0,1 or =-1,1', numbersValue)
    .option('--mean <numbers>', 'then subtract this, for all channels or each', numbersValue)
    .option('--std <numbers>', 'then divide by this, for all channels or each', numbersValue)
    .option(
      '--scale <numbers>',
      'in place of these: multiply by this, for all channels or each',
      numbersValue,
    )
    .option('--shift <numbers>', 'then add this, for all channels or each', numbersValue)
    .addOption(choice('--channel-order <order>', 'order of the colours', ['rgb', 'bgr']))
    .addOption(choice('--layout <layout>', 'where the channels stand', ['nchw', 'nhwc']))
}

/** Adds all the flags to a command. */
export function addImageOptions(command: Command): Command {
  return addLayoutOptions(command)
    .optionsGroup('The picture:')
    .option('--max-pixels <n>', 'reduce a larger picture to so many pixels', wholeValue, 1_000_000)
    .addOption(
      choice('--segmentation <name>', 'how it is cut into segments (default: quickshift)', [
        'quickshift',
        'slic',
        'felzenszwalb',
        'grid',
      ]),
    )
    .option('--segments <n>', 'about how many segments (slic, grid)', wholeValue)
    .option(
      '--hide <how>',
      `what stands for a segment that is off: ${HIDES.join(', ')}, or a colour such as 0 or 255,0,0`,
      hideValue,
    )
    .option('--random-seed <n>', 'seed of quickshift’s noise', wholeValue)
    .addOption(
      choice('--view <view>', 'what --out draws over the picture', [
        'overlay',
        'heatmap',
        'boundaries',
      ]),
    )
}

/** The preprocessing of the model. */
export function imageLayout(flags: LayoutFlags): ImageLayout {
  const { resize, crop, layout, channelOrder } = flags
  const one = (values: readonly number[] | undefined) => (values?.length === 1 ? values[0] : values)
  const size = one(flags.size) as number | readonly [number, number] | undefined
  return {
    resize,
    size,
    crop,
    layout,
    channelOrder,
    range: flags.range as readonly [number, number] | undefined,
    mean: one(flags.mean),
    std: one(flags.std),
    scale: one(flags.scale),
    shift: one(flags.shift),
  }
}

/** The explainer's own options. */
export function imageChoices(flags: ImageFlags) {
  const { segmentation, segments, hide, randomSeed } = flags
  return given({ segmentation: segmentationOf(segmentation, segments), hide, randomSeed })
}

function segmentationOf(
  name: ImageFlags['segmentation'],
  segments: number | undefined,
): ImageSegmentationChoice | undefined {
  if (segments === undefined) return name
  if (name === 'grid') {
    const side = Math.max(1, Math.round(Math.sqrt(segments)))
    return { algorithm: 'grid', rows: side, columns: side }
  }
  return { algorithm: 'slic', nSegments: segments }
}

/** `1`, or one number for each channel: `0.5,0.4,0.3`. */
function numbersValue(text: string): number[] {
  return text.split(',').map(numberValue)
}

/** `224`, or `640x480`: width and height. */
function sizeValue(text: string): number[] {
  const sides = text.split(/[x×,]/).map(wholeValue)
  if (sides.length <= 2) return sides
  throw new InvalidArgumentError('Expected one side, or width x height.')
}

function hideValue(text: string): string | number[] {
  if ((HIDES as readonly string[]).includes(text)) return text
  if (/^[\d.,\s-]+$/.test(text)) return numbersValue(text)
  throw new InvalidArgumentError(
    `Expected one of ${HIDES.join(', ')}, or a colour such as 255,0,0.`,
  )
}
