/**
 * A picture with its weighted segments drawn over it: tint by weight, solid outline and + for, dashed outline and −
 * against, for the ten strongest; the others say their weight where the pointer rests. Without the picture the segments alone are drawn. Two boxes show and hide weights and borders, without a
 * script.
 */
import type { ExplanationData, InstanceData, LabelExplanation } from '../contract/index.ts'
import { signPlace, weightedSegments } from './image-marks.ts'
import { isolated, type Markup, markup } from './markup.ts'
import { formatCount, formatPercent, formatWeight } from './number-text.ts'
import { tintStep } from './palette.ts'
import { borderPath, outlinePath, type SegmentMap, segmentMap } from './segment-outline.ts'
import { explainInWords } from './words.ts'

type ImageInstance = Extract<InstanceData, { kind: 'image' }>

/** Segments that are outlined and signed; more would hide the picture. */
const MARKED = 10

/** A data URL that may be drawn: PNG, JPEG or WebP in base64; undefined for anything else. */
export function pictureHref(picture: string | undefined): string | undefined {
  const sound =
    picture !== undefined && /^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/=]+$/.test(picture)
  return sound ? picture : undefined
}

/** The picture itself, once for a page, to be used by its id; nothing where there is none or where it is no PNG, JPEG or WebP data URL. */
export function pictureDefinition(instance: ImageInstance, id: string): Markup | undefined {
  const { width, height } = instance
  const href = pictureHref(instance.picture)
  if (href === undefined) return undefined
  return markup`<svg class="defs${width < 160 && ' pixel'}" aria-hidden="true"><defs><image id="${id}" href="${href}" width="${width}" height="${height}" preserveAspectRatio="none"/></defs></svg>
`
}

/** One label's weights over the picture with id `pictureId`. `unique` keeps the page's ids apart. */
export function imageFigure(
  explanation: ExplanationData,
  label: LabelExplanation,
  instance: ImageInstance,
  pictureId: string | undefined,
  unique: string,
  of?: number,
): Markup {
  const { width, height, segments } = instance
  if (width < 1 || height < 1) return markup`<p class="muted">The picture has no pixels.</p>`
  const map = segmentMap(segments, width, height)
  const { weighted, decimals, largest } = weightedSegments(explanation, label, of)
  const borders = borderPath(map)
  const shapes = weighted.map(({ name, part, weight }, rank) => {
    const kind = weight < 0 ? 'against' : 'for'
    const share = formatPercent(part.area / (width * height), 1)
    const outline = outlinePath(map, part.segment)
    const marked = rank < MARKED
    return markup`${marked && pictureId !== undefined && markup`<path class="halo" d="${outline}"/>`}<path class="segment ${marked ? `${kind} t${tintStep(weight, largest)}` : 'weak'}" fill-rule="evenodd" d="${outline}"><title>${name}: ${formatWeight(weight, decimals)}, ${share} of the picture</title></path>
${marked && sign(map, part.segment, weight)}`
  })
  const strongest = weighted.length > MARKED ? `, the ${MARKED} that count most` : ''
  return markup`<figure>
<input type="checkbox" class="show-weights" id="${unique}w" checked> <label class="toggle" for="${unique}w">Weights</label>
${borders !== undefined && markup`<input type="checkbox" class="show-borders" id="${unique}b"${pictureId === undefined && markup` checked`}> <label class="toggle" for="${unique}b">All segments</label>`}
<svg class="picture${width < 160 && ' pixel'}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${explainInWords(explanation, { label: label.label })}">
${pictureId !== undefined && markup`<use href="#${pictureId}"/>`}
${borders !== undefined && markup`<path class="border" d="${borders}"/>`}
<g class="weights">
${shapes}</g>
</svg>
<figcaption>${isolated(label.name)}: solid outline and + speak for it, dashed outline and \u2212 against it${strongest}. ${formatCount(map.boxes.size)} segments, ${width}\u00a0\u00d7\u00a0${height} pixels.</figcaption>
</figure>`
}

function sign(map: SegmentMap, segment: number, weight: number): Markup {
  const place = signPlace(map, segment)
  return markup`${
    place !== undefined &&
    markup`<text class="sign" x="${place.x}" y="${place.y}" font-size="${place.size}" stroke-width="${place.stroke}" aria-hidden="true">${weight < 0 ? '\u2212' : '+'}</text>
`
  }`
}
