import { describe, expect, it } from 'vitest'
import { RandomState } from '../../src/math/random-state.ts'
import { fitSoftmax, softmaxProbabilities } from '../../src/train/softmax-regression.ts'

function problem(n: number, d: number, k: number) {
  const random = new RandomState(4)
  const data = new Float64Array(n * d)
  random.standardNormalInto(data)
  const y = Array.from({ length: n }, (_, i) => i % k)
  for (let i = 0; i < n; i++) data[i * d + (y[i]! % d)]! += 2
  return { X: { data, rows: n, cols: d }, y }
}

describe('fitSoftmax', () => {
  it('ends where the gradient is 0: mean probabilities equal the shares of the classes', () => {
    // ∂L/∂b = 1/n Σ (P − Y) = 0, and b is not penalised.
    const { X, y } = problem(90, 4, 3)
    const model = fitSoftmax(X, y, 3, { l2: 0.1 })
    const { data } = softmaxProbabilities(X, model)
    for (let c = 0; c < 3; c++) {
      let sum = 0
      for (let i = 0; i < 90; i++) sum += data[i * 3 + c]!
      expect(sum / 90).toBeCloseTo(1 / 3, 5)
    }
    expect(model.iterations).toBeLessThan(300)
  })

  it('gives two points the weights of the closed form', () => {
    // x = ±1 (already standardised), y = x > 0, weights w and −w: L = log(1 + e^(−2w)) + l2 w², and
    // L' = 0 where l2 w = 1 / (1 + e^(2w)).
    const X = { data: Float64Array.of(-1, 1), rows: 2, cols: 1 }
    const l2 = 0.05
    const { weights, bias } = fitSoftmax(X, [0, 1], 2, { l2 })
    expect(weights[0]).toBeCloseTo(-weights[1]!, 8)
    expect(l2 * weights[1]!).toBeCloseTo(1 / (1 + Math.exp(2 * weights[1]!)), 5)
    expect(bias[0]).toBeCloseTo(bias[1]!, 8)
  })

  it('takes features as they are: scaling and shifting them changes no probability', () => {
    const { X, y } = problem(60, 3, 2)
    const moved = { ...X, data: X.data.map((one, at) => one * [1, 1000, 0.01][at % 3]! + 50) }
    const plain = softmaxProbabilities(X, fitSoftmax(X, y, 2))
    const other = softmaxProbabilities(moved, fitSoftmax(moved, y, 2))
    plain.data.forEach((one, i) => {
      expect(other.data[i]).toBeCloseTo(one, 5)
    })
  })

  it('gives a constant feature no weight', () => {
    const { X, y } = problem(40, 2, 2)
    const data = X.data.map((one, at) => (at % 2 === 0 ? 0.1 : one))
    const { weights } = fitSoftmax({ ...X, data }, y, 2)
    expect([weights[0], weights[1]]).toEqual([0, 0])
  })
})
