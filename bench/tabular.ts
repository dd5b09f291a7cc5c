/**
 * `npm run -s bench -- tabular`: explanations of table rows beside Python LIME's.
 *
 * Breast cancer (569 × 30), 5000 samples, 5 and 10 features, bins and values, with a numeric seed and with a
 * continued `RandomState`, by sodalime's rules and by Python's; a sparse row of 200 among 20,000 columns; a dense row
 * of 2,000 columns; memory of 100,000 samples × 50 features; growth with samples and features. The model is a
 * logistic function on both sides.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Matrix } from '../src/contract/matrix.ts'
import { RandomState, type SparseRow, TabularExplainer } from '../src/index.ts'
import type { BenchOptions } from './main.ts'
import { interleave, median, timed } from './reference/interleave.ts'
import { type PythonLime, startPythonLime } from './reference/python-lime.ts'

const SEED = 1

/** A single call of Python's for a wide table gets so many seconds. */
const MOST_SECONDS = 120

/** Python LIME's own number and kind of samples: like is compared with like. */
const LIME = { sampling: 'lime', numSamples: 5000 } as const

export async function run({ quick, emit }: BenchOptions): Promise<void> {
  const python = await startPythonLime()
  try {
    await breastCancer(quick, python, emit)
    await wide(quick, python, emit)
    await growth(emit)
    emit(memory())
  } finally {
    python?.close()
  }
}

async function breastCancer(
  quick: boolean,
  python: PythonLime | undefined,
  emit: BenchOptions['emit'],
): Promise<void> {
  const data = breastCancerData()
  const row = data.data.slice(0, data.cols)
  const { weights, bias } = logisticFor(data)
  const model = logistic(weights, bias)
  for (const discretize of [true, false]) {
    const setup = {
      data: rowsOf(data),
      row: Array.from(row),
      weights,
      bias,
      seed: SEED,
      discretize,
    }
    await python?.prepare('tabular', setup)
    for (const numFeatures of [5, 10]) {
      for (const compatibility of ['python', 'sodalime'] as const) {
        for (const stream of ['seed', 'RandomState'] as const) {
          const explainer = new TabularExplainer(data, {
            randomState: stream === 'seed' ? SEED : new RandomState(SEED),
            discretizeContinuous: discretize,
            compatibility,
          })
          const ours = () => explainer.explain<Float64Array>(row, model, { ...LIME, numFeatures })
          const request = { num_features: numFeatures, num_samples: 5000 }
          const time = await interleave(quick ? 3 : 9, ours, python, request)
          emit({
            case: `breast cancer, ${discretize ? 'bins' : 'values'}, ${numFeatures} features, ${compatibility}, ${stream}`,
            ours: time.ours,
            reference: time.reference,
            ratio: time.reference && time.reference / time.ours,
            unit: 'ms',
            group: stream,
            note: `first call ${time.cold.toFixed(0)} ms`,
          })
        }
      }
    }
  }
}

/** A sparse row with 200 nonzeros among 20,000 columns, and a dense row of 2,000 columns: in seconds is the goal. */
async function wide(
  quick: boolean,
  python: PythonLime | undefined,
  emit: BenchOptions['emit'],
): Promise<void> {
  const random = new RandomState(SEED)
  const columns = 20_000
  const rows = Array.from({ length: 100 }, (): SparseRow => {
    const indices = Array.from(random.choiceWithoutReplacement(columns, 200)).sort((a, b) => a - b)
    return { indices, values: indices.map(() => random.randomSample()) }
  })
  const weights = Array.from({ length: columns }, () => random.normal())
  const sparseModel = (batch: readonly SparseRow[]) =>
    batch.map(({ indices, values }) => {
      let z = 0
      for (let k = 0; k < indices.length; k++) z += weights[indices[k]!]! * values[k]!
      return pair(z)
    })
  await python?.prepare('sparse', {
    rows: rows.length,
    columns,
    row_ids: rows.flatMap((row, i) => Array.from(row.indices, () => i)),
    column_ids: rows.flatMap((row) => Array.from(row.indices)),
    values: rows.flatMap((row) => Array.from(row.values)),
    weights,
    bias: 0,
    seed: SEED,
  })
  const request = { num_features: 10, num_samples: 5000 }
  const featureNames = weights.map((_, c) => String(c))
  const sparse = new TabularExplainer(rows, { featureNames, randomState: SEED })
  const repeats = quick ? 1 : 3
  // Python's fit makes 5000 × 20,000 doubles dense where it can fit them at all; one repeat shows the scale of it.
  const sparseTime = await interleave(
    repeats,
    () => sparse.explain(rows[0]!, sparseModel, LIME),
    undefined,
    request,
    1,
  )
  const theirs = quick ? null : await once(python, request)
  emit({
    case: 'sparse row, 200 of 20,000 columns, 10 features',
    ours: sparseTime.ours,
    reference: theirs,
    ratio: theirs && theirs / sparseTime.ours,
    aside: true,
    unit: 'ms',
    note: `first call ${sparseTime.cold.toFixed(0)} ms`,
  })

  const dense = randomMatrix(200, 2000, random)
  const denseWeights = weights.slice(0, 2000)
  const row = dense.data.slice(0, 2000)
  const setup = {
    data: rowsOf(dense),
    row: Array.from(row),
    weights: denseWeights,
    bias: 0,
    seed: SEED,
  }
  for (const discretize of [true, false]) {
    if (!quick) await python?.prepare('tabular', { ...setup, discretize })
    const explainer = new TabularExplainer(dense, {
      randomState: SEED,
      discretizeContinuous: discretize,
    })
    const model = logistic(denseWeights, 0)
    const ours = () => explainer.explain<Float64Array>(row, model, LIME)
    const time = await interleave(repeats, ours, undefined, request, 1)
    const reference = quick ? null : await once(python, request)
    emit({
      case: `dense row, 2,000 columns, ${discretize ? 'bins' : 'values'}, 10 features`,
      ours: time.ours,
      reference,
      ratio: reference && reference / time.ours,
      aside: true,
      unit: 'ms',
      note: `first call ${time.cold.toFixed(0)} ms`,
    })
  }
}

