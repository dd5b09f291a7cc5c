/**
 * A check of an HDF5 file's global heaps, where its long texts lie, before the HDF5 library sees them: the library can
 * run forever on a damaged one.
 *
 * A heap (HDF5 file format 3.0, III.E) is `GCOL`, a version byte, three zeros and its size in 8 bytes; then objects,
 * each with its number in 2 bytes, a count in 2, four zeros, its length in 8, and its bytes up to a multiple of 8.
 * Number 0 is the free rest.
 */

/** The place of the first heap whose parts do not fit into it; undefined where all are sound. */
export function damagedHeap(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // Heaps begin at multiples of 8 from the beginning of the file.
  for (let start = 0; start + 16 <= bytes.length; start += 8) {
    if (view.getUint32(start, false) !== 0x47434f4c || bytes[start + 4] !== 1) continue
    const size = Number(view.getBigUint64(start + 8, true))
    const end = start + size
    if (size < 16 || end > bytes.length) return start
    for (let at = start + 16; at + 16 <= end; ) {
      const number = view.getUint16(at, true)
      const length = Number(view.getBigUint64(at + 8, true))
      if (number === 0) {
        // The library steps on by this length: 0 would be forever.
        if (length < 16 || length > end - at) return start
        break
      }
      if (length > end - at - 16) return start
      at += 16 + Math.ceil(length / 8) * 8
    }
  }
  return undefined
}
