import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { CompositeExplainer } from '../../src/composite/index.ts'
import { DataError, OptionError, SodalimeError } from '../../src/contract/errors.ts'
import type { Explanation } from '../../src/contract/explanation.ts'
import { parseExplanation } from '../../src/contract/schema.ts'
import { RandomState } from '../../src/math/random-state.ts'
import { TextExplainer, type TextExplainerOptions } from '../../src/text/index.ts'

const has = (text: string, word: string) => text.split(/[^\p{L}\p{N}]+/u).includes(word)

/** Probability from how many of the weighted words stand in the text. */
const wordModel = (weights: { readonly [word: string]: number }) => (texts: readonly string[]) =>
  texts.map((text) => {
    let p = 0.5
    for (const [word, weight] of Object.entries(weights)) if (has(text, word)) p += weight
    return [1 - p, p]
  })

const flat = (texts: readonly unknown[]) => texts.map(() => [0.5, 0.5])

/** All texts that a model was asked about, and the explanation. */
async function asked(
  text: string,
  options: TextExplainerOptions,
  explainOptions = {},
): Promise<{ texts: string[]; explanation: Explanation }> {
  const texts: string[] = []
  const explanation = await new TextExplainer(options).explain(
    text,
    (batch) => {
      texts.push(...batch)
      return flat(batch)
    },
    { numSamples: 200, ...explainOptions },
  )
  return { texts, explanation }
}

const names = ({ features }: Explanation) => features.map(({ name }) => name)

describe('the weights of a TextExplainer', () => {
  it('are a linear model’s own, whatever the kernel', async () => {
    const weights = { good: 0.2, bad: -0.25, very: 0.04 }
    for (const kernelWidth of [5, 25, 1000]) {
      const explainer = new TextExplainer({ kernelWidth, featureSelection: 'none' })
      const explanation = await explainer.explain('very good, not bad at all', wordModel(weights), {
        surrogate: 'ols',
        labels: [1],
        numSamples: 1000,
      })
      const got = new Map(explanation.asList())
      for (const word of ['very', 'good', 'not', 'bad', 'at', 'all']) {
        const expected = weights[word as keyof typeof weights] ?? 0
        expect(got.get(word)).toBeCloseTo(expected, 9)
      }
      expect(explanation.forLabel().localPrediction).toBeCloseTo(0.49, 9)
    }
  })

  // Garreau, Mardaoui 2021 (What does LIME really see in text), proposition 2, for words that occur once.
  it('approach the closed form for a model that needs several words at once', async () => {
    const d = 5
    const p = 2
    const nu = 0.25
    const psi = (t: number) => Math.exp(-((1 - Math.sqrt(1 - t)) ** 2) / (2 * nu * nu))
    const alpha = Array.from({ length: p + 2 }, (_, q) => {
      let sum = 0
      for (let s = 1; s <= d; s++) {
        let product = 1
        for (let k = 0; k < q; k++) product *= (d - s - k) / (d - k)
        sum += product * psi(s / d)
      }
      return sum / d
    })
    const [a0, a1, a2, a3] = alpha as [number, number, number, number]
    const D = (d - 1) * a0 * a2 - d * a1 ** 2 + a0 * a1
    const s1 = -a1
    const s2 = ((d - 2) * a0 * a2 - (d - 1) * a1 ** 2 + a0 * a1) / (a1 - a2)
    const s3 = (a1 ** 2 - a0 * a2) / (a1 - a2)
    const inside = (s1 * a2 + s2 * a2 + (p - 1) * s3 * a2 + (d - p) * s3 * a3) / D
    const outside = (s1 * a2 + s2 * a3 + p * s3 * a2 + (d - p - 1) * s3 * a3) / D

    const explainer = new TextExplainer({ kernelWidth: 100 * nu, featureSelection: 'none' })
    const both = (texts: readonly string[]) =>
      texts.map((text) => (has(text, 'not') && has(text, 'good') ? [0, 1] : [1, 0]))
    const explanation = await explainer.explain('not good but long enough', both, {
      surrogate: 'ols',
      labels: [1],
      numSamples: 400_000,
    })
    // Standard error at so many samples: about 0.001.
    for (const [word, weight] of explanation.asList()) {
      expect(weight).toBeCloseTo(['not', 'good'].includes(word) ? inside : outside, 2)
    }
    expect(inside).toBeGreaterThan(0.3)
    expect(Math.abs(outside)).toBeLessThan(0.1)
  })

  it('do not depend on what was explained before, with a seed', async () => {
    const explainer = new TextExplainer({ randomState: 7 })
    const model = wordModel({ b: 0.3 })
    const first = await explainer.explain('a b c d', model)
    await explainer.explain('quite another text', model)
    const again = await explainer.explain('a b c d', model)
    const fresh = await new TextExplainer({ randomState: 7 }).explain('a b c d', model)
    expect(again.labels).toEqual(first.labels)
    expect(fresh.labels).toEqual(first.labels)
  })

  it('go on from call to call with a RandomState', async () => {
    const explainer = new TextExplainer({ randomState: new RandomState(7) })
    const model = (texts: readonly string[]) =>
      texts.map((text) => [1 / (1 + text.length), 1 - 1 / (1 + text.length)])
    for (const sampling of ['lime', 'factorial'] as const) {
      const first = await explainer.explain('a b c d', model, { sampling, numSamples: 30 })
      const second = await explainer.explain('a b c d', model, { sampling, numSamples: 30 })
      expect(second.labels).not.toEqual(first.labels)
    }
  })

  it('do not depend on the size of batches', async () => {
    const explainer = new TextExplainer()
    const model = wordModel({ b: 0.3, d: -0.2 })
    const small = await explainer.explain('a b c d e', model, { batchSize: 3 })
    const large = await explainer.explain('a b c d e', model, { batchSize: 10_000 })
    expect(small.labels).toEqual(large.labels)
  })
})

