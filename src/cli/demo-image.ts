/**
 * The demonstration for pictures: a small network for handwritten digits, trained and exported by
 * `tools/make-digits-model.py`.
 */
import { fileURLToPath } from 'node:url'
import { OptionError } from '../contract/errors.ts'
import { readImage } from '../data/images.ts'
import { ImageExplainer } from '../image/index.ts'
import { loadOnnx } from '../models/onnx.ts'
import type { CommandContext } from './context.ts'
import { deliver } from './deliver.ts'
import type { DemoFlags } from './demo-tabular.ts'

/** The digits that come with the package, in the order of `--row`. */
const DIGITS = [4, 3, 7, 8]

/** Explains one of the packaged digits. */
export async function imageDemo(flags: DemoFlags, context: CommandContext): Promise<void> {
  const index = flags.row ?? 0
  const digit = DIGITS[index]
  if (digit === undefined) {
    throw new OptionError({
      where: '--row',
      got: String(index),
      expected: `0 to ${DIGITS.length - 1}: the digits ${DIGITS.join(', ')}`,
      remedy: 'Leave it out for the first one.',
    })
  }
  const image = await readImage(packaged(`digit-${digit}.png`))
  const model = await loadOnnx(packaged('digits.onnx'))
  try {
    // Strokes are a few pixels wide, and what is off must look like paper.
    const explainer = new ImageExplainer({
      segmentation: { algorithm: 'grid', rows: 7, columns: 7 },
      hide: 0,
      randomState: 42,
    })
    const explanation = await explainer.explain(image, model, {
      topLabels: 2,
      numFeatures: 12,
      keepPicture: true,
      signal: context.signal,
    })
    const head = `A small network for handwritten digits (MNIST), right for 98 % of 10,000 it has not seen\nA picture of a ${digit}; the report shows it`
    await deliver(explanation, flags, context, head)
  } finally {
    await model.close()
  }
}

/** A file of the package's folder `demo`. */
function packaged(name: string): string {
  return fileURLToPath(new URL(`../../demo/${name}`, import.meta.url))
}
