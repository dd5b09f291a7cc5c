import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pearson, spearman } from '../../src/evaluate/correlation.ts'
import {
  agreement,
  attributionOf,
  boxMask,
  entropyComplexity,
  faithfulnessCorrelation,
  giniSparseness,
  infidelity,
  intervalCoverage,
  labelsOfRuns,
  localFidelity,
  localisation,
  maxSensitivity,
  pixelCoverage,
  randomAttribution,
  removalCurves,
  removalMasks,
  retrieval,
  stabilityOf,
  subsetMasks,
  surrogateAnswers,
} from '../../src/evaluate/index.ts'
import { RandomState } from '../../src/index.ts'
import { type BitMatrix, bitsToMatrix, rowPopcount } from '../../src/math/index.ts'

const weightsOf = (d: number) =>
  fc
    .array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: d, maxLength: d })
    .map((list) => Float64Array.from(list))
const someWeights = fc.integer({ min: 2, max: 12 }).chain(weightsOf)

/** Answers of the linear model itself. */
const linear = (weights: Float64Array, masks: BitMatrix, intercept = 0.3) =>
  surrogateAnswers({ weights, intercept }, masks)
const total = (weights: Float64Array) => weights.reduce((sum, weight) => sum + weight, 0)

describe('fidelity', () => {
  it('is perfect for the weights of a linear model: R² 1, infidelity 0, correlation 1', () => {
    fc.assert(
      fc.property(someWeights, fc.integer({ min: 0, max: 1000 }), (weights, seed) => {
        fc.pre(weights.some((weight) => Math.abs(weight) > 0.1))
        const d = weights.length
        const masks = subsetMasks(60, d, Math.ceil(d / 3), new RandomState(seed))
        const answers = linear(weights, masks)
        fc.pre(Math.max(...answers) - Math.min(...answers) > 1e-3)
        const whole = 0.3 + total(weights)
        expect(localFidelity({ weights, intercept: 0.3 }, masks, answers)).toBeCloseTo(1, 9)
        expect(infidelity(weights, masks, answers, whole).infidelity).toBeCloseTo(0, 9)
        expect(faithfulnessCorrelation(weights, masks, answers, whole)).toBeCloseTo(1, 6)
        const negated = weights.map((weight) => -weight)
        expect(faithfulnessCorrelation(negated, masks, answers, whole)).toBeCloseTo(-1, 6)
      }),
    )
  })

  it('sees the same weights in any unit once they are scaled', () => {
    const weights = Float64Array.of(2, -1, 0.5, 0)
    const masks = subsetMasks(50, 4, 2, new RandomState(1))
    const answers = linear(weights, masks)
    const thrice = weights.map((weight) => 3 * weight)
    const { infidelity: plain, scaled } = infidelity(thrice, masks, answers, 0.3 + total(weights))
    expect(plain).toBeGreaterThan(0.1)
    expect(scaled).toBeCloseTo(0, 12)
  })

  it('is computed as by hand for two rows', () => {
    // f = 1 with all, 0.4 without feature 0, 0.9 without feature 1; Φ = (0.5, 0.3).
    const masks: BitMatrix = { words: Uint32Array.of(0b10, 0b01), rows: 2, cols: 2, stride: 1 }
    const weights = Float64Array.of(0.5, 0.3)
    const answers = Float64Array.of(0.4, 0.9)
    const expected = ((0.5 - 0.6) ** 2 + (0.3 - 0.1) ** 2) / 2
    const beta = (0.5 * 0.6 + 0.3 * 0.1) / (0.5 ** 2 + 0.3 ** 2)
    const scaled = ((beta * 0.5 - 0.6) ** 2 + (beta * 0.3 - 0.1) ** 2) / 2
    const found = infidelity(weights, masks, answers, 1)
    expect(found.infidelity).toBeCloseTo(expected, 14)
    expect(found.scaled).toBeCloseTo(scaled, 14)
  })

  it('weighs samples: an error on a sample of weight 0 costs nothing', () => {
    const weights = Float64Array.of(1, 2)
    const masks = subsetMasks(10, 2, 1, new RandomState(3))
    const answers = linear(weights, masks)
    const sample = new Float64Array(10).fill(1)
    answers[4]! += 7
    sample[4] = 0
    expect(localFidelity({ weights, intercept: 0.3 }, masks, answers, sample)).toBeCloseTo(1, 12)
    expect(localFidelity({ weights, intercept: 0.3 }, masks, answers)).toBeLessThan(0.5)
  })

  it('gives bits and numbers the same answers', () => {
    const weights = Float64Array.of(1, -2, 3)
    const masks = subsetMasks(9, 3, 1, new RandomState(5))
    const own = { weights, intercept: 0.25 }
    expect(surrogateAnswers(own, masks)).toEqual(surrogateAnswers(own, bitsToMatrix(masks)))
  })

  it('refuses answers that do not fit the rows', () => {
    const masks = subsetMasks(4, 3, 1, new RandomState(0))
    const call = () => infidelity(new Float64Array(2), masks, new Float64Array(4), 0)
    expect(call).toThrow('a weight for each feature')
  })

  it('switches off exactly as many features as asked', () => {
    const masks = subsetMasks(20, 40, 7, new RandomState(2))
    for (let i = 0; i < 20; i++) expect(rowPopcount(masks, i)).toBe(33)
  })
})

