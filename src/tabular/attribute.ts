/**
 * Attributes: what of a table is switched together.
 *
 * An attribute is a numeric column, a categorical column, or a group of one-hot columns that stand for one category.
 * It holds all that sampling needs, so that the training data can be let go. Plain JSON data: explainers are saved
 * as a list of these.
 */
import type { Value } from '../contract/instance.ts'
import { isMissing } from './table.ts'

/** The bins of a discretised column, `cuts.length + 1` of them; the bin after the last is that of missing values. */
export interface Bins {
  /** Ascending; value x belongs to bin number count(cut < x). */
  readonly cuts: readonly number[]
  readonly names: readonly string[]
  /** For each bin: mean, standard deviation and bounds of the training values. */
  readonly means: readonly number[]
  readonly stds: readonly number[]
  readonly mins: readonly number[]
  readonly maxs: readonly number[]
  /** Bins that occur in the training data, ascending, and their shares, which sum to 1. */
  readonly levels: readonly number[]
  readonly frequencies: readonly number[]
}

/** A column of numbers. */
export interface NumericAttribute {
  readonly kind: 'numeric'
  readonly name: string
  readonly columns: readonly [number]
  readonly mean: number
  /** Population standard deviation; 1 for a constant column. */
  readonly scale: number
  /** 0, 25, 50, 75, 100 % points of the training values. */
  readonly quantiles: readonly number[] | null
  /** Shares of the training values in bins of equal width, for drawings; absent where unknown. */
  readonly histogram?: readonly number[]
  /** Share of missing values in the training data. */
  readonly missing: number
  /** How missing values are told to the model. */
  readonly missingAs: 'null' | 'NaN'
  /** Null where the column is not discretised. */
  readonly bins: Bins | null
}

/** One category: its name and the values of the attribute's columns. */
export interface Level {
  readonly name: string
  readonly values: readonly Value[]
}

/** A column of categories, or a group of one-hot columns. */
export interface CategoricalAttribute {
  readonly kind: 'categorical'
  readonly name: string
  readonly columns: readonly number[]
  /** Categories of the training data: numbers ascending, then texts, missing last. */
  readonly levels: readonly Level[]
  /** Their shares, which sum to 1. */
  readonly frequencies: readonly number[]
  /** How missing values, which stand as null in `levels`, are told to the model. */
  readonly missingAs: 'null' | 'NaN'
}

export type Attribute = NumericAttribute | CategoricalAttribute

/** The bin of a value: the number of cuts below it; the bin after the last for a missing value. */
export function binOf(value: number, cuts: readonly number[]): number {
  if (Number.isNaN(value)) return cuts.length + 1
  let bin = 0
  while (bin < cuts.length && cuts[bin]! < value) bin++
  return bin
}

/** Number of a value's category in the training data; −1 if it does not occur there. */
export function levelOf(attribute: CategoricalAttribute, values: readonly Value[]): number {
  return attribute.levels.findIndex((level) =>
    level.values.every((value, k) => sameValue(value, values[k]!)),
  )
}

function sameValue(a: Value, b: Value): boolean {
  return a === b || (isMissing(a) && isMissing(b))
}
