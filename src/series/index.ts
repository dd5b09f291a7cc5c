export { type MatrixProfile, matrixProfile } from './matrix-profile.ts'
export { SERIES_REPLACEMENTS, type SeriesReplacement } from './replacement.ts'
export {
  SERIES_SEGMENTATIONS,
  type SeriesSegmentation,
  type SeriesSegmentationFunction,
  type SeriesSegmentationName,
} from './segmentation.ts'
export { SeriesExplainer } from './series-explainer.ts'
export type { SeriesLike } from './series-input.ts'
export type { SeriesExplainerOptions, SeriesExplainOptions } from './series-options.ts'
