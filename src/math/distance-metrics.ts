/**
 * How far samples are from the instance: what may be asked for. `distance.ts` computes it.
 */

/** The metrics by name, scikit-learn's second names included. */
export const DISTANCE_METRICS = [
  'euclidean',
  'cosine',
  'manhattan',
  'chebyshev',
  'l1',
  'l2',
  'cityblock',
] as const

/** A metric by name. */
export type DistanceMetricName = (typeof DISTANCE_METRICS)[number]

/** A metric of one's own: `row` is a sample, `instance` is row 0; both are read only. Must be finite and ≥ 0. */
export type DistanceFunction = (row: Float64Array, instance: Float64Array) => number

/** A metric by name, or a function. */
export type DistanceMetric = DistanceMetricName | DistanceFunction
