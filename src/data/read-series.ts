/**
 * Time series from a file, by its ending: `.ts`, `.arff`, `.csv`, `.txt` and `.tsv` (UCR), `.hea`, `.dat` and `.atr` (WFDB).
 */
import { DataError } from '../contract/errors.ts'
import { checkOptions } from '../contract/nearest.ts'
import { parseArff } from './arff.ts'
import { decodeText, extensionOf, readBytes } from './bytes.ts'
import { parseSeriesCsv } from './series-csv.ts'
import type { SeriesDataset } from './series-dataset.ts'
import { parseTsFormat } from './ts-format.ts'
import { parseUcr } from './ucr.ts'
import { readWfdb } from './wfdb.ts'

/** How series are read from a file. */
export interface ReadSeriesOptions {
  /** CSV: each column a channel of one series, or each line a series. Default: by the first line. */
  readonly layout?: 'channels' | 'instances' | undefined
  /** CSV and UCR: where the label stands in a line. Default: `'first'`. */
  readonly label?: 'first' | 'last' | 'none' | undefined
  /** The encoding of a text file. Default: UTF-8. */
  readonly encoding?: string | undefined
}

/** The series in a file; a WFDB record is one instance without label. Throws a DataError that names the file. */
export async function readSeries(
  path: string,
  options: ReadSeriesOptions = {},
): Promise<SeriesDataset> {
  checkOptions('readSeries, options', options, ['layout', 'label', 'encoding'])
  const { layout, label, encoding } = options
  const extension = extensionOf(path)
  const text = async () => decodeText(await readBytes(path), path, encoding)
  switch (extension) {
    case '.ts':
      return parseTsFormat(await text(), { name: path })
    case '.arff':
      return parseArff(await text(), { name: path })
    case '.csv':
      return parseSeriesCsv(await text(), { name: path, layout, label })
    case '.txt':
    case '.tsv':
    case '':
      return parseUcr(await text(), { name: path, label })
    case '.hea':
    case '.dat':
    case '.atr': {
      const { signals, channelNames, samplingRate } = await readWfdb(path)
      return { instances: [signals], labels: null, classNames: [], channelNames, samplingRate }
    }
    default:
      throw new DataError({
        where: path,
        got: `a file that ends with ${extension}`,
        expected: 'series in .txt, .tsv, .csv, .ts, .arff, or a WFDB record (.hea)',
        remedy: 'Convert the file, or rename it if it is one of these.',
      })
  }
}
