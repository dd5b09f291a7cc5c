/**
 * `sodalime.json`: what a model file does not say about its inputs and outputs, as data. The fields, and their check.
 *
 * | kind | fields |
 * | --- | --- |
 * | all | `kind`, `model`, `task`, `classNames`, `output`, `activation`, `about` |
 * | `tabular` | `columns` |
 * | `text` | `vocabulary`, `lowerCase`, `tokens`, `length`, `pad`, `unknown`, `padAt`, `cutAt` |
 * | `image` | `size`, `resize`, `crop`, `layout`, `channelOrder`, `range`, `mean`, `std`, `scale`, `shift` |
 * | `series` | `layout`, `length`, `normalise`, `scale`, `shift`, `channels`, `channelNames`, `samplingRate` |
 */
import { DataError, didYouMean, OptionError, type Task } from '../../contract/index.ts'
import { asObject, type Config, describe, parseJson } from '../keras/json.ts'
import { checkImageLayout, IMAGE_OPTIONS, type ImageLayout } from '../onnx/image-input.ts'
import { checkSeriesLayout, SERIES_OPTIONS, type SeriesLayout } from '../onnx/series-input.ts'
import { TEXT_OPTIONS, type TextLayout } from '../onnx/text-input.ts'

/** Name and version of the form. */
export const PREPROCESSING_SCHEMA = 'sodalime/preprocessing@1'

/** A list of names in a file beside: a JSON list, an index such as ImageNet's (`{"0": ["n01440764", "tench"]}`), or one name a line. */
export interface NamesFile {
  readonly file: string
}

interface AllKinds {
  readonly schema?: typeof PREPROCESSING_SCHEMA
  /** The file that this is about, beside it. Where it is given, other models of the folder do not take this description. */
  readonly model?: string
  readonly task?: Task
  /** Names of the classes in the order of the outputs; an object stands for the names in a file. */
  readonly classNames?: readonly (string | NamesFile)[]
  /** The output to read. */
  readonly output?: string
  readonly activation?: 'none' | 'softmax' | 'sigmoid'
  /** Anything for people; nothing is done with it. */
  readonly about?: unknown
}

/** For models of tables. */
export interface TabularDescription extends AllKinds {
  readonly kind: 'tabular'
  readonly columns?: readonly string[]
}

/** For networks over tokens; the vocabulary may be a file beside: JSON, or one token a line. */
export interface TextDescription extends AllKinds, Omit<TextLayout, 'vocabulary'> {
  readonly kind: 'text'
  readonly vocabulary?: string | TextLayout['vocabulary']
}

/** For models of pictures. */
export interface ImageDescription extends AllKinds, ImageLayout {
  readonly kind: 'image'
}

/** For models of time series. */
export interface SeriesDescription extends AllKinds, Omit<SeriesLayout, 'normalise'> {
  readonly kind: 'series'
  /** `in-model`: the model does it itself. */
  readonly normalise?: SeriesLayout['normalise'] | 'in-model'
  readonly channels?: number
  readonly channelNames?: readonly string[]
  /** Samples a second. */
  readonly samplingRate?: number
}

/** What stands in a `sodalime.json`. */
export type ModelDescription =
  | TabularDescription
  | TextDescription
  | ImageDescription
  | SeriesDescription

const FOR_ALL = [
  'schema',
  'kind',
  'model',
  'task',
  'classNames',
  'output',
  'activation',
  'about',
] as const

const BY_KIND = {
  tabular: ['columns'],
  text: TEXT_OPTIONS,
  image: IMAGE_OPTIONS,
  series: [...SERIES_OPTIONS, 'channels', 'channelNames', 'samplingRate'],
} as const

const KINDS = Object.keys(BY_KIND)

/** The largest file: vocabularies of a million tokens fit. */
const MOST_BYTES = 2 ** 26

/**
 * The description in the text of a `sodalime.json`. Throws a DataError that names the field for what does not exist or
 * cannot be; `where` is the file's name.
 */
