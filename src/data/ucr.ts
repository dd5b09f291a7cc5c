/**
 * Time series in the format of the UCR archive: one series a line, the label first.
 *
 * 1. Values are separated by commas, tabs or blanks, whichever the first line has.
 * 2. Series of unequal length are padded with NaN in the archive: NaN at the end of a line is taken off, NaN inside of
 *    a series stays, as a missing value.
 *
 * Dau et al. (2019), The UCR Time Series Archive.
 */
import { DataError } from '../contract/errors.ts'
import { checkOptions } from '../contract/nearest.ts'
import {
  checkInstances,
  classNamesOf,
  readLabels,
  readSample,
  type SeriesDataset,
  seriesOf,
} from './series-dataset.ts'

/** How a UCR file is read. */
export interface UcrOptions {
  /** The file's name in messages. Default: `UCR`. */
  readonly name?: string | undefined
  /** Where the label stands in a line. Default: `'first'`. */
  readonly label?: 'first' | 'last' | 'none' | undefined
}

/** The series in a UCR text. Throws a DataError with file and line. */
export function parseUcr(text: string, options: UcrOptions = {}): SeriesDataset {
  checkOptions('parseUcr, options', options, ['name', 'label'])
  const { name = 'UCR', label = 'first' } = options
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ cells: line.trim(), number: index + 1 }))
    .filter((line) => line.cells !== '')
  checkInstances(lines.length, name)
  const separator = separatorOf(lines[0]!.cells)
  const labelTexts: string[] = []
  const instances = lines.map((line) => {
    const cells = line.cells.split(separator)
    const at = `${name}, line ${line.number}`
    if (label !== 'none') labelTexts.push((label === 'first' ? cells.shift() : cells.pop())!.trim())
    const values = cells.map((cell, index) => readSample(cell, () => `${at}, value ${index}`))
    while (values.length > 0 && Number.isNaN(values[values.length - 1]!)) values.pop()
    if (values.length === 0) {
      throw new DataError({
        where: at,
        got: label === 'none' ? 'a line without values' : 'a label without values',
        expected: label === 'none' ? 'one value or more' : 'a label and one value or more',
        remedy: 'Take the line out, or check how its values are separated.',
      })
    }
    return seriesOf([values])
  })
  const labels = label === 'none' ? null : readLabels(labelTexts)
  return {
    instances,
    labels,
    classNames: labels === null ? [] : classNamesOf(labels),
    channelNames: ['channel 0'],
  }
}

function separatorOf(line: string): RegExp {
  if (line.includes(',')) return /,/
  return line.includes('\t') ? /\t/ : /\s+/
}
