/**
 * Expected numbers: NumPy 1.24.2, by tools/make-random-fixtures.py and by the conformance case `random-state`.
 */
import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError, OptionError } from '../../src/contract/errors.ts'
import { derive, RandomState } from '../../src/math/random-state.ts'
import { expectClose, numericFixture } from './numeric-fixture.ts'

interface Call {
  readonly call: string
  readonly arguments: readonly (number | number[])[]
  readonly result: number | number[]
}

const seeds = fc.integer({ min: 0, max: 4294967295 })

function answer(random: RandomState, { call, arguments: given }: Call): number[] {
  const [x, y, z] = given as number[]
  const many = (n: number | undefined, draw: () => number) => Array.from({ length: n ?? 1 }, draw)
  switch (call) {
    case 'random_sample':
      return many(x, () => random.randomSample())
    case 'normal':
      return many(z, () => random.normal(x, y))
    case 'uniform':
      return many(z, () => random.uniform(x!, y!))
    case 'randint':
      return many(z, () => random.randint(x!, y!))
    case 'permutation':
      return [...random.permutation(x!)]
    case 'choice_without_replacement':
      return [...random.choiceWithoutReplacement(x!, y!)]
    case 'choice_weighted':
      return [...random.choiceWeighted(given[0] as number[], y!)]
    default:
      throw new Error(`The conformance case has a call that this test does not know: ${call}`)
  }
}

describe('RandomState as NumPy', () => {
  for (const folder of ['test/fixtures/conformance', '../shared/conformance']) {
    const url = new URL(`../../${folder}/random-state.json`, import.meta.url)
    it.skipIf(!existsSync(url))(
      `answers the calls of ${folder}/random-state.json (skipped where the file is absent)`,
      () => {
        const { expected } = JSON.parse(readFileSync(url, 'utf8')) as {
          expected: { seed: number; sequence: Call[] }[]
        }
        for (const { seed, sequence } of expected) {
          const random = new RandomState(seed)
          for (const call of sequence) {
            const result = [call.result].flat()
            expectClose(answer(random, call), result, result.every(Number.isInteger) ? 0 : 1e-12)
          }
        }
      },
    )
  }

  it.each(numericFixture.legacy)(
    'continues one stream through all kinds of draws from $seed',
    (one) => {
      const random = new RandomState(one.seed)
      const sample = new Float64Array(3)
      random.randomSampleInto(sample)
      expect([...sample]).toEqual(one.sample)
      const integers = new Int32Array(5)
      random.randintInto(integers, 0, 3)
      expect([...integers]).toEqual(one.randint)
      const wide = new Float64Array(3)
      random.randintInto(wide, -5, 2 ** 32 - 5)
      expect([...wide]).toEqual(one.wide)
      const skipped = new Float64Array(one.skippedSamples)
      random.randomSampleInto(skipped)
      expect(skipped.reduce((sum, value) => sum + value, 0)).toBe(one.sumOfSkipped)
      expectClose(
        [1, 2, 3].map(() => random.normal(2, 3)),
        one.normal,
        1e-12,
      )
      const normals = new Float64Array(one.skippedNormals)
      random.standardNormalInto(normals)
      expectClose(normals.slice(-3), one.lastOfSkipped, 1e-12)
      const weights = Array.from({ length: 40 }, (_, i) => i / 780)
      expect([...random.choiceWeighted(weights, 12)]).toEqual(one.weighted)
      expect([...random.permutation(12)]).toEqual(one.permutation)
      expect(random.randomSample()).toBe(one.after)
    },
  )

  it('derives the stream of an instance as RandomState([seed, index])', () => {
    const { sample } = numericFixture.legacy.find(({ seed }) => String(seed) === '3,14')!
    expect(derive(3, 14).randomSample()).toBe(sample[0])
    expect(derive(3, 15).randomSample()).not.toBe(sample[0])
    expect(derive(14, 3).randomSample()).not.toBe(sample[0])
  })
})