export function parseDescription(bytes: Uint8Array, where: string): ModelDescription {
  if (bytes.length > MOST_BYTES) {
    throw problem(
      where,
      `${bytes.length} bytes`,
      `at most ${MOST_BYTES}`,
      'Put a large vocabulary in a file of its own.',
    )
  }
  const file = asObject(parseJson(new TextDecoder().decode(bytes), where), where)
  const { schema, kind } = file
  if (schema !== undefined && schema !== PREPROCESSING_SCHEMA) {
    throw problem(
      `${where}.schema`,
      describe(schema),
      `"${PREPROCESSING_SCHEMA}"`,
      'Update sodalime, or write the file again with sodalime inspect --write.',
    )
  }
  if (typeof kind !== 'string' || !KINDS.includes(kind)) {
    const remedy =
      typeof kind === 'string'
        ? didYouMean(kind, KINDS, 'Say which kind of data the model takes.')
        : 'Say which kind of data the model takes.'
    throw problem(`${where}.kind`, describe(kind), `one of ${KINDS.join(', ')}`, remedy)
  }
  const allowed: readonly string[] = [...FOR_ALL, ...BY_KIND[kind as keyof typeof BY_KIND]]
  for (const name of Object.keys(file)) {
    if (allowed.includes(name)) continue
    throw problem(
      `${where}.${name}`,
      'an unknown field',
      `one of ${allowed.join(', ')}`,
      didYouMean(name, allowed, 'Leave it out, or put it under about.'),
    )
  }
  checkCommon(file, where)
  checkOwn(file, where)
  return file as unknown as ModelDescription
}

function checkCommon(file: Config, where: string): void {
  const choose = (name: string, values: readonly string[]): void => {
    const value = file[name]
    if (value === undefined || values.includes(value as string)) return
    throw problem(
      `${where}.${name}`,
      describe(value),
      `one of ${values.join(', ')}`,
      didYouMean(String(value), values),
    )
  }
  choose('task', ['classification', 'regression'])
  choose('activation', ['none', 'softmax', 'sigmoid'])
  for (const name of ['model', 'output'] as const) {
    if (file[name] === undefined || typeof file[name] === 'string') continue
    throw problem(`${where}.${name}`, describe(file[name]), 'a name', 'Leave it out otherwise.')
  }
  for (const name of ['columns', 'channelNames'] as const) {
    const value = file[name]
    if (value === undefined || isList(value, isString)) continue
    throw problem(
      `${where}.${name}`,
      describe(value),
      'a list of names',
      'Give names in quotes, in order.',
    )
  }
  const { classNames } = file
  if (classNames === undefined || isList(classNames, (one) => isString(one) || isNamesFile(one)))
    return
  throw problem(
    `${where}.classNames`,
    describe(classNames),
    'a list of names, or of {"file": "names.json"}',
    'Give one name for each output, in order.',
  )
}

/** The fields of a kind, by the checks of the loaders' options; their errors become errors of the file. */
function checkOwn(file: Config, where: string): void {
  const own = Object.fromEntries(
    Object.entries(file).filter(([name]) => !(FOR_ALL as readonly string[]).includes(name)),
  )
  try {
    if (file.kind === 'image') checkImageLayout(where, own as ImageLayout)
    if (file.kind === 'series') {
      const { channels: _, channelNames: __, samplingRate: ___, normalise, ...layout } = own
      const said = normalise === 'in-model' ? undefined : normalise
      checkSeriesLayout(where, { ...layout, normalise: said } as SeriesLayout)
    }
  } catch (error) {
    if (!(error instanceof OptionError)) throw error
    const { where: place, got, expected, remedy } = error
    throw problem(place, got, expected, remedy)
  }
}

function isList(value: unknown, each: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(each)
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

function isNamesFile(value: unknown): value is NamesFile {
  return typeof value === 'object' && value !== null && isString((value as NamesFile).file)
}

function problem(where: string, got: string, expected: string, remedy: string): DataError {
  return new DataError({ where, got, expected, remedy })
}
