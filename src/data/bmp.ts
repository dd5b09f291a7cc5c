/**
 * Pictures in Windows BMP, which sharp does not read.
 *
 * Uncompressed bitmaps of 1, 4, 8 (palette), 24 and 32 bits, and 16 or 32 bits with masks, top-down or bottom-up, become
 * RGB, or RGBA where the file has an alpha mask that is used. Run-length coding is refused.
 */
import { DataError } from '../contract/errors.ts'
import type { RasterImage } from '../contract/instance.ts'

/** The picture in a BMP file. Throws a DataError for one that is cut off or of a kind that is not read here. */
export function decodeBmp(bytes: Uint8Array, name = 'BMP'): RasterImage {
  const head = readHead(bytes, name)
  const { width, height, bits, topDown, start, palette } = head
  const stride = 4 * Math.ceil((width * bits) / 32)
  if (bytes.length < start + stride * height) {
    throw broken(name, `${bytes.length} bytes`, `${start + stride * height}, as the header says`)
  }
  const channels = bits > 8 && head.masks[3] !== 0 ? 4 : 3
  const data = new Uint8Array(width * height * channels)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let y = 0; y < height; y++) {
    const row = start + stride * (topDown ? y : height - 1 - y)
    let to = y * width * channels
    for (let x = 0; x < width; x++, to += channels) {
      if (bits <= 8) {
        const shift = 8 - bits - ((x * bits) & 7)
        const index = (bytes[row + ((x * bits) >> 3)]! >> shift) & ((1 << bits) - 1)
        const from = palette + 4 * index
        data[to] = bytes[from + 2]!
        data[to + 1] = bytes[from + 1]!
        data[to + 2] = bytes[from]!
      } else if (bits === 24) {
        const from = row + 3 * x
        data[to] = bytes[from + 2]!
        data[to + 1] = bytes[from + 1]!
        data[to + 2] = bytes[from]!
      } else {
        const pixel =
          bits === 16 ? view.getUint16(row + 2 * x, true) : view.getUint32(row + 4 * x, true)
        for (let c = 0; c < channels; c++) data[to + c] = masked(pixel, head.masks[c]!)
      }
    }
  }
  return { data, width, height, channels }
}

interface BmpHead {
  readonly width: number
  readonly height: number
  readonly bits: number
  readonly topDown: boolean
  /** Where the pixels begin. */
  readonly start: number
  /** Where the palette begins. */
  readonly palette: number
  /** Bits of red, green, blue, alpha in pixels of 16 and 32 bits. */
  readonly masks: readonly [number, number, number, number]
}

function readHead(bytes: Uint8Array, name: string): BmpHead {
  if (bytes.length < 54 || bytes[0] !== 0x42 || bytes[1] !== 0x4d) {
    throw broken(name, bytes.length < 54 ? `${bytes.length} bytes` : 'no BMP', 'a BMP file')
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = view.getUint32(14, true)
  const width = view.getInt32(18, true)
  const signedHeight = view.getInt32(22, true)
  const bits = view.getUint16(28, true)
  const compression = view.getUint32(30, true)
  if (size < 40 || width <= 0 || signedHeight === 0 || ![1, 4, 8, 16, 24, 32].includes(bits)) {
    throw broken(
      name,
      `a BMP of ${width} × ${signedHeight} pixels of ${bits} bits`,
      'a BMP of Windows 3 or newer',
    )
  }
  if (compression !== 0 && compression !== 3 && compression !== 6) {
    throw broken(name, 'a compressed BMP', 'one without compression')
  }
  const withMasks = compression !== 0 && bytes.length >= 70
  const hasAlpha = withMasks && (size >= 56 || compression === 6)
  const masks: BmpHead['masks'] = withMasks
    ? [
        view.getUint32(54, true),
        view.getUint32(58, true),
        view.getUint32(62, true),
        hasAlpha ? view.getUint32(66, true) : 0,
      ]
    : bits === 16
      ? [0x7c00, 0x3e0, 0x1f, 0]
      : [0xff0000, 0xff00, 0xff, 0]
  return {
    width,
    height: Math.abs(signedHeight),
    bits,
    topDown: signedHeight < 0,
    start: view.getUint32(10, true),
    palette: 14 + size,
    masks,
  }
}

/** The bits of `mask` in `pixel`, scaled to 0 … 255. */
function masked(pixel: number, mask: number): number {
  if (mask === 0) return 0
  const shift = 31 - Math.clz32(mask & -mask)
  return Math.round((255 * ((pixel & mask) >>> shift)) / (mask >>> shift))
}

function broken(name: string, got: string, expected: string): DataError {
  return new DataError({
    where: name,
    got,
    expected,
    remedy: 'Save the picture again, as PNG for example.',
  })
}
