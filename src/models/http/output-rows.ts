/**
 * What a server says about n instances, as a matrix (n, columns):
 *
 * | one instance's answer                  | becomes                                                             |
 * | -------------------------------------- | ------------------------------------------------------------------- |
 * | a number                               | one column; for classification p becomes [1 − p, p] (see below)     |
 * | a list of numbers, nested lists        | as many columns                                                     |
 * | `{"no": 0.2, "yes": 0.8}`              | columns in the order of `classNames`, else of the first answer      |
 * | `[{"label": "no", "score": 0.2}, …]`   | columns in the order of `classNames`, else of the labels' alphabet  |
 * | a text or true/false: a label          | 1 in its column of `classNames`, 0 elsewhere, and a warning         |
 *
 * One number an instance for classification: with two classes (or none named) it is the probability of the second, and
 * must lie in [0, 1] (after `activation: 'sigmoid'`, if that is asked for); with more classes it is a label.
 */
import type { Matrix, Task, Warning } from '../../contract/index.ts'
import { answerError, type Reply } from './server-errors.ts'

/** What is known about the outputs. */
export interface OutputOptions {
  readonly task?: Task | undefined
  readonly classNames?: readonly string[] | undefined
  readonly activation?: 'none' | 'softmax' | 'sigmoid' | undefined
  readonly onWarning?: ((warning: Warning) => void) | undefined
}

/** What stands in `reply`, for errors. */
export type Source = Pick<Reply, 'from' | 'status' | 'shown'>

/** Reads the outputs of `rows` instances. Throws a PredictorOutputError for anything that is not in the table above. */
export type OutputReader = (answers: unknown, rows: number, reply: Source) => Matrix

/** A reader that keeps the order of columns that it has once seen, and warns of labels once. */
export function outputReader(options: OutputOptions): OutputReader {
  const { classNames, activation = 'none' } = options
  let names = classNames
  let warned = false
  const isClassification =
    options.task === 'classification' || (options.task === undefined && classNames !== undefined)

  const warnOfLabels = (): void => {
    if (warned) return
    warned = true
    options.onWarning?.({
      code: 'label-only-model',
      message:
        'The server answers with labels only: the probabilities are 0 or 1, and small influences stay unseen.',
    })
  }

  return (answers, rows, reply) => {
    if (!Array.isArray(answers)) {
      throw answerError(reply, shortly(answers), `a list of ${rows} outputs`, REMEDY_PATH)
    }
    if (answers.length !== rows) {
      throw answerError(
        reply,
        `${answers.length} outputs`,
        `${rows}, one for each instance`,
        'The server must answer for every instance, in the order given. Where it takes one instance a request, say batchSize: 1.',
      )
    }
    if (rows === 0) return { data: new Float64Array(0), rows: 0, cols: classNames?.length ?? 0 }
    const first: unknown = answers[0]
    if (isLabel(first)) {
      if (options.task === 'regression') throw labelError(reply, first)
      warnOfLabels()
      return labelRows(answers, classNames, reply)
    }
    if (isRecord(first) || (Array.isArray(first) && isRecord(first[0]))) {
      const scores = answers.map((answer) => scoresOf(answer, reply))
      names ??= Array.isArray(first) ? [...scores[0]!.keys()].sort() : [...scores[0]!.keys()]
      return activate(scoreRows(scores, names, reply), activation)
    }
    const matrix = activate(numberRows(answers, reply), activation)
    if (matrix.cols !== 1 || !isClassification) {
      checkColumns(matrix, classNames, reply)
      return matrix
    }
    if (classNames !== undefined && classNames.length !== 2) {
      warnOfLabels()
      return labelRows(Array.from(matrix.data), classNames, reply)
    }
    return bothProbabilities(matrix, reply)
  }
}

const REMEDY_PATH = 'Say with an option where the outputs stand in the answer.'

