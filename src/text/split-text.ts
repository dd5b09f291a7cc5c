/**
 * A text cut into pieces: words (whatever is switched as one) and what stands between them.
 *
 * - By a pattern: what matches separates. The default is Python's `\W+`, which knows Unicode.
 * - By a function that returns the tokens in order; what lies between them separates.
 * - By character: each code point, spaces too.
 * - By `Intl.Segmenter`: words of languages without spaces, characters as people see them, sentences.
 * - By blank lines: paragraphs.
 * - By fixed spans (`fixed-spans.ts`).
 *
 * Pieces joined are the text. Two quirks of Python LIME are kept under `python`: groups inside the pattern appear as
 * pieces of their own, so that they come twice, and a piece is a word by how it looks, not by where it came from (for
 * a pattern: unless a separator matches at its start; for a function: if it equals a token).
 */
import { DataError, OptionError } from '../contract/errors.ts'
import { splitsPair } from './code-points.ts'
import { fromPythonPattern, PYTHON_END } from './python-pattern.ts'

/** One piece of a text. */
export interface Piece {
  readonly text: string
  /** Where it begins, in UTF-16 units. */
  readonly start: number
  readonly isWord: boolean
}

/** Cuts a text; `where` is its place in messages. */
export type Splitter = (text: string, where: string) => Piece[]

/** A pattern that separates, or a function that returns the tokens of a text, in order. */
export type SplitExpression = string | RegExp | ((text: string) => Iterable<string>)

/** What `Intl.Segmenter` tells apart. */
export type Granularity = 'word' | 'grapheme' | 'sentence'

/** Text between a word's end and the end of the text. */
const BLANK_LINES = /(?:\r?\n[^\S\n]*){2,}/gu

/** Emoji are words too: they say a lot. */
const PICTURE = /\p{Extended_Pictographic}/u

/** A splitter by pattern: text in Python's syntax, or a RegExp as JavaScript reads it. Throws an OptionError for a pattern that cannot be read. */
export function patternSplitter(
  expression: string | RegExp,
  python: boolean,
  where: string,
): Splitter {
  const { source, flags } =
    typeof expression === 'string' ? fromPythonPattern(expression, where) : expression
  // Python's own `$`, which under the flag m would mean every line's end.
  const end = flags.includes('m') ? '(?![\\s\\S])' : PYTHON_END
  const separator = python ? `(${source})|${end}` : source
  const plainFlags = flags.replace(/[gyd]/g, '')
  const all = new RegExp(separator, `${plainFlags}g`)
  const atStart = new RegExp(separator, `${plainFlags}y`)
  return (text) => {
    const pieces: Piece[] = []
    let at = 0
    const add = (start: number, piece: string, isWord: boolean) => {
      if (piece !== '') pieces.push({ text: piece, start, isWord })
    }
    for (const match of text.matchAll(all)) {
      // V8 finds empty matches inside pairs, even with the flag u.
      if (match[0] === '' && splitsPair(text, match.index)) continue
      add(at, text.slice(at, match.index), true)
      at = match.index + match[0].length
      if (!python) add(match.index, match[0], false)
      else for (const group of match.slice(1)) add(match.index, group ?? '', false)
    }
    add(at, text.slice(at), true)
    if (!python) return pieces
    return pieces.map((piece) => {
      atStart.lastIndex = 0
      return { ...piece, isWord: !atStart.test(piece.text) }
    })
  }
}

/** A splitter by the user's own tokens, each of which must follow the one before in the text. */
export function functionSplitter(
  tokenize: (text: string) => Iterable<string>,
  python: boolean,
): Splitter {
  return (text, where) => {
    const tokens = tokensFrom(tokenize, text, where)
    const pieces: Piece[] = []
    const known = new Set(tokens)
    let at = 0
    const between = (end: number) => {
      const piece = text.slice(at, end)
      const isWord = python && known.has(piece)
      if (piece !== '') pieces.push({ text: piece, start: at, isWord })
    }
    for (const [index, token] of tokens.entries()) {
      const start = text.indexOf(token, at)
      if (start < 0) {
        throw new DataError({
          where: `${where}, token ${index} of splitExpression`,
          got: `${JSON.stringify(token)}, which does not stand in the text after the tokens before it`,
          expected: 'parts of the text, in its order',
          remedy:
            'Return the tokens as they stand in the text: not lower-cased, stemmed or marked. Tokens of a model’s own tokenizer can be given as spans.',
        })
      }
      between(start)
      pieces.push({ text: token, start, isWord: true })
      at = start + token.length
    }
    between(text.length)
    return pieces
  }
}

