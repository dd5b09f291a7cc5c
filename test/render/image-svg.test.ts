import { describe, expect, it } from 'vitest'
import { DataError, ImageExplainer, type RasterImage } from '../../src/index.ts'
import { renderImageSheet, renderImageSvg } from '../../src/render/index.ts'

const image: RasterImage = {
  data: Uint8Array.from({ length: 24 * 16 * 3 }, (_, i) => (i * 7) % 256),
  width: 24,
  height: 16,
  channels: 3,
}

const explained = (keepPicture: boolean) =>
  new ImageExplainer({
    segmentation: { algorithm: 'grid', rows: 2, columns: 3 },
    hide: 0,
    classNames: ['<script>alert(1)</script>', 'other'],
  }).explain(
    image,
    (images) =>
      images.map(({ data }) => {
        const p = (data[3]! / 255 + data[1000]! / 255) / 2
        return [1 - p, p]
      }),
    { labels: [0], keepPicture, keepNeighbourhood: true, numSamples: 60 },
  )

describe('renderImageSvg', () => {
  it.each(['overlay', 'heatmap', 'boundaries'] as const)(
    'draws the %s over the picture, with names as text',
    async (view) => {
      const explanation = await explained(true)
      const svg = renderImageSvg(JSON.parse(JSON.stringify(explanation)), { view })
      expect(svg).toContain('<image href="data:image/png;base64,')
      expect(svg).toContain('segment 0')
      expect(svg).not.toContain('<script')
      expect(svg).not.toMatch(/NaN|undefined/)
      expect(svg.match(/fill-rule="evenodd"/g)!.length).toBeGreaterThan(1)
    },
  )

  it('marks against by dashes and −, for by + and solid lines', async () => {
    const svg = renderImageSvg(await explained(true))
    const against = svg.match(/stroke-dasharray/g)?.length ?? 0
    expect(against).toBeGreaterThan(0)
    expect(svg.match(/>\u2212<\/text>/g)).toHaveLength(against)
  })

  it('draws the segments alone without a picture, and never a picture that is no picture', async () => {
    const explanation = await explained(false)
    expect(renderImageSvg(explanation)).not.toContain('<image')
    const instance = { ...explanation.instance, picture: 'javascript:alert(1)' }
    const svg = renderImageSvg({ ...explanation, instance } as typeof explanation)
    expect(svg).not.toContain('javascript:')
  })

  it('refuses an explanation that is of no picture', async () => {
    const instance = { kind: 'text', fields: [] } as const
    expect(() => renderImageSvg({ ...explanation(), instance })).toThrow(DataError)
    function explanation() {
      return { labels: [], features: [], prediction: [] } as unknown as Parameters<
        typeof renderImageSvg
      >[0]
    }
  })
})

describe('renderImageSheet', () => {
  it('shows each sample with what the model answers, in full rows where it can', async () => {
    const explanation = await explained(true)
    const picture = 'data:image/png;base64,iVBORw0KGgo='
    const samples = explanation.perturbations(12).map(({ outputs }) => ({ picture, outputs }))
    const svg = renderImageSheet(explanation, samples)
    expect(svg.match(/<image /g)).toHaveLength(12)
    expect(svg.match(/\s%<\/text>/g)).toHaveLength(11)
    expect(svg).toContain(' whole</text>')
    expect(
      new Set(svg.match(/<image [^>]* x="[\d.]+"/g)!.map((tag) => tag.split('x=')[1])).size,
    ).toBe(4)
  })
})
