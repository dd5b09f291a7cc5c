export { type ArffOptions, parseArff } from './arff.ts'
export { decodeBmp } from './bmp.ts'
export { type CellOptions, MISSING_VALUES } from './column-types.ts'
export { type CsvOptions, parseCsv } from './csv.ts'
export { fromImageData, type ImageDataLike } from './image-data.ts'
export {
  type DecodeImageOptions,
  decodeImage,
  encodePng,
  readImage,
  shrinkPicture,
} from './images.ts'
export { type JsonLinesOptions, parseJsonLines } from './json-lines.ts'
export { type ParquetOptions, parseParquet } from './parquet.ts'
export { type ReadSeriesOptions, readSeries } from './read-series.ts'
export { type ReadTableOptions, readTable } from './read-table.ts'
export { parseSeriesCsv, type SeriesCsvOptions } from './series-csv.ts'
export type { SeriesDataset } from './series-dataset.ts'
export {
  type ColumnType,
  columnIndex,
  columnValues,
  dropColumns,
  rowAt,
  selectColumns,
  type Table,
  type TargetSplit,
  takeTarget,
} from './table.ts'
export { parseTsFormat, type TsFormatOptions } from './ts-format.ts'
export { parseUcr, type UcrOptions } from './ucr.ts'
export {
  parseWfdb,
  type ReadWfdbOptions,
  readWfdb,
  type WfdbFiles,
  type WfdbOptions,
  type WfdbRecord,
} from './wfdb.ts'
export { parseWfdbAnnotations, type WfdbAnnotation } from './wfdb-annotations.ts'
export { parseWfdbHeader, type WfdbHeader, type WfdbSignal } from './wfdb-header.ts'
