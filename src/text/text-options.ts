/**
 * The options of text explainers, and their checks.
 */
import { OptionError } from '../contract/errors.ts'
import { checkChoice, checkOptions } from '../contract/nearest.ts'
import {
  checkExplainerOptions,
  checkWhole,
  EXPLAIN_OPTIONS,
  EXPLAINER_OPTIONS,
  type ExplainerOptions,
  type ExplainOptions,
} from '../explain/settings.ts'
import { SPAN_UNITS, type SpanUnits } from './fixed-spans.ts'
import {
  characterSplitter,
  functionSplitter,
  paragraphSplitter,
  patternSplitter,
  type SplitExpression,
  type Splitter,
  segmenterSplitter,
} from './split-text.ts'
import type { SpanChoice } from './text-fields.ts'

/** What is switched as one. `character`: a code point, as in Python; `grapheme`: a character as people see it. */
export type TextUnit = 'word' | 'character' | 'grapheme' | 'sentence' | 'paragraph'

/** Names of the units. */
export const TEXT_UNITS = ['word', 'character', 'grapheme', 'sentence', 'paragraph'] as const

/** Options of the constructor. Names as in Python LIME; `unit`, `locale` and `ngram` go beyond it. */
export interface TextExplainerOptions extends ExplainerOptions {
  /**
   * True: equal words are one feature, and are removed everywhere at once. False: each place is a feature of its own,
   * replaced by `maskString`. Default true; false for sentences, paragraphs, groups of words and spans.
   */
  readonly bow?: boolean
  /** The same as `unit: 'character'`. */
  readonly charLevel?: boolean
  /**
   * What separates words: a pattern in Python's syntax (knowing Unicode as Python's does), a `RegExp` (as JavaScript
   * reads it), or a function from the text to its tokens, in order. Default `\W+`.
   */
  readonly splitExpression?: SplitExpression
  /**
   * What stands in place of what is off. Default: with `bow`, and for sentences, paragraphs, groups and spans, nothing;
   * else `UNKWORDZ` for words and `\0` for characters. (In Python it counts only without `bow`.)
   */
  readonly maskString?: string
  /** What is switched as one; default `word`. */
  readonly unit?: TextUnit
  /**
   * Language of the texts (BCP 47: `ja`, `th`, `und` for no particular one): words are then found by `Intl.Segmenter`,
   * for languages that write no spaces between them. Graphemes and sentences always are.
   */
  readonly locale?: string
  /** So many words (or characters, sentences, …) that follow each other are one feature, every word in one; default 1. */
  readonly ngram?: number
}

/** Options of `explain`. */
export interface TextExplainOptions extends ExplainOptions {
  /**
   * The features, as spans [start, end) of the text, in place of what the constructor says: tokens of a tokenizer. With
   * several fields an object of lists; a field without one has no features.
   */
  readonly spans?: SpanChoice
  /** What spans count; default `utf16`, JavaScript's units. `codePoints`: as in Python. */
  readonly spanUnits?: SpanUnits
}

const OWN_OPTIONS = [
  'bow',
  'charLevel',
  'splitExpression',
  'maskString',
  'unit',
  'locale',
  'ngram',
] as const

/** Options that were checked, with what follows from them. */
export interface TextPlan {
  readonly options: TextExplainerOptions
  readonly unit: TextUnit
  readonly ngram: number
  readonly split: Splitter
}

/** What is off, and how: depends on whether the features are spans. */
export interface Switching {
  readonly bow: boolean
  readonly mask: string
}

