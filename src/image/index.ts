export { displayBytes } from './display-bytes.ts'
export { HIDE_NAMES, type HideChoice, type HideName } from './hide-segments.ts'
export { ImageExplainer } from './image-explainer.ts'
export {
  type ExplainedPicture,
  type HeatMapOptions,
  type ImageAndMask,
  type ImageAndMaskOptions,
  ImageExplanation,
  type PerturbedPicture,
} from './image-explanation.ts'
export type { ImageExplainerOptions, ImageExplainOptions, ImageOptions } from './image-options.ts'
export { type MarkBoundariesOptions, markBoundaries } from './mark-boundaries.ts'
export type { Picture } from './picture.ts'
export { pictureDataUrl } from './png-data-url.ts'
export { type FelzenszwalbOptions, felzenszwalb } from './segment/felzenszwalb.ts'
export { type GridOptions, gridSegments } from './segment/grid.ts'
export { type BoundaryMode, decodeRuns, encodeRuns, type LabelMap } from './segment/label-map.ts'
export { type QuickshiftOptions, quickshift } from './segment/quickshift.ts'
export { type SlicOptions, slic } from './segment/slic.ts'
export {
  type Labels as SegmentLabels,
  SEGMENTATIONS as IMAGE_SEGMENTATIONS,
  type SegmentationChoice as ImageSegmentationChoice,
  type SegmentationName as ImageSegmentationName,
  type SegmentationOptions as ImageSegmentationOptions,
} from './segment-picture.ts'
