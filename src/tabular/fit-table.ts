/**
 * What is learned from the training data once: the attributes of a table.
 *
 * 1. Which columns are numbers and which categories: those named in `categoricalFeatures`, and all that hold texts.
 * 2. Groups of one-hot columns become one category each, at the place of their first column.
 * 3. Numbers: mean and scale (population standard deviation; 1 for a constant column, as scikit-learn's scaler), and
 *    bins unless `discretizeContinuous` is false.
 * 4. Categories: levels with their shares; missing is a level of its own.
 */
import { DataError } from '../contract/errors.ts'
import type { Value } from '../contract/instance.ts'
import { pairwiseSum } from '../math/pairwise-sum.ts'
import { percentiles } from '../math/percentile.ts'
import type { RandomState } from '../math/random-state.ts'
import type { Attribute, CategoricalAttribute, Level, NumericAttribute } from './attribute.ts'
import { cutsOf, type Discretizer, makeBins } from './discretize.ts'
import { histogram } from './distribution.ts'
import { type Columns, columnIndex, isMissing } from './table.ts'

/** Samples hold categories as 16-bit numbers. */
const MOST_CATEGORIES = 65_536

/** How the columns are to be read. */
export interface FitOptions {
  readonly categoricalFeatures?: readonly (number | string)[] | undefined
  readonly categoricalNames?: { readonly [column: string]: readonly string[] } | undefined
  readonly oneHotGroups?: { readonly [group: string]: readonly (number | string)[] } | undefined
  readonly discretizeContinuous: boolean
  readonly discretizer: Discretizer
  readonly trainingLabels?: ArrayLike<number | string> | undefined
  readonly python: boolean
}

const VALUES = ['number', 'string', 'boolean']

/** The attributes of a table, in column order. */
export function fitTable(table: Columns, options: FitOptions, random: RandomState): Attribute[] {
  const { names, columns } = table
  const listed = categoricalColumns(table, options)
  const groups = readGroups(names, options)
  checkNamedColumns(names, options)
  const attributes: Attribute[] = []
  for (let c = 0; c < names.length; c++) {
    const group = groups.find((one) => one.columns.includes(c))
    if (group) {
      if (group.columns[0] === c) attributes.push(fitGroup(group.name, group.columns, table))
    } else if (listed.has(c)) {
      attributes.push(fitCategories(names[c]!, c, columns[c]!, categoryNames(c, names, options)))
    } else {
      attributes.push(fitNumbers(names[c]!, c, columns[c]!, options, random, names.length === 1))
    }
  }
  return attributes
}

/** Indices of the categorical columns: in the order in which they are listed, then those found by their values. */
export function categoricalColumns(table: Columns, options: FitOptions): Set<number> {
  const where = 'TabularExplainer, options.categoricalFeatures'
  const found = new Set<number>()
  for (const column of options.categoricalFeatures ?? []) {
    found.add(columnIndex(column, table.names, where))
  }
  table.columns.forEach((values, c) => {
    if (values instanceof Float64Array) return
    const odd = values.findIndex((value) => !isMissing(value) && !VALUES.includes(typeof value))
    if (odd >= 0) {
      throw new DataError({
        where: `TabularExplainer, training data, row ${odd}, column ${table.names[c]}`,
        got: `a value of type ${typeof values[odd]}`,
        expected: 'a number, a text, true, false or null',
        remedy: 'Turn it into one of these, dates for example into numbers or texts.',
      })
    }
    if (values.some((value) => typeof value !== 'number' && !isMissing(value))) found.add(c)
  })
  return found
}

function fitNumbers(
  name: string,
  column: number,
  values: readonly Value[] | Float64Array,
  options: FitOptions,
  random: RandomState,
  alone: boolean,
): NumericAttribute {
  const numbers = new Float64Array(values.length)
  const present = new Float64Array(values.length)
  let count = 0
  let infinite = -1
  for (let i = 0; i < numbers.length; i++) {
    const value = values[i]!
    const number = isMissing(value) ? Number.NaN : (value as number)
    numbers[i] = number
    if (!Number.isNaN(number)) present[count++] = number
    if (infinite < 0 && (number === Infinity || number === -Infinity)) infinite = i
  }
  if (infinite >= 0) {
    throw new DataError({
      where: `TabularExplainer, training data, row ${infinite}, column ${name}`,
      got: String(numbers[infinite]),
      expected: 'a finite number, or null where the value is missing',
      remedy: 'Replace it, or drop the row.',
    })
  }
  const known = present.subarray(0, count)
  const sorted = known.slice().sort()
  let labels = options.trainingLabels
  if (labels !== undefined && labels.length === numbers.length && count < numbers.length) {
    const all = labels
    labels = Array.from(numbers.keys())
      .filter((i) => !Number.isNaN(numbers[i]!))
      .map((i) => all[i]!)
  }
  const { mean, scale } = meanAndScale(known, alone)
  const quantiles = count > 0 ? Array.from(percentiles(sorted, [0, 25, 50, 75, 100])) : null
  const shares = quantiles === null ? undefined : histogram(known, quantiles[0]!, quantiles[4]!)
  return {
    kind: 'numeric',
    name,
    columns: [column],
    mean,
    scale,
    quantiles,
    ...(shares !== undefined && { histogram: shares }),
    missing: 1 - count / numbers.length,
    missingAs: missingForm(values),
    bins: options.discretizeContinuous
      ? makeBins(
          numbers,
          name,
          cutsOf(known, name, options.discretizer, labels, random, sorted),
          options.python,
        )
      : null,
  }
}

