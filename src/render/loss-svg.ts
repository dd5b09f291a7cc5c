/**
 * The loss of a training, epoch by epoch, as a standalone SVG picture: training series in grey, validation in orange, the
 * epoch whose weights were kept marked. No script, no network.
 */
import { OptionError } from '../contract/index.ts'
import { type Markup, markup } from './markup.ts'
import { formatNumber } from './number-text.ts'
import { darkTheme, lightTheme } from './palette.ts'
import { round, valueRange } from './series-drawing.ts'
import { timeTicks } from './time-ticks.ts'

/** The losses of one epoch. */
export interface EpochLoss {
  /** From 1. */
  readonly epoch: number
  readonly loss: number
  /** Null where there are no validation series. */
  readonly validationLoss: number | null
}

/** How the picture is drawn. */
export interface LossSvgOptions {
  /** The epoch whose weights were kept. */
  readonly bestEpoch?: number | undefined
  /** Default: `Loss`. */
  readonly title?: string | undefined
  /** Pixels, 320 to 4000 (others are brought into this range); default 720. */
  readonly width?: number | undefined
  readonly theme?: 'light' | 'dark' | undefined
}

const HEIGHT = 340
const LEFT = 64
const RIGHT = 120
const TOP = 62
const BOTTOM = 48

/** The picture as SVG text. Throws an OptionError where there is no epoch. */
export function renderLossSvg(history: readonly EpochLoss[], options: LossSvgOptions = {}): string {
  if (history.length === 0) {
    throw new OptionError({
      where: 'renderLossSvg, history',
      got: 'no epoch',
      expected: 'at least one',
      remedy: 'Give the history of a training that has begun.',
    })
  }
  const theme = options.theme === 'dark' ? darkTheme : lightTheme
  const width = Math.min(4000, Math.max(320, options.width ?? 720))
  const span = width - LEFT - RIGHT
  const tall = HEIGHT - TOP - BOTTOM
  const last = history.at(-1)!.epoch
  const trained = history.map(({ loss }) => loss)
  const checked = history.map(({ validationLoss }) => validationLoss ?? Number.NaN)
  const high = valueRange(trained, checked).high || 1
  const { ticks: levels } = timeTicks(1, 1 / (high * 1000), 5)
  const x = (epoch: number) =>
    round(LEFT + (last === 1 ? span / 2 : ((epoch - 1) / (last - 1)) * span))
  const y = (loss: number) => round(TOP + tall * (1 - loss / high))
  const path = (values: readonly number[]) =>
    values
      .map((value, i) => (Number.isFinite(value) ? `${x(history[i]!.epoch)} ${y(value)}` : ''))
      .filter((point) => point !== '')
      .map((point, i) => `${i === 0 ? 'M' : 'L'}${point}`)
      .join('')
  const best = history.find(({ epoch }) => epoch === options.bestEpoch)
  const title = options.title ?? 'Loss'
  const words = best === undefined ? '' : `weights of epoch ${best.epoch} kept`
  const name = (text: string, values: readonly number[], colour: string, other: number): Markup => {
    const end = values.at(-1)!
    if (!Number.isFinite(end)) return markup``
    // The names stand beside the lines' ends, apart where the ends meet.
    const near = Number.isFinite(other) && Math.abs(y(end) - y(other)) < 15
    const aside = near ? (end > other ? -8 : 8) : 0
    return markup`<text x="${LEFT + span + 8}" y="${y(end) + 4 + aside}" font-size="12" fill="${colour}">${text}</text>
`
  }
  const epochs = timeTicks(last, undefined, span / 70).ticks.filter(({ step }) => step >= 1)
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" viewBox="0 0 ${width} ${HEIGHT}" role="img" font-family="system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif">
<title>${title}</title>
<desc>${`Loss over ${history.length} epochs, from ${formatNumber(trained[0]!)} to ${formatNumber(trained.at(-1)!)} on the training series; ${words}`}</desc>
<rect width="${width}" height="${HEIGHT}" fill="${theme.background}"/>
<text x="24" y="34" font-size="17" font-weight="600" fill="${theme.ink}">${title}</text>
${levels.map(({ step }) => {
  const level = step * high
  return markup`<path d="M${LEFT} ${y(level)}h${span}" stroke="${theme.line}"/><text x="${LEFT - 8}" y="${y(level) + 4}" font-size="11" text-anchor="end" fill="${theme.muted}">${formatNumber(level, 3)}</text>
`
})}${epochs.map(
  ({ step, text }) =>
    markup`<path d="M${x(step)} ${TOP + tall}v5" stroke="${theme.muted}"/><text x="${x(step)}" y="${TOP + tall + 18}" font-size="11" text-anchor="middle" fill="${theme.muted}">${text}</text>
`,
)}<text x="${LEFT + span}" y="${TOP + tall + 36}" font-size="11" text-anchor="end" fill="${theme.muted}">epoch</text>
${
  best !== undefined &&
  markup`<path d="M${x(best.epoch)} ${TOP}v${tall}" stroke="${theme.muted}" stroke-dasharray="4 4"/><text x="${x(best.epoch)}" y="${TOP - 6}" font-size="11" text-anchor="${x(best.epoch) > LEFT + span - 60 ? 'end' : x(best.epoch) < LEFT + 60 ? 'start' : 'middle'}" fill="${theme.muted}">${words}</text>
`
}<path d="${path(trained)}" fill="none" stroke="${theme.neutral}" stroke-width="1.8" stroke-linejoin="round"/>
${
  path(checked) !== '' &&
  markup`<path d="${path(checked)}" fill="none" stroke="${theme.for}" stroke-width="1.8" stroke-linejoin="round"/>
`
}${name('training', trained, theme.neutral, checked.at(-1)!)}${name('validation', checked, theme.for, trained.at(-1)!)}</svg>
`.markup
}
