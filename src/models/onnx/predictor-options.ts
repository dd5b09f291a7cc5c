/**
 * What can be said about any network that a graph describes, ONNX and TensorFlow.js alike, and the checks of it.
 */
import {
  checkChoice,
  checkOptions,
  OptionError,
  type Task,
  type Warning,
} from '../../contract/index.ts'
import { checkImageLayout, type ImageLayout } from './image-input.ts'
import { checkSeriesLayout, type SeriesLayout } from './series-input.ts'
import { checkTextLayout, type TextLayout } from './text-input.ts'

/** What can be said about a model that its file does not say, or says wrongly. */
export interface GraphOptions {
  /** What the outputs mean. Default: as the graph tells (`inspectOnnx(…).task`). */
  readonly task?: Task | undefined
  /** Names of the classes, in the order of the output columns. Default: the labels in the graph. */
  readonly classNames?: readonly string[] | undefined
  /** Names of the values of a row that is given as an array, in order. Default: the names of the inputs, where there is one for each column. */
  readonly columns?: readonly string[] | undefined
  /** The output to read. Default: the probabilities. */
  readonly output?: string | undefined
  /** Turns logits into probabilities: `softmax` over a row, `sigmoid` of each value. Default `none`. */
  readonly activation?: 'none' | 'softmax' | 'sigmoid' | undefined
  /** How the model wants pictures. */
  readonly image?: ImageLayout | undefined
  /** How the model wants series. */
  readonly series?: SeriesLayout | undefined
  /** For a network over tokens: its tokenizer and vocabulary. */
  readonly text?: TextLayout | undefined
  /** Instances in one run where the graph leaves the batch free. Default: by their size, at most 1024. */
  readonly chunkSize?: number | undefined
  /** Called for what the user of the model should know. */
  readonly onWarning?: ((warning: Warning) => void) | undefined
}

const GRAPH_OPTIONS = [
  'task',
  'classNames',
  'columns',
  'output',
  'activation',
  'image',
  'series',
  'text',
  'chunkSize',
  'onWarning',
] as const satisfies readonly (keyof GraphOptions)[]

/**
 * Throws an OptionError for options that do not exist or are out of range.
 *
 * @param more names of the loader's own options.
 * @param counts those that are integers from 1.
 */
export function checkGraphOptions<Options extends GraphOptions>(
  where: string,
  options: Options,
  more: readonly (string & keyof Options)[],
  counts: readonly (string & keyof Options)[],
): void {
  checkOptions(where, options, [...GRAPH_OPTIONS, ...more])
  const { task, activation, image, series, text } = options
  if (task !== undefined) checkChoice(`${where}.task`, task, ['classification', 'regression'])
  if (activation !== undefined) {
    checkChoice(`${where}.activation`, activation, ['none', 'softmax', 'sigmoid'])
  }
  checkImageLayout(`${where}.image`, image)
  checkSeriesLayout(`${where}.series`, series)
  checkTextLayout(`${where}.text`, text)
  for (const name of ['chunkSize', ...counts] as const) {
    const value = options[name]
    if (value === undefined || (Number.isInteger(value) && Number(value) >= 1)) continue
    throw new OptionError({
      where: `${where}.${name}`,
      got: String(value),
      expected: 'an integer from 1',
      remedy: 'Leave it out for the default.',
    })
  }
}
