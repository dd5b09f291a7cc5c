/**
 * The colours of every drawing: one diverging pair, blue against and orange for, light and dark.
 *
 * Blue and orange stay apart under protanopia, deuteranopia and tritanopia (Okabe and Ito, "Color Universal Design",
 * 2008). Colour is never the only sign: bars also point left or right, numbers carry + or −, words are underlined solid
 * or dashed. Contrast with the background (WCAG 2.2, relative luminance) is at least 4.5 for ink, muted ink and both
 * ends of the pair; a test computes it.
 */

/** The colours of one theme, as `#rrggbb`. */
export interface Theme {
  readonly background: string
  /** Boxes and tracks that stand off the background a little. */
  readonly surface: string
  readonly ink: string
  /** Secondary text. */
  readonly muted: string
  /** Hairlines and axes. */
  readonly line: string
  /** A weight above zero. */
  readonly for: string
  /** A weight below zero. */
  readonly against: string
  /** A bar without a sign: predictions, importances. */
  readonly neutral: string
  /** Warnings. */
  readonly caution: string
}

export const lightTheme: Theme = {
  background: '#fdfcfa',
  surface: '#f3f1ec',
  ink: '#1d1e21',
  muted: '#5b5e66',
  line: '#d9d6ce',
  for: '#ae4f07',
  against: '#1f5f9e',
  neutral: '#5f6470',
  caution: '#8a5a00',
}

export const darkTheme: Theme = {
  background: '#15171a',
  surface: '#1f2226',
  ink: '#e8e6e1',
  muted: '#a2a6ad',
  line: '#363a41',
  for: '#f2a24c',
  against: '#74b3f0',
  neutral: '#8d94a1',
  caution: '#e5b95c',
}

/** Opacity of the five steps in which a word or a segment is tinted, weakest first. */
export const tintSteps: readonly number[] = [0.1, 0.18, 0.27, 0.35, 0.44]

/** Codes of xterm's 256 colours, readable (contrast above 3) on black and on white. */
export const terminalColours = { for: 166, against: 32 } as const

/** The step, 1 to 5, in which a weight is tinted beside the largest |weight|; 0 = not at all. */
export function tintStep(weight: number, largest: number): number {
  if (!(largest > 0) || !Number.isFinite(weight) || weight === 0) return 0
  return Math.min(5, Math.max(1, Math.ceil((5 * Math.abs(weight)) / largest)))
}
