/**
 * Models and data that are given on the command line, brought onto the workbench.
 *
 * 1. `NAME=…` before a path says how a file is read where its ending leaves that open: `series=beats.txt`.
 * 2. A folder holds pictures; where all of them lie in subfolders, these are their true labels. Symbolic links that lead
 *    out of it are left out, and looked at again when a picture is read: nothing outside is ever opened.
 * 3. A WFDB record is a data set of its beats: those that are annotated, else those that are found.
 * 4. A table larger than the studio holds in memory is refused, with the reason.
 */
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { DataError } from '../contract/errors.ts'
import { extensionOf, unreadable } from '../data/bytes.ts'
import { decodeImage } from '../data/images.ts'
import { parseParquet } from '../data/parquet.ts'
import type { SeriesDataset } from '../data/series-dataset.ts'
import { readWfdb } from '../data/wfdb.ts'
import { cutBeats, findRPeaks } from '../train/index.ts'
import { beatsOfRecord } from '../train/record-beats.ts'
import {
  type DataContent,
  type DecodePicture,
  KINDS,
  type Kind,
  PICTURE_ENDINGS,
  type PictureSource,
  pictures,
  type Readers,
  readData,
} from '../workbench/index.ts'
import { LIMITS } from '../workbench/workbench.ts'

/** Pictures of one folder. */
const MOST_PICTURES = 10_000

/** Pixels above which a picture is not decoded, however small its file. */
const MOST_PIXELS = 400_000_000

/** A picture by sharp, reduced to at most `maxPixels`. */
export const decodePicture: DecodePicture = (bytes, name, maxPixels) =>
  decodeImage(bytes, { name, maxPixels, mostPixels: MOST_PIXELS })

/** All readers. */
export const readers: Readers = {
  picture: decodePicture,
  parquet: (bytes, name) => parseParquet(bytes, { name }),
}

/** A path with what it is to be read as: `series=beats.txt`. */
export function splitKind(given: string): { readonly kind?: Kind; readonly path: string } {
  const found = /^(table|tabular|text|image|series)=(.+)$/s.exec(given)
  if (found === null) return { path: given }
  const kind = found[1] === 'table' ? 'tabular' : (found[1] as Kind)
  return { kind: KINDS.includes(kind) ? kind : 'tabular', path: found[2]! }
}

/** The data at a path. Rejects with a DataError that names it. */
export async function openData(path: string, kind?: Kind): Promise<DataContent> {
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  if (found.isDirectory()) return folderOfPictures(path)
  const ending = extensionOf(path)
  if (['.hea', '.dat', '.atr'].includes(ending)) {
    return { kind: 'series', series: await beatsOf(path) }
  }
  const picture = PICTURE_ENDINGS.includes(ending)
  checkBytes(path, found.size, picture ? LIMITS.imageBytes : LIMITS.dataBytes)
  return readData(path, await readFile(path), readers, kind)
}

/** Throws a DataError for a file of more bytes than the studio takes. */
export function checkBytes(name: string, bytes: number, most: number): void {
  if (bytes <= most) return
  throw new DataError({
    where: name,
    got: `${Math.ceil(bytes / 1e6).toLocaleString('en')} MB`,
    expected: `at most ${most / 1e6} MB, since the studio holds it in memory`,
    remedy:
      'Take a sample of its rows: some ten thousand are enough to learn the bins from. Batches over whole files run on the command line.',
  })
}

/** A picture of a folder. */
export interface FolderPicture {
  readonly path: string
  /** Its path within the folder. */
  readonly name: string
  readonly truth?: string
}

/** The pictures that lie in a folder. Rejects with a DataError where there are none. */
export async function listPictures(folder: string): Promise<FolderPicture[]> {
  const root = await realpath(folder)
  const names = (await readdir(root, { recursive: true, encoding: 'utf8' }))
    .filter((name) => PICTURE_ENDINGS.includes(extensionOf(name)))
    .sort()
  const found: { readonly path: string; readonly name: string }[] = []
  for (const name of names) {
    const path = await within(root, name)
    if (path !== undefined && (await stat(path)).isFile()) found.push({ path, name })
    if (found.length >= MOST_PICTURES) break
  }
  if (found.length === 0) {
    throw new DataError({
      where: folder,
      got: 'a folder without pictures',
      expected: `files that end with ${PICTURE_ENDINGS.join(', ')}`,
      remedy: 'Name the folder that holds them, or a file.',
    })
  }
  const classes = found.every(({ name }) => name.split(sep).length === 2)
  return found.map((one) => ({ ...one, ...(classes && { truth: one.name.split(sep)[0]! }) }))
}

/** The real path of a file of a folder; undefined where it leads out of it. */
async function within(root: string, name: string): Promise<string | undefined> {
  const real = await realpath(join(root, name)).catch(() => undefined)
  return real?.startsWith(root + sep) === true ? real : undefined
}

async function folderOfPictures(folder: string): Promise<DataContent> {
  const root = await realpath(folder)
  return pictures(
    (await listPictures(folder)).map(
      ({ name, truth }): PictureSource => ({
        name,
        ...(truth !== undefined && { truth }),
        read: async (maxPixels) => {
          const path = await within(root, name)
          if (path === undefined) throw unreadable(name, { code: 'ENOENT' })
          checkBytes(name, (await stat(path)).size, LIMITS.imageBytes)
          return decodePicture(await readFile(path), basename(name), maxPixels)
        },
      }),
    ),
  )
}

async function beatsOf(path: string): Promise<SeriesDataset> {
  const record = await readWfdb(path)
  if (record.annotations.length > 0) return beatsOfRecord(record)
  const { signals, samplingRate, channelNames } = record
  const peaks = findRPeaks(firstChannel(signals), samplingRate)
  const beats = cutBeats(signals, samplingRate, peaks, { normalise: 'none' })
  return {
    instances: beats.instances,
    labels: null,
    classNames: [],
    channelNames,
    samplingRate: beats.samplingRate,
  }
}

function firstChannel({ data, rows, cols }: SeriesDataset['instances'][number]): Float64Array {
  return Float64Array.from({ length: rows }, (_, t) => data[t * cols]!)
}
