import { describe, expect, it } from 'vitest'
import { convergenceWarning, sampleSizeWarning } from '../../src/explain/diagnose.ts'

describe('the warning about too few samples', () => {
  it('blames the kernel where it leaves few samples any weight', () => {
    expect(sampleSizeWarning(12, 5000, 10)?.message).toContain('the kernel gives nearly all weight')
  })

  it('blames the number of samples where the kernel spares most of them', () => {
    const warning = sampleSizeWarning(96.4, 100, 90)
    expect(warning?.code).toBe('low-effective-sample-size')
    expect(warning?.message).toContain('96 for 90 features: too few samples')
  })

  it('is not given where there are two samples for each feature', () => {
    expect(sampleSizeWarning(180, 1000, 90)).toBeUndefined()
  })
})

describe('the warning about a solver that ran out of steps', () => {
  it('names the features, and is not given where the solver came to its end', () => {
    expect(convergenceWarning(false, 7000)?.code).toBe('not-converged')
    expect(convergenceWarning(false, 7000)?.message).toContain('7000 features')
    expect(convergenceWarning(true, 7000)).toBeUndefined()
  })
})
