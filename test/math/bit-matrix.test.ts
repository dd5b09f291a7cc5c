import { describe, expect, it } from 'vitest'
import {
  bitsToMatrix,
  columnSums,
  createBitMatrix,
  denseRow,
  fillBitRow,
  getBit,
  matrixToBits,
  popcount,
  rowPopcount,
  setBit,
} from '../../src/math/bit-matrix.ts'
import { matrixFromRows } from '../../src/math/matrix.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { randomBits, randomVector } from './problems.ts'

describe('BitMatrix', () => {
  it('keeps what was set, across word borders, and takes it back', () => {
    const X = createBitMatrix(2, 70)
    for (const j of [0, 31, 32, 63, 64, 69]) setBit(X, 1, j)
    expect(rowPopcount(X, 0)).toBe(0)
    expect(rowPopcount(X, 1)).toBe(6)
    setBit(X, 1, 31, false)
    expect(getBit(X, 1, 31)).toBe(0)
    expect(getBit(X, 1, 32)).toBe(1)
  })

  it('fills a row without touching the bits beyond its last column', () => {
    for (const cols of [1, 31, 32, 33, 64, 65]) {
      const X = createBitMatrix(2, cols)
      fillBitRow(X, 0)
      expect(rowPopcount(X, 0)).toBe(cols)
      expect(rowPopcount(X, 1)).toBe(0)
    }
  })

  it('counts the ones of a word', () => {
    expect([0, 1, 0x80000000, 0xffffffff, 0x0f0f0f0f].map(popcount)).toEqual([0, 1, 1, 32, 16])
  })

  it('is the same matrix as doubles and packed again', () => {
    const X = randomBits(new RandomState(1), 9, 45)
    expect(matrixToBits(bitsToMatrix(X))).toEqual(X)
    expect(denseRow(X, 3)).toEqual(bitsToMatrix(X).data.slice(3 * 45, 4 * 45))
  })

  it('packs no matrix that holds other values', () => {
    expect(matrixToBits(matrixFromRows([[0, 1, 0.5]]))).toBeUndefined()
    expect(matrixToBits(matrixFromRows([[0, Number.NaN]]))).toBeUndefined()
  })

  it('sums columns as the same doubles do, with and without weights', () => {
    const random = new RandomState(2)
    const X = randomBits(random, 20, 40)
    const w = randomVector(random, 20)
    expect(columnSums(X)).toEqual(columnSums(bitsToMatrix(X)))
    expect(columnSums(X, w)).toEqual(columnSums(bitsToMatrix(X), w))
  })
})
