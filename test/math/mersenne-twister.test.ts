import { describe, expect, it } from 'vitest'
import { plainRefill, seedByNumber, WORDS } from '../../src/math/mersenne-twister.ts'

describe('the Mersenne Twister', () => {
  it('gives the published 10,000th word of seed 5489', () => {
    // ISO C++ [rand.predef]: the 10000th value of a default-constructed std::mt19937 is 4123659995.
    const [key, words] = [new Int32Array(WORDS), new Int32Array(WORDS)]
    seedByNumber(key, 5489)
    for (let left = 10_000; left > 0; left -= WORDS) plainRefill(key, words)
    expect(words[(10_000 - 1) % WORDS]! >>> 0).toBe(4123659995)
  })
})
