/**
 * Samples of WFDB signal files: integers packed in bytes, the signals of one file taking turns.
 *
 * Formats of signal(5): 80 (one byte, offset 128), 16 and 61 (two bytes, low or high first), 24 and 32 (low first),
 * 212 (two samples of 12 bits in three bytes: low byte of the first; the two high nibbles, the first's low; low byte of
 * the second).
 */
import { DataError } from '../contract/errors.ts'

/** Bytes of one sample in each format that is read here. */
const SAMPLE_BYTES = new Map([
  [16, 2],
  [24, 3],
  [32, 4],
  [61, 2],
  [80, 1],
  [212, 1.5],
])

/** The value that stands for "no sample" in each format. */
const INVALID = new Map([
  [16, -32768],
  [24, -8388608],
  [32, -2147483648],
  [61, -32768],
  [80, -128],
  [212, -2048],
])

/** The sample of a format that stands for a missing one. */
export function invalidSample(format: number): number {
  return INVALID.get(format)!
}

/**
 * `count` samples from `bytes`, or all there are where `count` is null. Throws a DataError for a format that is not
 * read here, and for a file that ends before the last sample.
 */
export function unpackSamples(
  bytes: Uint8Array,
  format: number,
  count: number | null,
  name: string,
): Int32Array {
  const size = SAMPLE_BYTES.get(format)
  if (size === undefined) {
    throw new DataError({
      where: name,
      got: `signal format ${format}`,
      expected: `one of ${[...SAMPLE_BYTES.keys()].join(', ')}`,
      remedy: 'Convert the record with xform of the WFDB tools.',
    })
  }
  const held = Math.floor(bytes.length / size)
  const wanted = count ?? held
  if (held < wanted) {
    throw new DataError({
      where: name,
      got: `${bytes.length} bytes, ${held} samples`,
      expected: `${wanted} samples, as the header says`,
      remedy: 'The file was cut off; copy it again.',
    })
  }
  const samples = new Int32Array(wanted)
  if (format === 212) unpack212Into(samples, bytes)
  else unpackWholeInto(samples, bytes, format)
  return samples
}

function unpack212Into(samples: Int32Array, bytes: Uint8Array): void {
  const n = samples.length
  for (let i = 0, at = 0; i < n; i += 2, at += 3) {
    const middle = bytes[at + 1]!
    // Shifting a 12-bit value to the top of 32 bits and back spreads its sign.
    samples[i] = ((bytes[at]! | ((middle & 0x0f) << 8)) << 20) >> 20
    if (i + 1 < n) samples[i + 1] = ((bytes[at + 2]! | ((middle & 0xf0) << 4)) << 20) >> 20
  }
}

function unpackWholeInto(samples: Int32Array, bytes: Uint8Array, format: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const n = samples.length
  switch (format) {
    case 16:
      for (let i = 0; i < n; i++) samples[i] = view.getInt16(2 * i, true)
      return
    case 61:
      for (let i = 0; i < n; i++) samples[i] = view.getInt16(2 * i, false)
      return
    case 24:
      for (let i = 0; i < n; i++) {
        samples[i] = (view.getInt8(3 * i + 2) << 16) | view.getUint16(3 * i, true)
      }
      return
    case 32:
      for (let i = 0; i < n; i++) samples[i] = view.getInt32(4 * i, true)
      return
    default:
      for (let i = 0; i < n; i++) samples[i] = bytes[i]! - 128
  }
}
