/**
 * The interpretable features of a text, or of several fields: what is switched on and off together, and where it stands.
 *
 * With `bow` equal words of one field are one feature, in order of first appearance; without it every word is one.
 */
import type { Feature, TextSpan } from '../contract/explanation.ts'
import { countCodePoints } from './code-points.ts'
import type { Piece } from './split-text.ts'

/** One field cut into pieces; for a word, `feature` is its feature, for what separates −1. */
export interface CutField {
  readonly pieces: readonly Piece[]
  readonly feature: Int32Array
}

/** All fields with the features found in them, numbered through. */
export interface TextFeatures {
  readonly features: readonly Feature[]
  readonly fields: readonly CutField[]
}

/** Features of the fields' pieces, in order. Code points are counted over the pieces, as Python LIME does. */
export function findFeatures(fields: readonly (readonly Piece[])[], bow: boolean): TextFeatures {
  const features: (Feature & { readonly part: { readonly spans: TextSpan[] } })[] = []
  const cut = fields.map((pieces, field): CutField => {
    const known = new Map<string, number>()
    let codePoint = 0
    const ids = Int32Array.from(pieces, ({ text, start, isWord }) => {
      const span = { start, end: start + text.length, codePoint }
      codePoint += countCodePoints(text)
      if (!isWord) return -1
      let id = bow ? known.get(text) : undefined
      if (id === undefined) {
        id = features.length
        features.push({ name: text, part: { kind: 'text', field, spans: [] } })
        if (bow) known.set(text, id)
      }
      features[id]!.part.spans.push(span)
      return id
    })
    return { pieces, feature: ids }
  })
  return { features, fields: cut }
}
