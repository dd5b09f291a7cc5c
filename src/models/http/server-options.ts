/**
 * What can be said about a server, whatever it speaks, and the check of it.
 */
import {
  checkChoice,
  checkOptions,
  type Matrix,
  OptionError,
  type PredictContext,
  type Predictor,
  type RasterImage,
  type SeriesInput,
  type TableRow,
  type Task,
  type TextInput,
  type Warning,
} from '../../contract/index.ts'
import { checkImageLayout, type ImageLayout } from '../onnx/image-input.ts'
import type { SeriesLayout } from '../onnx/series-input.ts'

/** An instance of any kind that a server may take. */
export type ServerInput = TableRow | TextInput | RasterImage | SeriesInput

/** Names and values of HTTP headers. */
export type Headers = { readonly [name: string]: string }

/** How a server is asked. Times in milliseconds. */
export interface TransportOptions {
  /** Headers of every request, such as `{ authorization: 'Bearer …' }`, or what makes them before each. Never shown in errors. */
  readonly headers?: Headers | (() => Headers | Promise<Headers>) | undefined
  /** The longest that one request may take, its whole answer included. Default 60000. */
  readonly timeout?: number | undefined
  /** How often a request is sent again after 408, 425, 429, 5xx, a timeout or a broken connection. Default 5. */
  readonly retries?: number | undefined
  /** The longest wait before another try; a server that asks for more (Retry-After) is given up. Default 60000. */
  readonly maxWait?: number | undefined
  /** Seed of the jitter in these waits. Default 0. */
  readonly randomState?: number | undefined
  /** Requests at the same time. Default 4. */
  readonly concurrency?: number | undefined
  /** Instances in one request. Default 512. */
  readonly batchSize?: number | undefined
  /** Bytes of one request; larger ones are split. Halved for good where the server answers 413. Default 4000000. */
  readonly maxBytes?: number | undefined
  /** Bytes of answers that are remembered, so that equal requests are sent once. Default 0; 16000000 for chats. */
  readonly remember?: number | undefined
}

/** What every kind of server takes. */
export interface ServerOptions extends TransportOptions {
  /** What the outputs mean. Default: classification where `classNames` are given, else the explainer decides. */
  readonly task?: Task | undefined
  /** Names of the classes, in the order of the output columns. Needed where the server answers with labels. */
  readonly classNames?: readonly string[] | undefined
  /** Turns logits into probabilities: `softmax` over a row, `sigmoid` of each value. Default `none`. */
  readonly activation?: 'none' | 'softmax' | 'sigmoid' | undefined
  /** Called for what the user of the model should know; `label-only-model`: it answers with labels. */
  readonly onWarning?: ((warning: Warning) => void) | undefined
}

/** How instances become tensors or nested arrays. */
export interface InputOptions {
  /** Names of the values of a row that is given as an array, in order. */
  readonly columns?: readonly string[] | undefined
  /** How the model wants pictures. */
  readonly image?: ImageLayout | undefined
  /** How the model wants series. */
  readonly series?: SeriesLayout | undefined
}

/** A model behind a server. */
export interface ServerPredictor<Input = ServerInput> extends Predictor<Input> {
  readonly predict: (inputs: readonly Input[], context?: PredictContext) => Promise<Matrix>
  /** Gives up what is under way. Nothing is left open. */
  readonly close: () => Promise<void>
}

/** Names of the options that every kind of server takes. */
export const SERVER_OPTIONS = [
  'headers',
  'timeout',
  'retries',
  'maxWait',
  'randomState',
  'concurrency',
  'batchSize',
  'maxBytes',
  'remember',
  'task',
  'classNames',
  'activation',
  'onWarning',
] as const satisfies readonly (keyof ServerOptions)[]

/** Names of the options about inputs. */
export const INPUT_OPTIONS = [
  'columns',
  'image',
  'series',
] as const satisfies readonly (keyof InputOptions)[]

const LIMITS = {
  timeout: [1, 2 ** 31 - 1],
  retries: [0, 1000],
  maxWait: [0, 2 ** 31 - 1],
  randomState: [0, 2 ** 32 - 1],
  concurrency: [1, 1000],
  batchSize: [1, 1_000_000],
  maxBytes: [1, 2 ** 29],
  remember: [0, 2 ** 32],
} as const satisfies { readonly [name in keyof ServerOptions]?: readonly [number, number] }

/** Throws an OptionError for options that do not exist or cannot be. `where` is the call; `own` are its own options. */
export function checkServerOptions(
  where: string,
  options: ServerOptions & InputOptions,
  own: readonly string[],
): void {
  checkOptions(`${where}, options`, options, [...own, ...SERVER_OPTIONS])
  for (const [name, [least, most]] of Object.entries(LIMITS)) {
    const value = options[name as keyof typeof LIMITS]
    if (value === undefined) continue
    if (Number.isInteger(value) && value >= least && value <= most) continue
    throw new OptionError({
      where: `${where}, options.${name}`,
      got: String(value),
      expected: `an integer from ${least} to ${most}`,
      remedy: 'Leave it out for the default.',
    })
  }
  const { task, activation, image, series } = options
  if (task !== undefined) {
    checkChoice(`${where}, options.task`, task, ['classification', 'regression'])
  }
  if (activation !== undefined) {
    checkChoice(`${where}, options.activation`, activation, ['none', 'softmax', 'sigmoid'])
  }
  checkImageLayout(`${where}, options.image`, image)
  checkOptions(`${where}, options.series`, series, ['layout'])
}
