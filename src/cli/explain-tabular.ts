/**
 * `sodalime explain tabular`: one row of a table, explained.
 *
 * 1. Read the data; open the model; find which columns it takes (model-columns.ts).
 * 2. Find the row (table-instance.ts).
 * 3. Explain it, with progress on stderr.
 * 4. Write files, then the terminal (deliver.ts).
 */
import { basename } from 'node:path'
import { Command } from 'commander'
import { OptionError } from '../contract/errors.ts'
import { Explanation } from '../contract/explanation.ts'
import type { TableRow, Value } from '../contract/instance.ts'
import type { Predictor } from '../contract/predictor.ts'
import { readTable } from '../data/read-table.ts'
import { columnIndex, columnValues, type Table } from '../data/table.ts'
import type { OpenedModel } from '../models/open.ts'
import { TabularExplainer } from '../tabular/tabular-explainer.ts'
import type { TabularExplainerOptions } from '../tabular/tabular-options.ts'
import { checkColumnsFit, modelColumns } from '../workbench/model-columns.ts'
import type { CommandContext } from './context.ts'
import { addOutputOptions, checkOutputs, deliver, type OutputFlags } from './deliver.ts'
import {
  addExplainOptions,
  type ExplainFlags,
  explainCallOptions,
  given,
} from './explain-options.ts'
import { addModelOptions, type ModelFlags, withModel } from './model-options.ts'
import {
  choice,
  groupValue,
  listValue,
  numberValue,
  typeValue,
  wholeValue,
} from './option-values.ts'
import { type ProgressLine, progressLine } from './progress-line.ts'
import { encodedPredict, type RowEncoding } from './row-encoding.ts'
import { tableInstance } from './table-instance.ts'

/** What the flags of `addTableOptions` give. */
export interface TableFlags extends RowEncoding {
  readonly data: string
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
}

interface TabularFlags extends ModelFlags, ExplainFlags, OutputFlags, TableFlags {
  readonly row?: number
  readonly instance?: string
  readonly samplingMethod?: 'gaussian' | 'lhs'
}

const EXAMPLES = `
Examples:
  The first row of the data the model was trained on:
    $ sodalime explain tabular --model iris.onnx --data iris.csv --target species --row 0

  A row of your own, with a report to share:
    $ sodalime explain tabular --model m.onnx --data train.csv --target income \\
        --instance '{"age": 39, "job": "Private", "hours": 40}' --html why.html

  What if row 17 were ten years older?
    $ sodalime explain tabular --model m.onnx --data train.csv --target income --row 17 --instance '{"age": 49}'

  A model in Python, or any other language (see docs/process-protocol.md):
    $ sodalime explain tabular --model "process:python3 predict.py" --data train.csv --target income --row 17

  A file without names, the last column being the target:
    $ sodalime explain tabular --model m.onnx --data adult.data --target -1 --row 0
`

/** The command. */
export function explainTabularCommand(context: CommandContext): Command {
  const command = new Command('tabular')
    .summary('explain a prediction for one row of a table')
    .description(
      'Explain what a model predicts for one row of a table: which values speak for and against it.',
    )
  command.optionsGroup('The model:')
  addModelOptions(command)
    .optionsGroup('The data:')
    .option('-r, --row <n>', 'the row to explain, from 0', wholeValue)
    .option('-i, --instance <json>', 'the row to explain as JSON, or a JSON file (- for stdin)')
  addTableOptions(command).addOption(
    choice('--sampling-method <method>', 'how samples are drawn', ['gaussian', 'lhs']),
  )
  command.optionsGroup('The explanation:')
  addExplainOptions(command, { numFeatures: 10, numSamples: 5000 })
  command.optionsGroup('Output:')
  addOutputOptions(command)
  return command.addHelpText('after', EXAMPLES).action(async (flags: TabularFlags) => {
    const progress = progressLine(context.stderr, flags)
    try {
      await explainTabular(flags, context, progress)
    } finally {
      progress.close()
    }
  })
}

