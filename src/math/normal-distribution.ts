/**
 * The standard normal distribution: density, distribution function Φ and its inverse.
 *
 * Rational approximations of S. L. Moshier's Cephes library (ndtr, ndtri), the same that SciPy uses, so that results agree with
 * `scipy.special.ndtr` and `ndtri` to a few units of the last place; the far left tail of Φ by its asymptotic series
 * (Abramowitz and Stegun 26.2.12).
 */

const SQRT_2PI = 2.5066282746310002
/** exp(−2), where the inverse changes from its middle to its tails. */
const TAIL = 0.1353352832366127
/** Below this Φ is taken from its asymptotic series, of 20 terms. */
const FAR = -11

/** φ(x) = exp(−x²/2) / √(2π). */
export function normalPdf(x: number): number {
  return Math.exp(-0.5 * x * x) / SQRT_2PI
}

/** Φ(x), the probability of a value up to x, accurate relative to itself in the left tail too: 1e-15 near 0, 3e-13 at x = −37. NaN gives NaN. */
export function normalCdf(x: number): number {
  const t = x * Math.SQRT1_2
  if (Math.abs(x) < 1) return 0.5 + 0.5 * erf(t)
  if (x > 0) return 1 - normalCdf(-x)
  if (x < FAR) return Math.exp(-0.5 * x * x + logTailFactor(x))
  if (t > -1) return 0.5 * (1 + erf(t))
  return (0.5 * Math.exp(-t * t) * polynomial(-t, ERFC_P)) / polynomial(-t, ERFC_Q)
}

/** ln Φ(x), also where Φ(x) underflows. */
export function normalLogCdf(x: number): number {
  if (x < FAR) return -0.5 * x * x + logTailFactor(x)
  return x > 1 ? Math.log1p(-normalCdf(-x)) : Math.log(normalCdf(x))
}

/** Φ⁻¹(p): −∞ at 0, +∞ at 1, NaN outside [0, 1]. Error below 1e-15 relative for a given p. */
export function normalQuantile(p: number): number {
  if (p > TAIL && p < 1 - TAIL) {
    // √(2π) (w + w³ P(w²)/Q(w²)) with w = p − ½
    const w = p - 0.5
    const s = w * w
    const top =
      (((-59.96335010141079 * s + 98.00107541859997) * s - 56.67628574690703) * s +
        13.931260938727968) *
        s -
      1.2391658386738125
    const bottom =
      (((((((s + 1.9544885833814176) * s + 4.676279128988815) * s + 86.36024213908905) * s -
        225.46268785411937) *
        s +
        200.26021238006066) *
        s -
        82.03722561683334) *
        s +
        15.90562251262117) *
        s -
      1.1833162112133
    return (w + w * ((s * top) / bottom)) * SQRT_2PI
  }
  if (p > 0.5)
    return p < 1 ? -tailQuantile(Math.sqrt(-2 * Math.log(1 - p))) : p > 1 ? NaN : Infinity
  return p > 0 ? tailQuantile(Math.sqrt(-2 * Math.log(p))) : p === 0 ? -Infinity : NaN
}

/** Φ⁻¹(eʸ), also where eʸ underflows or is next to 1. NaN for y > 0. */
export function normalQuantileOfLog(y: number): number {
  if (y < -2) return y === -Infinity ? y : tailQuantile(Math.SQRT2 * Math.sqrt(-y))
  if (y > -0.14541345786885906) return -normalQuantile(-Math.expm1(y))
  return normalQuantile(Math.exp(y))
}

/** −(z − ln z / z − P(1/z)/(z Q(1/z))) with z = √(−2 ln p), for p up to exp(−2). */
function tailQuantile(z: number): number {
  const s = 1 / z
  const near = z < 8
  const correction = polynomial(s, near ? NEAR_P : FAR_P) / polynomial(s, near ? NEAR_Q : FAR_Q)
  return Math.log(z) / z - z + s * correction
}

/** erf(x) for |x| ≤ 1. */
function erf(x: number): number {
  const s = x * x
  return (x * polynomial(s, ERF_P)) / polynomial(s, ERF_Q)
}

/** ln(Φ(x) / exp(−x²/2)) = ln((1 − 1/x² (1 − 3/x² (1 − 5/x² …))) / (−x √(2π))) for x far to the left. */
function logTailFactor(x: number): number {
  const s = 1 / x / x
  let series = 1
  for (let k = 39; k > 0; k -= 2) series = 1 - k * s * series
  return Math.log(series) - Math.log(-x * SQRT_2PI)
}

/** Σ c[i] x^(n−1−i), by Horner's rule. */
function polynomial(x: number, coefficients: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < coefficients.length; i++) sum = sum * x + coefficients[i]!
  return sum
}

/** erf(x)/x as P/Q in x², |x| ≤ 1. */
const ERF_P = [
  9.604973739870516, 90.02601972038427, 2232.005345946843, 7003.325141128051, 55592.30130103949,
]
const ERF_Q = [
  1, 33.56171416475031, 521.3579497801527, 4594.323829709801, 22629.000061389095, 49267.39426086359,
]

/** erfc(x) exp(x²) as P/Q in x, 1 ≤ x < 8. */
const ERFC_P = [
  2.461969814735305e-10, 0.5641895648310689, 7.463210564422699, 48.63719709856814,
  196.5208329560771, 526.4451949954773, 934.5285271719576, 1027.5518868951572, 557.5353353693994,
]
const ERFC_Q = [
  1, 13.228195115474499, 86.70721408859897, 354.9377788878199, 975.7085017432055,
  1823.9091668790973, 2246.3376081871097, 1656.6630919416134, 557.5353408177277,
]

/** The tails of Φ⁻¹ for 2 ≤ √(−2 ln p) < 8. */
const NEAR_P = [
  4.0554489230596245, 31.525109459989388, 57.16281922464213, 44.08050738932008, 14.684956192885803,
  2.1866330685079025, -0.1402560791713545, -0.03504246268278482, -0.0008574567851546854,
]
const NEAR_Q = [
  1, 15.779988325646675, 45.39076351288792, 41.3172038254672, 15.04253856929075, 2.504649462083094,
  -0.14218292285478779, -0.03808064076915783, -0.0009332594808954574,
]

/** The tails of Φ⁻¹ for √(−2 ln p) ≥ 8. */
const FAR_P = [
  3.2377489177694603, 6.915228890689842, 3.9388102529247444, 1.3330346081580755,
  0.20148538954917908, 0.012371663481782003, 0.00030158155350823543, 2.6580697468673755e-6,
  6.239745391849833e-9,
]
const FAR_Q = [
  1, 6.02427039364742, 3.6798356385616087, 1.3770209948908132, 0.21623699359449663,
  0.013420400608854318, 0.00032801446468212774, 2.8924786474538068e-6, 6.790194080099813e-9,
]
