import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError, type ExplanationData } from '../../src/contract/index.ts'
import { barAxis, labelBars } from '../../src/render/bars.ts'
import { displayWidth, truncate, wrap } from '../../src/render/display-width.ts'
import {
  drawInstance,
  drawWeights,
  renderHtml,
  renderPng,
  renderSvg,
  renderTerminal,
  toJsonText,
  treeRules,
  visibleText,
} from '../../src/render/index.ts'
import {
  formatCount,
  formatNumber,
  formatPercent,
  formatSeconds,
  formatWeight,
} from '../../src/render/number-text.ts'
import { darkTheme, lightTheme, type Theme, tintStep } from '../../src/render/palette.ts'
import { reportScript, reportScriptHash } from '../../src/render/report-script.ts'
import { borderPath, innermost, outlinePath, segmentMap } from '../../src/render/segment-outline.ts'
import { stylesheet, stylesheetHash } from '../../src/render/stylesheet.ts'
import { markedRuns } from '../../src/render/text-runs.ts'
import {
  breastCancer,
  gallery,
  hostile,
  image,
  iris,
  series,
  text,
  tree,
} from './fixtures/explanations.ts'

describe('numbers', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [0.12345, '0.1235'],
    [1999, '1999'],
    [-122.23, '−122.2'],
    [342_100, '342,100'],
    [1e-7, '1e−7'],
    [-1.5e12, '−1.5e12'],
    [Number.NaN, 'n/a'],
  ])('writes %d as %s', (value, shown) => {
    expect(formatNumber(value)).toBe(shown)
  })

  it('never rounds a probability to certainty', () => {
    expect(formatPercent(0.99999, 1)).toBe('>99.9\u00a0%')
    expect(formatPercent(0.00001, 1)).toBe('<0.1\u00a0%')
    expect(formatPercent(1, 1)).toBe('100.0\u00a0%')
  })

  it('writes counts, times and signed weights', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567')
    expect(formatSeconds(0.0123)).toBe('12\u00a0ms')
    expect(formatSeconds(200)).toBe('3\u00a0min 20\u00a0s')
    expect([formatWeight(0.1, 3), formatWeight(-0.1, 3), formatWeight(0)]).toEqual([
      '+0.100',
      '−0.100',
      '0',
    ])
  })
})

describe('display width', () => {
  // UAX #11 (East Asian Width), UAX #29 (clusters), UTS #51 (emoji presentation).
  it.each([
    ['abc', 3],
    ['漢字', 4],
    ['한국', 4],
    ['e\u0301\u0323', 1],
    ['👩‍👩‍👧‍👦', 2],
    ['🇫🇷', 2],
    ['שם', 2],
    ['', 0],
  ])('of %s is %d', (string, columns) => {
    expect(displayWidth(string)).toBe(columns)
  })

  it('is never exceeded by truncated or wrapped text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 2, max: 30 }),
        (raw, width) => {
          const safe = visibleText(raw)
          expect(displayWidth(truncate(safe, width))).toBeLessThanOrEqual(width)
          for (const line of wrap(safe, width))
            expect(displayWidth(line)).toBeLessThanOrEqual(width)
        },
      ),
    )
  })

  it('keeps the end of a long name, where the condition stands', () => {
    expect(truncate('worst concave points > 0.16', 20)).toBe('worst concave…> 0.16')
  })
})

describe('visibleText', () => {
  it('leaves no control, separator, override or half pair, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        expect(visibleText(raw)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Surrogate}]/u)
      }),
    )
  })

  it('keeps letters, joiners and marks', () => {
    const kept = '👩‍👩‍👧 e\u0301 שם क्षि نامه\u200cای'
    expect(visibleText(kept)).toBe(kept)
  })
})

describe('renderTerminal', () => {
  it.each([40, 57, 80, 200])('stays within %d columns', (width) => {
    for (const data of Object.values(gallery)) {
      for (const unicode of [true, false]) {
        for (const line of renderTerminal(data, { width, unicode }).split('\n')) {
          expect(displayWidth(line)).toBeLessThanOrEqual(width)
        }
      }
    }
  })

  it('colours only when asked, and says the same in both', () => {
    const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
    for (const data of Object.values(gallery)) {
      const plain = renderTerminal(data)
      const coloured = renderTerminal(data, { color: true })
      const bare = coloured
        .replace(escapes, '')
        .split('\n')
        .map((line) => line.trimEnd())
        .join('\n')
      expect(plain).not.toMatch(escapes)
      expect(bare).toBe(plain)
    }
  })

  it('shows the labels that were asked for', () => {
    const shown = renderTerminal(iris, { labels: [0] })
    expect(shown).toContain('Why setosa')
    expect(shown).not.toContain('Why virginica')
  })
})

