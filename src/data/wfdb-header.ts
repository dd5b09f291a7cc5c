/**
 * Headers of WFDB records (`.hea`): what the signal files hold and how to read it.
 *
 * Record line: `name signals [frequency] [samples] …`; then for each signal: `file format gain(baseline)/units
 * resolution zero initial checksum block description`. Lines that begin with `#` are comments; empty lines do not count.
 * Defaults as in the WFDB Applications Guide, header(5): gain 200 where it is absent or 0, baseline = zero of the
 * converter, units mV, 250 samples a second.
 */
import { DataError } from '../contract/errors.ts'

/** One signal of a record. */
export interface WfdbSignal {
  readonly file: string
  /** How the samples are packed: 16, 212, … */
  readonly format: number
  /** Bytes before the first sample. */
  readonly byteOffset: number
  /** Steps of the converter in one physical unit. */
  readonly gain: number
  /** The step that stands for 0 physical units. */
  readonly baseline: number
  readonly units: string
  /** Sum of all samples as a signed 16-bit integer; null where the header does not tell. */
  readonly checksum: number | null
  /** The channel's name. */
  readonly description: string
}

/** The header of a record. */
export interface WfdbHeader {
  readonly record: string
  readonly samplingRate: number
  /** Samples of each signal; null where the header does not tell. */
  readonly length: number | null
  readonly signals: readonly WfdbSignal[]
  readonly comments: readonly string[]
}

/** Reads a header. `name` is the file that messages speak of. Throws a DataError for what is no header of one segment. */
export function parseWfdbHeader(text: string, name = 'WFDB header'): WfdbHeader {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ text: line.trim(), at: `${name}, line ${index + 1}` }))
    .filter((line) => line.text !== '')
  const comments = lines
    .filter(({ text }) => text.startsWith('#'))
    .map(({ text }) => text.slice(1).trim())
  const [head, ...rest] = lines.filter((line) => !line.text.startsWith('#'))
  const match = /^([\w-]+)(\/\d+)?\s+(\d+)(?:\s+([\d.eE+-]+)[^\s]*(?:\s+(\d+))?)?/.exec(
    head?.text ?? '',
  )
  if (head === undefined || match === null) {
    throw new DataError({
      where: head?.at ?? name,
      got: head === undefined ? 'an empty file' : JSON.stringify(head.text.slice(0, 60)),
      expected: 'the record line of a WFDB header: name, signals, samples a second, samples',
      remedy: 'Check that this is a .hea file.',
    })
  }
  if (match[2] !== undefined) {
    throw new DataError({
      where: head.at,
      got: 'a record of several segments',
      expected: 'a record of one segment',
      remedy: 'Read the segments one by one; each has a header of its own.',
    })
  }
  const count = Number(match[3])
  if (rest.length < count) {
    throw new DataError({
      where: name,
      got: `${rest.length} signal lines`,
      expected: `${count}, as its first line says`,
      remedy: 'Check that the file was copied to the end.',
    })
  }
  const length = Number(match[5] ?? 0)
  return {
    record: match[1]!,
    samplingRate: Number(match[4] ?? 250),
    length: length === 0 ? null : length,
    signals: rest.slice(0, count).map((line, index) => readSignal(line.text, line.at, index)),
    comments,
  }
}

function readSignal(line: string, at: string, index: number): WfdbSignal {
  const [file, format, gain, , zero, , checksum, , ...description] = line.split(/\s+/)
  const packed = /^(\d+)(?:x(\d+))?(?::\d+)?(?:\+(\d+))?$/.exec(format ?? '')
  const scale = /^([\d.eE+-]+?)(?:\((-?\d+)\))?(?:\/(\S+))?$/.exec(gain ?? '200')
  if (
    file === undefined ||
    packed === null ||
    scale === null ||
    !Number.isFinite(Number(scale[1]))
  ) {
    throw new DataError({
      where: at,
      got: JSON.stringify(line.slice(0, 60)),
      expected: 'a signal line: file, format, gain(baseline)/units, …',
      remedy: 'Check that this is a .hea file.',
    })
  }
  if (packed[2] !== undefined && packed[2] !== '1') {
    throw new DataError({
      where: at,
      got: `${packed[2]} samples of this signal a frame`,
      expected: 'signals of one sampling rate',
      remedy: 'Resample the record to one rate first.',
    })
  }
  return {
    file,
    format: Number(packed[1]),
    byteOffset: Number(packed[3] ?? 0),
    gain: Number(scale[1]) || 200,
    baseline: Number(scale[2] ?? zero ?? 0),
    units: scale[3] ?? 'mV',
    checksum: checksum === undefined ? null : Number(checksum),
    description: description.length > 0 ? description.join(' ') : `channel ${index}`,
  }
}
