/**
 * The lasso's whole path by least angle regression (Efron, Hastie, Johnstone, Tibshirani 2004, sections 2 and 3.1).
 *
 * Each step moves the active coefficients together, so that their correlations with the residual stay equal and fall,
 * until another feature is as correlated, or an active coefficient reaches 0 and its feature leaves (the lasso's
 * modification), or the residual is least:
 *
 *     G_A g = s,  A = 1 / √(s·g),  direction u = A g,  a = G_A u       s = signs of the active correlations
 *     γ = min⁺ { (C − c_j) / (A − a_j), (C + c_j) / (A + a_j), C / A, −b_j / u_j }
 *
 * Rules of scikit-learn 1.2's `lars_path(method='lasso')`, which Python LIME's `lasso_path` selection calls: no
 * normalisation; ends at C / n ≤ 1.1920929e-7, after 500 steps, when C would rise, or when all features are active; of
 * equally correlated features the first in its working order enters (entering features are exchanged with the first
 * inactive one).
 *
 * Where features are equally correlated and collinear (few rows of bits often are), the active ones that those rules give may
 * not be the lasso's: their direction would leave another feature more correlated than they are, or move a coefficient
 * against its sign. Then the active features are found afresh (`tied-features.ts`).
 *
 * On purpose: G instead of the (n, d) samples. A coefficient that leaves is set to exactly 0 (there, sometimes, to a
 * rounding error that counts as nonzero). A feature whose part outside the active ones is shorter than 1e-7, or is but
 * rounding, is set aside until a feature leaves (there its correlation is set to 0, after which the path is no longer
 * the lasso's, and rounding decides whether it happens at all).
 */
import { append, solve } from './growing-cholesky.ts'
import { activeAmong, type Direction, follows, TIED, tiedAt } from './tied-features.ts'
import type { WeightedCross, WeightedMoments } from './weighted-moments.ts'

/** One knot of the path. */
export interface LarsStep {
  /** The lasso's penalty: largest |correlation| / n. */
  readonly alpha: number
  /** All coefficients (d). */
  readonly coefficients: Float64Array
}

const MOST_STEPS = 500
const SMALLEST_ALPHA = 1.1920928955078125e-7
/** What the path needs: G by columns (d), c (d), and n. */
export interface LarsProblem {
  readonly column: (j: number) => Float64Array
  readonly c: Float64Array
  readonly n: number
}

/** The path from all zeros (step 0) on: one entry a step. */
export function lassoPath(moments: WeightedMoments, cross: WeightedCross): LarsStep[] {
  const column = (j: number) => moments.column(j)
  return larsPath({ column, c: cross.c, n: moments.rows }, SMALLEST_ALPHA, MOST_STEPS)
}

