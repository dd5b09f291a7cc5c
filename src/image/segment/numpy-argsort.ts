/**
 * NumPy's default `argsort` of doubles, ties and all.
 *
 * The order of equal keys decides which segments Felzenszwalb's method joins first, and pictures of bytes are full of
 * equal differences; so the very sequence of exchanges matters. NumPy (before its AVX-512 version) sorts by introsort
 * (D. R. Musser 1997): quicksort with the median of the first, middle and last key, the larger part put off,
 * insertion sort for parts of up to 16 keys, and heapsort where 2 ⌊log₂ n⌋ partitions deep were not enough.
 */
import type { Slices } from '../../contract/slices.ts'

/** Parts between two pauses, and how large one is for a pause of its own. */
const BLOCK = 512
const LARGE = 65_536

/** Parts not larger than this (last index − first) are sorted by insertion. */
const SMALL = 15

/**
 * Sorts `keys` (no NaN) in place, ascending, and gives `order` the same exchanges: with `order` = 0…n−1 before,
 * it is NumPy's `argsort(keys)` after.
 */
export function* sortWithOrder(keys: Float64Array, order: Int32Array): Slices<void> {
  const pending: number[] = []
  let low = 0
  let high = keys.length - 1
  let depth = 2 * (31 - Math.clz32(Math.max(1, keys.length)))
  for (let steps = 1; ; steps++) {
    if (steps % BLOCK === 0) yield
    if (depth < 0) {
      heapSort(keys, order, low, high - low + 1)
    } else {
      while (high - low > SMALL) {
        if (high - low > LARGE) yield
        const cut = partition(keys, order, low, high)
        depth--
        if (cut - low < high - cut) {
          pending.push(cut + 1, high, depth)
          high = cut - 1
        } else {
          pending.push(low, cut - 1, depth)
          low = cut + 1
        }
      }
      insertionSort(keys, order, low, high)
    }
    if (pending.length === 0) return
    depth = pending.pop()!
    high = pending.pop()!
    low = pending.pop()!
  }
}

/** Splits low…high at the median of three and gives the index where that key came to stand. */
function partition(keys: Float64Array, order: Int32Array, low: number, high: number): number {
  const middle = low + ((high - low) >> 1)
  if (keys[middle]! < keys[low]!) swap(keys, order, middle, low)
  if (keys[high]! < keys[middle]!) swap(keys, order, high, middle)
  if (keys[middle]! < keys[low]!) swap(keys, order, middle, low)
  const pivot = keys[middle]!
  let i = low
  let j = high - 1
  swap(keys, order, middle, j)
  for (;;) {
    do i++
    while (keys[i]! < pivot)
    do j--
    while (pivot < keys[j]!)
    if (i >= j) break
    swap(keys, order, i, j)
  }
  swap(keys, order, i, high - 1)
  return i
}

function insertionSort(keys: Float64Array, order: Int32Array, low: number, high: number): void {
  for (let i = low + 1; i <= high; i++) {
    const key = keys[i]!
    const item = order[i]!
    let j = i
    for (; j > low && key < keys[j - 1]!; j--) {
      keys[j] = keys[j - 1]!
      order[j] = order[j - 1]!
    }
    keys[j] = key
    order[j] = item
  }
}

/** Heapsort of `n` keys from `start` on; the heap counts from 1, so element i stands at `before + i`. */
function heapSort(keys: Float64Array, order: Int32Array, start: number, n: number): void {
  const before = start - 1
  const siftDown = (root: number, size: number, key: number, item: number): void => {
    let i = root
    for (let j = 2 * i; j <= size; j = 2 * i) {
      if (j < size && keys[before + j]! < keys[before + j + 1]!) j++
      if (!(key < keys[before + j]!)) break
      keys[before + i] = keys[before + j]!
      order[before + i] = order[before + j]!
      i = j
    }
    keys[before + i] = key
    order[before + i] = item
  }
  for (let root = n >> 1; root > 0; root--) {
    siftDown(root, n, keys[before + root]!, order[before + root]!)
  }
  for (let size = n; size > 1; size--) {
    const key = keys[before + size]!
    const item = order[before + size]!
    keys[before + size] = keys[before + 1]!
    order[before + size] = order[before + 1]!
    siftDown(1, size - 1, key, item)
  }
}

function swap(keys: Float64Array, order: Int32Array, i: number, j: number): void {
  const key = keys[i]!
  keys[i] = keys[j]!
  keys[j] = key
  const item = order[i]!
  order[i] = order[j]!
  order[j] = item
}
