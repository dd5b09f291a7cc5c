/**
 * TensorFlow.js layers models (`model.json` and its shards) by the road of Keras files: translated to ONNX.
 *
 * Quantised weights (uint8, uint16, float16) become floats. TensorFlow.js itself is not needed. Graph models are
 * refused with a pointer to `loadTfjs`.
 */

import { checkFileSize, MemoryBudget } from './keras/memory.ts'
import { readTfjsArtifacts, readTfjsManifest, type TfjsArtifacts } from './keras/tfjs-manifest.ts'
import { type Translated, translate } from './keras/translate.ts'
import type { KerasOptions, KerasPredictor, TranslateOptions } from './keras.ts'
import { checkTranslateOptions, loadTranslated, nameOf } from './keras.ts'
import { readSource } from './onnx/read-source.ts'
import type { ModelSource } from './onnx.ts'

export type { TfjsArtifacts } from './keras/tfjs-manifest.ts'

/**
 * Loads a layers model from the path or URL of its `model.json`, or from TensorFlow.js's `ModelArtifacts`.
 *
 * Shards must lie in the model's folder. Rejects as `loadKeras` does; with a PredictorError for graph models and for
 * shards that lie elsewhere.
 */
export async function loadTfjsLayers(
  source: ModelSource | TfjsArtifacts,
  options: KerasOptions = {},
): Promise<KerasPredictor> {
  const { innerOutputs, maxBytes, ...rest } = options
  const translated = await translateTfjsLayers(source, { innerOutputs, maxBytes })
  return loadTranslated(translated, { name: nameOf(source), ...rest })
}

/** Translates a layers model to the bytes of an ONNX model. Rejects as `loadTfjsLayers` does. */
export async function translateTfjsLayers(
  source: ModelSource | TfjsArtifacts,
  options: TranslateOptions = {},
): Promise<Translated> {
  const { innerOutputs, maxBytes } = checkTranslateOptions('translateTfjsLayers', options)
  const budget = new MemoryBudget(maxBytes)
  if (isArtifacts(source)) {
    const network = readTfjsArtifacts(source, 'the model given as artifacts', budget)
    return translate(network, innerOutputs)
  }
  await checkFileSize(source, maxBytes)
  const { bytes, name, readBeside } = await readSource(source)
  return translate(await readTfjsManifest(bytes, name, readBeside, budget), innerOutputs)
}

function isArtifacts(source: ModelSource | TfjsArtifacts): source is TfjsArtifacts {
  return typeof source === 'object' && 'modelTopology' in source
}
