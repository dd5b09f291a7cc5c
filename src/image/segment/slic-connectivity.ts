/**
 * The last step of SLIC: segments in one piece, neither tiny nor huge, as scikit-image does it.
 *
 * 1. In raster order, each pixel without a new label starts a piece: a breadth-first search over equal old labels
 *    (right, left, down, up) that stops at `largest` pixels, so that what is left of a huge piece becomes another.
 * 2. A piece smaller than `smallest` takes the new label that the search met last; where it met none, as in the first
 *    corner, it shares its label with the next piece.
 */

/**
 * New labels from 0 on; pixels of old label −1 stay −1.
 *
 * @param labels old labels, (height × width).
 * @param smallest pixels of the smallest piece that is left alone.
 * @param largest pixels of the largest piece, at least 1.
 */
export function enforceConnectivity(
  labels: Int32Array,
  width: number,
  height: number,
  smallest: number,
  largest: number,
): Int32Array {
  const out = new Int32Array(labels.length).fill(-1)
  const piece = new Int32Array(Math.min(largest, labels.length))
  let fresh = 0
  for (let first = 0; first < labels.length; first++) {
    const label = labels[first]!
    if (label < 0 || out[first]! >= 0) continue
    let adjacent = fresh
    let size = 1
    piece[0] = first
    out[first] = fresh
    for (let visited = 0; visited < size && size < largest; visited++) {
      const i = piece[visited]!
      const x = i % width
      for (let side = 0; side < 4 && size < largest; side++) {
        const j = neighbour(side, i, x)
        if (j < 0) continue
        if (labels[j] === label && out[j] === -1) {
          out[j] = fresh
          piece[size++] = j
        } else if (out[j]! >= 0 && out[j] !== fresh) {
          adjacent = out[j]!
        }
      }
    }
    if (size < smallest) for (let i = 0; i < size; i++) out[piece[i]!] = adjacent
    else fresh++
  }
  return out

  /** The pixel right, left, below or above, −1 where there is none. */
  function neighbour(side: number, i: number, x: number): number {
    if (side === 0) return x + 1 < width ? i + 1 : -1
    if (side === 1) return x > 0 ? i - 1 : -1
    if (side === 2) return i + width < width * height ? i + width : -1
    return i - width
  }
}
