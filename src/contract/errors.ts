/**
 * Errors: one base class, few subclasses, one form of message.
 *
 * Every message says where it happened, what was got, what was expected, and how to mend it:
 * `TabularExplainer.explain, options.numSamples: got -5, expected an integer from 1 to 10000000. Leave it out for the default, 5000.`
 * An aborted call is no error of ours: it rejects with the `reason` of the caller's `AbortSignal`.
 */
import type { Explanation } from './explanation.ts'

/** What went wrong, in the four parts of a message. */
export interface Problem {
  /** The place: a call and argument, a file and line, a model and its input. */
  readonly where: string
  /** What was found there, shortened if long. */
  readonly got: string
  /** What would have been right. */
  readonly expected: string
  /** What the reader can do about it: one or more whole sentences. */
  readonly remedy: string
  /** The error beneath, if there is one. */
  readonly cause?: unknown
}

/** Stable names of the kinds of error; safe to switch on. */
export type ErrorCode =
  | 'shape'
  | 'option'
  | 'predictor'
  | 'predictor-output'
  | 'missing-dependency'
  | 'data'

/** Base of all errors that sodalime throws on purpose. */
export class SodalimeError extends Error {
  readonly code: ErrorCode
  readonly where: string
  readonly got: string
  readonly expected: string
  readonly remedy: string
  /** Where an explain call failed after some answers: the explanation of these. */
  declare partial?: Explanation

  constructor(code: ErrorCode, problem: Problem) {
    const { where, got, expected, remedy, cause } = problem
    super(
      `${where}: got ${got}, expected ${expected}. ${remedy}`,
      cause === undefined ? undefined : { cause },
    )
    this.code = code
    this.where = where
    this.got = got
    this.expected = expected
    this.remedy = remedy
  }
}

/** Arrays, rows or tensors whose sizes do not fit together. */
export class ShapeError extends SodalimeError {
  override readonly name = 'ShapeError'
  constructor(problem: Problem) {
    super('shape', problem)
  }
}

/** An option that does not exist, or whose value is out of its range. */
export class OptionError extends SodalimeError {
  override readonly name = 'OptionError'
  constructor(problem: Problem) {
    super('option', problem)
  }
}

/** A model that could not be loaded, failed while predicting, or went away. */
export class PredictorError extends SodalimeError {
  override readonly name = 'PredictorError'
  constructor(problem: Problem) {
    super('predictor', problem)
  }
}

/** A model that answered, but not with what a predictor must answer. */
export class PredictorOutputError extends SodalimeError {
  override readonly name = 'PredictorOutputError'
  constructor(problem: Problem) {
    super('predictor-output', problem)
  }
}

/** An optional library that is needed here and not installed. */
export class MissingDependencyError extends SodalimeError {
  override readonly name = 'MissingDependencyError'
  constructor(problem: Problem) {
    super('missing-dependency', problem)
  }
}

/** Data (a file, a row, a value) that cannot be used. */
export class DataError extends SodalimeError {
  override readonly name = 'DataError'
  constructor(problem: Problem) {
    super('data', problem)
  }
}
