/**
 * The flags that say how a table is read and its columns are understood, and what they make of a table and a model: for
 * `explain tabular`, `batch tabular` and `worker tabular` alike.
 */
import type { Command } from 'commander'
import { encodedPredict, sortedCategories } from '../batch/encoded-rows.ts'
import type { PlannedRows } from '../batch/plan.ts'
import { OptionError } from '../contract/errors.ts'
import type { TableRow, Value } from '../contract/instance.ts'
import type { Predictor } from '../contract/predictor.ts'
import { readTable } from '../data/read-table.ts'
import { columnIndex, columnValues, type Table } from '../data/table.ts'
import type { OpenedModel } from '../models/open.ts'
import type { TabularExplainerOptions } from '../tabular/index.ts'
import { checkColumnsFit, modelColumns } from '../workbench/model-columns.ts'
import { type ExplainFlags, given } from './explain-options.ts'
import type { ModelFlags } from './model-options.ts'
import { choice, groupValue, listValue, numberValue, typeValue } from './option-values.ts'

/** What the flags below give. */
export interface TableFlags {
  readonly target?: string
  readonly features?: readonly string[]
  readonly drop?: readonly string[]
  readonly columnNames?: readonly string[]
  readonly type?: { readonly [column: string]: 'number' | 'category' }
  readonly delimiter?: string
  readonly textEncoding?: string
  readonly header?: boolean
  readonly categorical?: readonly string[]
  readonly oneHot?: { readonly [group: string]: readonly string[] }
  readonly discretizer: 'quartile' | 'decile' | 'entropy' | 'none'
  readonly sampleAroundInstance?: boolean
  readonly sigma?: number
  readonly encode?: 'ordinal'
  readonly rows?: 'arrays' | 'objects'
}

/** Adds the flags to a command. */
export function addTableOptions(command: Command): Command {
  return command
    .option(
      '-t, --target <column>',
      'the column that the model predicts: its name, or number (-1 the last)',
    )
    .option('--features <columns>', 'the columns that the model takes, in its order', listValue)
    .option('--drop <columns>', 'columns that the model does not take', listValue)
    .option('--categorical <columns>', 'columns of numbers that are categories', listValue)
    .option(
      '--one-hot <group=columns>',
      'columns that are one category; may be repeated',
      groupValue,
    )
    .addOption(
      choice('--discretizer <kind>', 'how numbers become bins', [
        'quartile',
        'decile',
        'entropy',
        'none',
      ]).default('quartile'),
    )
    .option('--sample-around-instance', 'sample around the row in place of the mean of the data')
    .option(
      '--sigma <s>',
      'sample with this standard deviation around the row, without bins',
      numberValue,
    )
    .addOption(
      choice('--encode <kind>', 'give the model numbers for categories, in sorted order', [
        'ordinal',
      ]),
    )
    .addOption(
      choice('--rows <form>', 'give the model rows as lists, or as objects by column name', [
        'arrays',
        'objects',
      ]),
    )
    .option(
      '--column-names <names>',
      'names of all columns, in place of those in the file',
      listValue,
    )
    .option(
      '--type <column=type>',
      'read a column as number or category; may be repeated',
      typeValue,
    )
    .option('--header', 'the first line of the file holds names (default: guessed)')
    .option('--no-header', 'the first line of the file holds values, not names')
    .option('--delimiter <character>', 'what separates the values of a CSV (default: guessed)')
    .option('--text-encoding <name>', 'encoding of the file, such as latin1 (default: UTF-8)')
}

/** How the flags say that a file is read. */
export function tableReading(flags: TableFlags) {
  return given({
    columnNames: flags.columnNames,
    types: flags.type,
    header: flags.header,
    delimiter: flags.delimiter === '\\t' ? '\t' : flags.delimiter,
    encoding: flags.textEncoding,
  })
}

/** The table in a file, as the flags say. */
export function readTrainingTable(path: string, flags: TableFlags): Promise<Table> {
  return readTable(path, tableReading(flags))
}

