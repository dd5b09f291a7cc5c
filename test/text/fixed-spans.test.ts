import { describe, expect, it } from 'vitest'
import { DataError } from '../../src/contract/errors.ts'
import { type FixedSpan, spanPieces } from '../../src/text/fixed-spans.ts'

const cut = (text: string, spans: readonly FixedSpan[], units: 'utf16' | 'codePoints' = 'utf16') =>
  spanPieces(text, spans, units, 'spans').map(({ text: piece, isWord }) =>
    isWord ? `[${piece}]` : piece,
  )

describe('spanPieces', () => {
  it('takes spans in any order; what they leave over separates', () => {
    expect(
      cut('unhappy cats', [
        [8, 11],
        [0, 2],
        [2, 7],
      ]),
    ).toEqual([...['[un]', '[happy]', ' ', '[cat]', 's']])
  })

  it('counts code points where asked, as Python’s tokenizers do', () => {
    expect(
      cut(
        '😀 ok',
        [
          [0, 1],
          [2, 4],
        ],
        'codePoints',
      ),
    ).toEqual(['[😀]', ' ', '[ok]'])
  })

  it.each<[string, FixedSpan[]]>([
    ['an empty span', [[1, 1]]],
    ['a span from its end to its start', [[3, 1]]],
    ['a span beyond the text', [[0, 5]]],
    ['a span before the text', [[-1, 2]]],
    ['a broken number', [[0, 1.5]]],
    ['no pair', [4 as unknown as FixedSpan]],
    [
      'spans that overlap',
      [
        [0, 3],
        [2, 4],
      ],
    ],
    [
      'equal spans',
      [
        [0, 2],
        [0, 2],
      ],
    ],
  ])('refuses %s', (_, spans) => {
    expect(() => cut('abcd', spans)).toThrow(DataError)
    expect(() => cut('abcd', spans)).toThrow(/spans\[\d\]/)
  })

  it('refuses to cut a character in half', () => {
    expect(() => cut('😀', [[0, 1]])).toThrow('codePoints')
  })
})
