/**
 * The demonstration for series: a small convolutional network that tells wide heartbeats from narrow ones, trained on
 * PhysioNet's record 208 by `tools/make-demo-beats.py`.
 */
import { fileURLToPath } from 'node:url'
import { DataError } from '../contract/errors.ts'
import { readSeries } from '../data/read-series.ts'
import { loadOnnx } from '../models/onnx.ts'
import { renderSeriesSvg } from '../render/series-svg.ts'
import { SeriesExplainer } from '../series/series-explainer.ts'
import type { CommandContext } from './context.ts'
import { deliver } from './deliver.ts'
import type { DemoFlags } from './demo-tabular.ts'

/** A wide beat whose explanation is easy to follow. */
const INTERESTING_BEAT = 4

/** Explains one of the packaged beats. */
export async function seriesDemo(flags: DemoFlags, context: CommandContext): Promise<void> {
  const { instances, labels } = await readSeries(packaged('beats.tsv'))
  const index = flags.row ?? INTERESTING_BEAT
  const beat = instances[index]
  if (beat === undefined) {
    throw new DataError({
      where: '--row',
      got: String(index),
      expected: `an integer from 0 to ${instances.length - 1}`,
      remedy: 'Beats are counted from 0.',
    })
  }
  const model = await loadOnnx(packaged('beats.onnx'), { classNames: ['narrow', 'wide'] })
  try {
    const explainer = new SeriesExplainer({
      channelNames: ['lead MLII'],
      samplingRate: 120,
      numSegments: 10,
      // The beats were band-passed: zero is the quiet line between them.
      replacement: 'zero',
      randomState: 42,
    })
    const explanation = await explainer.explain(beat, model, { signal: context.signal })
    const head = `A small convolutional network on heartbeats of MIT-BIH record 208 (PhysioNet)\nBeat ${index}; measured in the data: ${String(labels?.[index])}`
    await deliver(explanation, flags, context, head, { svg: renderSeriesSvg })
  } finally {
    await model.close()
  }
}

/** A file of the package's folder `demo`. */
function packaged(name: string): string {
  return fileURLToPath(new URL(`../../demo/${name}`, import.meta.url))
}
