/**
 * `sodalime explain text`: one text, or several fields of one, explained.
 *
 * 1. Find the text: on the command line, in a file, on stdin, or field by field.
 * 2. Open the model; explain, with progress on stderr.
 * 3. Write files, then the terminal, where the text stands with its words coloured (deliver.ts).
 */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { OptionError } from '../contract/errors.ts'
import type { TextInput } from '../contract/instance.ts'
import type { Predictor } from '../contract/predictor.ts'
import { decodeText, unreadable } from '../data/bytes.ts'
import type { Domain } from '../explain/neighbourhood.ts'
import { TextExplainer } from '../text/index.ts'
import {
  type AnchorFlags,
  addAnchorOptions,
  checkAnchorFlags,
  deliverAnchor,
} from './anchor-options.ts'
import type { CommandContext } from './context.ts'
import { addOutputOptions, checkOutputs, deliver, type OutputFlags } from './deliver.ts'
import {
  addExplainOptions,
  type ExplainFlags,
  explainCallOptions,
  given,
} from './explain-options.ts'
import { addModelOptions, type ModelFlags, withModel } from './model-options.ts'
import { type ProgressLine, progressLine } from './progress-line.ts'
import { addTextOptions, type TextChoices, textExplainerOptions } from './text-options.ts'

interface TextFlags extends ModelFlags, ExplainFlags, OutputFlags, AnchorFlags, TextChoices {
  readonly file?: string
  readonly field?: { readonly [name: string]: string }
}

const EXAMPLES = `
Examples:
  A message, with a report to share:
    $ sodalime explain text --model spam.onnx "You have won a prize! Call now." --html why.html

  A file, by sentences, for a model in Python (see docs/process-protocol.md):
    $ sodalime explain text --model "process:python3 predict.py" --file review.txt --unit sentence

  Each word where it stands, for models that read the order of words:
    $ sodalime explain text --model m.onnx --no-bow "not good but not bad"

  A language without spaces between words:
    $ sodalime explain text --model m.onnx --locale ja "とても面白い映画でした"

  A rule in place of weights:
    $ sodalime explain text --model spam.onnx --anchors "You have won a prize! Call now."

  Several fields:
    $ sodalime explain text --model m.onnx --field "title=Great" --field "body=Would buy again"
`

/** The command. */
export function explainTextCommand(context: CommandContext): Command {
  const command = new Command('text')
    .summary('explain a prediction for a text')
    .description('Explain what a model predicts for a text: which words speak for and against it.')
    .argument('[text]', 'the text to explain')
  command.optionsGroup('The model:')
  addModelOptions(command)
    .optionsGroup('The text:')
    .option('-f, --file <file>', 'a file that holds the text (- for stdin)')
    .option(
      '--field <name=text>',
      'one field of a model that takes several; may be repeated',
      fieldValue,
    )
  addTextOptions(command)
  command.optionsGroup('The explanation:')
  addExplainOptions(command, { numFeatures: 10, numSamples: 5000 })
  addAnchorOptions(command)
  command.optionsGroup('Output:')
  addOutputOptions(command)
  return command
    .addHelpText('after', EXAMPLES)
    .action(async (text: string | undefined, flags: TextFlags) => {
      const progress = progressLine(context.stderr, flags)
      try {
        await explainText(text, flags, context, progress)
      } finally {
        progress.close()
      }
    })
}

async function explainText(
  argument: string | undefined,
  flags: TextFlags,
  context: CommandContext,
  progress: ProgressLine,
): Promise<void> {
  await checkOutputs(flags)
  checkAnchorFlags(flags)
  checkSpansFit(flags)
  const text = await textInstance(argument, flags)
  const explainer = new TextExplainer({ ...textExplainerOptions(flags), randomState: flags.seed })
  await withModel(flags, context, progress, async (model) => {
    const head = flags.file === undefined || flags.file === '-' ? '' : basename(flags.file)
    if (flags.anchors === true) {
      const domain = explainer as Domain<TextInput, unknown>
      const asked = model as Predictor<unknown>
      const names = () => flags.classNames ?? model.classNames
      await deliverAnchor(domain, text, asked, flags, names, head, context, progress)
      return
    }
    const control = { signal: context.signal, onProgress: progress.onProgress }
    const options = {
      ...explainCallOptions(flags, model.classNames, control),
      ...given({ spans: flags.spans, spanUnits: flags.spanUnits }),
    }
    // Models of the command line take instances of every kind.
    const explanation =
      typeof text === 'string'
        ? await explainer.explain(text, model, options)
        : await explainer.explain(text, model as Predictor<typeof text>, options)
    progress.close()
    await deliver(explanation, flags, context, head)
  })
}

function checkSpansFit({ anchors, spans }: TextFlags): void {
  if (anchors !== true || spans === undefined) return
  throw new OptionError({
    where: '--spans',
    got: '--spans beside --anchors',
    expected: 'one of them',
    remedy: 'Rules are made of words; --unit and --ngram make other ones.',
  })
}

/** The one text given: as an argument, by `--file`, or by `--field`. */
async function textInstance(argument: string | undefined, flags: TextFlags): Promise<TextInput> {
  const { file, field, textEncoding } = flags
  const ways = [argument, file, field].filter((way) => way !== undefined)
  if (ways.length !== 1) {
    throw new OptionError({
      where: 'explain text',
      got: ways.length === 0 ? 'no text' : 'more than one text',
      expected: 'one text: as an argument, by --file, or by --field',
      remedy: 'Put a text with spaces into quotes; --file - reads stdin.',
    })
  }
  if (file === undefined) return argument ?? field!
  const bytes = file === '-' ? await standardInput() : await fileBytes(file)
  return decodeText(bytes, file === '-' ? 'stdin' : file, textEncoding)
}

async function standardInput(): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function fileBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function fieldValue(
  text: string,
  before: { readonly [name: string]: string } = {},
): { [name: string]: string } {
  const at = text.indexOf('=')
  if (at <= 0) throw new InvalidArgumentError('Expected NAME=TEXT.')
  return { ...before, [text.slice(0, at).trim()]: text.slice(at + 1) }
}
