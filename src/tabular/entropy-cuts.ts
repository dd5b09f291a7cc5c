/**
 * Entropy discretisation: the thresholds of a depth-3 decision tree on one feature.
 *
 * What scikit-learn's `DecisionTreeClassifier(criterion='entropy', max_depth=3)` finds (REFERENCE: values as float32,
 * thresholds halfway in float64, neighbours closer than 1e-7 not split, the first best split wins, pure nodes stop).
 */

const MAX_DEPTH = 3
const CLOSEST = Math.fround(1e-7)

/** Ascending thresholds; the median of `values` where the tree has none. `classes` holds 0…K−1. */
export function entropyCuts(values: ArrayLike<number>, classes: Int32Array): number[] {
  const x = Float32Array.from(values)
  const order = Int32Array.from({ length: x.length }, (_, i) => i).sort((a, b) => x[a]! - x[b]!)
  const count = classes.reduce((most, one) => Math.max(most, one), 0) + 1
  const cuts: number[] = []
  split(x, classes, order, count, 0, cuts)
  return cuts.length > 0 ? cuts.sort((a, b) => a - b) : [median(values)]
}

function split(
  x: Float32Array,
  classes: Int32Array,
  order: Int32Array,
  count: number,
  depth: number,
  cuts: number[],
): void {
  const n = order.length
  if (depth === MAX_DEPTH || n < 2) return
  const total = new Float64Array(count)
  for (const i of order) total[classes[i]!]!++
  const impurity = entropy(total, n)
  if (impurity <= Number.EPSILON) return
  const left = new Float64Array(count)
  const right = total.slice()
  let best = Number.NEGATIVE_INFINITY
  let at = -1
  for (let p = 1; p < n; p++) {
    const moved = classes[order[p - 1]!]!
    left[moved]!++
    right[moved]!--
    if (x[order[p]!]! <= Math.fround(x[order[p - 1]!]! + CLOSEST)) continue
    const gain = -(n - p) * entropy(right, n - p) - p * entropy(left, p)
    if (gain > best) {
      best = gain
      at = p
    }
  }
  if (at < 0) return
  const above = x[order[at]!]!
  const below = x[order[at - 1]!]!
  const middle = above / 2 + below / 2
  cuts.push(middle === above || !Number.isFinite(middle) ? below : middle)
  split(x, classes, order.subarray(0, at), count, depth + 1, cuts)
  split(x, classes, order.subarray(at), count, depth + 1, cuts)
}

/** Base-2 entropy of class counts that sum to n. */
function entropy(counts: Float64Array, n: number): number {
  let sum = 0
  for (const count of counts) {
    if (count > 0) sum -= (count / n) * (Math.log(count / n) / Math.LN2)
  }
  return sum
}

function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort()
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
