/**
 * Confidence bounds of a share by Kullback–Leibler divergence (Garivier, Cappé 2011; Kaufmann, Kalyanakrishnan 2013).
 *
 *     kl(p, q) = p ln(p / q) + (1 − p) ln((1 − p) / (1 − q))
 *     upper = max { q ≥ p : n kl(p, q) ≤ β },   lower = min { q ≤ p : n kl(p, q) ≤ β }
 *
 * β is the exploration rate: ln(k n_arms t^α / δ) + ln ln(…), with k = 405.5 and α = 1.1, so that all bounds of all arms
 * hold at once, at all rounds t, with probability 1 − δ (Kaufmann, Kalyanakrishnan 2013, theorem 1); for a single check
 * of one share β = ln(1 / δ) (Chernoff).
 */

const K1 = 405.5
const ALPHA = 1.1
/** Halvings of the interval: below 2⁻⁵² of it. */
const HALVINGS = 60

/** kl(p, q) in nats; 0 ln 0 = 0, and infinite where q rules out what p allows. */
export function klDivergence(p: number, q: number): number {
  const part = (a: number, b: number) => (a === 0 ? 0 : a * Math.log(a / b))
  return part(p, q) + part(1 - p, 1 - q)
}

/** The largest q with n kl(p, q) ≤ β: never below p. */
export function klUpper(p: number, n: number, beta: number): number {
  return bound(p, 1, n, beta)
}

/** The smallest q with n kl(p, q) ≤ β: never above p. */
export function klLower(p: number, n: number, beta: number): number {
  return bound(p, 0, n, beta)
}

/** The exploration rate of `arms` arms at round t ≥ 1. */
export function explorationRate(arms: number, t: number, delta: number): number {
  const rate = Math.log((K1 * arms * t ** ALPHA) / delta)
  return rate + Math.log(rate)
}

/** Bisection between p, which is inside, and `end`. */
function bound(p: number, end: number, n: number, beta: number): number {
  if (n === 0) return end
  const goal = beta / n
  if (klDivergence(p, end) <= goal) return end
  let inside = p
  let outside = end
  for (let k = 0; k < HALVINGS; k++) {
    const middle = (inside + outside) / 2
    if (klDivergence(p, middle) <= goal) inside = middle
    else outside = middle
  }
  return inside
}
