/**
 * A trained network on disk: a folder with the model, its preprocessing as data, and a report.
 *
 * | file | what |
 * | --- | --- |
 * | `model.onnx` | the network; takes (n, length, channels), normalises by itself |
 * | `sodalime.json` | what has to be done to a series before: the fields of `SeriesModelDescription` |
 * | `report.json` | scores, confusion matrix, and the loss of each epoch |
 *
 * All files are written beside the folder first and moved then, so that a folder is never left half written.
 */
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { DataError, OptionError } from '../contract/errors.ts'
import { encodeSeriesModel } from './encode-series-model.ts'
import type { Scores } from './scores.ts'
import type { TrainedSeriesClassifier } from './train-series.ts'

/** `sodalime.json`: what a series must be before the network can take it. */
export interface SeriesModelDescription {
  readonly schema: 'sodalime/preprocessing@1'
  readonly kind: 'series'
  /** File of the network, beside this one. */
  readonly model: string
  /** The input is (n, time steps, channels). */
  readonly layout: 'ntc'
  /** Time steps of the input; series of another length are resampled. */
  readonly length: number
  readonly channels: number
  readonly channelNames: readonly string[]
  /** `in-model`: the network brings each channel of each series to mean 0 and deviation 1 itself; `none`: nobody does. */
  readonly normalise: 'in-model' | 'none'
  /** The output `probabilities` holds probabilities already. */
  readonly activation: 'none'
  readonly task: 'classification'
  readonly classNames: readonly string[]
  /** Samples a second of the input, where known. */
  readonly samplingRate?: number
}

/** `report.json`. */
export interface TrainingReport {
  readonly trained: number
  readonly validated: number
  readonly bestEpoch: number
  readonly seconds: number
  /** On series that were not trained on; null where there were none. */
  readonly test: Scores | null
  readonly history: TrainedSeriesClassifier['history']
  readonly warnings: TrainedSeriesClassifier['warnings']
}

/** What a series must be before `trained` can take it. */
export function describeSeriesModel(
  trained: Pick<TrainedSeriesClassifier, 'classNames' | 'channelNames' | 'form' | 'samplingRate'>,
): SeriesModelDescription {
  const { classNames, channelNames, form, samplingRate } = trained
  return {
    schema: 'sodalime/preprocessing@1',
    kind: 'series',
    model: 'model.onnx',
    layout: 'ntc',
    length: form.length,
    channels: form.channels,
    channelNames,
    normalise: form.normalise === 'none' ? 'none' : 'in-model',
    activation: 'none',
    task: 'classification',
    classNames,
    ...(samplingRate !== undefined && { samplingRate }),
  }
}

/** The report of a training, with the scores on a test set where there was one. */
export function reportTraining(
  trained: TrainedSeriesClassifier,
  test: Scores | null = null,
): TrainingReport {
  const { trained: learnt, validated, bestEpoch, seconds, history, warnings } = trained
  return { trained: learnt, validated, bestEpoch, seconds, test, history, warnings }
}

/**
 * Throws an OptionError unless a model can be put at `folder`: it is a folder, or nothing yet in a folder that exists.
 * Called before training, so that minutes are not lost to a misspelt path. `where` is what the message speaks of.
 */
export async function checkModelFolder(folder: string, where: string): Promise<void> {
  const above = dirname(resolve(folder))
  const there = folder === '' ? 'file' : await kindOf(folder)
  if (there === 'folder' || (there === 'nothing' && (await kindOf(above)) === 'folder')) return
  throw new OptionError({
    where,
    got: there === 'file' ? `${folder || 'an empty path'}, which is no folder` : folder,
    expected: 'a folder, or a new name in a folder that exists',
    remedy: there === 'file' ? 'Name another folder.' : `Make ${basename(above)} first.`,
  })
}

/**
 * Writes the folder; files of it that are there already are replaced. `extra` are more files by name. Returns the paths.
 * Rejects with a DataError where the file system refuses.
 */
export async function saveSeriesModel(
  folder: string,
  trained: TrainedSeriesClassifier,
  report: TrainingReport = reportTraining(trained),
  extra: { readonly [name: string]: string | Uint8Array } = {},
): Promise<string[]> {
  const files: { readonly [name: string]: string | Uint8Array } = {
    'model.onnx': encodeSeriesModel(trained),
    'sodalime.json': jsonText(describeSeriesModel(trained)),
    'report.json': jsonText(report),
    ...extra,
  }
  const target = resolve(folder)
  const beside = join(dirname(target), `.${basename(target)}.${process.pid}.part`)
  try {
    await mkdir(beside)
    for (const [name, content] of Object.entries(files))
      await writeFile(join(beside, name), content)
    if ((await kindOf(target)) === 'folder') {
      for (const name of Object.keys(files)) await rename(join(beside, name), join(target, name))
    } else await rename(beside, target)
  } catch (cause) {
    throw new DataError({
      where: folder,
      got: `a refusal of the file system (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`,
      expected: 'a folder that can be written, or a name for a new one',
      remedy: 'Check that the folder above exists, its permissions, and the room on the disk.',
      cause,
    })
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
  return Object.keys(files).map((name) => join(folder, name))
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch {
    return 'nothing'
  }
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
