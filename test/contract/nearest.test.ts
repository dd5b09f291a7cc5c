import { describe, expect, it } from 'vitest'
import { OptionError } from '../../src/contract/errors.ts'
import { checkChoice, checkOptions, nearestName } from '../../src/contract/nearest.ts'

describe('nearestName', () => {
  const names = ['numFeatures', 'numSamples', 'topLabels', 'labels']

  it('forgives a letter too few, too many, wrong, or exchanged', () => {
    expect(nearestName('numFeature', names)).toBe('numFeatures')
    expect(nearestName('numSampless', names)).toBe('numSamples')
    expect(nearestName('tapLabels', names)).toBe('topLabels')
    expect(nearestName('lables', names)).toBe('labels')
  })

  it("finds Python's spelling of a name", () => {
    expect(nearestName('num_features', names)).toBe('numFeatures')
    expect(nearestName('top_labels', names)).toBe('topLabels')
  })

  it('names nothing where nothing is near', () => {
    expect(nearestName('colour', names)).toBeUndefined()
    expect(nearestName('', names)).toBeUndefined()
    expect(nearestName('x', ['y', 'l1', 'l2'])).toBeUndefined()
    expect(nearestName('x', [])).toBeUndefined()
  })

  it('takes the earlier of equally near names', () => {
    expect(nearestName('l3', ['l1', 'l2'])).toBe('l1')
  })

  it('counts an exchange of neighbours as one edit', () => {
    expect(nearestName('abdc', ['abxx', 'abcd'])).toBe('abcd')
  })
})

describe('checkOptions', () => {
  it('accepts known names, no names and no object', () => {
    expect(() => checkOptions('explain, options', { labels: [1] }, ['labels'])).not.toThrow()
    expect(() => checkOptions('explain, options', {}, ['labels'])).not.toThrow()
    expect(() => checkOptions('explain, options', undefined, ['labels'])).not.toThrow()
  })

  it('refuses an unknown name, saying where it stands and which one is near', () => {
    const call = () =>
      checkOptions('explain, options', { numFeature: 5 }, ['numFeatures', 'labels'])
    expect(call).toThrow(OptionError)
    expect(call).toThrow(
      'explain, options.numFeature: got an unknown option, expected one of numFeatures, labels. Did you mean numFeatures?',
    )
  })

  it('refuses names that every object inherits', () => {
    expect(() => checkOptions('explain', { toString: 1 }, ['labels'])).toThrow(OptionError)
  })
})

describe('checkChoice', () => {
  it('accepts each of the choices', () => {
    expect(() => checkChoice('discretizer', 'decile', ['quartile', 'decile'])).not.toThrow()
  })

  it('refuses everything else and names the nearest', () => {
    const call = () => checkChoice('options.discretizer', 'decil', ['quartile', 'decile'])
    expect(call).toThrow(
      'options.discretizer: got "decil", expected one of quartile, decile. Did you mean decile?',
    )
    expect(() => checkChoice('options.discretizer', 4, ['quartile'])).toThrow(OptionError)
  })
})
