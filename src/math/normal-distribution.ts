/**
 * The standard normal distribution: density, distribution function Φ and its inverse.
 *
 * 1. Φ near 0 by Marsaglia's series (2004), ½ + φ(x) Σ x^(2k+1) / (1 · 3 · … · (2k + 1)); further left as φ(x) R(x) with
 *    Laplace's continued fraction R(x) = 1/(t + 1/(t + 2/(t + 3/(t + …)))), t = −x (Abramowitz and Stegun 26.2.14).
 * 2. Φ⁻¹ by M. J. Wichura's algorithm AS 241 (Applied Statistics 37 (1988) 477–484), and below exp(−25) by Newton's
 *    method on ln Φ.
 *
 * Results agree with `scipy.special.ndtr` and `ndtri` to a few units of the last place.
 */

const SQRT_2PI = 2.5066282746310002
/** Below this ln p the inverse is found by Newton's method. */
const FAR = -25
/** ln 0.075, where the inverse changes from its middle to its tails. */
const TAIL = -2.590267165445054

/** φ(x) = exp(−x²/2) / √(2π). */
export function normalPdf(x: number): number {
  return Math.exp(-0.5 * x * x) / SQRT_2PI
}

/** Φ(x), the probability of a value up to x, accurate relative to itself in the left tail too: 1e-15 near 0, 3e-13 at x = −37. NaN gives NaN. */
export function normalCdf(x: number): number {
  if (x > 1) return 1 - normalCdf(-x)
  const density = normalPdf(x)
  if (x < -1) return density === 0 ? 0 : density * tailRatio(x)
  let term = x
  let sum = x
  for (let k = 3; k < 50; k += 2) {
    term *= (x * x) / k
    sum += term
  }
  return 0.5 + density * sum
}

/** ln Φ(x), also where Φ(x) underflows. */
export function normalLogCdf(x: number): number {
  if (x < -1) return -0.5 * x * x + Math.log(tailRatio(x) / SQRT_2PI)
  return x > 1 ? Math.log1p(-normalCdf(-x)) : Math.log(normalCdf(x))
}

/** Φ⁻¹(p): −∞ at 0, +∞ at 1, NaN outside [0, 1]. Error below 1e-15 relative for a given p. */
export function normalQuantile(p: number): number {
  const q = p - 0.5
  const r = 0.180625 - q * q
  if (r < 0) return q > 0 ? -tailQuantile(Math.log(1 - p)) : tailQuantile(Math.log(p))
  const top =
    ((((((2509.0809287301227 * r + 33430.57558358813) * r + 67265.7709270087) * r +
      45921.95393154987) *
      r +
      13731.693765509461) *
      r +
      1971.5909503065513) *
      r +
      133.14166789178438) *
      r +
    3.3871328727963665
  const bottom =
    ((((((5226.495278852854 * r + 28729.085735721943) * r + 39307.89580009271) * r +
      21213.794301586597) *
      r +
      5394.196021424751) *
      r +
      687.1870074920579) *
      r +
      42.31333070160091) *
      r +
    1
  return (q * top) / bottom
}

/** Φ⁻¹(eʸ), also where eʸ underflows or is next to 1. NaN for y > 0. */
export function normalQuantileOfLog(y: number): number {
  if (y < TAIL) return tailQuantile(y)
  return y > -0.1 ? -normalQuantile(-Math.expm1(y)) : normalQuantile(Math.exp(y))
}

/** Φ⁻¹(eʸ) for y ≤ ln 0.075; NaN for NaN. */
function tailQuantile(y: number): number {
  if (y < FAR) {
    let x = -Math.SQRT2 * Math.sqrt(-y)
    for (let step = 0; step < 5 && y > -Infinity; step++) x -= (normalLogCdf(x) - y) * tailRatio(x)
    return x
  }
  const r = Math.sqrt(-y) - 1.6
  const top =
    ((((((7.745450142783414e-4 * r + 0.022723844989269184) * r + 0.2417807251774506) * r +
      1.2704582524523684) *
      r +
      3.6478483247632045) *
      r +
      5.769497221460691) *
      r +
      4.630337846156546) *
      r +
    1.4234371107496835
  const bottom =
    ((((((1.0507500716444169e-9 * r + 5.475938084995345e-4) * r + 0.015198666563616457) * r +
      0.14810397642748008) *
      r +
      0.6897673349851) *
      r +
      1.6763848301838038) *
      r +
      2.053191626637759) *
      r +
    1
  return -top / bottom
}

/** R(x) = Φ(x) / φ(x) for x < −1, from as many terms as reach rounding. */
function tailRatio(x: number): number {
  let rest = -x
  for (let k = Math.ceil(20 + 400 / (x * x)); k > 0; k--) rest = k / rest - x
  return 1 / rest
}
