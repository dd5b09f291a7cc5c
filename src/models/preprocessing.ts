/**
 * Preprocessing as data: the `sodalime.json` beside a model, as options for the loaders.
 *
 * 1. It is looked for as `NAME.sodalime.json` for the model `NAME.ext`, then as `sodalime.json` in its folder; one whose
 *    field `model` names another file is passed over. For models by URL nothing is looked for.
 * 2. Fields are checked (`preprocessing/description.ts`); lists of names and vocabularies may stand in files beside it,
 *    in the same folder, which are read as JSON or as lines.
 * 3. What the caller says goes before what the file says, field by field.
 */
import { DataError, OptionError } from '../contract/index.ts'
import { asObject, describe, parseJson } from './keras/json.ts'
import { IMAGE_OPTIONS } from './onnx/image-input.ts'
import { readSource, type SourceBytes } from './onnx/read-source.ts'
import { checkTextLayout, type TextLayout } from './onnx/text-input.ts'
import type { ModelSource, OnnxOptions } from './onnx.ts'
import {
  type ModelDescription,
  type NamesFile,
  parseDescription,
  type TextDescription,
} from './preprocessing/description.ts'

export {
  type ImageDescription,
  type ModelDescription,
  type NamesFile,
  PREPROCESSING_SCHEMA,
  type SeriesDescription,
  type TabularDescription,
  type TextDescription,
} from './preprocessing/description.ts'

/** The options that a `sodalime.json` can hold. */
export type PreprocessingOptions = Pick<
  OnnxOptions,
  'task' | 'classNames' | 'columns' | 'output' | 'activation' | 'image' | 'series' | 'text'
>

/** A description that was read. */
export interface Preprocessing {
  /** Where it was read. */
  readonly source: string
  readonly description: ModelDescription
  /** The same as options of `loadOnnx`, `loadKeras`, `loadTfjsLayers` and `loadTfjs`. */
  readonly options: PreprocessingOptions
}

/**
 * Reads a description, with the files that it names. Rejects with a DataError that names the field where it is wrong, with
 * a PredictorError for files that are missing or lie elsewhere.
 */
export async function readPreprocessing(source: ModelSource): Promise<Preprocessing> {
  const file = await readSource(source)
  const description = parseDescription(file.bytes, file.name)
  return { source: file.name, description, options: await optionsOf(description, file) }
}

/** The description beside a model, if there is one. Rejects as `readPreprocessing` does. */
export async function findPreprocessing(model: string | URL): Promise<Preprocessing | undefined> {
  const inNode = typeof process !== 'undefined' && process.versions?.node !== undefined
  if (!inNode || /^(https?|blob|data):/i.test(String(model))) return undefined
  const { stat } = await import('node:fs/promises')
  const path = await import('node:path')
  const { fileURLToPath } = await import('node:url')
  const isUrl = model instanceof URL || model.startsWith('file:')
  const file = isUrl ? fileURLToPath(model) : model
  const { dir, name, base } = path.parse(file)
  for (const candidate of [`${name}.sodalime.json`, 'sodalime.json']) {
    const at = path.join(dir, candidate)
    const isThere = await stat(at).then(
      (one) => one.isFile(),
      () => false,
    )
    if (!isThere) continue
    const found = await readPreprocessing(at)
    if (found.description.model === undefined || found.description.model === base) return found
  }
  return undefined
}

/** Options over options, field by field and within `image`, `series` and `text`; what is undefined says nothing. */
export function mergeOptions(...least: readonly (OnnxOptions | undefined)[]): OnnxOptions {
  const merged: { [name: string]: unknown } = {}
  for (const options of least) {
    for (const [name, value] of Object.entries(options ?? {})) {
      if (value === undefined) continue
      const isLayout = name === 'image' || name === 'series' || name === 'text'
      merged[name] = isLayout ? mergeLayouts(merged[name], value) : value
    }
  }
  return merged as OnnxOptions
}

/** Two ways to say how values are scaled: whoever uses one means it in place of the other. */
const WAYS = [
  ['scale', 'shift'],
  ['range', 'mean', 'std'],
] as const