/** What a table and a model make together. */
export interface TableSetup {
  /** The columns that the model takes. */
  readonly features: Table
  readonly target: string | undefined
  /** The target's values. */
  readonly labels: readonly Value[] | undefined
  readonly classNames: readonly string[] | undefined
  /** How rows reach the model, and the model on such rows. */
  readonly rows: PlannedRows
  readonly predictor: Predictor<TableRow>
  /** The explainer's options that the flags of the table set. */
  readonly options: TabularExplainerOptions
}

/** Brings table, model and flags together; `source` is the table's name in messages. Throws where they do not fit. */
export function setUpTable(
  table: Table,
  model: OpenedModel,
  flags: TableFlags & Pick<ModelFlags, 'mode'>,
  source: string,
): TableSetup {
  const target = targetColumn(table, flags, source)
  const features = modelColumns(table, model, target, flags, source)
  checkColumnsFit(features, model, flags.encode !== undefined)
  const classNames = namedClasses(model.classNames, table)
  const labels = target === undefined ? undefined : columnValues(table, target)
  const binless = flags.discretizer === 'none' || flags.sigma !== undefined
  const options = given({
    featureNames: features.columnNames,
    classNames,
    categoricalFeatures: flags.categorical,
    oneHotGroups: flags.oneHot,
    mode: flags.mode,
    discretizer: binless ? undefined : flags.discretizer,
    discretizeContinuous: binless ? false : undefined,
    sigma: flags.sigma,
    trainingLabels: flags.discretizer === 'entropy' ? (labels as (number | string)[]) : undefined,
    sampleAroundInstance: flags.sampleAroundInstance,
  })
  const rows: PlannedRows = {
    columnNames: features.columnNames,
    categories: flags.encode === 'ordinal' ? sortedCategories(features) : null,
    objects: flags.rows === 'objects',
  }
  const predictor = { ...model, predict: encodedPredict(model.predict, rows), classNames }
  return { features, target, labels, classNames, rows, predictor, options }
}

/** The explainer's options that the flags of the explanation set. */
export function explainerOptions(flags: ExplainFlags): TabularExplainerOptions {
  return given({
    kernelWidth: flags.kernelWidth,
    featureSelection: flags.featureSelection,
    compatibility: flags.compatibility,
    randomState: flags.seed,
  })
}

/** The target by name, else by number from the front or, negative, from the back. Throws where it is needed and not named. */
export function targetColumn(table: Table, flags: TableFlags, source: string): string | undefined {
  const { target } = flags
  const { columnNames } = table
  if (target === undefined) {
    const known = table.naming === 'scikit-learn' ? 'target' : undefined
    if (flags.discretizer === 'entropy' && known === undefined) throw targetNeeded()
    return known
  }
  if (!columnNames.includes(target) && /^-?\d+$/.test(target)) {
    const named = columnNames.at(Number(target))
    if (named !== undefined) return named
  }
  return columnNames[columnIndex(table, target, source)]!
}

/**
 * Names for outputs that the model left without: classes that the data names, and one predicted value. `names` are
 * those in the explanation.
 */
export function outputNames(
  task: 'classification' | 'regression',
  names: readonly string[],
  table: Table,
  target: string | undefined,
): readonly string[] | undefined {
  if (task === 'regression') {
    const named = names.length === 1 && target !== undefined && table.naming !== 'numbered'
    return named ? [target] : undefined
  }
  const numbered = names.every((name, index) => name === String(index))
  return numbered && table.targetNames?.length === names.length ? table.targetNames : undefined
}

function targetNeeded(): OptionError {
  return new OptionError({
    where: '--discretizer',
    got: 'entropy without --target',
    expected: 'the column of classes that the bins are to separate',
    remedy: 'Add --target.',
  })
}

/** The model's names of classes; where these are only numbers and the data names them, the data's. */
function namedClasses(
  classNames: readonly string[] | undefined,
  { targetNames }: Table,
): readonly string[] | undefined {
  if (targetNames === undefined) return classNames
  return classNames?.map((name) =>
    /^\d+$/.test(name) ? (targetNames[Number(name)] ?? name) : name,
  )
}
