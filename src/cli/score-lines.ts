/** Scores of a classifier as lines for a terminal: accuracy, F1, confusion matrix. */
import { visibleText } from '../render/visible-text.ts'
import type { Scores } from '../train/scores.ts'

/** The lines. `title` says on what it was scored; `things` are what was counted. */
export function scoreLines(
  title: string,
  { accuracy, macroF1, classes, confusion }: Scores,
  things: string,
): string[] {
  const names = classes.map(({ name }) => visibleText(name))
  const first = Math.max(4, ...names.map(({ length }) => length))
  const widths = names.map(({ length }) => Math.max(6, length))
  const row = (name: string, cells: readonly (string | number)[]) =>
    `  ${name.padEnd(first)}${cells.map((cell, c) => `  ${String(cell).padStart(widths[c] ?? 6)}`).join('')}`
  const n = classes.reduce((sum, { count }) => sum + count, 0)
  return [
    `${title}: accuracy ${accuracy.toFixed(3)}, macro F1 ${macroF1.toFixed(3)} on ${n} ${things}`,
    '',
    `${row('true', [...names.map((name) => name), '    F1'])}   (columns: predicted)`,
    ...classes.map(({ f1 }, c) => row(names[c]!, [...confusion[c]!, f1.toFixed(3)])),
  ]
}
