/** Numbers and durations as the page writes them. */

const count = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** A whole number with separators: 1,204. */
export function countText(value: number): string {
  return count.format(value)
}

/** Three significant digits, with a true minus sign. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  const text =
    size !== 0 && (size < 0.001 || size >= 1e6)
      ? value.toExponential(2)
      : String(Number(value.toPrecision(3)))
  return text.replace('-', '−')
}

/** A probability as a percentage, a predicted value as a number. */
export function outputText(value: number, task: string): string {
  return task === 'classification' ? `${numberText(100 * value)} %` : numberText(value)
}

/** A difference with its sign; of probabilities in percentage points. */
export function differenceText(value: number, task: string): string {
  const shown = task === 'classification' ? 100 * value : value
  const rounded = Number(shown.toPrecision(2))
  const sign = rounded > 0 ? '+' : ''
  return `${sign}${numberText(rounded)}${task === 'classification' ? ' points' : ''}`
}

/** How long something still takes, for a person: `3 s left`. */
export function timeLeftText(seconds: number | null): string {
  if (seconds === null) return ''
  if (seconds < 1) return 'less than a second left'
  if (seconds < 90) return `${Math.round(seconds)} s left`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min left`
  return `${Math.round(seconds / 3600)} h left`
}
