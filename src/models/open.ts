/**
 * A model from one line of text, as it stands after `--model`: a path by its extension, or `scheme:rest`.
 *
 * Each kind is one row of the table; its code and its libraries are loaded when it is asked for.
 */
import { OptionError, type Predictor } from '../contract/index.ts'
import type { OnnxInput, OnnxOptions } from './onnx.ts'
import type { ProcessOptions } from './process.ts'

/** Options for the kinds of model; the kind that is opened takes its own. */
export interface OpenOptions {
  readonly onnx?: OnnxOptions | undefined
  readonly process?: ProcessOptions | undefined
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
    open: async (path, { onnx }) => (await import('./onnx.ts')).loadOnnx(path, onnx),
  },
  {
    by: ['process:'],
    example: 'process:python3 predict.py',
    open: async (command, { process }) =>
      (await import('./process.ts')).spawnPredictor(command, process),
  },
]

/**
 * Opens a model: `model.onnx`, `https://…/model.onnx`, `process:python3 predict.py`. Rejects with an OptionError that
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
  throw new OptionError({
    where: 'openModel, spec',
    got: JSON.stringify(spec),
    expected: `a model of a kind that is known: ${KINDS.map(({ example }) => example).join(', ')}`,
    remedy: `Kinds are told by ${KINDS.flatMap(({ by }) => by).join(', ')}.`,
  })
}