function mergeLayouts(below: unknown, above: object): object {
  const said = Object.fromEntries(Object.entries(above).filter(([, value]) => value !== undefined))
  const merged: { [name: string]: unknown } = { ...(below as object | undefined) }
  WAYS.forEach((names, way) => {
    if (!names.some((name) => name in said)) return
    for (const other of WAYS[1 - way]!) delete merged[other]
  })
  // A crop belongs to its way of resizing.
  if ('resize' in said) delete merged.crop
  return { ...merged, ...said }
}

async function optionsOf(
  description: ModelDescription,
  file: SourceBytes,
): Promise<PreprocessingOptions> {
  const { task, output, activation } = description
  const classNames =
    description.classNames === undefined ? undefined : await namesOf(description.classNames, file)
  const all = { task, output, activation, classNames }
  switch (description.kind) {
    case 'tabular':
      return mergeOptions({ ...all, columns: description.columns })
    case 'text':
      return mergeOptions({ ...all, text: await textLayoutOf(description, file) })
    case 'image': {
      const image = Object.fromEntries(IMAGE_OPTIONS.map((name) => [name, description[name]]))
      return mergeOptions({ ...all, image })
    }
    case 'series': {
      const { layout, length, normalise, scale, shift } = description
      const own = normalise === 'in-model' ? undefined : normalise
      return mergeOptions({ ...all, series: { layout, length, normalise: own, scale, shift } })
    }
  }
}

async function textLayoutOf(
  description: TextDescription,
  file: SourceBytes,
): Promise<TextLayout | undefined> {
  const { vocabulary, lowerCase, tokens, length, pad, unknown, padAt, cutAt } = description
  // A model that takes strings needs none.
  if (vocabulary === undefined) return undefined
  const layout = {
    ...{ lowerCase, tokens, length, pad, unknown, padAt, cutAt },
    vocabulary: typeof vocabulary === 'string' ? await vocabularyOf(vocabulary, file) : vocabulary,
  }
  try {
    checkTextLayout(file.name, layout)
  } catch (error) {
    if (!(error instanceof OptionError)) throw error
    const { where, got, expected, remedy } = error
    throw new DataError({ where, got, expected, remedy })
  }
  return layout
}

async function namesOf(
  names: readonly (string | NamesFile)[],
  file: SourceBytes,
): Promise<string[]> {
  const all: string[] = []
  for (const one of names) {
    if (typeof one === 'string') all.push(one)
    else for (const name of parseNames(await file.readBeside(one.file), one.file)) all.push(name)
  }
  return all
}

/**
 * Names of classes from the bytes of a file: a JSON list of names, an index from numbers to names or to lists that end
 * with the name (ImageNet's `{"0": ["n01440764", "tench"]}`), or one name a line. `where` is the file's name.
 */
export function parseNames(bytes: Uint8Array, where: string): string[] {
  const text = new TextDecoder().decode(bytes)
  if (!/^\s*[[{]/.test(text)) return linesOf(text)
  const json = parseJson(text, where)
  const list = Array.isArray(json) ? json : inOrder(asObject(json, where), where)
  return list.map((value) => {
    const name = Array.isArray(value) ? value.at(-1) : value
    if (typeof name === 'string') return name
    throw new DataError({
      where,
      got: describe(value),
      expected: 'the name of a class',
      remedy: 'Give a JSON list of names, or one name a line.',
    })
  })
}

/** The values of an index in the order of its numbers, which must be 0, 1, 2, … */
function inOrder(index: { readonly [key: string]: unknown }, where: string): unknown[] {
  const count = Object.keys(index).length
  return Array.from({ length: count }, (_, i) => {
    if (Object.hasOwn(index, String(i))) return index[String(i)]
    throw new DataError({
      where,
      got: `${count} entries without the key "${i}"`,
      expected: 'an index with the keys 0, 1, 2, …',
      remedy: 'Give a JSON list of names, or one name a line.',
    })
  })
}

async function vocabularyOf(name: string, file: SourceBytes): Promise<TextLayout['vocabulary']> {
  const text = new TextDecoder().decode(await file.readBeside(name))
  if (!/^\s*[[{]/.test(text)) return linesOf(text)
  return parseJson(text, name) as TextLayout['vocabulary']
}

function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/)
  while (lines.at(-1) === '') lines.pop()
  return lines
}
