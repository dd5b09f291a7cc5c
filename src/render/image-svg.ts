/**
 * Explanations of pictures as standalone SVG: the picture with its weighted segments, and a sheet of samples.
 *
 * | view         | what it shows                                                                             |
 * | ------------ | ----------------------------------------------------------------------------------------- |
 * | `overlay`    | the picture; segments tinted by weight, solid outline and + for, dashed and − against       |
 * | `heatmap`    | the picture in grey; all segments tinted, the stronger the heavier, against hatched; a scale |
 * | `boundaries` | the picture; thin borders of all segments, thick outlines of the heaviest                   |
 *
 * The picture comes from the explanation's data (`keepPicture`); without it the segments are drawn on a plain ground.
 */
import {
  DataError,
  type ExplanationData,
  type InstanceData,
  type LabelExplanation,
} from '../contract/index.ts'
import { wrap } from './display-width.ts'
import { pictureHref } from './html-image.ts'
import { signPlace, weightedSegments } from './image-marks.ts'
import { type Markup, markup } from './markup.ts'
import { formatPercent, formatWeight } from './number-text.ts'
import { darkTheme, lightTheme, type Theme, tintStep, tintSteps } from './palette.ts'
import { outputText } from './prediction.ts'
import { borderPath, outlinePath, type SegmentMap, segmentMap } from './segment-outline.ts'
import { explainInWords } from './words.ts'

/** What is drawn over the picture. */
export type ImageView = 'overlay' | 'heatmap' | 'boundaries'

/** How the picture is drawn. */
export interface ImageSvgOptions {
  /** Output column; default the first one explained. */
  readonly label?: number | undefined
  /** Default `overlay`. */
  readonly view?: ImageView | undefined
  /** Pixels, 240 to 4000; default 640. The height follows. */
  readonly width?: number | undefined
  readonly theme?: 'light' | 'dark' | undefined
  /** Most segments marked, by |weight|; default 10, in a heat map all. */
  readonly maxFeatures?: number | undefined
}

/** One sample for `renderImageSheet`. */
export interface SheetPicture {
  /** The picture as a data URL (PNG, JPEG or WebP). */
  readonly picture: string
  /** The model's outputs for it. */
  readonly outputs: readonly number[]
}

const MARGIN = 20
const EM = 0.58

