/** A text with its weighted words highlighted: tint and underline by sign, the weight on hover, by keyboard, and read aloud. */
import type { ExplanationData, InstanceData, LabelExplanation } from '../contract/index.ts'
import { isolated, lines, type Markup, markup } from './markup.ts'
import { formatWeight, weightDecimals } from './number-text.ts'
import { tintStep } from './palette.ts'
import { markedRuns } from './text-runs.ts'

/** All fields of a text. Only the first place of each feature takes part in tabbing. */
export function textFigure(
  explanation: ExplanationData,
  label: LabelExplanation,
  instance: Extract<InstanceData, { kind: 'text' }>,
  of?: number,
): Markup {
  const weights = label.weights.map(({ weight }) => weight)
  const decimals = weightDecimals(weights)
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight) || 0), 0)
  const seen = new Set<number>()
  const fields = instance.fields.map(({ name, text }, field) => {
    const runs = markedRuns(explanation, label, text, field, of).map((run) => {
      if (run.weight === 0) return lines(run.text)
      const first = !seen.has(run.feature)
      seen.add(run.feature)
      const weight = formatWeight(run.weight, decimals)
      return markup`<mark class="${run.weight < 0 ? 'against' : 'for'} t${tintStep(run.weight, largest)}" title="${weight}"${first && markup` tabindex="0"`}>${lines(run.text)}<span class="tip"> (${weight}) </span></mark>`
    })
    const title = instance.fields.length > 1 && markup`<h4>${isolated(name)}</h4>`
    return markup`${title}<div class="text" dir="auto">${runs}</div>
`
  })
  return markup`<figure>${fields}<figcaption>Solid underline: for; dashed underline: against. The stronger the tint, the larger the weight.</figcaption></figure>`
}
