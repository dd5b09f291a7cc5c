/** Problems for the tests of the solvers: committed ones with scikit-learn's answers, and random ones. */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { BitMatrix } from '../../src/math/bit-matrix.ts'
import { createBitMatrix, setBit } from '../../src/math/bit-matrix.ts'
import { createMatrix, type Matrix } from '../../src/math/matrix.ts'
import type { RandomState } from '../../src/math/random-state.ts'

export interface Linear {
  readonly coefficients: number[]
  readonly intercept: number
}

export interface Problem {
  readonly name: string
  readonly X: number[][]
  readonly y: number[]
  readonly w: number[]
  readonly ridge: Record<string, Linear>
  readonly ols: Linear
  readonly lasso: Record<string, Linear>
  readonly lars: { readonly alphas: number[]; readonly coefficients: number[][] }
  readonly r2OfRidge1: number
  readonly tree: { readonly predicted: number[]; readonly importances: number[] }
  readonly distances: Record<string, number[]>
}

/** scikit-learn 1.2.1, by tools/make-surrogate-fixtures.py. */
export const { problems } = JSON.parse(
  readFileSync(new URL('../fixtures/math/linear-models.json', import.meta.url), 'utf8'),
) as { problems: Problem[] }

/** Every entry within `tolerance` of the largest expected one, or of 1. */
export function expectClose(
  got: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = 1e-9,
): void {
  expect(got.length).toBe(expected.length)
  let scale = 1
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]!))
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(got[i]! - expected[i]!) <= tolerance * scale)) {
      expect(Array.from(got), `entry ${i}`).toEqual(Array.from(expected))
    }
  }
}

export function randomMatrix(random: RandomState, rows: number, cols: number): Matrix {
  const X = createMatrix(rows, cols)
  for (let i = 0; i < X.data.length; i++) X.data[i] = random.normal()
  return X
}

/** Row 0 all ones, as in LIME; the others fair coins. */
export function randomBits(random: RandomState, rows: number, cols: number): BitMatrix {
  const X = createBitMatrix(rows, cols)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) setBit(X, i, j, i === 0 || random.randomSample() < 0.5)
  }
  return X
}

export function randomVector(random: RandomState, length: number): Float64Array {
  return Float64Array.from({ length }, () => random.randomSample())
}

/** G and c by their definitions, in two passes over the samples. */
export function directMoments(
  X: Matrix,
  w: Float64Array,
  y: Float64Array,
): { G: Float64Array; c: Float64Array; mean: Float64Array; meanY: number } {
  const { data, rows, cols: d } = X
  const total = w.reduce((sum, weight) => sum + weight, 0)
  const mean = new Float64Array(d)
  let meanY = 0
  for (let i = 0; i < rows; i++) {
    meanY += (w[i]! * y[i]!) / total
    for (let j = 0; j < d; j++) mean[j]! += (w[i]! * data[i * d + j]!) / total
  }
  const G = new Float64Array(d * d)
  const c = new Float64Array(d)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < d; j++) {
      const left = w[i]! * (data[i * d + j]! - mean[j]!)
      c[j]! += left * (y[i]! - meanY)
      for (let k = 0; k < d; k++) G[j * d + k]! += left * (data[i * d + k]! - mean[k]!)
    }
  }
  return { G, c, mean, meanY }
}

/** x of A x = b by Gauss–Jordan elimination with partial pivoting. */
export function gaussSolve(A: Float64Array, b: ArrayLike<number>, d: number): Float64Array {
  const M = A.slice()
  const x = Float64Array.from(b)
  for (let p = 0; p < d; p++) {
    let pivot = p
    for (let i = p; i < d; i++) {
      if (Math.abs(M[i * d + p]!) > Math.abs(M[pivot * d + p]!)) pivot = i
    }
    for (let k = 0; k < d; k++) {
      const held = M[p * d + k]!
      M[p * d + k] = M[pivot * d + k]!
      M[pivot * d + k] = held
    }
    const held = x[p]!
    x[p] = x[pivot]!
    x[pivot] = held
    for (let i = 0; i < d; i++) {
      if (i === p) continue
      const factor = M[i * d + p]! / M[p * d + p]!
      for (let k = 0; k < d; k++) M[i * d + k]! -= factor * M[p * d + k]!
      x[i]! -= factor * x[p]!
    }
  }
  return x.map((value, i) => value / M[i * d + i]!)
}