/** Each code point is a word. */
export function characterSplitter(text: string): Piece[] {
  const pieces: Piece[] = []
  let start = 0
  for (const character of text) {
    pieces.push({ text: character, start, isWord: true })
    start += character.length
  }
  return pieces
}

/** A splitter by `Intl.Segmenter` for a language (BCP 47; default: of no particular one). Throws an OptionError where it cannot be made. */
export function segmenterSplitter(
  granularity: Granularity,
  locale: string | undefined,
  where: string,
): Splitter {
  const segmenter = makeSegmenter(granularity, locale, where)
  return (text) => {
    const pieces: Piece[] = []
    for (const { segment, index, isWordLike } of segmenter.segment(text)) {
      if (granularity === 'sentence') pieces.push(...trimmed(segment, index))
      else {
        const isWord = granularity === 'grapheme' || isWordLike === true || PICTURE.test(segment)
        pieces.push({ text: segment, start: index, isWord })
      }
    }
    return pieces
  }
}

/** What blank lines separate. */
export function paragraphSplitter(text: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const match of text.matchAll(BLANK_LINES)) {
    pieces.push(...trimmed(text.slice(at, match.index), at))
    pieces.push({ text: match[0], start: match.index, isWord: false })
    at = match.index + match[0].length
  }
  pieces.push(...trimmed(text.slice(at), at))
  return pieces
}

/** Groups of n words that follow each other, with what stands between them, as one word each; the last may hold fewer. */
export function groupWords(pieces: readonly Piece[], n: number): Piece[] {
  const grouped: Piece[] = []
  let group: Piece[] = []
  let words = 0
  const close = () => {
    const last = group.findLastIndex(({ isWord }) => isWord) + 1
    if (words > 0) {
      const text = group.slice(0, last).map((piece) => piece.text)
      grouped.push({ text: text.join(''), start: group[0]!.start, isWord: true })
    }
    grouped.push(...group.slice(last))
    group = []
    words = 0
  }
  for (const piece of pieces) {
    if (words === n) close()
    if (words === 0 && !piece.isWord) {
      grouped.push(piece)
      continue
    }
    group.push(piece)
    if (piece.isWord) words++
  }
  close()
  return grouped
}

/** A word without the blanks around it, which separate. */
function trimmed(text: string, start: number): Piece[] {
  const word = text.trim()
  const before = text.length - text.trimStart().length
  return [
    { text: text.slice(0, before), start, isWord: false },
    { text: word, start: start + before, isWord: true },
    { text: text.slice(before + word.length), start: start + before + word.length, isWord: false },
  ].filter((piece) => piece.text !== '')
}

function tokensFrom(
  tokenize: (text: string) => Iterable<string>,
  text: string,
  where: string,
): string[] {
  const tokens: unknown = tokenize(text)
  const list = typeof tokens === 'object' && tokens !== null && Symbol.iterator in tokens
  const values: unknown[] = list ? Array.from(tokens as Iterable<unknown>) : [tokens]
  const wrong = values.find((token) => typeof token !== 'string')
  if (list && wrong === undefined) return (values as string[]).filter((token) => token !== '')
  throw new DataError({
    where: `${where}, splitExpression`,
    got: list ? `a token of type ${typeof wrong}` : `an answer of type ${typeof tokens}`,
    expected: 'a list of texts',
    remedy: 'The function must return the tokens of the text, in order.',
  })
}

function makeSegmenter(granularity: Granularity, locale: string | undefined, where: string) {
  if (typeof Intl.Segmenter !== 'function') {
    throw new OptionError({
      where,
      got: `${granularity}s by Intl.Segmenter, which this browser does not have`,
      expected: 'a browser that has it: Chrome 87, Safari 14.1, Firefox 125, or later',
      remedy: 'Give a splitExpression instead.',
    })
  }
  try {
    return new Intl.Segmenter(locale ?? 'und', { granularity })
  } catch (cause) {
    throw new OptionError({
      where,
      got: JSON.stringify(locale),
      expected: 'a language tag (BCP 47) such as ja, th or zh-Hant',
      remedy: 'Take the language of the text, or und for no particular one.',
      cause,
    })
  }
}
