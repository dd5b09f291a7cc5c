/** What every renderer must do, whatever it draws. */
import { describe, expect, it } from 'vitest'
import type { ExplanationData } from '../../src/contract/index.ts'
import { composite, gallery, hostile } from './fixtures/explanations.ts'

/** A renderer under test. */
export interface RendererCase {
  readonly name: string
  readonly render: (explanation: ExplanationData) => string
  /** Ending of its files in the gallery. */
  readonly extension: string
  /** What must not stand in its output when names are hostile. */
  readonly forbidden: RegExp
}

/** Runs the suite over one renderer. */
export function rendererSuite({ name, render, extension, forbidden }: RendererCase): void {
  describe(name, () => {
    it.each(Object.entries(gallery))('draws %s as the gallery has it', async (example, data) => {
      await expect(render(data)).toMatchFileSnapshot(`gallery/${example}.${extension}`)
    })

    it('gives the same output for the same explanation, and leaves it as it was', () => {
      for (const data of Object.values(gallery)) {
        const before = JSON.stringify(data)
        expect(render(data)).toBe(render(structuredClone(data)))
        expect(JSON.stringify(data)).toBe(before)
      }
    })

    it('leaves nothing of hostile names that could act', () => {
      expect(render(hostile)).not.toMatch(forbidden)
      expect(render(composite)).not.toMatch(forbidden)
    })

    it('writes no NaN, undefined, or object into its output', () => {
      for (const data of Object.values(gallery)) {
        expect(render(data)).not.toMatch(/NaN|undefined|\[object|Infinity/)
      }
    })

    it('draws numbers that are not finite without failing', () => {
      const odd = [
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        -0,
        5e-324,
        1e300,
      ]
      for (const value of odd) {
        const data: ExplanationData = {
          ...gallery.iris!,
          prediction: [value, 0.5, 0.5],
          labels: gallery.iris!.labels.map((label) => ({
            ...label,
            score: value,
            prediction: value,
            weights: label.weights.map((weight, i) =>
              i === 1 ? { ...weight, weight: value, interval: [value, value] } : weight,
            ),
          })),
        }
        expect(render(data)).not.toMatch(/NaN|undefined|Infinity/)
      }
    })
  })
}
