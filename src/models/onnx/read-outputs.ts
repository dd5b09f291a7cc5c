/**
 * A run's tensors to a matrix (n, columns).
 *
 * 1. Tensors of any rank are flattened after the batch; several tensors stand side by side.
 * 2. Labels become 1 for the class and 0 for all others.
 * 3. softmax: exp(z − max z) / Σ exp(z − max z) along each row; sigmoid: 1 / (1 + exp(−z)).
 * 4. One column p of a classifier becomes two, 1 − p and p.
 */
import { type Matrix, PredictorOutputError } from '../../contract/index.ts'
import type { OutputPlan } from './output-plan.ts'
import type { TensorData, Tensors } from './session.ts'

/** The answers for the first `n` instances of a run of `batch`. Throws a PredictorOutputError where the run answers with another number of rows. */
export function readOutputs(
  model: string,
  plan: OutputPlan,
  tensors: Tensors,
  n: number,
  batch: number,
): Matrix {
  const parts = plan.tensors.map((name) => tensors[name]!)
  const widths = parts.map((tensor, i) => columnsIn(model, plan.tensors[i]!, tensor, batch))
  if (plan.kind === 'labels') return oneHot(model, plan, parts[0]!, n)
  const cols = widths.reduce((sum, width) => sum + width, 0)
  const data = new Float64Array(n * cols)
  let offset = 0
  for (let k = 0; k < parts.length; k++) {
    const width = widths[k]!
    const values = parts[k]!.data
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < width; j++) data[i * cols + offset + j] = Number(values[i * width + j])
    }
    offset += width
  }
  if (plan.activation === 'softmax') softmaxRows(data, n, cols)
  if (plan.activation === 'sigmoid') {
    for (let i = 0; i < data.length; i++) data[i] = 1 / (1 + Math.exp(-data[i]!))
  }
  if (cols !== 1 || plan.task !== 'classification') return { data, rows: n, cols }
  const both = new Float64Array(2 * n)
  for (let i = 0; i < n; i++) {
    both[2 * i] = 1 - data[i]!
    both[2 * i + 1] = data[i]!
  }
  return { data: both, rows: n, cols: 2 }
}

function columnsIn(model: string, name: string, tensor: TensorData, batch: number): number {
  const [first, ...rest] = tensor.dims
  const width = rest.reduce((product, size) => product * size, 1)
  if (first === batch) return width
  throw new PredictorOutputError({
    where: `${model}, output ${name}`,
    got: `a tensor [${tensor.dims.join(', ')}] for a batch of ${batch}`,
    expected: `${batch} rows`,
    remedy: 'Export the model with the batch as the first size, or name another output.',
  })
}

function oneHot(model: string, plan: OutputPlan, labels: TensorData, n: number): Matrix {
  const names = plan.labels!
  const cols = names.length
  const data = new Float64Array(n * cols)
  for (let i = 0; i < n; i++) {
    const label = String(labels.data[i])
    const column = names.indexOf(label)
    if (column === -1) {
      throw new PredictorOutputError({
        where: `${model}, output ${plan.tensors[0]}, row ${i}`,
        got: `the label ${JSON.stringify(label)}`,
        expected: `one of ${names.join(', ')}`,
        remedy: 'Give classNames to loadOnnx as the model writes them.',
      })
    }
    data[i * cols + column] = 1
  }
  return { data, rows: n, cols }
}

function softmaxRows(data: Float64Array, n: number, cols: number): void {
  for (let i = 0; i < n; i++) {
    const row = data.subarray(i * cols, (i + 1) * cols)
    let max = Number.NEGATIVE_INFINITY
    for (const value of row) if (value > max) max = value
    let sum = 0
    for (let j = 0; j < cols; j++) {
      row[j] = Math.exp(row[j]! - max)
      sum += row[j]!
    }
    for (let j = 0; j < cols; j++) row[j] = row[j]! / sum
  }
}