/**
 * Mean and population standard deviation of one column; scale 1 where the column is constant up to rounding
 * (variance ≤ n ε variance + (n mean ε)², scikit-learn's rule). NumPy sums a table row by row, but pairwise where the
 * column is the whole table (`alone`).
 */
export function meanAndScale(values: Float64Array, alone = false): { mean: number; scale: number } {
  const n = values.length
  if (n === 0) return { mean: 0, scale: 1 }
  const sum = alone ? pairwiseSum : sumInOrder
  const mean = sum(values) / n
  const deviations = values.map((value) => value - mean)
  const rest = sum(deviations)
  const squares = sum(deviations.map((deviation) => deviation ** 2))
  const variance = (squares - rest ** 2 / n) / n
  const epsilon = Number.EPSILON
  const constant = variance <= n * epsilon * variance + (n * mean * epsilon) ** 2
  return { mean, scale: constant ? 1 : Math.sqrt(variance) }
}

/** Missing values as the column has them; `null` where it has both. */
function missingForm(values: readonly Value[] | Float64Array): 'null' | 'NaN' {
  const list = values as readonly Value[]
  return list.includes(null) || !list.includes(Number.NaN) ? 'null' : 'NaN'
}

function sumInOrder(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum
}

function fitCategories(
  name: string,
  column: number,
  values: readonly Value[] | Float64Array,
  names: readonly string[] | undefined,
): CategoricalAttribute {
  const counts = new Map<Value, number>()
  for (const raw of values) {
    const value = isMissing(raw) ? null : raw
    counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  if (counts.size > MOST_CATEGORIES) {
    throw new DataError({
      where: `TabularExplainer, training data, column ${name}`,
      got: `${counts.size} categories`,
      expected: `at most ${MOST_CATEGORIES}`,
      remedy: 'A column with so many is an identifier: leave it out, or read it as a number.',
    })
  }
  const known = [...counts.keys()].sort(compareValues)
  return {
    kind: 'categorical',
    name,
    columns: [column],
    levels: known.map((value) => ({
      name: levelName(value, names),
      values: [value],
    })),
    frequencies: known.map((value) => counts.get(value)! / values.length),
    missingAs: missingForm(values),
  }
}

/** A category as it is shown: its name where categories are numbered, else its value. */
export function levelName(value: Value, names: readonly string[] | undefined): string {
  if (isMissing(value)) return 'missing'
  if (names !== undefined && typeof value === 'number') return names[value] ?? String(value)
  return String(value)
}

/** The joint states of the group's columns, as they occur together. */
function fitGroup(name: string, columns: readonly number[], table: Columns): CategoricalAttribute {
  const states = new Map<string, { level: Level; count: number }>()
  for (let i = 0; i < table.rows; i++) {
    const values = columns.map((c) => {
      const value = table.columns[c]![i]!
      return isMissing(value) ? null : value
    })
    const key = JSON.stringify(values)
    const state = states.get(key)
    if (state) state.count++
    else {
      const on = columns.filter((_, k) => Number(values[k]) > 0).map((c) => table.names[c]!)
      states.set(key, { level: { name: shortName(on, name), values }, count: 1 })
    }
  }
  const sorted = [...states.values()].sort((a, b) => compareValues(a.level.name, b.level.name))
  return {
    kind: 'categorical',
    name,
    columns,
    levels: sorted.map(({ level }) => level),
    frequencies: sorted.map(({ count }) => count / table.rows),
    missingAs: columns.some((c) => missingForm(table.columns[c]!) === 'NaN') ? 'NaN' : 'null',
  }
}

/** `color_red` in the group `color` reads `red`. */
function shortName(on: readonly string[], group: string): string {
  const names = on.map((name) =>
    name.startsWith(group) ? name.slice(group.length).replace(/^[_\-=:. ]+/, '') || name : name,
  )
  return names.join(' + ') || 'none'
}

/** Throws for cuts and names of categories that are given for no column. */
function checkNamedColumns(names: readonly string[], options: FitOptions): void {
  const { discretizer, categoricalNames } = options
  if (typeof discretizer === 'object') {
    for (const name of Object.keys(discretizer)) {
      columnIndex(name, names, 'TabularExplainer, options.discretizer')
    }
  }
  for (const name of Object.keys(categoricalNames ?? {})) {
    const column = /^\d+$/.test(name) && !names.includes(name) ? Number(name) : name
    columnIndex(column, names, 'TabularExplainer, options.categoricalNames')
  }
}

function readGroups(names: readonly string[], options: FitOptions) {
  const taken = new Set<number>()
  return Object.entries(options.oneHotGroups ?? {}).map(([name, members]) => {
    const where = `TabularExplainer, options.oneHotGroups.${name}`
    const columns = members.map((member) => columnIndex(member, names, where))
    columns.sort((a, b) => a - b)
    const twice = columns.find((c, k) => taken.has(c) || columns[k - 1] === c)
    if (columns.length === 0 || twice !== undefined) {
      throw new DataError({
        where,
        got: twice === undefined ? 'no columns' : `the column ${names[twice]} twice`,
        expected: 'at least one column, each in one group',
        remedy: 'List each one-hot column once.',
      })
    }
    for (const c of columns) taken.add(c)
    return { name, columns }
  })
}

function categoryNames(c: number, names: readonly string[], options: FitOptions) {
  return options.categoricalNames?.[c] ?? options.categoricalNames?.[names[c]!]
}

/** Numbers ascending, then booleans and texts by code unit, missing last. */
function compareValues(a: Value, b: Value): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'number' || typeof b === 'number') return typeof a === 'number' ? -1 : 1
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0
}
