/**
 * Training of a classifier for series.
 *
 * 1. Series are brought to one length and normalised (series-input.ts); a share of each class is put aside (validation).
 * 2. Each epoch takes the training series in random order, each moved a little in time and with a little noise, in batches
 *    for Adam (trainer.ts), with a step width that falls along half a cosine.
 * 3. The weights of the epoch with the lowest validation loss are kept; training stops when `patience` epochs were not
 *    better.
 *
 * Equal seeds give equal networks on the same machine; on another one the last digits of sums may differ.
 */

import { PredictorError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { Predictor } from '../contract/predictor.ts'
import type { Warning } from '../contract/progress.ts'
import type { SeriesDataset } from '../data/series-dataset.ts'
import { RandomState } from '../math/random-state.ts'
import { loadJax } from './jax.ts'
import {
  classCounts,
  commonLength,
  type LabelledSeries,
  labelledSeries,
  splitByClass,
} from './labelled-series.ts'
import { initialWeights, type NetworkShape, type NetworkWeights } from './network.ts'
import { networkInputs, type SeriesForm } from './series-input.ts'
import {
  type EpochReport,
  planTraining,
  type TrainPlan,
  type TrainSeriesOptions,
  weightsOfClasses,
} from './series-options.ts'
import { createForward, createTrainer, type Forward, type Trainer } from './trainer.ts'

export type { EpochReport, TrainSeriesOptions } from './series-options.ts'

/** A network that was trained, as a predictor, with what `encodeSeriesModel` and `saveSeriesModel` need. */
export interface TrainedSeriesClassifier extends Predictor<Matrix> {
  readonly predict: (series: readonly Matrix[]) => Promise<Matrix>
  readonly task: 'classification'
  readonly classNames: readonly string[]
  readonly channelNames: readonly string[]
  /** Samples a second, where the data tell. */
  readonly samplingRate?: number
  readonly form: SeriesForm
  readonly shape: NetworkShape
  readonly weights: NetworkWeights
  readonly history: readonly EpochReport[]
  /** The epoch whose weights were kept, from 1. */
  readonly bestEpoch: number
  /** Series that were learnt from, and that told when to stop. */
  readonly trained: number
  readonly validated: number
  readonly seconds: number
  readonly warnings: readonly Warning[]
  /** Frees the memory of the library; the predictor then answers with an error. */
  readonly close: () => Promise<void>
}

const NAME = 'trainSeriesClassifier'
const KERNELS = [9, 5, 3]
/** Steps of Adam after which small sets are learnt. */
const STEPS = 300

/**
 * Trains a network on labelled series.
 *
 * Rejects with a DataError for data without labels, of a single class, with classes of one series, or with values that
 * are not finite; a ShapeError for channels that differ; an OptionError; a MissingDependencyError without @jax-js/jax.
 */
export async function trainSeriesClassifier(
  dataset: SeriesDataset,
  options: TrainSeriesOptions = {},
): Promise<TrainedSeriesClassifier> {
  const began = performance.now()
  const plan = planTraining(options)
  const where = options.name ?? `${NAME}, dataset`
  const labelled = labelledSeries(dataset, where)
  const { instances, targets, classNames } = labelled
  const common = commonLength(instances)
  const warnings = plan.length === undefined && common.warning !== undefined ? [common.warning] : []
  const form: SeriesForm = {
    length: plan.length ?? common.length,
    channels: instances[0]!.cols,
    normalise: plan.normalise,
  }
  const { length, channels } = form
  const inputs = networkInputs(instances, form, where)
  const counts = classCounts(targets, classNames.length)
  const classWeights = weightsOfClasses(plan.classWeights, classNames, counts)
  for (const warning of warnings) options.onWarning?.(warning)

  const jax = await loadJax()
  const { randomState = 0, signal, onEpoch } = options
  const random = typeof randomState === 'number' ? new RandomState(randomState) : randomState
  const shape: NetworkShape = {
    length,
    channels,
    classes: classNames.length,
    filters: plan.filters,
    kernels: KERNELS,
  }
  const { fit, validation } = splitByClass(targets, classNames.length, plan.validationShare, random)
  const batch = Math.min(plan.batchSize, fit.length)
  const forward = createForward(jax, shape)
  const trainer = createTrainer(jax, shape, initialWeights(shape, random), batch)
  const seconds = () => (performance.now() - began) / 1000
  const task = { inputs, targets, classWeights, shape, fit, validation, batch, random, plan }
  try {
    const learnt = await descend(task, trainer, forward, { signal, onEpoch, seconds })
    let closed = false
    return {
      ...learnt,
      task: 'classification',
      classNames,
      channelNames: dataset.channelNames,
      ...(dataset.samplingRate !== undefined && { samplingRate: dataset.samplingRate }),
      form,
      shape,
      trained: fit.length,
      validated: validation.length,
      seconds: seconds(),
      warnings,
      async predict(series) {
        if (closed) throw closedError()
        const rows = networkInputs(series, form, 'predict')
        const answer = await forward.probabilities(learnt.weights, rows)
        return { data: Float64Array.from(answer), rows: series.length, cols: classNames.length }
      },
      async close() {
        if (!closed) forward.dispose()
        closed = true
      },
    }
  } catch (error) {
    forward.dispose()
    throw error
  } finally {
    trainer.dispose()
  }
}

interface Task extends Pick<LabelledSeries, 'targets'> {
  /** (n, length, channels) */
  readonly inputs: Float32Array
  readonly classWeights: readonly number[]
  readonly shape: NetworkShape
  readonly fit: Int32Array
  readonly validation: Int32Array
  readonly batch: number
  readonly random: RandomState
  readonly plan: TrainPlan
}

interface Control extends Pick<TrainSeriesOptions, 'signal' | 'onEpoch'> {
  readonly seconds: () => number
}

/** All epochs; the weights that were best. */
async function descend(
  task: Task,
  trainer: Trainer,
  forward: Forward,
  { signal, onEpoch, seconds }: Control,
): Promise<Pick<TrainedSeriesClassifier, 'weights' | 'history' | 'bestEpoch'>> {
  const { inputs, targets, classWeights, shape, fit, validation, batch, random, plan } = task
  const { learningRate } = plan
  const batches = Math.floor(fit.length / batch)
  const epochs = plan.epochs ?? Math.min(150, Math.max(20, Math.ceil(STEPS / batches)))
  const patience = plan.patience ?? Math.ceil(epochs / 3)
  const size = shape.length * shape.channels
  const shift = plan.shift ?? Math.round(0.02 * shape.length)
  const noise = plan.noise * deviation(inputs)
  const aside = gather(inputs, validation, size)
  const history: EpochReport[] = []
  let best: { loss: number; epoch: number; weights: NetworkWeights } | undefined
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const rate = (learningRate * (1 + Math.cos((Math.PI * (epoch - 1)) / epochs))) / 2
    const order = random.permutation(fit.length)
    let sum = 0
    for (let b = 0; b < batches; b++) {
      signal?.throwIfAborted()
      const rows = Array.from(order.subarray(b * batch, (b + 1) * batch), (i) => fit[i]!)
      const seen = new Float32Array(batch * size)
      rows.forEach((row, i) => {
        augmentInto(seen, i * size, inputs, row * size, shape, { shift, noise, random })
      })
      sum += await trainer.step(seen, weightedTargets(rows, targets, classWeights), rate)
      // A step computes without pause; timers, signals and progress get their turn here.
      await new Promise((resolve) => setImmediate(resolve))
    }
    const weights = validation.length > 0 || epoch === epochs ? await trainer.weights() : undefined
    const checked =
      validation.length > 0 && weights !== undefined
        ? judge(await forward.probabilities(weights, aside), validation, targets, classWeights)
        : { loss: null, accuracy: null }
    const report: EpochReport = {
      epoch,
      epochs,
      loss: sum / batches,
      validationLoss: checked.loss,
      validationAccuracy: checked.accuracy,
      seconds: seconds(),
    }
    history.push(report)
    onEpoch?.(report)
    const loss = checked.loss ?? Number.NEGATIVE_INFINITY
    if (weights !== undefined && (best === undefined || loss < best.loss)) {
      best = { loss, epoch, weights }
    }
    if (best !== undefined && epoch - best.epoch >= patience) break
  }
  signal?.throwIfAborted()
  return { weights: best!.weights, history, bestEpoch: best!.epoch }
}

