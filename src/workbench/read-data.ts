/**
 * Data as users have it, read from a file's bytes: the same for a path on the command line, a file dropped into the page,
 * and a file fetched by a page without a server.
 *
 * | ending                                  | read as                                                      |
 * | --------------------------------------- | ------------------------------------------------------------ |
 * | .csv .jsonl .ndjson .json .parquet      | a table                                                      |
 * | .tsv .tab .data                         | a table, or series where each line is a label and numbers    |
 * | .txt                                    | series where each line is numbers, else texts, one a line    |
 * | .ts .arff                               | series                                                       |
 * | .png .jpg .jpeg .webp .gif .bmp .avif … | a picture                                                    |
 */
import { DataError } from '../contract/errors.ts'
import type { RasterImage } from '../contract/instance.ts'
import { parseArff } from '../data/arff.ts'
import { decodeText, extensionOf } from '../data/bytes.ts'
import { parseCsv } from '../data/csv.ts'
import { parseJsonLines } from '../data/json-lines.ts'
import type { SeriesDataset } from '../data/series-dataset.ts'
import type { Table } from '../data/table.ts'
import { parseTsFormat } from '../data/ts-format.ts'
import { parseUcr } from '../data/ucr.ts'
import type { Kind } from './protocol.ts'

/** One picture of a data set: its bytes are read when it is looked at. */
export interface PictureSource {
  readonly name: string
  /** The true label: the name of its folder, where folders are classes. */
  readonly truth?: string
  /** Reduced to at most `maxPixels`. */
  readonly read: (maxPixels: number) => Promise<RasterImage>
}

/** What a data set holds. */
export type DataContent =
  | { readonly kind: 'tabular'; readonly table: Table; readonly target?: string }
  | { readonly kind: 'text'; readonly texts: readonly string[] }
  | { readonly kind: 'image'; readonly pictures: readonly PictureSource[] }
  | { readonly kind: 'series'; readonly series: SeriesDataset }

/** Decodes a picture; sharp in Node, a canvas in a page. */
export type DecodePicture = (
  bytes: Uint8Array,
  name: string,
  maxPixels: number,
) => Promise<RasterImage>

/** What reading needs beside the parsers of text. */
export interface Readers {
  readonly picture: DecodePicture
  /** Tables from Parquet; where there is none, they are refused. */
  readonly parquet?: (bytes: Uint8Array, name: string) => Promise<Table>
}

/** Endings of files that are taken for pictures. */
export const PICTURE_ENDINGS: readonly string[] =
  '.png .jpg .jpeg .webp .avif .gif .bmp .tif .tiff'.split(' ')

/** Endings of all files that are read here. */
export const DATA_ENDINGS: readonly string[] = [
  ...'.csv .tsv .tab .data .txt .json .jsonl .ndjson .parquet .ts .arff'.split(' '),
  ...PICTURE_ENDINGS,
]

/**
 * The data in a file. `kind` says how it is to be read where its ending leaves that open. Throws a DataError that names
 * the file for all that can be wrong with it.
 */
export async function readData(
  name: string,
  bytes: Uint8Array,
  readers: Readers,
  kind?: Kind,
): Promise<DataContent> {
  const ending = extensionOf(name)
  if (PICTURE_ENDINGS.includes(ending) || kind === 'image') {
    return pictures([{ name, read: (maxPixels) => readers.picture(bytes, name, maxPixels) }])
  }
  if (ending === '.parquet') {
    if (readers.parquet === undefined) {
      throw new DataError({
        where: name,
        got: 'a Parquet file',
        expected: 'CSV or JSON lines, where there is no server to read it',
        remedy: 'Convert it, or start the studio with its server.',
      })
    }
    return { kind: 'tabular', table: await readers.parquet(bytes, name) }
  }
  if (!DATA_ENDINGS.includes(ending)) {
    throw new DataError({
      where: name,
      got: ending === '' ? 'a file without an ending' : `a file that ends with ${ending}`,
      expected: `data: ${DATA_ENDINGS.join(', ')}`,
      remedy: 'Convert the file, or rename it if it is one of these.',
    })
  }
  const text = decodeText(bytes, name)
  switch (kind ?? kindOf(ending, text)) {
    case 'series':
      return { kind: 'series', series: readSeriesText(name, ending, text) }
    case 'text':
      return { kind: 'text', texts: textsOf(text, name) }
    default:
      return { kind: 'tabular', table: readTableText(name, ending, text) }
  }
}

/** Pictures as a data set. */
export function pictures(sources: readonly PictureSource[]): DataContent {
  return { kind: 'image', pictures: sources }
}

function kindOf(ending: string, text: string): Kind {
  if (ending === '.ts' || ending === '.arff') return 'series'
  if (ending === '.txt') return isLinesOfNumbers(text) ? 'series' : 'text'
  if (['.tsv', '.tab', '.data'].includes(ending)) {
    return isLinesOfNumbers(text) ? 'series' : 'tabular'
  }
  return 'tabular'
}

/** UCR: a label, then at least eight numbers, and no line of names above. */
function isLinesOfNumbers(text: string): boolean {
  const lines = text
    .slice(0, 200_000)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(0, 3)
  return (
    lines.length > 0 &&
    lines.every((line) => {
      const [, ...values] = line.trim().split(/[\s,]+/)
      return values.length >= 8 && values.slice(0, 100).every((one) => isNumber(one))
    })
  )
}

function isNumber(text: string): boolean {
  return /^nan$/i.test(text) || Number.isFinite(Number(text))
}

function readSeriesText(name: string, ending: string, text: string): SeriesDataset {
  if (ending === '.ts') return parseTsFormat(text, { name })
  if (ending === '.arff') return parseArff(text, { name })
  return parseUcr(text, { name })
}

function readTableText(name: string, ending: string, text: string): Table {
  if (['.json', '.jsonl', '.ndjson'].includes(ending)) return parseJsonLines(text, { name })
  const delimiter = ending === '.tsv' || ending === '.tab' ? '\t' : undefined
  return parseCsv(text, { name, delimiter })
}

/** One text a line; a file with empty lines holds paragraphs of one text. */
function textsOf(text: string, name: string): string[] {
  const trimmed = text.replace(/^\ufeff/, '').trim()
  if (trimmed === '') {
    throw new DataError({
      where: name,
      got: 'an empty file',
      expected: 'one text a line',
      remedy: 'Check that the file was written to the end.',
    })
  }
  return /\n\s*\n/.test(trimmed) ? [trimmed] : trimmed.split(/\r?\n/)
}
