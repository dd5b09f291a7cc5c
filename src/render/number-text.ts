/**
 * Numbers as a person reads them, the same on every machine (no locale): a real minus sign, thousands in groups from five
 * digits on, a no-break space before the per cent sign. What is not finite reads `n/a`.
 */

const MINUS = '\u2212'
const NO_BREAK_SPACE = '\u00a0'

/** `value` with at most `digits` significant digits; with an exponent below 0.0001 and from ten million on. */
export function formatNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return 'n/a'
  const size = Math.abs(value)
  if (size === 0) return '0'
  const text =
    size < 1e-4 || size >= 1e7
      ? value
          .toExponential(digits - 2)
          .replace(/\.?0+e/, 'e')
          .replace('e+', 'e')
      : size >= 10 ** (digits - 1)
        ? grouped(String(size < 1e5 ? Math.round(value * 10) / 10 : Math.round(value)))
        : String(Number(value.toPrecision(digits)))
  return text.replaceAll('-', MINUS)
}

/** A whole number with its thousands in groups; fractions keep one decimal below 100. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return 'n/a'
  const rounded = Math.abs(value) < 100 ? Math.round(value * 10) / 10 : Math.round(value)
  return grouped(String(rounded)).replace('-', MINUS)
}

/** A fraction as per cent with `decimals`; what is not quite nothing or everything says so: `<0.1 %`, `>99.9 %`. */
export function formatPercent(fraction: number, decimals = 0): string {
  if (!Number.isFinite(fraction)) return 'n/a'
  const unit = 10 ** -decimals
  const percent = 100 * fraction
  const shown = percent.toFixed(decimals)
  const text =
    percent > 0 && Number(shown) === 0
      ? `<${unit.toFixed(decimals)}`
      : percent < 100 && Number(shown) === 100
        ? `>${(100 - unit).toFixed(decimals)}`
        : shown.replace('-', MINUS)
  return `${text}${NO_BREAK_SPACE}%`
}

/** Decimals that give the largest of `weights` three significant digits, so that a column of them lines up. */
export function weightDecimals(weights: readonly number[]): number {
  const largest = weights.reduce(
    (most, w) => (Number.isFinite(w) ? Math.max(most, Math.abs(w)) : most),
    0,
  )
  if (largest === 0) return 2
  return Math.min(12, Math.max(0, 2 - Math.floor(Math.log10(largest))))
}

/** A weight with its sign, `+0.124`; zero has none; with an exponent where it would need more than six decimals. */
export function formatWeight(weight: number, decimals = weightDecimals([weight])): string {
  if (!Number.isFinite(weight)) return 'n/a'
  if (weight === 0) return '0'
  const size = Math.abs(weight)
  const text =
    decimals > 6 || size >= 1e7
      ? size.toExponential(2).replace('e+', 'e')
      : grouped(size.toFixed(decimals))
  return (weight < 0 ? MINUS : '+') + text.replace('-', MINUS)
}

/** A length of time: `0.8 s`, `12 ms`, `3 min 20 s`. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'n/a'
  if (seconds < 0.0995) {
    const milliseconds = Math.max(0, seconds * 1000)
    return `${milliseconds < 10 ? formatNumber(milliseconds, 2) : Math.round(milliseconds)}${NO_BREAK_SPACE}ms`
  }
  if (seconds < 59.95) return `${seconds.toFixed(1)}${NO_BREAK_SPACE}s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}${NO_BREAK_SPACE}min ${whole % 60}${NO_BREAK_SPACE}s`
}

/** Commas between thousands, in numbers of five digits and more, so that years stay years. */
function grouped(text: string): string {
  const [whole, fraction] = text.split('.')
  if (whole!.replace('-', '').length < 5) return text
  const groups = whole!.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? groups : `${groups}.${fraction}`
}
