/**
 * Boundaries drawn into a picture, as scikit-image's `mark_boundaries(image, mask, color, mode='outer')`.
 */
import { ShapeError } from '../contract/errors.ts'
import type { RasterImage } from '../contract/instance.ts'
import { inColour } from './picture.ts'
import { type BoundaryMode, boundaries } from './segment/label-map.ts'
import { isBytes } from './segment/raster.ts'

/** How boundaries are drawn. */
export interface MarkBoundariesOptions {
  /** RGB from 0 to 1. Default yellow, 1, 1, 0. */
  readonly color?: readonly [red: number, green: number, blue: number]
  /** Which pixels; default `outer`. */
  readonly mode?: BoundaryMode
  /** The label that is background; default 0. */
  readonly background?: number
}

/**
 * A fresh RGB or RGBA picture with the boundaries of `labels` (height × width integers: a mask or label map) in it. Bytes
 * stay bytes and floats floats: the colour is brought to 0 … 255 for bytes. (scikit-image always returns floats from 0.)
 *
 * @throws ShapeError where labels and picture differ in size.
 */
export function markBoundaries(
  image: RasterImage,
  labels: ArrayLike<number>,
  options: MarkBoundariesOptions = {},
): RasterImage {
  const { color = [1, 1, 0], mode = 'outer', background = 0 } = options
  const { width, height } = image
  if (labels.length !== width * height) {
    throw new ShapeError({
      where: 'markBoundaries, labels',
      got: `${labels.length} labels`,
      expected: `${width * height}, one for each pixel of ${width} × ${height}`,
      remedy: 'Hand in the mask that belongs to this picture.',
    })
  }
  const marked = inColour(image)
  const { data, channels } = marked
  const scale = isBytes(data) ? 255 : 1
  const map = { labels: Int32Array.from(labels), width, height, count: 0 }
  const onBoundary = boundaries(map, mode, background)
  for (let i = 0, at = 0; i < onBoundary.length; i++, at += channels) {
    if (onBoundary[i] === 0) continue
    for (let c = 0; c < 3; c++) data[at + c] = color[c]! * scale
    if (channels === 4) data[at + 3] = scale
  }
  return marked
}
