/**
 * Keras models, without Python: `.h5`, `.hdf5` and `.keras` files as ONNX graphs.
 *
 * 1. The file is read: HDF5 by h5wasm, the zip of a `.keras` archive by fflate. Nothing in it is run.
 * 2. Its network is written, layer by layer, as an ONNX graph in memory (`keras/translate.ts`).
 * 3. `loadOnnx` runs the graph, native in Node and as WebAssembly or WebGPU in browsers.
 */
import { checkOptions, DataError, OptionError } from '../contract/index.ts'
import { checkFileSize, DEFAULT_MAX_BYTES, MemoryBudget } from './keras/memory.ts'
import { readArchive } from './keras/read-archive.ts'
import { type OpenNetwork, readH5 } from './keras/read-h5.ts'
import { type Translated, translate } from './keras/translate.ts'
import { readSource } from './onnx/read-source.ts'
import { loadOnnx, type ModelSource, type OnnxOptions, type OnnxPredictor } from './onnx.ts'

export type { Shape } from './keras/graph.ts'
export type { GraphEnd, LayerReport, Translated, TranslationReport } from './keras/translate.ts'

/** What `translateKeras` can be told. */
export interface TranslateOptions {
  /**
   * Layers whose outputs become further outputs of the graph, by name (`encoder/conv` for a layer in a nested model):
   * for class activation maps and transfer learning. Default: none.
   */
  readonly innerOutputs?: readonly string[] | undefined
  /** The largest file and the most weights, in bytes. Default 2147483647, which is what an ONNX file can hold. */
  readonly maxBytes?: number | undefined
}

/** What `loadKeras` can be told: `loadOnnx`'s options and the translation's. */
export interface KerasOptions extends OnnxOptions, TranslateOptions {}

/** A Keras model, loaded. */
export interface KerasPredictor extends OnnxPredictor {
  /** The graph's inputs and outputs, and what was translated. */
  readonly translation: Omit<Translated, 'onnx'>
}

/**
 * Loads a Keras model from a path, a URL or its bytes.
 *
 * Pictures are given to it channels last, as Keras has them. With `innerOutputs` the option `output` chooses what is
 * answered; default: the model's first output.
 *
 * Rejects with a DataError for files that are damaged or hostile, a PredictorError for missing files, for files larger
 * than memory allows, and for layers that cannot be translated (by name, with what to do), a MissingDependencyError
 * without h5wasm or ONNX Runtime, and an OptionError for options that do not exist or do not fit.
 */
export async function loadKeras(
  source: ModelSource,
  options: KerasOptions = {},
): Promise<KerasPredictor> {
  const { innerOutputs, maxBytes, ...rest } = options
  const translated = await translateKeras(source, { innerOutputs, maxBytes })
  return loadTranslated(translated, { name: nameOf(source), ...rest })
}

/** What messages call a model: its path or URL. */
export function nameOf(source: unknown): string | undefined {
  return typeof source === 'string' || source instanceof URL ? String(source) : undefined
}

/** Translates a Keras model to the bytes of an ONNX model: what `sodalime convert` writes. Rejects as `loadKeras` does. */
export async function translateKeras(
  source: ModelSource,
  options: TranslateOptions = {},
): Promise<Translated> {
  const { innerOutputs, maxBytes } = checkTranslateOptions('translateKeras', options)
  await checkFileSize(source, maxBytes)
  const { bytes, name } = await readSource(source)
  const network = await openNetwork(bytes, name, new MemoryBudget(maxBytes))
  try {
    return translate(network, innerOutputs)
  } finally {
    network.close()
  }
}

/** Runs a translated model by ONNX Runtime, with what is known of Keras's layouts. */
export async function loadTranslated(
  translated: Translated,
  options: OnnxOptions,
): Promise<KerasPredictor> {
  const { onnx, ...translation } = translated
  const rank = translation.inputs[0]?.shape.length
  const { image, series } = options
  const predictor = await loadOnnx(onnx, {
    ...options,
    output: options.output ?? translation.outputs[0]?.name,
    image: rank === 4 ? { ...image, layout: image?.layout ?? 'nhwc' } : image,
    series: rank === 3 ? { ...series, layout: series?.layout ?? 'ntc' } : series,
  })
  return { ...predictor, translation }
}

/** The options with their defaults. Throws an OptionError for those that do not exist or do not fit. */
export function checkTranslateOptions(
  where: string,
  options: TranslateOptions,
): { innerOutputs: readonly string[]; maxBytes: number } {
  checkOptions(`${where}, options`, options, ['innerOutputs', 'maxBytes'])
  const { innerOutputs = [], maxBytes = DEFAULT_MAX_BYTES } = options
  if (!(maxBytes > 0)) {
    throw new OptionError({
      where: `${where}, options.maxBytes`,
      got: String(maxBytes),
      expected: 'a number of bytes above 0',
      remedy: `Leave it out for the default, ${DEFAULT_MAX_BYTES}.`,
    })
  }
  return { innerOutputs, maxBytes }
}

/** Told by the first bytes, since extensions may be wrong: a zip begins with PK. */
async function openNetwork(
  bytes: Uint8Array,
  where: string,
  budget: MemoryBudget,
): Promise<OpenNetwork> {
  if (bytes.length === 0) {
    throw new DataError({
      where,
      got: 'an empty file',
      expected: 'a Keras model (.h5, .hdf5, .keras)',
      remedy: 'Save or download it again.',
    })
  }
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b
  return isZip ? readArchive(bytes, where, budget) : readH5(bytes, where, budget)
}
