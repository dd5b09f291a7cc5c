/** Expected numbers: `numpy.random.default_rng(seed).standard_normal`, NumPy 1.24.2, by tools/make-random-fixtures.py. */
import { describe, expect, it } from 'vitest'
import { OptionError } from '../../src/contract/errors.ts'
import { pcg64Normals } from '../../src/math/pcg64.ts'
import { expectClose, numericFixture } from './numeric-fixture.ts'

describe('pcg64Normals', () => {
  it.each(numericFixture.newer)(
    'gives the very gaussians of default_rng($seed), rare ones too',
    (one) => {
      const values = pcg64Normals(one.seed, one.count)
      expect([...values.slice(0, 4)]).toEqual(one.first)
      expect([...values.slice(-4)]).toEqual(one.last)
      // Beyond 3.65 the ziggurat takes logarithms, which differ in the last bit from engine to engine.
      expectClose(
        one.rare.map(([i]) => values[i]!),
        one.rare.map(([, value]) => value),
        1e-15,
      )
    },
  )

  it('reaches the tail on both sides in the fixture', () => {
    const rare = numericFixture.newer.flatMap((one) => one.rare.map(([, value]) => value))
    expect(rare.some((value) => value > 3.66)).toBe(true)
    expect(rare.some((value) => value < -3.66)).toBe(true)
  })

  it('gives a longer run that begins with the shorter one, and none for 0', () => {
    expect([...pcg64Normals(5, 300).slice(0, 100)]).toEqual([...pcg64Normals(5, 100)])
    expect(pcg64Normals(5, 0)).toHaveLength(0)
  })

  it('refuses a seed that is no whole number from 0 to 2^53 - 1', () => {
    for (const seed of [-1, 0.5, NaN, 2 ** 53]) {
      expect(() => pcg64Normals(seed, 1)).toThrow(OptionError)
    }
  })
})
