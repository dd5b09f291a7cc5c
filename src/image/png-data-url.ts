/**
 * A picture as a PNG data URL, in Node, pages and workers alike: deflated by the platform's `CompressionStream`.
 *
 * PNG (W3C Recommendation, third edition): signature, IHDR, one IDAT in zlib format, IEND, each chunk with its CRC-32.
 * Each line is filtered by `up`, or by `sub` where the sum of its absolute differences is smaller.
 */
import type { RasterImage } from '../contract/instance.ts'
import { inSlices, type Slices } from '../contract/slices.ts'
import { displayBytes } from './display-bytes.ts'

/** `data:image/png;base64,…`; floats are shown as `displayBytes` says, grey as RGB. */
export async function pictureDataUrl(image: RasterImage): Promise<string> {
  const { data, width, height, channels } = displayBytes(image)
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header[8] = 8
  header[9] = channels === 4 ? 6 : 2
  const lines = await inSlices(filtered(data, width * channels, height, channels))
  const pixels = await deflated(lines)
  return inSlices(dataUrl(header, pixels))
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const NOTHING = new Uint8Array(0)

/** Lines with the byte of their filter before them. */
function* filtered(
  data: Uint8Array,
  line: number,
  height: number,
  channels: number,
): Slices<Uint8Array> {
  const out = new Uint8Array((line + 1) * height)
  const sub = new Uint8Array(line)
  const up = new Uint8Array(line)
  for (let y = 0; y < height; y++) {
    yield
    const start = y * line
    let subSum = 0
    let upSum = 0
    for (let i = 0; i < line; i++) {
      const value = data[start + i]!
      const left = i < channels ? 0 : data[start + i - channels]!
      const above = y === 0 ? 0 : data[start + i - line]!
      sub[i] = value - left
      up[i] = value - above
      subSum += sub[i]! < 128 ? sub[i]! : 256 - sub[i]!
      upSum += up[i]! < 128 ? up[i]! : 256 - up[i]!
    }
    const to = y * (line + 1)
    out[to] = subSum < upSum ? 1 : 2
    out.set(subSum < upSum ? sub : up, to + 1)
  }
  return out
}

async function deflated(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

function* dataUrl(header: Uint8Array, pixels: Uint8Array): Slices<string> {
  const parts = [
    SIGNATURE,
    yield* chunk('IHDR', header),
    yield* chunk('IDAT', pixels),
    yield* chunk('IEND', NOTHING),
  ]
  return `data:image/png;base64,${yield* base64(joined(parts))}`
}

function* chunk(type: string, data: Uint8Array): Slices<Uint8Array> {
  const out = new Uint8Array(data.length + 12)
  const view = new DataView(out.buffer)
  view.setUint32(0, data.length)
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i)
  out.set(data, 8)
  view.setUint32(data.length + 8, yield* crc32(out.subarray(4, data.length + 8)))
  return out
}

/** Bytes between two pauses. */
const BLOCK = 65_536

/** CRC-32 with the reversed polynomial 0xEDB88320, four bits at a time. */
function* crc32(bytes: Uint8Array): Slices<number> {
  let crc = -1
  for (let i = 0; i < bytes.length; i++) {
    if (i % BLOCK === 0) yield
    crc ^= bytes[i]!
    crc = CRC_TABLE[crc & 15]! ^ (crc >>> 4)
    crc = CRC_TABLE[crc & 15]! ^ (crc >>> 4)
  }
  return ~crc >>> 0
}

const CRC_TABLE = Int32Array.from({ length: 16 }, (_, n) => {
  let crc = n
  for (let bit = 0; bit < 4; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc
})

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

function* base64(bytes: Uint8Array): Slices<string> {
  let text = ''
  for (let i = 0; i < bytes.length; i += 8190) {
    yield
    text += btoa(String.fromCharCode(...bytes.subarray(i, i + 8190)))
  }
  return text
}
