/**
 * The instances of an input, one after the other and never all at once.
 *
 * | kind    | from                                                                                        |
 * | ------- | ------------------------------------------------------------------------------------------- |
 * | tabular | CSV, JSON lines, Parquet                                                                    |
 * | text    | the same, by the columns that hold texts; a text file, each line one; a folder of text files |
 * | image   | a folder of pictures, by their sorted paths                                                 |
 * | series  | JSON lines and Parquet with a list of values; UCR text, each line one; other series files    |
 *
 * An instance that cannot be read is handed on with its error: the rest goes on. Its index is its place in the input; its
 * id that index, the value of a column (`id`), or the path of its file.
 */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, OptionError } from '../contract/errors.ts'
import type { Value } from '../contract/instance.ts'
import { decodeText, extensionOf } from '../data/bytes.ts'
import type { CellOptions } from '../data/column-types.ts'
import { readSeries } from '../data/read-series.ts'
import type { ColumnType } from '../data/table.ts'
import { textLines } from '../data/text-chunks.ts'
import { parseUcr } from '../data/ucr.ts'
import { filesBelow, type InputPrint, inputPrint, isFolder } from './input-print.ts'
import { fromMatrix } from './open-explainer.ts'
import type { BatchKind, InputItem, Instance } from './plan.ts'
import { RECORD_ENDINGS, type RecordOptions, readRecords } from './read-records.ts'
import { typedValues } from './typed-values.ts'

/** Which input is read, and how. */
export interface InputOptions {
  readonly kind: BatchKind
  readonly path: string
  /** The column that names the instances. */
  readonly id?: string | undefined
  /** Tables: the columns that the model takes, and what they hold. */
  readonly columns?: readonly string[] | undefined
  readonly types?: readonly ColumnType[] | undefined
  /** Texts: the column, or with several the fields. */
  readonly textColumns?: readonly string[] | undefined
  /** Series: the column of values; where labels stand in UCR files. */
  readonly valuesColumn?: string | undefined
  readonly labels?: 'first' | 'last' | 'none' | undefined
  readonly layout?: 'channels' | 'instances' | undefined
  /** Series: the channels that are explained, by name or number. */
  readonly channels?: readonly string[] | undefined
  readonly records?: RecordOptions & CellOptions
}

/** An input that is ready to be read. */
export interface BatchInput {
  readonly print: InputPrint
  /** The folder below which pictures lie. */
  readonly root: string
  /** Reads it from the beginning. */
  readonly read: () => AsyncGenerator<InputChunk>
}

/** Some instances, in order. */
export interface InputChunk {
  readonly items: readonly InputItem[]
  /** How much of the input is read, 0 to 1. */
  readonly share: number
  /** Instances in all, where it is known. */
  readonly total?: number | undefined
}

const PICTURES = ['.jpg', '.jpeg', '.png', '.webp', '.avif', '.gif', '.tif', '.tiff', '.bmp']
const TEXTS = ['.txt', '.md']
const SERIES = ['.ts', '.arff', '.csv', '.txt', '.tsv', '.hea']

