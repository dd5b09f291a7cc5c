/**
 * `sodalime evaluate tabular`: how good are explanations of a model's predictions for the rows of a table?
 */
import { Command } from 'commander'
import type { TableRow, Value } from '../contract/instance.ts'
import type { Table } from '../data/table.ts'
import type { RandomState } from '../math/random-state.ts'
import { TabularExplainer } from '../tabular/tabular-explainer.ts'
import type { CommandContext } from './context.ts'
import {
  addEvaluateOptions,
  checkEvaluateOutputs,
  drawnInstances,
  type EvaluateFlags,
  runEvaluation,
} from './evaluate-options.ts'
import { addModelOptions, type ModelFlags, withModel } from './model-options.ts'
import { numberValue } from './option-values.ts'
import { progressLine } from './progress-line.ts'
import {
  addTableOptions,
  readTrainingTable,
  setUpTable,
  type TableFlags,
  targetColumn,
} from './table-options.ts'

interface TabularFlags extends ModelFlags, EvaluateFlags, TableFlags {
  readonly data: string
  readonly radius: number
}

/** What is off is drawn from other bins: its answer is a mean of so many draws. */
const REPEATS = 10

const EXAMPLES = `
Examples:
  Twenty rows of the data, all measures:
    $ sodalime evaluate tabular --model model.onnx --data train.csv --target species

  A hundred rows, as JSON:
    $ sodalime evaluate tabular --model m.onnx --data train.csv --target income --instances 100 --json measures.json
`

/** The command. */
export function evaluateTabularCommand(context: CommandContext): Command {
  const command = new Command('tabular')
    .summary('evaluate explanations of rows of a table')
    .description('Measure how good explanations of a model’s predictions for rows of a table are.')
  command.optionsGroup('The model:')
  addModelOptions(command)
    .optionsGroup('The data:')
    .requiredOption('-d, --data <file>', 'the training data: .csv, .tsv, .parquet, .jsonl')
  addTableOptions(command).option(
    '--radius <share>',
    'max-sensitivity: how far numbers move, in standard deviations',
    numberValue,
    0.02,
  )
  addEvaluateOptions(command)
  return command.addHelpText('after', EXAMPLES).action(async (flags: TabularFlags) => {
    const progress = progressLine(context.stderr, flags)
    try {
      await checkEvaluateOutputs(flags)
      progress.step(`Reading ${flags.data}`)
      const table = await readTrainingTable(flags.data, flags)
      targetColumn(table, flags, flags.data)
      await withModel(flags, context, progress, async (model) => {
        const { features, predictor, options } = setUpTable(table, model, flags, flags.data)
        const chosen = drawnInstances(features.rows.length, flags)
        await runEvaluation<TableRow, TableRow>(
          {
            make: (seed) => {
              const explainer = new TabularExplainer(features.rows, {
                ...options,
                randomState: seed,
              })
              return {
                explainer: explainer as never,
                explain: (row, call) => explainer.explain(row, predictor, call),
              }
            },
            model: predictor,
            instances: chosen.map((i) => features.rows[i]!),
            kernel: { metric: 'euclidean', width: (d) => 0.75 * Math.sqrt(d) },
            numSamples: 5000,
            repeats: REPEATS,
            nearby: neighbours(features, flags.radius),
            head: `${chosen.length} of ${features.rows.length} rows of ${flags.data}`,
          },
          flags,
          context,
          progress,
        )
      })
    } finally {
      progress.close()
    }
  })
}

/** Rows whose numbers moved by at most `radius` standard deviations; categories and missing values stay. */
function neighbours({ rows, types }: Table, radius: number) {
  const spreads = types.map((type, c) => {
    if (type !== 'number') return 0
    const values = rows.map((row) => row[c]).filter((value) => typeof value === 'number')
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    return Math.sqrt(square / Math.max(1, values.length))
  })
  return (row: TableRow, random: RandomState): TableRow =>
    Array.from(row as readonly Value[], (value, c) =>
      typeof value === 'number' && spreads[c]! > 0
        ? value + random.uniform(-radius, radius) * spreads[c]!
        : value,
    )
}
