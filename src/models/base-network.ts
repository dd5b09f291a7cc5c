/**
 * A network as the base of another one: its file in any format that becomes ONNX, cut at its features.
 */
import { OptionError } from '../contract/index.ts'
import {
  classifierModel,
  FEATURES_OUTPUT,
  featureModel,
  findFeatures,
  type SoftmaxHead,
} from './onnx/cut-graph.ts'
import { withoutZipMaps } from './onnx/graph.ts'
import type { ImageLayout } from './onnx/image-input.ts'
import { openGraph } from './onnx/open-graph.ts'
import { planOutput } from './onnx/output-plan.ts'
import { readSource } from './onnx/read-source.ts'
import { loadOnnx, type OnnxPredictor } from './onnx.ts'

export type { SoftmaxHead } from './onnx/cut-graph.ts'

/** A network that was read. */
export interface BaseNetwork {
  /** What makes its features: `GlobalAveragePool`, for instance. */
  readonly featuresFrom: string
  /** Where its channels stand, where the format tells. */
  readonly layout: ImageLayout['layout']
  /** The network up to its features, as a predictor of (n, features). */
  readonly openFeatures: (image: ImageLayout) => Promise<OnnxPredictor>
  /** The bytes of an ONNX model that has `head` in place of its classifier. */
  readonly withHead: (head: SoftmaxHead) => Uint8Array
}

/** Reads `.onnx`, `.h5`, `.hdf5`, `.keras`, or the `model.json` of a layers model. Rejects as their loaders do. */
export async function readBaseNetwork(source: string): Promise<BaseNetwork> {
  const { bytes, layout } = await onnxOf(source)
  const model = openGraph(source, bytes)
  const plan = planOutput(source, withoutZipMaps(model), {})
  const { tensor, made } = findFeatures(source, model.graph, plan.tensors[0]!)
  return {
    featuresFrom: made,
    layout,
    openFeatures: (image) =>
      loadOnnx(featureModel(source, model, tensor), {
        output: FEATURES_OUTPUT,
        task: 'regression',
        image,
      }),
    withHead: (head) => classifierModel(source, model, tensor, head),
  }
}

async function onnxOf(
  source: string,
): Promise<{ bytes: Uint8Array; layout: ImageLayout['layout'] }> {
  const path = source.replace(/[?#].*$/, '').toLowerCase()
  if (path.endsWith('.onnx')) return { bytes: (await readSource(source)).bytes, layout: undefined }
  if (/\.(h5|hdf5|keras)$/.test(path)) {
    const { translateKeras } = await import('./keras.ts')
    return { bytes: (await translateKeras(source)).onnx, layout: 'nhwc' }
  }
  if (path.endsWith('.json')) {
    const { translateTfjsLayers } = await import('./tfjs-layers.ts')
    return { bytes: (await translateTfjsLayers(source)).onnx, layout: 'nhwc' }
  }
  throw new OptionError({
    where: 'readBaseNetwork, source',
    got: source,
    expected: 'a .onnx, .h5, .hdf5 or .keras file, or the model.json of a layers model',
    remedy: 'Export the network to ONNX first.',
  })
}
