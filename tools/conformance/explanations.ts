/**
 * Compares an explanation with what Python LIME explained; the same for every kind of instance.
 */
import type { Explanation } from '../../src/contract/explanation.ts'
import type { Comparison, Weighted } from './compare.ts'

/** One label of a case's `expected.explanations`. */
export interface ExpectedLabel {
  readonly intercept: number
  readonly weights: readonly Weighted[]
  readonly score: number | null
  readonly local_prediction: number | null
  readonly as_list?: readonly Weighted[]
}

/** First rows and sums of what reached the fit. */
export interface ExpectedNeighbourhood {
  readonly interpretable_head: readonly (readonly number[])[]
  readonly predictions_head: readonly (readonly number[])[]
  readonly distances_head: readonly number[]
  readonly weights_head: readonly number[]
  readonly interpretable_column_sums: readonly number[]
  readonly prediction_column_sums: readonly number[]
  readonly distances_sum: number
  readonly weights_sum: number
}

export interface ExpectedExplanations {
  readonly explanations: { readonly [label: string]: ExpectedLabel }
  readonly neighbourhood?: ExpectedNeighbourhood
  readonly predict_proba?: readonly number[]
  readonly top_labels?: readonly number[]
  readonly predicted_value?: number
  readonly min_value?: number
  readonly max_value?: number
}

/** The neighbourhood first, since it shows at which step a difference begins; then every label. */
export function compareExplanation(
  comparison: Comparison,
  explanation: Explanation,
  expected: ExpectedExplanations,
): void {
  if (expected.neighbourhood) compareNeighbourhood(comparison, explanation, expected.neighbourhood)
  if (expected.predict_proba) {
    comparison.numbers('predict_proba', explanation.prediction, expected.predict_proba)
  }
  if (expected.predicted_value !== undefined) {
    comparison.number('predicted_value', explanation.prediction[0]!, expected.predicted_value)
    const [low, high] = explanation.predictionRange ?? [Number.NaN, Number.NaN]
    comparison.number('min_value', low, expected.min_value!)
    comparison.number('max_value', high, expected.max_value!)
  }
  if (expected.top_labels && expected.top_labels.length > 0) {
    comparison.same(
      'top_labels',
      explanation.labels.map(({ label }) => label),
      expected.top_labels,
    )
  }
  for (const [key, label] of Object.entries(expected.explanations)) {
    const got = explanation.labels.find((one) => one.label === Number(key))
    if (got === undefined) {
      comparison.same(
        `label ${key}`,
        explanation.labels.map((one) => one.label),
        Number(key),
      )
      continue
    }
    const weights = got.weights.map(({ feature, weight }): Weighted => [feature, weight])
    comparison.weights(`label ${key}, weights`, weights, label.weights)
    comparison.number(`label ${key}, intercept`, got.intercept, label.intercept)
    if (label.score !== null) {
      comparison.number(`label ${key}, score`, got.score, label.score, 1e-9)
    }
    if (label.local_prediction !== null) {
      comparison.number(
        `label ${key}, local_prediction`,
        got.localPrediction,
        label.local_prediction,
      )
    }
    if (label.as_list) {
      const shown = explanation.task === 'regression' ? 1 : got.label
      comparison.weights(`label ${key}, as_list`, explanation.asList(shown), label.as_list)
    }
  }
}

function compareNeighbourhood(
  comparison: Comparison,
  explanation: Explanation,
  expected: ExpectedNeighbourhood,
): void {
  const { interpretable, outputs, distances, weights } = explanation.neighbourhood!
  const sums = (rows: readonly (readonly number[])[]) =>
    rows[0]!.map((_, j) => rows.reduce((sum, row) => sum + row[j]!, 0))
  const flatHead = (rows: readonly (readonly number[])[], like: readonly unknown[]) =>
    rows.slice(0, like.length).flat()
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
  comparison.numbers(
    'neighbourhood, interpretable head',
    flatHead(interpretable, expected.interpretable_head),
    expected.interpretable_head.flat(),
  )
  comparison.numbers(
    'neighbourhood, predictions head',
    flatHead(outputs, expected.predictions_head),
    expected.predictions_head.flat(),
  )
  const heads = expected.distances_head.length
  comparison.numbers(
    'neighbourhood, distances head',
    distances.slice(0, heads),
    expected.distances_head,
    1e-6,
  )
  comparison.numbers(
    'neighbourhood, weights head',
    weights.slice(0, heads),
    expected.weights_head,
    1e-6,
  )
  comparison.numbers(
    'neighbourhood, interpretable sums',
    sums(interpretable),
    expected.interpretable_column_sums,
  )
  comparison.numbers(
    'neighbourhood, prediction sums',
    sums(outputs),
    expected.prediction_column_sums,
  )
  comparison.number(
    'neighbourhood, distances sum',
    total(distances),
    expected.distances_sum,
    1e-6 * distances.length,
  )
  comparison.number(
    'neighbourhood, weights sum',
    total(weights),
    expected.weights_sum,
    1e-6 * weights.length,
  )
}
