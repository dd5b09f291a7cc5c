/**
 * Labelled series to train on: classes counted, lengths made one, training and validation parted.
 */
import { DataError } from '../contract/errors.ts'
import type { Matrix } from '../contract/matrix.ts'
import type { Warning } from '../contract/progress.ts'
import type { SeriesDataset } from '../data/series-dataset.ts'
import type { RandomState } from '../math/random-state.ts'

/** Series with the index of each one's class. */
export interface LabelledSeries {
  readonly instances: readonly Matrix[]
  /** (n) */
  readonly targets: Int32Array
  readonly classNames: readonly string[]
}

/** Series of one class that are needed: one to learn from, one to tell when to stop. */
const LEAST = 2

/** The classes of a dataset, those without a series left out. Throws a DataError for no labels, a single class, and classes of one series. */
export function labelledSeries(dataset: SeriesDataset, where: string): LabelledSeries {
  const { instances, labels } = dataset
  if (labels !== null && dataset.classNames.length === 0) {
    throw new DataError({
      where,
      got: 'targets of a regression',
      expected: 'a class for each series',
      remedy: 'Give data with classes; values cannot be learnt here.',
    })
  }
  const classNames = classesPresent(dataset, where)
  const targets = targetsOf(dataset, classNames, where)
  if (classNames.length < 2) {
    throw new DataError({
      where,
      got: `the single class ${classNames[0]} in ${labels?.length} series`,
      expected: 'series of at least two classes',
      remedy: 'Add series of another class: there is nothing to tell apart.',
    })
  }
  classCounts(targets, classNames.length).forEach((count, c) => {
    if (count >= LEAST) return
    throw new DataError({
      where,
      got: `${count} series of class ${classNames[c]}`,
      expected: `at least ${LEAST} of each class, and better dozens`,
      remedy: `Add series of that class, or leave it out.`,
    })
  })
  return { instances, targets, classNames }
}

/** The index of each series' class among `classNames`. Throws a DataError where there are no labels, or others. */
export function targetsOf(
  { labels }: SeriesDataset,
  classNames: readonly string[],
  where: string,
): Int32Array {
  if (labels === null) throw unlabelled(where)
  const indices = new Map(classNames.map((name, c) => [name, c]))
  return Int32Array.from(labels, (label, i) => {
    const index = indices.get(String(label))
    if (index !== undefined) return index
    throw new DataError({
      where: `${where}, series ${i}`,
      got: `the label ${JSON.stringify(label)}`,
      expected: `one of the classes trained on: ${classNames.slice(0, 20).join(', ')}`,
      remedy: 'Give data with the classes of the training data.',
    })
  })
}

/** Series of each class. */
export function classCounts(targets: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0)
  for (const target of targets) counts[target]!++
  return counts
}

/** The length that most series have, the longer one of equally many, with a warning where others differ. */
export function commonLength(instances: readonly Matrix[]): { length: number; warning?: Warning } {
  const counts = new Map<number, number>()
  for (const { rows } of instances) counts.set(rows, (counts.get(rows) ?? 0) + 1)
  const [[length, same]] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0]) as [
    [number, number],
  ]
  if (same === instances.length) return { length }
  return {
    length,
    warning: {
      code: 'unequal-lengths',
      message: `${instances.length - same} of ${instances.length} series do not have ${length} steps; they were resampled to ${length}.`,
    },
  }
}

/** Indices for training and validation: `share` of each class, at least one where it is above 0, in random order. */
export function splitByClass(
  targets: Int32Array,
  classes: number,
  share: number,
  random: RandomState,
): { fit: Int32Array; validation: Int32Array } {
  const order = random.permutation(targets.length)
  const fit: number[] = []
  const validation: number[] = []
  for (let c = 0; c < classes; c++) {
    const members = [...order.filter((i) => targets[i] === c)]
    const aside =
      share === 0
        ? 0
        : Math.min(members.length - 1, Math.max(1, Math.round(share * members.length)))
    validation.push(...members.slice(0, aside))
    fit.push(...members.slice(aside))
  }
  return { fit: Int32Array.from(fit), validation: Int32Array.from(validation) }
}

function classesPresent({ labels, classNames }: SeriesDataset, where: string): string[] {
  if (labels === null) throw unlabelled(where)
  const present = new Set(labels.map(String))
  const listed = classNames.filter((name) => present.has(name))
  return [...listed, ...[...present].filter((name) => !listed.includes(name)).sort()]
}

function unlabelled(where: string): DataError {
  return new DataError({
    where,
    got: 'series without labels',
    expected: 'a class for each series',
    remedy: 'Give a file with labels, such as a UCR file, whose lines begin with them.',
  })
}
