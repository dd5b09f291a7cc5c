/**
 * Values of the standard normal distribution truncated to [a, b], by its inverse distribution function.
 *
 * With lo < hi the bounds, mirrored where a ≥ 0 so that they lie to the left, and u the uniform (1 − u where mirrored):
 * 1. P = Φ(lo) + u (Φ(hi) − Φ(lo)), x = Φ⁻¹(P): nothing cancels, since a left tail is accurate relative to itself; for P > 0.9
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
  normalPdf,
  normalQuantile,
  normalQuantileOfLog,
} from './normal-distribution.ts'

/** Up to this bound Φ is computed in logarithms. */
const LOGARITHMIC = -30

/**
 * Puts in the place of each u in `values[from … to)` the value below which lies the share u of the distribution.
 *
 * @param values numbers from 0 to 1; a where u = 0, b where u = 1.
 * @param a lower bound in standard deviations from the mean, may be −∞.
 * @param b upper bound, may be +∞.
 * @param logarithmic whether to take the second way; by default where it is needed.
 * @throws OptionError unless a < b.
 */
export function truncatedNormalQuantiles(
  values: Float64Array,
  a: number,
  b: number,
  from = 0,
  to = values.length,
  logarithmic = (a < 0 ? b : -a) <= LOGARITHMIC,
): void {
  if (!(a < b)) {
    throw new OptionError({
      where: 'truncatedNormalQuantiles, a and b',
      got: `${a} and ${b}`,
      expected: 'a < b',
      remedy: 'Where the bounds are equal there is nothing to draw: take the bound.',
    })
  }
  const mirrored = a >= 0
  const lo = mirrored ? -b : a
  const hi = mirrored ? -a : b
  const base = normalCdf(lo)
  const rest = normalCdf(-hi)
  const mass = normalCdf(hi) - base
  // ln P = ln Φ(hi) + ln(ratio + u (1 − ratio)), ratio = Φ(lo)/Φ(hi)
  const top = normalLogCdf(hi)
  const ratio = normalLogCdf(lo) - top
  for (let i = from; i < to; i++) {
    const u = mirrored ? 1 - values[i]! : values[i]!
    let x = lo
    if (u >= 1) x = hi
    else if (u > 0) {
      const P = base + u * mass
      if (logarithmic) {
        x = normalQuantileOfLog(top + Math.log(Math.exp(ratio) - u * Math.expm1(ratio)))
      } else {
        // Right of 0 from the other side, 1 − P = Φ(−hi) + (1 − u) mass: next to 1 a P has no digits left.
        x = P <= 0.9 ? normalQuantile(P) : -normalQuantile(rest + (1 - u) * mass)
      }
      // `hi` too where both bounds are too far out for any number to lie between.
      if (!(x < hi)) x = hi
      else if (x < lo) x = lo
    }
    values[i] = mirrored ? -x : x
  }
}

/**
 * The mean of the standard normal distribution truncated to [a, b], a < b: (φ(a) − φ(b)) / (Φ(b) − Φ(a)). Where the mass
 * underflows it is the bound nearer to 0.
 */
export function truncatedNormalMean(a: number, b: number): number {
  return a >= 0 ? -leftMean(-b, -a) : leftMean(a, b)
}

function leftMean(a: number, b: number): number {
  const mass = normalCdf(b) - normalCdf(a)
  const mean = (normalPdf(a) - normalPdf(b)) / mass
  return mass > 0 && Number.isFinite(mean) ? Math.min(b, Math.max(a, mean)) : b
}
