/**
 * Names of bins: `n <= a`, `a < n <= b`, `n > b`.
 *
 * Python LIME prints every bound with two decimals, so that 0.0031 and 0.0042 read the same. Here a feature's bounds
 * get as many decimals, at least two, as tell them apart; whole numbers none; very large and very small ones an exponent.
 */
import { formatFixed } from '../math/python-format.ts'

/** Bounds as text, two decimals as Python's `%.2f` writes them. */
export function pythonBounds(cuts: readonly number[]): string[] {
  return cuts.map((cut) => formatFixed(cut, 2))
}

/** Bounds as text: whole numbers as they are, others with enough digits to tell each from its neighbours, and each from 0. */
export function tellingBounds(cuts: readonly number[]): string[] {
  if (cuts.every(Number.isSafeInteger)) return cuts.map(String)
  const gaps = cuts.map((cut, k) => (k === 0 ? Math.abs(cut) : cut - cuts[k - 1]!))
  const finest = Math.min(...gaps.filter((gap) => gap > 0))
  const decimals = Number.isFinite(finest) ? Math.max(2, Math.ceil(1 - Math.log10(finest))) : 2
  const largest = Math.max(...cuts.map(Math.abs))
  if (decimals > 8 || largest >= 1e15) {
    for (let digits = 3; digits <= 17; digits++) {
      const texts = cuts.map((cut) => cut.toPrecision(digits))
      const near = texts.every((text, k) => {
        const gap = Math.min(
          gaps[k] || Number.POSITIVE_INFINITY,
          gaps[k + 1] ?? Number.POSITIVE_INFINITY,
        )
        const off = Math.abs(Number(text) - cuts[k]!)
        return off === 0 || 2 * off < gap
      })
      if (near) return texts
    }
  }
  return cuts.map((cut) => formatFixed(cut, Math.min(decimals, 20)))
}

/** Names of the `cuts.length + 1` bins of a feature. */
export function binNames(name: string, bounds: readonly string[]): string[] {
  const last = bounds.length - 1
  return [
    `${name} <= ${bounds[0]}`,
    ...bounds.slice(0, -1).map((low, k) => `${low} < ${name} <= ${bounds[k + 1]}`),
    `${name} > ${bounds[last]}`,
  ]
}
