import { describe, expect, it } from 'vitest'
import { sampleSizeWarning } from '../../src/explain/diagnose.ts'

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
