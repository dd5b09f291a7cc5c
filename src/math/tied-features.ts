/**
 * Equally correlated features on the lasso's path: which of them move, so that its conditions hold along the way.
 */
import { append, solve } from './growing-cholesky.ts'

/** Correlations that differ by a smaller share are equal. */
export const TIED = 1e-10

/** A share of the largest change that is rounding. */
const NOTHING = 1e-12

/** How the coefficients move together. */
export interface Direction {
  /** u, by place (active). */
  readonly share: Float64Array
  /** G u (d). */
  readonly along: Float64Array
  /** A. */
  readonly length: number
}

/** A feature that is as correlated as the active ones, which it may be one of. */
export interface Tied {
  readonly feature: number
  readonly sign: number
}

/** The active features, and those that are as correlated as they are. */
export function tiedAt(
  C: number,
  correlation: Float64Array,
  order: Int32Array,
  signs: readonly number[],
  active: number,
): Tied[] {
  return Array.from(order, (feature, place) => {
    const own = correlation[feature]!
    if (place < active) return { feature, sign: signs[place]! }
    return { feature, sign: Math.abs(own) >= C * (1 - TIED) ? Math.sign(own) : 0 }
  }).filter(({ sign }) => sign !== 0)
}

/** Whether a direction keeps the conditions of the lasso: no tied feature falls behind, none at 0 moves against its sign. */
export function follows(
  { share, along, length }: Direction,
  tied: readonly Tied[],
  order: Int32Array,
  active: number,
  b: Float64Array,
): boolean {
  const nothing = NOTHING * share.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return tied.every(({ feature, sign }, place) =>
    place < active
      ? b[order[place]!] !== 0 || share[place]! * sign > nothing
      : along[feature]! * sign >= length * (1 - TIED),
  )
}

/**
 * Which of the tied features are to be active: those of the direction v that explains most while C falls by 1,
 *
 *     minimise ½ |X v|² − s·v  with s_j v_j ≥ 0 for the features that stand at 0
 *
 * by the method of active sets (C. L. Lawson, R. J. Hanson: Solving least squares problems, 1974, chapter 23).
 */
export function activeAmong(
  tied: readonly Tied[],
  b: Float64Array,
  columnOf: (j: number) => Float64Array,
): { features: number[]; signs: number[]; factor: Float64Array[] } {
  let chosen = tied.filter(({ feature }) => b[feature] !== 0)
  let factor = factorOf(chosen, columnOf)
  let v = new Map<number, number>()
  for (let turn = 0; turn < 4 * tied.length + 4; turn++) {
    const signs = chosen.map(({ sign }) => sign)
    const g = solve(factor, signs)
    const nothing = NOTHING * g.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    // On the way from v to g the first features that reach 0 are let go.
    const falling = chosen.filter(
      ({ feature, sign }, a) => b[feature] === 0 && g[a]! * sign <= nothing,
    )
    let reach = 1
    for (const one of falling) {
      const now = v.get(one.feature) ?? 0
      const goal = g[chosen.indexOf(one)]!
      reach = Math.min(reach, now === goal ? 0 : Math.max(0, now / (now - goal)))
    }
    v = new Map(
      chosen.map(({ feature }, a) => {
        const now = v.get(feature) ?? 0
        return [feature, now + reach * (g[a]! - now)]
      }),
    )
    if (falling.length > 0) {
      chosen = chosen.filter(
        (one) => !falling.includes(one) || v.get(one.feature)! * one.sign > nothing,
      )
      factor = factorOf(chosen, columnOf)
      continue
    }
    const behind = tied
      .filter((one) => !chosen.includes(one))
      .map((one) => {
        const column = columnOf(one.feature)
        const rate = chosen.reduce((sum, { feature }, a) => sum + column[feature]! * g[a]!, 0)
        return { one, rate: rate * one.sign }
      })
      .filter(({ rate }) => rate < 1 - 1e-9)
      .sort((p, q) => p.rate - q.rate)
    const next = behind.find(({ one }) => appendFeature(factor, one.feature, chosen, columnOf))
    if (next === undefined) break
    chosen = [...chosen, next.one]
  }
  return {
    features: chosen.map(({ feature }) => feature),
    signs: chosen.map(({ sign }) => sign),
    factor,
  }
}

function appendFeature(
  factor: Float64Array[],
  feature: number,
  before: readonly Tied[],
  columnOf: (j: number) => Float64Array,
): boolean {
  const column = columnOf(feature)
  return append(
    factor,
    Float64Array.from(before, (other) => column[other.feature]!),
    column[feature]!,
  )
}

function factorOf(chosen: readonly Tied[], columnOf: (j: number) => Float64Array): Float64Array[] {
  const factor: Float64Array[] = []
  chosen.forEach(({ feature }, a) => {
    appendFeature(factor, feature, chosen.slice(0, a), columnOf)
  })
  return factor
}
