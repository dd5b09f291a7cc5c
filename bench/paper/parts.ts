/**
 * What the paper's experiments share: means and spreads, which documents, and a document with all its words.
 */
import { type BitMatrix, createBitMatrix, fillBitRow } from '../../src/math/index.ts'

/** One row that keeps every word. */
export function everyWord(document: Int32Array): BitMatrix {
  const kept = createBitMatrix(1, document.length)
  fillBitRow(kept, 0)
  return kept
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Standard deviation of the values. */
export function spreadOf(values: readonly number[]): number {
  const mean = meanOf(values)
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)))
}

/** The first documents of each class. */
export function firstOfEach(classes: Uint8Array, limit: number): number[] {
  const seen = [0, 0]
  return Array.from(classes.keys()).filter((i) => seen[classes[i]!]!++ < limit)
}
