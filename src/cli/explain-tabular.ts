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
import { named } from '../batch/open-explainer.ts'
import type { TableRow, Value } from '../contract/instance.ts'
import type { Domain } from '../explain/neighbourhood.ts'
import { TabularExplainer } from '../tabular/tabular-explainer.ts'
import {
  type AnchorFlags,
  addAnchorOptions,
  checkAnchorFlags,
  deliverAnchor,
} from './anchor-options.ts'
import { addBackgroundOption, type BackgroundFlags, backgroundRows } from './background-rows.ts'
import type { CommandContext } from './context.ts'
import { addOutputOptions, checkOutputs, deliver, type OutputFlags } from './deliver.ts'
import {
  addExplainOptions,
  type ExplainFlags,
  explainCallOptions,
  given,
} from './explain-options.ts'
import { addModelOptions, type ModelFlags, withModel } from './model-options.ts'
import { choice, wholeValue } from './option-values.ts'
import { type ProgressLine, progressLine } from './progress-line.ts'
import { tableInstance } from './table-instance.ts'
import {
  addTableOptions,
  explainerOptions,
  outputNames,
  readTrainingTable,
  setUpTable,
  type TableFlags,
  targetColumn,
} from './table-options.ts'

interface TabularFlags
  extends ModelFlags,
    ExplainFlags,
    OutputFlags,
    AnchorFlags,
    TableFlags,
    BackgroundFlags {
  readonly data: string
  readonly row?: number
  readonly instance?: string
  readonly samplingMethod?: 'gaussian' | 'lhs'
  readonly audit?: boolean
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

  A rule in place of weights:
    $ sodalime explain tabular --model m.onnx --data train.csv --target income --row 17 --anchors

  Shapley values against fifty rows of the data:
    $ sodalime explain tabular --model m.onnx --data train.csv --target income --row 17 --method shap --background 50

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
    .requiredOption('-d, --data <file>', 'the training data: .csv, .tsv, .parquet, .jsonl')
    .option('-r, --row <n>', 'the row to explain, from 0', wholeValue)
    .option('-i, --instance <json>', 'the row to explain as JSON, or a JSON file (- for stdin)')
  addTableOptions(command).addOption(
    choice('--sampling-method <method>', 'how samples are drawn', ['gaussian', 'lhs']),
  )
  command.optionsGroup('The explanation:')
  addExplainOptions(command, { numFeatures: 10, numSamples: 5000 })
  command.option(
    '--audit',
    'say whether the explanation can be fooled: up to 1000 more model calls on samples like the data',
  )
  addBackgroundOption(command)
  addAnchorOptions(command)
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

async function explainTabular(
  flags: TabularFlags,
  context: CommandContext,
  progress: ProgressLine,
): Promise<void> {
  await checkOutputs(flags)
  checkAnchorFlags(flags)
  progress.step(`Reading ${flags.data}`)
  const table = await readTrainingTable(flags.data, flags)
  targetColumn(table, flags, flags.data)
  await withModel(flags, context, progress, async (model) => {
    const { features, target, labels, classNames, predictor, options } = setUpTable(
      table,
      model,
      flags,
      flags.data,
    )
    const background = await backgroundRows(flags, features)
    const row = await tableInstance(features, flags, table.columnNames)
    progress.step('Preparing')
    const explainer = new TabularExplainer(features.rows, {
      ...options,
      ...explainerOptions(flags),
    })
    progress.step('Asking the model')
    const head = headline(flags, target, labels)
    if (flags.anchors === true) {
      const domain = explainer as Domain<TableRow, TableRow>
      const nameAll = (count: number) =>
        outputNames('classification', classNames ?? numbered(count), table, target) ?? classNames
      await deliverAnchor(domain, row, predictor, flags, nameAll, head, context, progress)
      return
    }
    const control = { signal: context.signal, onProgress: progress.onProgress }
    const explanation = await explainer.explain(row, predictor, {
      ...explainCallOptions(flags, classNames, control),
      ...given({ samplingMethod: flags.samplingMethod, audit: flags.audit, background }),
    })
    progress.close()
    const { task, classNames: names } = explanation
    await deliver(
      named(explanation, outputNames(task, names, table, target) ?? null),
      flags,
      context,
      head,
    )
  })
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index))
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
