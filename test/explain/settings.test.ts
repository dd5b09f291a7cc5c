import { describe, expect, it } from 'vitest'
import { OptionError } from '../../src/contract/errors.ts'
import {
  checkExplainerOptions,
  type ExplainerOptions,
  type ExplainOptions,
  resolveSettings,
  Streams,
} from '../../src/explain/settings.ts'
import { RandomState } from '../../src/math/random-state.ts'

const defaults = {
  kernelWidth: 2,
  numFeatures: 10,
  numSamples: 5000,
  distanceMetric: 'euclidean',
  batchSize: 100,
} as const

describe('the options of explain', () => {
  it.each<[string, unknown, RegExp]>([
    ['numSamples', 0, /got 0, expected an integer from 2 to 10000000/],
    ['numSamples', 1, /got 1/],
    ['numSamples', -5, /got -5/],
    ['numSamples', 10.5, /got 10\.5/],
    ['numSamples', 1e12, /got 1000000000000/],
    ['numSamples', '500', /got "500"/],
    ['numSamples', Number.NaN, /got NaN/],
    ['numFeatures', 0, /expected an integer from 1/],
    ['numFeatures', null, /got null/],
    ['topLabels', 0, /got 0/],
    ['batchSize', -1, /got -1/],
    ['distanceMetric', 'euclidian', /"euclidian".*Did you mean euclidean\?/],
    ['surrogate', 'rigde', /"rigde".*Did you mean ridge\?/],
    ['surrogate', null, /got null/],
    ['surrogate', 7, /type number/],
    ['surrogate', { type: 'lass' }, /surrogate\.type: got "lass".*Did you mean lasso\?/],
    ['surrogate', { type: 'ridge', alpha: -1 }, /surrogate\.alpha: got -1/],
    ['surrogate', { type: 'lasso', alpha: 0 }, /surrogate\.alpha: got 0/],
    ['surrogate', { type: 'tree', maxDepth: 0 }, /surrogate\.maxDepth: got 0/],
    ['surrogate', { type: 'tree', minSamplesLeaf: 0.5 }, /surrogate\.minSamplesLeaf/],
    ['surrogate', { type: 'ridge', alhpa: 3 }, /alhpa.*Did you mean alpha\?/],
    ['distanceMetric', 3, /distanceMetric: got 3/],
    ['labels', 1, /labels/],
    ['onProgress', 'yes', /onProgress/],
    ['onWarning', {}, /onWarning/],
    ['signal', {}, /signal/],
    ['keepNeighbourhood', 'yes', /keepNeighbourhood/],
  ])('refuse %s: %j', (name, value, message) => {
    const call = () => resolveSettings('Test', {}, { [name]: value } as ExplainOptions, defaults)
    expect(call).toThrow(OptionError)
    expect(call).toThrow(message)
    expect(call).toThrow(`Test.explain, options.${name}`)
  })

  it('have the defaults of their kind of instance, Python LIME’s elsewhere', () => {
    const shared = {
      ...defaults,
      surrogate: 'ridge',
      featureSelection: 'auto',
      distanceScale: 1,
      keepNeighbourhood: false,
      maxSamples: defaults.numSamples,
    }
    expect(resolveSettings('Test', {}, {}, defaults)).toMatchObject({
      ...shared,
      numSamples: 'auto',
      sampling: 'auto',
      python: false,
    })
    expect(resolveSettings('Test', { compatibility: 'python' }, {}, defaults)).toMatchObject({
      ...shared,
      sampling: 'lime',
      python: true,
    })
  })

  it('count undefined as left out', () => {
    const options = { numSamples: undefined, surrogate: undefined } as unknown as ExplainOptions
    expect(resolveSettings('Test', {}, options, defaults)).toMatchObject({
      numSamples: 'auto',
      maxSamples: 5000,
      surrogate: 'ridge',
    })
  })
})

describe('the options of a constructor', () => {
  it.each<[string, unknown, RegExp]>([
    ['mode', 'classify', /"classify".*classification, regression/],
    ['compatibility', 'pyhton', /Did you mean python\?/],
    ['featureSelection', 'lasso', /"lasso"/],
    ['featureSelection', 'forward', /forward_selection/],
    ['kernelWidth', 0, /a finite number above 0/],
    ['kernelWidth', Number.POSITIVE_INFINITY, /got Infinity/],
    ['kernelWidth', '3', /got 3/],
    ['kernel', 'gaussian', /got "gaussian", expected a function/],
    ['classNames', 'setosa', /got "setosa", expected a list/],
    ['randomState', -1, /randomState/],
    ['randomState', 1.5, /randomState/],
    ['randomState', '42', /randomState/],
  ])('refuse %s: %j', (name, value, message) => {
    const call = () => checkExplainerOptions('Test', { [name]: value } as ExplainerOptions)
    expect(call).toThrow(OptionError)
    expect(call).toThrow(message)
    expect(call).toThrow(`Test, options.${name}`)
  })
})

describe('streams', () => {
  const drawn = (random: RandomState) => random.randomSample()

  it('start every call from the same state where the seed is a number', () => {
    const streams = new Streams(42)
    expect(drawn(streams.next())).toBe(drawn(streams.next()))
    expect(drawn(streams.next())).toBe(new RandomState(42).randomSample())
  })

  it('go on from call to call where they are given a RandomState', () => {
    const streams = new Streams(new RandomState(42))
    const expected = new RandomState(42)
    expect([drawn(streams.next()), drawn(streams.next())]).toEqual([
      drawn(expected),
      drawn(expected),
    ])
  })

  it('are seeded with 0 by default', () => {
    expect(drawn(new Streams().next())).toBe(new RandomState(0).randomSample())
  })
})
