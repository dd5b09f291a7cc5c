/**
 * Series to one tensor: (n, steps, channels) as Keras has it, (n, channels, steps) as PyTorch, or (n, steps) where
 * there is one channel.
 *
 * Which of the two it is follows from the sizes that the graph fixes, then from its first operation: an ONNX
 * convolution takes the channels first. Series of one batch have one length, since they make one tensor.
 */
import {
  checkChoice,
  checkOptions,
  OptionError,
  type SeriesInput,
  ShapeError,
} from '../../contract/index.ts'
import {
  type Encoder,
  type GraphInput,
  inputText,
  numberArray,
  onlyInput,
  wrongKind,
} from './feeds.ts'
import { NORMALISATIONS, type Normalisation, prepareSeries } from './prepare-series.ts'

/** How a model for series wants its values. */
export interface SeriesLayout {
  /** Steps before channels, or after them. Default: what fits the graph. */
  readonly layout?: 'ntc' | 'nct' | undefined
  /** Steps that the model takes: a series of another length is resampled (linear interpolation). Default: it stays as it is. */
  readonly length?: number | undefined
  /** What is done to each channel of each series: `z-score` (mean 0, deviation 1), `min-max` (0 … 1). Default `none`. */
  readonly normalise?: Normalisation | undefined
  /** Factor after that, for all channels or for each. Default 1. */
  readonly scale?: number | readonly number[] | undefined
  /** Added after scaling, for all channels or for each. Default 0. */
  readonly shift?: number | readonly number[] | undefined
}

/** Names of the options above. */
export const SERIES_OPTIONS = ['layout', 'length', 'normalise', 'scale', 'shift'] as const

/** Throws an OptionError for options that do not exist or are out of range. */
export function checkSeriesLayout(where: string, options: SeriesLayout | undefined): void {
  checkOptions(where, options, SERIES_OPTIONS)
  if (options === undefined) return
  const { layout, length, normalise } = options
  if (layout !== undefined) checkChoice(`${where}.layout`, layout, ['ntc', 'nct'])
  if (normalise !== undefined) checkChoice(`${where}.normalise`, normalise, NORMALISATIONS)
  if (length !== undefined && !(Number.isInteger(length) && length >= 1)) {
    throw new OptionError({
      where: `${where}.length`,
      got: String(length),
      expected: 'steps, an integer from 1',
      remedy: 'Leave it out where series have the length that the model takes.',
    })
  }
  for (const name of ['scale', 'shift'] as const) {
    const list = options[name] === undefined ? [] : [options[name]].flat()
    if (list.every((one) => Number.isFinite(one))) continue
    throw new OptionError({
      where: `${where}.${name}`,
      got: JSON.stringify(options[name]),
      expected: 'a number, or one for each channel',
      remedy: 'Take the numbers that the model was trained with.',
    })
  }
}

/** An encoder of series. `convolves`: the graph's first operation is a convolution. Throws a ShapeError for a graph without room for series. */
export function seriesEncoder(
  model: string,
  inputs: readonly GraphInput[],
  options: SeriesLayout,
  convolves: boolean,
): Encoder<SeriesInput> {
  const input = onlyInput(model, 'a series', inputs)
  const { sizes } = input
  if (sizes.length !== 1 && sizes.length !== 2) throw wrongKind(model, 'a series', inputs)

  return (given) => {
    const series = given.map((one) => prepareSeries(one, options))
    const { rows: steps, cols: channels } = series[0]!
    const flat = sizes.length === 1
    const fits = (wanted: readonly number[]): boolean =>
      wanted.every((size, i) => typeof sizes[i] !== 'number' || sizes[i] === size)
    const stepsFirst = fits([steps, channels])
    const channelsFirst = fits([channels, steps])
    const ok = flat
      ? channels === 1 && fits([steps])
      : options.layout === undefined
        ? stepsFirst || channelsFirst
        : fits(options.layout === 'ntc' ? [steps, channels] : [channels, steps])
    if (!ok) throw misfit(model, input, series[0]!, 0, 'the sizes of the model')
    const guess = stepsFirst && channelsFirst ? convolves : channelsFirst
    const transposed = !flat && (options.layout === undefined ? guess : options.layout === 'nct')
    const size = steps * channels
    const data = numberArray(model, input, series.length * size)
    for (let i = 0; i < series.length; i++) {
      const one = series[i]!
      if (one.rows !== steps || one.cols !== channels || one.data.length !== size) {
        throw misfit(model, input, one, i, `${steps} steps × ${channels} channels, as the first`)
      }
      if (!transposed) data.set(one.data, i * size)
      else {
        for (let t = 0, from = 0; t < steps; t++) {
          for (let c = 0; c < channels; c++, from++)
            data[i * size + c * steps + t] = one.data[from]!
        }
      }
    }
    const shape = transposed ? [channels, steps] : [steps, channels]
    const dims = [series.length, ...(flat ? [steps] : shape)]
    return { [input.name]: { type: input.type, data, dims } }
  }
}

function misfit(
  model: string,
  input: GraphInput,
  series: SeriesInput,
  index: number,
  expected: string,
): ShapeError {
  return new ShapeError({
    where: `${model}, predict, series ${index}`,
    got: `${series.rows} steps × ${series.cols} channels`,
    expected: `${expected}, for ${inputText(input)}`,
    remedy: 'Resample or cut the series, or set the option series.layout.',
  })
}
