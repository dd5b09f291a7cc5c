/**
 * Greedy cover in near-linear time: the lazy greedy algorithm (Minoux 1978) for the pick of `submodular-pick.ts`.
 *
 * 1. What an instance would add, the importance of its features that are not yet covered, only shrinks as others are
 *    picked. So an old value bounds the new one from above.
 * 2. A heap holds instances by their last known gain. The first is measured again; if it still is the first, it is the
 *    best of all. Few are measured more than once.
 *
 * Of equal gains the last instance wins, as with Python LIME's plain greedy.
 */

/** Instances by their features: those of instance i stand at `offsets[i] … offsets[i + 1] − 1` of `features`. */
export interface Incidence {
  /** (n + 1). */
  readonly offsets: ArrayLike<number>
  /** Ids of features with a weight other than 0. */
  readonly features: ArrayLike<number>
  /** Importance of each feature, ≥ 0. */
  readonly importance: ArrayLike<number>
}

/** Up to `count` instances in the order of picking; `covered` says which features they touch. */
export function lazyPick(
  { offsets, features, importance }: Incidence,
  count: number,
): { readonly picked: number[]; readonly covered: Uint8Array } {
  const n = offsets.length - 1
  const covered = new Uint8Array(importance.length)
  const gainOf = (i: number): number => {
    let gain = 0
    for (let k = offsets[i]!; k < offsets[i + 1]!; k++) {
      const f = features[k]!
      if (!covered[f]) gain += importance[f]!
    }
    return gain
  }
  const gains = Float64Array.from({ length: n }, (_, i) => gainOf(i))
  const heap = Int32Array.from({ length: n }, (_, i) => i)
  let size = n
  const before = (a: number, b: number) => gains[a]! > gains[b]! || (gains[a] === gains[b] && a > b)
  const sink = (start: number): void => {
    const moved = heap[start]!
    let at = start
    for (let child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && before(heap[child + 1]!, heap[child]!)) child++
      if (!before(heap[child]!, moved)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = moved
  }
  for (let i = (size >> 1) - 1; i >= 0; i--) sink(i)
  const picked: number[] = []
  while (picked.length < count && size > 0) {
    const first = heap[0]!
    const gain = gainOf(first)
    if (gain < gains[first]!) {
      gains[first] = gain
      sink(0)
      continue
    }
    picked.push(first)
    for (let k = offsets[first]!; k < offsets[first + 1]!; k++) covered[features[k]!] = 1
    heap[0] = heap[--size]!
    if (size > 0) sink(0)
  }
  return { picked, covered }
}
