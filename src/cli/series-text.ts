/** Labelled series as text in the `.ts` format of sktime, as `readSeries` takes it. */
import type { SeriesDataset } from '../data/series-dataset.ts'

/** The text. Labels are single words; channels stand between colons, values have six significant digits. */
export function seriesText({ instances, labels, classNames }: SeriesDataset): string {
  const lines = instances.map(({ data, rows, cols }, i) => {
    const channels = Array.from({ length: cols }, (_, c) =>
      Array.from({ length: rows }, (_, t) => Number(data[t * cols + c]!.toPrecision(6))).join(','),
    )
    return [...channels, ...(labels === null ? [] : [labels[i]])].join(':')
  })
  const classLabel = labels === null ? 'false' : `true ${classNames.join(' ')}`
  return ['@problemName beats', `@classLabel ${classLabel}`, '@data', ...lines, ''].join('\n')
}