/** Finds the input. Throws a DataError for one that is not there, and an OptionError for one of another kind. */
export async function openInput(options: InputOptions): Promise<BatchInput> {
  const { kind, path } = options
  if (await isFolder(path)) {
    const endings = { tabular: [], text: TEXTS, image: PICTURES, series: SERIES }[kind]
    const files = await filesBelow(path, endings)
    if (files.length === 0) {
      throw new DataError({
        where: path,
        got: kind === 'tabular' ? 'a folder' : 'a folder without such files',
        expected:
          kind === 'tabular'
            ? `a file: ${RECORD_ENDINGS.join(', ')}`
            : `files that end with ${endings.join(', ')}`,
        remedy: 'Check the path.',
      })
    }
    const read =
      kind === 'series'
        ? () => seriesFiles(path, files, options)
        : () => oneEach(path, files, options)
    return { print: await inputPrint(path, files), root: path, read }
  }
  if (kind === 'image') {
    throw new OptionError({
      where: '--input',
      got: `${path}, a file`,
      expected: 'a folder of pictures',
      remedy: 'One picture is explained by sodalime explain image.',
    })
  }
  const extension = extensionOf(path)
  const print = await inputPrint(path)
  const records = RECORD_ENDINGS.includes(extension)
  const read = (): AsyncGenerator<InputChunk> => {
    if (kind === 'tabular') return tableRows(options)
    if (kind === 'text') return records ? textRecords(options) : textOfLines(options)
    if (['.jsonl', '.ndjson', '.parquet'].includes(extension)) return seriesRecords(options)
    if (['.txt', '.tsv', ''].includes(extension)) return seriesLines(options)
    return seriesFiles('', [path], options)
  }
  if (!records && kind === 'tabular') {
    throw new OptionError({
      where: '--input',
      got: path,
      expected: `a file that ends with ${RECORD_ENDINGS.join(', ')}`,
      remedy: 'Convert the file, or rename it if it is one of these.',
    })
  }
  return { print, root: '', read }
}

async function* tableRows(options: InputOptions): AsyncGenerator<InputChunk> {
  const { columns = [], types = [], id, path } = options
  const csv = !['.jsonl', '.ndjson', '.parquet'].includes(extensionOf(path))
  const convert = typedValues(columns, types, csv, options.records ?? {})
  yield* recordItems(options, columns, (values) => convert(values.slice(id === undefined ? 0 : 1)))
}

async function* textRecords(options: InputOptions): AsyncGenerator<InputChunk> {
  const columns = options.textColumns ?? ['text']
  const from = options.id === undefined ? 0 : 1
  yield* recordItems(options, columns, (values) => {
    const texts = columns.map((_, c) => textOf(values[from + c]))
    if (texts.length === 1) return texts[0]!
    return Object.fromEntries(columns.map((column, c) => [column, texts[c]!]))
  })
}

async function* seriesRecords(options: InputOptions): AsyncGenerator<InputChunk> {
  const from = options.id === undefined ? 0 : 1
  yield* recordItems(options, [options.valuesColumn ?? 'values'], (values) =>
    pickChannels(steps(values[from]), options.channels),
  )
}

/** Instances from records: `make` gets the id, where one is wanted, and the values of `columns`. */
async function* recordItems(
  { path, id, records }: InputOptions,
  columns: readonly string[],
  make: (values: readonly unknown[]) => Instance,
): AsyncGenerator<InputChunk> {
  let index = 0
  const wanted = () => (id === undefined ? columns : [id, ...columns])
  for await (const chunk of readRecords(path, wanted, records)) {
    const items = chunk.records.map((record): InputItem => {
      const number = String(index++)
      if (record instanceof DataError) return broken(number, record)
      const name = id === undefined ? number : String(record[0] ?? number)
      try {
        return { id: name, instance: make(record) }
      } catch (error) {
        return broken(name, error, `${path}, row ${index - 1}`)
      }
    })
    yield { items, share: chunk.share, total: chunk.total }
  }
}

async function* textOfLines({ path, records }: InputOptions): AsyncGenerator<InputChunk> {
  const size = (await stat(path)).size
  let index = 0
  let items: InputItem[] = []
  for await (const { text, bytes } of textLines(path, records?.encoding)) {
    if (text.trim() === '') continue
    items.push({ id: String(index++), instance: text })
    if (items.length < 500) continue
    yield { items, share: bytes / size }
    items = []
  }
  yield { items, share: 1 }
}

async function* seriesLines({
  path,
  labels,
  channels,
  records,
}: InputOptions): AsyncGenerator<InputChunk> {
  const size = (await stat(path)).size
  let line = 0
  let index = 0
  let items: InputItem[] = []
  for await (const { text, bytes } of textLines(path, records?.encoding)) {
    line++
    if (text.trim() === '') continue
    const id = String(index++)
    try {
      const { instances } = parseUcr(text, { name: `${path}, line ${line}`, label: labels })
      items.push({ id, instance: pickChannels(fromMatrix(instances[0]!), channels) })
    } catch (error) {
      items.push(broken(id, error))
    }
    if (items.length < 100) continue
    yield { items, share: bytes / size }
    items = []
  }
  yield { items, share: 1 }
}