/** The picture of one label as SVG text. Throws a DataError for an explanation of another kind of instance. */
export function renderImageSvg(
  explanation: ExplanationData,
  options: ImageSvgOptions = {},
): string {
  const instance = imageOf(explanation, 'renderImageSvg')
  const { view = 'overlay' } = options
  const theme = options.theme === 'dark' ? darkTheme : lightTheme
  const total = Math.min(4000, Math.max(240, Math.round(options.width ?? 640)))
  const label =
    explanation.labels.find((one) => one.label === options.label) ?? explanation.labels[0]
  const width = total - 2 * MARGIN
  const scale = width / instance.width
  const height = Math.round(instance.height * scale)
  const map = segmentMap(instance.segments, instance.width, instance.height)
  const title = label
    ? `Why ${label.name} (${outputText(explanation, label.prediction)})`
    : 'No label was explained'
  const heads = wrap(title, Math.floor(width / (19 * EM)))
  const top = 22 + 25 * heads.length
  const words = label ? explainInWords(explanation, { label: label.label }) : title
  const notes = label ? wrap(captionOf(view), Math.floor(width / (12 * EM))) : []
  const bottom = top + height
  const legend = view === 'heatmap' && label !== undefined
  const full = bottom + (legend ? 34 : 0) + 14 + 17 * notes.length + 8
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${total}" height="${full}" viewBox="0 0 ${total} ${full}" role="img" font-family="${FONTS}">
<title>${title}</title>
<desc>${words}</desc>
<rect width="${total}" height="${full}" fill="${theme.background}"/>
${heads.map(
  (
    line,
    i,
  ) => markup`<text x="${MARGIN}" y="${34 + 25 * i}" font-size="19" font-weight="600" fill="${theme.ink}">${line}</text>
`,
)}<g transform="translate(${MARGIN} ${top}) scale(${round(scale)})">
${ground(instance, view, theme)}
${label !== undefined && marks(explanation, label, map, view, theme, 1 / scale, options.maxFeatures)}</g>
${legend && heatScale(explanation, label, theme, bottom + 12, width)}${notes.map(
  (
    line,
    i,
  ) => markup`<text x="${MARGIN}" y="${bottom + (legend ? 34 : 0) + 24 + 17 * i}" font-size="12" fill="${theme.muted}">${line}</text>
`,
)}</svg>
`.markup
}

/**
 * A sheet of samples, each with the model's output for the label below it; the first one is the picture itself.
 * `width` and `theme` as in `renderImageSvg`; columns follow from the number of pictures.
 */
export function renderImageSheet(
  explanation: ExplanationData,
  samples: readonly SheetPicture[],
  options: Omit<ImageSvgOptions, 'view' | 'maxFeatures'> = {},
): string {
  const instance = imageOf(explanation, 'renderImageSheet')
  const theme = options.theme === 'dark' ? darkTheme : lightTheme
  const total = Math.min(4000, Math.max(240, Math.round(options.width ?? 900)))
  const label =
    explanation.labels.find((one) => one.label === options.label) ?? explanation.labels[0]
  const columns = Math.max(1, Math.min(samples.length, Math.round(Math.sqrt(samples.length * 1.5))))
  const cell = (total - 2 * MARGIN - (columns - 1) * 12) / columns
  const height = (cell * instance.height) / instance.width
  const step = height + 34
  const rows = Math.ceil(samples.length / columns)
  const all = Math.ceil(56 + rows * step + 8)
  const name = label?.name ?? ''
  const column = label?.label ?? 0
  const title = `What the model answers for ${name} as segments are switched off`
  return markup`<svg xmlns="http://www.w3.org/2000/svg" width="${total}" height="${all}" viewBox="0 0 ${total} ${all}" role="img" font-family="${FONTS}">
<title>${title}</title>
<rect width="${total}" height="${all}" fill="${theme.background}"/>
<text x="${MARGIN}" y="34" font-size="17" font-weight="600" fill="${theme.ink}">${wrap(title, Math.floor((total - 2 * MARGIN) / (17 * EM)))[0]!}</text>
${samples.map(({ picture, outputs }, i) => {
  const x = round(MARGIN + (i % columns) * (cell + 12))
  const y = round(56 + Math.floor(i / columns) * step)
  const href = pictureHref(picture)
  const output = outputText(explanation, outputs[Math.min(column, outputs.length - 1)] ?? 0)
  return markup`<g>${href !== undefined && markup`<image href="${href}" x="${x}" y="${y}" width="${round(cell)}" height="${round(height)}" preserveAspectRatio="none"${pixelated(instance.width)}/>`}
<text x="${x}" y="${round(y + height + 18)}" font-size="13" fill="${i === 0 ? theme.ink : theme.muted}"${i === 0 && markup` font-weight="600"`}>${output}${i === 0 && ' whole'}</text></g>
`
})}</svg>
`.markup
}

const FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"

type ImageInstance = Extract<InstanceData, { kind: 'image' }>

function imageOf({ instance }: ExplanationData, where: string): ImageInstance {
  if (instance.kind === 'image' && instance.width > 0 && instance.height > 0) return instance
  throw new DataError({
    where: `${where}, explanation`,
    got: instance.kind === 'image' ? 'a picture without pixels' : `a ${instance.kind} instance`,
    expected: 'the explanation of a picture',
    remedy: 'Use renderSvg for the weights of any explanation as bars.',
  })
}

function captionOf(view: ImageView): string {
  if (view === 'heatmap') return 'Orange parts speak for it, blue and hatched parts against it.'
  if (view === 'boundaries')
    return 'Thick outlines: the segments that count most; orange and solid for it, blue and dashed against it.'
  return 'Solid outline and + speak for it, dashed outline and \u2212 against it.'
}

/** The picture, in grey for a heat map, or a plain ground. */
function ground(instance: ImageInstance, view: ImageView, theme: Theme): Markup {
  const { width, height } = instance
  const href = pictureHref(instance.picture)
  const plain = markup`<rect width="${width}" height="${height}" fill="${theme.surface}"/>`
  if (href === undefined) return plain
  const grey = view === 'heatmap'
  return markup`${plain}${grey && markup`<filter id="grey" color-interpolation-filters="sRGB" x="0" y="0" width="1" height="1"><feColorMatrix type="matrix" values="0.225 0.44 0.085 0 0.25 0.225 0.44 0.085 0 0.25 0.225 0.44 0.085 0 0.25 0 0 0 1 0"/></filter>`}<image href="${href}" width="${width}" height="${height}" preserveAspectRatio="none"${pixelated(width)}${grey && markup` filter="url(#grey)"`}/>`
}

/** `unit` is one pixel of the drawing in pixels of the picture. */
function marks(
  explanation: ExplanationData,
  label: LabelExplanation,
  map: SegmentMap,
  view: ImageView,
  theme: Theme,
  unit: number,
  most = view === 'heatmap' ? Number.POSITIVE_INFINITY : 10,
): Markup {
  const { weighted, decimals, largest } = weightedSegments(explanation, label)
  const borders = view === 'boundaries' ? borderPath(map) : undefined
  const px = (pixels: number) => round(pixels * unit)
  // Light and dark lines are for backgrounds; over a picture both pairs need the stronger colours of the light theme.
  const shapes = weighted.slice(0, most).map(({ name, part, weight }) => {
    const outline = outlinePath(map, part.segment)
    const against = weight < 0
    const colour = against ? lightTheme.against : lightTheme.for
    const bright = against ? '#3f8fe0' : '#f08a24'
    const share = formatPercent(part.area / (map.width * map.height), 1)
    const tip = markup`<title>${name}: ${formatWeight(weight, decimals)}, ${share} of the picture</title>`
    if (view === 'heatmap') {
      const opacity = round(0.85 * Math.min(1, Math.abs(weight) / largest))
      // What speaks against it is hatched too, so that colour is not the only sign.
      return markup`<path fill="${colour}" fill-opacity="${opacity}" fill-rule="evenodd" d="${outline}">${tip}</path>${against && markup`<path fill="url(#hatch)" fill-opacity="${round(0.6 * opacity)}" fill-rule="evenodd" d="${outline}"/>`}
`
    }
    const opacity = view === 'overlay' ? tintSteps[tintStep(weight, largest) - 1]! : 0
    const dash = against && markup` stroke-dasharray="${px(6)} ${px(4)}"`
    return markup`<path fill="none" stroke="#fff" stroke-opacity="0.8" stroke-width="${px(5)}" stroke-linejoin="round" d="${outline}"/><path fill="${colour}" fill-opacity="${opacity}" fill-rule="evenodd" stroke="${view === 'boundaries' ? bright : colour}" stroke-width="${px(2.5)}" stroke-linejoin="round"${dash} d="${outline}">${tip}</path>
`
  })
  const hatch =
    view === 'heatmap' &&
    markup`<pattern id="hatch" width="${px(7)}" height="${px(7)}" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V${px(7)}" stroke="#fff" stroke-width="${px(2.8)}"/></pattern>
`
  const signs =
    view === 'overlay' &&
    weighted.slice(0, most).map(({ part, weight }) => {
      const place = signPlace(map, part.segment)
      return markup`${
        place !== undefined &&
        markup`<text x="${place.x}" y="${round(place.y + 0.35 * place.size)}" font-size="${place.size}" font-weight="700" text-anchor="middle" fill="#fff" stroke="#1d1e21" stroke-width="${place.stroke}" stroke-linejoin="round" paint-order="stroke" aria-hidden="true">${weight < 0 ? '\u2212' : '+'}</text>
`
      }`
    })
  return markup`${
    borders !== undefined &&
    markup`<path fill="none" stroke="#fff" stroke-opacity="0.75" stroke-width="${px(1)}" d="${borders}"/>
`
  }${hatch}${shapes}${signs}${weighted.length === 0 && markup`<text x="${map.width / 2}" y="${map.height / 2}" font-size="${px(14)}" text-anchor="middle" fill="${theme.ink}">No segment has any weight.</text>`}`
}

/** From the strongest against to the strongest for. */
function heatScale(
  explanation: ExplanationData,
  label: LabelExplanation,
  theme: Theme,
  y: number,
  width: number,
): Markup {
  const { largest, decimals } = weightedSegments(explanation, label)
  const stops = [-1, 0, 1].map((at) => {
    const colour = at < 0 ? lightTheme.against : lightTheme.for
    return markup`<stop offset="${(at + 1) / 2}" stop-color="${colour}" stop-opacity="${Math.abs(at) * 0.85}"/>${at === 0 && markup`<stop offset="0.5" stop-color="${lightTheme.for}" stop-opacity="0"/>`}`
  })
  const bar = Math.min(260, width * 0.5)
  const left = MARGIN + (width - bar) / 2
  return markup`<linearGradient id="scale">${stops}</linearGradient><rect x="${left}" y="${y}" width="${bar}" height="12" fill="#bdbdbd"/><rect x="${left}" y="${y}" width="${bar}" height="12" fill="url(#scale)"/>
<text x="${left - 8}" y="${y + 10}" font-size="12" text-anchor="end" fill="${theme.ink}">${formatWeight(-largest, decimals)}</text><text x="${left + bar + 8}" y="${y + 10}" font-size="12" fill="${theme.ink}">${formatWeight(largest, decimals)}</text>
`
}

/** Pixels of small pictures stay squares: `optimizeSpeed` is what browsers and resvg both know for it. */
function pixelated(width: number): Markup | false {
  return width < 160 && markup` image-rendering="optimizeSpeed"`
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
