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
 * On purpose: G instead of the (n, d) samples. A coefficient that leaves is set to exactly 0 (there, sometimes, to a
 * rounding error that counts as nonzero). A feature whose part outside the active ones is shorter than 1e-7, or is but
 * rounding, is set aside until a feature leaves (there its correlation is set to 0, after which the path is no longer
 * the lasso's, and rounding decides whether it happens at all).
 */
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
const DEGENERATE = 1e-7
/** A residual square below this share of the column's own is rounding: also degenerate. */
const SPANNED = 1e-13
/** Correlations that differ by a smaller share are equal. */
const TIED = 1e-10

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
  const factor = new GrowingFactor(Math.min(mostSteps, d) + 1)
  const signs: number[] = []
  const aside = new Uint8Array(d)
  let active = 0
  let dropped = false
  let b: Float64Array = new Float64Array(d)
  for (;;) {
    let place = mostCorrelated(correlation, order, aside, active)
    const C = place < 0 ? 0 : Math.abs(correlation[order[place]!]!)
    const alpha = C / n
    const before = path.at(-1)
    path.push({ alpha, coefficients: b })
    if (alpha <= smallest || path.length > mostSteps || active >= d) return path

    while (!dropped && place >= 0) {
      const entering = order[place]!
      const column = columnOf(entering)
      const inner = new Float64Array(active)
      for (let a = 0; a < active; a++) inner[a] = column[order[a]!]!
      if (factor.append(inner, column[entering]!)) {
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
    if (active === 0 || (before !== undefined && before.alpha < alpha)) return path

    const { direction, length } = equiangular(factor, signs, active)
    const along = new Float64Array(d)
    for (let a = 0; a < active; a++) {
      const column = columnOf(order[a]!)
      const share = direction[a]!
      for (let j = 0; j < d; j++) along[j]! += share * column[j]!
    }
    let step = C / length
    for (let at = active; at < d; at++) {
      const j = order[at]!
      if (aside[j] === 1) continue
      const aj = Math.round(along[j]! * 1e15) / 1e15
      along[j] = aj
      const up = (C - correlation[j]!) / (length - aj + Number.MIN_VALUE)
      const down = (C + correlation[j]!) / (length + aj + Number.MIN_VALUE)
      if (up > 0 && up < step) step = up
      if (down > 0 && down < step) step = down
    }
    const crossing = firstCrossing(b, order, direction, active)
    dropped = crossing.step < step
    if (dropped) step = crossing.step

    const next = new Float64Array(d)
    for (let a = 0; a < active; a++) {
      const j = order[a]!
      next[j] = b[j]! + step * direction[a]!
    }
    for (let at = active; at < d; at++) correlation[order[at]!]! -= step * along[order[at]!]!
    b = next
    if (dropped) {
      aside.fill(0)
      for (const a of crossing.places) {
        const leaving = order[a]!
        b[leaving] = 0
        factor.remove(a)
        signs.splice(a, 1)
        active--
        order.copyWithin(a, a + 1, active + 1)
        order[active] = leaving
      }
      for (let count = crossing.places.length, at = active; count > 0; count--, at++) {
        correlation[order[at]!] = residualCorrelation(columnOf(order[at]!), c[order[at]!]!, b)
      }
    }
  }
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

/** u and A of the active features. A factor too ill-conditioned for A to be finite gets a growing ridge. */
function equiangular(
  factor: GrowingFactor,
  signs: readonly number[],
  active: number,
): { direction: Float64Array; length: number } {
  let direction = factor.solve(signs, 0)
  if (active === 1 && direction[0] === 0) return { direction: Float64Array.of(1), length: 1 }
  let length = 1 / Math.sqrt(dotSigns(direction, signs))
  let ridge = 0
  for (let doubling = Number.EPSILON; !Number.isFinite(length) && ridge < 1e300; doubling *= 2) {
    ridge += doubling
    direction = factor.solve(signs, ridge)
    length = 1 / Math.sqrt(Math.max(dotSigns(direction, signs), Number.EPSILON))
  }
  return { direction: direction.map((value) => value * length), length }
}

function dotSigns(direction: Float64Array, signs: readonly number[]): number {
  let sum = 0
  for (let a = 0; a < direction.length; a++) sum += direction[a]! * signs[a]!
  return sum
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

/** Cholesky factor of the active Gram matrix, to which rows are appended and from which they are removed. */
class GrowingFactor {
  readonly #rows: Float64Array[] = []
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** Adds a feature by its products with the active ones and its square; false where they span it already. */
  append(inner: Float64Array, square: number): boolean {
    const row = new Float64Array(this.#capacity)
    let rest = square
    for (let i = 0; i < inner.length; i++) {
      const other = this.#rows[i]!
      let sum = inner[i]!
      for (let k = 0; k < i; k++) sum -= other[k]! * row[k]!
      row[i] = sum / other[i]!
      rest -= row[i]! * row[i]!
    }
    const diagonal = Math.max(Math.sqrt(Math.abs(rest)), Number.EPSILON)
    if (diagonal < DEGENERATE || rest <= SPANNED * square) return false
    row[inner.length] = diagonal
    this.#rows.push(row)
    return true
  }

  /** Removes the feature at `place`, turning the rows behind it back into a triangle by Givens rotations. */
  remove(place: number): void {
    const rows = this.#rows
    rows.splice(place, 1)
    for (let i = place; i < rows.length; i++) {
      const row = rows[i]!
      const a = row[i]!
      const b = row[i + 1]!
      const radius = Math.hypot(a, b)
      const cosine = a / radius
      const sine = b / radius
      row[i] = radius
      row[i + 1] = 0
      for (let m = i + 1; m < rows.length; m++) {
        const other = rows[m]!
        const left = other[i]!
        const right = other[i + 1]!
        other[i] = cosine * left + sine * right
        other[i + 1] = cosine * right - sine * left
      }
    }
  }

  /** Solves L Lᵀ x = b, with `ridge` added to the diagonal of L. */
  solve(b: readonly number[], ridge: number): Float64Array {
    const rows = this.#rows
    const x = new Float64Array(rows.length)
    for (let i = 0; i < x.length; i++) {
      const row = rows[i]!
      let sum = b[i]!
      for (let k = 0; k < i; k++) sum -= row[k]! * x[k]!
      x[i] = sum / (row[i]! + ridge)
    }
    for (let i = x.length - 1; i >= 0; i--) {
      const row = rows[i]!
      const value = x[i]! / (row[i]! + ridge)
      x[i] = value
      for (let k = 0; k < i; k++) x[k]! -= row[k]! * value
    }
    return x
  }
}
