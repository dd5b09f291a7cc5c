/**
 * A model from one line of text, as it stands after `--model`: a path by its extension, or `scheme:rest`.
 *
 * Each kind is one row of the table; its code and its libraries are loaded when it is asked for.
 */
import { OptionError, type Predictor } from '../contract/index.ts'
import type { OpenServerOptions } from './http/open-server.ts'
import type { OnnxInput, OnnxOptions } from './onnx.ts'
import { findPreprocessing, mergeOptions, readPreprocessing } from './preprocessing.ts'
import type { ProcessOptions } from './process.ts'

/** Options for the kinds of model; the kind that is opened takes its own. */
export interface OpenOptions {
  /** For all files: ONNX, Keras, TensorFlow.js. They go before what stands in a `sodalime.json`. */
  readonly onnx?: OnnxOptions | undefined
  /** For all files, where neither `onnx` nor a `sodalime.json` says otherwise. */
  readonly defaults?: OnnxOptions | undefined
  /** The path or URL of the `sodalime.json` for a file; `false`: none. Default: the one beside the model. */
  readonly preprocessing?: string | URL | false | undefined
  readonly process?: ProcessOptions | undefined
  /** For servers; each protocol takes those that it knows. */
  readonly server?: OpenServerOptions | undefined
}

/** A model that takes instances of any kind that it was made for. */
export type OpenedModel = Predictor<OnnxInput> & { readonly close: () => Promise<void> }

/** One kind of model. */
interface ModelKind {
  /** What leads to it: `scheme:` or `.extension`. */
  readonly by: readonly string[]
  /** How it looks on the command line. */
  readonly example: string
  readonly open: (rest: string, options: OpenOptions) => Promise<OpenedModel>
}

const KINDS: readonly ModelKind[] = [
  {
    by: ['.onnx'],
    example: 'model.onnx',
    open: async (path, options) =>
      (await import('./onnx.ts')).loadOnnx(path, await fileOptions(path, options)),
  },
  {
    by: ['.h5', '.hdf5', '.keras'],
    example: 'model.keras',
    open: async (path, options) =>
      (await import('./keras.ts')).loadKeras(path, await fileOptions(path, options)),
  },
  {
    by: ['.json'],
    example: 'tfjs/model.json',
    open: async (path, options) => {
      const { loadTfjs, loadTfjsLayers, tfjsFormat } = await import('./tfjs.ts')
      const onnx = await fileOptions(path, options)
      if ((await tfjsFormat(path)) === 'layers-model') return loadTfjsLayers(path, onnx)
      // ONNX Runtime's own options mean nothing to TensorFlow.js.
      const { runtime, threads, executionProviders, worker, ...rest } = onnx
      return loadTfjs(path, rest)
    },
  },
  {
    by: ['process:'],
    example: 'process:python3 predict.py',
    open: async (command, { process }) =>
      (await import('./process.ts')).spawnPredictor(command, process),
  },
  ...server(
    ['kserve:', 'triton:', 'mlserver:', 'seldon:'],
    'kserve:http://host:8080/v2/models/NAME',
  ),
  ...server(['tfserving:'], 'tfserving:http://host:8501/v1/models/NAME'),
  ...server(['mlflow:'], 'mlflow:http://host:5000'),
  ...server(['openai:'], 'openai:https://host/v1#MODEL'),
  ...server(['json:'], 'json:http://host/predict'),
]

/**
 * Opens a model: `model.onnx`, `https://…/model.onnx`, `process:python3 predict.py`, `mlflow:http://host:5000`, or a
 * server's address whose path tells what it speaks. Rejects with an OptionError that
 * lists what is supported, or as the loader of that kind does.
 */
export async function openModel(spec: string, options: OpenOptions = {}): Promise<OpenedModel> {
  const text = spec.trim()
  // One letter before the colon is a Windows drive.
  const scheme = /^([a-z][a-z0-9+.-]+:)/i.exec(text)?.[1]?.toLowerCase()
  const byScheme = KINDS.find(({ by }) => scheme !== undefined && by.includes(scheme))
  if (byScheme !== undefined) return byScheme.open(text.slice(scheme!.length).trim(), options)
  const path = /^(https?|file):/i.test(text) ? text.replace(/[?#].*$/, '') : text
  const extension = /\.[^./\\]+$/.exec(path)?.[0].toLowerCase()
  const byExtension = KINDS.find(({ by }) => extension !== undefined && by.includes(extension))
  if (byExtension !== undefined) return byExtension.open(text, options)
  if (scheme === 'http:' || scheme === 'https:') {
    return (await import('./http/open-server.ts')).openServer(scheme, text, options.server)
  }
  throw new OptionError({
    where: 'openModel, spec',
    got: JSON.stringify(spec),
    expected: `a model of a kind that is known: ${[...new Set(KINDS.map(({ example }) => example))].join(', ')}`,
    remedy: `Kinds are told by ${KINDS.flatMap(({ by }) => by).join(', ')}.`,
  })
}

/** What is known about a file: the caller's word, then that of the `sodalime.json`, then the defaults. */
async function fileOptions(path: string, options: OpenOptions): Promise<OnnxOptions> {
  const { onnx, defaults, preprocessing } = options
  const found =
    preprocessing === false
      ? undefined
      : await (preprocessing === undefined
          ? findPreprocessing(path)
          : readPreprocessing(preprocessing))
  return mergeOptions(defaults, found?.options, onnx)
}

/** One kind of server; its protocol is chosen by the scheme. */
function server(by: readonly string[], example: string): ModelKind[] {
  return by.map((scheme) => ({
    by: [scheme],
    example,
    open: async (address, options) =>
      (await import('./http/open-server.ts')).openServer(scheme, address, options.server),
  }))
}
