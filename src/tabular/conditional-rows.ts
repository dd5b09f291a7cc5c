/**
 * Rows on the data's own manifold: what is off takes its values, all together, from a training row that resembles the
 * instance in what is on, so that columns that belong together stay together.
 *
 * 1. At most 2000 training rows, chosen at random, as numbers: (x − mean) / scale, and the level of categories.
 * 2. For each row of switches the distance of every training row to the instance over the columns that are on: squared
 *    differences, held at 9, for numbers, 2 for another category (the squared length between two one-hot rows).
 * 3. One of the ten nearest rows gives its values to the columns that are off.
 *
 * The remedy that Slack et al. (2020, "Fooling LIME and SHAP") leave open; nearest rows as in Aas, Jullum and Løland (2021).
 */
import { OptionError } from '../contract/errors.ts'
import type { Value } from '../contract/instance.ts'
import type { Matrix } from '../contract/matrix.ts'
import { type BitMatrix, getBit } from '../math/bit-matrix.ts'
import type { RandomState } from '../math/random-state.ts'
import type { Attribute } from './attribute.ts'
import { instanceLevels } from './instance-levels.ts'
import type { SampleValues } from './model-rows.ts'

const MOST_ROWS = 2000
const NEAREST = 10
const MOST_APART = 9
const OTHER_CATEGORY = 2

/** Training rows as columns of numbers: values and levels of each attribute. */
export interface TrainingRows {
  /** (n, d): numbers as they are; 0 for categories. */
  readonly numbers: Matrix
  /** (n, d): levels of categories and bins. */
  readonly levels: readonly Int32Array[]
}

/** At most `most` of the rows, chosen at random; rows that do not fit the table are an error as in `explain`. */
export function readTrainingRows(
  attributes: readonly Attribute[],
  count: number,
  cells: (row: number) => readonly Value[],
  random: RandomState,
  most = MOST_ROWS,
): TrainingRows {
  const chosen =
    count <= most
      ? Int32Array.from({ length: count }, (_, i) => i)
      : random.choiceWithoutReplacement(count, most)
  const d = attributes.length
  const numbers = new Float64Array(chosen.length * d)
  const levels = Array.from(chosen, (row, i) => {
    const own = cells(row)
    attributes.forEach((attribute, j) => {
      if (attribute.kind === 'categorical') return
      const value = own[attribute.columns[0]]
      numbers[i * d + j] = typeof value === 'number' ? value : Number.NaN
    })
    return instanceLevels(attributes, own, true, 'TabularExplainer, training data')
  })
  return { numbers: { data: numbers, rows: chosen.length, cols: d }, levels }
}

/** Samples for the switches of `masks` (n, d). */
export function conditionalRows(
  attributes: readonly Attribute[],
  training: TrainingRows,
  own: { readonly numbers: Float64Array; readonly levels: Int32Array },
  masks: BitMatrix,
  random: RandomState,
): SampleValues {
  const { rows: n, cols: d } = masks
  const { data, rows: count } = training.numbers
  const apart = distancesOf(attributes, training, own)
  const numbers = new Float64Array(n * d)
  const codes = attributes.map((attribute) =>
    attribute.kind === 'categorical' ? new Uint16Array(n) : null,
  )
  const distances = new Float64Array(count)
  const order = Array.from({ length: count }, (_, r) => r)
  for (let i = 0; i < n; i++) {
    distances.fill(0)
    for (let j = 0; j < d; j++) {
      if (!getBit(masks, i, j)) continue
      const column = apart[j]!
      for (let r = 0; r < count; r++) distances[r]! += column[r]!
    }
    // Ties are many where little is on: a random order, so that all of them have their chance.
    const nearest = nearestOf(order, distances, random)
    const row = nearest[random.randint(0, nearest.length)]!
    for (let j = 0; j < d; j++) {
      const on = getBit(masks, i, j)
      numbers[i * d + j] = on ? own.numbers[j]! : data[row * d + j]!
      if (codes[j]) codes[j]![i] = on ? own.levels[j]! : training.levels[row]![j]!
    }
  }
  return { numbers, scale: null, shift: null, codes }
}

/** For each attribute how far each training row is from the instance. */
function distancesOf(
  attributes: readonly Attribute[],
  { numbers: { data, rows, cols }, levels }: TrainingRows,
  own: { readonly numbers: Float64Array; readonly levels: Int32Array },
): Float64Array[] {
  return attributes.map((attribute, j) =>
    Float64Array.from({ length: rows }, (_, r) => {
      if (attribute.kind === 'categorical') {
        return levels[r]![j] === own.levels[j] ? 0 : OTHER_CATEGORY
      }
      const a = data[r * cols + j]!
      const b = own.numbers[j]!
      if (Number.isNaN(a) || Number.isNaN(b))
        return Number.isNaN(a) && Number.isNaN(b) ? 0 : MOST_APART
      return Math.min(MOST_APART, ((a - b) / attribute.scale) ** 2)
    }),
  )
}

/** The nearest rows, of equally near ones a random choice: a selection, not a sort. */
function nearestOf(order: number[], distances: Float64Array, random: RandomState): number[] {
  const start = random.randint(0, order.length)
  const found: number[] = []
  for (let k = 0; k < order.length; k++) {
    const r = order[(start + k) % order.length]!
    const distance = distances[r]!
    if (found.length === NEAREST && distance >= distances[found[NEAREST - 1]!]!) continue
    let at = found.length
    while (at > 0 && distances[found[at - 1]!]! > distance) at--
    found.splice(at, 0, r)
    if (found.length > NEAREST) found.pop()
  }
  return found
}

/** Throws where an explainer has let its training rows go. */
export function noTrainingRows(where: string): OptionError {
  return new OptionError({
    where,
    got: 'an explainer without its training rows (sparse, made from statistics, or read from JSON)',
    expected: 'one made from rows of a table',
    remedy: 'Make the explainer from the training data.',
  })
}
