/**
 * Time series in CSV, in its two usual layouts.
 *
 * - `channels`: the file is one series; each column is a channel, each row a time step, the first line names the channels.
 * - `instances`: each line is one series with its label (see ucr.ts); no line of names.
 *
 * Unless told, a file whose first line holds names is taken for the first, and one without for the second.
 */
import { DataError } from '../contract/errors.ts'
import { checkOptions } from '../contract/nearest.ts'
import { parseCsv } from './csv.ts'
import { type SeriesDataset, seriesOf } from './series-dataset.ts'
import { parseUcr } from './ucr.ts'

/** How a CSV file of series is read. */
export interface SeriesCsvOptions {
  /** The file's name in messages. Default: `CSV`. */
  readonly name?: string | undefined
  /** Default: by the first line. */
  readonly layout?: 'channels' | 'instances' | undefined
  /** Where the label stands in layout `instances`. Default: `'first'`. */
  readonly label?: 'first' | 'last' | 'none' | undefined
}

/** The series in a CSV text. Throws a DataError with file and line. */
export function parseSeriesCsv(text: string, options: SeriesCsvOptions = {}): SeriesDataset {
  checkOptions('parseSeriesCsv, options', options, ['name', 'layout', 'label'])
  const { name = 'CSV', label } = options
  const layout = options.layout ?? (hasNames(text) ? 'channels' : 'instances')
  if (layout === 'instances') return parseUcr(text, { name, label })
  const table = parseCsv(text, { name })
  table.types.forEach((type, index) => {
    if (type === 'number') return
    throw new DataError({
      where: `${name}, column ${JSON.stringify(table.columnNames[index])}`,
      got: 'text',
      expected: 'numbers: each column is a channel of the series',
      remedy: 'Take the column out, or say that each line is an instance.',
    })
  })
  const channels = table.columnNames.map((_, channel) =>
    table.rows.map((row) => (row[channel] as number | null) ?? Number.NaN),
  )
  return {
    instances: [seriesOf(channels)],
    labels: null,
    classNames: [],
    channelNames: table.columnNames.map((column, index) =>
      table.naming === 'file' ? column : `channel ${index}`,
    ),
  }
}

/** True if no cell of the first line but the first, which may be a label, is a number. */
function hasNames(text: string): boolean {
  const line =
    text
      .replace(/^\ufeff/, '')
      .trimStart()
      .split(/\r\n|\n|\r/, 1)[0] ?? ''
  const cells = line.split(/[,;\t]/).map((cell) => cell.trim())
  const others = cells.length > 1 ? cells.slice(1) : cells
  return others.every((cell) => cell !== '' && Number.isNaN(Number(cell)) && !/^nan$/i.test(cell))
}
