/**
 * One round of SLIC's assignment: each pixel to the nearest centre whose window holds it, of equally near ones the first.
 *
 * 1. The distance to the centre of the round before, where its window still holds the pixel, is a bound for all others.
 *    A tile whose pixels all had one centre need not look at it again.
 * 2. The largest bound in each tile of 8 × 8 pixels: a centre that is farther from the rectangle of the tile and the box of
 *    its colours has no pixel in it.
 * 3. Else pixel by pixel. Rounding never turns the smaller of two sums of squares into the larger, if both are formed in the
 *    same order; so nothing is left out that a full search would have found.
 *
 * The innermost steps, and the memory they work in, are `slic-board.ts`.
 */
import type { Slices } from '../../contract/slices.ts'
import { RECORD, type SlicBoard, TILE } from './slic-board.ts'

/** Least and largest colour of each tile, (tiles down × tiles across, planes × 2). */
export function tileBoxes(
  planes: readonly Float64Array[],
  width: number,
  height: number,
): Float64Array {
  const across = Math.ceil(width / TILE)
  const size = 2 * planes.length
  const boxes = new Float64Array(across * Math.ceil(height / TILE) * size)
  planes.forEach((plane, c) => {
    for (let tile = 0, at = 2 * c; at < boxes.length; tile++, at += size) {
      const top = Math.floor(tile / across) * TILE
      const left = (tile % across) * TILE
      const bottom = Math.min(top + TILE, height)
      const right = Math.min(left + TILE, width)
      let least = Number.POSITIVE_INFINITY
      let most = Number.NEGATIVE_INFINITY
      for (let y = top; y < bottom; y++) {
        for (let i = y * width + left; i < y * width + right; i++) {
          const colour = plane[i]!
          if (colour < least) least = colour
          if (colour > most) most = colour
        }
      }
      boxes[at] = least
      boxes[at + 1] = most
    }
  })
  return boxes
}

/**
 * Gives each pixel of the board its centre, and the squared distance to it. Where no window holds a pixel its label stays
 * what it was, and its distance is ∞. A centre that is NaN takes no part.
 *
 * @param boxes of the tiles' colours, as `tileBoxes` gives them.
 * @param reachY how far a centre's window reaches up and down.
 * @param reachX how far it reaches to the left and right.
 */
export function* assignPixels(
  board: SlicBoard,
  boxes: Float64Array,
  reachY: number,
  reachX: number,
): Slices<void> {
  const { width, height, stride, across, centres } = board
  for (let at = 0; at < centres.length; at += RECORD) windowInto(board, at, reachY, reachX)
  for (let y = 0, tile = 0; y < height; y += TILE) {
    yield
    const rows = Math.min(TILE, height - y)
    for (let x = 0; x < width; x += TILE, tile++) board.bound(y * stride + x, rows, y, x, tile)
  }
  for (let k = 0; k < centres.length / RECORD; k++) {
    yield
    assignWindow(board, boxes, k, across)
  }
}

/** Rows top … bottom − 1 and columns left … right − 1 of a centre's window; none where the centre is NaN. */
function windowInto(
  { width, height, centres }: SlicBoard,
  at: number,
  reachY: number,
  reachX: number,
): void {
  const y0 = centres[at]!
  const x0 = centres[at + 1]!
  const lost = Number.isNaN(y0)
  centres[at + 2] = lost ? 0 : Math.trunc(Math.max(y0 - reachY, 0))
  centres[at + 3] = lost ? 0 : Math.trunc(Math.min(y0 + reachY + 1, height))
  centres[at + 4] = lost ? 0 : Math.trunc(Math.max(x0 - reachX, 0))
  centres[at + 5] = lost ? 0 : Math.trunc(Math.min(x0 + reachX + 1, width))
}

/** Gives centre k the pixels of its window that are nearer to it than to what they have. */
function assignWindow(board: SlicBoard, boxes: Float64Array, k: number, across: number): void {
  const { stride, centres, bounds, owners, weight } = board
  const four = board.planes.length === 4
  const at = k * RECORD
  const y0 = centres[at]!
  const x0 = centres[at + 1]!
  const top = centres[at + 2]!
  const bottom = centres[at + 3]!
  const left = centres[at + 4]!
  const right = centres[at + 5]!
  const c0 = centres[at + 6]!
  const c1 = centres[at + 7]!
  const c2 = centres[at + 8]!
  const c3 = centres[at + 9]!
  for (let tileTop = top - (top % TILE); tileTop < bottom; tileTop += TILE) {
    const yFirst = Math.max(tileTop, top)
    const yEnd = Math.min(tileTop + TILE, bottom)
    const gapY = Math.max(yFirst - y0, y0 - (yEnd - 1), 0)
    for (let tileLeft = left - (left % TILE); tileLeft < right; tileLeft += TILE) {
      const xFirst = Math.max(tileLeft, left)
      const xEnd = Math.min(tileLeft + TILE, right)
      const gapX = Math.max(xFirst - x0, x0 - (xEnd - 1), 0)
      const tile = (tileTop / TILE) * across + tileLeft / TILE
      const bound = bounds[2 * tile]!
      const gap = (gapY * gapY + gapX * gapX) * weight
      if (gap > bound || owners[4 * tile + 2] === k) continue
      const box = tile * (four ? 8 : 6)
      const g0 = Math.max(boxes[box]! - c0, c0 - boxes[box + 1]!, 0)
      const g1 = Math.max(boxes[box + 2]! - c1, c1 - boxes[box + 3]!, 0)
      const g2 = Math.max(boxes[box + 4]! - c2, c2 - boxes[box + 5]!, 0)
      const g3 = four ? Math.max(boxes[box + 6]! - c3, c3 - boxes[box + 7]!, 0) : 0
      if (gap + (g0 * g0 + g1 * g1 + g2 * g2 + g3 * g3) > bound) continue
      board.assign(yFirst * stride + tileLeft, yEnd - yFirst, yFirst, tileLeft, k)
    }
  }
}