async function* seriesFiles(
  folder: string,
  files: readonly string[],
  { labels, layout, channels, records }: InputOptions,
): AsyncGenerator<InputChunk> {
  let index = 0
  for (const [place, file] of files.entries()) {
    const share = (place + 1) / files.length
    try {
      const dataset = await readSeries(join(folder, file), {
        label: labels,
        layout,
        encoding: records?.encoding,
      })
      const single = files.length > 1 && dataset.instances.length === 1
      const items = dataset.instances.map((series) => ({
        id: single ? file : files.length > 1 ? `${file}#${index++}` : String(index++),
        instance: pickChannels(fromMatrix(series), channels, dataset.channelNames),
      }))
      yield { items, share }
    } catch (error) {
      if (files.length === 1) throw error
      yield { items: [broken(file, error)], share }
    }
  }
}

/** Files that are an instance each: pictures, by their paths, and texts. */
async function* oneEach(
  folder: string,
  files: readonly string[],
  { kind, records }: InputOptions,
): AsyncGenerator<InputChunk> {
  for (let from = 0; from < files.length; from += 100) {
    const items = await Promise.all(
      files.slice(from, from + 100).map(async (file): Promise<InputItem> => {
        if (kind === 'image') return { id: file, instance: file }
        try {
          const bytes = await readFile(join(folder, file))
          return { id: file, instance: decodeText(bytes, file, records?.encoding) }
        } catch (error) {
          return broken(file, error, file)
        }
      }),
    )
    yield { items, share: Math.min(1, (from + 100) / files.length), total: files.length }
  }
}

/** The wanted channels of a series, by name or number; all without a wish. */
function pickChannels(
  series: readonly (readonly (number | null)[])[],
  channels: readonly string[] | undefined,
  names: readonly string[] = [],
): readonly (readonly (number | null)[])[] {
  if (channels === undefined) return series
  const places = channels.map((channel) => {
    const place = names.includes(channel) ? names.indexOf(channel) : Number(channel)
    if (Number.isInteger(place) && place >= 0 && place < (series[0]?.length ?? 0)) return place
    throw new DataError({
      where: '--channels',
      got: channel,
      expected: `a channel from 0 to ${(series[0]?.length ?? 0) - 1}`,
      remedy: 'Channels are counted from 0.',
    })
  })
  return series.map((step) => places.map((place) => step[place]!))
}

function broken(id: string, error: unknown, where = ''): InputItem {
  if (error instanceof DataError) return { id, error: { code: error.code, message: error.message } }
  const message = `${where}${where === '' ? '' : ': '}${error instanceof Error ? error.message : String(error)}`
  return { id, error: { code: 'data', message } }
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  throw new DataError({
    where: 'input',
    got: value === null || value === undefined ? 'no text' : `a value of type ${typeof value}`,
    expected: 'a text',
    remedy: 'Name the column that holds the texts.',
  })
}

/** A list of numbers (one channel), or of lists of numbers (steps × channels). */
function steps(value: unknown): (readonly (number | null)[])[] {
  const list = ArrayBuffer.isView(value) ? Array.from(value as unknown as ArrayLike<number>) : value
  if (Array.isArray(list) && list.length > 0) {
    const rows = list.map((step: unknown) => (Array.isArray(step) ? step : [step]))
    const width = rows[0]!.length
    const sound = rows.every(
      (row) =>
        row.length === width &&
        row.every(
          (one: unknown) => one === null || typeof one === 'number' || typeof one === 'bigint',
        ),
    )
    if (sound && width > 0)
      return rows.map((row) => row.map((one: Value) => (one === null ? null : Number(one))))
  }
  throw new DataError({
    where: 'input',
    got: Array.isArray(list) ? 'a list that is no series' : `a value of type ${typeof value}`,
    expected: 'a list of numbers, or of lists of one length with a number for each channel',
    remedy: 'Write null for a missing value.',
  })
}
