/**
 * `sodalime demo`: real models and data that come with the package, explained in the terminal and as a report.
 *
 * A demonstration of another kind of data is a file beside this one and a line in `DEMOS`.
 */
import { Argument, Command } from 'commander'
import type { CommandContext } from './context.ts'
import { checkOutputs } from './deliver.ts'
import { imageDemo } from './demo-image.ts'
import { seriesDemo } from './demo-series.ts'
import { type DemoFlags, tabularDemo } from './demo-tabular.ts'
import { textDemo } from './demo-text.ts'
import { wholeValue } from './option-values.ts'

const REPORT = 'sodalime-demo.html'

const DEMOS: {
  readonly [kind: string]: (flags: DemoFlags, context: CommandContext) => Promise<void>
} = { tabular: tabularDemo, text: textDemo, image: imageDemo, series: seriesDemo }

const EXAMPLES = `
Examples:
  $ sodalime demo
  $ sodalime demo text
  $ sodalime demo image
  $ sodalime demo series
  $ sodalime demo tabular --row 3 --html why.html
`

/** The command. */
export function demoCommand(context: CommandContext): Command {
  return new Command('demo')
    .summary('explain a model that comes with sodalime')
    .description(`Explain a prediction of a model that comes with sodalime, and write a report.`)
    .addArgument(
      new Argument('[kind]', 'kind of data').choices(Object.keys(DEMOS)).default('tabular'),
    )
    .option('--row <n>', 'the row of the data to explain, from 0', wholeValue)
    .option('--html <file>', 'where the report goes', REPORT)
    .option('--no-color', 'no colours (also by NO_COLOR)')
    .addHelpText('after', EXAMPLES)
    .action(async (kind: string, flags: DemoFlags) => {
      await checkOutputs(flags)
      await DEMOS[kind]!(flags, context)
      context.stdout.write('Open it in a browser. With your own model: sodalime explain --help\n')
    })
}
