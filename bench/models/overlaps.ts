/**
 * How many words versions of one document have in common with each of many others.
 *
 * 1. For every eight words of the document and each of their 256 subsets the counts with all n others are tabulated, two
 *    to a 32-bit word.
 * 2. A version's counts are the sum of one row of each table: n / 2 additions for eight words.
 *
 * Few versions are not worth the tables: there common words are counted one by one.
 */
import { type BitMatrix, rowPopcount } from '../../src/math/index.ts'
import { type Documents, documentAt, placesIn } from './documents.ts'

/** Fewer versions than this are counted one by one. */
const FEW = 50

/**
 * Calls `visit` for every row of `kept` with the counts (n; valid during the call) and the number of words kept.
 */
export function eachOverlap(
  documents: Documents,
  document: Int32Array,
  kept: BitMatrix,
  visit: (row: number, overlaps: Uint16Array, size: number) => void,
): void {
  if (kept.rows < FEW) {
    countEach(documents, document, kept, visit)
    return
  }
  const n = documents.count
  const half = (n + 1) >> 1
  const places = placesIn(document, documents.vocabulary)
  const groups = Math.ceil(document.length / 8)
  const tables = new Int32Array(groups * 256 * half)
  for (let t = 0; t < n; t++) {
    for (const word of documentAt(documents, t)) {
      const p = places[word]!
      if (p < 0) continue
      const row = ((p >>> 3) << 8) + (1 << (p & 7))
      tables[row * half + (t >> 1)]! += t & 1 ? 0x10000 : 1
    }
  }
  for (let group = 0; group < groups; group++) {
    for (let subset = 1; subset < 256; subset++) {
      const lowest = subset & -subset
      if (lowest === subset) continue
      const to = ((group << 8) + subset) * half
      const a = ((group << 8) + lowest) * half
      const b = ((group << 8) + (subset ^ lowest)) * half
      for (let k = 0; k < half; k++) tables[to + k] = tables[a + k]! + tables[b + k]!
    }
  }
  const sums = new Int32Array(half)
  const overlaps = new Uint16Array(sums.buffer)
  const { words, rows, stride } = kept
  for (let i = 0; i < rows; i++) {
    sums.fill(0)
    for (let group = 0; group < groups; group++) {
      const subset = (words[i * stride + (group >>> 2)]! >>> ((group & 3) << 3)) & 255
      if (subset !== 0) addRow(sums, tables, ((group << 8) + subset) * half, half)
    }
    visit(i, overlaps, rowPopcount(kept, i))
  }
}

/** The same for few rows. */
function countEach(
  documents: Documents,
  document: Int32Array,
  kept: BitMatrix,
  visit: (row: number, overlaps: Uint16Array, size: number) => void,
): void {
  const places = placesIn(document, documents.vocabulary)
  const common: number[][] = Array.from({ length: documents.count }, (_, t) =>
    Array.from(documentAt(documents, t), (word) => places[word]!).filter((p) => p >= 0),
  )
  const overlaps = new Uint16Array(documents.count)
  const { words, stride } = kept
  for (let i = 0; i < kept.rows; i++) {
    common.forEach((own, t) => {
      let count = 0
      for (const p of own) count += (words[i * stride + (p >>> 5)]! >>> (p & 31)) & 1
      overlaps[t] = count
    })
    visit(i, overlaps, rowPopcount(kept, i))
  }
}

/** A function of its own: the compiler keeps so short a loop in registers. */
function addRow(sums: Int32Array, tables: Int32Array, from: number, count: number): void {
  for (let k = 0; k < count; k++) sums[k] = sums[k]! + tables[from + k]!
}
