/**
 * Many instances, explained one after the other, and what matters over all of them.
 *
 * 1. Each instance becomes one line: prediction, fit, weights. Of the explanation nothing else is kept.
 * 2. Over all: importance of a feature √Σ|weight| and the submodular pick (`explain/submodular-pick.ts`), where the bins of
 *    a column count as one feature, as in Python LIME.
 * 3. An instance that fails is a line that says why; three in a row that the model did not answer end the run.
 */
import { PredictorError } from '../contract/errors.ts'
import type { ExplanationData, Feature } from '../contract/explanation.ts'
import { submodularPick } from '../explain/submodular-pick.ts'
import { failureOf } from './failure.ts'
import type { ManyEvent, ManyItem, ManySummary } from './protocol.ts'

/** One instance, explained. */
export interface ExplainedRow {
  readonly explanation: ExplanationData
  readonly truth: string | undefined
}

/** Weights that a line shows. */
const SHOWN = 10
/** Failures of the model in a row. */
const HOPELESS = 3

/** Explains `rows`; `explain` makes one explanation. Rejects where `signal` aborts or the model has failed for good. */
export async function explainMany(
  rows: readonly number[],
  explain: (row: number) => Promise<ExplainedRow>,
  options: {
    readonly pick: number
    readonly signal: AbortSignal
    readonly emit: (event: ManyEvent) => void
  },
): Promise<void> {
  const { pick, signal, emit } = options
  const began = performance.now()
  const kept: { readonly row: number; readonly explanation: ExplanationData }[] = []
  let failed = 0
  for (const [done, row] of rows.entries()) {
    signal.throwIfAborted()
    let item: ManyItem
    try {
      const explained = await explain(row)
      item = itemOf(row, explained)
      kept.push({ row, explanation: lightened(explained.explanation) })
      failed = 0
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof PredictorError && ++failed >= HOPELESS) throw error
      item = { ...NOTHING, row, failure: failureOf(error) }
    }
    const seconds = (performance.now() - began) / 1000
    emit({
      ...{ type: 'item', item, done: done + 1, total: rows.length },
      secondsLeft: (seconds * (rows.length - done - 1)) / (done + 1),
    })
    // Others have their turn between two instances.
    await new Promise((resolve) => setTimeout(resolve))
  }
  emit({ type: 'done', summary: summaryOf(kept, pick) })
}

const NOTHING = { label: '', prediction: 0, explained: '', fit: null, weights: [], warnings: [] }

function itemOf(row: number, { explanation, truth }: ExplainedRow): ManyItem {
  const { task, classNames, prediction, labels, features, diagnostics } = explanation
  const label = labels[0]!
  const top =
    task === 'classification'
      ? prediction.reduce((best, p, i) => (p > prediction[best]! ? i : best), 0)
      : label.label
  const predicted = classNames[top] ?? String(top)
  const classes = task === 'classification'
  return {
    row,
    ...(truth !== undefined && { truth }),
    label: predicted,
    prediction: prediction[top] ?? label.prediction,
    explained: label.name,
    fit: label.heldOutScore ?? label.score,
    ...(classes && truth !== undefined && { right: isClass(truth, top, classNames) }),
    weights: label.weights
      .slice(0, SHOWN)
      .map(({ feature, weight }) => [features[feature]!.name, weight] as const),
    warnings: diagnostics.warnings.map(({ code }) => code),
  }
}

/** Whether a label of the data is that class: by its name, or by its number where no class is called so. */
function isClass(truth: string, top: number, classNames: readonly string[]): boolean {
  return classNames.includes(truth) ? classNames[top] === truth : String(top) === truth
}

/** What the summary needs: features by column, weights. */
function lightened(explanation: ExplanationData): ExplanationData {
  const { instance, features, labels } = explanation
  const columns = instance.kind === 'tabular' ? instance.columns : []
  const named = ({ name, part }: Feature): Feature => ({
    name: part.kind === 'tabular' ? part.columns.map((one) => columns[one]!).join(', ') : name,
    part: { kind: 'image', segment: 0, area: 0 },
  })
  return {
    ...explanation,
    instance: { kind: 'text', fields: [] },
    features: features.map(named),
    labels: labels.slice(0, 1),
  }
}

function summaryOf(
  kept: readonly { readonly row: number; readonly explanation: ExplanationData }[],
  pick: number,
): ManySummary {
  const explanations = kept.map(({ explanation }) => explanation)
  const { picked, importances, coverage } = submodularPick(explanations, pick)
  const sums = new Map<string, { sum: number; count: number }>()
  for (const { labels, features } of explanations) {
    for (const { feature, weight } of labels[0]!.weights) {
      const { name } = features[feature]!
      const known = sums.get(name) ?? { sum: 0, count: 0 }
      sums.set(name, { sum: known.sum + weight, count: known.count + 1 })
    }
  }
  return {
    picked: picked.map((i) => kept[i]!.row),
    coverage,
    importances: importances
      .map(({ name, importance }) => {
        const { sum, count } = sums.get(name)!
        return {
          name,
          importance,
          meanWeight: sum / count,
          share: count / explanations.length,
        }
      })
      .sort((a, b) => b.importance - a.importance)
      .slice(0, 200),
  }
}
