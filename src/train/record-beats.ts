/**
 * Labelled beats of annotated WFDB records: one series for each annotated beat, its class told by its symbol.
 *
 * Symbols are those of PhysioNet's annotations (`WfdbAnnotation`). Without a list of classes there are two, after the
 * classes of ANSI/AAMI EC57: `normal` for N, L, R, e, j (beats that begin where they should), `other` for all other beats.
 */
import { DataError, OptionError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'
import { checkOptions } from '../contract/nearest.ts'
import { classNamesOf, type SeriesDataset } from '../data/series-dataset.ts'
import type { WfdbRecord } from '../data/wfdb.ts'
import { type BeatOptions, cutBeats } from './beats.ts'

/** How beats of a record become series with labels. */
export interface RecordBeatOptions extends Omit<BeatOptions, 'normalise'> {
  /** Symbols that are classes, such as `['N', 'A', 'V']`; other beats are left out. Default: `normal` and `other`. */
  readonly classes?: readonly string[] | undefined
  /** Names of the channels to take, in order. Default: all. */
  readonly channels?: readonly string[] | undefined
}

/** Beats of a record. */
export interface RecordBeats extends SeriesDataset {
  readonly labels: readonly string[]
  readonly samplingRate: number
  /** (n) the sample of each beat's annotation. */
  readonly peaks: Int32Array
}

/** Symbols of beats; the others mark changes of rhythm, of noise, and the like. */
const BEATS = 'NLRBAaJSVrFejnE/fQ?'
const NORMAL = 'NLRej'

/**
 * Cuts the annotated beats out of a record, in order of time. Those whose window leaves the record are left out.
 * Throws a DataError for a record without annotations of these classes, an OptionError for channels that it has not.
 */
export function beatsOfRecord(record: WfdbRecord, options: RecordBeatOptions = {}): RecordBeats {
  checkOptions('beatsOfRecord, options', options, [
    'classes',
    'channels',
    'before',
    'after',
    'length',
  ])
  const { classes, channels, ...window } = options
  const labelOf = (symbol: string): string | undefined => {
    if (classes !== undefined) return classes.includes(symbol) ? symbol : undefined
    if (!BEATS.includes(symbol)) return undefined
    return NORMAL.includes(symbol) ? 'normal' : 'other'
  }
  const labelled = new Map<number, string>()
  for (const { sample, symbol } of record.annotations) {
    const label = labelOf(symbol)
    if (label !== undefined) labelled.set(sample, label)
  }
  if (labelled.size === 0) throw noBeats(record, classes)
  const { signals, channelNames } = chosenChannels(record, channels)
  const beats = cutBeats(signals, record.samplingRate, Int32Array.from(labelled.keys()), {
    ...window,
    normalise: 'none',
  })
  const labels = Array.from(beats.peaks, (peak) => labelled.get(peak)!)
  return {
    instances: beats.instances,
    labels,
    classNames: classes === undefined ? classNamesOf(labels) : [...classes],
    channelNames,
    samplingRate: beats.samplingRate,
    peaks: beats.peaks,
  }
}

/** Datasets one behind the other; their channels, classes and sampling rate are those of the first. */
export function joinDatasets(parts: readonly SeriesDataset[]): SeriesDataset {
  const [first] = parts
  if (first === undefined) {
    throw new DataError({
      where: 'joinDatasets, parts',
      got: 'no dataset',
      expected: 'at least one',
      remedy: 'Give the datasets to join.',
    })
  }
  const labels = parts.some((part) => part.labels === null)
    ? null
    : parts.flatMap((part) => part.labels!)
  return {
    ...first,
    instances: parts.flatMap(({ instances }) => instances),
    labels,
    classNames: [...new Set(parts.flatMap(({ classNames }) => classNames))],
  }
}

/** The series at some places. */
export function takeSeries(dataset: SeriesDataset, places: ArrayLike<number>): SeriesDataset {
  const { instances, labels } = dataset
  const at = Array.from(places)
  return {
    ...dataset,
    instances: at.map((i) => instances[i]!),
    labels: labels === null ? null : at.map((i) => labels[i]!),
  }
}

function chosenChannels(
  { signals, channelNames, name }: WfdbRecord,
  wanted: readonly string[] | undefined,
): { signals: Matrix; channelNames: readonly string[] } {
  if (wanted === undefined) return { signals, channelNames }
  const places = wanted.map((channel) => {
    const place = channelNames.indexOf(channel)
    if (place >= 0) return place
    throw new OptionError({
      where: 'beatsOfRecord, options.channels',
      got: channel,
      expected: `channels of record ${name}: ${channelNames.join(', ')}`,
      remedy: 'Leave it out for all channels.',
    })
  })
  const { data, rows, cols } = signals
  const out = new Float64Array(rows * places.length)
  for (let t = 0; t < rows; t++) {
    for (let c = 0; c < places.length; c++) {
      out[t * places.length + c] = data[t * cols + places[c]!]!
    }
  }
  return { signals: { data: out, rows, cols: places.length }, channelNames: wanted }
}

function noBeats(record: WfdbRecord, classes: readonly string[] | undefined): DataError {
  const found = [...new Set(record.annotations.map(({ symbol }) => symbol))].join(' ')
  return new DataError({
    where: `beatsOfRecord, record ${record.name}`,
    got: found === '' ? 'no annotations' : `annotations ${found}`,
    expected:
      classes === undefined ? 'annotated beats' : `beats of the classes ${classes.join(', ')}`,
    remedy:
      found === ''
        ? 'Put the annotation file beside the record, or name its ending.'
        : 'Name classes that the record has.',
  })
}
