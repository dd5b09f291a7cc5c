/** The smallest and the largest of at least one value; NaN is passed over. */
export function rangeOf(values: Float64Array): [low: number, high: number] {
  let low = values[0]!
  let high = low
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}
