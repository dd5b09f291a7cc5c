/**
 * `sodalime evaluate text`: how good are explanations of a model's predictions for texts?
 */
import { Command } from 'commander'
import { DataError } from '../contract/errors.ts'
import { decodeText, extensionOf, readBytes } from '../data/bytes.ts'
import { readTable } from '../data/read-table.ts'
import { columnValues } from '../data/table.ts'
import { TextExplainer } from '../text/index.ts'
import type { CommandContext } from './context.ts'
import {
  addEvaluateOptions,
  checkEvaluateOutputs,
  drawnInstances,
  type EvaluateFlags,
  runEvaluation,
} from './evaluate-options.ts'
import { given } from './explain-options.ts'
import { addModelOptions, type ModelFlags, withModel } from './model-options.ts'
import { progressLine } from './progress-line.ts'

interface TextFlags extends ModelFlags, EvaluateFlags {
  readonly data: string
  readonly column?: string
  readonly textEncoding?: string
}

const EXAMPLES = `
Examples:
  The spam filter of the demonstration on messages, one a line:
    $ sodalime evaluate text --model spam.onnx --data messages.txt

  A column of a table:
    $ sodalime evaluate text --model m.onnx --data reviews.csv --column body --instances 50
`

/** The command. */
export function evaluateTextCommand(context: CommandContext): Command {
  const command = new Command('text')
    .summary('evaluate explanations of texts')
    .description('Measure how good explanations of a model’s predictions for texts are.')
  command.optionsGroup('The model:')
  addModelOptions(command)
    .optionsGroup('The texts:')
    .requiredOption('-d, --data <file>', 'texts: one a line, or a .csv, .tsv, .parquet, .jsonl')
    .option('--column <name>', 'the column that holds the texts (default: the only one of texts)')
    .option('--text-encoding <name>', 'encoding of the file, such as latin1 (default: UTF-8)')
  addEvaluateOptions(command)
  return command.addHelpText('after', EXAMPLES).action(async (flags: TextFlags) => {
    const progress = progressLine(context.stderr, flags)
    try {
      await checkEvaluateOutputs(flags)
      progress.step(`Reading ${flags.data}`)
      const texts = await textsOf(flags)
      const chosen = drawnInstances(texts.length, flags).map((i) => texts[i]!)
      await withModel(flags, context, progress, async (model) => {
        await runEvaluation(
          {
            make: (seed) => {
              const explainer = new TextExplainer(given({ randomState: seed, mode: flags.mode }))
              return {
                explainer,
                explain: (text, options) => explainer.explain(text, model, options),
              }
            },
            model,
            instances: chosen,
            kernel: { metric: 'cosine', scale: 100, width: () => 25 },
            numSamples: 5000,
            head: `${chosen.length} of ${texts.length} texts of ${flags.data}`,
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

async function textsOf({ data, column, textEncoding }: TextFlags): Promise<string[]> {
  const tables = ['csv', 'tsv', 'parquet', 'jsonl', 'ndjson']
  if (column === undefined && !tables.includes(extensionOf(data).replace('.', ''))) {
    const texts = decodeText(await readBytes(data), data, textEncoding)
      .split(/\r\n|\r|\n/)
      .filter((line) => line.trim() !== '')
    if (texts.length > 0) return texts
    throw new DataError({
      where: data,
      got: 'no text',
      expected: 'one text a line',
      remedy: 'Check the file.',
    })
  }
  const table = await readTable(data, given({ encoding: textEncoding }))
  const name = column ?? onlyTexts(table.columnNames, table.types, data)
  return columnValues(table, name, data)
    .filter((value) => value !== null)
    .map(String)
    .filter((text) => text.trim() !== '')
}

function onlyTexts(names: readonly string[], types: readonly string[], path: string): string {
  const found = names.filter((_, c) => types[c] !== 'number')
  if (found.length === 1) return found[0]!
  throw new DataError({
    where: path,
    got: `${found.length} columns that may hold texts: ${found.join(', ')}`,
    expected: 'one',
    remedy: 'Say which with --column.',
  })
}
