/**
 * Products of a matrix of bits with vectors, eight bits at a time.
 *
 * For each byte of a row there are 256 values: their sums over b are tabulated once, and a row's product is a lookup a
 * byte (Arlazarov, Dinic, Kronrod, Faradzhev 1970). The product with the transpose goes the other way: what rows of
 * equal byte contribute is added up by value first, and spread over the eight bits last. Blocks of 16 words keep the
 * tables in the cache.
 */

const BLOCK = 16

/** X b (rows) for packed rows of `stride` words; b has an element for each bit, those beyond its end count as 0. */
export function bitsTimes(
  words: Int32Array,
  rows: number,
  stride: number,
  b: Float64Array,
): Float64Array {
  const product = new Float64Array(rows)
  const table = new Float64Array(Math.min(BLOCK, stride) * 4 * 256)
  for (let from = 0; from < stride; from += BLOCK) {
    const width = Math.min(BLOCK, stride - from)
    // Bytes beyond the end of b are 0 throughout.
    const bytes = Math.min(4 * width, Math.max(0, Math.ceil((b.length - from * 32) / 8)))
    for (let byte = 0; byte < bytes; byte++) {
      const base = byte << 8
      const first = (from * 4 + byte) * 8
      // The sum for v is that for v without its lowest bit, and that bit's own element.
      for (let v = 1; v < 256; v++) {
        table[base + v] = table[base + (v & (v - 1))]! + (b[first + 31 - Math.clz32(v & -v)] ?? 0)
      }
    }
    if (bytes <= 2 && stride === 1) {
      for (let i = 0; i < rows; i++) {
        const word = words[i]!
        product[i] = table[word & 255]! + table[256 + ((word >>> 8) & 255)]!
      }
      continue
    }
    for (let i = 0; i < rows; i++) {
      let sum = 0
      for (let k = 0, at = i * stride + from, base = 0; k < width; k++, at++, base += 1024) {
        const word = words[at]!
        sum +=
          table[base + (word & 255)]! +
          table[base + 256 + ((word >>> 8) & 255)]! +
          (table[base + 512 + ((word >>> 16) & 255)]! + table[base + 768 + (word >>> 24)]!)
      }
      product[i]! += sum
    }
  }
  return product
}

/** Xᵀ v (cols) for packed rows of `stride` words and v (rows). */
export function timesBits(
  words: Int32Array,
  rows: number,
  stride: number,
  cols: number,
  v: Float64Array,
): Float64Array {
  const product = new Float64Array(cols)
  const table = new Float64Array(Math.min(BLOCK, stride) * 4 * 256)
  for (let from = 0; from < stride; from += BLOCK) {
    const width = Math.min(BLOCK, stride - from)
    table.fill(0)
    for (let i = 0; i < rows; i++) {
      const factor = v[i]!
      if (factor === 0) continue
      for (let k = 0, at = i * stride + from, base = 0; k < width; k++, at++, base += 1024) {
        const word = words[at]!
        table[base + (word & 255)]! += factor
        table[base + 256 + ((word >>> 8) & 255)]! += factor
        table[base + 512 + ((word >>> 16) & 255)]! += factor
        table[base + 768 + (word >>> 24)]! += factor
      }
    }
    for (let byte = 0; byte < 4 * width; byte++) {
      const first = (from * 4 + byte) * 8
      for (let bit = 0; bit < 8 && first + bit < cols; bit++) {
        let sum = 0
        const one = 1 << bit
        for (let value = one; value < 256; value = (value + 1) | one) {
          sum += table[(byte << 8) + value]!
        }
        product[first + bit] = sum
      }
    }
  }
  return product
}
