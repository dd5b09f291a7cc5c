import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RandomState } from '../../src/math/random-state.ts'
import { binOf } from '../../src/tabular/attribute.ts'
import { binNames, pythonBounds, tellingBounds } from '../../src/tabular/bin-names.ts'
import { cutsOf, makeBins } from '../../src/tabular/discretize.ts'
import { entropyCuts } from '../../src/tabular/entropy-cuts.ts'
import { TabularExplainer } from '../../src/tabular/index.ts'

const finite = fc
  .double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 })
  .map((value) => (value === 0 ? 0 : value))
const cutLists = fc
  .uniqueArray(finite, { minLength: 1, maxLength: 9 })
  .map((cuts) => cuts.sort((a, b) => a - b))

describe('bin names', () => {
  it('tell every bin from every other', () => {
    fc.assert(
      fc.property(cutLists, (cuts) => {
        const names = binNames('x', tellingBounds(cuts))
        expect(new Set(names).size).toBe(cuts.length + 1)
      }),
      { numRuns: 500 },
    )
  })

  it('show bounds near the real ones: nearer than half of the gap to the next', () => {
    fc.assert(
      fc.property(cutLists, (cuts) => {
        const shown = tellingBounds(cuts).map(Number)
        shown.forEach((bound, k) => {
          const gap = Math.min(
            ...cuts.filter((_, other) => other !== k).map((cut) => Math.abs(cut - cuts[k]!)),
          )
          expect(Math.abs(bound - cuts[k]!)).toBeLessThanOrEqual(gap / 2 + Number.MIN_VALUE)
        })
      }),
      { numRuns: 500 },
    )
  })

  it('have two decimals where these do, as Python’s everywhere', () => {
    expect(tellingBounds([0.3, 1.3, 1.8])).toEqual(['0.30', '1.30', '1.80'])
    expect(tellingBounds([0.0031, 0.0042])).toEqual(['0.0031', '0.0042'])
    // Python 3.11: ['%.2f' % v for v in (0.125, 0.375, 2.675, 1e22, -0.001)]
    expect(pythonBounds([0.125, 0.375, 2.675, 1e22, -0.001])).toEqual([
      '0.12',
      '0.38',
      '2.67',
      '10000000000000000000000.00',
      '-0.00',
    ])
  })

  it('read as conditions', () => {
    expect(binNames('n', ['1', '2'])).toEqual(['n <= 1', '1 < n <= 2', 'n > 2'])
    expect(binNames('n', ['1'])).toEqual(['n <= 1', 'n > 1'])
  })
})

describe('bins', () => {
  it('hold a value on a cut in the lower one', () => {
    expect([0, 1, 1.5, 2, 3].map((x) => binOf(x, [1, 2]))).toEqual([0, 0, 1, 1, 2])
    expect(binOf(Number.NaN, [1, 2])).toBe(3)
  })

  it('have Python LIME’s moments, also where one is empty', () => {
    const bins = makeBins(Float64Array.of(1, 2, 3, 10), 'x', [3, 5], true)
    expect(bins.means).toEqual([2, 0, 10])
    expect(bins.stds[0]).toBeCloseTo(Math.sqrt(2 / 3) + 1e-11, 15)
    expect(bins.stds.slice(1)).toEqual([1e-11, 1e-11])
    expect(bins.mins).toEqual([1, 3, 5])
    expect(bins.maxs).toEqual([3, 5, 10])
    expect(bins.levels).toEqual([0, 2])
    expect(bins.frequencies).toEqual([0.75, 0.25])
  })

  it('have shares that sum to 1 and levels that occur, missing ones after the last', () => {
    const values = fc
      .array(fc.option(finite, { nil: Number.NaN }), { minLength: 1 })
      .map((list) => Float64Array.from(list))
    fc.assert(
      fc.property(values, cutLists, (list, cuts) => {
        const { levels, frequencies, names } = makeBins(list, 'x', cuts, false)
        expect(frequencies.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12)
        expect(levels.length).toBe(frequencies.length)
        expect(levels.includes(cuts.length + 1)).toBe(list.some(Number.isNaN))
        expect(names).toHaveLength(cuts.length + 2)
      }),
    )
  })
})

describe('cuts', () => {
  const cuts = (
    ...[values, discretizer, labels]: [number[], Parameters<typeof cutsOf>[2], number[]?]
  ) => cutsOf(Float64Array.from(values), 'x', discretizer, labels, new RandomState(0))

  it('are percentiles, each once', () => {
    // numpy 1.24.2: np.percentile(range(9), [25, 50, 75]) → [2, 4, 6]
    expect(cuts([0, 1, 2, 3, 4, 5, 6, 7, 8], 'quartile')).toEqual([2, 4, 6])
    expect(cuts([1, 1, 1, 1, 1, 2], 'decile')).toEqual([1, 1.5])
    expect(cuts([7, 7], 'quartile')).toEqual([7])
  })

  it('may be given by column, in any order; other columns keep their quartiles', () => {
    expect(cuts([1, 2, 3], { x: [2.5, 1.5, 2.5] })).toEqual([1.5, 2.5])
    expect(cuts([1, 2, 3], { y: [5] })).toEqual([1.5, 2, 2.5])
  })

  it('may come from a function, which is told the name and the labels', () => {
    const seen: unknown[] = []
    const discretizer = (values: Float64Array, context: unknown) => {
      seen.push(Array.from(values), context)
      return [2]
    }
    expect(cuts([3, 1], discretizer, [0, 1])).toEqual([2])
    expect(seen).toEqual([[3, 1], { name: 'x', labels: [0, 1] }])
  })

  it.each<[string, Parameters<typeof cutsOf>[2]]>([
    ['none', { x: [] }],
    ['NaN', { x: [1, Number.NaN] }],
    ['Infinity', () => [Number.POSITIVE_INFINITY]],
    ['texts', () => ['a'] as unknown as number[]],
  ])('that are %s are refused', (_, discretizer) => {
    expect(() => cuts([1, 2, 3], discretizer)).toThrow(/discretizer, column x: got cuts/)
  })

  it('by entropy part the classes, and are the median where there is nothing to part', () => {
    expect(entropyCuts([1, 2, 3, 10, 11, 12], Int32Array.of(0, 0, 0, 1, 1, 1))).toEqual([6.5])
    expect(entropyCuts([1, 2, 4, 10], Int32Array.of(0, 0, 0, 0))).toEqual([3])
    expect(entropyCuts([5, 5, 5], Int32Array.of(0, 1, 0))).toEqual([5])
  })

  it('by entropy need a label for every row', () => {
    expect(() => cuts([1, 2, 3], 'entropy')).toThrow(/trainingLabels: got nothing/)
    expect(() => cuts([1, 2, 3], 'entropy', [0, 1])).toThrow(/got 2 labels/)
  })

  it('for a name that is no column are refused', () => {
    expect(
      () =>
        new TabularExplainer(
          [
            [1, 2],
            [3, 4],
          ],
          { featureNames: ['age', 'income'], discretizer: { incom: [3] } },
        ),
    ).toThrow(/Did you mean income\?/)
  })
})