describe('bars', () => {
  it('fit on their axis with their intervals, zero among them', () => {
    for (const data of [breastCancer, iris, hostile]) {
      for (const label of data.labels) {
        const bars = labelBars(data, label)
        const axis = barAxis(bars)
        expect(axis.low).toBeLessThanOrEqual(0)
        for (const { weight, interval } of bars) {
          for (const value of [weight, ...(interval ?? [])]) {
            expect(value).toBeGreaterThanOrEqual(axis.low)
            expect(value).toBeLessThanOrEqual(axis.high)
          }
        }
        expect(bars.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12)
      }
    }
  })
})

describe('palette', () => {
  // WCAG 2.2, relative luminance and contrast ratio.
  const luminance = (colour: string): number => {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const c = Number.parseInt(colour.slice(at, at + 2), 16) / 255
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!
  }
  const contrast = (a: string, b: string): number => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y)
    return (high! + 0.05) / (low! + 0.05)
  }

  it.each([
    ['light', lightTheme],
    ['dark', darkTheme],
  ] as [string, Theme][])('has contrast of 4.5 for all text, %s', (_, theme) => {
    for (const name of ['ink', 'muted', 'for', 'against', 'neutral', 'caution'] as const) {
      expect(contrast(theme[name], theme.background)).toBeGreaterThan(4.5)
    }
    expect(contrast(theme.muted, theme.surface)).toBeGreaterThan(4.5)
  })

  it('tints in five steps', () => {
    expect([0, 0.01, 0.2, 0.21, -1].map((weight) => tintStep(weight, 1))).toEqual([0, 1, 1, 2, 5])
  })
})

describe('segment outlines', () => {
  // 4 × 3, a ring of 1 around a 2 at (1, 1), and a column of 3 at the right.
  const map = segmentMap([1, 3, 3, 1, 1, 1, 2, 1, 1, 1, 3, 1, 1, 3, 3, 1], 4, 3)

  it('close around a segment and leave its holes to loops of their own', () => {
    expect(outlinePath(map, 2)).toBe('M1 1h1v1h-1v-1z')
    expect(outlinePath(map, 3)).toBe('M3 0h1v3h-1v-3z')
    expect(outlinePath(map, 1).match(/z/g)).toHaveLength(2)
    expect(outlinePath(map, 9)).toBe('')
  })

  it('enclose exactly the pixels of the segment (shoelace formula)', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 48, maxLength: 48 }),
        (labels) => {
          const random = segmentMap(
            labels.flatMap((label) => [label, 1]),
            8,
            6,
          )
          for (const segment of new Set(labels)) {
            const pixels = labels.filter((label) => label === segment).length
            expect(enclosed(outlinePath(random, segment))).toBe(pixels)
            const inside = innermost(random, segment)!
            expect(labels[Math.floor(inside.y) * 8 + Math.floor(inside.x)]).toBe(segment)
          }
        },
      ),
    )
  })

  it('join borders into straight pieces, and give up where there are too many', () => {
    expect(borderPath(segmentMap([0, 2, 1, 2, 0, 2, 1, 2], 4, 2))).toBe('M2 0v2')
    expect(borderPath(map, 2)).toBeUndefined()
  })

  function enclosed(path: string): number {
    let twice = 0
    let [x, y] = [0, 0]
    for (const [, command, first, second] of path.matchAll(/([MhvZz])(-?\d+)?(?: (\d+))?/g)) {
      if (command === 'M') [x, y] = [Number(first), Number(second)]
      else if (command === 'h') {
        twice -= Number(first) * y
        x += Number(first)
      } else if (command === 'v') {
        twice += Number(first) * x
        y += Number(first)
      }
    }
    return twice / 2
  }
})

describe('text runs', () => {
  it('join to the text, and mark every place of a word', () => {
    const body = text.instance.kind === 'text' ? text.instance.fields[0]!.text : ''
    const runs = markedRuns(text, text.labels[0]!, body, 0)
    expect(runs.map((run) => run.text).join('')).toBe(body)
    expect(runs.filter((run) => run.text === 'superb')).toHaveLength(2)
  })

  it('give a place to the stronger of two overlapping features', () => {
    const span = (start: number, end: number) => ({ start, end, codePoint: start })
    const data: ExplanationData = {
      ...text,
      features: [
        { name: 'not bad', part: { kind: 'text', field: 0, spans: [span(0, 7)] } },
        { name: 'bad', part: { kind: 'text', field: 0, spans: [span(4, 7)] } },
      ],
      labels: [
        {
          ...text.labels[0]!,
          weights: [
            { feature: 1, weight: -2 },
            { feature: 0, weight: 1 },
          ],
        },
      ],
    }
    const runs = markedRuns(data, data.labels[0]!, 'not bad at all', 0)
    expect(runs.map((run) => [run.text, run.weight])).toEqual([
      ['not ', 1],
      ['bad', -2],
      [' at all', 0],
    ])
  })
})