/** One call of Python's, which may take minutes or more memory than there is; null where it does. */
async function once(python: PythonLime | undefined, request: unknown): Promise<number | null> {
  return (await python?.explain(request, MOST_SECONDS).catch(() => null)) ?? null
}

/** How time grows: ten times the samples, and four times the features. */
async function growth(emit: BenchOptions['emit']): Promise<void> {
  const time = async (numSamples: number, d: number) => {
    const random = new RandomState(SEED)
    const data = randomMatrix(500, d, random)
    const weights = Array.from({ length: d }, () => random.normal())
    const explainer = new TabularExplainer(data, { randomState: new RandomState(SEED) })
    const model = logistic(weights, 0)
    const once = () =>
      explainer.explain<Float64Array>(data.data.slice(0, d), model, {
        numSamples,
        sampling: 'lime',
      })
    await once()
    return median([await timed(once), await timed(once), await timed(once)])
  }
  const base = await time(5000, 50)
  for (const [what, n, d] of [
    ['10 × the samples', 50_000, 50],
    ['4 × the features', 5000, 200],
  ] as const) {
    const grown = await time(n, d)
    emit({
      case: `growth: ${what} (from 5000 × 50)`,
      ours: grown,
      reference: null,
      ratio: null,
      unit: 'ms',
      note: `${(grown / base).toFixed(1)} times the time`,
    })
  }
}

/** Peak resident memory of a process that explains one row with 100,000 samples of 50 features. */
function memory() {
  const script = fileURLToPath(new URL('./reference/tabular-memory.ts', import.meta.url))
  const peaks = ['bins', 'values'].map((kind) => {
    const child = spawnSync(process.execPath, ['--import', 'tsx', script, kind], {
      encoding: 'utf8',
    })
    if (child.status !== 0) throw new Error(child.stderr)
    return Number(child.stdout)
  })
  return {
    case: 'memory: 100,000 samples × 50 features, peak',
    ours: Math.max(...peaks),
    reference: null,
    ratio: null,
    unit: 'MB' as const,
    note: `bins ${peaks[0]!.toFixed(0)} MB, values ${peaks[1]!.toFixed(0)} MB`,
  }
}

/** The shared CSV where it is, else the demo's copy of the same data. */
function breastCancerData(): Matrix {
  const shared =
    process.env.SODALIME_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url))
  const file = `${shared}/tabular/breast_cancer.csv`
  const demo = fileURLToPath(new URL('../demo/breast-cancer.csv', import.meta.url))
  const lines = readFileSync(existsSync(file) ? file : demo, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
  const values = lines.flatMap((line) => line.split(',').slice(0, 30).map(Number))
  return { data: Float64Array.from(values), rows: lines.length, cols: 30 }
}

/** Weights of alternating sign in units of each column's standard deviation. */
function logisticFor({ data, rows, cols }: Matrix): { weights: number[]; bias: number } {
  const weights: number[] = []
  let bias = 0
  for (let j = 0; j < cols; j++) {
    let mean = 0
    let square = 0
    for (let i = 0; i < rows; i++) {
      mean += data[i * cols + j]! / rows
      square += data[i * cols + j]! ** 2 / rows
    }
    const weight = (((j % 2) * 2 - 1) * (1 + (j % 5))) / (5 * Math.sqrt(square - mean ** 2))
    weights.push(weight)
    bias -= weight * mean
  }
  return { weights, bias }
}

function logistic(weights: readonly number[], bias: number) {
  const w = Float64Array.from(weights)
  return (rows: readonly Float64Array[]) => {
    const data = new Float64Array(rows.length * 2)
    rows.forEach((row, i) => {
      let z = bias
      for (let j = 0; j < w.length; j++) z += w[j]! * row[j]!
      const p = 1 / (1 + Math.exp(-z))
      data[2 * i] = 1 - p
      data[2 * i + 1] = p
    })
    return { data, rows: rows.length, cols: 2 }
  }
}

function pair(z: number): [number, number] {
  const p = 1 / (1 + Math.exp(-z))
  return [1 - p, p]
}

function randomMatrix(rows: number, cols: number, random: RandomState): Matrix {
  const data = new Float64Array(rows * cols)
  random.standardNormalInto(data)
  return { data, rows, cols }
}

function rowsOf({ data, rows, cols }: Matrix): number[][] {
  return Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * cols, (i + 1) * cols)))
}
