/**
 * Outlines of an image's segments as SVG paths.
 *
 * 1. Runs `[label, length, …]` are laid out as a label map, raster order.
 * 2. A segment's outline is the chain of pixel edges with the segment on their right, closed into loops; edges in one
 *    direction are joined. Holes come out as loops of their own, which the even-odd rule leaves empty.
 * 3. The place for a segment's sign is the pixel farthest from its border (chessboard distance, two passes).
 */

/** A label map with the bounding box of each segment. */
export interface SegmentMap {
  readonly labels: Int32Array
  readonly width: number
  readonly height: number
  readonly boxes: ReadonlyMap<number, SegmentBox>
}

/** Pixels from (left, top) up to, not including, (right, bottom). */
export interface SegmentBox {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** The label map of `width` × `height` pixels from its runs; what the runs do not reach belongs to no segment (−1). */
export function segmentMap(runs: readonly number[], width: number, height: number): SegmentMap {
  const labels = new Int32Array(width * height).fill(-1)
  for (let i = 0, at = 0; i + 1 < runs.length; i += 2) {
    const length = Math.max(0, runs[i + 1]!)
    labels.fill(runs[i]!, at, at + length)
    at += length
  }
  const boxes = new Map<number, { left: number; top: number; right: number; bottom: number }>()
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const label = labels[at]!
      const box = boxes.get(label)
      if (box === undefined) boxes.set(label, { left: x, top: y, right: x + 1, bottom: y + 1 })
      else {
        if (x < box.left) box.left = x
        if (x >= box.right) box.right = x + 1
        if (y >= box.bottom) box.bottom = y + 1
      }
    }
  }
  return { labels, width, height, boxes }
}

/** The closed outline of one segment as path data; empty where the map has no such segment. */
export function outlinePath(map: SegmentMap, segment: number): string {
  const box = map.boxes.get(segment)
  if (box === undefined) return ''
  const edges = boundaryEdges(map, segment, box)
  const stride = map.width + 1
  let path = ''
  for (const start of edges.keys()) {
    while ((edges.get(start)?.length ?? 0) > 0) path += loop(edges, start, stride)
  }
  return path
}

/** The pixel of a segment that is farthest from its border, as the centre of that pixel and its distance in pixels. */
export function innermost(
  map: SegmentMap,
  segment: number,
): { readonly x: number; readonly y: number; readonly distance: number } | undefined {
  const box = map.boxes.get(segment)
  if (box === undefined) return undefined
  const columns = box.right - box.left + 2
  const rows = box.bottom - box.top + 2
  const distance = new Int32Array(columns * rows)
  for (let y = 1; y < rows - 1; y++) {
    for (let x = 1; x < columns - 1; x++) {
      if (map.labels[(box.top + y - 1) * map.width + box.left + x - 1] !== segment) continue
      const at = y * columns + x
      distance[at] =
        1 +
        Math.min(
          distance[at - 1]!,
          distance[at - columns - 1]!,
          distance[at - columns]!,
          distance[at - columns + 1]!,
        )
    }
  }
  let best = 0
  for (let at = columns * rows - columns - 1; at > columns; at--) {
    if (distance[at] === 0) continue
    const back = Math.min(
      distance[at + 1]!,
      distance[at + columns + 1]!,
      distance[at + columns]!,
      distance[at + columns - 1]!,
    )
    if (back + 1 < distance[at]!) distance[at] = back + 1
    if (distance[at]! > distance[best]!) best = at
  }
  return {
    x: box.left + (best % columns) - 0.5,
    y: box.top + Math.floor(best / columns) - 0.5,
    distance: distance[best]!,
  }
}

/** Borders between all segments as path data of straight pieces; undefined where there are more than `most` pieces. */
export function borderPath(map: SegmentMap, most = 40_000): string | undefined {
  const { labels, width, height } = map
  let path = ''
  let pieces = 0
  for (let y = 1; y < height && pieces <= most; y++) {
    for (let x = 0; x < width; x++) {
      const from = x
      while (x < width && labels[y * width + x] !== labels[(y - 1) * width + x]) x++
      if (x > from) {
        path += `M${from} ${y}h${x - from}`
        pieces++
      }
    }
  }
  for (let x = 1; x < width && pieces <= most; x++) {
    for (let y = 0; y < height; y++) {
      const from = y
      while (y < height && labels[y * width + x] !== labels[y * width + x - 1]) y++
      if (y > from) {
        path += `M${x} ${from}v${y - from}`
        pieces++
      }
    }
  }
  return pieces > most ? undefined : path
}

/** Unit edges by the corner they start from; corners are numbered row by row, `width + 1` to a row. */
function boundaryEdges(
  { labels, width, height }: SegmentMap,
  segment: number,
  box: SegmentBox,
): Map<number, number[]> {
  const edges = new Map<number, number[]>()
  const stride = width + 1
  const add = (from: number, to: number): void => {
    const known = edges.get(from)
    if (known === undefined) edges.set(from, [to])
    else known.push(to)
  }
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++) {
      const at = y * width + x
      if (labels[at] !== segment) continue
      const corner = y * stride + x
      if (y === 0 || labels[at - width] !== segment) add(corner, corner + 1)
      if (x === width - 1 || labels[at + 1] !== segment) add(corner + 1, corner + 1 + stride)
      if (y === height - 1 || labels[at + width] !== segment)
        add(corner + 1 + stride, corner + stride)
      if (x === 0 || labels[at - 1] !== segment) add(corner + stride, corner)
    }
  }
  return edges
}

/** One closed loop from `start`, taken out of `edges`. */
function loop(edges: Map<number, number[]>, start: number, stride: number): string {
  let path = `M${start % stride} ${Math.floor(start / stride)}`
  let at = start
  let step = 0
  let length = 0
  do {
    const next = edges.get(at)!.pop()!
    if (next - at === step) length++
    else {
      path += straight(step, length)
      step = next - at
      length = 1
    }
    at = next
  } while (at !== start)
  return `${path}${straight(step, length)}z`
}

function straight(step: number, length: number): string {
  if (length === 0) return ''
  return Math.abs(step) === 1 ? `h${step * length}` : `v${Math.sign(step) * length}`
}
