/**
 * A text cut into runs, each inside at most one feature. Where spans overlap (n-grams), the feature with the larger
 * |weight| wins.
 */
import type { ExplanationData, LabelExplanation } from '../contract/index.ts'

/** A piece of the text. */
export interface MarkedRun {
  readonly text: string
  /** Weight of the feature that covers it; 0 for none. */
  readonly weight: number
  /** Id of that feature, -1 for none. */
  readonly feature: number
}

/** Where the runs are cut. */
export interface RunOptions {
  /** Index of the part, in a composite explanation. */
  readonly of?: number | undefined
  /** Features without weight get runs of their own too. Default false. */
  readonly every?: boolean | undefined
}

/** The runs of one field, in order; joined they are the text. Spans outside the text are cut to it. */
export function markedRuns(
  explanation: ExplanationData,
  label: LabelExplanation | undefined,
  text: string,
  field: number,
  { of, every = false }: RunOptions = {},
): MarkedRun[] {
  const marks: { start: number; end: number; feature: number; weight: number }[] = []
  const weights = new Map(label?.weights.map(({ feature, weight }) => [feature, weight]))
  const features = every ? explanation.features.keys() : weights.keys()
  for (const feature of features) {
    const known = explanation.features[feature]
    const given = weights.get(feature) ?? 0
    const weight = Number.isFinite(given) ? given : 0
    if (weight === 0 && !every) continue
    if (known?.part.kind !== 'text' || known.part.field !== field || known.of !== of) continue
    for (const { start, end } of known.part.spans) {
      if (start < end && start < text.length)
        marks.push({ start, end: Math.min(end, text.length), feature, weight })
    }
  }
  marks.sort((a, b) => a.start - b.start || Math.abs(b.weight) - Math.abs(a.weight))
  const runs: MarkedRun[] = []
  let at = 0
  for (let i = 0; i < marks.length; i++) {
    const mark = marks[i]!
    const start = Math.max(at, mark.start)
    if (start >= mark.end) continue
    let end = mark.end
    for (let j = i + 1; j < marks.length && marks[j]!.start < mark.end; j++) {
      if (Math.abs(marks[j]!.weight) <= Math.abs(mark.weight)) continue
      end = Math.max(start, marks[j]!.start)
      break
    }
    if (start > at) runs.push({ text: text.slice(at, start), weight: 0, feature: -1 })
    if (end > start)
      runs.push({ text: text.slice(start, end), weight: mark.weight, feature: mark.feature })
    at = Math.max(end, start)
  }
  if (at < text.length) runs.push({ text: text.slice(at), weight: 0, feature: -1 })
  return runs
}
