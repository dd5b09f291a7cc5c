/**
 * `npm run -s bench -- shap`: Shapley values at equal model calls, ours against plain KernelSHAP.
 *
 * California housing (8 columns) and census income (12 columns), boosted trees trained here, the row of medians as the
 * background. Plain KernelSHAP (Lundberg and Lee 2017) draws coalitions by Shapley's kernel, with replacement and without
 * complements, and solves the same constrained regression. The truth is all 2^d coalitions. Errors are the mean over
 * instances and seeds of |φ̂ − φ|² / |φ|² (as in Musco and Witter 2025), and in the note of its root; budgets are the same.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Matrix, RandomState, TabularExplainer } from '../src/index.ts'
import type { BenchOptions } from './main.ts'
import { type Ensemble, trainBoosting } from './models/tree-ensembles.ts'

const SHARED =
  process.env.SODALIME_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url))

export async function run({ quick, emit }: BenchOptions): Promise<void> {
  if (!existsSync(`${SHARED}/tabular/adult.csv`)) {
    console.error('no shared data: set SODALIME_DATA to its folder')
    return
  }
  const seeds = quick ? 5 : 20
  const instances = quick ? 5 : 10
  for (const [name, X, y, classes] of [
    ['California housing', ...california()],
    ['census income', ...adult()],
  ] as const) {
    const d = X.cols
    const model = trainBoosting(X, y, classes, { trees: 100, depth: 4, seed: 1 })
    const explainer = new TabularExplainer(X, {
      mode: classes ? 'classification' : 'regression',
      discretizeContinuous: true,
    })
    const background = Float64Array.from({ length: d }, (_, j) => medianOf(X, j))
    const predict = (rows: readonly Float64Array[]) => answer(model, rows, classes)
    for (const budget of d === 8 ? [40, 80, 160] : [60, 120, 240, 480]) {
      let ours = 0
      let plain = 0
      const norms: { ours: number[]; plain: number[] } = { ours: [], plain: [] }
      let unsummed = 0
      for (let i = 0; i < instances; i++) {
        const row = X.data.slice(37 * i * d, (37 * i + 1) * d)
        const exact = await shapley(explainer, row, predict, background, classes, 2 ** d)
        const size = exact.phi.reduce((sum, one) => sum + one * one, 0)
        for (let seed = 0; seed < seeds; seed++) {
          const random = new RandomState(1000 * i + seed)
          const seeded = TabularExplainer.fromJSON({
            ...explainer.toJSON(),
            random: random.toJSON(),
          })
          const found = await shapley(seeded, row, predict, background, classes, budget)
          const mine = distance(found.phi, exact.phi) / size
          ours += mine
          norms.ours.push(Math.sqrt(mine))
          unsummed = Math.max(unsummed, found.unsummed)
          const v = (masks: readonly Uint8Array[]) => model(mixed(masks, row, background))
          const theirs = distance(plainKernelShap(v, d, found.calls, random), exact.phi) / size
          plain += theirs
          norms.plain.push(Math.sqrt(theirs))
        }
      }
      const count = instances * seeds
      emit({
        case: `${name}, ${budget} calls, mean squared relative error`,
        ours: ours / count,
        reference: plain / count,
        ratio: plain / Math.max(ours, 1e-30),
        unit: 'error',
        group: name,
        note: noteOf(norms, unsummed),
      })
    }
  }
}

/** Mean and standard deviation of |φ̂ − φ| / |φ| on both sides, their ratio, and the largest |Σφ − (f(x) − f(off))|. */
function noteOf(
  { ours, plain }: { readonly ours: readonly number[]; readonly plain: readonly number[] },
  unsummed: number,
): string {
  const told = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
    return { mean, text: `${mean.toFixed(4)} ± ${Math.sqrt(square).toFixed(4)}` }
  }
  const [mine, theirs] = [told(ours), told(plain)]
  return `norm ${mine.text} against ${theirs.text}, ${(theirs.mean / mine.mean).toFixed(1)}×; sum off by ${unsummed.toExponential(0)}`
}

function answer(model: Ensemble, rows: readonly Float64Array[], classes: boolean): Matrix {
  const cols = rows[0]!.length
  const data = new Float64Array(rows.length * cols)
  rows.forEach((row, i) => {
    data.set(row, i * cols)
  })
  const p = model({ data, rows: rows.length, cols })
  if (!classes) return { data: p, rows: p.length, cols: 1 }
  const both = new Float64Array(2 * p.length)
  p.forEach((one, i) => {
    both[2 * i] = 1 - one
    both[2 * i + 1] = one
  })
  return { data: both, rows: p.length, cols: 2 }
}

