/**
 * The values of an array in another order of its axes, as NumPy's `transpose` gives them.
 *
 * Axis i of the result is axis `order[i]` of `values`. Walks the result in order and the source by strides.
 */

/** A fresh array: `values` of `shape`, with the axes in `order`. */
export function transposed(
  values: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): Float32Array {
  const rank = shape.length
  const strides = new Array<number>(rank)
  for (let axis = rank - 1, stride = 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis]!
  }
  const sizes = order.map((axis) => shape[axis]!)
  const steps = order.map((axis) => strides[axis]!)
  const out = new Float32Array(values.length)
  const index = new Int32Array(rank)
  let from = 0
  for (let to = 0; to < out.length; to++) {
    out[to] = values[from]!
    for (let axis = rank - 1; axis >= 0; axis--) {
      from += steps[axis]!
      if (++index[axis]! < sizes[axis]!) break
      from -= steps[axis]! * sizes[axis]!
      index[axis] = 0
    }
  }
  return out
}
