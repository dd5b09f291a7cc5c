/** Explanations that draw themselves: `toHTML()`, and what notebooks show. */
import { describe, expect, it, vi } from 'vitest'
import {
  Explanation,
  type ExplanationData,
  ImageExplainer,
  ImageExplanation,
  JUPYTER_DISPLAY,
  TextExplainer,
} from '../../src/index.ts'
import { explainInWords, renderHtml } from '../../src/render/index.ts'
import { iris } from '../render/fixtures/explanations.ts'

const model = (texts: readonly string[]) =>
  texts.map((text) => (text.includes('good') ? [0.1, 0.9] : [0.8, 0.2]))

describe('toHTML', () => {
  it('gives the report of the renderer, with its options', async () => {
    const explanation = new Explanation(iris)
    expect(await explanation.toHTML()).toBe(renderHtml(iris))
    expect(await explanation.toHTML({ title: 'Flower 3', maxFeatures: 2 })).toBe(
      renderHtml(iris, { title: 'Flower 3', maxFeatures: 2 }),
    )
  })

  it('is there for what explainers give, and adds nothing to the data', async () => {
    const explanation = await new TextExplainer({ randomState: 1 }).explain('a good day', model)
    expect(await explanation.toHTML()).toMatch(/<mark class="for t5"[^>]*>good/)
    expect(Object.keys(explanation)).not.toContain('toHTML')
    expect(JSON.parse(JSON.stringify(explanation))).toEqual({ ...explanation })
  })

  it('has the picture of an image in it', async () => {
    const image = {
      data: new Uint8Array(48).map((_, i) => 5 * i),
      width: 4,
      height: 4,
      channels: 3,
    }
    const explainer = new ImageExplainer({
      segmentation: { algorithm: 'grid', rows: 2, columns: 2 },
    })
    const explanation = await explainer.explain(
      image,
      (pictures) => pictures.map(({ data }) => [data[0]! / 255, 1 - data[0]! / 255]),
      { numSamples: 20 },
    )
    expect(explanation).toBeInstanceOf(ImageExplanation)
    expect(JSON.stringify(explanation)).not.toContain('data:image')
    expect(await explanation.toHTML()).toContain('href="data:image/png;base64,')
    expect((await explanation[JUPYTER_DISPLAY]())['text/html']).toContain('data:image/png;base64,')
  })

  it('says what to import where nothing draws', async () => {
    vi.resetModules()
    const alone = await import('../../src/contract/explanation.ts')
    await expect(new alone.Explanation(iris).toHTML()).rejects.toThrow(
      "Explanation.toHTML: got nothing that draws, expected the module 'sodalime' or 'sodalime/render'",
    )
    await import('../../src/render/html.ts')
    expect(await new alone.Explanation(iris).toHTML()).toContain('<h1>Why virginica?</h1>')
  })
})

describe('notebooks', () => {
  it('find the report in a frame of its own, and the words, by the symbol of Deno’s kernel', async () => {
    const explanation = new Explanation(iris)
    const display: unknown = Reflect.get(explanation, Symbol.for('Jupyter.display'))
    expect(display).toBe(explanation[JUPYTER_DISPLAY])
    const shown = await explanation[JUPYTER_DISPLAY]()
    expect(shown['text/plain']).toBe(explainInWords(iris))
    const html = shown['text/html']
    expect(html).toMatch(
      /^<iframe title="Why virginica\?" sandbox="allow-scripts"( [a-z]+="[^"]*")+><\/iframe>$/s,
    )
    const source = /srcdoc="([^"]*)"/s.exec(html)![1]!
    expect(source.replaceAll('&quot;', '"').replaceAll('&amp;', '&')).toBe(renderHtml(iris))
  })

  it('are safe from names that would close the frame', async () => {
    const name = '"></iframe><script>alert(1)</script>'
    const data: ExplanationData = {
      ...iris,
      labels: iris.labels.map((label) => ({ ...label, name })),
    }
    const html = (await new Explanation(data)[JUPYTER_DISPLAY]())['text/html']
    const attributes = html.match(/^<iframe( [a-z]+="[^"]*")+><\/iframe>$/s)
    expect(attributes).not.toBeNull()
  })
})
