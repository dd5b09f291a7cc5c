/**
 * `tabular`, `recurrent-tabular` and `submodular-pick` cases.
 */
import type { Explanation } from '../../src/contract/explanation.ts'
import type { Matrix } from '../../src/contract/matrix.ts'
import { submodularPick } from '../../src/explain/submodular-pick.ts'
import { RandomState } from '../../src/math/random-state.ts'
import type { Attribute } from '../../src/tabular/attribute.ts'
import {
  RecurrentTabularExplainer,
  TabularExplainer,
  type TabularExplainerOptions,
  type TabularExplainOptions,
} from '../../src/tabular/index.ts'
import { type EncodedArray, readArray } from './arrays.ts'
import type { Comparison } from './compare.ts'
import { compareExplanation, type ExpectedExplanations } from './explanations.ts'
import { fromPython, surrogateOf } from './python-options.ts'
import { type DenseModel, denseModel } from './reference-models.ts'

type PythonOptions = { readonly [name: string]: unknown }

export interface TabularCase {
  readonly seed: number
  readonly training_data: EncodedArray
  readonly training_labels?: readonly number[] | null
  readonly row: EncodedArray
  readonly explainer_options: PythonOptions
  readonly explain_options: PythonOptions
  readonly model_regressor?: string | null
  readonly model: DenseModel
  readonly expected: ExpectedExplanations & {
    readonly discretizer?: {
      readonly [statistic: string]: { readonly [feature: string]: readonly (number | string)[] }
    } | null
  }
}

export interface SubmodularPickCase extends Omit<TabularCase, 'expected' | 'row'> {
  readonly rows: readonly number[]
  readonly num_exps_desired: number
  readonly expected: {
    readonly picked: readonly number[]
    readonly explanations: readonly ExpectedExplanations['explanations'][]
  }
}

export async function runTabular(test: TabularCase, comparison: Comparison): Promise<void> {
  const explainer = new TabularExplainer(
    matrixOf(test.training_data),
    explainerOptions(test, test.seed),
  )
  const { expected } = test
  if (expected.discretizer) compareDiscretizer(comparison, explainer, expected.discretizer)
  const model = denseModel(test.model)
  const row = Float64Array.from(readArray(test.row).data)
  const explanation = await explainer.explain<Float64Array>(row, model, explainOptions(test))
  compareExplanation(comparison, explanation, expected)
}

export async function runRecurrent(test: TabularCase, comparison: Comparison): Promise<void> {
  const { shape, data } = readArray(test.training_data)
  const [count, rows, cols] = shape as [number, number, number]
  const training = Array.from({ length: count }, (_, i): Matrix => {
    const size = rows * cols
    return { data: Float64Array.from(data.subarray(i * size, (i + 1) * size)), rows, cols }
  })
  const explainer = new RecurrentTabularExplainer(training, explainerOptions(test, test.seed))
  const model = denseModel(test.model)
  const explanation = await explainer.explain(
    matrixOf(test.row),
    (instances) => model(instances.map((instance) => instance.data)),
    explainOptions(test),
  )
  compareExplanation(comparison, explanation, test.expected)
}

export async function runSubmodularPick(
  test: SubmodularPickCase,
  comparison: Comparison,
): Promise<void> {
  const training = matrixOf(test.training_data)
  const random = new RandomState(test.seed)
  const explainer = new TabularExplainer(training, explainerOptions(test, random))
  const model = denseModel(test.model)
  const explanations: Explanation[] = []
  for (const [i, index] of test.rows.entries()) {
    const row = training.data.slice(index * training.cols, (index + 1) * training.cols)
    const explanation = await explainer.explain<Float64Array>(row, model, explainOptions(test))
    compareExplanation(comparison, explanation, { explanations: test.expected.explanations[i]! })
    explanations.push(explanation)
  }
  const { picked } = submodularPick(explanations, test.num_exps_desired)
  comparison.same('picked', picked, test.expected.picked)
}

function explainerOptions(
  test: Pick<TabularCase, 'explainer_options' | 'training_labels'>,
  randomState: number | RandomState,
): TabularExplainerOptions {
  return {
    ...fromPython(test.explainer_options),
    ...(test.training_labels && { trainingLabels: test.training_labels }),
    randomState,
    compatibility: 'python',
  }
}

function explainOptions(
  test: Pick<TabularCase, 'explain_options' | 'model_regressor'>,
): TabularExplainOptions {
  const surrogate = surrogateOf(test.model_regressor)
  return {
    ...fromPython(test.explain_options),
    ...(surrogate && { surrogate }),
    keepNeighbourhood: true,
  }
}

/** Bins by feature: names, means, standard deviations and bounds. */
function compareDiscretizer(
  comparison: Comparison,
  explainer: TabularExplainer,
  expected: NonNullable<TabularCase['expected']['discretizer']>,
): void {
  const attributes = explainer.toJSON().table.attributes
  for (const [statistic, features] of Object.entries(expected)) {
    for (const [feature, values] of Object.entries(features)) {
      const what = `discretizer, ${statistic} of feature ${feature}`
      const bins = (attributes[Number(feature)] as Attribute & { kind: 'numeric' }).bins!
      const got = bins[statistic as 'names' | 'means'].slice(0, bins.cuts.length + 1)
      if (statistic === 'names') comparison.same(what, got, values)
      else comparison.numbers(what, got as number[], values as number[])
    }
  }
}

function matrixOf(encoded: EncodedArray): Matrix {
  const { shape, data } = readArray(encoded)
  return { data: Float64Array.from(data), rows: shape[0]!, cols: shape[1]! }
}