describe('removal curves', () => {
  it('have the areas that follow from a linear model', () => {
    // Weights 3, 2, 1: MoRF answers 6, 3, 1, 0; LeRF 6, 5, 3, 0.
    const weights = Float64Array.of(2, 3, 1)
    const curves = removalCurves(linear(weights, removalMasks(weights), 0))
    expect(Array.from(curves.morf)).toEqual([6, 3, 1, 0])
    expect(Array.from(curves.lerf)).toEqual([6, 5, 3, 0])
    expect(Array.from(curves.insertion)).toEqual([0, 3, 5, 6])
    expect(curves.deletionArea).toBeCloseTo((4.5 + 2 + 0.5) / 3, 14)
    expect(curves.insertionArea).toBeCloseTo((1.5 + 4 + 5.5) / 3, 14)
    expect(curves.abpc).toBeCloseTo((11 - 7) / 3, 14)
  })

  it('never have a larger ABPC than by the true weights of a linear model', () => {
    fc.assert(
      fc.property(someWeights, fc.integer({ min: 0, max: 99 }), (weights, seed) => {
        const other = weights.map(() => 0)
        const order = new RandomState(seed).permutation(weights.length)
        order.forEach((feature, at) => {
          other[feature] = at + 1
        })
        const abpc = (by: Float64Array) => removalCurves(linear(weights, removalMasks(by))).abpc
        expect(abpc(other)).toBeLessThanOrEqual(abpc(weights) + 1e-9)
        expect(abpc(weights)).toBeGreaterThanOrEqual(-1e-9)
      }),
    )
  })
})

describe('complexity', () => {
  it('is least when one feature has all the weight and largest when all have the same', () => {
    for (const d of [2, 5, 30]) {
      const one = new Float64Array(d)
      one[d - 1] = -4
      const all = new Float64Array(d).fill(0.7)
      expect(giniSparseness(one)).toBeCloseTo(1 - 1 / d, 12)
      expect(giniSparseness(all)).toBeCloseTo(0, 12)
      expect(entropyComplexity(one)).toBe(0)
      expect(entropyComplexity(all)).toBeCloseTo(Math.log(d), 12)
    }
    expect(giniSparseness(new Float64Array(3))).toBeNaN()
    expect(entropyComplexity(new Float64Array(3))).toBeNaN()
  })

  it('does not depend on unit, sign or order', () => {
    fc.assert(
      fc.property(someWeights, (weights) => {
        fc.pre(weights.some((weight) => Math.abs(weight) > 1e-3))
        const other = weights.map((weight) => -2.5 * weight).reverse()
        expect(giniSparseness(other)).toBeCloseTo(giniSparseness(weights), 9)
        expect(entropyComplexity(other)).toBeCloseTo(entropyComplexity(weights), 9)
      }),
    )
  })

  it('is Gini’s index by the mean absolute difference', () => {
    // Σ_ij |a_i − a_j| / (2 d² mean), the index's other form.
    const sizes = [1, 4, 2, 2]
    const mean = 9 / 4
    let differences = 0
    for (const a of sizes) for (const b of sizes) differences += Math.abs(a - b)
    expect(giniSparseness(Float64Array.from(sizes))).toBeCloseTo(differences / (2 * 16 * mean), 12)
  })
})

