/**
 * A picture with its weighted segments over it, in four views chosen without a script:
 *
 * - overlay: the ten strongest tinted by weight, solid outline and + for, dashed outline and − against;
 * - boundaries: all segments' borders, the strongest outlined;
 * - heat map: the picture in grey, every segment tinted by its weight, those against hatched;
 * - the picture alone.
 *
 * The picture and the outlines of its segments stand once on a page, however many labels draw over them. Without the
 * picture the segments alone are drawn.
 */
import type { ExplanationData, InstanceData, LabelExplanation } from '../contract/index.ts'
import { type FeatureMarks, featureMarks } from './draw-options.ts'
import { signPlace, weightedSegments } from './image-marks.ts'
import { isolated, type Markup, markup } from './markup.ts'
import { formatCount, formatPercent, formatWeight } from './number-text.ts'
import { tintStep } from './palette.ts'
import { borderPath, outlinePath, type SegmentMap, segmentMap } from './segment-outline.ts'
import { explainInWords } from './words.ts'

type ImageInstance = Extract<InstanceData, { kind: 'image' }>

/** Segments that are outlined and signed; more would hide the picture. */
const MARKED = 10

/** Weighted segments of one label that are drawn. */
const MOST_SEGMENTS = 400

/** A data URL that may be drawn: PNG, JPEG or WebP in base64; undefined for anything else. */
export function pictureHref(picture: string | undefined): string | undefined {
  const sound =
    picture !== undefined && /^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/=]+$/.test(picture)
  return sound ? picture : undefined
}

/** What the figures of one picture share: it stands once on the page, and they refer to it by id. */
export interface PictureDefinition {
  readonly id: string
  readonly map: SegmentMap
  readonly hasPicture: boolean
  readonly borders: string | undefined
  readonly definition: Markup
}

/** The picture, the outlines of the segments that any figure may need, and the hatch. Undefined without pixels. */
export function pictureDefinition(
  explanation: ExplanationData,
  instance: ImageInstance,
  id: string,
  of?: number,
  every = false,
): PictureDefinition | undefined {
  const { width, height } = instance
  if (width < 1 || height < 1) return undefined
  const href = pictureHref(instance.picture)
  const map = segmentMap(instance.segments, width, height)
  const needed = new Set<number>()
  for (const label of explanation.labels) {
    const { weighted } = weightedSegments(explanation, label, of)
    for (const { part } of weighted.slice(0, MOST_SEGMENTS)) needed.add(part.segment)
  }
  if (every) {
    for (const { part, of: own } of explanation.features) {
      if (part.kind === 'image' && own === of) needed.add(part.segment)
    }
  }
  const unit = Math.round(Math.max(width, height) / 4) / 20
  const definition = markup`<svg class="defs" aria-hidden="true"><defs>${
    href !== undefined &&
    markup`<image id="${id}" href="${href}" width="${width}" height="${height}" preserveAspectRatio="none"/>
`
  }<filter id="${id}g" color-interpolation-filters="sRGB" x="0" y="0" width="1" height="1"><feColorMatrix type="matrix" values="0.225 0.44 0.085 0 0.25 0.225 0.44 0.085 0 0.25 0.225 0.44 0.085 0 0.25 0 0 0 1 0"/></filter><pattern id="${id}h" width="${unit}" height="${unit}" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V${unit}" stroke="#fff" stroke-width="${unit / 2.5}"/></pattern>
${[...needed].map(
  (
    segment,
  ) => markup`<path id="${id}s${segment}" class="shape" fill-rule="evenodd" d="${outlinePath(map, segment)}"/>
`,
)}</defs></svg>
`
  return { id, map, hasPicture: href !== undefined, borders: borderPath(map), definition }
}

