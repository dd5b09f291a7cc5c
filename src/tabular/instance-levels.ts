/**
 * The instance in terms of the attributes: which level of each it has, checked against the training data.
 */
import { DataError } from '../contract/errors.ts'
import type { Feature, FeaturePart } from '../contract/explanation.ts'
import type { Value } from '../contract/instance.ts'
import { didYouMean } from '../contract/nearest.ts'
import {
  type Attribute,
  binOf,
  type CategoricalAttribute,
  levelOf,
  type NumericAttribute,
} from './attribute.ts'
import { isMissing, preview } from './table.ts'

/**
 * The level of each attribute (d): a bin number, or a place in `levels`; −1 for a category that the training data
 * lack, which only the reference mode lets pass.
 */
export function instanceLevels(
  attributes: readonly Attribute[],
  cells: readonly Value[],
  python: boolean,
  where: string,
): Int32Array {
  return Int32Array.from(attributes, (attribute) => {
    if (attribute.kind === 'numeric') {
      const value = numberAt(attribute, cells[attribute.columns[0]]!, where)
      return attribute.bins ? binOf(value, attribute.bins.cuts) : 0
    }
    const values = attribute.columns.map((c) => cells[c]!)
    const level = levelOf(attribute, values)
    if (level < 0 && !python) throw unknownCategory(attribute, values, where)
    return level
  })
}

/** The interpretable features of the instance, one for each attribute. */
export function instanceFeatures(
  attributes: readonly Attribute[],
  cells: readonly Value[],
  levels: Int32Array,
): Feature[] {
  return attributes.map((attribute, j) => {
    if (attribute.kind === 'categorical') {
      const own = cells[attribute.columns[0]!]!
      const level = attribute.levels[levels[j]!]?.name ?? String(own)
      const part: FeaturePart = { kind: 'tabular', columns: attribute.columns, value: level }
      return { name: `${attribute.name}=${level}`, part }
    }
    const raw = cells[attribute.columns[0]]!
    const value = isMissing(raw) ? null : raw
    const part = { kind: 'tabular', columns: attribute.columns, value } as const
    const { bins } = attribute
    if (bins === null)
      return { name: value === null ? `${attribute.name} missing` : attribute.name, part }
    const bin = levels[j]!
    const name = bins.names[bin]!
    if (value === null) return { name, part }
    const bounds = { low: bins.cuts[bin - 1] ?? null, high: bins.cuts[bin] ?? null }
    return { name, part: { ...part, bin: bounds } }
  })
}

function numberAt(attribute: NumericAttribute, value: Value, where: string): number {
  const place = `${where}, column ${attribute.name}`
  if (isMissing(value)) {
    if (attribute.missing > 0) return Number.NaN
    throw new DataError({
      where: place,
      got: 'a missing value',
      expected: 'a number: no training row lacks it',
      remedy: 'Give a value, or train with rows in which it is missing.',
    })
  }
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new DataError({
    where: place,
    got: typeof value === 'number' ? String(value) : JSON.stringify(value),
    expected: 'a finite number, as in the training data',
    remedy: `If ${attribute.name} holds categories, name it in categoricalFeatures.`,
  })
}

function unknownCategory(
  attribute: CategoricalAttribute,
  values: readonly Value[],
  where: string,
): DataError {
  const names = attribute.levels.map((level) => level.name)
  const got = values.length === 1 ? values[0]! : values
  return new DataError({
    where: `${where}, column ${attribute.name}`,
    got: `the category ${JSON.stringify(got)}`,
    expected: `one of the ${names.length} in the training data: ${preview(names, 12)}`,
    remedy: didYouMean(
      String(got),
      names,
      'A category that was never seen has no neighbours: give one of these, or train with rows that have it.',
    ),
  })
}