/** One series, moved by up to `shift` steps with its ends drawn out, with noise. */
function augmentInto(
  out: Float32Array,
  at: number,
  inputs: Float32Array,
  from: number,
  { length, channels }: NetworkShape,
  { shift, noise, random }: { shift: number; noise: number; random: RandomState },
): void {
  const moved = shift === 0 ? 0 : random.randint(-shift, shift + 1)
  for (let t = 0; t < length; t++) {
    const step = Math.min(length - 1, Math.max(0, t + moved))
    for (let c = 0; c < channels; c++) {
      const value = inputs[from + step * channels + c]!
      out[at + t * channels + c] = noise === 0 ? value : value + random.normal(0, noise)
    }
  }
}

/** (batch, classes): the weight of each series' class at its class, all together 1. */
function weightedTargets(
  rows: readonly number[],
  targets: Int32Array,
  classWeights: readonly number[],
): Float32Array {
  const k = classWeights.length
  const out = new Float32Array(rows.length * k)
  const total = rows.reduce((sum, row) => sum + classWeights[targets[row]!]!, 0)
  rows.forEach((row, i) => {
    const c = targets[row]!
    out[i * k + c] = classWeights[c]! / total
  })
  return out
}

/** Weighted mean cross-entropy, and the share that is right. */
function judge(
  probabilities: Float32Array,
  rows: Int32Array,
  targets: Int32Array,
  classWeights: readonly number[],
): { loss: number; accuracy: number } {
  const k = classWeights.length
  let loss = 0
  let total = 0
  let right = 0
  rows.forEach((row, i) => {
    const c = targets[row]!
    const own = probabilities.subarray(i * k, (i + 1) * k)
    loss -= classWeights[c]! * Math.log(Math.max(own[c]!, 1e-30))
    total += classWeights[c]!
    if (own[c] === Math.max(...own)) right++
  })
  return { loss: loss / total, accuracy: right / rows.length }
}

function gather(inputs: Float32Array, rows: Int32Array, size: number): Float32Array {
  const out = new Float32Array(rows.length * size)
  rows.forEach((row, i) => {
    out.set(inputs.subarray(row * size, (row + 1) * size), i * size)
  })
  return out
}

function deviation(values: Float32Array): number {
  let mean = 0
  for (const value of values) mean += value / values.length
  let variance = 0
  for (const value of values) variance += (value - mean) ** 2 / values.length
  return Math.sqrt(variance)
}

function closedError(): PredictorError {
  return new PredictorError({
    where: 'trained network, predict',
    got: 'a call after close()',
    expected: 'an open network',
    remedy: 'Save the network before, and load it with loadOnnx.',
  })
}
