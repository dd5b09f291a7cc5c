import { describe, expect, it } from 'vitest'
import { plainRefill, seedByNumber, WORDS } from '../../src/math/mersenne-twister.ts'
import { RANDOM_KERNEL, startRandomKernel } from '../../src/math/random-kernel.ts'
import { plainGaussians } from '../../src/math/random-state.ts'
import { randomKernel } from '../../tools/kernels/random.ts'

describe('the random kernel', () => {
  it('is what its tool makes', () => {
    expect(RANDOM_KERNEL).toBe(randomKernel)
  })

  it('makes the same words four at a time and one by one', () => {
    const { refill } = start()
    const [a, b] = [new Int32Array(WORDS), new Int32Array(WORDS)]
    const [wordsA, wordsB] = [new Int32Array(WORDS), new Int32Array(WORDS)]
    seedByNumber(a, 5489)
    seedByNumber(b, 5489)
    for (let block = 0; block < 20; block++) {
      plainRefill(a, wordsA)
      refill(b, wordsB)
      expect(wordsB).toEqual(wordsA)
      expect(b).toEqual(a)
    }
  })

  it('makes the same gaussians, to the bit, from any position and for any number', () => {
    const { gaussians } = start()
    const [key, words] = [new Int32Array(WORDS), new Int32Array(WORDS)]
    seedByNumber(key, 7)
    const [plain, fast] = [new Float64Array(700), new Float64Array(700)]
    for (let block = 0; block < 4000; block++) {
      plainRefill(key, words)
      const position = block % (WORDS - 3)
      const to = 3 + (block % 5 === 0 ? block % 97 : 600)
      const used = plainGaussians(words, position, plain, 1, to)
      expect(gaussians(words, position, fast, 1, to)).toEqual(used)
      const made = 1 + used[1]
      expect(bytes(fast, made).equals(bytes(plain, made))).toBe(true)
    }
  })

  it('leaves points whose logarithm is next to 0 to the loop in JavaScript', () => {
    // x1 = 1 − 2^-24 and x2 = 2^-27: r² is so near 1 that fdlibm takes a short way.
    const words = new Int32Array(WORDS)
    const put = (at: number, u: number) => {
      words[at] = Math.floor(u * 2 ** 27) << 5
      words[at + 1] = Math.floor((u * 2 ** 27 - Math.floor(u * 2 ** 27)) * 2 ** 26) << 6
    }
    put(0, 1 - 2 ** -25)
    put(2, 0.5 + 2 ** -28)
    let asked = 0
    const kernel = startRandomKernel((...request) => {
      asked++
      return plainGaussians(...request)
    })
    const [plain, fast] = [new Float64Array(2), new Float64Array(2)]
    plainGaussians(words, 0, plain, 0, 2)
    kernel!.gaussians(words, 0, fast, 0, 2)
    expect(asked).toBe(1)
    expect(fast).toEqual(plain)
  })
})

function start() {
  const kernel = startRandomKernel(plainGaussians)
  // Node.js has WebAssembly vectors since version 16.4.
  expect(kernel).toBeDefined()
  return kernel!
}

function bytes(values: Float64Array, count: number): Buffer {
  return Buffer.from(values.buffer, 0, 8 * count)
}
