import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError, OptionError } from '../../src/contract/errors.ts'
import {
  characterSplitter,
  functionSplitter,
  groupWords,
  type Piece,
  paragraphSplitter,
  patternSplitter,
  type Splitter,
  segmenterSplitter,
} from '../../src/text/split-text.ts'

const words = (pieces: readonly Piece[]) =>
  pieces.filter(({ isWord }) => isWord).map(({ text }) => text)
const byPattern = (expression: string | RegExp, python = false) =>
  patternSplitter(expression, python, 'here')
const segmented = (granularity: 'word' | 'grapheme' | 'sentence', locale?: string) =>
  segmenterSplitter(granularity, locale, 'here')

describe('patternSplitter', () => {
  it('knows letters and digits of all scripts, as Python does', () => {
    const text = 'naïve кофе, 東京! x² 𝒜𝒷 x_1 <script>'
    expect(words(byPattern('\\W+')(text, ''))).toEqual([
      ...['naïve', 'кофе', '東京', 'x²', '𝒜𝒷', 'x_1', 'script'],
    ])
  })

  it('takes a RegExp as JavaScript reads it', () => {
    expect(words(byPattern(/\W+/)('naïve', ''))).toEqual(['na', 've'])
    expect(words(byPattern(/x/gi)('aXbxc', ''))).toEqual(['a', 'b', 'c'])
  })

  // re.compile('((\\s)+)|$').split('a  b') of Python 3.11, without None and ''.
  it('repeats groups and judges words by their looks in Python’s mode only', () => {
    const twice = byPattern('(\\s)+', true)('a  b', '')
    expect(twice.map(({ text }) => text)).toEqual(['a', '  ', ' ', 'b'])
    expect(byPattern('(\\s)+')('a  b', '').map(({ text }) => text)).toEqual(['a', '  ', 'b'])
  })

  // [s for s in re.compile('( )|$').split('a b\n') if s] == ['a', ' ', 'b', '\n'], and '\n' matches at its start.
  it('splits before a last line break in Python’s mode, as its $ does', () => {
    const pieces = byPattern(' ', true)('a b\n', '')
    expect(pieces.map(({ text }) => text)).toEqual(['a', ' ', 'b', '\n'])
    expect(words(pieces)).toEqual(['a', 'b'])
  })

  it('never cuts a character of two units, even at an empty match', () => {
    for (const python of [true, false]) {
      const pieces = byPattern('(?=[^x])|(?!x)', python)('😀😀', '')
      expect(pieces.map(({ text }) => text)).toEqual(['😀', '😀'])
    }
  })
})

describe('functionSplitter', () => {
  it('finds tokens in order and separates by what lies between', () => {
    const split = functionSplitter((text) => text.match(/[a-z]+/g) ?? [], false)
    expect(split('ab, cd!', '')).toEqual([
      { text: 'ab', start: 0, isWord: true },
      { text: ', ', start: 2, isWord: false },
      { text: 'cd', start: 4, isWord: true },
      { text: '!', start: 6, isWord: false },
    ])
  })

  it('takes what lies between for a word in Python’s mode where it equals a token', () => {
    const tokens = () => ['a', 'b']
    expect(words(functionSplitter(tokens, true)('aab', ''))).toEqual(['a', 'a', 'b'])
    expect(words(functionSplitter(tokens, false)('aab', ''))).toEqual(['a', 'b'])
  })

  it('refuses tokens that do not stand in the text, and answers that are no lists of texts', () => {
    expect(() => functionSplitter(() => ['cat', 'dog'], false)('Cat dog', 'it')).toThrow(
      'it, token 0 of splitExpression: got "cat"',
    )
    expect(() => functionSplitter(() => [1] as never, false)('1', 'it')).toThrow(DataError)
    expect(() => functionSplitter(() => 3 as never, false)('3', 'it')).toThrow(DataError)
  })
})

describe('segmenterSplitter', () => {
  it('finds words where no spaces are, and counts emoji as words', () => {
    expect(words(segmented('word', 'ja')('今日は良い天気です。', ''))).toContain('天気')
    expect(words(segmented('word')('so 👍🏽, really', ''))).toEqual(['so', '👍🏽', 'really'])
  })

  it('keeps characters whole as people see them', () => {
    expect(words(segmented('grapheme')('e\u0301👨‍👩‍👧', ''))).toEqual(['e\u0301', '👨‍👩‍👧'])
  })

  it('separates sentences by the blanks between them', () => {
    const pieces = segmented('sentence', 'en')('It works. Does it?  Yes! ', '')
    expect(words(pieces)).toEqual(['It works.', 'Does it?', 'Yes!'])
  })

  it('refuses a locale that is none', () => {
    expect(() => segmented('word', 'no such language')).toThrow(OptionError)
  })
})

describe('paragraphSplitter', () => {
  it('separates at blank lines, whatever their line ends and spaces', () => {
    const text = 'one\ntwo\n\nthree\r\n \r\nfour\n'
    expect(words(paragraphSplitter(text))).toEqual(['one\ntwo', 'three', 'four'])
  })
})

describe('groupWords', () => {
  it('joins n words with what stands between them; the last group may hold fewer', () => {
    const grouped = groupWords(byPattern('\\W+')(' a b, c d. e!', ''), 2)
    expect(words(grouped)).toEqual(['a b', 'c d', 'e'])
    expect(grouped.map(({ text }) => text).join('')).toBe(' a b, c d. e!')
  })
})

describe('every splitter', () => {
  const splitters: [string, Splitter][] = [
    ['by pattern', byPattern('\\W+')],
    ['by Python’s rules', byPattern('\\W+', true)],
    ['by empty matches', byPattern('\\b|(?=e)')],
    ['by function', functionSplitter((text) => text.split(/\s+/), false)],
    ['by character', characterSplitter],
    ['by paragraph', paragraphSplitter],
    ['by grapheme', segmented('grapheme')],
    ['by word', segmented('word', 'th')],
    ['by sentence', segmented('sentence')],
    ['by groups', (text) => groupWords(byPattern('\\W+')(text, ''), 3)],
  ]
  it.each(splitters)('%s gives back the text, piece by piece at its place', (_, split) => {
    const unit = fc.constantFrom(
      ...['a', 'é', ' ', '\n', '\r\n', '.', '😀', '\u0301', '東', 'ไ', '\ud83d'],
    )
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit })), (text) => {
        const pieces = split(text, '')
        expect(pieces.map((piece) => piece.text).join('')).toBe(text)
        for (const piece of pieces) {
          expect(piece.text).not.toBe('')
          expect(text.slice(piece.start, piece.start + piece.text.length)).toBe(piece.text)
        }
      }),
    )
  })
})
