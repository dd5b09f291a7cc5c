/**
 * A text cut into runs, each inside at most one weighted feature. Where spans overlap (n-grams), the feature with the
 * larger |weight| wins, because weights are sorted.
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

/** The runs of one field, in order; joined they are the text. Spans outside the text are cut to it. */
export function markedRuns(
  explanation: ExplanationData,
  label: LabelExplanation,
  text: string,
  field: number,
  of?: number,
): MarkedRun[] {
  const marks: { start: number; end: number; feature: number; weight: number }[] = []
  for (const { feature, weight } of label.weights) {
    const known = explanation.features[feature]
    if (weight === 0 || !Number.isFinite(weight)) continue
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