describe('stability', () => {
  it('counts agreement of the top K as by hand', () => {
    const runs = [
      { weights: Float64Array.of(3, 2, 1, 0) },
      { weights: Float64Array.of(3, -2, 0, 1) },
      { weights: Float64Array.of(3, 0, 2, 1) },
    ]
    // Top 2: {0, 1}, {0, 1}, {0, 2}: pairs share 2, 1, 1 features.
    const found = stabilityOf(runs, 2)
    expect(found.vsi).toBeCloseTo(4 / (3 * 2), 12)
    expect(found.jaccard).toBeCloseTo((1 + 1 / 3 + 1 / 3) / 3, 12)
    // Of the 4 shared ones only feature 1 of the first pair changes its sign.
    expect(found.signFlips).toBeCloseTo(1 / 4, 12)
    expect(found.csi).toBeNaN()
  })

  it('is complete for equal runs, and CSI counts overlapping intervals', () => {
    const weights = Float64Array.of(1, -1)
    const run = (low: number) => ({
      weights,
      intervals: [[low, low + 1] as const, [-2, 0] as const],
    })
    const found = stabilityOf([run(0), run(0.5), run(5)], 2)
    expect(found).toMatchObject({ vsi: 1, jaccard: 1, signFlips: 0 })
    expect(found.spearman).toBeCloseTo(1, 12)
    // Feature 0: one of three pairs overlaps; feature 1: all three.
    expect(found.csi).toBeCloseTo(4 / 6, 12)
    expect(() => stabilityOf([run(0)], 2)).toThrow('at least 2')
  })

  it('has the largest relative change as max-sensitivity', () => {
    const near = [Float64Array.of(3, 4), Float64Array.of(3, 4.5), Float64Array.of(2, 4)]
    expect(maxSensitivity(Float64Array.of(3, 4), near)).toBeCloseTo(1 / 5, 12)
    expect(maxSensitivity(Float64Array.of(0, 0), near)).toBeNaN()
  })

  it('knows correlations: ties share their ranks', () => {
    // scipy.stats.spearmanr([1, 2, 2, 4], [1, 3, 2, 4]) = 0.9486832980505138
    expect(spearman([1, 2, 2, 4], [1, 3, 2, 4])).toBeCloseTo(0.9486832980505138, 12)
    expect(pearson([1, 2, 3], [2, 4, 7])).toBeCloseTo(0.9933992677987828, 12)
    expect(pearson([1, 1], [1, 2])).toBe(0)
  })
})

describe('ground truth', () => {
  it('counts what is found of what matters', () => {
    const weights = Float64Array.of(0.1, -3, 2, 0, 1)
    expect(retrieval(weights, [1, 3], 2)).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5 })
    expect(retrieval(new Float64Array(3), [1], 2)).toEqual({ precision: 0, recall: 0, f1: 0 })
  })

  it('agrees with true weights as OpenXAI counts', () => {
    const truth = Float64Array.of(5, -4, 3, 1)
    const found = agreement(Float64Array.of(4, 3, 5, 0.5), truth, 3)
    // Order found: 2, 0, 1; true: 0, 1, 2. The same features, none at its rank; feature 1 has the wrong sign.
    expect(found).toMatchObject({ feature: 1, rank: 0, signedRank: 0 })
    expect(found.sign).toBeCloseTo(2 / 3, 12)
    // Pairs (0,1), (0,3), (1,3), (2,3) are in the same order, (0,2) and (1,2) are not.
    expect(found.pairwiseRank).toBeCloseTo(4 / 6, 12)
    expect(agreement(truth, truth, 4)).toEqual({
      feature: 1,
      rank: 1,
      sign: 1,
      signedRank: 1,
      rankCorrelation: expect.closeTo(1, 12),
      pairwiseRank: 1,
    })
  })
})

