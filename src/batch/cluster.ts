/**
 * Clusters of explanations by the direction of their weights: spherical k-means (Dhillon, Modha 2001).
 *
 * 1. A vector for each explanation over the most important columns, brought to length 1: how strong an explanation is does
 *    not count, only what it speaks of, and how.
 * 2. Centres begin as k-means++ draws them (Arthur, Vassilvitskii 2007), from a fixed seed, on at most 20,000 of the
 *    vectors, evenly taken; at most 25 rounds there; then every explanation goes to its nearest centre. Linear in their
 *    number.
 */
import { RandomState } from '../math/random-state.ts'

const SAMPLE = 20_000
const ROUNDS = 25

/** Groups n vectors of d numbers, row by row, of length 1 or 0. `nearest[i]` is the group of vector i, `similarity[i]` its cosine to the centre. */
export function clusterDirections(
  vectors: Float32Array,
  n: number,
  d: number,
  k: number,
  seed = 0,
): {
  readonly nearest: Int32Array
  readonly similarity: Float64Array
  readonly centres: Float64Array[]
} {
  const step = Math.max(1, n / SAMPLE)
  const sample = Int32Array.from({ length: Math.min(n, SAMPLE) }, (_, i) => Math.floor(i * step))
  const centres = firstCentres(
    vectors,
    sample,
    d,
    Math.min(k, sample.length),
    new RandomState(seed),
  )
  const group = new Int32Array(sample.length).fill(-1)
  for (let round = 0; round < ROUNDS; round++) {
    let moved = 0
    sample.forEach((i, s) => {
      const [at] = closest(vectors, i * d, centres)
      if (at !== group[s]) moved++
      group[s] = at
    })
    if (moved === 0) break
    for (const centre of centres) centre.fill(0)
    sample.forEach((i, s) => {
      const centre = centres[group[s]!]!
      for (let j = 0; j < d; j++) centre[j]! += vectors[i * d + j]!
    })
    for (const centre of centres) normalise(centre)
  }
  const nearest = new Int32Array(n)
  const similarity = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const [at, cosine] = closest(vectors, i * d, centres)
    nearest[i] = at
    similarity[i] = cosine
  }
  return { nearest, similarity, centres }
}

function firstCentres(
  vectors: Float32Array,
  sample: Int32Array,
  d: number,
  k: number,
  random: RandomState,
): Float64Array[] {
  const at = (i: number) => Float64Array.from(vectors.subarray(i * d, (i + 1) * d))
  const centres = [at(sample[random.randint(0, sample.length)]!)]
  while (centres.length < k) {
    // Squared distance of vectors of length 1: 2 − 2 cos.
    const distances = Float64Array.from(sample, (i) =>
      Math.max(0, 2 - 2 * closest(vectors, i * d, centres)[1]),
    )
    const total = distances.reduce((sum, one) => sum + one, 0)
    if (!(total > 1e-9 * sample.length)) break
    centres.push(at(sample[random.choiceWeighted(distances, 1)[0]!]!))
  }
  return centres
}

function closest(
  vectors: Float32Array,
  offset: number,
  centres: readonly Float64Array[],
): [group: number, cosine: number] {
  let best = 0
  let most = Number.NEGATIVE_INFINITY
  centres.forEach((centre, group) => {
    let cosine = 0
    for (let j = 0; j < centre.length; j++) cosine += vectors[offset + j]! * centre[j]!
    if (cosine > most) {
      most = cosine
      best = group
    }
  })
  return [best, most]
}

function normalise(vector: Float64Array): void {
  let square = 0
  for (const one of vector) square += one * one
  const length = Math.sqrt(square)
  if (length > 0) for (let j = 0; j < vector.length; j++) vector[j]! /= length
}
