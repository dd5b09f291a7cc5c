import { describe, expect, it } from 'vitest'
import { evaluateMethods } from '../../src/evaluate/index.ts'
import { type Model, TextExplainer } from '../../src/index.ts'

/** Linear in its words, so that the surrogate can be perfect. */
const model: Model<string> = (texts) =>
  texts.map((text) => {
    const p = 0.4 + (text.includes('good') ? 0.3 : 0) - (text.includes('bad') ? 0.25 : 0)
    return [1 - p, p]
  })

describe('evaluateMethods in a browser', () => {
  it('measures a method beside chance', async () => {
    const evaluation = await evaluateMethods<string, string>({
      explainer: new TextExplainer(),
      model,
      instances: ['a good film with bad sound', 'good and not bad at all'],
      methods: [
        {
          name: 'default',
          explain: (text, label, seed) =>
            new TextExplainer({ randomState: seed }).explain(text, model, { labels: [label] }),
        },
      ],
      seeds: 2,
      numSamples: 200,
      kernel: { metric: 'cosine', scale: 100, width: () => 25 },
    })
    const [own, random] = evaluation.methods.map(({ measures }) => measures)
    expect(evaluation.methods.map(({ name }) => name)).toEqual(['default', 'random'])
    expect(own!.heldOutR2!.mean).toBeGreaterThan(0.99)
    expect(own!.faithfulness!.mean).toBeGreaterThan(0.99)
    expect(random!.heldOutR2!.mean).toBeLessThan(0.5)
  })
})
