import { describe, expect, it } from 'vitest'
import { bitsToMatrix, createBitMatrix, fillBitRow, setBit } from '../../src/math/bit-matrix.ts'
import { bitsTimes, timesBits } from '../../src/math/bit-products.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { solveRidge } from '../../src/math/ridge.ts'
import { weightedMoments } from '../../src/math/weighted-moments.ts'
import { wideRidge } from '../../src/math/wide-ridge.ts'

/** Rows that lose a uniform number of their bits, as for texts, weights that fall with it, and a target. */
function textLike(n: number, d: number, seed: number) {
  const random = new RandomState(seed)
  const X = createBitMatrix(n, d)
  fillBitRow(X, 0)
  const w = new Float64Array(n).fill(1)
  for (let i = 1; i < n; i++) {
    const kept = random.randint(0, d)
    for (const j of random.choiceWithoutReplacement(d, kept)) setBit(X, i, j)
    w[i] = Math.exp(-8 * (1 - Math.sqrt(kept / d)) ** 2)
  }
  const y = Float64Array.from({ length: n }, () => random.normal())
  return { X, w, y }
}

describe('wideRidge', () => {
  it.each([
    ['more features than samples', 40, 90],
    ['more samples than features', 120, 50],
    ['as many of both', 70, 70],
  ])('gives the coefficients of the direct solution with %s', (_, n, d) => {
    const { X, w, y } = textLike(n, d, 3)
    for (const design of [X, bitsToMatrix(X)]) {
      const moments = weightedMoments(design, w)
      const cross = moments.cross(y)
      const { x, converged } = wideRidge(moments, cross, 0.01, 2000)
      const direct = solveRidge(moments, cross, 0.01).coefficients
      expect(converged).toBe(true)
      for (let j = 0; j < d; j++) expect(x[j]).toBeCloseTo(direct[j]!, 8)
    }
  })

  it('solves the normal equations of 2,500 features, which solveRidge hands to it', () => {
    const { X, w, y } = textLike(200, 2500, 4)
    const moments = weightedMoments(X, w)
    const cross = moments.cross(y)
    const { coefficients } = solveRidge(moments, cross, 0.01)
    // Aᵀ A b + α b = Aᵀ r, feature by feature
    const left = moments.transposeTimes(moments.times(coefficients))
    for (let j = 0; j < 2500; j++) {
      expect(left[j]! + 0.01 * coefficients[j]!).toBeCloseTo(cross.c[j]!, 8)
    }
  })

  it('gives zeros for a constant target and for constant features', () => {
    const { X, w } = textLike(30, 40, 5)
    const moments = weightedMoments(X, w)
    const flat = new Float64Array(30).fill(2)
    expect(wideRidge(moments, moments.cross(flat), 1, 50).x).toEqual(new Float64Array(40))
    const constant = createBitMatrix(30, 40)
    const still = weightedMoments(constant, w)
    const { x } = wideRidge(still, still.cross(Float64Array.from(flat, (_, i) => i)), 1, 50)
    expect(x).toEqual(new Float64Array(40))
  })
})

describe('bitsTimes and timesBits', () => {
  it.each([1, 7, 8, 31, 32, 33, 600])('equal the products of doubles for %i columns', (d) => {
    const { X } = textLike(25, d, d)
    const { data } = bitsToMatrix(X)
    const random = new RandomState(6)
    const b = Float64Array.from({ length: d }, () => random.normal())
    const v = Float64Array.from({ length: 25 }, (_, i) => (i % 3 === 0 ? 0 : random.normal()))
    const words = Int32Array.from(X.words)
    const forth = bitsTimes(words, 25, X.stride, b)
    const back = timesBits(words, 25, X.stride, d, v)
    for (let i = 0; i < 25; i++) {
      let sum = 0
      for (let j = 0; j < d; j++) sum += data[i * d + j]! * b[j]!
      expect(forth[i]).toBeCloseTo(sum, 10)
    }
    for (let j = 0; j < d; j++) {
      let sum = 0
      for (let i = 0; i < 25; i++) sum += data[i * d + j]! * v[i]!
      expect(back[j]).toBeCloseTo(sum, 10)
    }
  })
})
