/** `sodalime inspect`: what a model file holds, without running it. */
import { Command } from 'commander'
import { inspectOnnx, type OnnxInspection, type OnnxValue } from '../models/onnx.ts'
import { visibleText } from '../render/visible-text.ts'
import type { CommandContext } from './context.ts'

const EXAMPLES = `
Examples:
  $ sodalime inspect model.onnx
  $ sodalime inspect model.onnx --json | jq .classNames
`

/** The command. */
export function inspectCommand(context: CommandContext): Command {
  return new Command('inspect')
    .summary('show what a model file holds')
    .description('Show the inputs, outputs and classes of an ONNX model.')
    .argument('<model>', 'path or URL of an .onnx file')
    .option('--json', 'print all that is known, as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (source: string, flags: { readonly json?: boolean }) => {
      const inspection = await inspectOnnx(source)
      context.stdout.write(
        flags.json === true
          ? `${JSON.stringify(inspection, null, 2)}\n`
          : inspectionText(inspection),
      )
    })
}

function inspectionText(found: OnnxInspection): string {
  const { inputs, outputs, classNames, operators, opsets } = found
  const names = Object.entries(operators).map(([name, count]) =>
    count > 1 ? `${name} ×${count}` : name,
  )
  const lines: [string, string][] = [
    ['file', `${found.source}, ${found.bytes.toLocaleString('en')} bytes`],
    ['written by', found.producer === '' ? 'unknown' : found.producer],
    ...inputs.map((value, index): [string, string] => [
      index === 0 ? 'inputs' : '',
      valueText(value),
    ]),
    ...outputs.map((value, index): [string, string] => [
      index === 0 ? 'outputs' : '',
      `${valueText(value)}${found.answer?.tensors.includes(value.name) === true ? '  ← read' : ''}`,
    ]),
    ['task', found.task === null ? 'unknown' : `${found.task} (${found.taskReason})`],
    ['classes', classNames === null ? 'none in the file' : shortList(classNames)],
    ['operators', shortList(names)],
    [
      'opsets',
      Object.entries(opsets)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
  ]
  return lines.map(([name, text]) => `${name.padEnd(11)}${visibleText(text)}\n`).join('')
}

function valueText({ name, type }: OnnxValue): string {
  return `${name}  ${type}`
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 12).join(', ')
  return names.length > 12 ? `${shown}, … (${names.length} in all)` : shown
}
