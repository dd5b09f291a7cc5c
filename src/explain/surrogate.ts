/**
 * Surrogates: the small interpretable models that are fitted to the model's answers.
 *
 * Built in are ridge (α = 1, as in Python LIME), ordinary least squares, the lasso and a regression tree; any object
 * with `fit` will do. Linear ones are solved on the moments that feature selection has made already; the others see
 * the selected columns.
 */
import { OptionError } from '../contract/errors.ts'
import type { TreeNode } from '../contract/explanation.ts'
import type { Matrix } from '../contract/matrix.ts'
import { solveLasso } from '../math/lasso.ts'
import { fitRegressionTree, predictTree } from '../math/regression-tree.ts'
import { type LinearFit, solveRidge } from '../math/ridge.ts'
import type { WeightedCross, WeightedMoments } from '../math/weighted-moments.ts'
import type { SurrogateName } from './choices.ts'

/** A fitted surrogate. */
export interface FittedSurrogate {
  readonly intercept: number
  /** One for each of the k selected features: its weight in the explanation. */
  readonly coefficients: ArrayLike<number>
  /** Answers (n) for selected columns (n, k). */
  readonly predict: (X: Matrix) => ArrayLike<number>
  /** The tree, where the surrogate is one. */
  readonly tree?: TreeNode
}

/** A surrogate of one's own: weighted regression of y (n) on the selected columns X (n, k), row 0 the instance. */
export interface Surrogate {
  readonly fit: (X: Matrix, y: Float64Array, weights: Float64Array) => FittedSurrogate
}

/** A built-in surrogate with parameters of its own. */
export type SurrogateOptions =
  | { readonly type: 'ridge'; readonly alpha?: number }
  | { readonly type: 'lasso'; readonly alpha?: number }
  | { readonly type: 'ols' }
  | { readonly type: 'tree'; readonly maxDepth?: number; readonly minSamplesLeaf?: number }

/** What the option `surrogate` may be. */
export type SurrogateChoice = SurrogateName | SurrogateOptions | Surrogate

/** Penalties and depth where none are given. */
export const SURROGATE_DEFAULTS = { ridge: 1, lasso: 0.01, maxDepth: 3, minSamplesLeaf: 5 }

/** A surrogate that needs only the moments. */
export type LinearSolver = (
  moments: WeightedMoments,
  cross: WeightedCross,
  subset?: ArrayLike<number>,
) => LinearFit

/** The solver of a linear surrogate; `undefined` for the others. */
export function linearSolver(choice: SurrogateChoice): LinearSolver | undefined {
  const options = typeof choice === 'string' ? { type: choice } : choice
  if (!('type' in options)) return undefined
  const alpha = ridgePenalty(choice)
  if (alpha !== undefined) {
    return (moments, cross, subset) => solveRidge(moments, cross, alpha, subset)
  }
  if (options.type === 'ols') {
    return (moments, cross, subset) => solveRidge(moments, cross, 0, subset)
  }
  if (options.type === 'lasso') {
    const alpha = (options as { alpha?: number }).alpha ?? SURROGATE_DEFAULTS.lasso
    return (moments, cross, subset) => solveLasso(moments, cross, alpha, subset)
  }
  return undefined
}

/** The penalty of a ridge; `undefined` for the other surrogates. */
export function ridgePenalty(choice: SurrogateChoice): number | undefined {
  if (choice === 'ridge') return SURROGATE_DEFAULTS.ridge
  if (typeof choice === 'string' || !('type' in choice) || choice.type !== 'ridge') return undefined
  return choice.alpha ?? SURROGATE_DEFAULTS.ridge
}

/** Whether a surrogate is linear without any penalty. */
export function isLeastSquares(choice: SurrogateChoice): boolean {
  return (
    choice === 'ols' ||
    (typeof choice === 'object' && 'type' in choice && choice.type === 'ols') ||
    ridgePenalty(choice) === 0
  )
}

/** The surrogate as an object, for those that are not linear. One of the user's own is checked as it is used. */
export function columnSurrogate(choice: SurrogateChoice): Surrogate {
  if (typeof choice === 'object' && 'fit' in choice) return checkedSurrogate(choice)
  const options = (typeof choice === 'string' ? {} : choice) as {
    maxDepth?: number
    minSamplesLeaf?: number
  }
  return treeSurrogate(
    options.maxDepth ?? SURROGATE_DEFAULTS.maxDepth,
    options.minSamplesLeaf ?? SURROGATE_DEFAULTS.minSamplesLeaf,
  )
}

/** A surrogate of the user's own that throws an OptionError where it gives something else than it should. */
function checkedSurrogate(surrogate: Surrogate): Surrogate {
  return {
    fit: (X, y, weights) => {
      const fitted = surrogate.fit(X, y, weights)
      const wrong = faultOf(fitted, X.cols)
      if (wrong !== undefined) throw surrogateError(wrong)
      const predict = (columns: Matrix) => {
        const answers = fitted.predict(columns)
        if (answers?.length !== columns.rows) {
          throw surrogateError(`${answers?.length ?? 'no'} answers for ${columns.rows} rows`)
        }
        if (!finite(answers)) throw surrogateError('answers that are no finite numbers')
        return answers
      }
      const { intercept, coefficients, tree } = fitted
      return { intercept, coefficients, predict, ...(tree && { tree }) }
    },
  }
}

function faultOf(fitted: Partial<FittedSurrogate> | undefined, k: number): string | undefined {
  const { intercept, coefficients, predict } = fitted ?? {}
  if (!Number.isFinite(intercept)) return `the intercept ${intercept}`
  if (coefficients?.length !== k) {
    return `${coefficients?.length ?? 'no'} coefficients for ${k} features`
  }
  if (!finite(coefficients)) return 'coefficients that are no finite numbers'
  return typeof predict === 'function' ? undefined : 'no function predict'
}

function finite(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false
  return true
}

function surrogateError(got: string): OptionError {
  return new OptionError({
    where: 'options.surrogate.fit',
    got,
    expected: '{ intercept, coefficients, predict }: finite, one coefficient for each column of X',
    remedy: 'Mend the surrogate, or leave it out for ridge.',
  })
}

/** A regression tree; its coefficients are importances (shares of the explained variance, without sign). */
function treeSurrogate(maxDepth: number, minSamplesLeaf: number): Surrogate {
  return {
    fit: (X, y, weights) => {
      const { root, importances } = fitRegressionTree(X, y, weights, { maxDepth, minSamplesLeaf })
      return {
        intercept: root.value,
        coefficients: importances,
        predict: (columns) => predictTree(root, columns),
        tree: root,
      }
    },
  }
}
