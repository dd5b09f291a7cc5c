import { describe, expect, it } from 'vitest'
import { bitsToMatrix } from '../../src/math/bit-matrix.ts'
import { distancesToFirst } from '../../src/math/distance.ts'
import { exponentialKernel } from '../../src/math/kernel.ts'
import { createMatrix, matrixFromRows } from '../../src/math/matrix.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { weightedCross, weightedMoments } from '../../src/math/weighted-moments.ts'
import { directMoments, expectClose, randomBits, randomMatrix, randomVector } from './problems.ts'

describe('weightedMoments', () => {
  for (const [rows, cols] of [
    [50, 3],
    [200, 33],
    [130, 64],
    [7, 20],
  ] as const) {
    it(`equals its definition for ${rows} × ${cols} doubles`, () => {
      const random = new RandomState(rows)
      const X = randomMatrix(random, rows, cols)
      const w = randomVector(random, rows)
      const y = randomVector(random, rows)
      const moments = weightedMoments(X, w)
      const direct = directMoments(X, w, y)
      expectClose(moments.gram(), direct.G, 1e-12)
      expectClose(moments.mean, direct.mean, 1e-13)
      expectClose(weightedCross(moments, y).c, direct.c, 1e-12)
      const lazy = weightedMoments(X, w)
      for (let j = 0; j < cols; j++) expectClose(lazy.column(j), moments.column(j), 1e-12)
    })

    it(`equals its definition for ${rows} × ${cols} bits, with few weights and with many`, () => {
      const random = new RandomState(rows + 1)
      const X = randomBits(random, rows, cols)
      const y = randomVector(random, rows)
      const few = exponentialKernel(distancesToFirst(X, 'cosine'), 0.5)
      for (const w of [few, randomVector(random, rows)]) {
        const moments = weightedMoments(X, w)
        const direct = directMoments(bitsToMatrix(X), w, y)
        expectClose(moments.gram(), direct.G, 1e-12)
        expectClose(moments.mean, direct.mean, 1e-13)
        const cross = weightedCross(moments, y)
        expectClose(cross.c, direct.c, 1e-12)
        expectClose([cross.meanY], [direct.meanY], 1e-14)
        const lazy = weightedMoments(X, w)
        for (let j = 0; j < cols; j++) {
          expectClose(lazy.column(j), moments.column(j), 1e-12)
          expectClose([moments.column(j)[j]!], [moments.diagonal[j]!], 1e-12)
        }
      }
    })
  }

  it('counts in planes of bits past the largest run of equal weights', () => {
    const random = new RandomState(4)
    const X = randomBits(random, 5000, 5)
    const w = new Float64Array(5000).fill(0.5)
    const y = randomVector(random, 5000)
    expectClose(weightedMoments(X, w).gram(), directMoments(bitsToMatrix(X), w, y).G, 1e-12)
  })

  it('loses nothing when row 0 holds nearly all the weight', () => {
    const random = new RandomState(5)
    const X = randomBits(random, 60, 6)
    const share = randomVector(random, 60)
    const light = Float64Array.from(share, (value, i) => (i === 0 ? 1 : value * 1e-14))
    // As all weight moves to row 0, G / ε tends to Σ w (x − x₀)(x − x₀)ᵀ over the other rows.
    const limit = new Float64Array(36)
    const { data } = bitsToMatrix(X)
    for (let i = 1; i < 60; i++) {
      for (let j = 0; j < 6; j++) {
        for (let k = 0; k < 6; k++) {
          limit[j * 6 + k]! += share[i]! * (1 - data[i * 6 + j]!) * (1 - data[i * 6 + k]!)
        }
      }
    }
    for (const design of [X, bitsToMatrix(X)]) {
      const G = weightedMoments(design, light).gram()
      expectClose(
        G.map((value) => value * 1e14),
        limit,
        1e-11,
      )
    }
  })

  it('gives exact zeros for a constant column and bit-equal entries for equal columns', () => {
    const random = new RandomState(6)
    const plain = randomMatrix(random, 100, 7)
    for (let i = 0; i < 100; i++) {
      plain.data[i * 7 + 2] = 0.1
      plain.data[i * 7 + 6] = plain.data[i * 7]!
    }
    const bits = matrixFromRows(
      Array.from({ length: 100 }, (_, i) => [i % 2, 1, i % 3 === 0 ? 1 : 0, i % 2]),
    )
    const w = randomVector(random, 100)
    const dense = weightedMoments(plain, w)
    expect(Array.from(dense.column(2))).toEqual(new Array(7).fill(0))
    expect(dense.diagonal[2]).toBe(0)
    expect(dense.mean[2]).toBe(0.1)
    expect(dense.column(0)).toEqual(dense.column(6))
    dense.gram()
    expect(dense.column(0)).toEqual(dense.column(6))
    const packed = weightedMoments(bits, w)
    expect(Array.from(packed.column(1))).toEqual([0, 0, 0, 0])
    expect(packed.column(0)).toEqual(packed.column(3))
  })

  it('ignores rows of weight 0', () => {
    const random = new RandomState(7)
    const X = randomBits(random, 40, 9)
    const w = randomVector(random, 40).map((weight, i) => (i >= 30 ? 0 : weight))
    const y = randomVector(random, 40)
    const head = createMatrix(30, 9, bitsToMatrix(X).data.slice(0, 270))
    const short = weightedMoments(head, w.slice(0, 30))
    for (const design of [X, bitsToMatrix(X)]) {
      const moments = weightedMoments(design, w)
      expectClose(moments.gram(), short.gram(), 1e-13)
      const expected = weightedCross(short, y.slice(0, 30))
      expectClose(weightedCross(moments, y).c, expected.c, 1e-13)
    }
  })

  it('is zero throughout, with the means of row 0, where all weights are 0', () => {
    const X = randomBits(new RandomState(8), 10, 3)
    for (const design of [X, bitsToMatrix(X)]) {
      const moments = weightedMoments(design, new Float64Array(10))
      expect(Array.from(moments.mean)).toEqual([1, 1, 1])
      expect(moments.gram().every((value) => value === 0)).toBe(true)
      const cross = weightedCross(moments, new Float64Array(10).fill(4))
      expect([cross.meanY, cross.sumSquares, ...cross.c]).toEqual([4, 0, 0, 0, 0])
    }
  })

  it('has no variance for a constant target', () => {
    const random = new RandomState(9)
    const moments = weightedMoments(randomMatrix(random, 30, 2), randomVector(random, 30))
    const cross = weightedCross(moments, new Float64Array(30).fill(0.1))
    expect([cross.meanY, cross.sumSquares, ...cross.c]).toEqual([0.1, 0, 0, 0])
  })
})
