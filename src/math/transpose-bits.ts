/**
 * Turns a square of 32 × 32 bits on its diagonal, in place: bit j of word i changes places with bit i of word j.
 *
 * Halves, quarters, … trade corners: five rounds of sixteen exchanges (Warren, Hacker's Delight, 7–3).
 */
export function transposeBits(square: Int32Array): void {
  for (let size = 16, mask = 0xffff; size > 0; size >>= 1, mask ^= mask << size) {
    for (let k = 0; k < 32; k = (k + size + 1) & ~size) {
      const upper = square[k]!
      const lower = square[k + size]!
      const traded = ((upper >>> size) ^ lower) & mask
      square[k + size] = lower ^ traded
      square[k] = upper ^ (traded << size)
    }
  }
}
