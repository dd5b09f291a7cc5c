import { describe, expect, it } from 'vitest'
import { plainRefill, seedByNumber, vectorRefill, WORDS } from '../../src/math/mersenne-twister.ts'

describe('the Mersenne Twister', () => {
  it('makes the same words four at a time and one by one', () => {
    const vectors = vectorRefill()
    // Node.js has WebAssembly vectors since version 16.4.
    expect(vectors).toBeDefined()
    const [a, b] = [new Int32Array(WORDS), new Int32Array(WORDS)]
    const [wordsA, wordsB] = [new Int32Array(WORDS), new Int32Array(WORDS)]
    seedByNumber(a, 5489)
    seedByNumber(b, 5489)
    for (let block = 0; block < 20; block++) {
      plainRefill(a, wordsA)
      vectors!(b, wordsB)
      expect(wordsB).toEqual(wordsA)
      expect(b).toEqual(a)
    }
  })

  it('gives the published 10,000th word of seed 5489', () => {
    // ISO C++ [rand.predef]: the 10000th value of a default-constructed std::mt19937 is 4123659995.
    const [key, words] = [new Int32Array(WORDS), new Int32Array(WORDS)]
    seedByNumber(key, 5489)
    for (let left = 10_000; left > 0; left -= WORDS) plainRefill(key, words)
    expect(words[(10_000 - 1) % WORDS]! >>> 0).toBe(4123659995)
  })
})
