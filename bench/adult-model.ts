/**
 * Adult (UCI) and a small model of it, made here: 10,000 rows of the training data, a logistic regression over numbers and
 * numbered categories, written as ONNX. Python and sodalime ask the same file.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseCsv } from '../src/data/csv.ts'
import type { Table } from '../src/data/table.ts'
import { encodeModel } from '../src/models/onnx/encode-model.ts'

/** Files of one run, and what Python needs of them. */
export interface AdultFiles {
  readonly folder: string
  readonly csv: string
  readonly model: string
  /** (rows, 14): numbers, and categories by their numbers. */
  readonly rows: number[][]
  readonly categorical: readonly number[]
}

/** The names, since the file has none. */
const NAMES =
  'age,workclass,fnlwgt,education,education_num,marital,occupation,relationship,race,sex,gain,loss,hours,country,income'

const EPOCHS = 6
const RATE = 0.02

/** Makes the files, with so many rows of input; more rows than there are repeat. */
export function adultFiles(): AdultFiles {
  const data =
    process.env.SODALIME_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url))
  const text = readFileSync(`${data}/tabular/adult.csv`, 'utf8').trim()
  const table = parseCsv(`${NAMES}\n${text}`)
  const rows = numbered(table)
  const labels = table.rows.map((row) => (String(row[14]).includes('>50K') ? 1 : 0))
  const folder = mkdtempSync(join(tmpdir(), 'sodalime-adult-'))
  const csv = join(folder, 'train.csv')
  writeFileSync(csv, csvText(rows))
  const model = join(folder, 'adult.onnx')
  writeFileSync(model, logisticOnnx(rows, labels))
  const categorical = table.types.flatMap((type, c) => (type === 'category' && c < 14 ? [c] : []))
  return { folder, csv, model, rows, categorical }
}

/** Rows as CSV under the names. */
export function csvText(rows: readonly (readonly number[])[]): string {
  const names = NAMES.split(',').slice(0, 14).join(',')
  return `${names}\n${rows.map((row) => row.join(',')).join('\n')}\n`
}

/** Names of the columns that hold categories. */
export function namesOf(columns: readonly number[]): string {
  const names = NAMES.split(',')
  return columns.map((column) => names[column]!).join(',')
}

function numbered(table: Table): number[][] {
  const codes = table.types.map((type, c) => {
    if (type === 'number') return null
    const distinct = [...new Set(table.rows.map((row) => String(row[c])))].sort()
    return new Map(distinct.map((value, code) => [value, code]))
  })
  return table.rows.map((row) =>
    row.slice(0, 14).map((value, c) => codes[c]?.get(String(value)) ?? Number(value ?? 0)),
  )
}

/** Weights by stochastic gradient descent on standardised columns; the graph takes columns as they are. */
function logisticOnnx(rows: readonly (readonly number[])[], labels: readonly number[]): Uint8Array {
  const d = 14
  const mean = new Float64Array(d)
  const spread = new Float64Array(d)
  for (const row of rows) for (let c = 0; c < d; c++) mean[c]! += row[c]! / rows.length
  for (const row of rows) {
    for (let c = 0; c < d; c++) spread[c]! += (row[c]! - mean[c]!) ** 2 / rows.length
  }
  for (let c = 0; c < d; c++) spread[c] = Math.sqrt(spread[c]!) || 1
  const weights = new Float64Array(d)
  let bias = 0
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    rows.forEach((row, i) => {
      let z = bias
      for (let c = 0; c < d; c++) z += (weights[c]! * (row[c]! - mean[c]!)) / spread[c]!
      const error = labels[i]! - 1 / (1 + Math.exp(-z))
      bias += RATE * error
      for (let c = 0; c < d; c++) weights[c]! += (RATE * error * (row[c]! - mean[c]!)) / spread[c]!
    })
  }
  // Two columns of logits, ±z/2, whose softmax is the logistic function of z.
  const matrix = new Float32Array(2 * d)
  let shift = bias
  for (let c = 0; c < d; c++) {
    const slope = weights[c]! / spread[c]!
    shift -= slope * mean[c]!
    matrix[2 * c] = -slope / 2
    matrix[2 * c + 1] = slope / 2
  }
  return encodeModel({
    irVersion: 8,
    producer: 'sodalime-bench',
    opsets: [{ domain: '', version: 17 }],
    graph: {
      name: 'adult',
      inputs: [{ name: 'input', type: { kind: 'tensor', type: 'float32', shape: ['n', d] } }],
      outputs: [
        { name: 'probabilities', type: { kind: 'tensor', type: 'float32', shape: ['n', 2] } },
      ],
      initializers: [
        { name: 'weights', type: 'float32', dims: [d, 2], values: matrix },
        {
          name: 'bias',
          type: 'float32',
          dims: [2],
          values: Float32Array.of(-shift / 2, shift / 2),
        },
      ],
      nodes: [
        { op: 'Gemm', inputs: ['input', 'weights', 'bias'], outputs: ['logits'] },
        {
          op: 'Softmax',
          inputs: ['logits'],
          outputs: ['probabilities'],
          attributes: { axis: { int: 1 } },
        },
      ],
    },
  })
}
