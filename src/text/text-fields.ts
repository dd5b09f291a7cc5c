/**
 * What is explained as fields with their pieces: a text alone is one field, an object of texts has one for each key.
 */
import { DataError, OptionError } from '../contract/errors.ts'
import { didYouMean } from '../contract/nearest.ts'
import { type FixedSpan, type SpanUnits, spanPieces } from './fixed-spans.ts'
import { groupWords, type Piece } from './split-text.ts'
import { findFeatures, type TextFeatures } from './text-features.ts'
import type { TextPlan } from './text-options.ts'

/** One text of an instance. */
export interface Field {
  readonly name: string
  readonly text: string
}

/** Spans of a text alone, or of each field. */
export type SpanChoice = readonly FixedSpan[] | { readonly [field: string]: readonly FixedSpan[] }

/** Name of the one field of a text alone. */
const ALONE = 'text'

/** The fields of an instance. Throws a DataError, at `where`, for anything but texts. */
export function fieldsOf(text: unknown, where: string): Field[] {
  if (typeof text === 'string') return [{ name: ALONE, text }]
  if (typeof text !== 'object' || text === null || Array.isArray(text)) {
    throw new DataError({
      where,
      got:
        text === null
          ? 'null'
          : Array.isArray(text)
            ? `a list of ${text.length}`
            : `a value of type ${typeof text}`,
      expected: 'a text, or an object of texts by field',
      remedy: 'Explain one text a call.',
    })
  }
  return Object.entries(text).map(([name, value]: [string, unknown]) => {
    if (typeof value === 'string') return { name, text: value }
    throw new DataError({
      where: `${where}.${name}`,
      got: value === null ? 'null' : `a value of type ${typeof value}`,
      expected: 'a text',
      remedy: 'Give every field as a text; an empty one may stand for a missing field.',
    })
  })
}

/**
 * The features of an instance, by spans or by the explainer's plan. `name` is the explainer's. Throws a DataError where
 * there are none, and for spans that do not fit.
 */
export function featuresOf(
  fields: readonly Field[],
  plan: TextPlan,
  bow: boolean,
  spans: SpanChoice | undefined,
  units: SpanUnits,
  name: string,
): TextFeatures {
  const pieces =
    spans === undefined
      ? fields.map((field) => {
          const words = plan.split(field.text, `${name}.explain, ${field.name}`)
          return plan.ngram === 1 ? words : groupWords(words, plan.ngram)
        })
      : cutBySpans(fields, spans, units, `${name}.explain, options.spans`)
  const found = findFeatures(pieces, bow)
  if (found.features.length === 0) throw nothingToSwitch(fields, plan, spans !== undefined, name)
  return found
}

function cutBySpans(
  fields: readonly Field[],
  spans: SpanChoice,
  units: SpanUnits,
  where: string,
): Piece[][] {
  const single = fields.length === 1 && fields[0]!.name === ALONE
  if (Array.isArray(spans)) {
    if (fields.length === 1) {
      return [spanPieces(fields[0]!.text, spans as FixedSpan[], units, where)]
    }
    throw new DataError({
      where,
      got: `one list for ${fields.length} fields`,
      expected: `an object of lists: { ${fields.map(({ name }) => name).join(', ')} }`,
      remedy: 'Say to which field each span belongs.',
    })
  }
  if (typeof spans !== 'object' || spans === null) {
    throw new OptionError({
      where,
      got: spans === null ? 'null' : `a value of type ${typeof spans}`,
      expected: single ? 'a list of [start, end]' : 'an object of lists of [start, end]',
      remedy: 'Leave it out to explain words.',
    })
  }
  const names = fields.map(({ name }) => name)
  const byField = spans as { readonly [field: string]: readonly FixedSpan[] }
  for (const name of Object.keys(byField)) {
    if (names.includes(name) && Array.isArray(byField[name])) continue
    throw new DataError({
      where: `${where}.${name}`,
      got: names.includes(name) ? `a value of type ${typeof byField[name]}` : 'an unknown field',
      expected: `lists of [start, end] for fields among ${names.join(', ')}`,
      remedy: didYouMean(name, names, 'Leave it out.'),
    })
  }
  return fields.map(({ name, text }) =>
    spanPieces(text, byField[name] ?? [], units, `${where}.${name}`),
  )
}

function nothingToSwitch(
  fields: readonly Field[],
  { unit }: TextPlan,
  bySpans: boolean,
  name: string,
): DataError {
  const all = fields.map(({ text }) => text).join('')
  const shown = JSON.stringify(all.length > 40 ? `${all.slice(0, 40)}…` : all)
  return new DataError({
    where: `${name}.explain, text`,
    got:
      fields.length === 0
        ? 'an object without fields'
        : all === ''
          ? 'an empty text'
          : bySpans
            ? 'no spans'
            : `${shown}, in which there are only separators`,
    expected: bySpans ? 'at least one span' : `a text with at least one ${unit}`,
    remedy: bySpans
      ? 'Leave spans out to explain words.'
      : "There is nothing to switch off: give another text, or another splitExpression or unit (unit: 'grapheme' also explains emoji and punctuation).",
  })
}
