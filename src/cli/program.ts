/**
 * All commands of `sodalime`, and what becomes of what they throw: a message and an exit code.
 *
 * A new command is a file beside this one and a line in `sodalimeProgram`.
 */
import { Command, CommanderError } from 'commander'
import { batchCommand } from './batch.ts'
import type { CommandContext } from './context.ts'
import { convertCommand } from './convert.ts'
import { demoCommand } from './demo.ts'
import { errorText } from './error-text.ts'
import { evaluateImageCommand } from './evaluate-image.ts'
import { evaluateSeriesCommand } from './evaluate-series.ts'
import { evaluateTabularCommand } from './evaluate-tabular.ts'
import { evaluateTextCommand } from './evaluate-text.ts'
import { EXIT, EXIT_CODES_HELP, exitCodeOf } from './exit-codes.ts'
import { explainImageCommand } from './explain-image.ts'
import { explainSeriesCommand } from './explain-series.ts'
import { explainTabularCommand } from './explain-tabular.ts'
import { explainTextCommand } from './explain-text.ts'
import { inspectCommand } from './inspect.ts'
import { queueCommand } from './queue.ts'
import { reportCommand } from './report.ts'
import { studioCommand } from './studio.ts'
import { summarizeCommand } from './summarize.ts'
import { trainImageCommand } from './train-image.ts'
import { trainSeriesCommand } from './train-series.ts'
import { packageVersion } from './version.ts'
import { workerCommand } from './worker.ts'

const EXAMPLES = `
Examples:
  $ sodalime demo
  $ sodalime inspect model.onnx
  $ sodalime explain tabular --model model.onnx --data train.csv --target species --row 17 --html why.html
`

/** Runs `sodalime …words`, prints what went wrong, and resolves to the exit code. */
export async function runCommandLine(
  words: readonly string[],
  context: CommandContext,
): Promise<number> {
  const { signal, stderr, env } = context
  try {
    await sodalimeProgram(context).parseAsync(words, { from: 'user' })
    return EXIT.ok
  } catch (error) {
    // What a command throws after Ctrl-C is a consequence of it.
    const cause: unknown = signal.aborted ? signal.reason : error
    // Commander has said already what is wrong.
    if (!(cause instanceof CommanderError)) {
      stderr.write(errorText(cause, (env.SODALIME_DEBUG ?? '') !== ''))
    }
    return exitCodeOf(cause)
  }
}

/** All commands. */
function sodalimeProgram(context: CommandContext): Command {
  const explain = new Command('explain')
    .summary('explain a prediction')
    .description('Explain a prediction of a model.')
    .addCommand(explainTabularCommand(context))
    .addCommand(explainTextCommand(context))
    .addCommand(explainImageCommand(context))
    .addCommand(explainSeriesCommand(context))
  const evaluate = new Command('evaluate')
    .summary('measure how good explanations are')
    .description(
      'Measure how good explanations of a model’s predictions are, methods side by side.',
    )
    .addCommand(evaluateTabularCommand(context))
    .addCommand(evaluateTextCommand(context))
    .addCommand(evaluateImageCommand(context))
    .addCommand(evaluateSeriesCommand(context))
  const train = new Command('train')
    .summary('train a model')
    .description('Train a model on your data, to explain it then.')
    .addCommand(trainSeriesCommand(context))
    .addCommand(trainImageCommand(context))
  const program = new Command('sodalime')
    .description('Local explanations (LIME) of any model.')
    .version(packageVersion(), '-V, --version')
    .addCommand(explain)
    .addCommand(evaluate)
    .addCommand(batchCommand(context))
    .addCommand(workerCommand(context))
    .addCommand(queueCommand(context))
    .addCommand(summarizeCommand(context))
    .addCommand(train)
    .addCommand(reportCommand(context))
    .addCommand(studioCommand(context))
    .addCommand(inspectCommand(context))
    .addCommand(convertCommand(context))
    .addCommand(demoCommand(context))
    .addHelpText('after', `${EXAMPLES}\n${EXIT_CODES_HELP}`)
  return settled(program, context)
}

/** Errors are thrown, not exits, and all text goes through the context; for the command and all below it. */
function settled(command: Command, context: CommandContext): Command {
  command
    .exitOverride()
    .showHelpAfterError('  (--help shows what there is)')
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    })
  for (const below of command.commands) settled(below, context)
  return command
}