/** Adds the flags that say which table is read, and how. */
export function addTableOptions(command: Command): Command {
  return command
    .requiredOption('-d, --data <file>', 'the training data: .csv, .tsv, .parquet, .jsonl')
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

async function explainTabular(
  flags: TabularFlags,
  context: CommandContext,
  progress: ProgressLine,
): Promise<void> {
  await checkOutputs(flags)
  progress.step(`Reading ${flags.data}`)
  const table = await readFlaggedTable(flags)
  const target = targetColumn(table, flags)
  checkTargetNeeded(flags, target)
  await withModel(flags, context, progress, async (model) => {
    const { features, predictor, labels, classNames, options } = prepareTable(
      table,
      target,
      model,
      flags,
    )
    const row = await tableInstance(features, flags, table.columnNames)
    progress.step('Preparing')
    const explainer = new TabularExplainer(features.rows, {
      ...options,
      ...given({
        kernelWidth: flags.kernelWidth,
        featureSelection: flags.featureSelection,
        compatibility: flags.compatibility,
        randomState: flags.seed,
      }),
    })
    progress.step('Asking the model')
    const control = { signal: context.signal, onProgress: progress.onProgress }
    const explanation = await explainer.explain(row, predictor, {
      ...explainCallOptions(flags, classNames, control),
      ...given({ samplingMethod: flags.samplingMethod }),
    })
    progress.close()
    await deliver(
      renamed(explanation, table, target),
      flags,
      context,
      headline(flags, target, labels),
    )
  })
}

/** The table that the flags name. */
export function readFlaggedTable(flags: TableFlags): Promise<Table> {
  return readTable(
    flags.data,
    given({
      columnNames: flags.columnNames,
      types: flags.type,
      header: flags.header,
      delimiter: flags.delimiter === '\\t' ? '\t' : flags.delimiter,
      encoding: flags.textEncoding,
    }),
  )
}

/** The columns that the model takes, the model on their rows, and the explainer's options that the flags set. */
export function prepareTable(
  table: Table,
  target: string | undefined,
  model: OpenedModel,
  flags: TableFlags & Pick<ModelFlags, 'mode'>,
) {
  const features = modelColumns(table, model, target, flags, flags.data)
  checkColumnsFit(features, model, flags.encode !== undefined)
  const classNames = namedClasses(model.classNames, table)
  const labels = target === undefined ? undefined : columnValues(table, target)
  const binless = flags.discretizer === 'none' || flags.sigma !== undefined
  const options: TabularExplainerOptions = given({
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
  }) as TabularExplainerOptions
  const predictor: Predictor<TableRow> = {
    ...model,
    predict: encodedPredict(model.predict, features, flags),
    classNames,
  }
  return { features, predictor, labels, classNames, options }
}

/** The target by name, else by number from the front or, negative, from the back. */
export function targetColumn(table: Table, flags: TableFlags): string | undefined {
  const { target } = flags
  const { columnNames } = table
  if (target === undefined) return table.naming === 'scikit-learn' ? 'target' : undefined
  if (!columnNames.includes(target) && /^-?\d+$/.test(target)) {
    const named = columnNames.at(Number(target))
    if (named !== undefined) return named
  }
  return columnNames[columnIndex(table, target, flags.data)]!
}

export function checkTargetNeeded(flags: TableFlags, target: string | undefined): void {
  if (flags.discretizer !== 'entropy' || target !== undefined) return
  throw new OptionError({
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

/** The explanation with names for what the model left without: classes that the data names, and one predicted value. */
function renamed(explanation: Explanation, table: Table, target: string | undefined): Explanation {
  const { task, classNames, labels } = explanation
  const numbered = classNames.every((name, index) => name === String(index))
  const names =
    task === 'regression'
      ? classNames.length === 1 && target !== undefined && table.naming !== 'numbered'
        ? [target]
        : undefined
      : numbered && table.targetNames?.length === classNames.length
        ? table.targetNames
        : undefined
  if (names === undefined) return explanation
  return new Explanation({
    ...explanation,
    classNames: names,
    labels: labels.map((label) => ({ ...label, name: names[label.label]! })),
  })
}

function headline(
  flags: TabularFlags,
  target: string | undefined,
  labels: readonly Value[] | undefined,
): string {
  if (flags.row === undefined) return ''
  const changed = flags.instance === undefined ? '' : ', changed'
  const actual =
    target === undefined || labels === undefined || changed !== ''
      ? ''
      : `; ${target} in the data: ${String(labels[flags.row] ?? 'missing')}`
  return `Row ${flags.row} of ${basename(flags.data)}${changed}${actual}`
}
