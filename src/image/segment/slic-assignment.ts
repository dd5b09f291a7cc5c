/**
 * One round of SLIC's assignment: each pixel to the nearest centre whose window holds it, of equally near ones the first.
 *
 * 1. The distance to the centre of the round before, where its window still holds the pixel, is a bound for all others.
 *    A tile whose pixels all had one centre need not look at it again.
 * 2. The largest bound in each tile of 8 × 8 pixels: a centre that is farther from the rectangle of the tile and the box of
 *    its colours has no pixel in it.
 * 3. Else pixel by pixel. Rounding never turns the smaller of two sums of squares into the larger, if both are formed in the
 *    same order; so nothing is left out that a full search would have found.
 */

/** The centres and what is being clustered. */
export interface Clusters {
  /** Colours, one plane (height × width) each; three or four. */
  readonly planes: readonly Float64Array[]
  readonly width: number
  readonly height: number
  /** (centres, fields): row, column, colours; NaN for a centre that has lost all its pixels, which takes part no more. */
  readonly means: Float64Array
  readonly fields: number
  /** How far a centre's window reaches up and down. */
  readonly reachY: number
  /** How far it reaches to the left and right. */
  readonly reachX: number
  /** Box of each tile's colours, from `tileBoxes`. */
  readonly boxes: Float64Array
  /** What a squared pixel counts: distance² = weight (dy² + dx²) + Σ colour². */
  readonly weight: number
}

const TILE = 8

/** Least and largest colour of each tile, (tiles down × tiles across, planes × 2). */
export function tileBoxes(
  planes: readonly Float64Array[],
  width: number,
  height: number,
): Float64Array {
  const across = Math.ceil(width / TILE)
  const size = 2 * planes.length
  const boxes = new Float64Array(across * Math.ceil(height / TILE) * size)
  for (let i = 0; i < boxes.length; i += 2) {
    boxes[i] = Number.POSITIVE_INFINITY
    boxes[i + 1] = Number.NEGATIVE_INFINITY
  }
  planes.forEach((plane, c) => {
    for (let y = 0, i = 0; y < height; y++) {
      const row = Math.floor(y / TILE) * across
      for (let x = 0; x < width; x++, i++) {
        const at = (row + ((x / TILE) | 0)) * size + 2 * c
        const colour = plane[i]!
        if (colour < boxes[at]!) boxes[at] = colour
        if (colour > boxes[at + 1]!) boxes[at + 1] = colour
      }
    }
  })
  return boxes
}

/**
 * Writes each pixel's centre to `labels` and its squared distance to `nearest`, both (height × width). Where no window
 * holds a pixel its label stays what it was.
 *
 * @param labels those of the round before or any guess, −1 for none.
 */
export function assignPixels(labels: Int32Array, nearest: Float64Array, clusters: Clusters): void {
  const { means, fields } = clusters
  const centres = means.length / fields
  const windows = new Int32Array(centres * 4)
  for (let k = 0; k < centres; k++) windowInto(windows, k, clusters)
  boundByPrevious(labels, nearest, windows, clusters)
  const tiles = surveyTiles(labels, nearest, clusters)
  for (let k = 0; k < centres; k++) assignWindow(labels, nearest, tiles, windows, k, clusters)
}

/** Rows top … bottom − 1 and columns left … right − 1 of centre k's window; none where the centre is NaN. */
function windowInto(windows: Int32Array, k: number, clusters: Clusters): void {
  const { width, height, means, fields, reachY, reachX } = clusters
  const y0 = means[k * fields]!
  const x0 = means[k * fields + 1]!
  if (Number.isNaN(y0)) return
  windows[k * 4] = Math.max(y0 - reachY, 0)
  windows[k * 4 + 1] = Math.min(y0 + reachY + 1, height)
  windows[k * 4 + 2] = Math.max(x0 - reachX, 0)
  windows[k * 4 + 3] = Math.min(x0 + reachX + 1, width)
}

function boundByPrevious(
  labels: Int32Array,
  nearest: Float64Array,
  windows: Int32Array,
  clusters: Clusters,
): void {
  const { width, height, means, fields, weight } = clusters
  const [p0, p1, p2, p3] = clusters.planes as FourPlanes
  // Neighbours mostly share a centre: what belongs to it is read anew only where it changes.
  let last = -1
  let top = 0
  let bottom = 0
  let left = 0
  let right = 0
  let y0 = 0
  let x0 = 0
  let c0 = 0
  let c1 = 0
  let c2 = 0
  let c3 = 0
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const k = labels[i]!
      if (k !== last && k >= 0) {
        last = k
        top = windows[k * 4]!
        bottom = windows[k * 4 + 1]!
        left = windows[k * 4 + 2]!
        right = windows[k * 4 + 3]!
        const at = k * fields
        y0 = means[at]!
        x0 = means[at + 1]!
        c0 = means[at + 2]!
        c1 = means[at + 3]!
        c2 = means[at + 4]!
        c3 = p3 === undefined ? 0 : means[at + 5]!
      }
      if (k < 0 || y < top || y >= bottom || x < left || x >= right) {
        nearest[i] = Number.POSITIVE_INFINITY
        continue
      }
      const away = ((y0 - y) * (y0 - y) + (x0 - x) * (x0 - x)) * weight
      const d0 = p0[i]! - c0
      const d1 = p1[i]! - c1
      const d2 = p2[i]! - c2
      const d3 = p3 === undefined ? 0 : p3[i]! - c3
      nearest[i] = away + (d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3)
    }
  }
}

