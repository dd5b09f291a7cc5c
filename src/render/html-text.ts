/**
 * A text with its weighted words highlighted: tint and underline by sign, the weight on hover, by keyboard, and read
 * aloud. Of very long texts, what stands far from any weight is left out, and what goes beyond the room at the end.
 */
import type { ExplanationData, InstanceData, LabelExplanation } from '../contract/index.ts'
import { type FeatureMarks, featureMarks } from './draw-options.ts'
import { isolated, lines, type Markup, markup } from './markup.ts'
import { formatCount, formatWeight, weightDecimals } from './number-text.ts'
import { tintStep } from './palette.ts'
import { markedRuns } from './text-runs.ts'

/** Characters shown of one text where nobody says otherwise. */
export const TEXT_ROOM = 200_000

/** About what the markup of one word takes. */
const MARK_ROOM = 120

/** All fields of a text, in about `room` characters. Only the first place of each feature takes part in tabbing. */
export function textFigure(
  explanation: ExplanationData,
  label: LabelExplanation | undefined,
  instance: Extract<InstanceData, { kind: 'text' }>,
  of?: number,
  marks: FeatureMarks = featureMarks(undefined),
  room = TEXT_ROOM,
): Markup {
  const weights = label?.weights.map(({ weight }) => weight) ?? []
  const decimals = weightDecimals(weights)
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight) || 0), 0)
  const seen = new Set<number>()
  const share = Math.max(2000, Math.floor(room / Math.max(1, instance.fields.length)))
  const fields = instance.fields.map(({ name, text }, field) => {
    const long = text.length > share
    const pieces: Markup[] = []
    let used = 0
    let shown = 0
    for (const run of markedRuns(explanation, label, text, field, { of, every: marks.every })) {
      if (used > share) break
      shown += run.text.length
      if (run.feature < 0) {
        const piece = long ? shortened(run.text) : lines(run.text)
        pieces.push(piece)
        used += piece.markup.length
        continue
      }
      const first = !seen.has(run.feature)
      seen.add(run.feature)
      const kind = run.weight === 0 ? 'none' : run.weight < 0 ? 'against' : 'for'
      const weight = formatWeight(run.weight, decimals)
      const step = tintStep(run.weight, largest)
      pieces.push(
        markup`<mark class="${kind}${step > 0 && ` t${step}`}${marks.offClass(run.feature)}"${marks.attributes(run.feature, first)}>${lines(run.text)}${kind !== 'none' && markup`<span class="tip"> (${weight}) </span>`}</mark>`,
      )
      used += run.text.length + MARK_ROOM
    }
    const title = instance.fields.length > 1 && markup`<h4>${isolated(name)}</h4>`
    const rest =
      shown < text.length &&
      markup`<span class="cut"> \u2026 the other ${formatCount(text.length - shown)} characters are not shown.</span>`
    return markup`${title}<div class="text" dir="auto"${long && markup` tabindex="0"`}>${pieces}${rest}</div>
`
  })
  return markup`<figure class="drawing">${fields}<figcaption>Solid underline: for; dashed underline: against. The stronger the tint, the larger the weight.</figcaption></figure>`
}

const KEPT = 600

/** The beginning and the end of a stretch without weights. */
function shortened(text: string): Markup {
  if (text.length <= 2 * KEPT + 60) return lines(text)
  return markup`${lines(text.slice(0, KEPT))}<span class="cut"> \u2026 ${formatCount(text.length - 2 * KEPT)} characters without weight \u2026 </span>${lines(text.slice(-KEPT))}`
}
