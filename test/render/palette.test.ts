/**
 * The palette under colour-vision deficiencies: simulated by the matrices of Machado, Oliveira, Fernandes (2009), "A
 * physiologically-based model for simulation of color vision deficiency", severity 1.0, in linear sRGB; differences are
 * ΔE*ab of CIE 1976 (2.3 is just noticeable; Mahy, Van Eycken, Oosterlinck 1994).
 */
import { describe, expect, it } from 'vitest'
import { darkTheme, lightTheme, type Theme, tintSteps } from '../../src/render/palette.ts'

type Colour = readonly [number, number, number]

const VISION: { readonly [name: string]: readonly Colour[] } = {
  'no deficiency': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

const linear = (hex: string): Colour =>
  [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }) as unknown as Colour

const seen = (colour: Colour, matrix: readonly Colour[]): Colour =>
  matrix.map((row) =>
    Math.min(1, Math.max(0, row[0] * colour[0] + row[1] * colour[1] + row[2] * colour[2])),
  ) as unknown as Colour

/** CIE L*a*b* of linear sRGB, white D65. */
function lab([r, g, b]: Colour): Colour {
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116)
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b)
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

const difference = (a: Colour, b: Colour) =>
  Math.hypot(...lab(a).map((value, i) => value - lab(b)[i]!))

const luminance = ([r, g, b]: Colour) => 0.2126 * r + 0.7152 * g + 0.0722 * b

function contrast(a: string, b: string): number {
  const [low, high] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => x - y)
  return (high! + 0.05) / (low! + 0.05)
}

/** `over` at `opacity` on `under`, mixed as browsers do, in gamma-coded sRGB. */
function tinted(over: string, under: string, opacity: number): string {
  return `#${[1, 3, 5]
    .map((at) => {
      const [a, b] = [over, under].map((hex) => Number.parseInt(hex.slice(at, at + 2), 16))
      return Math.round(opacity * a! + (1 - opacity) * b!)
        .toString(16)
        .padStart(2, '0')
    })
    .join('')}`
}

const themes: readonly (readonly [string, Theme])[] = [
  ['light', lightTheme],
  ['dark', darkTheme],
]

describe.each(themes)('the %s theme', (_, theme) => {
  it('reads: text at least 4.5 to 1, marks at least 3 to 1 (WCAG 2.2)', () => {
    for (const under of [theme.background, theme.surface]) {
      for (const ink of [theme.ink, theme.muted, theme.for, theme.against, theme.caution]) {
        expect(contrast(ink, under)).toBeGreaterThanOrEqual(4.5)
      }
      expect(contrast(theme.neutral, under)).toBeGreaterThanOrEqual(3)
    }
  })

  it.each(Object.entries(VISION))('keeps for and against apart under %s', (_name, matrix) => {
    const [pro, contra] = [theme.for, theme.against].map((hex) => seen(linear(hex), matrix))
    expect(difference(pro!, contra!)).toBeGreaterThan(35)
  })

  it.each(Object.entries(VISION))(
    'keeps every tint off its ground under %s, and the strong ones apart',
    (_name, matrix) => {
      const see = (hex: string) => seen(linear(hex), matrix)
      const ground = theme.surface
      for (const [i, step] of tintSteps.entries()) {
        const [pro, contra] = [theme.for, theme.against].map((hex) =>
          see(tinted(hex, ground, step)),
        )
        expect(difference(pro!, see(ground))).toBeGreaterThan(2.3)
        expect(difference(contra!, see(ground))).toBeGreaterThan(2.3)
        if (i >= 2) expect(difference(pro!, contra!)).toBeGreaterThan(10)
      }
    },
  )

  it('keeps text on the strongest tint readable', () => {
    const strongest = tintSteps.at(-1)!
    for (const colour of [theme.for, theme.against]) {
      expect(contrast(theme.ink, tinted(colour, theme.surface, strongest))).toBeGreaterThanOrEqual(
        4.5,
      )
    }
  })
})

it('steps of tints grow', () => {
  for (let i = 1; i < tintSteps.length; i++) expect(tintSteps[i]).toBeGreaterThan(tintSteps[i - 1]!)
})
