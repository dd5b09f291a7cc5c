/**
 * Time series in the `.ts` format of sktime and the UEA archive.
 *
 * 1. Lines that begin with `#` are comments; `@…` lines before `@data` say what follows.
 * 2. Each line after `@data` is one instance: channels separated by `:`, values by commas, `?` or `NaN` where missing,
 *    and last the class (`@classLabel true …`) or the target of a regression (`@targetLabel true`).
 * 3. Lengths may differ between instances, not between the channels of one instance.
 *
 * Time stamps (`@timeStamps true`) are refused: an explanation knows time steps, not times.
 */
import { DataError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'
import { checkOptions } from '../contract/nearest.ts'
import {
  checkInstances,
  classNamesOf,
  numberedChannels,
  readLabels,
  readSample,
  type SeriesDataset,
  seriesOf,
} from './series-dataset.ts'

/** How a `.ts` file is read. */
export interface TsFormatOptions {
  /** The file's name in messages. Default: `.ts`. */
  readonly name?: string | undefined
}

/** The series in a `.ts` text. Throws a DataError with file and line. */
export function parseTsFormat(text: string, options: TsFormatOptions = {}): SeriesDataset {
  checkOptions('parseTsFormat, options', options, ['name'])
  const name = options.name ?? '.ts'
  const header = { classes: [] as string[], hasLabel: false, isTarget: false }
  const instances: Matrix[] = []
  const labelTexts: string[] = []
  let inData = false
  let channels = 0
  text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .forEach((raw, index) => {
      const line = raw.trim()
      if (line === '' || line.startsWith('#')) return
      const at = `${name}, line ${index + 1}`
      if (!inData) {
        inData = readHeaderLine(line, header, at)
        return
      }
      const parts = line.split(':')
      if (header.hasLabel) labelTexts.push(parts.pop()!.trim())
      if (channels === 0) channels = parts.length
      instances.push(readInstance(parts, channels, at))
    })
  checkInstances(instances.length, inData ? name : `${name}, @data`)
  const labels = header.hasLabel ? readLabels(labelTexts) : null
  checkLabels(labelTexts, header.classes, name)
  return {
    instances,
    labels,
    classNames:
      labels === null || header.isTarget
        ? []
        : header.classes.length > 0
          ? header.classes
          : classNamesOf(labels),
    channelNames: numberedChannels(channels),
  }
}

/** Takes in one `@…` line; true for `@data`. */
function readHeaderLine(
  line: string,
  header: { classes: string[]; hasLabel: boolean; isTarget: boolean },
  at: string,
): boolean {
  const [word = '', flag = '', ...rest] = line.split(/\s+/)
  switch (word.toLowerCase()) {
    case '@data':
      return true
    case '@classlabel':
      header.hasLabel = flag.toLowerCase() === 'true'
      header.classes = rest
      return false
    case '@targetlabel':
      header.hasLabel = flag.toLowerCase() === 'true'
      header.isTarget = header.hasLabel
      return false
    case '@timestamps':
      if (flag.toLowerCase() !== 'true') return false
      throw new DataError({
        where: at,
        got: 'series with time stamps',
        expected: '@timeStamps false',
        remedy: 'Resample the series at equal steps first.',
      })
    default:
      if (word.startsWith('@')) return false
      throw new DataError({
        where: at,
        got: JSON.stringify(line.slice(0, 40)),
        expected: 'a line that begins with @ or #, before @data',
        remedy: 'Check that this is a .ts file.',
      })
  }
}

function readInstance(parts: readonly string[], channels: number, at: string): Matrix {
  if (parts.length !== channels || parts.length === 0) {
    throw new DataError({
      where: at,
      got: `${parts.length} channels`,
      expected: `${channels}, as in the lines before`,
      remedy: 'Separate channels, and the class after them, by colons.',
    })
  }
  const values = parts.map((part, channel) =>
    part
      .replace(/,\s*$/, '')
      .split(',')
      .map((cell, t) => readSample(cell, () => `${at}, channel ${channel}, value ${t}`)),
  )
  const lengths = values.map((channel) => channel.length)
  if (lengths.some((length) => length !== lengths[0])) {
    throw new DataError({
      where: at,
      got: `channels of ${lengths.join(', ')} values`,
      expected: 'channels of one length in each instance',
      remedy: 'Cut or resample them to one length first.',
    })
  }
  return seriesOf(values)
}

function checkLabels(labels: readonly string[], classes: readonly string[], name: string): void {
  if (classes.length === 0) return
  const unknown = labels.find((label) => !classes.includes(label))
  if (unknown === undefined) return
  throw new DataError({
    where: `${name}, @classLabel`,
    got: `a series of the class ${JSON.stringify(unknown)}`,
    expected: `one of ${classes.join(', ')}`,
    remedy: 'List all classes after @classLabel true.',
  })
}
