/** Expected texts: `'%.*f' % (digits, value)` of Python 3.11, by tools/make-random-fixtures.py. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatFixed } from '../../src/math/python-format.ts'
import { numericFixture } from './numeric-fixture.ts'

describe('formatFixed', () => {
  it.each(numericFixture.formatted)('writes $value as Python does', ({ value, texts }) => {
    expect([0, 1, 2, 3, 10].map((digits) => formatFixed(Number(value), digits))).toEqual(texts)
  })

  it('rounds exact ties to the even digit, where toFixed rounds up', () => {
    expect([0.125, 0.375, 2.5].map((value) => formatFixed(value, 2))).toEqual([
      '0.12',
      '0.38',
      '2.50',
    ])
    expect(formatFixed(2.5, 0)).toBe('2')
    expect((0.125).toFixed(2)).toBe('0.13')
  })

  it('agrees with exact integer arithmetic on every multiple of a power of two', () => {
    const numerator = fc.bigInt({ min: -(2n ** 52n), max: 2n ** 52n })
    fc.assert(
      fc.property(numerator, fc.nat(60), fc.nat(12), (i, shift, digits) => {
        fc.pre(i !== 0n)
        // i · 10^digits / 2^shift, rounded half to even
        const scaled = (i < 0n ? -i : i) * 10n ** BigInt(digits)
        const unit = 2n ** BigInt(shift)
        const twice = 2n * (scaled % unit)
        const whole = scaled / unit
        const rounded = whole + (twice > unit || (twice === unit && whole % 2n === 1n) ? 1n : 0n)
        const text = rounded.toString().padStart(digits + 1, '0')
        const cut = text.length - digits
        const expected = digits === 0 ? text : `${text.slice(0, cut)}.${text.slice(cut)}`
        expect(formatFixed(Number(i) / 2 ** shift, digits)).toBe(`${i < 0n ? '-' : ''}${expected}`)
      }),
      { numRuns: 1000 },
    )
  })

  it('writes what is no finite number in the words of Python', () => {
    expect([NaN, Infinity, -Infinity].map((value) => formatFixed(value, 2))).toEqual([
      'nan',
      'inf',
      '-inf',
    ])
  })
})
