/**
 * Explanations of rows that are short series of several features, as recurrent networks take them (Python LIME's
 * `RecurrentTabularExplainer`).
 *
 * An instance (T, F) becomes a row of F · T columns, feature by feature, `name_t-k` being k steps before the end; the
 * model gets (T, F) again.
 */
import { DataError, ShapeError } from '../contract/errors.ts'
import type { Explanation } from '../contract/explanation.ts'
import type { Matrix } from '../contract/matrix.ts'
import { type Model, toPredictor } from '../contract/predictor.ts'
import { isMatrix } from './table.ts'
import { TabularExplainer } from './tabular-explainer.ts'
import type { TabularExplainerOptions, TabularExplainOptions } from './tabular-options.ts'

/** One instance: (time steps, features), as a matrix or as nested arrays. */
export type Timesteps = Matrix | readonly (readonly number[])[]

const NAME = 'RecurrentTabularExplainer'

/** Explains instances of (time steps, features). */
export class RecurrentTabularExplainer {
  readonly #explainer: TabularExplainer
  readonly #steps: number
  readonly #features: number

  /**
   * @param trainingData n instances, each (T, F).
   * @param options as for `TabularExplainer`; `featureNames` names the F features.
   */
  constructor(trainingData: readonly Timesteps[], options: TabularExplainerOptions = {}) {
    const where = `${NAME}, training data`
    if (!Array.isArray(trainingData) || trainingData.length === 0) {
      throw new DataError({
        where,
        got: Array.isArray(trainingData)
          ? 'no instances'
          : `a value of type ${typeof trainingData}`,
        expected: 'at least one instance of (time steps, features)',
        remedy: 'Give the instances that the model was trained on.',
      })
    }
    const matrices = trainingData.map((instance: Timesteps, i) =>
      toMatrix(instance, `${where}, instance ${i}`),
    )
    this.#steps = matrices[0]!.rows
    this.#features = matrices[0]!.cols
    const rows = matrices.map((matrix, i) => this.#flatten(matrix, `${where}, instance ${i}`))
    if (options.featureNames && options.featureNames.length !== this.#features) {
      throw new ShapeError({
        where: `${NAME}, options.featureNames`,
        got: `${options.featureNames.length} names`,
        expected: `${this.#features}, one for each feature of a time step`,
        remedy: 'Time steps are numbered by themselves.',
      })
    }
    const names =
      options.featureNames ?? Array.from({ length: this.#features }, (_, f) => `feature${f}`)
    const featureNames = names.flatMap((name) =>
      Array.from({ length: this.#steps }, (_, t) => `${name}_t-${this.#steps - (t + 1)}`),
    )
    this.#explainer = new TabularExplainer(rows, { ...options, featureNames })
  }

  /** Explains one instance (T, F); the model gets instances as matrices (T, F). Options as for `TabularExplainer`. */
  async explain(
    instance: Timesteps,
    model: Model<Matrix>,
    options: TabularExplainOptions = {},
  ): Promise<Explanation> {
    const where = `${NAME}.explain, instance`
    const row = this.#flatten(toMatrix(instance, where), where)
    const { predict, ...known } = toPredictor(model)
    return this.#explainer.explain<Float64Array>(
      row,
      {
        ...known,
        predict: (rows, context) =>
          predict(
            rows.map((flat) => this.#unflatten(flat)),
            context,
          ),
      },
      options,
    )
  }

  /** Feature by feature, and in each time step by time step. */
  #flatten({ data, rows, cols }: Matrix, where: string): Float64Array {
    if (rows !== this.#steps || cols !== this.#features) {
      throw new ShapeError({
        where,
        got: `(${rows}, ${cols})`,
        expected: `(${this.#steps}, ${this.#features}): time steps and features of the first instance`,
        remedy: 'Cut or pad all instances to the same number of time steps.',
      })
    }
    const flat = new Float64Array(rows * cols)
    for (let f = 0; f < cols; f++) {
      for (let t = 0; t < rows; t++) flat[f * rows + t] = data[t * cols + f]!
    }
    return flat
  }

  #unflatten(flat: Float64Array): Matrix {
    const rows = this.#steps
    const cols = this.#features
    const data = new Float64Array(rows * cols)
    for (let f = 0; f < cols; f++) {
      for (let t = 0; t < rows; t++) data[t * cols + f] = flat[f * rows + t]!
    }
    return { data, rows, cols }
  }
}

function toMatrix(instance: Timesteps, where: string): Matrix {
  if (isMatrix(instance)) return instance
  const steps = Array.isArray(instance) ? (instance as readonly (readonly number[])[]) : []
  const cols = steps[0]?.length ?? 0
  if (cols === 0 || steps.some((step) => step?.length !== cols)) {
    throw new ShapeError({
      where,
      got: 'time steps without values, or of different lengths',
      expected: 'at least one time step, and one value for each feature in every one',
      remedy: 'Give nested arrays [time step][feature].',
    })
  }
  return { data: Float64Array.from(steps.flat()), rows: steps.length, cols }
}
