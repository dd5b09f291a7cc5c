/**
 * `sodalime demo`: a real model and real data that come with the package, explained in the terminal and as a report.
 *
 * Gradient-boosted trees on scikit-learn's breast cancer data; the script that trained them is in `tools/`.
 */
import { fileURLToPath } from 'node:url'
import { Argument, Command } from 'commander'
import { readTable } from '../data/read-table.ts'
import { rowAt, takeTarget } from '../data/table.ts'
import { loadOnnx } from '../models/onnx.ts'
import { TabularExplainer } from '../tabular/tabular-explainer.ts'
import type { CommandContext } from './context.ts'
import { checkOutputs, deliver } from './deliver.ts'
import { wholeValue } from './option-values.ts'

const REPORT = 'sodalime-demo.html'

/** One demonstration. */
type Demo = (flags: DemoFlags, context: CommandContext) => Promise<void>

interface DemoFlags {
  readonly row?: number
  readonly html: string
  readonly color?: boolean
}

const DEMOS: { readonly [kind: string]: Demo } = { tabular: tabularDemo }

/** The command. */
export function demoCommand(context: CommandContext): Command {
  return new Command('demo')
    .summary('explain a model that comes with sodalime')
    .description(
      `Explain a prediction of a model that comes with sodalime, and write the report ${REPORT}.`,
    )
    .addArgument(
      new Argument('[kind]', 'kind of data').choices(Object.keys(DEMOS)).default('tabular'),
    )
    .option('--row <n>', 'the row of the data to explain, from 0', wholeValue)
    .option('--html <file>', 'where the report goes', REPORT)
    .option('--no-color', 'no colours (also by NO_COLOR)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ sodalime demo\n  $ sodalime demo tabular --row 3 --html why.html\n',
    )
    .action(async (kind: string, flags: DemoFlags) => DEMOS[kind]!(flags, context))
}

async function tabularDemo(flags: DemoFlags, context: CommandContext): Promise<void> {
  await checkOutputs(flags)
  const table = await readTable(packaged('breast-cancer.csv'))
  const targetName = table.columnNames.at(-1)!
  const { features, target } = takeTarget(table, targetName)
  const index = flags.row ?? 17
  const row = rowAt(features, index, '--row')
  const model = await loadOnnx(packaged('breast-cancer.onnx'))
  try {
    const explainer = new TabularExplainer(features.rows, {
      featureNames: features.columnNames,
      randomState: 42,
    })
    const explanation = await explainer.explain(row, model, {
      numFeatures: 5,
      signal: context.signal,
    })
    const head = `Gradient-boosted trees on the breast cancer data of scikit-learn. Row ${index}; ${targetName} in the data: ${String(target[index])}`
    await deliver(explanation, flags, context, head)
  } finally {
    await model.close()
  }
}

/** A file of the package's folder `demo`. */
function packaged(name: string): string {
  return fileURLToPath(new URL(`../../demo/${name}`, import.meta.url))
}