/** What is known of each tile before a round, (tiles down × tiles across). */
interface Tiles {
  /** The largest bound of its pixels. */
  readonly bounds: Float64Array
  /** The centre whose pixels they all were, −1 where there were several: it has nothing to add. */
  readonly owners: Int32Array
}

function surveyTiles(labels: Int32Array, nearest: Float64Array, clusters: Clusters): Tiles {
  const { width, height } = clusters
  const across = Math.ceil(width / TILE)
  const n = across * Math.ceil(height / TILE)
  const bounds = new Float64Array(n)
  const owners = new Int32Array(n)
  for (let tile = 0; tile < n; tile++) {
    const top = Math.floor(tile / across) * TILE
    const left = (tile % across) * TILE
    const bottom = Math.min(top + TILE, height)
    const right = Math.min(left + TILE, width)
    let owner = labels[top * width + left]!
    let bound = 0
    for (let y = top; y < bottom; y++) {
      for (let i = y * width + left; i < y * width + right; i++) {
        if (nearest[i]! > bound) bound = nearest[i]!
        if (labels[i] !== owner) owner = -1
      }
    }
    bounds[tile] = bound
    owners[tile] = bound < Number.POSITIVE_INFINITY ? owner : -1
  }
  return { bounds, owners }
}

/** Gives centre k the pixels of its window that are nearer to it than to what they have. */
function assignWindow(
  labels: Int32Array,
  nearest: Float64Array,
  { bounds, owners }: Tiles,
  windows: Int32Array,
  k: number,
  clusters: Clusters,
): void {
  const { width, means, fields, weight, boxes } = clusters
  const [p0, p1, p2, p3] = clusters.planes as FourPlanes
  const at = k * fields
  const y0 = means[at]!
  const x0 = means[at + 1]!
  const c0 = means[at + 2]!
  const c1 = means[at + 3]!
  const c2 = means[at + 4]!
  const c3 = p3 === undefined ? 0 : means[at + 5]!
  const top = windows[k * 4]!
  const bottom = windows[k * 4 + 1]!
  const left = windows[k * 4 + 2]!
  const right = windows[k * 4 + 3]!
  const across = Math.ceil(width / TILE)
  for (let tileTop = top - (top % TILE); tileTop < bottom; tileTop += TILE) {
    const yFirst = Math.max(tileTop, top)
    const yEnd = Math.min(tileTop + TILE, bottom)
    const gapY = Math.max(yFirst - y0, y0 - (yEnd - 1), 0)
    for (let tileLeft = left - (left % TILE); tileLeft < right; tileLeft += TILE) {
      const xFirst = Math.max(tileLeft, left)
      const xEnd = Math.min(tileLeft + TILE, right)
      const gapX = Math.max(xFirst - x0, x0 - (xEnd - 1), 0)
      const tile = ((tileTop / TILE) | 0) * across + ((tileLeft / TILE) | 0)
      const bound = bounds[tile]!
      const gap = (gapY * gapY + gapX * gapX) * weight
      if (gap > bound || owners[tile] === k) continue
      const box = tile * (p3 === undefined ? 6 : 8)
      const g0 = Math.max(boxes[box]! - c0, c0 - boxes[box + 1]!, 0)
      const g1 = Math.max(boxes[box + 2]! - c1, c1 - boxes[box + 3]!, 0)
      const g2 = Math.max(boxes[box + 4]! - c2, c2 - boxes[box + 5]!, 0)
      if (gap + (g0 * g0 + g1 * g1 + g2 * g2) > bound) continue
      for (let y = yFirst; y < yEnd; y++) {
        const dy = (y0 - y) * (y0 - y)
        for (let x = xFirst, i = y * width + xFirst; x < xEnd; x++, i++) {
          const best = nearest[i]!
          const away = (dy + (x0 - x) * (x0 - x)) * weight
          const d0 = p0[i]! - c0
          const d1 = p1[i]! - c1
          const d2 = p2[i]! - c2
          const d3 = p3 === undefined ? 0 : p3[i]! - c3
          const distance = away + (d0 * d0 + d1 * d1 + d2 * d2 + d3 * d3)
          if (distance <= best && (distance < best || k < labels[i]!)) {
            nearest[i] = distance
            labels[i] = k
          }
        }
      }
    }
  }
}

type FourPlanes = readonly [Float64Array, Float64Array, Float64Array, Float64Array | undefined]