describe('localisation', () => {
  it('shares weight between object and background by the pixels of each segment', () => {
    // 2 × 4 pixels, segments 0 (left half) and 1; the object is the left column and one pixel beside it.
    const segments = [0, 0, 1, 1, 0, 0, 1, 1]
    const coverage = pixelCoverage(segments, [1, 1, 0, 0, 1, 0, 0, 0], 2)
    expect(Array.from(coverage.shares)).toEqual([0.75, 0])
    const found = localisation(Float64Array.of(-2, 1), coverage)
    expect(found.object).toBeCloseTo((2 * 0.75) / 3, 12)
    expect(found.background).toBeCloseTo(0.5, 12)
    expect(found.expected).toBeCloseTo(3 / 8, 12)
    expect(found.concentration).toBeCloseTo(0.5 / 0.375, 12)
    expect(found.pointing).toBe(1)
    const positive = localisation(Float64Array.of(-2, 1), coverage, { positive: true })
    expect(positive).toMatchObject({ object: 0, pointing: 0 })
    expect(localisation(new Float64Array(2), coverage).object).toBeNaN()
  })

  it('has the expected share for weight spread by area, whatever the mask', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 24, maxLength: 24 }), (bits) => {
        const mask = bits.map(Number)
        const segments = Array.from({ length: 24 }, (_, i) => Math.floor(i / 5))
        const coverage = pixelCoverage(segments, mask, 5)
        const found = localisation(coverage.sizes, coverage)
        expect(found.object).toBeCloseTo(found.expected, 12)
        expect(found.expected).toBeCloseTo(mask.reduce((a, b) => a + b, 0) / 24, 12)
      }),
    )
  })

  it('knows boxes, label maps and intervals', () => {
    const box = { left: 1, top: 0, right: 9, bottom: 1 }
    expect(Array.from(boxMask(3, 2, box))).toEqual([0, 1, 1, 0, 0, 0])
    expect(Array.from(labelsOfRuns([0, 2, 1, 3], 5))).toEqual([0, 0, 1, 1, 1])
    const features = [0, 10].map((start) => ({
      name: `${start}`,
      part: { kind: 'series' as const, start, end: start + 10, channels: [0, 1] },
    }))
    const coverage = intervalCoverage(features, [
      [5, 12],
      [8, 12],
    ])
    expect(Array.from(coverage.shares)).toEqual([0.5, 0.2])
    expect(Array.from(coverage.sizes)).toEqual([20, 20])
  })

  it('refuses a mask of another size', () => {
    expect(() => pixelCoverage([0, 0], [1], 1)).toThrow('Bring the mask to the size')
  })
})

describe('the random explanation', () => {
  it('has the size asked for and the model’s answer for the instance', () => {
    const { weights, intercept } = randomAttribution(30, 10, 2.5, 0.8, new RandomState(4))
    expect(weights.filter((weight) => weight !== 0).length).toBe(10)
    expect(weights.reduce((sum, weight) => sum + Math.abs(weight), 0)).toBeCloseTo(2.5, 12)
    expect(intercept + total(weights)).toBeCloseTo(0.8, 12)
  })
})

it('attributionOf names the labels there are', () => {
  const explanation = { labels: [{ label: 3, weights: [], intercept: 0 }], features: [] } as never
  expect(() => attributionOf(explanation, 1)).toThrow('one of the labels explained: 3')
})
