/**
 * Values of the standard normal distribution truncated to [a, b], by its inverse distribution function.
 *
 * With lo < hi the bounds, mirrored where a ≥ 0 so that they lie to the left, and u the uniform (1 − u where mirrored):
 * 1. P = Φ(lo) + u (Φ(hi) − Φ(lo)), x = Φ⁻¹(P): nothing cancels, since a left tail is accurate relative to itself; for P > ½
 *    the same from the other side.
 * 2. Where Φ(hi) nears the smallest double (hi ≤ −30), the same in logarithms: ln P = ln(Φ(lo) + u · mass),
 *    ln mass = ln Φ(hi) + ln(1 − Φ(lo)/Φ(hi)).
 *
 * The values are those of `scipy.stats.truncnorm.ppf(u, a, b)`, which always takes the second way, but from the side of `lo` alone:
 * where x is far on the other side of 0, SciPy's loses digits (2e-16 / φ(x)), this one does not. Nor is a result ever outside
 * [a, b], where rounding or overflow would carry it.
 */
import { OptionError } from '../contract/errors.ts'
import {
  normalCdf,
  normalLogCdf,
  normalQuantile,
  normalQuantileOfLog,
} from './normal-distribution.ts'

/** Up to this bound Φ is computed in logarithms. */
const LOGARITHMIC = -30

/**
 * The inverse distribution function for one pair of bounds; what depends on the bounds alone is computed once.
 *
 * @param a lower bound in standard deviations from the mean, may be −∞.
 * @param b upper bound, may be +∞.
 * @returns a function from [0, 1] to [a, b]: a at 0, b at 1.
 * @throws OptionError unless a < b.
 */
export function truncatedNormalQuantile(a: number, b: number): (u: number) => number {
  checkBounds(a, b)
  if (a < 0) {
    return b > LOGARITHMIC ? plainQuantile(a, b, false) : logarithmicQuantile(a, b, false)
  }
  return -a > LOGARITHMIC ? plainQuantile(-b, -a, true) : logarithmicQuantile(-b, -a, true)
}

/**
 * out[i] = the value of the normal distribution truncated to [a, b] that belongs to `uniforms[i]`.
 * `out` may be `uniforms` itself. Bounds as in `truncatedNormalQuantile`.
 */
export function truncatedNormalInto(
  out: Float64Array,
  uniforms: Float64Array,
  a: number,
  b: number,
): void {
  const quantile = truncatedNormalQuantile(a, b)
  for (let i = 0; i < uniforms.length; i++) out[i] = quantile(uniforms[i]!)
}

/** Way 1, for tests of where the two meet. */
export function plainQuantile(lo: number, hi: number, mirrored: boolean): (u: number) => number {
  const base = normalCdf(lo)
  const rest = normalCdf(-hi)
  const mass = normalCdf(hi) - base
  // Right of 0 from the other side, 1 − P = Φ(−hi) + (1 − u) mass: next to 1 a P has no digits left.
  const quantile = (u: number, other: number): number => {
    const P = base + u * mass
    const x = P <= 0.5 ? normalQuantile(P) : -normalQuantile(rest + other * mass)
    return clamp(x, lo, hi, u)
  }
  return mirrored ? (u) => -quantile(1 - u, u) : (u) => quantile(u, 1 - u)
}

/** Way 2. */
export function logarithmicQuantile(
  lo: number,
  hi: number,
  mirrored: boolean,
): (u: number) => number {
  // ln P = ln Φ(hi) + ln(r + u (1 − r)), r = Φ(lo)/Φ(hi)
  const top = normalLogCdf(hi)
  const difference = normalLogCdf(lo) - top
  const ratio = Math.exp(difference)
  const rest = -Math.expm1(difference)
  const quantile = (u: number): number =>
    clamp(normalQuantileOfLog(top + Math.log(ratio + u * rest)), lo, hi, u)
  return mirrored ? (u) => -quantile(1 - u) : quantile
}

/** x within the bounds; the bounds themselves at 0 and 1, and `hi` where both are too far out for any number to lie between. */
function clamp(x: number, lo: number, hi: number, u: number): number {
  if (x >= hi || u >= 1) return hi
  if (x <= lo || u <= 0) return lo
  return Number.isNaN(x) ? hi : x
}

function checkBounds(a: number, b: number): void {
  if (a < b) return
  throw new OptionError({
    where: 'truncatedNormalQuantile, a and b',
    got: `${a} and ${b}`,
    expected: 'a < b',
    remedy: 'Where the bounds are equal there is nothing to draw: take the bound.',
  })
}