function isLabel(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean'
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function labelError(reply: Source, label: unknown): Error {
  return answerError(
    reply,
    `labels (${JSON.stringify(label)})`,
    'numbers: probabilities of all classes, or values',
    'Let the server answer with probabilities (predict_proba), or give the option classNames to have labels as probabilities of 0 and 1.',
  )
}

/** 1 in the column of the label. A number is a name where all names are numbers, else an index. */
function labelRows(
  labels: readonly unknown[],
  classNames: readonly string[] | undefined,
  reply: Source,
): Matrix {
  if (classNames === undefined) throw labelError(reply, labels[0])
  const cols = classNames.length
  const numeric = classNames.every((name) => name.trim() !== '' && Number.isFinite(Number(name)))
  const columns = new Map(classNames.map((name, j) => [numeric ? String(Number(name)) : name, j]))
  const columnOf = (label: unknown): number | undefined => {
    if (typeof label === 'number' && !numeric) {
      return Number.isInteger(label) && label >= 0 && label < cols ? label : undefined
    }
    if (typeof label === 'boolean') {
      const named = classNames.findIndex((name) => name.toLowerCase() === String(label))
      return named === -1 && cols === 2 ? Number(label) : named === -1 ? undefined : named
    }
    return columns.get(numeric ? String(Number(label)) : String(label))
  }
  const data = new Float64Array(labels.length * cols)
  labels.forEach((label, i) => {
    const column = columnOf(label)
    if (column === undefined) {
      throw answerError(
        reply,
        `the label ${JSON.stringify(label)}`,
        `one of the class names ${classNames.join(', ')}`,
        'Give the option classNames as the server writes them.',
      )
    }
    data[i * cols + column] = 1
  })
  return { data, rows: labels.length, cols }
}

/** Scores by label, from an object or from a list of { label, score }. */
function scoresOf(answer: unknown, reply: Source): Map<string, unknown> {
  if (isRecord(answer)) return new Map(Object.entries(answer))
  const scores = new Map<string, unknown>()
  for (const entry of Array.isArray(answer) ? answer : [undefined]) {
    const label = isRecord(entry) ? (entry.label ?? entry.name ?? entry.class) : undefined
    const score = isRecord(entry) ? (entry.score ?? entry.probability ?? entry.value) : undefined
    if (label === undefined || score === undefined) {
      throw answerError(
        reply,
        shortly(answer),
        'numbers, or entries with a label and a score',
        REMEDY_PATH,
      )
    }
    scores.set(String(label), score)
  }
  return scores
}

function scoreRows(
  scores: readonly Map<string, unknown>[],
  names: readonly string[],
  reply: Source,
): Matrix {
  const cols = names.length
  const data = new Float64Array(scores.length * cols)
  scores.forEach((row, i) => {
    const missing = names.find((name) => !row.has(name))
    if (missing !== undefined || row.size !== cols) {
      throw answerError(
        reply,
        `scores for ${[...row.keys()].join(', ')}`,
        `scores for ${names.join(', ')}`,
        'Let the server answer with the scores of all classes, and give their names as the option classNames.',
      )
    }
    names.forEach((name, j) => {
      data[i * cols + j] = numberIn(row.get(name), i, reply)
    })
  })
  return { data, rows: scores.length, cols }
}

function numberRows(answers: readonly unknown[], reply: Source): Matrix {
  const rows = answers.length
  const flat = answers.map((answer) =>
    Array.isArray(answer) ? (answer.flat(Infinity) as unknown[]) : [answer],
  )
  const cols = flat[0]!.length
  const data = new Float64Array(rows * cols)
  for (let i = 0; i < rows; i++) {
    const row = flat[i]!
    if (row.length !== cols || cols === 0) {
      throw answerError(
        reply,
        `${row.length} outputs for instance ${i}, ${cols} for the first`,
        'the same number, at least 1, for each instance',
        'A model must answer every instance with the same number of outputs.',
      )
    }
    for (let j = 0; j < cols; j++) data[i * cols + j] = numberIn(row[j], i, reply)
  }
  return { data, rows, cols }
}

function numberIn(value: unknown, row: number, reply: Source): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw answerError(
    reply,
    value === null ? `NaN for instance ${row}` : `${shortly(value)} for instance ${row}`,
    'finite numbers',
    value === null
      ? 'The model has no output for this instance: see whether it takes missing values.'
      : REMEDY_PATH,
  )
}

function checkColumns(
  { cols }: Matrix,
  classNames: readonly string[] | undefined,
  reply: Source,
): void {
  if (classNames === undefined || classNames.length === cols) return
  throw answerError(
    reply,
    `${cols} output columns`,
    `${classNames.length}, one for each of ${classNames.join(', ')}`,
    'Give one class name for each output, or say with an option which output is meant.',
  )
}

function bothProbabilities({ data, rows }: Matrix, reply: Source): Matrix {
  const both = new Float64Array(rows * 2)
  for (let i = 0; i < rows; i++) {
    const p = data[i]!
    if (p < 0 || p > 1) {
      throw answerError(
        reply,
        `${p} for instance ${i}`,
        'the probability of the second class, from 0 to 1',
        "Say activation: 'sigmoid' where the server answers with logits, or task: 'regression' where it predicts a value.",
      )
    }
    both[2 * i] = 1 - p
    both[2 * i + 1] = p
  }
  return { data: both, rows, cols: 2 }
}

/** softmax: p_j = exp(z_j − max z) / Σ_k exp(z_k − max z); sigmoid: p = 1 / (1 + exp(−z)). */
function activate(matrix: Matrix, activation: 'none' | 'softmax' | 'sigmoid'): Matrix {
  const { data, rows, cols } = matrix
  if (activation === 'sigmoid')
    for (let i = 0; i < data.length; i++) data[i] = 1 / (1 + Math.exp(-data[i]!))
  if (activation === 'softmax') {
    for (let i = 0; i < rows; i++) {
      const row = data.subarray(i * cols, (i + 1) * cols)
      const largest = row.reduce((a, b) => Math.max(a, b))
      let sum = 0
      for (let j = 0; j < cols; j++) {
        row[j] = Math.exp(row[j]! - largest)
        sum += row[j]!
      }
      for (let j = 0; j < cols; j++) row[j] = row[j]! / sum
    }
  }
  return matrix
}

function shortly(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
