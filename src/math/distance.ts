/**
 * How far every sample is from the instance, which is row 0.
 *
 * Names are scikit-learn's. For rows of bits all four metrics follow from three counts: ones in the row (a), ones in
 * row 0 (b), ones in both (ab); differing bits = a + b − 2ab. Unlike scikit-learn, which expands |a − b|² into
 * |a|² + |b|² − 2ab for dense rows and so gets about 1e-7 where 0 is right, differences are taken directly.
 */
import { OptionError } from '../contract/errors.ts'
import { checkChoice } from '../contract/nearest.ts'
import { type BitMatrix, type DesignMatrix, denseRow, isBitMatrix, popcount } from './bit-matrix.ts'
import {
  DISTANCE_METRICS,
  type DistanceFunction,
  type DistanceMetric,
  type DistanceMetricName,
} from './distance-metrics.ts'
import type { Matrix } from './matrix.ts'

/**
 * Distances (n) from each row of X (n, d) to its row 0.
 *
 * Cosine distance is 1 − cos, within [0, 2]; it is 1 for an all-zero row, and for every row where row 0 is all zero.
 * Throws an OptionError for an unknown name, and for a function's answer that is not a finite number ≥ 0.
 */
export function distancesToFirst(X: DesignMatrix, metric: DistanceMetric): Float64Array {
  if (X.rows === 0) return new Float64Array(0)
  if (typeof metric === 'function') return ownDistances(X, metric)
  checkChoice('distanceMetric', metric, DISTANCE_METRICS)
  return isBitMatrix(X) ? bitDistances(X, metric) : denseDistances(X, metric)
}

function bitDistances(X: BitMatrix, metric: DistanceMetricName): Float64Array {
  const { words, rows, stride } = X
  const distances = new Float64Array(rows)
  if (metric !== 'cosine') {
    const byCount = Float64Array.from({ length: X.cols + 1 }, (_, c) => fromDiffering(metric, c))
    for (let i = 0, at = 0; i < rows; i++) {
      let differing = 0
      for (let k = 0; k < stride; k++, at++) differing += popcount(words[at]! ^ words[k]!)
      distances[i] = byCount[differing]!
    }
    return distances
  }
  let b = 0
  for (let k = 0; k < stride; k++) b += popcount(words[k]!)
  for (let i = 0, at = 0; i < rows; i++) {
    let a = 0
    let ab = 0
    for (let k = 0; k < stride; k++, at++) {
      const word = words[at]!
      a += popcount(word)
      ab += popcount(word & words[k]!)
    }
    distances[i] = a === 0 || b === 0 ? 1 : 1 - ab / Math.sqrt(a * b)
  }
  return distances
}

/** Distance of rows in which so many bits differ. */
function fromDiffering(metric: DistanceMetricName, differing: number): number {
  switch (metric) {
    case 'euclidean':
    case 'l2':
      return Math.sqrt(differing)
    case 'chebyshev':
      return differing > 0 ? 1 : 0
    default:
      return differing
  }
}

function denseDistances(X: Matrix, metric: DistanceMetricName): Float64Array {
  switch (metric) {
    case 'euclidean':
    case 'l2':
      return euclidean(X)
    case 'manhattan':
    case 'l1':
    case 'cityblock':
      return manhattan(X)
    case 'chebyshev':
      return chebyshev(X)
    case 'cosine':
      return cosine(X)
  }
}

/** √Σ (x − x₀)², four rows at a time: four sums that need not wait for each other. */
function euclidean({ data, rows, cols }: Matrix): Float64Array {
  const distances = new Float64Array(rows)
  const last = (rows - 1) * cols
  for (let i = 0; i < rows; i += 4) {
    const p = i * cols
    const q = Math.min(p + cols, last)
    const r = Math.min(q + cols, last)
    const s = Math.min(r + cols, last)
    let sumP = 0
    let sumQ = 0
    let sumR = 0
    let sumS = 0
    for (let j = 0; j < cols; j++) {
      const own = data[j]!
      const inP = data[p + j]! - own
      const inQ = data[q + j]! - own
      const inR = data[r + j]! - own
      const inS = data[s + j]! - own
      sumP += inP * inP
      sumQ += inQ * inQ
      sumR += inR * inR
      sumS += inS * inS
    }
    distances[i] = Math.sqrt(sumP)
    if (i + 1 < rows) distances[i + 1] = Math.sqrt(sumQ)
    if (i + 2 < rows) distances[i + 2] = Math.sqrt(sumR)
    if (i + 3 < rows) distances[i + 3] = Math.sqrt(sumS)
  }
  return distances
}

/** Σ |x − x₀| */
function manhattan({ data, rows, cols }: Matrix): Float64Array {
  const distances = new Float64Array(rows)
  for (let i = 0, at = 0; i < rows; i++) {
    let sum = 0
    for (let j = 0; j < cols; j++, at++) sum += Math.abs(data[at]! - data[j]!)
    distances[i] = sum
  }
  return distances
}

/** max |x − x₀| */
function chebyshev({ data, rows, cols }: Matrix): Float64Array {
  const distances = new Float64Array(rows)
  for (let i = 0, at = 0; i < rows; i++) {
    let largest = 0
    for (let j = 0; j < cols; j++, at++) {
      largest = Math.max(largest, Math.abs(data[at]! - data[j]!))
    }
    distances[i] = largest
  }
  return distances
}

/** 1 − x·x₀ / (|x| |x₀|), as (x·x₀ / |x₀|²) √(|x₀|² / |x|²), which is exactly 1 for x = x₀. */
function cosine({ data, rows, cols }: Matrix): Float64Array {
  const distances = new Float64Array(rows).fill(1)
  let bb = 0
  for (let j = 0; j < cols; j++) bb += data[j]! * data[j]!
  if (bb === 0) return distances
  for (let i = 0, at = 0; i < rows; i++) {
    let aa = 0
    let ab = 0
    for (let j = 0; j < cols; j++, at++) {
      const value = data[at]!
      aa += value * value
      ab += value * data[j]!
    }
    if (aa > 0) {
      distances[i] = Math.min(2, Math.max(0, 1 - (ab / bb) * Math.sqrt(bb / aa)))
    }
  }
  return distances
}

function ownDistances(X: DesignMatrix, metric: DistanceFunction): Float64Array {
  const distances = new Float64Array(X.rows)
  const instance = denseRow(X, 0)
  for (let i = 0; i < X.rows; i++) {
    const distance = metric(denseRow(X, i), instance)
    if (!(Number.isFinite(distance) && distance >= 0)) {
      throw new OptionError({
        where: 'distanceMetric',
        got: `${String(distance)} as the distance of sample ${i}`,
        expected: 'a finite number, 0 or more',
        remedy:
          'Mend the function, or name one of the metrics: euclidean, cosine, manhattan, chebyshev.',
      })
    }
    distances[i] = distance
  }
  return distances
}
