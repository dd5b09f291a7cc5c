/**
 * A tree surrogate as rules: one line a leaf, the conditions on the way to it joined by "and".
 *
 * Conditions on one feature are joined on the way down, so that a path never says `x <= 5` and `x <= 3`. Features that
 * are switched on or off read `name` and `not (name)`; numeric columns that the surrogate sees as they are read
 * `name <= 3.2`.
 */
import type { ExplanationData, LabelExplanation, TreeNode } from '../contract/index.ts'
import { formatNumber } from './number-text.ts'

/** One leaf. */
export interface TreeRule {
  /** The conditions on the way, outermost first; empty for a tree of one leaf. */
  readonly conditions: readonly string[]
  /** The surrogate's value there. */
  readonly value: number
  /** Part of the neighbourhood's weight that ends there, 0 to 1. */
  readonly share: number
}

/** The rules of a label's tree, left to right; none where the surrogate is no tree. */
export function treeRules(explanation: ExplanationData, label: LabelExplanation): TreeRule[] {
  const root = label.tree
  if (root === undefined) return []
  const rules: TreeRule[] = []
  const total = root.weight > 0 ? root.weight : 1
  walk(root, [])
  return rules

  function walk(node: TreeNode, bounds: readonly Bound[]): void {
    if (!('left' in node)) {
      rules.push({
        conditions: bounds.map((bound) => boundText(explanation, bound)),
        value: node.value,
        share: node.weight / total,
      })
      return
    }
    const { feature, threshold } = node
    walk(node.left, narrowed(bounds, { feature, low: null, high: threshold }))
    walk(node.right, narrowed(bounds, { feature, low: threshold, high: null }))
  }
}

interface Bound {
  readonly feature: number
  readonly low: number | null
  readonly high: number | null
}

function narrowed(bounds: readonly Bound[], next: Bound): Bound[] {
  const known = bounds.find(({ feature }) => feature === next.feature)
  if (known === undefined) return [...bounds, next]
  const joined = {
    feature: next.feature,
    low: next.low ?? known.low,
    high: next.high ?? known.high,
  }
  return bounds.map((bound) => (bound === known ? joined : bound))
}

function boundText(explanation: ExplanationData, { feature, low, high }: Bound): string {
  const known = explanation.features[feature]
  const name = known?.name ?? `feature ${feature}`
  if (known !== undefined && isSwitched(explanation, feature)) {
    return low === null ? `not (${name})` : name
  }
  if (low === null) return `${name} <= ${formatNumber(high!)}`
  if (high === null) return `${name} > ${formatNumber(low)}`
  return `${formatNumber(low)} < ${name} <= ${formatNumber(high)}`
}

/** A feature of 0 and 1: everything but a numeric column that is used as it is, under its own name. */
function isSwitched(explanation: ExplanationData, feature: number): boolean {
  const { part, name, of } = explanation.features[feature]!
  if (part.kind !== 'tabular' || part.bin !== undefined || typeof part.value !== 'number')
    return true
  const whole = explanation.instance
  const instance = whole.kind === 'composite' ? whole.parts[of ?? 0]?.instance : whole
  return instance?.kind === 'tabular' && instance.columns[part.columns[0] ?? -1] !== name
}
