/**
 * How well predicted classes fit the true ones.
 */
import type { Matrix } from '../contract/matrix.ts'

/** Scores of one class. */
export interface ClassScores {
  readonly name: string
  /** Instances of the class. */
  readonly count: number
  /** Right among those predicted as the class; 0 where none was. */
  readonly precision: number
  /** Found among those of the class; 0 where there is none. */
  readonly recall: number
  /** 2 · precision · recall / (precision + recall); 0 where both are 0. */
  readonly f1: number
}

/** Scores over a set of instances. */
export interface Scores {
  readonly accuracy: number
  /** The mean of the classes' F1. */
  readonly macroF1: number
  readonly classes: readonly ClassScores[]
  /** (classes, classes): row = true class, column = predicted class. */
  readonly confusion: readonly (readonly number[])[]
}

/**
 * Scores of predictions.
 *
 * @param probabilities (n, classes); the first of equal ones counts as predicted.
 * @param truth (n) indices of the true classes.
 */
export function scoreClasses(
  probabilities: Matrix,
  truth: ArrayLike<number>,
  classNames: readonly string[],
): Scores {
  const k = classNames.length
  const confusion = Array.from({ length: k }, () => new Array<number>(k).fill(0))
  const { data, rows } = probabilities
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * k, (i + 1) * k)
    confusion[truth[i]!]![row.indexOf(Math.max(...row))]!++
  }
  const classes = classNames.map((name, c) => {
    const hits = confusion[c]![c]!
    const count = confusion[c]!.reduce((sum, one) => sum + one, 0)
    const predicted = confusion.reduce((sum, row) => sum + row[c]!, 0)
    return {
      name,
      count,
      precision: share(hits, predicted),
      recall: share(hits, count),
      f1: share(2 * hits, count + predicted),
    }
  })
  return {
    accuracy: share(
      confusion.reduce((sum, row, c) => sum + row[c]!, 0),
      rows,
    ),
    macroF1: classes.reduce((sum, { f1 }) => sum + f1, 0) / k,
    classes,
    confusion,
  }
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