describe('treeRules', () => {
  it('join the conditions on one feature, and share out the samples', () => {
    const rules = treeRules(tree, tree.labels[0]!)
    expect(rules.map((rule) => rule.conditions.join(' and '))).toEqual([
      'not (1.30 < petal width <= 1.80)',
      '1.30 < petal width <= 1.80 and petal length <= 3.1',
      '1.30 < petal width <= 1.80 and 3.1 < petal length <= 5.05',
      '1.30 < petal width <= 1.80 and petal length > 5.05',
    ])
    expect(rules.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12)
  })
})

describe('drawings for pages of one’s own', () => {
  it('mark what belongs to a feature with its id, the same in list and instance', () => {
    for (const data of [text, image, series, iris]) {
      const ids = (html: string) =>
        new Set(Array.from(html.matchAll(/data-feature="(\d+)"/g), ([, id]) => Number(id)))
      const weighted = data.labels[0]!.weights.map(({ feature }) => feature)
      expect(ids(drawWeights(data))).toEqual(new Set(weighted))
      expect([...ids(drawInstance(data))].sort()).toEqual([...weighted].sort())
    }
  })

  it('make every feature a switch, also those without weight, where some are switched off', () => {
    for (const data of [text, image, series]) {
      const html = drawInstance(data, { id: 'what-if', switchedOff: [3] })
      const pressed = Array.from(
        html.matchAll(/data-feature="(\d+)" role="button" aria-pressed="(\w+)"/g),
        ([, id, on]) => `${id} ${on}`,
      )
      const expected = data.features.map((_, id) => `${id} ${id === 3 ? 'false' : 'true'}`)
      expect(new Set(pressed)).toEqual(new Set(expected))
      expect(html).not.toMatch(/\sid="(?!what-if)/)
    }
  })

  it('say so where no label was explained', () => {
    expect(drawWeights(gallery.minimal!)).toBe('<p>No label was explained.</p>')
    expect(drawInstance(gallery.minimal!)).toContain('<figure class="drawing">')
  })
})

describe('renderHtml', () => {
  it('names its style sheet and its script by the hashes that they have', () => {
    const hash = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`
    expect(stylesheetHash).toBe(hash(stylesheet))
    expect(reportScriptHash).toBe(hash(reportScript))
    expect(renderHtml(iris)).toContain(
      `content="default-src 'none'; style-src '${stylesheetHash}'; script-src '${reportScriptHash}'; img-src data:;`,
    )
  })

  it('has its own script only, no inline style, and no address of a network', () => {
    for (const data of Object.values(gallery)) {
      const page = renderHtml(data, { title: '</title><script>' })
      expect(page.split(`<script>${reportScript}</script>`)).toHaveLength(2)
      expect(page.replace(reportScript, '').replace('<script></script>', '')).not.toMatch(
        /<script|<[^>"]*\sstyle=|(src|href)="?(https?:)?\/\//,
      )
    }
  })

  it('puts several explanations in one page, each id once', () => {
    const page = renderHtml(Object.values(gallery))
    const ids = Array.from(page.matchAll(/\sid="([^"]+)"/g), ([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target)
  })
})

describe('toJsonText', () => {
  it('reads back as the same explanation, whatever the order of its keys', () => {
    for (const data of Object.values(gallery)) {
      expect(JSON.parse(toJsonText(data))).toEqual(JSON.parse(JSON.stringify(data)))
      const turned = Object.fromEntries(
        Object.entries(data).reverse(),
      ) as unknown as ExplanationData
      expect(toJsonText(turned)).toBe(toJsonText(data))
    }
  })
})

describe('renderPng', () => {
  it('draws a PNG of the size asked for, hostile names included', async () => {
    for (const data of [breastCancer, hostile]) {
      const png = await renderPng(renderSvg(data, { width: 400, theme: 'dark' }), { scale: 2 })
      expect(Array.from(png.slice(0, 8))).toEqual([137, 80, 78, 71, 13, 10, 26, 10])
      expect(new DataView(png.buffer, png.byteOffset).getUint32(16)).toBe(800)
    }
  })

  it('says what is wrong with a picture that is none', async () => {
    await expect(renderPng('no svg')).rejects.toBeInstanceOf(DataError)
  })
})
