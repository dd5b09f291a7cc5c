/**
 * The whole surrogate fit of Python LIME, put together from the parts of math: weights, each feature selection, final
 * ridge, R². Expected numbers: Python LIME 0.2.0.1 (fd7eb2e) with NumPy 1.24.2 and scikit-learn 1.2.1, from the
 * conformance cases; a subset of them is committed under test/fixtures/conformance.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type DesignMatrix,
  exponentialKernel,
  forwardSelection,
  lassoPath,
  type Matrix,
  matrixFromRows,
  matrixToBits,
  predictLinear,
  solveRidge,
  weightedCross,
  weightedMoments,
  weightedR2,
} from '../../src/math/index.ts'
import type { WeightedCross, WeightedMoments } from '../../src/math/weighted-moments.ts'

interface Fit {
  readonly intercept: number
  readonly weights: readonly [feature: number, weight: number][]
  readonly score: number
  readonly local_prediction: number
}

interface SurrogateCase {
  readonly case: string
  readonly interpretable: number[][]
  readonly targets: number[][]
  readonly distances: number[]
  readonly kernel_width: number
  readonly label: number
  readonly num_features: number
  readonly expected: Record<string, Fit>
}

const folders = ['test/fixtures/conformance', '../shared/conformance']
const files = new Map<string, string>()
for (const folder of folders) {
  const url = new URL(`../../${folder}/`, import.meta.url)
  if (!existsSync(url)) continue
  for (const name of readdirSync(url)) {
    if (name.startsWith('surrogate-')) files.set(name, readFileSync(new URL(name, url), 'utf8'))
  }
}

function close(got: number, expected: number, absolute = 1e-10, relative = 1e-8): void {
  expect(Math.abs(got - expected)).toBeLessThanOrEqual(absolute + relative * Math.abs(expected))
}

function select(
  name: string,
  X: Matrix,
  moments: WeightedMoments,
  cross: WeightedCross,
  count: number,
): ArrayLike<number> {
  const all = Array.from({ length: X.cols }, (_, j) => j)
  switch (name) {
    case 'auto':
      return select(count <= 6 ? 'forward_selection' : 'highest_weights', X, moments, cross, count)
    case 'forward_selection':
      return forwardSelection(moments, cross, count)
    case 'highest_weights': {
      const { coefficients } = solveRidge(moments, cross, 0.01)
      const size = (j: number) => Math.abs(coefficients[j]! * X.data[j]!)
      return all.sort((a, b) => size(b) - size(a)).slice(0, count)
    }
    case 'lasso_path': {
      const path = lassoPath(moments, cross)
      let chosen = all
      for (let step = path.length - 1; step > 0; step--) {
        chosen = all.filter((j) => path[step]!.coefficients[j] !== 0)
        if (chosen.length <= count) break
      }
      return chosen
    }
    default:
      return all
  }
}

function explain(name: string, question: SurrogateCase, design: 'bits' | 'doubles'): Fit {
  const X = matrixFromRows(question.interpretable)
  const D: DesignMatrix = design === 'bits' ? matrixToBits(X)! : X
  const y = Float64Array.from(question.targets, (row) => row[question.label]!)
  const w = exponentialKernel(Float64Array.from(question.distances), question.kernel_width)
  const moments = weightedMoments(D, w)
  const cross = weightedCross(moments, y)
  const features = select(name, X, moments, cross, question.num_features)
  const fit = solveRidge(moments, cross, 1, features)
  const predicted = predictLinear(D, fit, features)
  const weights = Array.from(features, (id, at): [number, number] => [id, fit.coefficients[at]!])
  return {
    intercept: fit.intercept,
    weights: weights.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1])),
    score: weightedR2(y, predicted, w),
    local_prediction: predicted[0]!,
  }
}

function expectFit(got: Fit, expected: Fit): void {
  close(got.intercept, expected.intercept)
  close(got.local_prediction, expected.local_prediction)
  close(got.score, expected.score, 1e-9)
  expect(got.weights.length).toBe(expected.weights.length)
  got.weights.forEach(([id, weight], at) => {
    const [wantedId, wanted] = expected.weights[at]!
    const neighbours = [expected.weights[at - 1], expected.weights[at + 1]]
    const mayChange = neighbours.some(
      (one) => one !== undefined && Math.abs(Math.abs(one[1]) - Math.abs(wanted)) < 1e-9,
    )
    if (mayChange) close(Math.abs(weight), Math.abs(wanted), 1e-9)
    else {
      expect(id).toBe(wantedId)
      close(weight, wanted)
    }
  })
}

describe('the surrogate fit', () => {
  for (const text of files.values()) {
    const question = JSON.parse(text) as SurrogateCase
    const designs: ('bits' | 'doubles')[] =
      matrixToBits(matrixFromRows(question.interpretable)) === undefined
        ? ['doubles']
        : ['doubles', 'bits']
    for (const [name, expected] of Object.entries(question.expected)) {
      for (const design of designs) {
        it(`gives Python LIME's answer to ${question.case} with ${name}, from ${design}`, () => {
          expectFit(explain(name, question, design), expected)
        })
      }
    }
  }

  it('has cases to go by', () => {
    expect(files.size).toBeGreaterThan(0)
  })
})
