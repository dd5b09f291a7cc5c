/** `sodalime inspect`: what a model file holds, without running it; and a first draft of its `sodalime.json`. */
import { stat } from 'node:fs/promises'
import { basename, join, parse } from 'node:path'
import { Command } from 'commander'
import { OptionError } from '../contract/errors.ts'
import {
  draftDescription,
  inspectModelFile,
  type ModelInspection,
} from '../models/inspect-model.ts'
import type { OnnxValue } from '../models/onnx.ts'
import { visibleText } from '../render/visible-text.ts'
import type { CommandContext } from './context.ts'
import { checkOutputPath, writeWhole } from './output-file.ts'

const EXAMPLES = `
Examples:
  $ sodalime inspect model.onnx
  $ sodalime inspect model.keras
  $ sodalime inspect model.onnx --json | jq .classNames

  A first draft of the preprocessing, to be completed by hand:
    $ sodalime inspect model.h5 --write
`

interface InspectFlags {
  readonly json?: boolean
  readonly write?: boolean | string
}

/** The command. */
export function inspectCommand(context: CommandContext): Command {
  return new Command('inspect')
    .summary('show what a model file holds')
    .description('Show the inputs, outputs and classes of a model: ONNX, Keras, TensorFlow.js.')
    .argument('<model>', 'path or URL of an .onnx, .h5, .hdf5 or .keras file, or a model.json')
    .option('--json', 'print all that is known, as JSON')
    .option('--write [file]', 'write a draft of the sodalime.json (default: NAME.sodalime.json)')
    .addHelpText('after', EXAMPLES)
    .action(async (source: string, flags: InspectFlags) => {
      const draft = await draftPath(source, flags.write)
      const inspection = await inspectModelFile(source)
      if (draft !== undefined) {
        const description = draftDescription(inspection, basename(source))
        await writeWhole(draft, `${JSON.stringify(description, null, 2)}\n`, '--write')
      }
      context.stdout.write(
        flags.json === true
          ? `${JSON.stringify(inspection, null, 2)}\n`
          : inspectionText(inspection) +
              (draft === undefined ? '' : `\nWrote ${draft}: see "check" in it.\n`),
      )
    })
}

/** Where the draft goes: never over a file that a person may have completed. */
async function draftPath(
  source: string,
  write: InspectFlags['write'],
): Promise<string | undefined> {
  if (write === undefined || write === false) return undefined
  const { dir, name } = parse(source)
  const path = typeof write === 'string' ? write : join(dir, `${name}.sodalime.json`)
  await checkOutputPath(path, '--write')
  const isThere = await stat(path).then(
    () => true,
    () => false,
  )
  if (!isThere) return path
  throw new OptionError({
    where: '--write',
    got: `${path}, which is there`,
    expected: 'a file that is not there yet',
    remedy: 'Move it away first, or name another file: --write FILE.',
  })
}

const FORMATS = {
  onnx: 'ONNX',
  'keras-h5': 'Keras, HDF5',
  'keras-zip': 'Keras 3',
  'tfjs-layers': 'TensorFlow.js layers model',
  'tfjs-graph': 'TensorFlow.js graph model',
} as const

function inspectionText(found: ModelInspection): string {
  const { inputs, outputs, classNames, operators, opsets, layers, notes } = found
  const lines: [string, string][] = [
    ['file', `${found.source}, ${found.bytes.toLocaleString('en')} bytes`],
    ['format', FORMATS[found.format]],
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
  ]
  if (layers !== null) {
    lines.push(['layers', shortList(counted(layers.map(({ className }) => className)))])
  }
  if (layers === null) {
    const names = Object.entries(operators).map(([name, count]) => times(name, count))
    lines.push(['operators', shortList(names)])
  }
  const sets = Object.entries(opsets).map(([name, version]) => `${name} ${version}`)
  if (layers === null && sets.length > 0) lines.push(['opsets', sets.join(', ')])
  for (const note of notes) lines.push(['note', note])
  return lines.map(([name, text]) => `${name.padEnd(11)}${visibleText(text)}\n`).join('')
}

function counted(names: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => times(name, count))
}

function times(name: string, count: number): string {
  return count > 1 ? `${name} ×${count}` : name
}

function valueText({ name, type }: OnnxValue): string {
  return `${name}  ${type}`
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 12).join(', ')
  return names.length > 12 ? `${shown}, … (${names.length} in all)` : shown
}
