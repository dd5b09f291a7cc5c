import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBitMatrix, setBit } from '../../src/math/bit-matrix.ts'
import { patternSplitter } from '../../src/text/split-text.ts'
import { findFeatures } from '../../src/text/text-features.ts'
import { textTemplate } from '../../src/text/text-template.ts'

const split = patternSplitter('\\W+', false, '')

describe('textTemplate', () => {
  it.each([true, false])('replaces what is off and keeps every separator (bow %s)', (bow) => {
    const letter = fc.constantFrom('a', 'b', 'c', 'dd', 'é', '😀', ' ', ', ', '\n')
    const texts = fc.array(letter, { maxLength: 90 }).map((letters) => letters.join(''))
    fc.assert(
      fc.property(
        texts,
        fc.constantFrom('', 'UNKWORDZ', '$&'),
        fc.integer(),
        (text, mask, seed) => {
          const pieces = split(text, '')
          const { features, fields } = findFeatures([pieces], bow)
          const X = createBitMatrix(1, features.length)
          features.forEach((_, j) => {
            setBit(X, 0, j, ((Math.imul(seed, 2 * j + 1) >>> 7) & 1) === 1)
          })
          const isOn = (j: number) => ((X.words[j >>> 5]! >>> (j & 31)) & 1) === 1
          const expected = pieces.map((piece, k) => {
            const id = fields[0]!.feature[k]!
            return id < 0 || isOn(id) ? piece.text : mask
          })
          expect(textTemplate(fields[0]!, mask)(X, 0)).toBe(expected.join(''))
        },
      ),
    )
  })
})

describe('findFeatures', () => {
  it('puts equal words of one field together, in order of first appearance, but not across fields', () => {
    const { features } = findFeatures([split('b a b', ''), split('a', '')], true)
    expect(features.map(({ name }) => name)).toEqual(['b', 'a', 'a'])
    expect(features.map(({ part }) => part.kind === 'text' && part.field)).toEqual([0, 0, 1])
    expect(features[0]!.part).toMatchObject({ spans: [{ start: 0 }, { start: 4 }] })
  })

  it('counts code points beside UTF-16 units', () => {
    const { features } = findFeatures([split('😀 a 𝒜 b', '')], true)
    expect(features.map(({ part }) => part.kind === 'text' && part.spans[0])).toEqual([
      { start: 3, end: 4, codePoint: 2 },
      { start: 5, end: 7, codePoint: 4 },
      { start: 8, end: 9, codePoint: 6 },
    ])
  })
})
