/**
 * `npm run -s bench -- series`: explanations of series, and the matrix profile.
 *
 * There is no explainer of series in Python LIME to compare with: times are ours alone, with a trivial model (a weighted
 * sum), so that they are everything but the model. The matrix profile is compared with a plain search over all pairs of
 * windows, which is what its definition says.
 */
import type { Matrix } from '../src/contract/matrix.ts'
import {
  matrixProfile,
  RandomState,
  SeriesExplainer,
  type SeriesExplainerOptions,
} from '../src/index.ts'
import type { BenchOptions } from './main.ts'
import { median, timed } from './reference/interleave.ts'

const SEED = 1

export async function run({ quick, emit }: BenchOptions): Promise<void> {
  const repeats = quick ? 3 : 9
  const cases: [
    name: string,
    steps: number,
    channels: number,
    samples: number,
    SeriesExplainerOptions,
  ][] = [
    ['96 steps, 1000 samples', 96, 1, 1000, {}],
    ['150 steps, 1000 samples', 150, 1, 1000, {}],
    ['1000 steps, 1000 samples', 1000, 1, 1000, {}],
    ['1000 steps, change-points, 1000 samples', 1000, 1, 1000, { segmentation: 'change-points' }],
    ['1000 steps × 12 channels, per channel, 1000 samples', 1000, 12, 1000, { perChannel: true }],
    ['1000 steps, 10,000 samples', 1000, 1, 10_000, {}],
  ]
  for (const [name, steps, channels, numSamples, options] of cases) {
    const series = walk(steps, channels)
    const explainer = new SeriesExplainer({ mode: 'regression', randomState: SEED, ...options })
    const once = () => explainer.explain(series, weightedSum, { numSamples, sampling: 'lime' })
    const first = await timed(once)
    const times: number[] = []
    for (let i = 0; i < repeats; i++) times.push(await timed(once))
    emit({
      case: name,
      ours: median(times),
      reference: null,
      ratio: null,
      unit: 'ms',
      note: `first call ${first.toFixed(0)} ms`,
    })
  }
  for (const steps of quick ? [1000] : [1000, 2000]) {
    const series = walk(steps, 1)
    const ours: number[] = []
    const plain: number[] = []
    for (let i = 0; i < 3; i++) {
      ours.push(await timed(async () => matrixProfile(series, 50)))
      plain.push(await timed(async () => plainProfile(series.data, 50)))
    }
    emit({
      case: `matrix profile, ${steps} steps, windows of 50, beside a plain search`,
      ours: median(ours),
      reference: median(plain),
      ratio: median(plain) / median(ours),
      unit: 'ms',
    })
  }
}

function walk(rows: number, cols: number): Matrix {
  const random = new RandomState(SEED)
  const data = new Float64Array(rows * cols)
  for (let at = 0; at < data.length; at++) data[at] = (data[at - cols] ?? 0) + random.normal()
  return { data, rows, cols }
}

function weightedSum(batch: readonly Matrix[]): Matrix {
  const out = new Float64Array(batch.length)
  batch.forEach(({ data }, i) => {
    let sum = 0
    for (let at = 0; at < data.length; at++) sum += data[at]! * ((at % 7) - 3)
    out[i] = sum
  })
  return { data: out, rows: batch.length, cols: 1 }
}

/** For each window the least z-normalised distance to another that does not overlap by three quarters. */
function plainProfile(x: Float64Array, m: number): Float64Array {
  const windows = x.length - m + 1
  const z = Array.from({ length: windows }, (_, i) => {
    const window = x.subarray(i, i + m)
    const mean = window.reduce((a, b) => a + b, 0) / m
    const deviation = Math.sqrt(window.reduce((sum, v) => sum + (v - mean) ** 2, 0) / m)
    return window.map((v) => (v - mean) / deviation)
  })
  const nearest = new Float64Array(windows).fill(Number.POSITIVE_INFINITY)
  for (let i = 0; i < windows; i++) {
    for (let j = i + Math.ceil(m / 4) + 1; j < windows; j++) {
      const a = z[i]!
      const b = z[j]!
      let sum = 0
      for (let k = 0; k < m; k++) sum += (a[k]! - b[k]!) ** 2
      if (sum < nearest[i]!) nearest[i] = sum
      if (sum < nearest[j]!) nearest[j] = sum
    }
  }
  return nearest.map(Math.sqrt)
}
