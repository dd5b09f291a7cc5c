/**
 * The neighbourhood of an instance: what a domain hands to the pipeline.
 *
 * Row 0 is the instance itself; the other rows are perturbations of it. Rows of 0/1 come packed (`BitMatrix`), rows of
 * values as a `Matrix`. Model inputs are made for the rows asked for and dropped again, so that memory is bounded by
 * the batch and not by the number of samples.
 */
import type { Feature } from '../contract/explanation.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { BitMatrix } from '../math/bit-matrix.ts'

/** Codes by which equal perturbations are known: row i is `words[i * stride … (i + 1) * stride)`. */
export interface RowCodes {
  readonly words: Uint32Array
  readonly stride: number
}

/** n perturbations of one instance, seen from both sides: as interpretable features and as model inputs. */
export interface Neighbourhood<Input> {
  /** The d interpretable features, in column order. */
  readonly features: readonly Feature[]
  /** (n, d): what distances and surrogates see; row 0 is the instance. */
  readonly interpretable: BitMatrix | Matrix
  /** Where rows with equal codes have equal model inputs; such rows reach the model once. */
  readonly codes?: RowCodes | undefined
  /** The model's inputs for these rows of `interpretable`, in their order. */
  readonly inputs: (rows: Int32Array) => readonly Input[]
}
