/**
 * sodalime: local explanations of any model, for tables, text, images and time series.
 *
 * Explainers, what they take and what they give. Models are loaded by `sodalime/models/…`, files are read by
 * `sodalime/data`, explanations are drawn by `sodalime/render` and checked by `sodalime/schema`.
 */
import { plugDrawing } from './contract/explanation.ts'

export * from './composite/index.ts'
export * from './contract/index.ts'
export {
  type Compatibility,
  type Domain,
  type ExplainerOptions,
  type ExplainOptions,
  FEATURE_SELECTIONS,
  type FeatureSelection,
  type FittedSurrogate,
  inputsFor,
  type LabelChoice,
  type Neighbourhood,
  SURROGATES,
  type SubmodularPick,
  type Surrogate,
  type SurrogateChoice,
  type SurrogateOptions,
  type Surroundings,
  type SurroundRequest,
  type SwitchLaw,
  type SwitchOptions,
  submodularPick,
} from './explain/index.ts'
export * from './image/index.ts'
export {
  DISTANCE_METRICS,
  type DistanceFunction,
  type DistanceMetric,
} from './math/distance-metrics.ts'
export type { KernelFunction } from './math/kernel.ts'
export { derive, RandomState } from './math/random-state.ts'
export * from './series/index.ts'
export * from './tabular/index.ts'
export * from './text/index.ts'

// Drawings are loaded when an explanation is asked for one.
plugDrawing(() => import('./render/html.ts'))
