/**
 * Milliseconds that the main deflection of a beat lasts at half its height.
 *
 * The deflection is the largest |value| within 0.1 s of the R peak; from there left and right until the signal has fallen
 * to half.
 */
export function widthAtHalfHeight(signal, samplingRate, peak) {
  const reach = Math.round(0.1 * samplingRate)
  let top = peak
  for (let i = Math.max(0, peak - reach); i < Math.min(signal.length, peak + reach); i++) {
    if (Math.abs(signal[i]) > Math.abs(signal[top])) top = i
  }
  const sign = Math.sign(signal[top])
  const half = Math.abs(signal[top]) / 2
  let left = top
  let right = top
  while (left > 0 && sign * signal[left] > half) left--
  while (right < signal.length - 1 && sign * signal[right] > half) right++
  return (1000 * (right - left)) / samplingRate
}