describe('what a model is asked', () => {
  it('begins with the text itself; equal texts are asked once', async () => {
    const { texts } = await asked('to be or not to be', {})
    expect(texts[0]).toBe('to be or not to be')
    // Four different words: 2⁴ texts, and the text itself once more to see whether the answer is the same.
    expect(new Set(texts).size).toBe(16)
    expect(texts.length).toBe(17)
    expect(texts.filter((text) => text === texts[0])).toHaveLength(2)
    const python = await asked('to be or not to be', { compatibility: 'python' })
    expect(new Set(python.texts).size).toBe(python.texts.length)
    expect(texts).toContain('to  or  to ')
  })

  it('masks single places without bow', async () => {
    const { texts } = await asked('a b a', { bow: false })
    expect(texts).toContain('a b UNKWORDZ')
    const masked = await asked('a b a', { bow: false, maskString: '[MASK]' })
    expect(masked.texts).toContain('[MASK] b a')
  })

  it('takes a mask with bow too, but for Python’s mode', async () => {
    expect((await asked('a b a', { maskString: '_' })).texts).toContain('_ b _')
    const python = await asked('a b a', { maskString: '_', compatibility: 'python' })
    expect(python.texts).toContain(' b ')
  })

  it('keeps every separator, property by property', async () => {
    const letter = fc.constantFrom('a', 'b', 'é', '😀', ' ', ', ', '\n', '-')
    await fc.assert(
      fc.asyncProperty(
        fc.array(letter, { minLength: 1, maxLength: 20 }).map((all) => `x${all.join('')}`),
        async (text) => {
          const { texts } = await asked(text, {}, { numSamples: 20 })
          const separators = (one: string) => one.replace(/[\p{L}\p{N}_]+/gu, '')
          for (const one of texts) expect(separators(one)).toBe(separators(text))
        },
      ),
      { numRuns: 40 },
    )
  })

  it('is an object with the same keys where the instance has fields', async () => {
    const seen: { title: string; body: string }[] = []
    const explanation = await new TextExplainer().explain(
      { title: 'win now', body: 'now or never' },
      (batch) => {
        seen.push(...batch)
        return batch.map(({ title }) => (has(title, 'now') ? [0.1, 0.9] : [0.8, 0.2]))
      },
      { labels: [1], numFeatures: 1 },
    )
    expect(seen[0]).toEqual({ title: 'win now', body: 'now or never' })
    expect(seen).toContainEqual({ title: 'win ', body: 'now or never' })
    expect(names(explanation)).toEqual(['win', 'now', 'now', 'or', 'never'])
    const [best] = explanation.forLabel().weights
    expect(explanation.features[best!.feature]!.part).toEqual({
      kind: 'text',
      field: 0,
      spans: [{ start: 4, end: 7, codePoint: 4 }],
    })
    expect(explanation.instance).toEqual({
      kind: 'text',
      fields: [
        { name: 'title', text: 'win now' },
        { name: 'body', text: 'now or never' },
      ],
    })
  })
})

