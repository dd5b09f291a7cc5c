/** What pages of several explanations are made of. */
import type { ExplanationData } from '../contract/index.ts'

/** One explanation on a page of several. */
export interface ReportEntry {
  /** What tells it from the others: a model, a file, a row. */
  readonly name: string
  readonly explanation: ExplanationData
  /** The output column that is shown; default the first one explained. */
  readonly label?: number | undefined
  /** The true class, by its name, or the true value, where it is known. */
  readonly truth?: string | number | undefined
}

/** How a page of several explanations is made. */
export interface ReportOptions {
  /** The headline; default made from the explanations. */
  readonly title?: string | undefined
  /** Most features in a table; default 30. */
  readonly maxFeatures?: number | undefined
}
