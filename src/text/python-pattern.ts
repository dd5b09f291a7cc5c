/**
 * A regular expression in Python's syntax as JavaScript's: `splitExpression` may be copied from a Python program.
 *
 * 1. Python's classes know all of Unicode, JavaScript's only ASCII: `\w` becomes letters, numbers and `_`; `\d`, `\s`,
 *    `\b` and their opposites likewise, inside brackets too.
 * 2. What is written in another way is rewritten: `(?P<name>…)`, `(?P=name)`, `\A`, `\Z`, `$` (which also stands before
 *    a last line break), `[]…]`, `(?i)` at the beginning, escapes of letters that need none.
 *
 * Not known here: conditionals, comments, possessive quantifiers, and flags other than i, m, s, u. They are refused.
 */
import { OptionError } from '../contract/errors.ts'

const WORD = '\\p{L}\\p{N}_'
const SPACE =
  '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const DIGIT = '\\p{Nd}'

/** Members of a class, by the letter of its escape. */
const CLASSES: { readonly [letter: string]: string } = { w: WORD, s: SPACE, d: DIGIT }

/** The end of the text as Python's `$` sees it; without the flag m. */
export const PYTHON_END = '(?=\\n?$)'

/** Source and flags for `RegExp`; throws an OptionError, at `where`, for what JavaScript cannot express. */
export function fromPythonPattern(
  pattern: string,
  where: string,
): { readonly source: string; readonly flags: string } {
  const leading = /^\(\?([a-zA-Z]+)\)/.exec(pattern)
  const asked = leading?.[1] ?? ''
  if (/[^imsu]/.test(asked)) throw unreadable(pattern, where, `the flags ${asked}`)
  const multiline = asked.includes('m')
  const flags = `u${[...'ims'].filter((flag) => asked.includes(flag)).join('')}`
  const source = translate(pattern.slice(leading?.[0].length ?? 0), multiline)
  try {
    new RegExp(source, flags)
  } catch (cause) {
    throw unreadable(pattern, where, (cause as Error).message, cause)
  }
  return { source, flags }
}

function translate(pattern: string, multiline: boolean): string {
  let out = ''
  for (let at = 0; at < pattern.length; ) {
    const rest = pattern.slice(at, at + 4)
    const character = pattern[at]!
    if (character === '\\') {
      out += escapeOutside(pattern[at + 1] ?? '')
      at += 2
    } else if (character === '[') {
      const { text, end } = bracket(pattern, at)
      out += text
      at = end
    } else if (rest === '(?P<') {
      out += '(?<'
      at += 4
    } else if (rest === '(?P=') {
      const end = pattern.indexOf(')', at)
      out += `\\k<${pattern.slice(at + 4, end)}>`
      at = end < 0 ? pattern.length : end + 1
    } else if (character === '$' && !multiline) {
      out += PYTHON_END
      at++
    } else if (character === ']' || character === '}' || isLiteralBrace(pattern, at)) {
      // A quantifier's brace is closed below, with its opening one.
      out += `\\${character}`
      at++
    } else if (character === '{') {
      const end = pattern.indexOf('}', at) + 1
      out += pattern.slice(at, end).replace('{,', '{0,')
      at = end
    } else {
      out += character
      at++
    }
  }
  return out
}

function isLiteralBrace(pattern: string, at: number): boolean {
  return pattern[at] === '{' && !/^\{(?:\d+(?:,\d*)?|,\d+)\}/.test(pattern.slice(at))
}

function escapeOutside(letter: string): string {
  const members = CLASSES[letter.toLowerCase()]
  if (members !== undefined) return letter in CLASSES ? `[${members}]` : `[^${members}]`
  switch (letter) {
    case 'b':
      return `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`
    case 'B':
      return `(?:(?<=[${WORD}])(?=[${WORD}])|(?<![${WORD}])(?![${WORD}]))`
    case 'A':
      return '(?<![^])'
    case 'Z':
      return '(?![^])'
    case 'a':
      return '\\x07'
    default:
      return plainEscape(letter)
  }
}

/** An escape that both languages know, or the character itself where it needs none. */
function plainEscape(letter: string): string {
  if (/[\^$\\.*+?()[\]{}|/0-9fnrtvxu]/.test(letter)) return `\\${letter}`
  return letter === '-' ? '\\x2d' : letter
}

/** The class that begins at `at`. Opposites (`\W`) cannot stand among members: they become alternatives. */
function bracket(pattern: string, at: number): { text: string; end: number } {
  const negated = pattern[at + 1] === '^'
  let i = at + (negated ? 2 : 1)
  const first = i
  let members = ''
  const opposites: string[] = []
  while (i < pattern.length && (pattern[i] !== ']' || i === first)) {
    const character = pattern[i]!
    if (character === '\\') {
      const letter = pattern[i + 1] ?? ''
      const known = CLASSES[letter.toLowerCase()]
      if (known === undefined) members += letter === 'b' ? '\\x08' : plainEscape(letter)
      else if (letter in CLASSES) members += known
      else opposites.push(`[^${known}]`)
      i += 2
    } else {
      members += character === '[' || character === ']' ? `\\${character}` : character
      i++
    }
  }
  const end = i + 1
  // Without its closing bracket the pattern is wrong in both languages: JavaScript shall say so.
  if (i >= pattern.length) return { text: '[', end: pattern.length }
  if (opposites.length === 0) return { text: `[${negated ? '^' : ''}${members}]`, end }
  const any = members === '' ? opposites : [`[${members}]`, ...opposites]
  return { text: negated ? `(?:(?!${any.join('|')})[^])` : `(?:${any.join('|')})`, end }
}

function unreadable(pattern: string, where: string, why: string, cause?: unknown): OptionError {
  return new OptionError({
    where,
    got: `${JSON.stringify(pattern)}: ${why}`,
    expected: 'a regular expression in Python’s syntax',
    remedy: 'Give a RegExp in place of the text, or a function that returns the tokens.',
    cause,
  })
}
