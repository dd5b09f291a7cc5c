/**
 * WFDB records, the format of PhysioNet: a header, signal files, and annotations.
 *
 * 1. The header says how the samples are packed (wfdb-header.ts, wfdb-samples.ts).
 * 2. Physical value = (sample − baseline) / gain, in the signal's units, usually millivolts; the sample that stands for
 *    "none" is NaN.
 * 3. The sum of each signal's samples is compared with the header's checksum.
 */
import { DataError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'
import { checkOptions } from '../contract/nearest.ts'
import { decodeText, readBytes } from './bytes.ts'
import { parseWfdbAnnotations, type WfdbAnnotation } from './wfdb-annotations.ts'
import { parseWfdbHeader, type WfdbHeader, type WfdbSignal } from './wfdb-header.ts'
import { invalidSample, unpackSamples } from './wfdb-samples.ts'

/** A record as it is explained or trained on. */
export interface WfdbRecord {
  readonly name: string
  /** (samples, channels) in physical units. */
  readonly signals: Matrix
  /** Samples a second. */
  readonly samplingRate: number
  readonly channelNames: readonly string[]
  readonly units: readonly string[]
  /** Empty where there is no annotation file. */
  readonly annotations: readonly WfdbAnnotation[]
  readonly comments: readonly string[]
}

/** The bytes of a record's files. */
export interface WfdbFiles {
  /** The `.hea` file, as text or bytes. */
  readonly header: string | Uint8Array
  /** The signal files by the names in the header; a record with a single one may give its bytes alone. */
  readonly signals: Uint8Array | { readonly [file: string]: Uint8Array }
  /** The annotation file. */
  readonly annotations?: Uint8Array | undefined
}

/** How a record is read. */
export interface WfdbOptions {
  /** The record's name in messages. Default: `WFDB`. */
  readonly name?: string | undefined
  /** Compare the sums of the samples with the header's. Default: true. */
  readonly verifyChecksums?: boolean | undefined
}

/** How a record is read from disk. */
export interface ReadWfdbOptions extends WfdbOptions {
  /** The ending of the annotation file; null for none. Default: `'atr'`, if it is there. */
  readonly annotator?: string | null | undefined
}

/** A record from the bytes of its files. Throws a DataError for files that are cut off, damaged, or do not fit together. */
export function parseWfdb(files: WfdbFiles, options: WfdbOptions = {}): WfdbRecord {
  checkOptions('parseWfdb, options', options, ['name', 'verifyChecksums'])
  const name = options.name ?? 'WFDB'
  const header = headerOf(files.header, `${name}.hea`)
  const signals = physicalSignals(header, files.signals, name, options.verifyChecksums ?? true)
  return {
    name: header.record,
    signals,
    samplingRate: header.samplingRate,
    channelNames: header.signals.map((signal) => signal.description),
    units: header.signals.map((signal) => signal.units),
    annotations:
      files.annotations === undefined
        ? []
        : parseWfdbAnnotations(files.annotations, `${name}, annotations`),
    comments: header.comments,
  }
}

/** A record from disk, by its path without ending, or with the ending of any of its files. */
export async function readWfdb(path: string, options: ReadWfdbOptions = {}): Promise<WfdbRecord> {
  checkOptions('readWfdb, options', options, ['name', 'verifyChecksums', 'annotator'])
  const base = path.replace(/\.(hea|dat|atr)$/i, '')
  const name = options.name ?? base
  const header = await readBytes(`${base}.hea`)
  const folder = base.slice(0, Math.max(base.lastIndexOf('/'), base.lastIndexOf('\\')) + 1)
  const names = new Set(headerOf(header, `${name}.hea`).signals.map((signal) => signal.file))
  const signals: { [file: string]: Uint8Array } = {}
  for (const file of names) signals[file] = await readBytes(folder + file)
  const annotator = options.annotator === undefined ? 'atr' : options.annotator
  const annotations =
    annotator === null
      ? undefined
      : await readAnnotations(`${base}.${annotator}`, options.annotator === undefined)
  return parseWfdb(
    { header, signals, annotations },
    { name, verifyChecksums: options.verifyChecksums },
  )
}

async function readAnnotations(path: string, optional: boolean): Promise<Uint8Array | undefined> {
  try {
    return await readBytes(path)
  } catch (error) {
    const missing = (error as { cause?: { code?: string } }).cause?.code === 'ENOENT'
    if (optional && missing) return undefined
    throw error
  }
}

function headerOf(header: string | Uint8Array, name: string): WfdbHeader {
  return parseWfdbHeader(
    typeof header === 'string' ? header : decodeText(header, name, 'latin1'),
    name,
  )
}

function physicalSignals(
  header: WfdbHeader,
  files: WfdbFiles['signals'],
  name: string,
  verify: boolean,
): Matrix {
  const cols = header.signals.length
  const groups = new Map<string, number[]>()
  header.signals.forEach((signal, index) => {
    const group = groups.get(signal.file)
    if (group === undefined) groups.set(signal.file, [index])
    else group.push(index)
  })
  let rows = header.length
  let data = new Float64Array((rows ?? 0) * cols)
  for (const [file, members] of groups) {
    const bytes =
      files instanceof Uint8Array && groups.size === 1 ? files : bytesOf(files, file, name)
    const first = header.signals[members[0]!]!
    const width = members.length
    const count = rows === null ? null : rows * width
    const samples = unpackSamples(
      bytes.subarray(first.byteOffset),
      first.format,
      count,
      `${name}, ${file}`,
    )
    if (rows === null) {
      rows = Math.floor(samples.length / width)
      data = new Float64Array(rows * cols)
    }
    members.forEach((channel, turn) => {
      const signal = header.signals[channel]!
      const sum = scaleInto(data, samples, signal, { rows: rows!, cols, channel, width, turn })
      if (verify) checkSum(sum, signal, `${name}, ${file}, ${signal.description}`)
    })
  }
  return { data, rows: rows ?? 0, cols }
}

/** Physical values of one signal; returns the sum of its samples as the checksum counts it. */
function scaleInto(
  out: Float64Array,
  samples: Int32Array,
  signal: WfdbSignal,
  place: { rows: number; cols: number; channel: number; width: number; turn: number },
): number {
  const { rows, cols, channel, width, turn } = place
  const { gain, baseline } = signal
  const invalid = invalidSample(signal.format)
  let sum = 0
  for (let t = 0; t < rows; t++) {
    const sample = samples[t * width + turn]!
    sum = (sum + sample) | 0
    out[t * cols + channel] = sample === invalid ? Number.NaN : (sample - baseline) / gain
  }
  return (sum << 16) >> 16
}

function checkSum(sum: number, signal: WfdbSignal, where: string): void {
  // Headers write the sum signed or unsigned: 16 bits are compared.
  if (signal.checksum === null || ((sum ^ signal.checksum) & 0xffff) === 0) return
  throw new DataError({
    where,
    got: `samples whose checksum is ${sum}`,
    expected: `${signal.checksum}, as the header says`,
    remedy: 'The file is damaged; copy it again, or read it as it is with verifyChecksums: false.',
  })
}

function bytesOf(files: WfdbFiles['signals'], file: string, name: string): Uint8Array {
  const bytes = files instanceof Uint8Array ? undefined : files[file]
  if (bytes !== undefined) return bytes
  throw new DataError({
    where: `${name}, signals`,
    got:
      files instanceof Uint8Array
        ? 'the bytes of one file'
        : Object.keys(files).join(', ') || 'none',
    expected: `the file ${file}, which the header names`,
    remedy: 'Hand in the bytes of each signal file by its name.',
  })
}