describe('the features of a text', () => {
  it.each<[string, TextExplainerOptions, string, string[]]>([
    ['words', {}, 'It’s good, good!', ['It', 's', 'good']],
    ['places', { bow: false }, 'good good', ['good', 'good']],
    ['characters', { charLevel: true }, 'aé😀a', ['a', 'é', '😀']],
    ['graphemes', { unit: 'grapheme' }, 'e\u0301👨‍👩‍👧', ['e\u0301', '👨‍👩‍👧']],
    ['sentences', { unit: 'sentence' }, 'So be it. So be it.', ['So be it.', 'So be it.']],
    ['paragraphs', { unit: 'paragraph' }, 'a b\nc\n\nd', ['a b\nc', 'd']],
    ['groups of words', { ngram: 2 }, 'not good, not bad', ['not good', 'not bad']],
    [
      'words of a language without spaces',
      { locale: 'ja' },
      '私は猫が好き。',
      ['私', 'は', '猫', 'が', '好き'],
    ],
    [
      'what a pattern leaves',
      { splitExpression: '\\s+' },
      '<script> 😀 שלום',
      ['<script>', '😀', 'שלום'],
    ],
  ])('can be %s', async (_, options, text, expected) => {
    const { explanation } = await asked(text, options)
    expect(names(explanation)).toEqual(expected)
  })

  it('are removed without a trace where they are sentences, groups or spans', async () => {
    const sentences = await asked('One. Two. Three.', { unit: 'sentence' })
    expect(sentences.texts).toContain('One.  Three.')
    const groups = await asked('a b c d', { ngram: 2 })
    expect(groups.texts).toContain(' c d')
    const spans = await asked(
      'unhappy',
      {},
      {
        spans: [
          [0, 2],
          [2, 7],
        ],
      },
    )
    expect(spans.texts).toContain('happy')
    expect(names(spans.explanation)).toEqual(['un', 'happy'])
  })

  it('stand where their positions say, in units and in code points', async () => {
    const options: TextExplainerOptions[] = [
      ...[{}, { bow: false }, { charLevel: true }, { ngram: 2 }],
      ...[{ unit: 'sentence' as const }, { unit: 'grapheme' as const }, { locale: 'und' }],
    ]
    for (const one of options) {
      const text = '😀 été, 𝒜 ok. Ok <b> e\u0301 ok!'
      const { explanation } = await asked(text, one)
      for (const { name, part } of explanation.features) {
        if (part.kind !== 'text') throw new Error('a part of another kind')
        for (const { start, end, codePoint } of part.spans) {
          expect(text.slice(start, end)).toBe(name)
          const characters = [...text]
          expect(characters.slice(codePoint, codePoint + [...name].length).join('')).toBe(name)
        }
      }
      expect(() => parseExplanation(JSON.parse(JSON.stringify(explanation)))).not.toThrow()
    }
  })

  it('join those of other inputs in a composite explanation', async () => {
    const explainer = new CompositeExplainer({
      question: new TextExplainer(),
      answer: new TextExplainer({ bow: false }),
    })
    const explanation = await explainer.explain(
      { question: 'is it good', answer: 'yes it is' },
      (batch) => batch.map(({ answer }) => (has(answer, 'yes') ? [0, 1] : [1, 0])),
      { numSamples: 500, numFeatures: 1, labels: [1] },
    )
    expect(explanation.asList()[0]![0]).toBe('answer: yes')
  })
})

