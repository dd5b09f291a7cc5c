import { describe, expect, it } from 'vitest'
import { OptionError } from '../../src/contract/errors.ts'
import { fromPythonPattern } from '../../src/text/python-pattern.ts'

/** All matches, as re.findall gives them for patterns without groups. */
function findAll(pattern: string, text: string): string[] {
  const { source, flags } = fromPythonPattern(pattern, 'here')
  return [...text.matchAll(new RegExp(source, `${flags}g`))].map(([match]) => match)
}

describe('fromPythonPattern', () => {
  // Expected: re.findall of Python 3.11.
  it.each([
    ['\\w+', 'naïve_7 x² 東京!', ['naïve_7', 'x²', '東京']],
    ['[\\W\\d]+', 'a1, b', ['1, ']],
    ['[^\\W_]+', 'été_b', ['été', 'b']],
    ['[^\\w\\s]', 'a. b!', ['.', '!']],
    ['\\bb\\w*', 'ab b\u00e9 cb', ['b\u00e9']],
    ['\\s+', 'a\u00a0\u2003b\x1cc', ['\u00a0\u2003', '\x1c']],
    ['\\d+', '٣4x', ['٣4']],
    ['[]x]+', 'a]x', [']x']],
    ['(?P<q>[ab])(?P=q)', 'aabab bb', ['aa', 'bb']],
    ['(?i)A+', 'aAb', ['aA']],
    ['a\\-b\\ \\#', 'a-b #', ['a-b #']],
    ['x{,2}y', 'xxxy', ['xxy']],
    ['a{b}', 'a{b}', ['a{b}']],
    ['\\Aa|b\\Z', 'aab', ['a', 'b']],
    ['b$', 'b\nb\n', ['b']],
    ['(?m)b$', 'b\nb\n', ['b', 'b']],
    ['[-,.]', 'a-b.c', ['-', '.']],
    ['.', '😀\n', ['😀']],
  ])('reads %s as Python does', (pattern, text, expected) => {
    expect(findAll(pattern, text)).toEqual(expected)
  })

  it.each(['(', '[a', '(?x)a', '(?(1)a|b)', '*'])('refuses %s and names the way out', (pattern) => {
    expect(() => fromPythonPattern(pattern, 'here')).toThrow(OptionError)
    expect(() => fromPythonPattern(pattern, 'here')).toThrow('Give a RegExp')
  })
})