async function shapley(
  explainer: TabularExplainer,
  row: Float64Array,
  predict: (rows: readonly Float64Array[]) => Matrix,
  background: Float64Array,
  classes: boolean,
  numSamples: number,
) {
  const { labels, features, diagnostics } = await explainer.explain<Float64Array>(row, predict, {
    method: 'shap',
    numSamples,
    background: [background],
    labels: [classes ? 1 : 0],
  })
  const phi = new Float64Array(features.length)
  for (const { feature, weight } of labels[0]!.weights) phi[feature] = weight
  const { intercept, prediction } = labels[0]!
  const total = phi.reduce((sum, one) => sum + one, intercept)
  return { phi, calls: diagnostics.samples, unsummed: Math.abs(total - prediction) }
}

function medianOf({ data, rows, cols }: Matrix, j: number): number {
  return Float64Array.from({ length: rows }, (_, i) => data[i * cols + j]!).sort()[rows >> 1]!
}

/** Rows with the instance's values where a mask is 1 and the background's where it is 0. */
function mixed(masks: readonly Uint8Array[], row: Float64Array, background: Float64Array): Matrix {
  const cols = row.length
  const data = new Float64Array(masks.length * cols)
  masks.forEach((mask, i) => {
    for (let j = 0; j < cols; j++) data[i * cols + j] = mask[j] ? row[j]! : background[j]!
  })
  return { data, rows: masks.length, cols }
}

/** KernelSHAP with `calls` coalitions, the full and the empty one among them. */
function plainKernelShap(
  v: (masks: readonly Uint8Array[]) => Float64Array,
  d: number,
  calls: number,
  random: RandomState,
): Float64Array {
  const chances = Array.from({ length: d - 1 }, (_, k) => 1 / ((k + 1) * (d - k - 1)))
  const total = chances.reduce((sum, one) => sum + one, 0)
  const sizes = random.choiceWeighted(
    chances.map((one) => one / total),
    calls - 2,
  )
  const masks = [new Uint8Array(d).fill(1), new Uint8Array(d)]
  for (const size of sizes) {
    const mask = new Uint8Array(d)
    for (const j of random.choiceWithoutReplacement(d, size + 1)) mask[j] = 1
    masks.push(mask)
  }
  const values = v(masks)
  const all = values[0]! - values[1]!
  // (Σ a aᵀ + 1 1ᵀ/d + ε) φ' = Σ a y by Gauss's elimination.
  const A = Array.from({ length: d }, (_, j) => {
    const line = new Float64Array(d + 1).fill(1 / d, 0, d)
    line[j]! += 1e-9
    return line
  })
  for (let i = 2; i < masks.length; i++) {
    const share = masks[i]!.reduce((sum, bit) => sum + bit, 0) / d
    const y = values[i]! - values[1]! - share * all
    for (let j = 0; j < d; j++) {
      const a = masks[i]![j]! - share
      for (let k = 0; k < d; k++) A[j]![k]! += a * (masks[i]![k]! - share)
      A[j]![d]! += a * y
    }
  }
  for (let p = 0; p < d; p++) {
    for (let r = 0; r < d; r++) {
      if (r === p) continue
      const factor = A[r]![p]! / A[p]![p]!
      for (let k = p; k <= d; k++) A[r]![k]! -= factor * A[p]![k]!
    }
  }
  return Float64Array.from({ length: d }, (_, j) => all / d + A[j]![d]! / A[j]![j]!)
}

function distance(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, j) => sum + (value - b[j]!) ** 2, 0)
}

function california(): [Matrix, Float64Array, boolean] {
  const lines = readFileSync(`${SHARED}/tabular/california_housing.csv`, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
  const rows = lines
    .map((line) =>
      line
        .split(',')
        .slice(0, 9)
        .map((cell) => (cell === '' ? Number.NaN : Number(cell))),
    )
    .filter((row) => row.every(Number.isFinite))
    .filter((_, i) => i % 4 === 0)
  return [
    matrixOf(rows.map((row) => row.slice(0, 8))),
    Float64Array.from(rows, (row) => row[8]! / 1e5),
    false,
  ]
}

function adult(): [Matrix, Float64Array, boolean] {
  const all = readFileSync(`${SHARED}/tabular/adult.csv`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 15 && /^\d+$/.test(cells[0]!))
    .slice(0, 5000)
  // fnlwgt is a weight of the survey, and education-num says education again.
  const columns = [0, 1, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13]
  const read = columns.map((c) => {
    if (/^\d+$/.test(all[0]![c]!)) return Number
    const levels = [...new Set(all.map((cells) => cells[c]!))].sort()
    return (cell: string) => levels.indexOf(cell)
  })
  const rows = all.map((cells) => columns.map((c, k) => read[k]!(cells[c]!)))
  return [
    matrixOf(rows),
    Float64Array.from(all, (cells) => (cells[14]!.startsWith('>50K') ? 1 : 0)),
    true,
  ]
}

function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  return { data: Float64Array.from(rows.flat()), rows: rows.length, cols: rows[0]!.length }
}
