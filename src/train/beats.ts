/**
 * Beats of an ECG as instances: cut around their R peaks, resampled to one length, normalised.
 */
import { DataError, OptionError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'

/** How beats are cut. */
export interface BeatOptions {
  /** Seconds before the R peak; default 0.25. */
  readonly before?: number
  /** Seconds after the R peak; default 0.45. */
  readonly after?: number
  /** Samples of a beat after resampling; default: as many as the window has. */
  readonly length?: number
  /** `beat`: each channel of each beat to mean 0 and standard deviation 1 (default); `none`: as recorded. */
  readonly normalise?: 'beat' | 'none'
}

/** Beats and the samples at which their R peaks stand in the record. */
export interface Beats {
  /** Each (length, channels). */
  readonly instances: readonly Matrix[]
  readonly peaks: Int32Array
  /** Samples a second of the instances. */
  readonly samplingRate: number
}

/**
 * Cuts a beat around each R peak.
 *
 * @param signals (samples, channels) of the record.
 * @param samplingRate samples a second.
 * @param peaks sample numbers; those whose window leaves the record are left out.
 */
export function cutBeats(
  signals: Matrix,
  samplingRate: number,
  peaks: Int32Array,
  options: BeatOptions = {},
): Beats {
  const { before = 0.25, after = 0.45, normalise = 'beat' } = options
  const left = Math.round(before * samplingRate)
  const width = left + Math.round(after * samplingRate)
  if (!(before >= 0 && after > 0 && width >= 2)) {
    throw new OptionError({
      where: 'cutBeats, options.before and after',
      got: `${before} and ${after} seconds`,
      expected: 'a window of at least two samples around the R peak',
      remedy: 'Leave them out for 0.25 and 0.45 seconds.',
    })
  }
  const length = options.length ?? width
  const inside = peaks.filter((peak) => peak - left >= 0 && peak - left + width <= signals.rows)
  const instances = Array.from(inside, (peak) => {
    const from = (peak - left) * signals.cols
    const window = {
      data: signals.data.slice(from, from + width * signals.cols),
      rows: width,
      cols: signals.cols,
    }
    const beat = resample(window, length)
    return normalise === 'beat' ? standardise(beat) : beat
  })
  return { instances, peaks: inside, samplingRate: (samplingRate * length) / width }
}

/**
 * Another number of time steps: linear interpolation when there are more, means over the old steps that each new one
 * covers when there are fewer, so that nothing above the new half rate is folded back whole.
 */
export function resample(series: Matrix, length: number): Matrix {
  const { data, rows, cols } = series
  if (!Number.isInteger(length) || length < 1 || rows < 1) {
    throw new OptionError({
      where: 'resample, length',
      got: `${length} steps from ${rows}`,
      expected: 'an integer of at least 1, from a series of at least one step',
      remedy: 'Give the number of time steps that the model takes.',
    })
  }
  if (length === rows) return { data: data.slice(), rows, cols }
  const out = new Float64Array(length * cols)
  for (let i = 0; i < length; i++) {
    for (let c = 0; c < cols; c++) {
      out[i * cols + c] =
        length > rows ? interpolate(series, i, length, c) : average(series, i, length, c)
    }
  }
  return { data: out, rows: length, cols }
}

/** Each channel to mean 0 and standard deviation 1; a constant channel to 0. */
export function standardise(series: Matrix): Matrix {
  const { data, rows, cols } = series
  const out = new Float64Array(data.length)
  for (let c = 0; c < cols; c++) {
    let mean = 0
    for (let i = 0; i < rows; i++) mean += data[i * cols + c]! / rows
    let variance = 0
    for (let i = 0; i < rows; i++) variance += (data[i * cols + c]! - mean) ** 2 / rows
    const scale = variance > (1e-12 * mean) ** 2 ? 1 / Math.sqrt(variance) : 0
    for (let i = 0; i < rows; i++) out[i * cols + c] = (data[i * cols + c]! - mean) * scale
  }
  return { data: out, rows, cols }
}

/** Indices of the instances for training and for testing. */
export interface Split {
  readonly train: Int32Array
  readonly test: Int32Array
}

/** The first `share` of a recording for training, the rest for testing: neighbours in time are alike. */
export function splitByTime(count: number, share = 0.8): Split {
  const cut = Math.round(checkShare('splitByTime', share) * count)
  const all = Int32Array.from({ length: count }, (_, i) => i)
  return { train: all.slice(0, cut), test: all.slice(cut) }
}

/** Whole patients (or records) for training, others for testing: the last of them in order of appearance. */
export function splitByPatient(patients: readonly (string | number)[], share = 0.8): Split {
  const known = [...new Set(patients)]
  if (known.length < 2) {
    throw new DataError({
      where: 'splitByPatient, patients',
      got: `${known.length} patients`,
      expected: 'at least two',
      remedy: 'Split one recording by time.',
    })
  }
  const count = Math.min(
    known.length - 1,
    Math.max(1, Math.round(checkShare('splitByPatient', share) * known.length)),
  )
  const training = new Set(known.slice(0, count))
  const all = Int32Array.from(patients.keys())
  return {
    train: all.filter((i) => training.has(patients[i]!)),
    test: all.filter((i) => !training.has(patients[i]!)),
  }
}

function interpolate({ data, rows, cols }: Matrix, i: number, length: number, c: number): number {
  const at = (i * (rows - 1)) / (length - 1)
  const low = Math.min(Math.floor(at), Math.max(0, rows - 2))
  const next = Math.min(low + 1, rows - 1)
  const t = at - low
  return data[low * cols + c]! * (1 - t) + data[next * cols + c]! * t
}

/** The mean over old steps from i · rows / length up to (i + 1) · rows / length, parts counted as parts. */
function average({ data, rows, cols }: Matrix, i: number, length: number, c: number): number {
  const from = (i * rows) / length
  const to = ((i + 1) * rows) / length
  let sum = 0
  for (let step = Math.floor(from); step < Math.min(rows, Math.ceil(to)); step++) {
    const share = Math.min(step + 1, to) - Math.max(step, from)
    sum += share * data[step * cols + c]!
  }
  return sum / (to - from)
}

function checkShare(name: string, share: number): number {
  if (share > 0 && share < 1) return share
  throw new OptionError({
    where: `${name}, share`,
    got: String(share),
    expected: 'a number between 0 and 1',
    remedy: 'Leave it out for 0.8.',
  })
}
