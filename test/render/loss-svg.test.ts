import { describe, expect, it } from 'vitest'
import { OptionError } from '../../src/contract/errors.ts'
import { renderLossSvg } from '../../src/render/loss-svg.ts'

const history = [0.8, 0.5, 0.4, 0.3].map((loss, i) => ({
  epoch: i + 1,
  loss,
  validationLoss: loss + 0.1,
}))

/** Heights of the points of the lines, in pixels from the top. */
function heights(svg: string): number[][] {
  return [...svg.matchAll(/<path d="(M[^"]*)" fill="none"/g)].map(([, path]) =>
    path!
      .split(/[ML]/)
      .slice(1)
      .map((point) => Number(point.split(' ')[1])),
  )
}

describe('renderLossSvg', () => {
  it('draws both losses to one scale that begins at 0, and marks the epoch that was kept', () => {
    const svg = renderLossSvg(history, { bestEpoch: 3 })
    const [training, validation] = heights(svg)
    expect(training).toHaveLength(4)
    // The largest value, 0.9, stands at the top (62), 0 would stand at 292.
    expect(validation![0]).toBeCloseTo(62, 1)
    expect(training![1]).toBeCloseTo(292 - (230 * 0.5) / 0.9, 1)
    expect(svg).toContain('weights of epoch 3 kept')
  })

  it('draws the training loss alone where nothing was put aside', () => {
    const svg = renderLossSvg(history.map((one) => ({ ...one, validationLoss: null })))
    expect(heights(svg)).toHaveLength(1)
    expect(svg).not.toContain('validation')
  })

  it('draws one epoch, brings widths into range, and escapes the title', () => {
    const svg = renderLossSvg(history.slice(0, 1), { title: '<a> & b', width: 10 })
    expect(svg).toContain('width="320"')
    expect(svg).not.toMatch(/<a>|NaN/)
  })

  it('refuses no epoch at all', () => {
    expect(() => renderLossSvg([])).toThrow(OptionError)
  })
})