/** One label's weights over the picture. `unique` keeps the page's ids apart. */
export function imageFigure(
  explanation: ExplanationData,
  label: LabelExplanation | undefined,
  instance: ImageInstance,
  picture: PictureDefinition | undefined,
  unique: string,
  of?: number,
  marks: FeatureMarks = featureMarks(undefined),
): Markup {
  const { width, height } = instance
  if (picture === undefined) return markup`<p class="muted">The picture has no pixels.</p>`
  const { id, map, borders, hasPicture } = picture
  const { weighted, decimals, largest } = weightedSegments(explanation, label, of)
  const shapes = weighted.slice(0, MOST_SEGMENTS).map(({ name, feature, part, weight }, rank) => {
    const kind = weight < 0 ? 'against' : 'for'
    const share = formatPercent(part.area / (width * height), 1)
    const href = `#${id}s${part.segment}`
    const strong = rank < MARKED
    const heat = round(0.85 * Math.min(1, Math.abs(weight) / largest))
    return markup`${strong && hasPicture && markup`<use class="halo" href="${href}"/>`}<use class="segment ${kind} t${tintStep(weight, largest)}${strong && ' strong'}${marks.offClass(feature)}" fill-opacity="${heat}" href="${href}"${marks.attributes(feature, marks.every)}><title>${name}: ${formatWeight(weight, decimals)}, ${share} of the picture</title></use>
${weight < 0 && markup`<use class="hatch" fill="url(#${id}h)" fill-opacity="${round(heat * 0.6)}" href="${href}"/>`}${strong && sign(map, part.segment, weight)}`
  })
  const rest = marks.every && unweighted(explanation, weighted, id, of, marks)
  const strongest = weighted.length > MARKED ? `, the ${MARKED} that count most` : ''
  const words =
    label === undefined
      ? 'The picture and its segments'
      : explainInWords(explanation, { label: label.label })
  return markup`<figure class="drawing image">
${hasPicture && views(unique, borders !== undefined)}<svg class="picture${width < 160 && ' pixel'}" viewBox="0 0 ${width} ${height}" role="${marks.every ? 'group' : 'img'}" aria-label="${words}">
${hasPicture && markup`<use class="plain" href="#${id}"/><use class="grey" href="#${id}" filter="url(#${id}g)"/>`}
${borders !== undefined && markup`<path class="border${!hasPicture && ' bare'}" d="${borders}"/>`}
<g class="weights">
${rest}${shapes}</g>
</svg>
<figcaption>${label !== undefined && markup`${isolated(label.name)}: solid outline and + speak for it, dashed outline and \u2212 against it${strongest}${hasPicture && '; in the heat map, what speaks against it is hatched'}. `}${formatCount(map.boxes.size)} segments, ${width}\u00a0\u00d7\u00a0${height} pixels.</figcaption>
</figure>`
}

/** Which view, by radio buttons; and how strong, for which a script is needed. */
function views(unique: string, borders: boolean): Markup {
  const one = (view: string, text: string, checked = false): Markup =>
    markup`<label><input type="radio" name="${unique}v" class="view-${view}"${checked && markup` checked`}> ${text}</label>`
  return markup`<fieldset class="choices"><legend class="sr">What is drawn over the picture</legend>${one('overlay', 'Overlay', true)}${borders && one('borders', 'Boundaries')}${one('heat', 'Heat map')}${one('picture', 'Picture')}<label class="strength" hidden>Strength <input type="range" min="0" max="100" value="100"></label></fieldset>
`
}

/** Segments without weight, so that they can be switched too. */
function unweighted(
  { features }: ExplanationData,
  weighted: readonly { readonly feature: number }[],
  id: string,
  of: number | undefined,
  marks: FeatureMarks,
): Markup {
  const drawn = new Set(weighted.map(({ feature }) => feature))
  return markup`${features.map(
    ({ name, part, of: own }, feature) =>
      part.kind === 'image' &&
      own === of &&
      !drawn.has(feature) &&
      markup`<use class="segment${marks.offClass(feature)}" href="#${id}s${part.segment}"${marks.attributes(feature, true)}><title>${name}: no weight</title></use>
`,
  )}`
}

function sign(map: SegmentMap, segment: number, weight: number): Markup {
  const place = signPlace(map, segment)
  return markup`${
    place !== undefined &&
    markup`<text class="sign" x="${place.x}" y="${place.y}" font-size="${place.size}" stroke-width="${place.stroke}" aria-hidden="true">${weight < 0 ? '\u2212' : '+'}</text>
`
  }`
}

function round(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 100) / 100 : 0
}
