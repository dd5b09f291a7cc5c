/** `sodalime convert`: a Keras or TensorFlow.js layers model as an ONNX file. */
import { extname } from 'node:path'
import { Command } from 'commander'
import { OptionError } from '../contract/errors.ts'
import type { Translated } from '../models/keras.ts'
import { visibleText } from '../render/visible-text.ts'
import type { CommandContext } from './context.ts'
import { repeatedValue } from './option-values.ts'
import { checkOutputPath, writeWhole } from './output-file.ts'

const EXAMPLES = `
Examples:
  $ sodalime convert model.h5 model.onnx
  $ sodalime convert tfjs/model.json model.onnx

  With the output of an inner layer as a second output of the graph:
    $ sodalime convert model.keras model.onnx --inner global_average_pooling2d
`

/** The command. */
export function convertCommand(context: CommandContext): Command {
  return new Command('convert')
    .summary('write a Keras or TensorFlow.js model as ONNX')
    .description(
      'Translate a Keras model (.h5, .hdf5, .keras) or a TensorFlow.js layers model (model.json) to ONNX, without Python.',
    )
    .argument('<model>', 'path or URL of the model')
    .argument('<out>', 'the .onnx file to write')
    .option(
      '--inner <layer>',
      "make a layer's output an output too; may be repeated",
      repeatedValue,
    )
    .addHelpText('after', EXAMPLES)
    .action(async (source: string, out: string, flags: { readonly inner?: readonly string[] }) => {
      await checkOutputPath(out, 'convert, out')
      if (extname(out).toLowerCase() !== '.onnx') {
        throw new OptionError({
          where: 'convert, out',
          got: out,
          expected: 'a file name that ends in .onnx',
          remedy: 'Models are converted to ONNX only.',
        })
      }
      const translated = await translate(source, flags.inner)
      await writeWhole(out, translated.onnx, 'convert, out')
      const { inputs, outputs, report, onnx } = translated
      const ends = [
        ...inputs.map(({ name, shape }) => `  in   ${visibleText(name)}  [${sizes(shape)}]\n`),
        ...outputs.map(({ name, shape }) => `  out  ${visibleText(name)}  [${sizes(shape)}]\n`),
      ].join('')
      const notes = report.notes.map((note) => `  note ${visibleText(note)}\n`).join('')
      context.stdout.write(
        `Wrote ${out}: ${report.layers.length} layers, ${onnx.length.toLocaleString('en')} bytes\n${ends}${notes}`,
      )
    })
}

async function translate(
  source: string,
  innerOutputs: readonly string[] | undefined,
): Promise<Translated> {
  const path = source.replace(/[?#].*$/, '')
  if (/\.(h5|hdf5|keras)$/i.test(path)) {
    return (await import('../models/keras.ts')).translateKeras(source, { innerOutputs })
  }
  if (/\.json$/i.test(path)) {
    return (await import('../models/tfjs.ts')).translateTfjsLayers(source, { innerOutputs })
  }
  throw new OptionError({
    where: 'convert, model',
    got: source,
    expected: 'a .h5, .hdf5 or .keras file, or the model.json of a TensorFlow.js layers model',
    remedy: 'Other models are exported to ONNX by the library that made them.',
  })
}

function sizes(shape: readonly (number | null)[]): string {
  return shape.map((size) => size ?? '?').join(', ')
}
