/**
 * Errors between threads and processes, where only plain data travels: taken apart on one side, made again on the other.
 */
import {
  DataError,
  type ErrorCode,
  MissingDependencyError,
  OptionError,
  PredictorError,
  PredictorOutputError,
  type Problem,
  ShapeError,
  SodalimeError,
} from '../contract/errors.ts'

/** An error as data. */
export interface CarriedError extends Omit<Problem, 'cause'> {
  readonly code: ErrorCode
}

const CLASSES: { readonly [code in ErrorCode]: new (problem: Problem) => SodalimeError } = {
  shape: ShapeError,
  option: OptionError,
  predictor: PredictorError,
  'predictor-output': PredictorOutputError,
  'missing-dependency': MissingDependencyError,
  data: DataError,
}

/** The error as data; undefined for errors that sodalime does not throw on purpose. */
export function carried(error: unknown): CarriedError | undefined {
  if (!(error instanceof SodalimeError)) return undefined
  const { code, where, got, expected, remedy } = error
  return { code, where, got, expected, remedy }
}

/** The error again. */
export function uncarried({ code, ...problem }: CarriedError): SodalimeError {
  return new CLASSES[code](problem)
}