describe('a TextExplainer that cannot explain', () => {
  it.each<[string, unknown]>([
    ['an empty text', ''],
    ['a text of separators', ' -- ...\n'],
    ['no text', undefined],
    ['null', null],
    ['a number', 3],
    ['a list', ['a', 'b']],
    ['fields that are no texts', { title: 'a', body: 3 }],
    ['fields without words', { title: '', body: '!' }],
    ['no fields', {}],
  ])('refuses %s', async (_, text) => {
    const model = vi.fn(flat)
    await expect(new TextExplainer().explain(text as string, model)).rejects.toThrow(DataError)
    expect(model).not.toHaveBeenCalled()
  })

  it('explains a single word and says that there is nothing to compare it with', async () => {
    const { diagnostics, features } = await new TextExplainer().explain(
      'good',
      wordModel({ good: 0.4 }),
    )
    expect(features).toHaveLength(1)
    expect(diagnostics.warnings.map(({ code }) => code)).toContain('single-feature')
    // The word, no word, and the word again to see whether the answer is the same.
    expect(diagnostics.modelCalls).toBe(3)
  })

  it('warns of whole phrases taken for words', async () => {
    const text = '今日はとても良い天気ですね'
    const { explanation } = await asked(text, {})
    expect(explanation.diagnostics.warnings.map(({ code }) => code)).toContain(
      'words-without-spaces',
    )
    const found = await asked(text, { locale: 'ja' })
    const codes = found.explanation.diagnostics.warnings.map(({ code }) => code)
    expect(codes).not.toContain('words-without-spaces')
  })

  it.each<[string, object, RegExp]>([
    ['unknown names', { charlevel: true }, /Did you mean charLevel/],
    ['unknown units', { unit: 'wrod' }, /Did you mean word/],
    ['characters of another unit', { unit: 'sentence', charLevel: true }, /charLevel/],
    ['separators for sentences', { unit: 'sentence', splitExpression: ' ' }, /splitExpression/],
    ['separators and a language', { locale: 'ja', splitExpression: ' ' }, /locale/],
    ['masks that are no texts', { maskString: 3 }, /maskString/],
    ['bow that is neither', { bow: 'yes' }, /bow/],
    ['patterns that are none', { splitExpression: 3 }, /splitExpression/],
    ['patterns that cannot be read', { splitExpression: '(' }, /splitExpression/],
    ['groups of none', { ngram: 0 }, /ngram/],
    ['languages that are none', { locale: '!' }, /locale/],
  ])('refuses %s', (_, options, message) => {
    expect(() => new TextExplainer(options)).toThrow(OptionError)
    expect(() => new TextExplainer(options)).toThrow(message)
  })

  it.each<[string, object]>([
    [
      'spans that overlap',
      {
        spans: [
          [0, 3],
          [2, 4],
        ],
      },
    ],
    ['spans by an unknown field', { spans: { titel: [[0, 1]] } }],
    ['no spans', { spans: [] }],
    ['spans that are a number', { spans: 3 }],
    ['unknown units', { spans: [[0, 1]], spanUnits: 'bytes' }],
    ['unknown options', { numSample: 3 }],
  ])('refuses %s in a call', async (_, options) => {
    const explaining = new TextExplainer().explain('some text', flat, options)
    await expect(explaining).rejects.toThrow(SodalimeError)
  })

  it('asks for spans by field where there are several', async () => {
    const explaining = new TextExplainer().explain({ title: 'a b', body: 'c' }, flat, {
      spans: [[0, 1]],
    })
    await expect(explaining).rejects.toThrow('Say to which field each span belongs')
    const { features } = await new TextExplainer().explain({ title: 'a b', body: 'c' }, flat, {
      spans: { title: [[2, 3]] },
      numSamples: 10,
    })
    expect(features.map(({ name }) => name)).toEqual(['b'])
  })

  it('refuses more samples than memory holds, before drawing any', async () => {
    const text = Array.from({ length: 2000 }, (_, i) => `w${i}`).join(' ')
    const explainer = new TextExplainer()
    const many = explainer.explain(text, flat, { numSamples: 10_000_000 })
    await expect(many).rejects.toThrow(/at most 2000000 samples/)
    const kept = explainer.explain(text, flat, { numSamples: 100_000, keepNeighbourhood: true })
    await expect(kept).rejects.toThrow(/keepNeighbourhood/)
  })

  it('stops drawing when aborted', async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `w${i}`).join(' ')
    const abort = new AbortController()
    for (const sampling of ['lime', 'glime', 'factorial'] as const) {
      const explaining = new TextExplainer().explain(text, flat, {
        sampling,
        signal: abort.signal,
        onProgress: ({ stage }) => {
          if (stage === 'sampling') abort.abort(new Error('enough'))
        },
      })
      await expect(explaining).rejects.toThrow('enough')
    }
  })
})

describe('a text of many words', () => {
  it('is explained by highest weights without a Gram matrix', async () => {
    const text = Array.from({ length: 8000 }, (_, i) => `w${i}`).join(' ')
    const model = wordModel({ w17: 0.3, w4000: -0.15 })
    const explanation = await new TextExplainer({ featureSelection: 'highest_weights' }).explain(
      text,
      model,
      { numSamples: 400, numFeatures: 2, labels: [1], distanceMetric: 'cosine' },
    )
    expect(explanation.asList().map(([name]) => name)).toEqual(['w17', 'w4000'])
  })
})
