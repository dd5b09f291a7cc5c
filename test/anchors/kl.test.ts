import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { explorationRate, klDivergence, klLower, klUpper } from '../../src/anchors/kl-bounds.ts'
import { type Arm, bestArms, shareOf } from '../../src/anchors/kl-lucb.ts'
import { RandomState } from '../../src/index.ts'

const shares = fc.double({ min: 0, max: 1, noNaN: true })

describe('Kullback–Leibler bounds', () => {
  it('are the ends of { q : n kl(p, q) ≤ β }', () => {
    fc.assert(
      fc.property(
        shares,
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0.01, max: 20, noNaN: true }),
        (p, n, beta) => {
          const [low, high] = [klLower(p, n, beta), klUpper(p, n, beta)]
          expect(low).toBeLessThanOrEqual(p)
          expect(high).toBeGreaterThanOrEqual(p)
          for (const [q, beyond] of [
            [low, low - 1e-6],
            [high, high + 1e-6],
          ] as const) {
            expect(n * klDivergence(p, q)).toBeLessThanOrEqual(beta * (1 + 1e-9) + 1e-9)
            if (beyond > 0 && beyond < 1) {
              expect(n * klDivergence(p, beyond)).toBeGreaterThan(beta * (1 - 1e-9))
            }
          }
        },
      ),
    )
  })

  it('have closed forms where nothing or everything hit: 1 − e^(−β/n) and e^(−β/n)', () => {
    expect(klUpper(0, 50, 3)).toBeCloseTo(1 - Math.exp(-3 / 50), 12)
    expect(klLower(1, 50, 3)).toBeCloseTo(Math.exp(-3 / 50), 12)
    expect(klUpper(1, 50, 3)).toBe(1)
    expect(klLower(0, 50, 3)).toBe(0)
    expect([klLower(0, 0, 3), klUpper(0, 0, 3)]).toEqual([0, 1])
  })

  it('hold as often as they promise: an interval of confidence 1 − 2δ misses in at most 2δ of the draws', () => {
    const random = new RandomState(8)
    const delta = 0.05
    let missed = 0
    const runs = 2000
    for (let run = 0; run < runs; run++) {
      let hits = 0
      for (let i = 0; i < 60; i++) if (random.randomSample() < 0.85) hits++
      const beta = Math.log(1 / delta)
      const p = hits / 60
      if (klLower(p, 60, beta) > 0.85 || klUpper(p, 60, beta) < 0.85) missed++
    }
    expect(missed / runs).toBeLessThan(2 * delta)
    expect(missed).toBeGreaterThan(0)
  })

  it('use the exploration rate of the paper', () => {
    // Kaufmann & Kalyanakrishnan 2013: β = ln(405.5 K t^1.1 / δ) + ln ln(405.5 K t^1.1 / δ).
    const inner = Math.log((405.5 * 4 * 7 ** 1.1) / 0.1)
    expect(explorationRate(4, 7, 0.1)).toBeCloseTo(inner + Math.log(inner), 12)
  })
})

describe('KL-LUCB', () => {
  const search = async (truth: readonly number[], count: number, seed: number, most = 1e6) => {
    const random = new RandomState(seed)
    const arms = truth.map((share): Arm & { share: number } => ({ share, draws: 0, hits: 0 }))
    let total = 0
    const found = await bestArms(arms, {
      count,
      delta: 0.1,
      epsilon: 0.1,
      draw: async (drawn) => {
        if (total >= most) return false
        for (const arm of drawn) {
          for (let k = 0; k < 20; k++) {
            arm.draws++
            total++
            if (random.randomSample() < arm.share) arm.hits++
          }
        }
        return true
      },
    })
    return { found, total }
  }

  it('returns arms at most ε below the m-th best, with probability 1 − δ', async () => {
    const truth = [0.9, 0.2, 0.75, 0.5, 0.7, 0.1, 0.6]
    let wrong = 0
    for (let seed = 0; seed < 60; seed++) {
      const { found } = await search(truth, 2, seed)
      expect(found).toHaveLength(2)
      if (found.some(({ share }) => share < 0.75 - 0.1)) wrong++
    }
    expect(wrong).toBeLessThanOrEqual(6)
  })

  it('spends more on arms that are hard to tell apart', async () => {
    const easy = await search([0.9, 0.1, 0.1], 1, 3)
    const hard = await search([0.55, 0.5, 0.45], 1, 3)
    expect(hard.total).toBeGreaterThan(2 * easy.total)
  })

  it('ends where no more may be drawn, and gives the best so far', async () => {
    const { found, total } = await search([0.5, 0.5, 0.5], 1, 1, 200)
    expect(total).toBeLessThanOrEqual(200 + 60)
    expect(shareOf(found[0]!)).toBeGreaterThan(0)
  })

  it('gives all arms where there are not more than asked for', async () => {
    const { found, total } = await search([0.3, 0.8], 2, 0)
    expect(found.map(({ share }) => share)).toEqual([0.8, 0.3])
    expect(total).toBe(40)
  })
})
