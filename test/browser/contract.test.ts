import { describe, expect, it } from 'vitest'
import { checkOptions, OptionError } from '../../src/contract/index.ts'

describe('the contract in a browser', () => {
  it('refuses an unknown option with the same message as in Node', () => {
    expect(globalThis.document).toBeDefined()
    let caught: unknown
    try {
      checkOptions('explain, options', { num_features: 5 }, ['numFeatures', 'labels'])
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(OptionError)
    expect(caught).toMatchObject({
      name: 'OptionError',
      code: 'option',
      message:
        'explain, options.num_features: got an unknown option, expected one of numFeatures, labels. Did you mean numFeatures?',
    })
  })
})
