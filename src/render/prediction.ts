/**
 * The model's answer for the instance, ready to be drawn.
 */
import type { ExplanationData } from '../contract/index.ts'
import { formatNumber, formatPercent } from './number-text.ts'

/** One output of the model. */
export interface PredictionRow {
  readonly label: number
  readonly name: string
  readonly value: number
  /** The value as it is shown. */
  readonly text: string
  /** Length of its bar, 0 to 1. */
  readonly fraction: number
  /** True where the explanation has weights for it. */
  readonly explained: boolean
}

/** The outputs that are shown, and how many are not. */
export interface PredictionTable {
  readonly rows: readonly PredictionRow[]
  readonly hidden: number
}

/** Classes by falling output, at most `most` of them and those that were explained; outputs of regression in order. */
export function predictionTable(explanation: ExplanationData, most: number): PredictionTable {
  const { prediction, task } = explanation
  const explained = new Set(explanation.labels.map(({ label }) => label))
  const largest = prediction.reduce((top, p) => Math.max(top, Math.abs(p) || 0), 0)
  const scale = areProbabilities(explanation) ? 1 : largest || 1
  const all = prediction.map((value, label) => ({
    label,
    name: outputName(explanation, label),
    value,
    text: outputText(explanation, value),
    fraction: Math.min(1, Math.max(0, Number.isFinite(value) ? value / scale : 0)),
    explained: explained.has(label),
  }))
  if (task === 'classification') all.sort((a, b) => b.value - a.value || a.label - b.label)
  const rows = all.filter((row, rank) => rank < most || row.explained)
  return { rows, hidden: all.length - rows.length }
}

/** The name of an output column; its index where it has none. */
export function outputName(explanation: ExplanationData, label: number): string {
  const known = explanation.labels.find((one) => one.label === label)?.name
  return explanation.classNames[label] ?? known ?? String(label)
}

/** An output as it is shown: per cent where all outputs are probabilities, else the number. */
export function outputText(explanation: ExplanationData, value: number): string {
  return areProbabilities(explanation) ? formatPercent(value, 1) : formatNumber(value)
}

/** Whether the outputs read as probabilities: classification, all from 0 to 1. */
export function areProbabilities({ task, prediction }: ExplanationData): boolean {
  return task === 'classification' && prediction.every((p) => p >= 0 && p <= 1)
}
