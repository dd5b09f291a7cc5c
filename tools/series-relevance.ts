/**
 * How well do explanations of series agree with class activation maps? Reported in `docs/series.md`.
 *
 *     npx tsx tools/series-relevance.ts [--every N] [--samples N] [--segmentations] [--replacements]
 *
 * 1. The networks of ECG200 and GunPoint (fully convolutional, with global average pooling) are explained on their test
 *    sets; a class activation map says, from inside the network, how much each step speaks for the predicted class.
 * 2. For each series, Spearman's rank correlation of the segments' weights with the map's mean over each segment, and the
 *    share of the map's three best segments among the explanation's three best.
 * 3. The same with the weights in random order, for comparison.
 *
 * `--every N` takes each N-th series; the last two flags compare what is in their name.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Explanation } from '../src/contract/explanation.ts'
import { readSeries } from '../src/data/read-series.ts'
import { RandomState } from '../src/math/random-state.ts'
import { loadKeras } from '../src/models/keras.ts'
import {
  SERIES_REPLACEMENTS,
  SERIES_SEGMENTATIONS,
  SeriesExplainer,
  type SeriesExplainerOptions,
} from '../src/series/index.ts'

const shared =
  process.env.SODALIME_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url))
const SETS = [
  {
    name: 'ECG200',
    folder: 'ecg200',
    file: 'ECG200',
    model: 'ecg200_best_model.hdf5',
    map: 'ecg200',
  },
  {
    name: 'GunPoint',
    folder: 'gunpoint',
    file: 'GunPoint',
    model: 'gunpoint_best_model.hdf5',
    map: 'gunpoint',
  },
]
const BEST = 3

const argument = (name: string, otherwise: number) => {
  const at = process.argv.indexOf(name)
  return at < 0 ? otherwise : Number(process.argv[at + 1])
}
const every = argument('--every', 1)
const numSamples = argument('--samples', 1000)

if (existsSync(shared)) await compare()
else console.error(`no data in ${shared}: set SODALIME_DATA`)

async function compare(): Promise<void> {
  console.log(
    '| data | segments | replacement | series | median rank correlation | random | positive | best 3 shared | random |',
  )
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |')
  for (const { name, folder, file, model: network, map } of SETS) {
    const test = await readSeries(`${shared}/series/${folder}/${file}_TEST.txt`)
    const train = await readSeries(`${shared}/series/${folder}/${file}_TRAIN.txt`)
    const maps = readNpy(`${shared}/models/keras-reference/${map}_cam_test_weights.npy`)
    const model = await loadKeras(`${shared}/models/keras/${network}`)
    for (const options of configurations()) {
      const explainer = new SeriesExplainer({ ...options, trainingData: train.instances })
      const random = new RandomState(0)
      const rows: Agreement[] = []
      const chance: Agreement[] = []
      for (let i = 0; i < test.instances.length; i += every) {
        const explanation = await explainer.explain(test.instances[i]!, model, { numSamples })
        const activation = maps.subarray(
          i * test.instances[i]!.rows,
          (i + 1) * test.instances[i]!.rows,
        )
        const weights = weightsOf(explanation)
        const means = segmentMeans(explanation, activation)
        rows.push(agreement(weights, means))
        const order = random.permutation(weights.length)
        chance.push(
          agreement(
            Array.from(order, (j) => weights[j]!),
            means,
          ),
        )
      }
      const median = (all: readonly Agreement[]) => middle(all.map((one) => one.rank)).toFixed(2)
      const shared3 = (all: readonly Agreement[]) =>
        `${Math.round((100 * all.reduce((sum, one) => sum + one.shared, 0)) / all.length)} %`
      const positive = rows.filter(({ rank }) => rank > 0).length / rows.length
      console.log(
        `| ${name} | ${String(options.segmentation ?? 'uniform')} | ${options.replacement ?? 'local-mean'} | ${rows.length} | ${median(rows)} | ${median(chance)} | ${Math.round(100 * positive)} % | ${shared3(rows)} | ${shared3(chance)} |`,
      )
    }
    await model.close()
  }
}

function configurations(): SeriesExplainerOptions[] {
  const compared: SeriesExplainerOptions[] = []
  if (process.argv.includes('--segmentations')) {
    for (const segmentation of SERIES_SEGMENTATIONS) compared.push({ segmentation })
  }
  if (process.argv.includes('--replacements')) {
    for (const replacement of SERIES_REPLACEMENTS) {
      if (replacement !== 'background') compared.push({ replacement })
    }
  }
  return compared.length > 0 ? compared : [{}]
}

interface Agreement {
  readonly rank: number
  readonly shared: number
}

function agreement(weights: readonly number[], means: readonly number[]): Agreement {
  const best = (values: readonly number[]) =>
    Array.from(values.keys())
      .sort((a, b) => values[b]! - values[a]! || a - b)
      .slice(0, BEST)
  const ours = best(weights)
  return {
    rank: spearman(weights, means),
    shared: best(means).filter((one) => ours.includes(one)).length / BEST,
  }
}

/** One weight for each segment; 0 for those without. */
function weightsOf({ features, labels }: Explanation): number[] {
  const weights = new Array<number>(features.length).fill(0)
  for (const { feature, weight } of labels[0]!.weights) weights[feature] = weight
  return weights
}

function segmentMeans({ features }: Explanation, activation: Float64Array): number[] {
  return features.map(({ part }) => {
    if (part.kind !== 'series') return 0
    const values = activation.subarray(part.start, part.end)
    return values.reduce((sum, value) => sum + value, 0) / values.length
  })
}

function spearman(a: readonly number[], b: readonly number[]): number {
  const x = ranks(a)
  const y = ranks(b)
  const mean = (x.length - 1) / 2
  let xy = 0
  let xx = 0
  let yy = 0
  for (let i = 0; i < x.length; i++) {
    xy += (x[i]! - mean) * (y[i]! - mean)
    xx += (x[i]! - mean) ** 2
    yy += (y[i]! - mean) ** 2
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0
}

/** Ranks from 0; equal values share their mean. */
function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length
    const equal = values.filter((other) => other === value).length
    return below + (equal - 1) / 2
  })
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >>> 1
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** The doubles of a .npy file in C order. */
function readNpy(path: string): Float64Array {
  const bytes = readFileSync(path)
  const header = bytes[6] === 1 ? 10 + bytes.readUInt16LE(8) : 12 + bytes.readUInt32LE(8)
  if (!bytes.subarray(0, header).toString('latin1').includes("'<f8'")) {
    throw new Error(`${path} does not hold doubles`)
  }
  return new Float64Array(
    bytes.buffer.slice(bytes.byteOffset + header, bytes.byteOffset + bytes.length),
  )
}