describe('RandomState', () => {
  it('fills in bulk what it draws one by one, from any place in a block', () => {
    fc.assert(
      fc.property(seeds, fc.nat(700), fc.nat(900), fc.boolean(), (seed, skip, n, half) => {
        const bulk = new RandomState(seed)
        for (let i = 0; i < skip; i++) bulk.randint(0, 2 ** 32)
        if (half) bulk.normal()
        const single = bulk.clone()
        const out = new Float64Array(n + 2).fill(9)
        bulk.standardNormalInto(out, 1, n + 1)
        expect([...out]).toEqual([9, ...Array.from({ length: n }, () => single.normal()), 9])
        bulk.randomSampleInto(out, 1, n + 1)
        expect([...out]).toEqual([9, ...Array.from({ length: n }, () => single.randomSample()), 9])
        bulk.randintInto(out, -3, 8)
        expect([...out]).toEqual(Array.from(out, () => single.randint(-3, 8)))
        expect(bulk.toJSON()).toEqual(single.toJSON())
      }),
      { numRuns: 30 },
    )
  })

  it('goes on after JSON as if nothing had happened', () => {
    fc.assert(
      fc.property(seeds, fc.nat(1300), (seed, skip) => {
        const random = new RandomState(seed)
        for (let i = 0; i < skip; i++) random.normal()
        const copy = RandomState.fromJSON(JSON.parse(JSON.stringify(random)))
        for (let i = 0; i < 400; i++) {
          expect(copy.normal()).toBe(random.normal())
          expect(copy.randint(0, 100)).toBe(random.randint(0, 100))
        }
      }),
      { numRuns: 20 },
    )
  })

  it('leaves a clone alone, and is left alone by it', () => {
    const random = new RandomState(6)
    const clone = random.clone()
    const first = random.randomSample()
    random.permutation(1000)
    expect(clone.randomSample()).toBe(first)
  })

  it('finds weighted choices by the first cumulative sum above the uniform', () => {
    const weights = fc
      .array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 40 })
      .filter((values) => values.some((value) => value > 0))
    fc.assert(
      fc.property(seeds, weights, (seed, values) => {
        const random = new RandomState(seed)
        const uniforms = new Float64Array(1500)
        random.clone().randomSampleInto(uniforms)
        let sum = 0
        const sums = values.map((value) => (sum += value))
        const cdf = sums.map((value) => value / sum)
        expect([...random.choiceWeighted(values, 1500)]).toEqual(
          Array.from(uniforms, (u) => cdf.findIndex((value) => value > u)),
        )
      }),
      { numRuns: 30 },
    )
  })

  it('permutes: every integer once, and the same order for the same seed', () => {
    fc.assert(
      fc.property(seeds, fc.nat(200), (seed, n) => {
        const order = new RandomState(seed).permutation(n)
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
        const words = Array.from({ length: n }, (_, i) => `w${i}`)
        new RandomState(seed).shuffleInPlace(words)
        expect(words).toEqual(Array.from(order, (i) => `w${i}`))
        const few = Math.floor(n / 2)
        expect([...new RandomState(seed).choiceWithoutReplacement(n, few)]).toEqual([
          ...order.slice(0, few),
        ])
      }),
    )
  })

  it('draws nothing for a range of one value', () => {
    const random = new RandomState(1)
    expect(random.randint(7, 8)).toBe(7)
    expect([...random.choice(1, 3)]).toEqual([0, 0, 0])
    expect(random.randomSample()).toBe(new RandomState(1).randomSample())
  })

  it('refuses seeds that are no integers of 32 bits, instead of rounding them', () => {
    for (const seed of [-1, 0.5, 4294967296, NaN, Infinity, [], [1, -1], [2.5]]) {
      expect(() => new RandomState(seed)).toThrow(OptionError)
    }
  })

  it('refuses empty ranges, negative counts, bad weights and bad states', () => {
    const random = new RandomState(0)
    expect(() => random.randint(3, 3)).toThrow(OptionError)
    expect(() => random.randint(0, 1.5)).toThrow(OptionError)
    expect(() => random.randint(0, 2 ** 32 + 1)).toThrow(OptionError)
    expect(() => random.permutation(-1)).toThrow(OptionError)
    expect(() => random.choiceWithoutReplacement(3, 4)).toThrow(OptionError)
    for (const weights of [[], [0, 0], [1, -1, 1], [NaN, 1], [Infinity, 1]]) {
      expect(() => random.choiceWeighted(weights, 2)).toThrow(OptionError)
    }
    const data = random.toJSON()
    expect(() => RandomState.fromJSON({ ...data, key: data.key.slice(1) })).toThrow(DataError)
    expect(() => RandomState.fromJSON({ ...data, position: 625 })).toThrow(DataError)
  })
})
