/**
 * Which output columns are explained.
 *
 * Of equal outputs the higher index ranks first, as in Python LIME (a stable ascending sort, read from the end).
 */
import { OptionError } from '../contract/errors.ts'
import { didYouMean } from '../contract/nearest.ts'

/** Columns asked for: by index or by class name. */
export type LabelChoice = readonly (number | string)[]

/** The `k` columns with the largest outputs, largest first. */
export function topLabels(outputs: ArrayLike<number>, k: number): number[] {
  return Array.from({ length: outputs.length }, (_, j) => j)
    .sort((a, b) => outputs[b]! - outputs[a]! || b - a)
    .slice(0, k)
}

/** The indices of the columns asked for; throws an OptionError for one that does not exist. */
export function resolveLabels(
  labels: LabelChoice,
  classNames: readonly string[],
  where: string,
): number[] {
  if (labels.length === 0) {
    throw new OptionError({
      where,
      got: 'an empty list',
      expected: 'at least one label',
      remedy: 'Leave labels out to explain the predicted class.',
    })
  }
  return labels.map((label) => {
    const index = typeof label === 'number' ? label : classNames.indexOf(label)
    if (Number.isInteger(index) && index >= 0 && index < classNames.length) return index
    const shown = classNames.slice(0, 20).join(', ') + (classNames.length > 20 ? ', …' : '')
    throw new OptionError({
      where,
      got: JSON.stringify(label),
      expected: `an index from 0 to ${classNames.length - 1}, or one of the classes ${shown}`,
      remedy:
        typeof label === 'string'
          ? didYouMean(label, classNames, 'Take one of these names.')
          : `The model answers with ${classNames.length === 1 ? 'one column' : `${classNames.length} columns`}; the first is 0.`,
    })
  })
}
