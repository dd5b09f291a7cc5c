/**
 * Words at places that the caller names: a tokenizer's own tokens, an annotator's phrases.
 *
 * Spans are [start, end) in UTF-16 units, or in code points as Python tokenizers give them (`offset_mapping`).
 * They may come in any order; what no span covers separates.
 */
import { DataError } from '../contract/errors.ts'
import { splitsPair } from './code-points.ts'
import type { Piece } from './split-text.ts'

/** From `start` up to `end`. */
export type FixedSpan = readonly [start: number, end: number]

/** What spans count: JavaScript's UTF-16 units, or code points as in Python. */
export type SpanUnits = 'utf16' | 'codePoints'

/** Names of the units. */
export const SPAN_UNITS = ['utf16', 'codePoints'] as const

/** The text cut at the spans. Throws a DataError for spans that are empty, overlap, or lie outside the text. */
export function spanPieces(
  text: string,
  spans: readonly FixedSpan[],
  units: SpanUnits,
  where: string,
): Piece[] {
  const places = units === 'codePoints' ? codePointPlaces(text) : undefined
  const length = places === undefined ? text.length : places.length - 1
  const order = Array.from(spans.keys()).sort((a, b) => startOf(spans[a]) - startOf(spans[b]))
  const pieces: Piece[] = []
  let at = 0
  let before = -1
  for (const index of order) {
    const span = checked(spans[index], index, length, where)
    const start = places?.[span[0]] ?? span[0]
    const end = places?.[span[1]] ?? span[1]
    if (start < at) throw overlap(index, before, spans, where)
    if (splitsPair(text, start) || splitsPair(text, end)) throw insideCharacter(index, span, where)
    if (start > at) pieces.push({ text: text.slice(at, start), start: at, isWord: false })
    pieces.push({ text: text.slice(start, end), start, isWord: true })
    at = end
    before = index
  }
  if (at < text.length) pieces.push({ text: text.slice(at), start: at, isWord: false })
  return pieces
}

/** UTF-16 places of all code points, and of the end. */
function codePointPlaces(text: string): number[] {
  const places: number[] = []
  let at = 0
  for (const character of text) {
    places.push(at)
    at += character.length
  }
  places.push(at)
  return places
}

function startOf(span: FixedSpan | undefined): number {
  return Number(span?.[0] ?? 0)
}

function checked(
  span: FixedSpan | undefined,
  index: number,
  length: number,
  where: string,
): FixedSpan {
  const [start, end] = Array.isArray(span) ? (span as FixedSpan) : [undefined, undefined]
  const sound =
    Number.isInteger(start) &&
    Number.isInteger(end) &&
    start! >= 0 &&
    start! < end! &&
    end! <= length
  if (sound) return [start!, end!]
  throw new DataError({
    where: `${where}[${index}]`,
    got: JSON.stringify(span) ?? String(span),
    expected: `[start, end] with 0 ≤ start < end ≤ ${length}, the length of the text`,
    remedy:
      'Leave out empty spans, such as those of a tokenizer’s special tokens; say spanUnits: "codePoints" for offsets from Python.',
  })
}

function overlap(
  index: number,
  before: number,
  spans: readonly FixedSpan[],
  where: string,
): DataError {
  return new DataError({
    where: `${where}[${index}]`,
    got: `${JSON.stringify(spans[index])}, which overlaps ${JSON.stringify(spans[before])}, span ${before}`,
    expected: 'spans that share no character',
    remedy: 'Join spans that overlap, or leave one of them out.',
  })
}

function insideCharacter(index: number, span: FixedSpan, where: string): DataError {
  return new DataError({
    where: `${where}[${index}]`,
    got: `${JSON.stringify(span)}, which cuts a character of two UTF-16 units in half`,
    expected: 'spans that begin and end between characters',
    remedy: 'Offsets from Python count code points: say spanUnits: "codePoints".',
  })
}