/** Checks the constructor's options; throws an OptionError. `name` is the explainer's. */
export function planText(name: string, options: TextExplainerOptions): TextPlan {
  checkOptions(`${name}, options`, options, [...EXPLAINER_OPTIONS, ...OWN_OPTIONS])
  checkExplainerOptions(name, options)
  const where = (option: string) => `${name}, options.${option}`
  const { charLevel, splitExpression, locale, maskString, ngram } = options
  for (const option of ['bow', 'charLevel'] as const) {
    const value = options[option]
    if (value !== undefined && typeof value !== 'boolean') {
      throw wrongType(where(option), value, 'true or false')
    }
  }
  if (maskString !== undefined && typeof maskString !== 'string') {
    throw wrongType(where('maskString'), maskString, 'a text, which may be empty')
  }
  if (options.unit !== undefined) checkChoice(where('unit'), options.unit, TEXT_UNITS)
  if (ngram !== undefined) checkWhole(where('ngram'), ngram, 1)
  const unit = options.unit ?? (charLevel ? 'character' : 'word')
  if (charLevel === true && unit !== 'character') {
    throw conflict(where('charLevel'), `charLevel together with unit: '${unit}'`)
  }
  if (splitExpression !== undefined && unit !== 'word') {
    throw conflict(where('splitExpression'), `splitExpression for ${unit}s`)
  }
  if (splitExpression !== undefined && locale !== undefined) {
    throw conflict(where('splitExpression'), 'splitExpression together with locale')
  }
  return { options, unit, ngram: ngram ?? 1, split: splitterFor(options, unit, where) }
}

/** Checks the options of `explain` that are its own. */
export function checkTextExplainOptions(name: string, options: TextExplainOptions): void {
  checkOptions(`${name}.explain, options`, options, [...EXPLAIN_OPTIONS, 'spans', 'spanUnits'])
  if (options.spanUnits !== undefined) {
    checkChoice(`${name}.explain, options.spanUnits`, options.spanUnits, SPAN_UNITS)
  }
}

/** Whether equal words are one feature, and what stands for a word that is off. */
export function switching({ options, unit, ngram }: TextPlan, spans: boolean): Switching {
  const { maskString, compatibility } = options
  const single = !spans && ngram === 1
  const wordLike = single && unit === 'word'
  const characterLike = single && (unit === 'character' || unit === 'grapheme')
  const bow = options.bow ?? (wordLike || characterLike)
  if (bow) return { bow, mask: compatibility === 'python' ? '' : (maskString ?? '') }
  return { bow, mask: maskString ?? (wordLike ? 'UNKWORDZ' : characterLike ? '\0' : '') }
}

/** The domain's own options as JSON, for the explanation's record. */
export function describeTextOptions(
  { options, unit, ngram }: TextPlan,
  { bow, mask }: Switching,
  spans: boolean,
): { [name: string]: unknown } {
  const { splitExpression, locale } = options
  const described = {
    bow,
    maskString: mask,
    unit: spans ? 'span' : unit,
    ngram: spans ? undefined : ngram,
    locale: spans ? undefined : locale,
    splitExpression: spans || unit !== 'word' || locale ? undefined : describe(splitExpression),
  }
  return Object.fromEntries(Object.entries(described).filter(([, value]) => value !== undefined))
}

function describe(expression: SplitExpression = DEFAULT_SPLIT): string {
  return typeof expression === 'function' ? 'custom' : String(expression)
}

const DEFAULT_SPLIT = '\\W+'

function splitterFor(
  options: TextExplainerOptions,
  unit: TextUnit,
  where: (option: string) => string,
): Splitter {
  const { locale } = options
  switch (unit) {
    case 'character':
      return characterSplitter
    case 'paragraph':
      return paragraphSplitter
    case 'grapheme':
    case 'sentence':
      return segmenterSplitter(unit, locale, where(locale === undefined ? 'unit' : 'locale'))
    case 'word': {
      if (locale !== undefined) return segmenterSplitter('word', locale, where('locale'))
      const expression = options.splitExpression ?? DEFAULT_SPLIT
      const python = options.compatibility === 'python'
      if (typeof expression === 'function') return functionSplitter(expression, python)
      if (typeof expression === 'string' || expression instanceof RegExp) {
        return patternSplitter(expression, python, where('splitExpression'))
      }
      throw wrongType(where('splitExpression'), expression, 'a text, a RegExp or a function')
    }
  }
}

function wrongType(where: string, value: unknown, expected: string): OptionError {
  return new OptionError({
    where,
    got: value === null ? 'null' : `a value of type ${typeof value}`,
    expected,
    remedy: 'Leave it out for the default.',
  })
}

function conflict(where: string, got: string): OptionError {
  return new OptionError({
    where,
    got,
    expected: 'one of them',
    remedy: 'Words are separated by splitExpression or found by locale; other units need neither.',
  })
}
