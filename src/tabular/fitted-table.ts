/**
 * All that an explainer keeps of its training data, and how it is saved.
 *
 * Plain JSON (`sodalime/tabular-explainer@1`): the attributes, the form of the rows, the options, and the random
 * stream as the constructor left it. Training rows themselves are not kept.
 */
import { DataError, OptionError, ShapeError } from '../contract/errors.ts'
import type { RandomState, RandomStateData } from '../math/random-state.ts'
import type { Attribute } from './attribute.ts'
import { categoricalColumns, type FitOptions, fitTable } from './fit-table.ts'
import { isSparseRow, type SparseRow, type SparseStats, sparseStats } from './sparse-row.ts'
import { isMatrix, type RowForm, readColumns, rowForm, type TableData } from './table.ts'
import type { TabularExplainerOptions } from './tabular-options.ts'
import { attributesFromStats } from './training-stats.ts'

/** Name and version of the saved form. */
export const TABULAR_EXPLAINER_SCHEMA = 'sodalime/tabular-explainer@1'

/** What an explainer knows of its table. */
export interface FittedTable {
  /** Names of the model's columns, in order; empty for sparse rows without names. */
  readonly names: readonly string[]
  /** How rows come and go. */
  readonly form: RowForm
  readonly attributes: readonly Attribute[]
  /** Whether numbers are cut into bins. */
  readonly discretised: boolean
  /** Indices of the categorical attributes in the order in which they are drawn. */
  readonly order: readonly number[]
  /** Means and scales of sparse rows, which have no attributes. */
  readonly sparse?: SparseStats
}

/** A saved explainer. */
export interface SavedTabularExplainer {
  readonly schema: typeof TABULAR_EXPLAINER_SCHEMA
  readonly table: FittedTable
  readonly options: TabularExplainerOptions
  readonly random: RandomStateData
  /** Whether every explain call starts from `random`. */
  readonly repeats: boolean
}

/** What an explainer can be made of. */
export type TrainingData = TableData | readonly SparseRow[] | null

/** Learns a table: from rows, from sparse rows, or from statistics. */
export function learnTable(
  data: TrainingData,
  options: TabularExplainerOptions,
  random: RandomState,
): FittedTable {
  const { featureNames, trainingDataStats } = options
  const where = 'TabularExplainer, training data'
  if (Array.isArray(data) && isSparseRow(data[0])) {
    const rows = data as readonly SparseRow[]
    checkSparseOptions(options)
    const columns = featureNames?.length ?? widest(rows)
    return {
      names: featureNames ?? [],
      form: 'array',
      attributes: [],
      discretised: false,
      order: [],
      sparse: sparseStats(rows, columns),
    }
  }
  const fit: FitOptions = {
    ...options,
    discretizeContinuous: options.discretizeContinuous ?? options.sigma === undefined,
    discretizer: options.discretizer ?? 'quartile',
    python: options.compatibility === 'python',
  }
  if (trainingDataStats) {
    const names =
      featureNames ?? (data ? readColumns(data as TableData, undefined, where).names : undefined)
    if (names === undefined || !fit.discretizeContinuous) {
      throw new OptionError({
        where: 'TabularExplainer, options.trainingDataStats',
        got: names === undefined ? 'no names of columns' : 'discretizeContinuous: false',
        expected: 'featureNames, and numbers cut into bins',
        remedy: 'Statistics replace the training data of discretised explanations only.',
      })
    }
    const attributes = attributesFromStats(trainingDataStats, names, fit)
    return {
      names,
      form: data ? formOfData(data as TableData) : 'array',
      attributes,
      discretised: true,
      order: [],
    }
  }
  const table = readColumns(data as TableData, featureNames, where)
  const attributes = fitTable(table, fit, random)
  if (typeof options.sigma === 'object' && options.sigma.length !== attributes.length) {
    throw new ShapeError({
      where: 'TabularExplainer, options.sigma',
      got: `${options.sigma.length} values`,
      expected: `${attributes.length}, one for each feature`,
      remedy: 'Give one number for all, or one for each.',
    })
  }
  const listed = [...categoricalColumns(table, fit)].map((c) =>
    attributes.findIndex(({ kind, columns }) => kind === 'categorical' && columns[0] === c),
  )
  const order = [...new Set([...listed, ...attributes.keys()])].filter((j) => j >= 0)
  return {
    names: table.names,
    form: table.form,
    attributes,
    discretised: fit.discretizeContinuous,
    order,
  }
}

/** Sparse rows know neither bins nor categories: options that ask for them are refused. */
function checkSparseOptions(options: TabularExplainerOptions): void {
  const { compatibility, discretizeContinuous, ...rest } = options
  const bins = discretizeContinuous && compatibility !== 'python'
  const names = ['categoricalFeatures', 'oneHotGroups', 'sigma', 'trainingDataStats'] as const
  const unfit = bins ? 'discretizeContinuous' : names.find((name) => rest[name] !== undefined)
  if (unfit === undefined) return
  throw new OptionError({
    where: `TabularExplainer, options.${unfit}`,
    got: 'a value beside sparse rows',
    expected: 'no such option: the nonzero numbers of sparse rows are perturbed as they are',
    remedy: 'Leave it out, or give the rows as dense arrays.',
  })
}

/** Whether something is a saved explainer. */
export function isSaved(data: unknown): data is SavedTabularExplainer {
  return (data as SavedTabularExplainer | null)?.schema === TABULAR_EXPLAINER_SCHEMA
}

/** Checks what `JSON.parse` made of a saved explainer; throws a DataError for anything else. */
export function readSaved(saved: unknown): SavedTabularExplainer {
  const where = 'TabularExplainer.fromJSON, saved'
  if (!isSaved(saved)) {
    throw new DataError({
      where,
      got: `schema ${JSON.stringify((saved as { schema?: unknown } | null)?.schema ?? null)}`,
      expected: TABULAR_EXPLAINER_SCHEMA,
      remedy: 'Give what JSON.parse makes of a saved explainer.',
    })
  }
  const { table, random, options } = saved
  const lists = [table?.names, table?.attributes, table?.order]
  if (lists.every(Array.isArray) && table.attributes.length > 0 && random && options) return saved
  throw new DataError({
    where,
    got: 'an object without table, options or random',
    expected: 'a whole saved explainer',
    remedy: 'Save it again: JSON.stringify(explainer).',
  })
}

function formOfData(data: TableData): RowForm {
  return isMatrix(data) ? 'flat' : rowForm(data[0]!)
}

function widest(rows: readonly SparseRow[]): number {
  let columns = 0
  for (const { indices } of rows.filter(isSparseRow)) {
    for (let k = 0; k < indices.length; k++) columns = Math.max(columns, indices[k]! + 1)
  }
  return columns
}
