/**
 * Sums as NumPy makes them: pairwise in blocks of 128 with eight running sums.
 *
 * The rounding error grows with log n instead of n, and a mean of equal values is that value to the same bit as in
 * NumPy. Where Python LIME's answer depends on such bits (a bin that holds one value), ours must have the same.
 */

const BLOCK = 128

/** Sum of `values[from … from + n)`. */
export function pairwiseSum(values: Float64Array, from = 0, n = values.length - from): number {
  if (n < 8) {
    let sum = 0
    for (let i = from; i < from + n; i++) sum += values[i]!
    return sum
  }
  if (n > BLOCK) {
    const half = (n >> 1) - ((n >> 1) % 8)
    return pairwiseSum(values, from, half) + pairwiseSum(values, from + half, n - half)
  }
  let [r0, r1, r2, r3, r4, r5, r6, r7] = values.subarray(from, from + 8) as unknown as Eight
  const whole = from + n - (n % 8)
  for (let i = from + 8; i < whole; i += 8) {
    r0 += values[i]!
    r1 += values[i + 1]!
    r2 += values[i + 2]!
    r3 += values[i + 3]!
    r4 += values[i + 4]!
    r5 += values[i + 5]!
    r6 += values[i + 6]!
    r7 += values[i + 7]!
  }
  let sum = r0 + r1 + (r2 + r3) + (r4 + r5 + (r6 + r7))
  for (let i = whole; i < from + n; i++) sum += values[i]!
  return sum
}

type Eight = [number, number, number, number, number, number, number, number]

/** Mean and population standard deviation, as `numpy.mean` and `numpy.std` round them; 0 and 0 of no values. */
export function meanAndDeviation(values: Float64Array): { mean: number; std: number } {
  const n = values.length
  if (n === 0) return { mean: 0, std: 0 }
  const mean = pairwiseSum(values) / n
  const squares = values.map((value) => (value - mean) ** 2)
  return { mean, std: Math.sqrt(pairwiseSum(squares) / n) }
}
