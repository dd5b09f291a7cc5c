import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  centredGram,
  GRAM_KERNEL,
  type GramKernel,
  gramProduct,
  plainGramKernel,
  startGramKernel,
} from '../../src/math/gram-kernel.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { gramKernel } from '../../tools/kernels/gram.ts'

describe('the Gram kernel', () => {
  it('is what its tool makes', () => {
    expect(GRAM_KERNEL).toBe(gramKernel)
  })

  it('gives the same sums in WebAssembly and in JavaScript, to the bit', () => {
    const kernel = startGramKernel()
    // Node.js has WebAssembly vectors since version 16.4.
    expect(kernel).toBeDefined()
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 41 }),
        fc.integer({ min: 0, max: 1000 }),
        (n, d, seed) => {
          const { X, m, w } = problem(n, d, seed)
          const fast = centredGram(X, m, w, kernel as GramKernel)
          const plain = centredGram(X, m, w, plainGramKernel())
          expect(Buffer.from(fast.buffer).equals(Buffer.from(plain.buffer))).toBe(true)
        },
      ),
    )
  })

  it('multiplies the Gram matrix by a vector without making it', () => {
    for (const [n, d] of [
      [259, 7],
      [40, 130],
      [1, 1],
    ] as const) {
      const { X, m, w } = problem(n, d, 5)
      const b = new Float64Array(d)
      new RandomState(2).standardNormalInto(b)
      const G = centredGram(X, m, w)
      const product = gramProduct(X, m, w)!
      for (let repeat = 0; repeat < 2; repeat++) {
        product(b).forEach((value, j) => {
          let expected = 0
          for (let k = 0; k < d; k++) expected += G[j * d + k]! * b[k]!
          expect(value).toBeCloseTo(expected, 9)
        })
      }
    }
  })

  it('adds up weighted products of the columns around the given means', () => {
    const { X, m, w } = problem(259, 7, 3)
    const G = centredGram(X, m, w)
    for (let j = 0; j < 7; j++) {
      for (let k = 0; k < 7; k++) {
        let sum = 0
        for (let i = 0; i < 259; i++) {
          sum += w[i]! * (X.data[i * 7 + j]! - m[j]!) * (X.data[i * 7 + k]! - m[k]!)
        }
        expect(G[j * 7 + k]).toBeCloseTo(sum, 10)
      }
    }
  })
})

function problem(n: number, d: number, seed: number) {
  const random = new RandomState(seed)
  const data = new Float64Array(n * d)
  random.standardNormalInto(data)
  const m = new Float64Array(d)
  random.standardNormalInto(m)
  const w = new Float64Array(n)
  random.randomSampleInto(w)
  return { X: { data, rows: n, cols: d }, m, w }
}