/** The path down to the first step with α ≤ `smallest`, of `mostSteps` steps at most. */
export function larsPath(
  { column: columnOf, c, n }: LarsProblem,
  smallest: number,
  mostSteps: number,
): LarsStep[] {
  const d = c.length
  const path: LarsStep[] = []
  const order = Int32Array.from(c.keys())
  const correlation = c.slice()
  let factor: Float64Array[] = []
  const signs: number[] = []
  const aside = new Uint8Array(d)
  let active = 0
  let dropped = false
  /** The correlation of the active features. */
  let left = 0
  let b: Float64Array = new Float64Array(d)
  for (;;) {
    let place = mostCorrelated(correlation, order, aside, active)
    const inactive = place < 0 ? 0 : Math.abs(correlation[order[place]!]!)
    // Of tied features none may be left that is not set aside: then it is the active ones' own.
    const C = Math.max(inactive, left)
    const alpha = C / n
    const before = path.at(-1)
    path.push({ alpha, coefficients: b })
    if (alpha <= smallest || path.length > mostSteps || active >= d) return path

    while (!dropped && place >= 0) {
      const entering = order[place]!
      const column = columnOf(entering)
      const inner = Float64Array.from(order.subarray(0, active), (j) => column[j]!)
      if (append(factor, inner, column[entering]!)) {
        order[place] = order[active]!
        order[active] = entering
        signs[active] = Math.sign(correlation[entering]!)
        active++
        break
      }
      aside[entering] = 1
      place = mostCorrelated(correlation, order, aside, active)
      if (place >= 0 && Math.abs(correlation[order[place]!]!) < C * (1 - TIED)) break
    }
    if (active === 0 || (before !== undefined && before.alpha * (1 + TIED) < alpha)) return path

    // u = A g: the active features' common direction, along which each has the correlation A with it.
    let direction = directionOf(order, active, factor, signs, columnOf)
    if (direction === undefined) return path
    const tied = tiedAt(C, correlation, order, signs, active)
    if (!follows(direction, tied, order, active, b)) {
      const chosen = activeAmong(tied, b, columnOf)
      for (const { feature, sign } of tied) correlation[feature] = sign * C
      order.set([...chosen.features, ...order.filter((j) => !chosen.features.includes(j))])
      factor = chosen.factor
      active = chosen.features.length
      signs.splice(0, signs.length, ...chosen.signs)
      aside.fill(0)
      direction = directionOf(order, active, factor, signs, columnOf)
      if (direction === undefined) return path
    }
    const { along, length } = direction
    const signOf = new Map(tied.map(({ feature, sign }) => [feature, sign]))
    let step = C / length
    for (let at = active; at < d; at++) {
      const j = order[at]!
      if (aside[j] === 1) continue
      const aj = Math.round(along[j]! * 1e15) / 1e15
      along[j] = aj
      const up = (C - correlation[j]!) / (length - aj + Number.MIN_VALUE)
      const down = (C + correlation[j]!) / (length + aj + Number.MIN_VALUE)
      // A tied one keeps pace, or falls faster: what divides two roundings says nothing.
      const sign = signOf.get(j)
      if (up > 0 && up < step && sign !== 1) step = up
      if (down > 0 && down < step && sign !== -1) step = down
    }
    const crossing = firstCrossing(b, order, direction.share, active)
    dropped = crossing.step < step
    if (dropped) step = crossing.step

    const next = new Float64Array(d)
    for (let a = 0; a < active; a++) {
      const j = order[a]!
      next[j] = b[j]! + step * direction.share[a]!
    }
    for (let at = active; at < d; at++) correlation[order[at]!]! -= step * along[order[at]!]!
    b = next
    left = C - step * length
    if (dropped) {
      aside.fill(0)
      for (const a of crossing.places) {
        const leaving = order[a]!
        b[leaving] = 0
        signs.splice(a, 1)
        active--
        order.copyWithin(a, a + 1, active + 1)
        order[active] = leaving
      }
      factor = []
      for (let a = 0; a < active; a++) {
        const column = columnOf(order[a]!)
        const inner = Float64Array.from(order.subarray(0, a), (j) => column[j]!)
        if (!append(factor, inner, column[order[a]!]!)) return path
      }
      for (let count = crossing.places.length, at = active; count > 0; count--, at++) {
        correlation[order[at]!] = residualCorrelation(columnOf(order[at]!), c[order[at]!]!, b)
      }
    }
  }
}

/** The common direction of the first `active` features of `order`; `undefined` where there is none. */
function directionOf(
  order: Int32Array,
  active: number,
  factor: readonly Float64Array[],
  signs: readonly number[],
  columnOf: LarsProblem['column'],
): Direction | undefined {
  const g = solve(factor, signs)
  const length = 1 / Math.sqrt(g.reduce((sum, value, a) => sum + value * signs[a]!, 0))
  if (!Number.isFinite(length)) return undefined
  const share = g.map((value) => value * length)
  const along = new Float64Array(order.length)
  for (let a = 0; a < active; a++) {
    const column = columnOf(order[a]!)
    for (let j = 0; j < along.length; j++) along[j]! += share[a]! * column[j]!
  }
  return { share, along, length }
}

/** Place in `order` of the inactive feature of largest |correlation|, the first of equals; −1 if all are set aside. */
function mostCorrelated(
  correlation: Float64Array,
  order: Int32Array,
  aside: Uint8Array,
  active: number,
): number {
  let place = -1
  let largest = -1
  for (let at = active; at < order.length; at++) {
    const j = order[at]!
    const size = Math.abs(correlation[j]!)
    if (size > largest && aside[j] === 0) {
      largest = size
      place = at
    }
  }
  return place
}

/** The smallest positive step at which active coefficients reach 0, and their places, the last first. */
function firstCrossing(
  b: Float64Array,
  order: Int32Array,
  direction: Float64Array,
  active: number,
): { step: number; places: number[] } {
  let step = Number.POSITIVE_INFINITY
  let places: number[] = []
  for (let a = active - 1; a >= 0; a--) {
    const reach = -b[order[a]!]! / direction[a]!
    if (reach > 0 && reach < step) {
      step = reach
      places = [a]
    } else if (reach === step) places.push(a)
  }
  return { step, places }
}

/** c_j − Σ G_jk b_k, afresh. */
function residualCorrelation(column: Float64Array, c: number, b: Float64Array): number {
  let value = c
  for (let k = 0; k < b.length; k++) if (b[k] !== 0) value -= column[k]! * b[k]!
  return value
}
