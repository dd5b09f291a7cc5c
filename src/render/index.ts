/**
 * Drawings of explanations: terminal, words, SVG, PNG, HTML, JSON. They read `ExplanationData` and nothing else.
 */

export {
  type AnchorTerminalOptions,
  anchorSentence,
  renderAnchor,
  renderAnchorHtml,
} from './anchor.ts'
export {
  type ComparedFeature,
  comparedFeatures,
  type Difference,
  type Side,
  sharedTop,
  similarity,
} from './disagreement.ts'
export {
  drawInstance,
  drawPrediction,
  drawTrust,
  drawWeights,
  drawWords,
} from './draw.ts'
export type { DrawOptions } from './draw-options.ts'
export { drawingStyles } from './drawing-styles.ts'
export { type EvaluationTable, renderEvaluation, renderEvaluationHtml } from './evaluation.ts'
export { type HtmlOptions, renderHtml, renderNotebook } from './html.ts'
export { renderGallery } from './html-gallery.ts'
export { type PickData, renderPick } from './html-pick.ts'
export { renderSideBySide } from './html-side-by-side.ts'
export {
  type ImageSvgOptions,
  type ImageView,
  renderImageSheet,
  renderImageSvg,
  type SheetPicture,
} from './image-svg.ts'
export { toJsonText } from './json.ts'
export { type EpochLoss, type LossSvgOptions, renderLossSvg } from './loss-svg.ts'
export { darkTheme, lightTheme, type Theme } from './palette.ts'
export { type PngOptions, renderPng } from './png.ts'
export type { ReportEntry, ReportOptions } from './report-entry.ts'
export { renderSeriesSvg, type SeriesSvgOptions } from './series-svg.ts'
export { renderSvg, type SvgOptions } from './svg.ts'
export { renderTerminal, type TerminalOptions } from './terminal.ts'
export { type TreeRule, treeRules } from './tree-rules.ts'
export { visibleText } from './visible-text.ts'
export { explainInWords, type WordsOptions } from './words.ts'
